import os

import boto3
from botocore.config import Config

import driver
from database import Database, create_tls
from handler import create_handler
from log import create_log
from objects import Objects
from settings import read_settings


def client(service, attempts, read_timeout):
    retries = {"mode": "standard", "total_max_attempts": attempts}
    return boto3.client(service, config=Config(connect_timeout=1, read_timeout=read_timeout, retries=retries))


settings = read_settings(os.environ)

# Lambda ends the function after 25 s. A request makes one call to S3, or reads the secret twice and logs in
# twice at the database; with a second or two between attempts, either stays below that. A second to connect
# is for each address, of which S3 has up to eight.
s3 = client("s3", attempts=2, read_timeout=3)
secrets = client("secretsmanager", attempts=2, read_timeout=1.5)

# Made once for each instance of the function: clients and what they know outlive a request.
handler = create_handler(
    settings=settings,
    objects=Objects(settings, list_objects=s3.list_objects_v2),
    database=Database(settings, get_secret=secrets.get_secret_value, driver=driver, create_tls=create_tls),
    log=create_log(),
)
