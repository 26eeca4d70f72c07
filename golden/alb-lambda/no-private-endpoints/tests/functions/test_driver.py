import ssl
import sys
import unittest
from types import ModuleType, SimpleNamespace
from unittest.mock import patch

# First, since it knows where the sources are.
import support  # noqa: F401

# isort: split
import driver
from errors import DriverMissing, LoginFailed, NotTrusted, Unreachable

OPTIONS = {
    "host": "the-host",
    "port": 5432,
    "name": "the_database",
    "user": "the-user",
    "password": "the-password",
    "tls": "the-tls-context",
    "timeout": 5,
}


class DatabaseError(Exception):
    pass


class InterfaceError(Exception):
    pass


class FakeConnection:
    """A connection whose one statement is answered, or fails."""

    def __init__(self, error=None):
        self.error = error

    def run(self, _statement):
        if self.error is not None:
            raise self.error
        return [["17.5"]]


def fake_pg8000(connection):
    package, native = ModuleType("pg8000"), ModuleType("pg8000.native")
    package.native = native
    native.DatabaseError = DatabaseError
    native.InterfaceError = InterfaceError
    native.Connection = connection
    return patch.dict(sys.modules, {"pg8000": package, "pg8000.native": native})


def failing(error):
    def connection(_user, **_):
        raise error

    return fake_pg8000(connection)


class Driver(unittest.TestCase):
    def test_is_missing_in_a_new_project(self):
        with patch("builtins.__import__", side_effect=ModuleNotFoundError("no driver", name="pg8000")):
            with self.assertRaises(DriverMissing):
                driver.load()

    def test_that_lacks_a_part_is_not_taken_for_missing(self):
        with patch("builtins.__import__", side_effect=ModuleNotFoundError("no part", name="scramp")):
            with self.assertRaises(ModuleNotFoundError):
                driver.load()

    def test_hands_on_all_that_a_connection_needs(self):
        connection = object()
        given = SimpleNamespace()
        with fake_pg8000(lambda user, **options: vars(given).update(options, user=user) or connection):
            self.assertIs(driver.connect(**OPTIONS), connection)
        self.assertEqual(
            vars(given),
            {
                "host": "the-host",
                "port": 5432,
                "database": "the_database",
                "user": "the-user",
                "password": "the-password",
                "ssl_context": "the-tls-context",
                "timeout": 5,
            },
        )

    def test_asks_the_server_for_its_version(self):
        with fake_pg8000(None):
            self.assertEqual(driver.version(FakeConnection()), "17.5")
        self.assertEqual(driver.ENGINE, "postgresql")

    def test_tells_errors_apart(self):
        for error, expected in (
            (DatabaseError({"C": "28P01", "M": "password authentication failed"}), LoginFailed),
            (DatabaseError({"C": "28000", "M": "no entry for the user"}), LoginFailed),
            (DatabaseError({"C": "53300", "M": "too many clients"}), Unreachable),
            (DatabaseError({"C": "57P03", "M": "the database system is starting up"}), Unreachable),
            (DatabaseError({"C": "3D000", "M": "no such database"}), DatabaseError),
            (DatabaseError("words alone"), DatabaseError),
            (InterfaceError("Can't create a connection to host the-host"), Unreachable),
            (InterfaceError("network error"), Unreachable),
            (TimeoutError("timed out"), Unreachable),
            (InterfaceError("Server refuses SSL"), NotTrusted),
            (ssl.SSLCertVerificationError("certificate verify failed"), NotTrusted),
        ):
            with self.subTest(error), failing(error):
                with self.assertRaises(expected):
                    driver.connect(**OPTIONS)
                with self.assertRaises(expected):
                    driver.version(FakeConnection(error))


if __name__ == "__main__":
    unittest.main()
