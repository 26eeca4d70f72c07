import json
import unittest
from datetime import datetime, timedelta, timezone

# First, since it knows where the sources are.
from support import FakeBucket, Site

# isort: split
from objects import summary

KEYS = [f"key-{number:03}" for number in range(120)]


class Listing(unittest.TestCase):
    def test_has_key_size_and_time_of_each_object(self):
        site = Site(bucket=FakeBucket(["b", "a/long name"]))
        first, second = site.get("/")[1]["objects"]
        self.assertEqual(first, {"key": "a/long name", "size": 11, "lastModified": "2031-05-06T07:08:09Z"})
        self.assertEqual(second["key"], "b")
        self.assertEqual(
            site.bucket.calls, [{"Bucket": "the-data-bucket", "Prefix": "", "StartAfter": "", "MaxKeys": 50}]
        )

    def test_of_an_empty_bucket_is_empty(self):
        self.assertEqual(Site().get("/"), (200, {"objects": [], "next": None}))

    def test_is_read_page_by_page(self):
        site = Site(bucket=FakeBucket(KEYS))
        found, after = [], None
        while after is not None or not found:
            query = {"limit": "50"} if after is None else {"limit": "50", "after": after}
            page = site.get("/", query)[1]
            found += [entry["key"] for entry in page["objects"]]
            after = page["next"]
        self.assertEqual(found, KEYS)
        self.assertEqual(len(site.bucket.calls), 3)

    def test_ends_with_a_page_that_is_just_full(self):
        page = Site(bucket=FakeBucket(KEYS[:10])).get("/", {"limit": "10"})[1]
        self.assertEqual(len(page["objects"]), 10)
        self.assertIsNone(page["next"])

    def test_takes_time_as_utc(self):
        modified = datetime(2031, 5, 6, 1, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
        entry = summary({"Key": "a", "Size": 1, "LastModified": modified})
        self.assertEqual(entry["lastModified"], "2031-05-05T23:30:00Z")

    def test_stays_below_what_a_load_balancer_takes(self):
        keys = [f"{number:02}".ljust(1024, "\x01") for number in range(100)]
        response = Site(bucket=FakeBucket(keys)).respond("/", {"limit": "100"})
        self.assertEqual(len(json.loads(response["body"])["objects"]), 100)
        self.assertLess(len(json.dumps(response)), 1_000_000)


class Query(unittest.TestCase):
    def test_is_decoded_which_a_load_balancer_does_not(self):
        for sent, prefix in (
            ("a%20b", "a b"),
            ("a+b", "a b"),
            ("a%2Bb", "a+b"),
            ("f%C3%BCr%2F", "für/"),
            ("100%2525", "100%25"),
            ("plain", "plain"),
        ):
            site = Site()
            site.get("/", {"prefix": sent, "after": sent})
            self.assertEqual(site.bucket.calls[0]["Prefix"], prefix)
            self.assertEqual(site.bucket.calls[0]["StartAfter"], prefix)

    def test_may_have_its_names_encoded_too(self):
        site = Site()
        site.get("/", {"pre%66ix": "a", "l%69mit": "7"})
        self.assertEqual(site.bucket.calls[0]["Prefix"], "a")
        self.assertEqual(site.bucket.calls[0]["MaxKeys"], 7)

    def test_must_be_utf8(self):
        site = Site()
        for query in ({"prefix": "%FF"}, {"%FF": "1"}):
            self.assertEqual(site.get("/", query)[0], 400)
        self.assertEqual(site.bucket.calls, [])

    def test_may_hold_what_is_not_known(self):
        site = Site(bucket=FakeBucket(["a"]))
        self.assertEqual(site.get("/", {"utm_source": "x", "self": "1"})[0], 200)
        self.assertEqual(site.respond("/", None)["statusCode"], 200)

    def test_has_a_limit_from_1_to_100(self):
        for limit in ("1", "99", "100"):
            site = Site()
            self.assertEqual(site.get("/", {"limit": limit})[0], 200)
            self.assertEqual(site.bucket.calls[0]["MaxKeys"], int(limit))
        for limit in ("0", "101", "999", "1000", "-1", "1.5", "", "ten", "%2010", "01", "%D9%A1", "5%0A"):
            site = Site()
            status, body = site.get("/", {"limit": limit})
            self.assertEqual(status, 400, limit)
            self.assertEqual(
                body, {"error": "limit must be a number from 1 to 100", "requestId": "request-1"}
            )
            self.assertEqual(site.bucket.calls, [])

    def test_has_no_key_longer_than_s3_has(self):
        for name in ("prefix", "after"):
            site = Site()
            self.assertEqual(site.get("/", {name: "x" * 1024})[0], 200)
            self.assertEqual(site.get("/", {name: "x" * 1025})[0], 400)
            self.assertEqual(site.get("/", {name: "%C3%BC" * 513})[0], 400)
            self.assertEqual(len(site.bucket.calls), 1)


if __name__ == "__main__":
    unittest.main()
