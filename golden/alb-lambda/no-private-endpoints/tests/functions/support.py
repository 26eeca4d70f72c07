"""The function as index.py puts it together, with stand-ins for AWS, the database and the clock."""

import json
import sys
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace

# What is compiled here would otherwise lie beside the sources.
sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "functions" / "app"))

from database import Database  # noqa: E402
from errors import DriverMissing  # noqa: E402
from handler import create_handler  # noqa: E402
from objects import Objects  # noqa: E402
from settings import read_settings  # noqa: E402

ENVIRONMENT = {
    "DATA_BUCKET": "the-data-bucket",
    "DB_HOST": "the-host.eu-central-1.rds.amazonaws.com",
    "DB_NAME": "the_database",
    "DB_PORT": "5432",
    "DB_SECRET_ARN": "arn:aws:secretsmanager:eu-central-1:111122223333:secret:the-secret",
}


class Site:
    """A site of its own for each test."""

    def __init__(self, environment=None, bucket=None, secrets=None, driver=None):
        self.settings = read_settings(ENVIRONMENT if environment is None else environment)
        self.bucket = bucket or FakeBucket()
        self.secrets = secrets or FakeSecrets()
        self.driver = driver or FakeDriver()
        self.now = 1000.0
        self.entries = []
        self.handler = create_handler(
            settings=self.settings,
            objects=Objects(self.settings, list_objects=self.bucket.list_objects),
            database=Database(
                self.settings,
                get_secret=self.secrets.get_secret,
                driver=self.driver,
                create_tls=lambda: "the-tls-context",
                clock=lambda: self.now,
            ),
            log=lambda level, message, **fields: self.entries.append(
                {"level": level, "message": message, **fields}
            ),
        )

    def respond(self, path, query=None, method="GET"):
        """The response to a request as a load balancer hands it on; its query as it was sent."""
        event = {
            "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:the-target-group"}},
            "httpMethod": method,
            "path": path,
            "queryStringParameters": query or {},
            "headers": {"host": "example.com", "authorization": "the-header-of-the-caller"},
            "body": "",
            "isBase64Encoded": False,
        }
        return self.handler(event, SimpleNamespace(aws_request_id="request-1"))

    def get(self, path, query=None):
        response = self.respond(path, query)
        return response["statusCode"], json.loads(response["body"])


class FakeBucket:
    """S3, as far as the function needs it: `error` is raised in place of an answer."""

    def __init__(self, keys=(), error=None):
        self.keys = sorted(keys)
        self.error = error
        self.calls = []

    def list_objects(self, **request):
        self.calls.append(request)
        if self.error is not None:
            raise self.error
        found = [
            key for key in self.keys if key.startswith(request["Prefix"]) and key > request["StartAfter"]
        ]
        page = found[: request["MaxKeys"]]
        answer = {"IsTruncated": len(page) < len(found), "KeyCount": len(page)}
        # S3 leaves them out where there are none.
        return {**answer, "Contents": [entry(key) for key in page]} if page else answer


def entry(key):
    return {"Key": key, "Size": len(key), "LastModified": datetime(2031, 5, 6, 7, 8, 9, tzinfo=timezone.utc)}


class FakeSecrets:
    """Secrets Manager, where each read finds the next password; the last one stays."""

    def __init__(self, *passwords, text=None, error=None):
        self.passwords = list(passwords) or ["the-password"]
        self.text = text
        self.error = error
        self.reads = []

    def get_secret(self, **request):
        self.reads.append(request)
        if self.error is not None:
            raise self.error
        password = self.passwords.pop(0) if len(self.passwords) > 1 else self.passwords[0]
        return {"SecretString": self.text or json.dumps({"username": "the-user", "password": password})}


class FakeDriver:
    """A driver whose connections fail with what `errors` has for each, None being none."""

    ENGINE = "the-engine"

    def __init__(self, *errors, is_missing=False, query_error=None):
        self.errors = list(errors)
        self.is_missing = is_missing
        self.query_error = query_error
        self.connections = []
        self.closed = 0

    def load(self):
        if self.is_missing:
            raise DriverMissing("there is no driver")

    def connect(self, **options):
        self.connections.append(options)
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise error
        return self

    def version(self, connection):
        assert connection is self
        if self.query_error is not None:
            raise self.query_error
        return "17.5"

    def close(self):
        self.closed += 1

    @property
    def passwords(self):
        return [options["password"] for options in self.connections]


class ClientError(Exception):
    """An error as botocore raises it."""

    def __init__(self, code, message, status=400):
        super().__init__(f"An error occurred ({code}) when calling the operation: {message}")
        self.response = {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"RequestId": "aws-1", "HTTPStatusCode": status},
        }
