"""What moto lacks of launch templates, Auto Scaling groups and their instances."""

from __future__ import annotations

import datetime
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from facts import Facts
from gap import gap
from moto.autoscaling.exceptions import AutoscalingClientError, ValidationError
from moto.autoscaling.models import (
    ASG_NAME_TAG,
    AutoScalingBackend,
    FakeAutoScalingGroup,
    FakeScalingPolicy,
    InstanceState,
)
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult
from moto.ec2.models.instances import Instance
from moto.ec2.models.launch_templates import LaunchTemplate, LaunchTemplateVersion
from moto.ec2.responses.launch_templates import LaunchTemplates
from moto.ec2.utils import convert_tag_spec, parse_user_data
from moto.elbv2.models import elbv2_backends
from moto.moto_api._internal import mock_random
from moto.ssm.models import ssm_backends


# Each raises what CreateAutoScalingGroup and UpdateAutoScalingGroup answer to a launch template; for refusals.py.
TEMPLATE_CHECKS: list[Callable[[FakeAutoScalingGroup], Any]] = []

# Each says why AWS terminates an instance that a group has just launched from a version, or None; for refusals.py.
OBSTACLES: list[Callable[[FakeAutoScalingGroup, LaunchTemplateVersion], str | None]] = []


def template_version(group: FakeAutoScalingGroup) -> LaunchTemplateVersion:
    """The version of the launch template that a group launches its next instance from."""
    assert group.ec2_launch_template is not None
    return group.ec2_launch_template.get_version(group.launch_template_version)


@gap(
    "ec2:CreateLaunchTemplate, CreateLaunchTemplateVersion",
    "moto takes the tags of a template for some that it gives to what it launches, and cannot launch from the user data "
    "of a second version.",
)
def _launch_templates(_: Facts) -> None:
    initialise, create_version = LaunchTemplate.__init__, LaunchTemplates.create_launch_template_version

    def __init__(self: LaunchTemplate, backend: Any, name: str, template_data: dict[str, Any], *args: Any) -> None:
        specifications = [
            specification
            for specification in template_data.pop("TagSpecifications", [])
            if specification["ResourceType"] != "launch-template"
        ]
        if specifications:
            template_data["TagSpecifications"] = specifications
        initialise(self, backend, name, template_data, *args)

    def create_launch_template_version(self: LaunchTemplates) -> ActionResult:
        result = create_version(self)
        data = result.result["LaunchTemplateVersion"]["LaunchTemplateData"]
        if "UserData" in data:
            data["UserData"] = parse_user_data(data["UserData"])
        return result

    LaunchTemplate.__init__ = __init__
    LaunchTemplates.create_launch_template_version = create_launch_template_version


@gap(
    "autoscaling:CreateAutoScalingGroup, UpdateAutoScalingGroup",
    "moto forgets a third of a group's settings, its service-linked role among them.",
)
def _group_settings(_: Facts) -> None:
    remembered = {
        "CapacityRebalance": "capacity_rebalance",
        "DefaultCooldown": "default_cooldown",
        "DefaultInstanceWarmup": "default_instance_warmup",
        "InstanceMaintenancePolicy": "instance_maintenance_policy",
        "MaxInstanceLifetime": "max_instance_lifetime",
        "PlacementGroup": "placement_group",
        "ServiceLinkedRoleARN": "service_linked_role_arn",
        "TerminationPolicies": "termination_policies",
    }

    def remembering(call: Callable[..., ActionResult]) -> Callable[..., ActionResult]:
        def wrapped(self: AutoScalingResponse) -> ActionResult:
            result = call(self)
            name = self._get_param("AutoScalingGroupName")
            group = self.autoscaling_backend.autoscaling_groups[name]
            for parameter, attribute in remembered.items():
                value = self._get_param(parameter)
                if value is not None:
                    setattr(group, attribute, value)
            # Only now is known what its first instances are launched with.
            self.autoscaling_backend.set_desired_capacity(name, group.desired_capacity)
            return result

        return wrapped

    for name in ("create_auto_scaling_group", "update_auto_scaling_group"):
        setattr(AutoScalingResponse, name, remembering(getattr(AutoScalingResponse, name)))


@gap(
    "autoscaling:PutScalingPolicy",
    "moto takes a policy for one that is switched off, and for predictive as well.",
)
def _scaling_policies(_: Facts) -> None:
    initialise = FakeScalingPolicy.__init__

    def __init__(self: FakeScalingPolicy, *args: Any, **kwargs: Any) -> None:
        initialise(self, *args, **kwargs)
        self.enabled = True
        self.predictive_scaling_configuration = self.predictive_scaling_configuration or None

    FakeScalingPolicy.__init__ = __init__


@gap(
    "autoscaling: every launch of an instance; DescribeScalingActivities",
    "moto launches all instances in one subnet, from the default version of the template, with a second volume and "
    "without security groups, monitoring or profile; it knows no image by its parameter, and no activity. "
    "https://docs.aws.amazon.com/autoscaling/ec2/userguide/create-launch-template.html",
)
def _launches(_: Facts) -> None:
    initialise = FakeAutoScalingGroup.__init__
    create, update = AutoScalingBackend.create_auto_scaling_group, AutoScalingBackend.update_auto_scaling_group
    describe = AutoScalingBackend.describe_auto_scaling_groups

    def __init__(self: FakeAutoScalingGroup, *args: Any, **kwargs: Any) -> None:
        self.activities: list[dict[str, Any]] = []
        self.instance_refreshes: list[_Refresh] = []
        initialise(self, *args, **kwargs)

    def create_auto_scaling_group(self: AutoScalingBackend, *args: Any, **kwargs: Any) -> FakeAutoScalingGroup:
        group = create(self, *args, **kwargs)
        try:
            for look in TEMPLATE_CHECKS:
                look(group)
        except ValidationError:
            del self.autoscaling_groups[group.name]
            raise
        return group

    def update_auto_scaling_group(self: AutoScalingBackend, *args: Any, **kwargs: Any) -> FakeAutoScalingGroup:
        group = update(self, *args, **kwargs)
        for look in TEMPLATE_CHECKS:
            look(group)
        return group

    def replace_autoscaling_group_instances(
        self: FakeAutoScalingGroup, count_needed: int, propagated_tags: dict[str, str]
    ) -> None:
        if self.name not in self.autoscaling_backend.autoscaling_groups:
            return
        for _ in range(count_needed):
            launch(self)

    def describe_auto_scaling_groups(self: AutoScalingBackend, *args: Any, **kwargs: Any) -> list[FakeAutoScalingGroup]:
        groups = describe(self, *args, **kwargs)
        for group in groups:
            # What could not be launched is tried again.
            self.set_desired_capacity(group.name, group.desired_capacity)
        return groups

    def launched_from(self: InstanceState) -> dict[str, Any]:
        return self.instance.launched_from

    def describe_scaling_activities(self: AutoScalingResponse) -> ActionResult:
        wanted = self._get_param("AutoScalingGroupName")
        groups = self.autoscaling_backend.autoscaling_groups.values()
        activities = [activity for group in groups if wanted in (None, group.name) for activity in group.activities]
        return ActionResult({"Activities": activities[::-1]})

    FakeAutoScalingGroup.__init__ = __init__
    FakeAutoScalingGroup.replace_autoscaling_group_instances = replace_autoscaling_group_instances
    TEMPLATE_CHECKS.append(image_of)
    AutoScalingBackend.create_auto_scaling_group = create_auto_scaling_group
    AutoScalingBackend.update_auto_scaling_group = update_auto_scaling_group
    AutoScalingBackend.describe_auto_scaling_groups = describe_auto_scaling_groups
    InstanceState.launch_template = property(launched_from)
    AutoScalingResponse.describe_scaling_activities = describe_scaling_activities


def image_of(group: FakeAutoScalingGroup) -> str:
    """The image that the next instance starts from; one that is named by a parameter is looked up."""
    image = template_version(group).image_id
    if not image.startswith("resolve:ssm:"):
        return image
    parameter = image.removeprefix("resolve:ssm:")
    found = ssm_backends[group.account_id][group.region].get_parameter(parameter)
    if found is not None:
        return found.value
    # moto has none of AWS's own parameters in the newest regions.
    if parameter.startswith("/aws/service/ami-amazon-linux-latest/al2023-ami-"):
        return "ami-0123456789abcdef0"
    raise ValidationError(
        f"You must use a valid fully-formed launch template. The parameter {parameter} of its image was not found."
    )


def launch(group: FakeAutoScalingGroup, replaced: InstanceState | None = None) -> str | None:
    """Launches one instance in the zone that has the fewest, but for one that is replaced.

    Returns why it came to nothing, or None.
    """
    version = template_version(group)
    [network] = version.data.get("NetworkInterfaces") or [{}]
    in_subnets = Counter(state.instance.subnet_id for state in group.instance_states if state is not replaced)
    subnet = min((group.vpc_zone_identifier or "").split(","), key=lambda name: in_subnets[name])
    tags = convert_tag_spec(version.data.get("TagSpecifications", []))
    activity = {
        "ActivityId": str(mock_random.uuid4()),
        "AutoScalingGroupName": group.name,
        "AutoScalingGroupARN": group.arn,
        "StartTime": datetime.datetime.now(datetime.timezone.utc),
        "Cause": "an instance was started in response to a difference between desired and actual capacity",
        "StatusCode": "Successful",
        "Progress": 100,
        "Details": "{}",
    }
    reservation = group.ec2_backend.run_instances(
        image_of(group),
        1,
        version.user_data,
        [],
        region_name=group.region,
        instance_type=version.instance_type,
        is_instance_type_default=False,
        subnet_id=subnet,
        security_group_ids=[*version.data.get("SecurityGroupIds", []), *network.get("Groups", [])],
        associate_public_ip=network.get("AssociatePublicIpAddress", False),
        ebs_optimized=version.data.get("EbsOptimized", False),
        monitoring_state="enabled" if version.data.get("Monitoring", {}).get("Enabled") else "disabled",
        metadata_options=version.data.get("MetadataOptions", {}),
        # A volume without a size has that of the image's snapshot.
        block_device_mappings=[
            {**device, "Ebs": {"VolumeSize": 8, **device.get("Ebs", {})}}
            for device in version.data.get("BlockDeviceMappings", [])
        ],
        tags={
            "instance": {**group.get_propagated_tags(), **tags.get("instance", {}), ASG_NAME_TAG: group.name},
            "volume": tags.get("volume", {}),
        },
    )
    [instance] = reservation.instances
    instance.autoscaling_group = group
    instance.launched_from = {
        "LaunchTemplateId": version.template.id,
        "LaunchTemplateName": version.template.name,
        "Version": str(version.number),
    }
    for interface in instance.nics.values():
        interface.delete_on_termination = True
        interface.add_tags(tags.get("network-interface", {}))
    profile = version.data.get("IamInstanceProfile", {})
    if profile:
        group.ec2_backend.associate_iam_instance_profile(
            instance_id=instance.id,
            iam_instance_profile_name=profile.get("Name"),
            iam_instance_profile_arn=profile.get("Arn"),
        )

    why = next(filter(None, (obstacle(group, version) for obstacle in OBSTACLES)), None)
    activity["Description"] = f"Launching a new EC2 instance: {instance.id}"
    activity["EndTime"] = datetime.datetime.now(datetime.timezone.utc)
    if why is not None:
        activity["StatusCode"], activity["StatusMessage"] = "Cancelled", why
        activity["Description"] += f". Status Reason: {why}"
        instance.terminate()
    else:
        group.instance_states.append(
            InstanceState(instance, protected_from_scale_in=group.new_instances_protected_from_scale_in)
        )
    group.activities.append(activity)
    return why


@gap(
    "ec2:TerminateInstances",
    "moto leaves a terminated instance in its target groups, healthy.",
)
def _terminated_targets(_: Facts) -> None:
    terminate = Instance.terminate

    def terminate_and_deregister(self: Instance) -> Any:
        elbv2_backends[self.owner_id][self.region_name].notify_terminate_instances([self.id])
        return terminate(self)

    Instance.terminate = terminate_and_deregister


@gap(
    "autoscaling:StartInstanceRefresh, DescribeInstanceRefreshes, CancelInstanceRefresh",
    "moto has no such calls. Here the instances are replaced at once, one after the other, and the refresh says so after "
    "some seconds. https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-instance-refresh.html",
)
def _instance_refreshes(_: Facts) -> None:
    def group_named(self: AutoScalingResponse) -> FakeAutoScalingGroup:
        name = self._get_param("AutoScalingGroupName")
        group = self.autoscaling_backend.autoscaling_groups.get(name)
        if group is None:
            raise ValidationError(f"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found")
        return group

    def start_instance_refresh(self: AutoScalingResponse) -> ActionResult:
        group = group_named(self)
        if any(refresh.is_active() for refresh in group.instance_refreshes):
            raise AutoscalingClientError(
                "InstanceRefreshInProgress", "An Instance Refresh is already in progress and blocks the execution."
            )
        refresh = _Refresh(group, self._get_param("Preferences") or {}, self._get_param("DesiredConfiguration"))
        refresh.run()
        group.instance_refreshes.append(refresh)
        return ActionResult({"InstanceRefreshId": refresh.id})

    def describe_instance_refreshes(self: AutoScalingResponse) -> ActionResult:
        wanted = self._get_param("InstanceRefreshIds") or []
        newest_first = group_named(self).instance_refreshes[::-1]
        limit = self._get_int_param("MaxRecords") or 50
        refreshes = [refresh.described() for refresh in newest_first if not wanted or refresh.id in wanted]
        return ActionResult({"InstanceRefreshes": refreshes[:limit]})

    def cancel_instance_refresh(self: AutoScalingResponse) -> ActionResult:
        for refresh in group_named(self).instance_refreshes:
            if refresh.is_active():
                refresh.is_cancelled = True
                return ActionResult({"InstanceRefreshId": refresh.id})
        raise AutoscalingClientError(
            "ActiveInstanceRefreshNotFound", "No in progress or pending Instance Refresh found for Auto Scaling group"
        )

    for call in (start_instance_refresh, describe_instance_refreshes, cancel_instance_refresh):
        setattr(AutoScalingResponse, call.__name__, call)


class _Refresh:
    """An instance refresh: done when it starts, and seen to be pending, in progress and done one after the other."""

    def __init__(
        self, group: FakeAutoScalingGroup, preferences: dict[str, Any], desired: dict[str, Any] | None
    ) -> None:
        self.id = str(mock_random.uuid4())
        self.is_cancelled = False
        self._group = group
        self._preferences = preferences
        self._desired = desired
        self._failure: str | None = None
        self._clock = time.monotonic()
        self._start = datetime.datetime.now(datetime.timezone.utc)

    def run(self) -> None:
        group = self._group
        if self._desired and "LaunchTemplate" in self._desired:
            group._set_launch_configuration("", self._desired["LaunchTemplate"], None)
        target = str(template_version(group).number)
        skips = bool(self._preferences.get("SkipMatching"))
        for state in list(group.instance_states):
            if skips and state.launch_template["Version"] == target:
                continue
            self._failure = launch(group, replaced=state)
            if self._failure is not None:
                return
            group.instance_states.remove(state)
            group.ec2_backend.terminate_instances([state.instance.id])
            group.autoscaling_backend.update_attached_target_groups(group.name)

    def is_active(self) -> bool:
        return self._status() in ("Pending", "InProgress")

    def described(self) -> dict[str, Any]:
        status = self._status()
        ended = not self.is_active()
        return {
            "InstanceRefreshId": self.id,
            "AutoScalingGroupName": self._group.name,
            "Status": status,
            "StatusReason": self._failure if status == "Failed" else None,
            "StartTime": self._start,
            "EndTime": datetime.datetime.now(datetime.timezone.utc) if ended else None,
            "PercentageComplete": {"Pending": None, "InProgress": 50}.get(status, 100),
            "InstancesToUpdate": 0 if ended else len(self._group.instance_states),
            "Preferences": self._preferences,
            "DesiredConfiguration": self._desired,
        }

    def _status(self) -> str:
        if self.is_cancelled:
            return "Cancelled"
        seconds = time.monotonic() - self._clock
        if seconds < 1:
            return "Pending"
        if seconds < 10:
            return "InProgress"
        return "Failed" if self._failure is not None else "Successful"
