import json
import unittest
from datetime import datetime

# First, since it knows where the sources are.
from support import ENVIRONMENT, ClientError, FakeBucket, FakeDriver, FakeSecrets, Site

# isort: split
from log import create_log


class Answers(unittest.TestCase):
    def test_have_the_form_that_a_load_balancer_expects(self):
        site = Site(bucket=FakeBucket(["a"]))
        for path, description in (("/", "200 OK"), ("/health", "200 OK"), ("/nothing", "404 Not Found")):
            response = site.respond(path)
            self.assertEqual(
                sorted(response), ["body", "headers", "isBase64Encoded", "statusCode", "statusDescription"]
            )
            self.assertEqual(response["statusDescription"], description)
            self.assertEqual(response["statusCode"], int(description[:3]))
            self.assertIs(response["isBase64Encoded"], False)
            self.assertIsInstance(response["body"], str)
            self.assertTrue(all(isinstance(value, str) for value in response["headers"].values()))

    def test_are_json_and_not_to_be_kept(self):
        site = Site()
        for path in ("/", "/health", "/db", "/nothing"):
            headers = site.respond(path)["headers"]
            self.assertEqual(headers["Content-Type"], "application/json")
            self.assertEqual(headers["Cache-Control"], "no-store")
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(headers["Strict-Transport-Security"], "max-age=31536000")

    def test_to_head_are_those_to_get_without_their_body(self):
        site = Site()
        for path in ("/", "/health", "/db", "/nothing"):
            expected = {**site.respond(path), "body": ""}
            self.assertEqual(site.respond(path, method="HEAD"), expected)


class Health(unittest.TestCase):
    def test_needs_nothing_of_aws(self):
        broken = RuntimeError("not to be called")
        site = Site(
            bucket=FakeBucket(error=broken), secrets=FakeSecrets(error=broken), driver=FakeDriver(broken)
        )
        self.assertEqual(site.get("/health"), (200, {"status": "ok"}))
        self.assertEqual(site.bucket.calls, [])
        self.assertEqual(site.secrets.reads, [])
        self.assertEqual(site.driver.connections, [])
        self.assertEqual(site.entries, [])

    def test_needs_no_environment(self):
        self.assertEqual(Site(environment={}).get("/health"), (200, {"status": "ok"}))


class Routes(unittest.TestCase):
    def test_that_are_not_known_are_not_found(self):
        site = Site()
        for path in ("/nothing", "/db/", "/Health", "", "//", "/index.html", None):
            self.assertEqual(
                site.get(path), (404, {"error": "there is no such resource", "requestId": "request-1"})
            )
        self.assertEqual(site.bucket.calls, [])

    def test_take_no_other_method(self):
        site = Site()
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "get", None):
            for path in ("/", "/health", "/db"):
                response = site.respond(path, method=method)
                self.assertEqual(response["statusCode"], 405)
                self.assertEqual(response["statusDescription"], "405 Method Not Allowed")
                self.assertEqual(response["headers"]["Allow"], "GET, HEAD")
        self.assertEqual(site.respond("/nothing", method="POST")["statusCode"], 404)
        self.assertEqual(site.bucket.calls, [])
        self.assertEqual(site.driver.connections, [])


class Environment(unittest.TestCase):
    def test_that_misses_a_name_is_told_to_the_log_alone(self):
        for name in ENVIRONMENT:
            for value in (None, ""):
                environment = {**ENVIRONMENT, name: value}
                if value is None:
                    del environment[name]
                site = Site(environment=environment)
                for path in ("/", "/db"):
                    self.assertEqual(
                        site.get(path), (500, {"error": "internal error", "requestId": "request-1"})
                    )
                self.assertEqual([entry["level"] for entry in site.entries], ["ERROR", "ERROR"])
                self.assertEqual(site.entries[0]["message"], f"environment: {name} is not set")

    def test_that_is_empty_has_all_names_in_the_log(self):
        site = Site(environment={})
        site.get("/")
        for name in ENVIRONMENT:
            self.assertIn(f"{name} is not set", site.entries[0]["message"])

    def test_that_has_no_number_for_a_port_is_told(self):
        for port in ("0", "-1", "5432 ", "five", "123456"):
            site = Site(environment={**ENVIRONMENT, "DB_PORT": port})
            self.assertEqual(site.get("/db")[0], 500)
            self.assertEqual(site.entries[0]["message"], f"environment: DB_PORT is {port}, not a port")


class Errors(unittest.TestCase):
    def test_of_aws_say_nothing_to_the_caller_and_all_to_the_log(self):
        message = "User: arn:aws:sts::111122223333:assumed-role/app is not authorized on the-data-bucket"
        site = Site(bucket=FakeBucket(error=ClientError("AccessDenied", message, 403)))
        response = site.respond("/")
        self.assertEqual(response["statusCode"], 500)
        self.assertEqual(json.loads(response["body"]), {"error": "internal error", "requestId": "request-1"})
        self.assertNotIn("Retry-After", response["headers"])
        self.assertEqual(
            site.entries,
            [
                {
                    "level": "ERROR",
                    "message": "internal error",
                    "requestId": "request-1",
                    "status": 500,
                    "method": "GET",
                    "path": "/",
                    "errorName": "ClientError",
                    "errorMessage": f"An error occurred (AccessDenied) when calling the operation: {message}",
                    "errorCode": "AccessDenied",
                    "awsRequestId": "aws-1",
                }
            ],
        )

    def test_in_the_code_say_nothing_to_the_caller_and_where_they_are_to_the_log(self):
        site = Site(bucket=FakeBucket(error=KeyError("the-data-bucket")))
        self.assertEqual(site.get("/"), (500, {"error": "internal error", "requestId": "request-1"}))
        self.assertEqual(site.entries[0]["errorName"], "KeyError")
        self.assertIn("support.py", site.entries[0]["stack"])

    def test_of_throttling_and_of_aws_itself_ask_for_another_try(self):
        def named(name):
            return type(name, (Exception,), {})("the-host did not answer")

        for error in (
            ClientError("SlowDown", "slow down", 503),
            ClientError("ThrottlingException", "slow down", 400),
            ClientError("TooManyRequestsException", "slow down", 429),
            ClientError("InternalError", "oops", 500),
            named("ConnectTimeoutError"),
            named("ReadTimeoutError"),
            named("EndpointConnectionError"),
            named("ConnectionClosedError"),
        ):
            for site, path in (
                (Site(bucket=FakeBucket(error=error)), "/"),
                (Site(secrets=FakeSecrets(error=error)), "/db"),
            ):
                response = site.respond(path)
                self.assertEqual(response["statusCode"], 503, repr(error))
                self.assertEqual(response["statusDescription"], "503 Service Unavailable")
                self.assertRegex(response["headers"]["Retry-After"], r"^[1-9]\d*$")
                self.assertNotRegex(response["body"], "slow down|oops|the-host")
                self.assertEqual(site.entries[0]["level"], "WARN")
                self.assertEqual(site.entries[0]["errorName"], type(error).__name__)
                self.assertNotIn("stack", site.entries[0])

    def test_are_told_in_part_where_they_are_long(self):
        site = Site(bucket=FakeBucket(error=ClientError("AccessDenied", "x" * 2000)))
        site.get("/")
        self.assertEqual(len(site.entries[0]["errorMessage"]), 500)

    def test_leave_headers_and_query_of_the_request_out_of_the_log(self):
        site = Site(bucket=FakeBucket(error=ClientError("AccessDenied", "no")))
        site.get("/", {"prefix": "the-query-of-the-caller"})
        site.get("/", {"limit": "the-query-of-the-caller"})
        self.assertEqual(len(site.entries), 2)
        self.assertNotRegex(json.dumps(site.entries), "of-the-caller")


class Log(unittest.TestCase):
    def test_has_an_entry_as_one_line_of_json(self):
        lines = []
        create_log(lines.append)("ERROR", "two\nlines", requestId="request-1")
        self.assertEqual(len(lines), 1)
        self.assertNotIn("\n", lines[0])
        entry = json.loads(lines[0])
        timestamp = entry.pop("timestamp")
        self.assertEqual(entry, {"level": "ERROR", "message": "two\nlines", "requestId": "request-1"})
        self.assertRegex(timestamp, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        now = datetime.now().astimezone()
        self.assertLess(
            abs((now - datetime.fromisoformat(timestamp.replace("Z", "+00:00"))).total_seconds()), 60
        )


if __name__ == "__main__":
    unittest.main()
