"""What is in the account: every entry of every collection in every service that was used.

Comparing two inventories shows what an apply and a destroy left over, whatever kind it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from moto.core.base_backend import AccountSpecificBackend, BackendDict, backend_lock

# Collections in which moto keeps notes: they hold no resource that is not in another collection too.
_NOTES = {
    "tags",  # by resource, and kept after it
    "resource_map",  # RDS's resources once more, by class
    "events",  # what happened in RDS; AWS forgets it after 24 hours
    "_idempotency_tokens",  # of ACM
    "_pagination_tokens",  # where a list of S3 goes on, which AWS writes into the token itself
    "registry_scanning_configuration",  # a setting that every ECR registry has
    "launch_template_insert_order",  # and the ids by name: of templates that may be gone
    "launch_template_name_to_ids",
}

# What is inside something that may have been given to a project, and could be left over there.
_PARTS = {
    "EventBus": "rules",
    "FakeBucket": "keys",
    "FakeZone": "rrsets",
    "RouteTable": "routes",
    "SecurityGroup": "ingress_rules",
}

# What is nothing but its parts.
_WHOLES = {"MetricFilters": "metric_filters", "Reservation": "instances"}

# AWS's own parameters, which moto loads once one is asked for.
_OF_AWS = re.compile(r"ssm \S+ _parameters /aws/service/")

# What an account has of its own, such as the default VPC: moto makes it when a service is first used in a region.
_from_the_start: set[str] = set()


def remember_what_is_there_from_the_start() -> None:
    """Leaves out of every inventory what moto makes itself; before the server's first request."""
    original = AccountSpecificBackend.__getitem__

    def getitem(self: AccountSpecificBackend[Any], region: str) -> Any:
        # Nobody gets to see the backend before its entries are noted.
        with backend_lock:
            is_new = region not in self.keys()
            backend = original(self, region)
            if is_new:
                _from_the_start.update(_entries(self.service_name, region, backend))
            return backend

    AccountSpecificBackend.__getitem__ = getitem  # type: ignore[method-assign]


def inventory() -> dict[str, str]:
    """A path that names each entry (`rds us-east-1 clusters my-cluster`) -> its state, else its type."""
    found: dict[str, str] = {}
    for service in list(BackendDict._instances):
        for _, region, backend in list(service.iter_backends()):
            found.update(_entries(service.service_name, region, backend))
    return {path: state for path, state in found.items() if path not in _from_the_start and not _OF_AWS.match(path)}


def _entries(service: str, region: str, backend: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in list(vars(backend).items()):
        if name not in _NOTES and (_is_collection(value) or type(value).__name__ in _WHOLES):
            _collect(f"{service} {region} {name}", value, found)
    return found


def _collect(path: str, value: Any, found: dict[str, str]) -> None:
    if isinstance(value, Mapping):
        for key, entry in list(value.items()):
            _collect(f"{path} {key}", entry, found)
    elif _is_collection(value):
        for number, entry in enumerate(list(value)):
            name = next((getattr(entry, key) for key in ("arn", "id", "allocation_id") if hasattr(entry, key)), number)
            _collect(f"{path} {name}", entry, found)
    elif type(value).__name__ in _WHOLES:
        _collect(path, getattr(value, _WHOLES[type(value).__name__]), found)
    else:
        found[path] = _state(value)
        part = _PARTS.get(type(value).__name__)
        if part:
            _collect(f"{path} {part}", getattr(value, part), found)


def _is_collection(value: Any) -> bool:
    return isinstance(value, (Mapping, list, set, tuple))


def _state(value: Any) -> str:
    """The state of what AWS keeps for a while after it was deleted, and how many are to run, else its type."""
    if getattr(value, "deleted_date", None):
        return "deleted"
    for attribute in ("key_state", "status", "state"):
        state = getattr(value, attribute, None)
        if isinstance(state, str) and isinstance(getattr(value, "desired_count", None), int):
            return f"{state}, {value.desired_count} desired"
        if isinstance(state, str):
            return f"{state}, {value.description}" if getattr(value, "description", None) else state
    if isinstance(getattr(value, "desired_capacity", None), int):
        return f"{type(value).__name__}, {value.desired_capacity} desired"
    return type(value).__name__
