import json
from http import HTTPStatus

HEADERS = {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
}


def respond(status, content, headers=None):
    """A response in the form that a load balancer expects of a function."""
    return {
        "statusCode": status,
        "statusDescription": f"{status} {HTTPStatus(status).phrase}",
        "isBase64Encoded": False,
        "headers": {**HEADERS, **(headers or {})},
        "body": json.dumps(content),
    }
