import traceback

THROTTLED = {
    "LimitExceededException",
    "RequestLimitExceeded",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
# Of botocore, which only index.py imports: what it raises where AWS does not answer, or not in time.
UNREACHABLE = {
    "ConnectTimeoutError",
    "ConnectionClosedError",
    "ConnectionError",
    "EndpointConnectionError",
    "HTTPClientError",
    "ReadTimeoutError",
}
LONGEST_MESSAGE = 500


class HttpError(Exception):
    """An answer that is no success: its message is for the caller, hint and cause are for the log."""

    def __init__(self, status, message, *, hint=None, headers=None):
        super().__init__(message)
        self.status = status
        self.message = message
        self.hint = hint
        self.headers = headers or {}

    @property
    def level(self):
        if self.status < 500 or self.status == 501:
            return "INFO"
        return "WARN" if self.status == 503 else "ERROR"


class DriverMissing(Exception):
    """The package holds no driver for the database."""


class LoginFailed(Exception):
    """The database does not take this user with this password."""


class NotTrusted(Exception):
    """Whoever answers does not prove to be the database, or does not encrypt."""


class Unreachable(Exception):
    """The database does not answer, or takes no more connections."""


def unavailable(message, retry_after, hint=None):
    """Asks the caller to come again, after so many seconds."""
    return HttpError(503, message, hint=hint, headers={"Retry-After": str(retry_after)})


def as_http_error(error):
    """What to answer for anything that was raised."""
    if isinstance(error, HttpError):
        return error
    answer = HttpError(500, "internal error")
    if aws_code(error) in THROTTLED:
        answer = unavailable("too many requests, please try again", 2)
    elif is_aws_failing(error) or type(error).__name__ in UNREACHABLE:
        answer = unavailable("temporarily unavailable, please try again", 5)
    answer.__cause__ = error
    return answer


def describe(error):
    """What the log says of the cause of an answer that is no success."""
    cause = error.__cause__
    if cause is None:
        return {}
    words = {"errorName": type(cause).__name__, "errorMessage": str(cause)[:LONGEST_MESSAGE]}
    code = aws_code(cause)
    # AWS has its own id for the call.
    if code:
        request_id = answer_of(cause, "ResponseMetadata").get("RequestId")
        return {**words, "errorCode": code, "awsRequestId": request_id}
    if error.status != 500:
        return words
    # What is left may be a fault in the code here.
    return {**words, "stack": "".join(traceback.format_exception(type(cause), cause, cause.__traceback__))}


def aws_code(error):
    return answer_of(error, "Error").get("Code")


def is_aws_failing(error):
    return answer_of(error, "ResponseMetadata").get("HTTPStatusCode", 0) >= 500


def answer_of(error, part):
    # A ClientError has the answer of AWS with it.
    response = getattr(error, "response", None)
    return response.get(part, {}) if isinstance(response, dict) else {}
