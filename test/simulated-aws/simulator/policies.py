"""Whether a resource policy lets somebody in: the part of IAM's evaluation that the simulator needs.

Effects, actions, resources, principals and conditions are looked at; a condition operator that is not in the table below
is an error and not a guess.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import json
import re
from typing import Any


def allows(
    document: str,
    *,
    service: str | None = None,
    role: str | None = None,
    action: str,
    resource: str,
    context: dict[str, str],
) -> bool:
    """Whether the policy lets `service` (`logs.us-east-1.amazonaws.com`) or the role of an ARN do `action` (`kms:Decrypt`).

    A role must be named itself: that its account is let in helps only those whose own policies allow it too, and a
    service-linked role's do not.
    """
    principal = ("AWS", role) if role is not None else ("Service", service or "")
    effects = {
        statement["Effect"]
        for statement in statements(document)
        if _names(statement, principal) and _covers(statement, action, resource, context)
    }
    return effects == {"Allow"}


def trusts(document: str, service: str) -> bool:
    """Whether a role's trust policy gives the role to a service that says nothing of what it needs it for."""
    effects = {
        statement["Effect"]
        for statement in statements(document)
        if _names(statement, ("Service", service))
        and _matches_any(statement, "Action", "sts:AssumeRole", re.IGNORECASE)
        and (statement["Effect"] == "Deny" or not statement.get("Condition"))
    }
    return effects == {"Allow"}


def allowed_by_role(documents: list[str], *, action: str, resource: str, context: dict[str, str] | None = None) -> bool:
    """Whether the policies of a role let it do `action` on `resource`; without a context each condition counts as held."""
    effects = {
        statement["Effect"]
        for document in documents
        for statement in statements(document)
        if _covers({**statement, "Condition": {}} if context is None else statement, action, resource, context or {})
    }
    return effects == {"Allow"}


def denies(document: str, *, action: str, resource: str, context: dict[str, str]) -> bool:
    """Whether the policy denies `action` on `resource` to everybody."""
    return any(
        statement["Effect"] == "Deny" and _names(statement, _EVERYBODY) and _covers(statement, action, resource, context)
        for statement in statements(document)
    )


def statements(document: str) -> list[dict[str, Any]]:
    """The statements of a policy; ValueError where it is no policy document."""
    policy = json.loads(document)
    if not isinstance(policy, dict) or "Statement" not in policy:
        raise ValueError("no Statement")
    found = _listed(policy["Statement"])
    for statement in found:
        if not isinstance(statement, dict) or statement.get("Effect") not in ("Allow", "Deny"):
            raise ValueError("a statement's Effect is Allow or Deny")
        if not ({"Action", "NotAction"} & statement.keys()):
            raise ValueError("a statement has an Action")
    return found


def principals(statement: dict[str, Any]) -> list[tuple[str, str]]:
    """Kind and name of each principal of a statement: `("Service", "logs.us-east-1.amazonaws.com")`, `("AWS", "*")`."""
    stated = statement.get("Principal", {})
    if stated == "*":
        return [_EVERYBODY]
    if not isinstance(stated, dict):
        raise ValueError("a Principal is * or names by kind")
    return [(kind, str(name)) for kind, names in stated.items() for name in _listed(names)]


_EVERYBODY = ("AWS", "*")


def _names(statement: dict[str, Any], principal: tuple[str, str]) -> bool:
    return bool({principal, _EVERYBODY} & set(principals(statement)))


def _covers(statement: dict[str, Any], action: str, resource: str, context: dict[str, str]) -> bool:
    return (
        _matches_any(statement, "Action", action, re.IGNORECASE)
        and _matches_any(statement, "Resource", resource, re.NOFLAG)
        and all(
            _holds(operator, _listed(values), context.get(key))
            for operator, by_key in statement.get("Condition", {}).items()
            for key, values in by_key.items()
        )
    )


def _matches_any(statement: dict[str, Any], element: str, value: str, flags: re.RegexFlag) -> bool:
    if f"Not{element}" in statement:
        return not any(_like(pattern, value, flags) for pattern in _listed(statement[f"Not{element}"]))
    return any(_like(pattern, value, flags) for pattern in _listed(statement.get(element, [])))


_OPERATORS = {
    "Bool": lambda wanted, actual: str(wanted).lower() == actual.lower(),
    "StringEquals": lambda wanted, actual: wanted == actual,
    "StringLike": lambda wanted, actual: _like(wanted, actual),
    "ArnEquals": lambda wanted, actual: _like(wanted, actual),
    "ArnLike": lambda wanted, actual: _like(wanted, actual),
}


def _holds(operator: str, wanted: list[Any], actual: str | None) -> bool:
    """A condition on a key that the request does not have does not hold."""
    if operator not in _OPERATORS:
        raise ValueError(f"the simulator does not know the condition operator {operator}")
    return actual is not None and any(_OPERATORS[operator](value, actual) for value in wanted)


def _like(pattern: str, value: str, flags: re.RegexFlag = re.NOFLAG) -> bool:
    expression = "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)
    return re.fullmatch(expression, value, flags | re.DOTALL) is not None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
