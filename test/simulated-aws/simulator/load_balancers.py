"""Load balancers whose targets are functions of Lambda: what a test's stand-in for one needs to know."""

from __future__ import annotations

from typing import Any

from moto.elbv2.models import FakeListener, FakeTargetGroup, elbv2_backends


def deployed_load_balancer(arn: str) -> dict[str, Any]:
    """The listeners of the load balancer of an ARN, and the target groups of its region."""
    _, _, _, region, account, *_ = arn.split(":")
    backend = elbv2_backends[account][region]
    return {
        "listeners": [_listener(listener) for listener in backend.load_balancers[arn].listeners.values()],
        "targetGroups": [_target_group(group) for group in backend.target_groups.values()],
    }


def _listener(listener: FakeListener) -> dict[str, Any]:
    return {
        "port": int(listener.port),
        "protocol": listener.protocol,
        "rules": len(listener._non_default_rules),
        "actions": [_action(action.data) for action in listener.default_actions],
    }


def _action(action: dict[str, Any]) -> dict[str, Any]:
    groups = action.get("ForwardConfig", {}).get("TargetGroups") or [action]
    return {"type": action["Type"], "targetGroups": [group.get("TargetGroupArn") for group in groups]}


def _target_group(group: FakeTargetGroup) -> dict[str, Any]:
    return {
        "arn": group.arn,
        "type": group.target_type,
        "targets": list(group.targets),
        "attributes": group.attributes,
        "healthCheck": {
            "enabled": group.health_check_enabled,
            "path": group.health_check_path,
            "matcher": group.matcher["HttpCode"],
        },
    }
