"""What driver.py must do with any engine; test_driver.py says what its engine and its driver are."""

from types import SimpleNamespace
from unittest.mock import patch

# First, since it knows where the sources are.
import support  # noqa: F401

# isort: split
import driver
from errors import DriverMissing

OPTIONS = {
    "host": "the-host",
    "port": 1234,
    "name": "the_database",
    "user": "the-user",
    "password": "the-password",
    "tls": "the-tls-context",
    "timeout": 5,
}


class FakeConnection:
    """A connection whose statements are answered, or fail."""

    def __init__(self, answer=None, error=None):
        self.answer = answer
        self.error = error
        self.statements = []

    def asked(self, statement):
        self.statements.append(statement)
        if self.error is not None:
            raise self.error
        return self.answer


class DriverTests:
    """The tests, for a TestCase that has what is named here."""

    ENGINE = PACKAGE = PART = VERSION_STATEMENT = None
    # What the driver is given of OPTIONS, by its own names.
    GIVEN = {}

    def fake(self, connect):
        """Puts modules that look like the driver in its place, where connections come of `connect`."""
        raise NotImplementedError

    def connection(self, version=None, error=None):
        """A FakeConnection as the driver has them, which answers with the version, or fails."""
        raise NotImplementedError

    def errors(self):
        """Pairs of what the driver raises, and what is made of it."""
        raise NotImplementedError

    def failing(self, error):
        def connect(*_, **__):
            raise error

        return self.fake(connect)

    def test_is_missing_in_a_new_project(self):
        with patch("builtins.__import__", side_effect=ModuleNotFoundError("no driver", name=self.PACKAGE)):
            with self.assertRaises(DriverMissing):
                driver.load()

    def test_that_lacks_a_part_is_not_taken_for_missing(self):
        with patch("builtins.__import__", side_effect=ModuleNotFoundError("no part", name=self.PART)):
            with self.assertRaises(ModuleNotFoundError):
                driver.load()

    def test_hands_on_all_that_a_connection_needs(self):
        connection = object()
        given = SimpleNamespace()
        with self.fake(lambda **options: vars(given).update(options) or connection):
            self.assertIs(driver.connect(**OPTIONS), connection)
        self.assertEqual(vars(given), self.GIVEN)

    def test_asks_the_server_for_its_version(self):
        connection = self.connection(version="17.5")
        with self.fake(None):
            self.assertEqual(driver.version(connection), "17.5")
        self.assertEqual(connection.statements, [self.VERSION_STATEMENT])
        self.assertEqual(driver.ENGINE, self.ENGINE)

    def test_tells_errors_apart(self):
        for error, expected in self.errors():
            with self.subTest(error), self.failing(error):
                with self.assertRaises(expected):
                    driver.connect(**OPTIONS)
                with self.assertRaises(expected):
                    driver.version(self.connection(error=error))
