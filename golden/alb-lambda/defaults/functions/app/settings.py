import re
from dataclasses import dataclass

NAMES = ("DATA_BUCKET", "DB_HOST", "DB_NAME", "DB_PORT", "DB_SECRET_ARN")


@dataclass(frozen=True)
class Settings:
    faults: tuple
    data_bucket: str
    db_host: str
    db_name: str
    db_port: int
    db_secret_arn: str


def read_settings(environment):
    """
    Reads the function's environment. It never raises: a function that fails to load answers without
    a request id, so the faults are named with the first request.
    """
    values = {name: environment.get(name, "") for name in NAMES}
    faults = [f"{name} is not set" for name, value in values.items() if not value]
    port = values["DB_PORT"]
    is_port = re.fullmatch(r"[1-9][0-9]{0,4}", port) is not None
    if port and not is_port:
        faults.append(f"DB_PORT is {port}, not a port")

    return Settings(
        faults=tuple(faults),
        data_bucket=values["DATA_BUCKET"],
        db_host=values["DB_HOST"],
        db_name=values["DB_NAME"],
        db_port=int(port) if is_port else 0,
        db_secret_arn=values["DB_SECRET_ARN"],
    )
