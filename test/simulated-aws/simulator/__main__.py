"""A simulated AWS on loopback: moto's server, with its gaps closed and with what AWS refuses refused.

    python simulator --facts FILE [--given FILE]

Prints one line of JSON, {"port": 1234}, once it answers, and ends when its standard input is closed: whoever started it
cannot leave it behind. `python simulator --describe` prints what it adds to moto, as JSON.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

# Before moto is imported: it reads them then.
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
for variable in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
    os.environ.pop(variable, None)

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app  # noqa: E402
from waitress import create_server  # noqa: E402

from facts import read_facts  # noqa: E402
from functions import FUNCTION_KEY, called_operation, denied_to_function, deployed_function  # noqa: E402
import gaps  # noqa: E402, F401
from gap import GAPS, close_gaps  # noqa: E402
from given import create_given  # noqa: E402
from inventory import inventory, remember_what_is_there_from_the_start  # noqa: E402
from load_balancers import deployed_load_balancer  # noqa: E402
from refusals import REFUSALS, install_refusals  # noqa: E402
from zones import set_zones  # noqa: E402


class Application:
    """moto's application, and beside it what a test asks of the simulator itself.

    With many calls at once the provider now and then closes a connection before it has read the answer ("use of closed
    network connection"), whatever the server, and tries again. What has been done already cannot be done again: a rule
    that was revoked is not found. So a second attempt, which the SDK marks as such, gets the answer of the first.
    https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
    """

    def __init__(self) -> None:
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.answers: dict[str, tuple[str, list[tuple[str, str]], bytes]] = {}
        # What is no call to AWS, by path: from the JSON that is sent to the JSON that is answered.
        self.own: dict[str, Callable[[Any], Any]] = {
            "/simulated-aws/function": deployed_function,
            "/simulated-aws/inventory": lambda _: inventory(),
            "/simulated-aws/load-balancer": deployed_load_balancer,
            "/simulated-aws/zones": lambda asked: set_zones(asked["region"], asked["zones"]),
        }

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] in self.own:
            asked = json.loads(environ["wsgi.input"].read() or "null")
            body = json.dumps(self.own[environ["PATH_INFO"]](asked)).encode()
            start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
            return [body]

        invocation = environ.get("HTTP_AMZ_SDK_INVOCATION_ID")
        is_retry = not environ.get("HTTP_AMZ_SDK_REQUEST", "attempt=1").startswith("attempt=1")
        answer = self.answers.get(invocation or "") if is_retry else None
        if answer is None:
            answer = self._denied(environ) or self._ask_moto(environ)
            if invocation and answer[0].startswith("2"):
                self.answers[invocation] = answer
        else:
            print(f"answered once more: {environ['REQUEST_METHOD']} {environ['PATH_INFO']}", file=sys.stderr)
        status, headers, body = answer
        start_response(status, headers)
        return [body]

    def _denied(self, environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes] | None:
        """The refusal of a call that a function's code makes and its role does not allow."""
        signed = re.search(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/", environ.get("HTTP_AUTHORIZATION", ""))
        if signed is None or not signed[1].startswith(FUNCTION_KEY):
            return None
        body = environ["wsgi.input"].read()
        environ["wsgi.input"] = io.BytesIO(body)
        operation, asked = called_operation(environ, signed[3], body)
        why = denied_to_function(signed[1], (signed[2], signed[3]), operation, asked)
        print(f"{signed[1]} calls {signed[3]}:{operation}{f': {why}' if why else ''}", file=sys.stderr)
        if why is None:
            return None
        if signed[3] == "s3":
            text = f"<Error><Code>AccessDenied</Code><Message>{why}</Message></Error>".encode()
            return "403 Forbidden", [("Content-Type", "application/xml"), ("Content-Length", str(len(text)))], text
        text = json.dumps({"__type": "AccessDeniedException", "message": why}).encode()
        headers = [("Content-Type", "application/x-amz-json-1.0"), ("x-amzn-ErrorType", "AccessDeniedException")]
        return "400 Bad Request", [*headers, ("Content-Length", str(len(text)))], text

    def _ask_moto(self, environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes]:
        started: list[Any] = []
        body = self.moto(environ, lambda status, headers, *_: started.extend((status, headers)))
        try:
            return started[0], started[1], b"".join(body)
        finally:
            getattr(body, "close", lambda: None)()


def main() -> None:
    parser = argparse.ArgumentParser(prog="simulator")
    parser.add_argument("--facts", help="JSON file: the tables that facts.py describes")
    parser.add_argument("--given", help="JSON file: a list of what is there from the start, as given.py describes")
    parser.add_argument("--describe", action="store_true", help="print what is added to moto, and end")
    arguments = parser.parse_args()
    if arguments.describe:
        print(json.dumps({"gaps": GAPS, "refusals": REFUSALS}))
        return

    if not arguments.facts:
        parser.error("--facts is missing")
    facts = read_facts(arguments.facts)
    close_gaps(facts)
    install_refusals(facts)
    remember_what_is_there_from_the_start()
    # Not moto's own server, which closes each connection: under load terraform sees some of them end too early.
    server = create_server(Application(), host="127.0.0.1", port=0, threads=32, connection_limit=1000)
    threading.Thread(target=server.run, daemon=True).start()
    if arguments.given:
        with open(arguments.given, encoding="utf-8") as file:
            for given in json.load(file):
                create_given(f"http://127.0.0.1:{server.effective_port}", given)
    print(json.dumps({"port": server.effective_port}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
