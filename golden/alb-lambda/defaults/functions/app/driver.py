"""MySQL, as database.py needs it: nothing else here knows the driver."""

import ssl
import sys
from contextlib import contextmanager
from pathlib import Path

from errors import DriverMissing, LoginFailed, NotTrusted, Unreachable

ENGINE = "mysql"

# https://dev.mysql.com/doc/mysql-errors/8.4/en/
LOGIN_FAILED = {1045, 1698}
TOO_MANY_CONNECTIONS = {1040, 1203}
SHUTTING_DOWN = {1053, 1079}
NO_CONNECTION = {2002, 2003, 2005, 2006, 2013, 2055}
NO_TLS = {2026}

sys.path.insert(0, str(Path(__file__).with_name("vendor")))


def load():
    """The driver, which is no part of a new project."""
    try:
        import pymysql
    except ModuleNotFoundError as error:
        if error.name != "pymysql":
            raise
        raise DriverMissing("there is no pymysql") from error
    return pymysql


def connect(*, host, port, name, user, password, tls, timeout):
    pymysql = load()
    with translated_errors(pymysql):
        return pymysql.connect(
            host=host,
            port=port,
            database=name,
            user=user,
            password=password,
            # With a context the driver goes no further where the server does not encrypt.
            ssl=tls,
            connect_timeout=timeout,
            read_timeout=timeout,
            write_timeout=timeout,
        )


def version(connection):
    with translated_errors(load()), connection.cursor() as cursor:
        cursor.execute("SELECT VERSION()")
        return cursor.fetchone()[0]


@contextmanager
def translated_errors(pymysql):
    try:
        yield
    except pymysql.MySQLError as error:
        code = error.args[0] if error.args else None
        # The driver keeps what went wrong with the connection in its own error.
        if code in NO_TLS or isinstance(getattr(error, "original_exception", None), ssl.SSLError):
            raise NotTrusted(str(error)) from error
        if code in LOGIN_FAILED:
            raise LoginFailed(str(error)) from error
        if code in TOO_MANY_CONNECTIONS | SHUTTING_DOWN | NO_CONNECTION:
            raise Unreachable(str(error)) from error
        raise
