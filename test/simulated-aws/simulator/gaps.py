"""What moto lacks for the AWS provider of Terraform, closed one call at a time.

Each function closes one gap; its decorator names the calls and says why. `GAPS` is the list that docs/proof.md shows.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from typing import Any

from facts import Facts
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.core.responses import ActionResult
from moto.ec2.models import EC2Backend
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend, Zone
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.elbv2.exceptions import ELBClientError
from moto.elbv2.models import ELBv2Backend
from moto.iam.access_control import PermissionResult
from moto.rds.models import DBCluster, RDSBackend
from moto.s3.models import FakeBucket, FakeDeleteMarker
from policies import denies

GAPS: list[dict[str, str]] = []
_closers: list[Callable[[Facts], None]] = []


def _gap(calls: str, why: str) -> Callable[[Callable[[Facts], None]], Callable[[Facts], None]]:
    def register(close: Callable[[Facts], None]) -> Callable[[Facts], None]:
        GAPS.append({"calls": calls, "why": why})
        _closers.append(close)
        return close

    return register


def close_gaps(facts: Facts) -> None:
    """Puts every repair into moto; before the server's first request."""
    for close in _closers:
        close(facts)


@_gap(
    "application-autoscaling:ListTagsForResource, TagResource, UntagResource",
    "The provider reads the tags of a scalable target after each write; moto has no such calls.",
)
def _scalable_target_tags(_: Facts) -> None:
    tags: dict[str, dict[str, str]] = {}
    register = ApplicationAutoScalingResponse.register_scalable_target

    def register_scalable_target(self: ApplicationAutoScalingResponse) -> str:
        response = register(self)
        tags.setdefault(json.loads(response)["ScalableTargetARN"], {}).update(self._get_param("Tags") or {})
        return response

    def list_tags_for_resource(self: ApplicationAutoScalingResponse) -> str:
        return json.dumps({"Tags": tags.get(self._get_param("ResourceARN"), {})})

    def tag_resource(self: ApplicationAutoScalingResponse) -> str:
        tags.setdefault(self._get_param("ResourceARN"), {}).update(self._get_param("Tags"))
        return "{}"

    def untag_resource(self: ApplicationAutoScalingResponse) -> str:
        for key in self._get_param("TagKeys"):
            tags.get(self._get_param("ResourceARN"), {}).pop(key, None)
        return "{}"

    for call in (register_scalable_target, list_tags_for_resource, tag_resource, untag_resource):
        setattr(ApplicationAutoScalingResponse, call.__name__, call)


@_gap(
    "ec2:DescribeSecurityGroupRules",
    "moto forgets the description of a rule whose other end is a security group or a prefix list.",
)
def _rule_descriptions(_: Facts) -> None:
    initialise = SecurityGroupRule.__init__

    def __init__(self: SecurityGroupRule, *args: Any, **kwargs: Any) -> None:
        initialise(self, *args, **kwargs)
        given = inspect.signature(initialise).bind(self, *args, **kwargs).arguments
        self.other_end = given.get("source_group") or given.get("prefix_list_id") or {}

    def description(self: SecurityGroupRule) -> str | None:
        return self.ip_range.get("Description") or self.other_end.get("Description")

    SecurityGroupRule.__init__ = __init__
    SecurityGroupRule.description = property(description)


@_gap(
    "ecs:CreateService, UpdateService",
    "moto forgets healthCheckGracePeriodSeconds, enableECSManagedTags and availabilityZoneRebalancing.",
)
def _ecs_service_settings(_: Facts) -> None:
    remembered = {
        "healthCheckGracePeriodSeconds": "health_check_grace_period_seconds",
        "enableECSManagedTags": "enable_ecs_managed_tags",
        "availabilityZoneRebalancing": "availability_zone_rebalancing",
    }

    def remembering(call: Callable[..., ActionResult]) -> Callable[..., ActionResult]:
        def wrapped(self: EC2ContainerServiceResponse) -> ActionResult:
            result = call(self)
            service = result.result["service"]
            for parameter, attribute in remembered.items():
                value = self._get_param(parameter)
                if value is not None:
                    setattr(service, attribute, value)
            return result

        return wrapped

    for name in ("create_service", "update_service"):
        setattr(EC2ContainerServiceResponse, name, remembering(getattr(EC2ContainerServiceResponse, name)))


@_gap(
    "rds:CreateDBCluster, ModifyDBCluster, CreateDBInstance, ModifyDBInstance",
    "moto forgets what Performance Insights and Database Insights are set to, and EngineLifecycleSupport.",
)
def _rds_settings(_: Facts) -> None:
    remembered = {
        "enable_performance_insights": "performance_insights_enabled",
        "performance_insights_kms_key_id": "performance_insights_kms_key_id",
        "performance_insights_retention_period": "performance_insights_retention_period",
        "database_insights_mode": "database_insights_mode",
        "engine_lifecycle_support": "engine_lifecycle_support",
    }

    def remember(database: Any, parameters: dict[str, Any]) -> None:
        for parameter, attribute in remembered.items():
            if parameters.get(parameter) is not None:
                setattr(database, attribute, parameters[parameter])

    create_cluster, modify_cluster = RDSBackend.create_db_cluster, RDSBackend.modify_db_cluster
    create_instance, modify_instance = RDSBackend.create_db_instance, RDSBackend.modify_db_instance

    def create_db_cluster(self: RDSBackend, kwargs: dict[str, Any]) -> Any:
        cluster = create_cluster(self, kwargs)
        remember(cluster, kwargs)
        return cluster

    def modify_db_cluster(self: RDSBackend, kwargs: dict[str, Any]) -> Any:
        cluster_id = kwargs.get("new_db_cluster_identifier") or kwargs["db_cluster_identifier"]
        modified = modify_cluster(self, kwargs)
        remember(self.clusters[cluster_id], kwargs)
        return modified

    def create_db_instance(self: RDSBackend, db_kwargs: dict[str, Any]) -> Any:
        instance = create_instance(self, db_kwargs)
        remember(instance, db_kwargs)
        return instance

    def modify_db_instance(self: RDSBackend, db_instance_identifier: str, db_kwargs: dict[str, Any]) -> Any:
        instance = modify_instance(self, db_instance_identifier, db_kwargs)
        remember(instance, db_kwargs)
        return instance

    for call in (create_db_cluster, modify_db_cluster, create_db_instance, modify_db_instance):
        setattr(RDSBackend, call.__name__, call)


@_gap(
    "rds:DescribeDBClusters",
    "moto answers with the empty scaling configuration of Serverless v1 for every cluster.",
)
def _serverless_v1_scaling(_: Facts) -> None:
    info = DBCluster.scaling_configuration_info.fget

    def scaling_configuration_info(self: DBCluster) -> dict[str, Any] | None:
        return info(self) if self.scaling_configuration else None

    DBCluster.scaling_configuration_info = property(scaling_configuration_info)


@_gap(
    "ec2:DescribeAvailabilityZones",
    "moto knows neither the newest regions nor how many zones an account can count on.",
)
def _zones(facts: Facts) -> None:
    for region, names in facts.zones.items():
        RegionsAndZonesBackend.zones[region] = [
            Zone(region_name=region, name=name, zone_id=f"{region}-az{number}")
            for number, name in enumerate(names, start=1)
        ]


@_gap(
    "elasticloadbalancing:DeleteLoadBalancer",
    "moto deletes a load balancer that is protected against it; the production profile relies on being refused. "
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteLoadBalancer.html",
)
def _load_balancer_protection(_: Facts) -> None:
    delete = ELBv2Backend.delete_load_balancer

    def delete_load_balancer(self: ELBv2Backend, arn: str) -> None:
        balancer = self.load_balancers.get(arn)
        if balancer and balancer.attrs.get("deletion_protection.enabled") == "true":
            raise ELBClientError(
                "OperationNotPermitted",
                f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled",
            )
        delete(self, arn)

    ELBv2Backend.delete_load_balancer = delete_load_balancer


@_gap(
    "s3: every call on a bucket with a policy",
    "moto ignores conditions, so that a policy which denies plain HTTP denies everything. "
    "The connection to the simulator stands for the TLS connection that it would be.",
)
def _bucket_policies(_: Facts) -> None:
    def get_permission(self: FakeBucket, action: str, resource: str) -> Any:
        if self.policy is None:
            return PermissionResult.NEUTRAL
        context = {"aws:SecureTransport": "true"}
        if denies(self.policy.decode(), action=action, resource=resource, context=context):
            return PermissionResult.DENIED
        # Everything here is asked by the account itself, which needs no bucket policy.
        return PermissionResult.NEUTRAL

    FakeBucket.get_permission = get_permission


@_gap(
    "s3:DeleteObjects",
    "moto fails on deleting the last delete marker of a key, and so on emptying a bucket with versions.",
)
def _delete_markers(_: Facts) -> None:
    FakeDeleteMarker.dispose = lambda self, garbage=False: None


@_gap(
    "ec2:DeleteNatGateway, DeleteVpc; rds:DeleteDBCluster",
    "moto leaves the network interface of a NAT gateway, the default network ACL of a VPC and the automated "
    "snapshots of a cluster behind, which AWS deletes with them.",
)
def _deleted_along(_: Facts) -> None:
    delete_nat_gateway, delete_vpc = EC2Backend.delete_nat_gateway, EC2Backend.delete_vpc
    delete_cluster = RDSBackend.delete_db_cluster

    def delete_nat_gateway_and_interface(self: EC2Backend, nat_gateway_id: str) -> Any:
        gateway = delete_nat_gateway(self, nat_gateway_id)
        self.enis.pop(gateway._eni.id, None)
        return gateway

    def delete_vpc_and_network_acl(self: EC2Backend, vpc_id: str) -> Any:
        vpc = delete_vpc(self, vpc_id)
        for acl in [acl for acl in self.network_acls.values() if acl.vpc_id == vpc_id and acl.default]:
            del self.network_acls[acl.id]
        return vpc

    def delete_cluster_and_automated_snapshots(
        self: RDSBackend, cluster_identifier: str, snapshot_name: str | None = None
    ) -> Any:
        cluster = delete_cluster(self, cluster_identifier, snapshot_name)
        for name, snapshot in list(self.cluster_snapshots.items()):
            if snapshot.snapshot_type == "automated" and snapshot.cluster is cluster:
                del self.cluster_snapshots[name]
        return cluster

    EC2Backend.delete_nat_gateway = delete_nat_gateway_and_interface
    EC2Backend.delete_vpc = delete_vpc_and_network_acl
    RDSBackend.delete_db_cluster = delete_cluster_and_automated_snapshots
