from urllib.parse import unquote_plus

from answers import respond
from errors import HttpError, as_http_error, describe

METHODS = ("GET", "HEAD")


def create_handler(*, settings, objects, database, log):
    """Makes the function that answers the events of the load balancer, each of which is one request."""

    def health(_query):
        return {"status": "ok"}

    def list_objects(query):
        return objects.list(**query)

    def describe_database(_query):
        return database.describe()

    routes = {"/health": health, "/": list_objects, "/db": describe_database}

    def answer(event):
        method, path = event.get("httpMethod"), event.get("path")
        route = routes.get(path)
        if route is None:
            raise HttpError(404, "there is no such resource")
        if method not in METHODS:
            raise HttpError(405, "only GET is allowed", headers={"Allow": ", ".join(METHODS)})
        # The load balancer asks for it to learn whether the function runs, not whether all else does.
        if route is not health and settings.faults:
            raise HttpError(500, "internal error", hint=f"environment: {'; '.join(settings.faults)}")
        return respond(200, route(query_of(event)))

    def handler(event, context):
        try:
            response = answer(event)
        except Exception as raised:
            error = as_http_error(raised)
            log(
                error.level,
                error.hint or error.message,
                requestId=context.aws_request_id,
                status=error.status,
                method=event.get("httpMethod"),
                path=event.get("path"),
                **describe(error),
            )
            body = {"error": error.message, "requestId": context.aws_request_id}
            response = respond(error.status, body, error.headers)
        return {**response, "body": ""} if event.get("httpMethod") == "HEAD" else response

    return handler


def query_of(event):
    """The parameters that the function knows; a load balancer hands them on as they were sent, encoded."""
    sent = event.get("queryStringParameters") or {}
    try:
        query = {decode(name): decode(value) for name, value in sent.items()}
    except UnicodeDecodeError:
        raise HttpError(400, "the query must be UTF-8") from None
    return {name: query[name] for name in ("prefix", "limit", "after") if name in query}


def decode(text):
    return unquote_plus(text, errors="strict")
