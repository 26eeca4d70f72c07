import json
from datetime import datetime, timezone


def create_log(write=print):
    """Writes entries as one line of JSON each, with the fields by which Lambda filters."""

    def log(level, message, **fields):
        timestamp = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        write(json.dumps({"timestamp": timestamp, "level": level, "message": message, **fields}))

    return log
