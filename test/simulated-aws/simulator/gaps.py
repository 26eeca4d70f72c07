"""What moto lacks for the AWS provider of Terraform, closed one call at a time.

Those of Auto Scaling and its instances are in instances.py.
"""

from __future__ import annotations

import datetime
import inspect
import json
import os
import re
import secrets
import subprocess
import urllib.parse
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import xmltodict
from facts import Facts
from gap import gap
from moto.apigateway.models import APIGatewayBackend, Authorizer, RestAPI
from moto.applicationautoscaling.models import ApplicationAutoscalingBackend
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.cloudtrail.models import CloudTrailBackend
from moto.cloudtrail.responses import CloudTrailResponse
from moto.core.responses import ActionResult
from moto.dms.models import (
    DatabaseMigrationServiceBackend,
    FakeReplicationInstance,
    FakeReplicationSubnetGroup,
    FakeReplicationTask,
)
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ecs.exceptions import InvalidParameterException as InvalidOverrides
from moto.ecs.models import Cluster, EC2ContainerServiceBackend, Task, TaskDefinition
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.elbv2.exceptions import ELBClientError
from moto.elbv2.models import ELBv2Backend
from moto.iam.access_control import PermissionResult
from moto.kms.models import kms_backends
from moto.logs.models import LogGroup, logs_backends
from moto.moto_api._internal import mock_random
from moto.rds.exceptions import DBInstanceAlreadyExists, RDSClientError
from moto.rds.models import DBCluster, DBInstance, DBParameterGroup, MasterUserSecret, RDSBackend
from moto.rds.responses import RDSResponse
from moto.s3.models import FakeBucket, FakeDeleteMarker
from moto.s3.responses import S3Response
from moto.secretsmanager.exceptions import InvalidParameterException
from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend, secretsmanager_backends
from policies import denies
from zones import set_zones


@gap(
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


@gap(
    "application-autoscaling:RegisterScalableTarget",
    "moto does not raise the count of an ECS service that is below the new minimum, and so starts no task. "
    "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html",
)
def _scalable_target_minimum(_: Facts) -> None:
    register = ApplicationAutoscalingBackend.register_scalable_target

    def register_scalable_target(
        self: ApplicationAutoscalingBackend, namespace: str, r_id: str, *args: Any, **kwargs: Any
    ) -> Any:
        target = register(self, namespace, r_id, *args, **kwargs)
        if namespace == "ecs":
            _, cluster, name = r_id.split("/")
            [service], _ = self.ecs_backend.describe_services(cluster, [name])
            if service.desired_count < (target.min_capacity or 0):
                self.ecs_backend.update_service(
                    {"cluster": cluster, "service": name, "desired_count": target.min_capacity}
                )
        return target

    ApplicationAutoscalingBackend.register_scalable_target = register_scalable_target


@gap(
    "apigateway:CreateAuthorizer",
    "moto forgets what a token must look like before the authorizer is asked.",
)
def _authorizer_expressions(_: Facts) -> None:
    create = APIGatewayBackend.create_authorizer

    def create_authorizer(self: APIGatewayBackend, *args: Any, **kwargs: Any) -> Authorizer:
        authorizer = create(self, *args, **kwargs)
        # moto's own name of it.
        authorizer.identity_validation_expression = kwargs.get("identiy_validation_expression")
        return authorizer

    APIGatewayBackend.create_authorizer = create_authorizer


@gap(
    "apigateway:UpdateRestApi",
    "moto takes any text for true where the default endpoint is switched off or on.",
)
def _default_endpoints(_: Facts) -> None:
    apply = RestAPI.apply_patch_operations

    def apply_patch_operations(self: RestAPI, patch_operations: list[dict[str, Any]]) -> None:
        apply(self, patch_operations)
        for operation in patch_operations:
            if operation["path"] == "/disableExecuteApiEndpoint":
                self.disableExecuteApiEndpoint = operation["value"] == "true"

    RestAPI.apply_patch_operations = apply_patch_operations


@gap(
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


@gap(
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


@gap(
    "ecs:RegisterTaskDefinition",
    "moto answers with the capabilities as they were sent; ECS adds the list that was not written, an empty one. "
    "https://github.com/braintrustdata/terraform-aws-braintrust-data-plane/pull/335",
)
def _container_capabilities(_: Facts) -> None:
    initialise = TaskDefinition.__init__

    def __init__(self: TaskDefinition, *args: Any, **kwargs: Any) -> None:
        initialise(self, *args, **kwargs)
        for container in self.container_definitions:
            parameters = container.get("linuxParameters", {})
            if "capabilities" in parameters:
                parameters["capabilities"] = {"add": [], "drop": [], **parameters["capabilities"]}

    TaskDefinition.__init__ = __init__


@gap(
    "ecs:RunTask",
    "moto starts a task that runs nothing and never ends. The simulator runs the command of its container, with the "
    "environment and the secrets that ECS would give it and a stand-in for psql, and keeps what it printed in its log.",
)
def _one_off_tasks(_: Facts) -> None:
    start = EC2ContainerServiceBackend.run_task

    def run_task(self: EC2ContainerServiceBackend, *args: Any, **kwargs: Any) -> list[Task]:
        overrides = inspect.signature(start).bind(self, *args, **kwargs).arguments.get("overrides")
        # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
        if len(json.dumps(overrides, separators=(",", ":"))) > 8192:
            raise InvalidOverrides("Container Overrides length must be at most 8192")
        tasks = start(self, *args, **kwargs)
        for task in tasks:
            if task.launch_type == "FARGATE":
                _run_container(self, task)
        return tasks

    requirements = EC2ContainerServiceBackend._calculate_task_resource_requirements

    def requirements_of(definition: TaskDefinition) -> dict[str, Any]:
        # On Fargate the task says how much it takes, and its containers need not.
        if all("memory" in container for container in definition.container_definitions):
            return requirements(definition)
        return {"CPU": 0, "MEMORY": 0, "PORTS": [], "PORTS_UDP": []}

    EC2ContainerServiceBackend.run_task = run_task
    EC2ContainerServiceBackend._calculate_task_resource_requirements = staticmethod(requirements_of)


def _run_container(ecs: EC2ContainerServiceBackend, task: Task) -> None:
    definition = ecs.describe_task_definition(task.task_definition_arn)
    [container] = definition.container_definitions
    [override] = task.overrides.get("containerOverrides") or [{}]
    kept = secretsmanager_backends[ecs.account_id][ecs.region_name]
    environment = {"PATH": f"{Path(__file__).parent / 'images'}{os.pathsep}{os.environ['PATH']}"}
    for variable in [*container.get("environment", []), *override.get("environment", [])]:
        environment[variable["name"]] = variable["value"]
    for secret in container.get("secrets", []):
        # arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME:KEY:STAGE:VERSION
        *arn, key, _stage, _version = secret["valueFrom"].split(":")
        value = kept.get_secret_value(":".join(arn), "", "")["SecretString"]
        environment[secret["name"]] = json.loads(value)[key]
    done = subprocess.run(
        override.get("command") or container["command"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )

    options = container["logConfiguration"]["options"]
    logs = logs_backends[ecs.account_id][ecs.region_name]
    stream = f"{options['awslogs-stream-prefix']}/{container['name']}/{task.id}"
    logs.create_log_stream(options["awslogs-group"], stream)
    now = int(datetime.datetime.now(datetime.timezone.utc).timestamp() * 1000)
    lines = [{"timestamp": now + at, "message": line} for at, line in enumerate(done.stdout.splitlines())]
    logs.put_log_events(options["awslogs-group"], stream, lines)

    task.containers[0].exitCode = done.returncode
    task.last_status = task.desired_status = task.containers[0].last_status = "STOPPED"
    task.stopped_reason = "Essential container in task exited"
    network = ec2_backends[ecs.account_id][ecs.region_name]
    for attachment in task.attachments:
        for detail in attachment["details"]:
            if detail["name"] == "networkInterfaceId":
                network.delete_network_interface(detail["value"])


@gap(
    "ecs:CreateCluster, UpdateCluster",
    "moto answers with the key of the tasks' storage as it was named; ECS answers with its ARN. "
    "https://github.com/hashicorp/terraform-provider-aws/issues/45545",
)
def _cluster_keys(_: Facts) -> None:
    def with_key_arn(call: Callable[..., Cluster]) -> Callable[..., Cluster]:
        def wrapped(self: EC2ContainerServiceBackend, *args: Any, **kwargs: Any) -> Cluster:
            cluster = call(self, *args, **kwargs)
            storage = (cluster.configuration or {}).get("managedStorageConfiguration", {})
            key = storage.get("fargateEphemeralStorageKmsKeyId")
            if key:
                arn = kms_backends[self.account_id][self.region_name].describe_key(key).arn
                storage["fargateEphemeralStorageKmsKeyId"] = arn
            return cluster

        return wrapped

    for name in ("create_cluster", "update_cluster"):
        setattr(EC2ContainerServiceBackend, name, with_key_arn(getattr(EC2ContainerServiceBackend, name)))


@gap(
    "logs:DescribeLogGroups",
    "moto does not say which class a log group has. "
    "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html",
)
def _log_group_class(_: Facts) -> None:
    describe = LogGroup.to_describe_dict

    def to_describe_dict(self: LogGroup) -> dict[str, Any]:
        return {"logGroupClass": "STANDARD", **describe(self)}

    LogGroup.to_describe_dict = to_describe_dict


@gap(
    "rds:CreateDBCluster",
    "moto answers that Aurora has storage of type gp2; RDS does not name the type of Aurora Standard. "
    "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html",
)
def _aurora_storage_type(_: Facts) -> None:
    initialise = DBCluster.__init__

    def __init__(self: DBCluster, *args: Any, **kwargs: Any) -> None:
        initialise(self, *args, **kwargs)
        if self.engine.startswith("aurora") and self.storage_type != "aurora-iopt1":
            self.storage_type = None

    DBCluster.__init__ = __init__


@gap(
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


@gap(
    "rds:ModifyDBCluster",
    "moto loses the instances of a cluster that gets another name, and forgets IAM authentication and exported logs.",
)
def _modified_clusters(_: Facts) -> None:
    modify = RDSBackend.modify_db_cluster

    def modify_db_cluster(self: RDSBackend, kwargs: dict[str, Any]) -> Any:
        cluster = self.clusters[kwargs["db_cluster_identifier"]]
        name = kwargs.get("new_db_cluster_identifier")
        if name and name in self.clusters:
            raise RDSClientError("DBClusterAlreadyExistsFault", "DB Cluster already exists")
        members = cluster.members
        modified = modify(self, kwargs)
        for instance in members:
            instance.db_cluster_identifier = cluster.db_cluster_identifier
        if kwargs.get("enable_iam_database_authentication") is not None:
            cluster.iam_auth = kwargs["enable_iam_database_authentication"]
        exports = kwargs.get("cloudwatch_logs_export_configuration") or {}
        kept = set(cluster.enabled_cloudwatch_logs_exports) - set(exports.get("disable_log_types") or [])
        cluster.enabled_cloudwatch_logs_exports = sorted(kept | set(exports.get("enable_log_types") or []))
        return modified

    RDSBackend.modify_db_cluster = modify_db_cluster


@gap(
    "rds:RestoreDBClusterFromSnapshot, RestoreDBClusterToPointInTime",
    "moto copies every setting of the source, its secret included, or fails on it; RDS starts with a default "
    "configuration, the life cycle of Extended Support included, and without a secret. "
    "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBClusterToPointInTime.html; "
    "https://github.com/aws/aws-cdk/issues/21730",
)
def _restored_clusters(_: Facts) -> None:
    copied = (
        "engine",
        "engine_version",
        "database_name",
        "master_username",
        "port",
        "kms_key_id",
        "storage_encrypted",
        "backup_retention_period",
    )

    def restored(self: RDSBackend, source: DBCluster, asked: dict[str, Any]) -> DBCluster:
        if asked["db_cluster_identifier"] in self.clusters:
            raise RDSClientError("DBClusterAlreadyExistsFault", "DB Cluster already exists")
        cluster = self.create_db_cluster(
            {
                **{name: getattr(source, name) for name in copied},
                "master_user_password": "as it was then",
                "engine_lifecycle_support": "open-source-rds-extended-support",
                **{name: value for name, value in asked.items() if value is not None},
            }
        )
        cluster.tables = source.tables
        return cluster

    def restore_db_cluster_from_snapshot(
        self: RDSBackend, from_snapshot_id: str, overrides: dict[str, Any]
    ) -> DBCluster:
        [snapshot] = self.describe_db_cluster_snapshots(None, from_snapshot_id)
        return restored(self, snapshot.cluster, dict(overrides))

    def restore_db_cluster_to_point_in_time(self: RDSBackend, **asked: Any) -> DBCluster:
        [source] = self.describe_db_clusters(asked["source_db_cluster_identifier"])
        return restored(self, source, asked)

    RDSBackend.restore_db_cluster_from_snapshot = restore_db_cluster_from_snapshot
    RDSBackend.restore_db_cluster_to_point_in_time = restore_db_cluster_to_point_in_time


@gap(
    "rds:ModifyDBInstance",
    "moto gives a name that another instance has, makes a second secret for a password that RDS manages already, which RDS "
    "leaves alone, and forgets exported logs. https://github.com/hashicorp/terraform-provider-aws/issues/41817",
)
def _modified_instances(_: Facts) -> None:
    modify = RDSBackend.modify_db_instance

    def modify_db_instance(self: RDSBackend, db_instance_identifier: str, db_kwargs: dict[str, Any]) -> DBInstance:
        [instance] = self.describe_db_instances(db_instance_identifier)
        name = db_kwargs.get("new_db_instance_identifier")
        if name and name in self.databases:
            raise DBInstanceAlreadyExists()
        if instance.db_cluster_identifier is None and instance.manage_master_user_password:
            db_kwargs = {name: value for name, value in db_kwargs.items() if name != "manage_master_user_password"}
        modified = modify(self, db_instance_identifier, db_kwargs)
        exports = db_kwargs.get("cloudwatch_logs_export_configuration") or {}
        kept = set(instance.enabled_cloudwatch_logs_exports) - set(exports.get("disable_log_types") or [])
        instance.enabled_cloudwatch_logs_exports = sorted(kept | set(exports.get("enable_log_types") or []))
        return modified

    RDSBackend.modify_db_instance = modify_db_instance


@gap(
    "rds:RestoreDBInstanceFromDBSnapshot, RestoreDBInstanceToPointInTime",
    "moto copies every setting of the source, its secret included, or fails on it; RDS starts with a default "
    "configuration in one zone, the life cycle of Extended Support included, and without a secret. "
    "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceToPointInTime.html; "
    "https://github.com/hashicorp/terraform-provider-aws/issues/47689",
)
def _restored_instances(_: Facts) -> None:
    copied = (
        "engine",
        "engine_version",
        "db_instance_class",
        "db_name",
        "master_username",
        "port",
        "allocated_storage",
        "kms_key_id",
        "storage_encrypted",
        "backup_retention_period",
    )

    def restored(self: RDSBackend, source: DBInstance, asked: dict[str, Any]) -> DBInstance:
        return self.create_db_instance(
            {
                **{name: getattr(source, name) for name in copied},
                "master_user_password": "as it was then",
                "storage_type": "gp3",
                "database_insights_mode": "standard",
                "engine_lifecycle_support": "open-source-rds-extended-support",
                **{name: value for name, value in asked.items() if value is not None},
            }
        )

    def restore_db_instance_from_db_snapshot(
        self: RDSBackend, from_snapshot_id: str, overrides: dict[str, Any]
    ) -> DBInstance:
        [snapshot] = self.describe_db_snapshots(None, from_snapshot_id)
        # A copy may have another key.
        return restored(self, snapshot.database, {**overrides, "kms_key_id": snapshot.kms_key_id})

    def restore_db_instance_to_point_in_time(
        self: RDSBackend, source_db_identifier: str, target_db_identifier: str, overrides: dict[str, Any]
    ) -> DBInstance:
        [source] = self.describe_db_instances(source_db_identifier)
        asked = {**overrides, "db_instance_identifier": target_db_identifier}
        # It would be taken for the name of what this one is a replica of.
        del asked["source_db_instance_identifier"]
        return restored(self, source, asked)

    RDSBackend.restore_db_instance_from_db_snapshot = restore_db_instance_from_db_snapshot
    RDSBackend.restore_db_instance_to_point_in_time = restore_db_instance_to_point_in_time


@gap(
    "rds:DescribeDBEngineVersions, DescribeOrderableDBInstanceOptions",
    "moto has no engine versions and few classes. The simulator answers with the generator's own tables; a minor "
    "version .1 stands for whichever there is.",
)
def _rds_offers(facts: Facts) -> None:
    def versions_of(engine: str, wanted: str | None) -> list[str]:
        versions = [f"{major}.1" for major in facts.engine_versions.get(engine, [])]
        return [version for version in versions if wanted in (None, version, version.removesuffix(".1"))]

    def describe_db_engine_versions(self: RDSResponse) -> ActionResult:
        engine = self.params.get("Engine", "")
        versions = [
            {
                "Engine": engine,
                "EngineVersion": version,
                "MajorEngineVersion": version.removesuffix(".1"),
                "DBParameterGroupFamily": engine + version.removesuffix(".1"),
                "DBEngineDescription": engine,
                "DBEngineVersionDescription": f"{engine} {version}",
                "Status": "available",
            }
            for version in versions_of(engine, self.params.get("EngineVersion"))
        ]
        return ActionResult({"DBEngineVersions": versions})

    def describe_orderable_db_instance_options(self: RDSResponse) -> ActionResult:
        engine, wanted = self.params.get("Engine", ""), self.params.get("DBInstanceClass")
        options = [
            {
                "Engine": engine,
                "EngineVersion": version,
                "DBInstanceClass": name,
                "LicenseModel": "general-public-license",
                "AvailabilityZones": [{"Name": zone} for zone in facts.zones[self.region]],
                "StorageType": "gp3",
                "Vpc": True,
            }
            for version in versions_of(engine, self.params.get("EngineVersion"))
            for name in facts.database_classes.get(engine, {}).get(self.region, [])
            if wanted in (None, name)
        ]
        return ActionResult({"OrderableDBInstanceOptions": options})

    for call in (describe_db_engine_versions, describe_orderable_db_instance_options):
        setattr(RDSResponse, call.__name__, call)


@gap(
    "rds:CreateDBCluster, ModifyDBCluster, CreateDBInstance",
    "moto keeps a master user called admin in the secret that RDS manages, whatever the database's is called.",
)
def _master_user_of_secret(_: Facts) -> None:
    def generated(self: MasterUserSecret) -> str:
        return json.dumps({"username": self.resource.master_username, "password": secrets.token_urlsafe(20)})

    MasterUserSecret._generate_secret_string = generated


@gap(
    "rds:DescribeDBClusters",
    "moto answers with the empty scaling configuration of Serverless v1 for every cluster.",
)
def _serverless_v1_scaling(_: Facts) -> None:
    info = DBCluster.scaling_configuration_info.fget

    def scaling_configuration_info(self: DBCluster) -> dict[str, Any] | None:
        return info(self) if self.scaling_configuration else None

    DBCluster.scaling_configuration_info = property(scaling_configuration_info)


@gap(
    "secretsmanager:RotateSecret, CancelRotateSecret, DescribeSecret",
    "moto forgets a schedule that is an expression, rotates a secret of RDS although RotateImmediately is false, and "
    "wants a function for what RDS rotates itself. "
    "https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_managed.html",
)
def _managed_rotation(_: Facts) -> None:
    rotate = SecretsManagerBackend.rotate_secret
    cancel = SecretsManagerBackend.cancel_rotate_secret
    to_dict = FakeSecret.to_dict

    def rotate_secret(
        self: SecretsManagerBackend,
        secret_id: str,
        client_request_token: str | None = None,
        rotation_lambda_arn: str | None = None,
        rotation_rules: dict[str, Any] | None = None,
        rotate_immediately: bool = True,
    ) -> str:
        secret = self.secrets.get(secret_id)
        expression = (rotation_rules or {}).get("ScheduleExpression")
        if secret is None or secret.owning_service is None or expression is None or rotate_immediately:
            return rotate(
                self, secret_id, client_request_token, rotation_lambda_arn, rotation_rules, rotate_immediately
            )
        days = re.fullmatch(r"rate\((\d+) days\)", expression)
        if not days:
            raise InvalidParameterException(f"Invalid schedule expression: {expression}")
        secret.rotation_requested = secret.rotation_enabled = True
        secret.auto_rotate_after_days = int(days[1])
        secret.schedule_expression = expression
        return secret.to_short_dict()

    def cancel_rotate_secret(self: SecretsManagerBackend, secret_id: str) -> str:
        secret = self.secrets.get(secret_id)
        if secret is None or secret.owning_service is None:
            return cancel(self, secret_id)
        secret.rotation_enabled = False
        return secret.to_short_dict()

    def described(self: FakeSecret) -> dict[str, Any]:
        description = to_dict(self)
        expression = getattr(self, "schedule_expression", None)
        if expression is not None:
            description["RotationRules"]["ScheduleExpression"] = expression
        return description

    SecretsManagerBackend.rotate_secret = rotate_secret
    SecretsManagerBackend.cancel_rotate_secret = cancel_rotate_secret
    FakeSecret.to_dict = described


@gap(
    "ec2:DescribeAvailabilityZones",
    "moto knows neither the newest regions nor how many zones an account can count on.",
)
def _zones(facts: Facts) -> None:
    for region, names in facts.zones.items():
        set_zones(region, names)


@gap(
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


@gap(
    "s3: every call on an object of a bucket with a policy",
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


@gap(
    "s3:GetBucketNotificationConfiguration",
    "moto keeps that a bucket sends its events to EventBridge, and does not say so.",
)
def _events_to_event_bridge(_: Facts) -> None:
    answer = S3Response.get_bucket_notification

    def get_bucket_notification(self: S3Response) -> Any:
        configuration = self.backend.get_bucket_notification_configuration(self.bucket_name)
        if configuration is not None and configuration.event_bridge is not None:
            serialized = self.serialized
            self.serialized = lambda result: serialized(
                ActionResult({**result.result, "EventBridgeConfiguration": {}})
            )
        return answer(self)

    S3Response.get_bucket_notification = get_bucket_notification


@gap(
    "s3:ListObjectVersions",
    "moto does not encode the keys though it is asked to, and the provider, which empties a bucket by them, decodes them. "
    "https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html",
)
def _encoded_keys_of_versions(_: Facts) -> None:
    answer = S3Response.list_object_versions

    def encoded(entry: dict[str, Any]) -> dict[str, Any]:
        return {**entry, "Key": urllib.parse.quote(entry["Key"])}

    def list_object_versions(self: S3Response) -> Any:
        if self.querystring.get("encoding-type") == ["url"]:
            serialized = self.serialized
            self.serialized = lambda result: serialized(
                ActionResult(
                    {
                        **result.result,
                        **{kind: [encoded(entry) for entry in result.result[kind]] for kind in ("Versions", "DeleteMarkers")},
                        "EncodingType": "url",
                    }
                )
            )
        return answer(self)

    S3Response.list_object_versions = list_object_versions


@gap(
    "s3:DeleteObjects",
    "moto fails on deleting the last delete marker of a key, and so on emptying a bucket with versions.",
)
def _delete_markers(_: Facts) -> None:
    FakeDeleteMarker.dispose = lambda self, garbage=False: None


@gap(
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
            if snapshot.snapshot_type == "automated" and snapshot.cluster.db_cluster_identifier == cluster_identifier:
                del self.cluster_snapshots[name]
        return cluster

    EC2Backend.delete_nat_gateway = delete_nat_gateway_and_interface
    EC2Backend.delete_vpc = delete_vpc_and_network_acl
    RDSBackend.delete_db_cluster = delete_cluster_and_automated_snapshots


@gap(
    "rds:CreateDBInstance",
    "moto gives every instance the same DbiResourceId, by which the provider looks for it.",
)
def _database_resource_ids(_: Facts) -> None:
    initialise = DBInstance.__init__

    def __init__(self: DBInstance, *args: Any, **kwargs: Any) -> None:
        initialise(self, *args, **kwargs)
        self.dbi_resource_id = f"db-{mock_random.get_random_string(length=26).upper()}"

    DBInstance.__init__ = __init__


@gap(
    "rds:CreateDBInstance, CreateDBCluster",
    "moto answers with a certificate authority that there is none of, and the provider changes it at once to the one that "
    "was written. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html",
)
def _database_certificates(_: Facts) -> None:
    initialise = DBInstance.__init__

    def __init__(self: DBInstance, *args: Any, **kwargs: Any) -> None:
        initialise(self, *args, **{"ca_certificate_identifier": "rds-ca-rsa2048-g1", **kwargs})

    DBInstance.__init__ = __init__


@gap(
    "cloudtrail:DescribeTrails, UpdateTrail, DeleteTrail",
    "moto does not look at trailNameList and finds a trail that is updated or deleted by its name only, not by its ARN.",
)
def _trails_by_arn(_: Facts) -> None:
    describe_trails = CloudTrailResponse.describe_trails
    delete_trail, update_trail = CloudTrailBackend.delete_trail, CloudTrailBackend.update_trail

    def describe_named_trails(self: CloudTrailResponse) -> str:
        trails = json.loads(describe_trails(self))["trailList"]
        names = self._get_param("trailNameList") or []
        named = [trail for trail in trails if not names or trail["Name"] in names or trail["TrailARN"] in names]
        return json.dumps({"trailList": named})

    def delete_trail_by_arn(self: CloudTrailBackend, name: str) -> None:
        delete_trail(self, name.rpartition("/")[2])

    def update_trail_by_arn(self: CloudTrailBackend, name: str, *args: Any, **kwargs: Any) -> Any:
        return update_trail(self, name.rpartition("/")[2], *args, **kwargs)

    CloudTrailResponse.describe_trails = describe_named_trails
    CloudTrailBackend.delete_trail = delete_trail_by_arn
    CloudTrailBackend.update_trail = update_trail_by_arn


@gap(
    "dms: every call that answers with a replication instance or task",
    "moto writes times as text where the API has seconds, and a task never gets ready.",
)
def _dms_times(_: Facts) -> None:
    def in_seconds(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: in_seconds(entry, name) for name, entry in value.items()}
        if isinstance(value, str) and key.endswith(("Date", "CreateTime")):
            return datetime.datetime.fromisoformat(value).replace(tzinfo=datetime.timezone.utc).timestamp()
        return value

    instance_to_dict, task_to_dict = FakeReplicationInstance.to_dict, FakeReplicationTask.to_dict

    def instance(self: FakeReplicationInstance) -> dict[str, Any]:
        return in_seconds(instance_to_dict(self))

    def task(self: FakeReplicationTask) -> dict[str, Any]:
        if self.status == "creating":
            self.ready()
        return in_seconds(task_to_dict(self))

    FakeReplicationInstance.to_dict = instance
    FakeReplicationTask.to_dict = task


@gap(
    "dms:DescribeReplicationSubnetGroups",
    "moto answers with one made-up subnet instead of those that the group was given.",
)
def _dms_subnets(_: Facts) -> None:
    create = DatabaseMigrationServiceBackend.create_replication_subnet_group
    to_dict = FakeReplicationSubnetGroup.to_dict

    def create_replication_subnet_group(self: DatabaseMigrationServiceBackend, **kwargs: Any) -> Any:
        group = create(self, **kwargs)
        group.subnetIds = kwargs["subnet_ids"]
        return group

    def with_its_subnets(self: FakeReplicationSubnetGroup) -> dict[str, Any]:
        subnets = [{"SubnetIdentifier": subnet, "SubnetStatus": "Active"} for subnet in self.subnetIds or []]
        return {**to_dict(self), "Subnets": subnets}

    DatabaseMigrationServiceBackend.create_replication_subnet_group = create_replication_subnet_group
    FakeReplicationSubnetGroup.to_dict = with_its_subnets


@gap(
    "rds:DescribeDBParameters",
    "moto does not say that a parameter was set by the user, and the provider leaves out what nobody set. "
    "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_Parameter.html",
)
def _parameter_sources(_: Facts) -> None:
    update = DBParameterGroup.update_parameters

    def update_parameters(self: DBParameterGroup, new_parameters: Iterable[dict[str, Any]]) -> None:
        update(self, [{"Source": "user", **parameter} for parameter in new_parameters])

    DBParameterGroup.update_parameters = update_parameters


@gap(
    "s3:GetBucketLogging",
    "moto forgets how the objects with access logs are named.",
)
def _access_log_names(_: Facts) -> None:
    parse, answer = S3Response._logging_from_body, S3Response.get_bucket_logging

    def logging_from_body(self: S3Response) -> dict[str, Any]:
        logging = parse(self)
        sent = xmltodict.parse(self.body)["BucketLoggingStatus"].get("LoggingEnabled") or {}
        if "TargetObjectKeyFormat" in sent:
            logging["TargetObjectKeyFormat"] = sent["TargetObjectKeyFormat"]
        return logging

    def get_bucket_logging(self: S3Response) -> Any:
        logging = self.backend.get_bucket_logging(self.bucket_name) or {}
        if "TargetObjectKeyFormat" in logging:
            serialized = self.serialized
            self.serialized = lambda result: serialized(
                ActionResult(
                    {
                        "LoggingEnabled": {
                            **result.result["LoggingEnabled"],
                            "TargetObjectKeyFormat": logging["TargetObjectKeyFormat"],
                        }
                    }
                )
            )
        return answer(self)

    S3Response._logging_from_body = logging_from_body
    S3Response.get_bucket_logging = get_bucket_logging
