import re
from datetime import timezone

from errors import HttpError

DEFAULT_LIMIT = 50
# With keys as long as S3 has them, this many make an answer that stays below the 1 MB of a load balancer.
MOST_OBJECTS = 100
LONGEST_KEY = 1024


class Objects:
    """The objects of the data bucket."""

    def __init__(self, settings, list_objects):
        self._bucket = settings.data_bucket
        self._list_objects = list_objects

    def list(self, prefix="", limit=str(DEFAULT_LIMIT), after=""):
        """A page of objects by key, and the key to go on after, which is None with the last page."""
        # Refused here: S3 would answer with an error, and the log would have it as one of the function.
        for name, value in (("prefix", prefix), ("after", after)):
            if len(value.encode()) > LONGEST_KEY:
                raise HttpError(400, f"{name} must have {LONGEST_KEY} bytes or less")

        page = self._list_objects(
            Bucket=self._bucket,
            Prefix=prefix,
            StartAfter=after,
            MaxKeys=limit_of(limit),
        )
        objects = [summary(entry) for entry in page.get("Contents", [])]
        more = page.get("IsTruncated", False) and objects
        return {"objects": objects, "next": objects[-1]["key"] if more else None}


def limit_of(text):
    if not re.fullmatch(r"[1-9][0-9]{0,2}", text) or int(text) > MOST_OBJECTS:
        raise HttpError(400, f"limit must be a number from 1 to {MOST_OBJECTS}")
    return int(text)


def summary(entry):
    modified = entry["LastModified"].astimezone(timezone.utc)
    return {
        "key": entry["Key"],
        "size": entry["Size"],
        "lastModified": modified.isoformat(timespec="seconds").replace("+00:00", "Z"),
    }
