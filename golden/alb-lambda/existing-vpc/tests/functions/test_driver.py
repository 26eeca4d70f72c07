import ssl
import sys
import unittest
from types import ModuleType
from unittest.mock import patch

# First, since it knows where the sources are.
from driver_tests import OPTIONS, DriverTests, FakeConnection

# isort: split
import driver
from errors import LoginFailed, NotTrusted, Unreachable


class MySQLError(Exception):
    pass


class Connection(FakeConnection):
    def cursor(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def execute(self, statement):
        self.asked(statement)

    def fetchone(self):
        return self.answer


class Driver(DriverTests, unittest.TestCase):
    ENGINE = "mysql"
    PACKAGE = "pymysql"
    PART = "pymysql.part"
    VERSION_STATEMENT = "SELECT VERSION()"
    GIVEN = {
        "host": "the-host",
        "port": 1234,
        "database": "the_database",
        "user": "the-user",
        "password": "the-password",
        "ssl": "the-tls-context",
        "connect_timeout": 5,
        "read_timeout": 5,
        "write_timeout": 5,
    }

    def fake(self, connect):
        module = ModuleType("pymysql")
        module.MySQLError = MySQLError
        module.connect = connect
        return patch.dict(sys.modules, {"pymysql": module})

    def connection(self, version=None, error=None):
        return Connection((version,), error)

    def errors(self):
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
            yield MySQLError(code, "words of the server"), expected

    def test_tells_a_certificate_from_a_connection(self):
        error = MySQLError(2003, "Can't connect to MySQL server")
        error.original_exception = ssl.SSLCertVerificationError("certificate verify failed")
        with self.failing(error), self.assertRaises(NotTrusted):
            driver.connect(**OPTIONS)


if __name__ == "__main__":
    unittest.main()
