"""Runs the handler of an unpacked function as Lambda's runtime would: in a process of its own, an event at a time.

    python runtime.py FOLDER HANDLER
"""

from __future__ import annotations

import importlib
import json
import socket
import sys
from types import SimpleNamespace
from typing import Any

# What it waits for is answered by this machine, which has other work too.
PATIENCE = 8
_settimeout = socket.socket.settimeout


def settimeout(self: socket.socket, seconds: float | None) -> None:
    _settimeout(self, seconds and seconds * PATIENCE)


def answer(handler: Any, event: Any, context: dict[str, str]) -> dict[str, Any]:
    names = SimpleNamespace(
        aws_request_id=context["awsRequestId"], invoked_function_arn=context["invokedFunctionArn"]
    )
    try:
        return {"result": handler(event, names)}
    except Exception as error:
        return {"error": {"errorType": type(error).__name__, "errorMessage": str(error)}}


def main(folder: str, handler_name: str) -> None:
    socket.socket.settimeout = settimeout  # type: ignore[method-assign]
    # In the place of this program's own folder.
    sys.path[0] = folder
    module, _, name = handler_name.rpartition(".")
    handler = getattr(importlib.import_module(module), name)
    # An event a line, and a line for each answer.
    with open(3, "r+b", buffering=0) as channel:
        lines = iter(channel.readline, b"")
        channel.write(b'{"ready":true}\n')
        for line in lines:
            message = json.loads(line)
            answered = {"id": message["id"], "answer": answer(handler, message["event"], message["context"])}
            channel.write(json.dumps(answered).encode() + b"\n")


main(*sys.argv[1:])
