import ssl
import sys
import unittest
from types import ModuleType
from unittest.mock import patch

# First, since it knows where the sources are.
from driver_tests import DriverTests, FakeConnection

# isort: split
from errors import LoginFailed, NotTrusted, Unreachable


class DatabaseError(Exception):
    pass


class InterfaceError(Exception):
    pass


class Connection(FakeConnection):
    def run(self, statement):
        return self.asked(statement)


class Driver(DriverTests, unittest.TestCase):
    ENGINE = "postgresql"
    PACKAGE = "pg8000"
    PART = "scramp"
    VERSION_STATEMENT = "SHOW server_version"
    GIVEN = {
        "host": "the-host",
        "port": 1234,
        "database": "the_database",
        "user": "the-user",
        "password": "the-password",
        "ssl_context": "the-tls-context",
        "timeout": 5,
    }

    def fake(self, connect):
        package, native = ModuleType("pg8000"), ModuleType("pg8000.native")
        package.native = native
        native.DatabaseError = DatabaseError
        native.InterfaceError = InterfaceError
        # The user comes first and without a name, as the driver has it.
        native.Connection = lambda user, **options: connect(user=user, **options)
        return patch.dict(sys.modules, {"pg8000": package, "pg8000.native": native})

    def connection(self, version=None, error=None):
        return Connection([[version]], error)

    def errors(self):
        return (
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
        )


if __name__ == "__main__":
    unittest.main()
