import json
import ssl
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

# First, since it knows where the sources are.
from support import ENVIRONMENT, ClientError, FakeDriver, FakeSecrets, Site

# isort: split
from database import CERTIFICATES, create_tls
from errors import LoginFailed, NotTrusted, Unreachable

REFUSED = LoginFailed("Access denied for user 'the-user'@'10.0.1.2'")


class Database(unittest.TestCase):
    def test_says_its_engine_and_version(self):
        site = Site()
        self.assertEqual(site.get("/db"), (200, {"engine": "the-engine", "version": "17.5"}))
        self.assertEqual(
            site.driver.connections,
            [
                {
                    "host": ENVIRONMENT["DB_HOST"],
                    "port": 5432,
                    "name": "the_database",
                    "user": "the-user",
                    "password": "the-password",
                    "tls": "the-tls-context",
                    "timeout": 5,
                }
            ],
        )
        self.assertEqual(site.driver.closed, 1)

    def test_without_a_driver_names_the_commands_and_reads_no_secret(self):
        site = Site(driver=FakeDriver(is_missing=True))
        response = site.respond("/db")
        self.assertEqual(response["statusDescription"], "501 Not Implemented")
        error = json.loads(response["body"])["error"]
        self.assertIn("python3 functions/build.py", error)
        self.assertIn("terraform apply", error)
        self.assertEqual(site.secrets.reads, [])

    def test_that_cannot_be_reached_asks_for_another_try(self):
        for driver in (
            FakeDriver(Unreachable("no route to the-host.eu-central-1.rds.amazonaws.com")),
            FakeDriver(query_error=Unreachable("the-host.eu-central-1.rds.amazonaws.com is gone")),
        ):
            site = Site(driver=driver)
            response = site.respond("/db")
            self.assertEqual(response["statusCode"], 503)
            self.assertEqual(response["headers"]["Retry-After"], "5")
            self.assertNotIn("the-host", response["body"])
            self.assertIn("the-host", site.entries[0]["errorMessage"])
            self.assertEqual(len(driver.connections), 1)
            self.assertEqual(driver.closed, 1 if driver.query_error else 0)

    def test_that_is_not_trusted_is_a_fault_and_how_to_mend_it_is_logged(self):
        site = Site(driver=FakeDriver(NotTrusted("self-signed certificate of the-host")))
        status, body = site.get("/db")
        self.assertEqual((status, body["error"]), (500, "internal error"))
        self.assertIn("rds-ca.pem", site.entries[0]["message"])
        self.assertEqual(len(site.driver.connections), 1)

    def test_fails_in_silence_for_any_other_error(self):
        site = Site(driver=FakeDriver(query_error=ValueError("syntax error near the_database")))
        self.assertEqual(site.get("/db"), (500, {"error": "internal error", "requestId": "request-1"}))
        self.assertEqual(site.driver.closed, 1)


class Secret(unittest.TestCase):
    def test_is_read_by_its_arn_and_kept_five_minutes(self):
        site = Site()
        for now, reads in ((1000, 1), (1001, 1), (1299.9, 1), (1300, 2), (1599, 2), (1600, 3)):
            site.now = now
            self.assertEqual(site.get("/db")[0], 200)
            self.assertEqual(len(site.secrets.reads), reads, now)
        self.assertEqual(site.secrets.reads[0], {"SecretId": ENVIRONMENT["DB_SECRET_ARN"]})

    def test_that_was_rotated_is_read_once_more(self):
        site = Site(secrets=FakeSecrets("old", "new"), driver=FakeDriver(None, REFUSED))
        self.assertEqual(site.get("/db")[0], 200)
        self.assertEqual(site.get("/db")[0], 200)
        self.assertEqual(site.driver.passwords, ["old", "old", "new"])
        self.assertEqual(site.get("/db")[0], 200)
        self.assertEqual(site.driver.passwords[3:], ["new"])
        self.assertEqual(len(site.secrets.reads), 2)
        self.assertEqual(site.entries, [])

    def test_that_stays_refused_asks_for_another_try(self):
        site = Site(driver=FakeDriver(REFUSED, REFUSED))
        response = site.respond("/db")
        self.assertEqual(response["statusCode"], 503)
        self.assertEqual(response["headers"]["Retry-After"], "5")
        self.assertNotRegex(response["body"], "the-user|10.0.1.2|the-password")
        self.assertEqual(len(site.driver.connections), 2)
        self.assertIn("rotation", site.entries[0]["message"])
        self.assertNotIn("the-password", json.dumps(site.entries))

    def test_that_may_not_be_read_is_a_fault(self):
        message = "is not authorized to perform secretsmanager:GetSecretValue on the-secret"
        site = Site(secrets=FakeSecrets(error=ClientError("AccessDeniedException", message)))
        status, body = site.get("/db")
        self.assertEqual((status, body["error"]), (500, "internal error"))
        self.assertEqual(site.entries[0]["errorCode"], "AccessDeniedException")
        self.assertEqual(site.driver.connections, [])

    def test_of_another_form_is_a_fault_and_stays_out_of_the_log(self):
        for text in ("hush", '"hush"', "[]", '{"username": "hush"}', '{"password": "hush"}', "null"):
            site = Site(secrets=FakeSecrets(text=text))
            self.assertEqual(site.get("/db")[0], 500)
            self.assertIn("username and password", site.entries[0]["message"])
            self.assertNotIn("hush", json.dumps(site.entries))


class Tls(unittest.TestCase):
    def test_is_verified_with_the_name_of_the_host(self):
        context = create_tls()
        self.assertEqual(context.verify_mode, ssl.CERT_REQUIRED)
        self.assertTrue(context.check_hostname)
        self.assertGreaterEqual(context.minimum_version, ssl.TLSVersion.TLSv1_2)
        self.assertFalse(context.verify_flags & ssl.VERIFY_X509_STRICT)

    def test_trusts_certificates_of_the_project_where_there_are_some(self):
        self.assertEqual([file.name for file in CERTIFICATES], ["ca-cert.pem", "rds-ca.pem"])
        self.assertEqual(CERTIFICATES[1].parent.name, "app")
        with TemporaryDirectory() as folder:
            file = Path(folder) / "rds-ca.pem"
            create_tls([file])
            file.write_text("no certificate")
            with self.assertRaises(ssl.SSLError):
                create_tls([file])


if __name__ == "__main__":
    unittest.main()
