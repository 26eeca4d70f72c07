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
    "port": 3306,
    "name": "the_database",
    "user": "the-user",
    "password": "the-password",
    "tls": "the-tls-context",
    "timeout": 5,
}


class MySQLError(Exception):
    pass


class FakeConnection:
    """A connection whose one statement is answered, or fails."""

    def __init__(self, error=None):
        self.error = error
        self.statements = []

    def cursor(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def execute(self, statement):
        self.statements.append(statement)
        if self.error is not None:
            raise self.error

    def fetchone(self):
        return ("8.4.6",)


def fake_pymysql(connect):
    module = ModuleType("pymysql")
    module.MySQLError = MySQLError
    module.connect = connect
    return patch.dict(sys.modules, {"pymysql": module})


def failing(error):
    def connect(**_):
        raise error

    return fake_pymysql(connect)


class Driver(unittest.TestCase):
    def test_is_missing_in_a_new_project(self):
        with patch("builtins.__import__", side_effect=ModuleNotFoundError("no driver", name="pymysql")):
            with self.assertRaises(DriverMissing):
                driver.load()

    def test_that_lacks_a_part_is_not_taken_for_missing(self):
        with patch("builtins.__import__", side_effect=ModuleNotFoundError("no part", name="pymysql.part")):
            with self.assertRaises(ModuleNotFoundError):
                driver.load()

    def test_hands_on_all_that_a_connection_needs(self):
        connection = object()
        given = SimpleNamespace()
        with fake_pymysql(lambda **options: vars(given).update(options) or connection):
            self.assertIs(driver.connect(**OPTIONS), connection)
        self.assertEqual(
            vars(given),
            {
                "host": "the-host",
                "port": 3306,
                "database": "the_database",
                "user": "the-user",
                "password": "the-password",
                "ssl": "the-tls-context",
                "connect_timeout": 5,
                "read_timeout": 5,
                "write_timeout": 5,
            },
        )

    def test_asks_the_server_for_its_version(self):
        connection = FakeConnection()
        with fake_pymysql(None):
            self.assertEqual(driver.version(connection), "8.4.6")
        self.assertEqual(driver.ENGINE, "mysql")

    def test_tells_errors_apart(self):
        for code, expected in (
            (1045, LoginFailed),
            (1698, LoginFailed),
            (1040, Unreachable),
            (1053, Unreachable),
            (2003, Unreachable),
            (2013, Unreachable),
            (2026, NotTrusted),
            (1044, MySQLError),
            (1064, MySQLError),
        ):
            error = MySQLError(code, "words of the server")
            with self.subTest(code), failing(error):
                with self.assertRaises(expected):
                    driver.connect(**OPTIONS)
                with self.assertRaises(expected):
                    driver.version(FakeConnection(error))

    def test_tells_a_certificate_from_a_connection(self):
        error = MySQLError(2003, "Can't connect to MySQL server")
        error.original_exception = ssl.SSLCertVerificationError("certificate verify failed")
        with failing(error), self.assertRaises(NotTrusted):
            driver.connect(**OPTIONS)


if __name__ == "__main__":
    unittest.main()
