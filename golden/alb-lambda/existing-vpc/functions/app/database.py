import json
import ssl
import time
from contextlib import suppress
from pathlib import Path

from errors import DriverMissing, HttpError, LoginFailed, NotTrusted, Unreachable, unavailable

# RDS rotates the secret by its schedule, or when asked to; a login that fails does not wait for this.
SECONDS_TO_KEEP_SECRET = 300
# Of the connection, and of each answer.
TIMEOUT = 5

COMMANDS = "run `python3 functions/build.py`, then `terraform apply`"
HOW_TO_TRUST = (
    "the database's certificate is not trusted: put the bundle of its region into functions/app/rds-ca.pem "
    f"(https://truststore.pki.rds.amazonaws.com/), and {COMMANDS}"
)

# Where Lambda has the certificates of RDS, and where a project has its own; the system's are trusted too.
CERTIFICATES = (Path("/var/runtime/ca-cert.pem"), Path(__file__).with_name("rds-ca.pem"))


class Database:
    """The database of the site, for which there is a new connection each time."""

    def __init__(self, settings, get_secret, driver, create_tls, clock=time.monotonic):
        self._settings = settings
        self._get_secret = get_secret
        self._driver = driver
        self._create_tls = create_tls
        self._clock = clock
        self._tls = None
        self._login = None
        self._login_read_at = 0

    def describe(self):
        """The engine of the database, and its version as it says itself."""
        try:
            self._driver.load()
            return {"engine": self._driver.ENGINE, "version": self._version()}
        except DriverMissing as error:
            message = f"the function has no database driver: {COMMANDS}"
            raise HttpError(501, message) from error
        except Unreachable as error:
            raise unavailable("the database cannot be reached, please try again", 5) from error
        except LoginFailed as error:
            hint = "the database refuses the login of the secret, which may be in rotation"
            raise unavailable("the database cannot be reached, please try again", 5, hint) from error
        except NotTrusted as error:
            raise HttpError(500, "internal error", hint=HOW_TO_TRUST) from error

    def _version(self):
        connection = self._connect()
        try:
            return self._driver.version(connection)
        finally:
            # One that is broken cannot be closed either; what broke it is told.
            with suppress(Exception):
                connection.close()

    def _connect(self):
        try:
            return self._connect_as(self._secret())
        except LoginFailed:
            # RDS has rotated the secret since it was read.
            self._login = None
            return self._connect_as(self._secret())

    def _connect_as(self, login):
        if self._tls is None:
            self._tls = self._create_tls()
        user, password = login
        return self._driver.connect(
            host=self._settings.db_host,
            port=self._settings.db_port,
            name=self._settings.db_name,
            user=user,
            password=password,
            tls=self._tls,
            timeout=TIMEOUT,
        )

    def _secret(self):
        if self._login is None or self._clock() - self._login_read_at >= SECONDS_TO_KEEP_SECRET:
            answer = self._get_secret(SecretId=self._settings.db_secret_arn)
            self._login = login_of(answer["SecretString"])
            self._login_read_at = self._clock()
        return self._login


def login_of(secret):
    try:
        content = json.loads(secret)
        return content["username"], content["password"]
    except (KeyError, TypeError, ValueError):
        # Without its cause, which has the secret with it.
        raise HttpError(500, "internal error", hint="the secret holds no username and password") from None


def create_tls(certificates=CERTIFICATES):
    """What a connection must prove: that a certificate which is trusted here names the very host."""
    context = ssl.create_default_context()
    # From Python 3.13 on also how certificates are written is looked at, and those of RDS need not pass.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    for file in certificates:
        if file.is_file():
            context.load_verify_locations(file)
    return context
