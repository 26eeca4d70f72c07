"""PostgreSQL, as database.py needs it: nothing else here knows the driver."""

import ssl
import sys
from contextlib import contextmanager
from pathlib import Path

from errors import DriverMissing, LoginFailed, NotTrusted, Unreachable

ENGINE = "postgresql"

# https://www.postgresql.org/docs/current/errcodes-appendix.html
LOGIN_FAILED = {"28000", "28P01"}
TOO_MANY_CONNECTIONS = {"53300"}
STARTING_OR_STOPPING = {"57P01", "57P02", "57P03"}
NO_TLS = "Server refuses SSL"

sys.path.insert(0, str(Path(__file__).with_name("vendor")))


def load():
    """The driver, which is no part of a new project."""
    try:
        import pg8000.native
    except ModuleNotFoundError as error:
        if error.name != "pg8000":
            raise
        raise DriverMissing("there is no pg8000") from error
    return pg8000.native


def connect(*, host, port, name, user, password, tls, timeout):
    pg8000 = load()
    with translated_errors(pg8000):
        return pg8000.Connection(
            user,
            host=host,
            port=port,
            database=name,
            password=password,
            # With a context the driver goes no further where the server does not encrypt.
            ssl_context=tls,
            timeout=timeout,
        )


def version(connection):
    with translated_errors(load()):
        return connection.run("SHOW server_version")[0][0]


@contextmanager
def translated_errors(pg8000):
    try:
        yield
    except pg8000.DatabaseError as error:
        # What the server says comes by letters, of which C is the code.
        said = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
        if said.get("C") in LOGIN_FAILED:
            raise LoginFailed(said.get("M")) from error
        if said.get("C") in TOO_MANY_CONNECTIONS | STARTING_OR_STOPPING:
            raise Unreachable(said.get("M")) from error
        raise
    except (pg8000.InterfaceError, OSError) as error:
        if NO_TLS in str(error) or isinstance(error, ssl.SSLError):
            raise NotTrusted(str(error)) from error
        # The driver says where it could not connect to, and its cause says why.
        raise Unreachable(f"{error} {error.__cause__ or ''}".rstrip()) from error
