"""What AWS refuses and moto does not, refused with AWS's own error code, and its text where that is published.

Each function puts one refusal into moto; its decorator says what is refused, where AWS says so, and which rules of
`create-secure-infra check` find it without any simulator. `REFUSALS` is the list that docs/proof.md shows, and
test/simulated-aws/refused/<name>.tf is a project in which the apply must fail of it.
"""

from __future__ import annotations

import functools
import inspect
import json
import re
from collections.abc import Callable
from typing import Any

from facts import Facts
from functions import policies_of, role_may
from instances import OBSTACLES, TEMPLATE_CHECKS, template_version
from moto.apigateway.exceptions import BadRequestException
from moto.apigateway.models import APIGatewayBackend
from moto.autoscaling.exceptions import ValidationError
from moto.autoscaling.models import FakeAutoScalingGroup
from moto.autoscaling.responses import AutoScalingResponse
from moto.awslambda.models import lambda_backends
from moto.cloudtrail.models import CloudTrailBackend
from moto.core.exceptions import JsonRESTError
from moto.ec2.models.launch_templates import LaunchTemplateVersion
from moto.ecs.exceptions import EcsClientException
from moto.ecs.models import EC2ContainerServiceBackend
from moto.elbv2.exceptions import ELBClientError
from moto.elbv2.models import ELBv2Backend
from moto.iam.models import iam_backends
from moto.kms import kms_backends
from moto.kms.models import KmsBackend
from moto.logs.models import LogsBackend
from moto.rds.exceptions import RDSClientError
from moto.rds.models import RDSBackend
from moto.s3.exceptions import InvalidBucketName
from moto.s3.models import S3Backend, s3_backends
from moto.wafv2.models import WAFV2Backend
from policies import allowed_by_role, allows, principals, statements, trusts

REFUSALS: list[dict[str, Any]] = []
_installers: list[Callable[[Facts], None]] = []


def _refuses(
    name: str, what: str, *, error: str, source: str, rules: list[str]
) -> Callable[[Callable[[Facts], None]], Callable[[Facts], None]]:
    def register(install: Callable[[Facts], None]) -> Callable[[Facts], None]:
        REFUSALS.append({"name": name, "what": what, "error": error, "source": source, "rules": rules})
        _installers.append(install)
        return install

    return register


def install_refusals(facts: Facts) -> None:
    """Puts every refusal into moto; after the gaps are closed and before the server's first request."""
    for install in _installers:
        install(facts)


def _before(backend: type, method: str, look: Callable[..., None]) -> None:
    """Lets `look` see the arguments of each call of `method`, and raise, before moto does anything."""
    original = getattr(backend, method)

    @functools.wraps(original)
    def looked_at(self: Any, *args: Any, **kwargs: Any) -> Any:
        look(self, *args, **kwargs)
        return original(self, *args, **kwargs)

    setattr(backend, method, looked_at)


@_refuses(
    "load-balancer-zones",
    "an Application Load Balancer in fewer than two zones",
    error="ValidationError: At least two subnets in two different Availability Zones must be specified",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html",
    rules=["alb-two-zones"],
)
def _load_balancer_zones(_: Facts) -> None:
    def look(
        self: ELBv2Backend, subnet_ids: list[str] | None, mappings: list[dict[str, str]] | None, kind: str | None
    ) -> None:
        ids = [*(subnet_ids or []), *(mapping["SubnetId"] for mapping in mappings or [])]
        zones = {self.ec2_backend.get_subnet(subnet).availability_zone for subnet in ids}
        if (kind or "application") == "application" and len(zones) < 2:
            raise ELBClientError(
                "ValidationError", "At least two subnets in two different Availability Zones must be specified"
            )

    _before_subnets(look)


def _before_subnets(look: Callable[[ELBv2Backend, list[Any] | None, list[Any] | None, str | None], None]) -> None:
    """Lets `look` see the subnets that a load balancer is to have, by id or by mapping, and its type."""

    def create(self: ELBv2Backend, **kwargs: Any) -> None:
        look(self, kwargs.get("subnet_ids"), kwargs.get("subnet_mappings"), kwargs.get("loadbalancer_type"))

    def move(self: ELBv2Backend, arn: str, subnets: list[str], subnet_mappings: list[dict[str, Any]]) -> None:
        balancer = self.load_balancers.get(arn)
        look(self, subnets, subnet_mappings, balancer.loadbalancer_type if balancer else None)

    _before(ELBv2Backend, "create_load_balancer", create)
    _before(ELBv2Backend, "set_subnets", move)


@_refuses(
    "load-balancer-zone-twice",
    "a load balancer in two subnets of one zone",
    error="InvalidConfigurationRequest: A load balancer cannot be attached to multiple subnets in the same Availability Zone",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html",
    rules=["alb-two-zones"],
)
def _load_balancer_zone_twice(_: Facts) -> None:
    def look(
        self: ELBv2Backend, subnet_ids: list[str] | None, mappings: list[dict[str, str]] | None, _kind: str | None
    ) -> None:
        ids = [*(subnet_ids or []), *(mapping["SubnetId"] for mapping in mappings or [])]
        zones = [self.ec2_backend.get_subnet(subnet).availability_zone for subnet in ids]
        if len(zones) != len(set(zones)):
            raise ELBClientError(
                "InvalidConfigurationRequest",
                "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
            )

    _before_subnets(look)


@_refuses(
    "load-balancer-log-bucket",
    "access logs to a bucket that does not let Elastic Load Balancing write",
    error="InvalidConfigurationRequest: Access Denied for bucket",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html",
    rules=["alb-log-bucket-policy"],
)
def _load_balancer_log_bucket(_: Facts) -> None:
    def may_write(self: ELBv2Backend, bucket: Any, key: str, arn: str) -> bool:
        return bucket.policy is not None and allows(
            bucket.policy.decode(),
            service="logdelivery.elasticloadbalancing.amazonaws.com",
            action="s3:PutObject",
            resource=f"arn:{self.partition}:s3:::{bucket.name}/{key}",
            context={"aws:SecureTransport": "true", "aws:SourceArn": arn, "aws:SourceAccount": self.account_id},
        )

    def look(self: ELBv2Backend, bucket: Any, key: str, arn: str) -> None:
        if bucket is None or not may_write(self, bucket, key, arn):
            raise ELBClientError("InvalidConfigurationRequest", "Access Denied for bucket. Check S3bucket permission")
        # As AWS does, so that the bucket is not empty when it is to be deleted.
        s3_backends[self.account_id][self.partition].put_object(bucket.name, key, b"Enable AccessLog for ELB")

    _before_access_logs(look)


def _before_access_logs(look: Callable[[ELBv2Backend, Any, str, str], None]) -> None:
    """Lets `look` see the bucket that access logs are to go to, the key of the test file, and the load balancer's ARN."""

    def modify(self: ELBv2Backend, arn: str, attrs: dict[str, Any]) -> None:
        if attrs.get("access_logs.s3.enabled") == "true":
            prefix = attrs.get("access_logs.s3.prefix", "")
            key = f"{prefix}/AWSLogs/{self.account_id}/ELBAccessLogTestFile".removeprefix("/")
            buckets = s3_backends[self.account_id][self.partition].buckets
            look(self, buckets.get(attrs["access_logs.s3.bucket"]), key, arn)

    _before(ELBv2Backend, "modify_load_balancer_attributes", modify)


@_refuses(
    "load-balancer-log-bucket-key",
    "access logs to a bucket that encrypts with KMS",
    error="InvalidConfigurationRequest: Access Denied for bucket",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html",
    rules=["load-balancer-log-bucket-sse-s3"],
)
def _load_balancer_log_bucket_key(_: Facts) -> None:
    def look(self: ELBv2Backend, bucket: Any, key: str, arn: str) -> None:
        if bucket is not None and "aws:kms" in str(bucket.encryption):
            raise ELBClientError("InvalidConfigurationRequest", "Access Denied for bucket. Its encryption is not SSE-S3")

    _before_access_logs(look)


@_refuses(
    "function-target-permission",
    "a function as the target of a load balancer that it does not let call it for this target group",
    error="AccessDenied: elasticloadbalancing principal does not have permission to invoke",
    source="https://github.com/ansible/ansible/issues/52253",
    rules=["lambda-caller-permitted"],
)
def _function_target_permission(_: Facts) -> None:
    def look(self: ELBv2Backend, target_group_arn: str, instances: list[dict[str, Any]]) -> None:
        group = self.target_groups.get(target_group_arn)
        if group is None or group.target_type != "lambda":
            return
        for arn in [target["Id"] for target in instances]:
            function = lambda_backends[self.account_id][self.region_name].get_function(arn)
            if not allows(
                json.dumps({"Statement": function.policy.statements}),
                service="elasticloadbalancing.amazonaws.com",
                action="lambda:InvokeFunction",
                resource=function.function_arn,
                context={"AWS:SourceArn": target_group_arn, "AWS:SourceAccount": self.account_id},
            ):
                raise ELBClientError(
                    "AccessDenied",
                    "elasticloadbalancing principal does not have permission to invoke "
                    f"{arn} from target group {target_group_arn}",
                )

    _before(ELBv2Backend, "register_targets", look)


@_refuses(
    "function-target-health-check",
    "a target group of functions whose health check starts again before it has timed out",
    error="ValidationError: Health check interval must be greater than the timeout.",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html",
    rules=["target-group-health-check"],
)
def _function_target_health_check(_: Facts) -> None:
    def look(interval: int | None, timeout: int | None) -> None:
        # What AWS takes where nothing is sent.
        if (interval or 35) <= (timeout or 30):
            raise ELBClientError("ValidationError", "Health check interval must be greater than the timeout.")

    def create(self: ELBv2Backend, name: str, **kwargs: Any) -> None:
        if kwargs.get("target_type") == "lambda":
            look(kwargs.get("healthcheck_interval_seconds"), kwargs.get("healthcheck_timeout_seconds"))

    modified = inspect.signature(ELBv2Backend.modify_target_group)

    def modify(self: ELBv2Backend, *args: Any, **kwargs: Any) -> None:
        asked = modified.bind(self, *args, **kwargs).arguments
        group = self.target_groups.get(asked["arn"])
        if group is not None and group.target_type == "lambda":
            look(
                asked.get("health_check_interval") or int(group.health_check_interval_seconds),
                asked.get("health_check_timeout") or int(group.health_check_timeout_seconds),
            )

    _before(ELBv2Backend, "create_target_group", create)
    _before(ELBv2Backend, "modify_target_group", modify)


@_refuses(
    "database-subnet-group-zones",
    "a database subnet group in fewer than two zones",
    error="DBSubnetGroupDoesNotCoverEnoughAZs",
    source="https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSubnetGroup.html",
    rules=["db-subnet-group-two-zones"],
)
def _database_subnet_group_zones(_: Facts) -> None:
    def look(subnets: list[Any]) -> None:
        zones = sorted({subnet.availability_zone for subnet in subnets})
        if len(zones) < 2:
            raise RDSClientError(
                "DBSubnetGroupDoesNotCoverEnoughAZs",
                "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. "
                f"Current AZ coverage: {', '.join(zones)}. Add subnets to cover at least 2 AZs.",
            )

    def create(self: RDSBackend, subnet_name: str, description: str, subnets: list[Any], tags: Any) -> None:
        look(subnets)

    def modify(self: RDSBackend, subnet_name: str, description: str, subnets: list[Any]) -> None:
        look(subnets)

    _before(RDSBackend, "create_subnet_group", create)
    _before(RDSBackend, "modify_db_subnet_group", modify)


@_refuses(
    "database-class",
    "a database class that the region does not offer for the engine",
    error="InvalidParameterCombination: RDS does not support creating a DB instance with the following combination",
    source="https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.DBInstanceClass.SupportAurora.html",
    rules=["database-class-offered"],
)
def _database_class(facts: Facts) -> None:
    def look(self: RDSBackend, engine: str, wanted: str, version: str | None) -> None:
        if wanted in facts.refused_classes.get(engine, {}).get(self.region_name, []):
            raise RDSClientError(
                "InvalidParameterCombination",
                "RDS does not support creating a DB instance with the following combination: "
                f"DBInstanceClass={wanted}, Engine={engine}, EngineVersion={version}. "
                "For supported combinations of instance class and database engine version, see the documentation.",
            )

    def create(self: RDSBackend, db_kwargs: dict[str, Any]) -> None:
        look(self, db_kwargs["engine"], db_kwargs["db_instance_class"], db_kwargs.get("engine_version"))

    def modify(self: RDSBackend, db_instance_identifier: str, db_kwargs: dict[str, Any]) -> None:
        instance = self.databases.get(db_instance_identifier)
        if instance and db_kwargs.get("db_instance_class"):
            look(self, instance.engine, db_kwargs["db_instance_class"], instance.engine_version)

    _before(RDSBackend, "create_db_instance", create)
    _before(RDSBackend, "modify_db_instance", modify)


@_refuses(
    "database-version",
    "a database of a major version that RDS has retired, or never had",
    error="InvalidParameterCombination: Cannot find version",
    source="https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html",
    rules=["database-version-offered"],
)
def _database_version(facts: Facts) -> None:
    def look(self: RDSBackend, kwargs: dict[str, Any]) -> None:
        engine, version = kwargs.get("engine"), kwargs.get("engine_version")
        majors = facts.engine_versions.get(engine or "")
        if not majors or not version or any(f"{version}.".startswith(f"{major}.") for major in majors):
            return
        # A version that is newer than the table may have come out since.
        if _numbers(version) < _numbers(majors[-1]):
            raise RDSClientError("InvalidParameterCombination", f"Cannot find version {version} for {engine}")

    _before(RDSBackend, "create_db_cluster", look)
    _before(RDSBackend, "create_db_instance", look)


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


@_refuses(
    "performance-insights-class",
    "Performance Insights on a class that it does not run on",
    error="InvalidParameterCombination: Performance Insights not supported for this configuration",
    source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DatabaseInsights.Engines.html",
    rules=["performance-insights-class"],
)
def _performance_insights_class(facts: Facts) -> None:
    def look(engine: str, name: str) -> None:
        if name in facts.classes_without_insights.get(engine, []):
            raise RDSClientError(
                "InvalidParameterCombination",
                "Performance Insights not supported for this configuration, please disable this feature.",
            )

    def create(self: RDSBackend, db_kwargs: dict[str, Any]) -> None:
        if db_kwargs.get("enable_performance_insights"):
            look(db_kwargs["engine"], db_kwargs["db_instance_class"])

    def modify(self: RDSBackend, db_instance_identifier: str, db_kwargs: dict[str, Any]) -> None:
        instance = self.databases.get(db_instance_identifier)
        if instance is None:
            return
        before = getattr(instance, "performance_insights_enabled", False)
        if db_kwargs.get("enable_performance_insights", before):
            look(instance.engine, db_kwargs.get("db_instance_class") or instance.db_instance_class)

    _before(RDSBackend, "create_db_instance", create)
    _before(RDSBackend, "modify_db_instance", modify)


@_refuses(
    "fargate-size",
    "a CPU and memory that Fargate does not offer together",
    error="ClientException: No Fargate configuration exists for given values",
    source="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html",
    rules=["fargate-cpu-memory"],
)
def _fargate_size(facts: Facts) -> None:
    def look(self: EC2ContainerServiceBackend, *_: Any, **kwargs: Any) -> None:
        if "FARGATE" not in (kwargs.get("requires_compatibilities") or []):
            return
        cpu, memory = str(kwargs.get("cpu")), str(kwargs.get("memory"))
        # Sizes may also be written in vCPU and GB, and be larger than the table.
        if not cpu.isdecimal() or not memory.isdecimal() or int(cpu) > max(map(int, facts.fargate_sizes)):
            return
        if int(memory) not in facts.fargate_sizes.get(cpu, []):
            raise EcsClientException(
                f"No Fargate configuration exists for given values: {cpu} CPU, {memory} memory. "
                "See the Amazon ECS documentation for the valid values.",
            )

    _before(EC2ContainerServiceBackend, "register_task_definition", look)


@_refuses(
    "waf-priorities",
    "two rules of a web ACL with one priority",
    error="WAFInvalidParameterException",
    source="https://docs.aws.amazon.com/waf/latest/APIReference/API_Rule.html",
    rules=["waf-priorities-distinct"],
)
def _waf_priorities(_: Facts) -> None:
    def look(rules: list[dict[str, Any]] | None) -> None:
        priorities = [rule["Priority"] for rule in rules or []]
        for priority in set(priorities):
            if priorities.count(priority) > 1:
                raise JsonRESTError(
                    "WAFInvalidParameterException",
                    f"Error reason: More than one rule has the priority {priority}., field: RULE, parameter: Priority",
                )


    for method in ("create_web_acl", "update_web_acl", "create_rule_group", "update_rule_group"):
        _before(WAFV2Backend, method, _named(getattr(WAFV2Backend, method), look_at="rules", look=look))


def _named(method: Callable[..., Any], *, look_at: str, look: Callable[[Any], None]) -> Callable[..., None]:
    """Finds one argument of a call whether it was given by position or by name."""
    signature = inspect.signature(method)

    def bound(self: Any, *args: Any, **kwargs: Any) -> None:
        look(signature.bind(self, *args, **kwargs).arguments.get(look_at))

    return bound


@_refuses(
    "waf-log-destination",
    "a log destination of AWS WAF whose name does not start with aws-waf-logs-",
    error="WAFInvalidParameterException: Error reason: The ARN isn't valid.",
    source="https://docs.aws.amazon.com/waf/latest/developerguide/logging-destinations.html",
    rules=["waf-log-destination-name"],
)
def _waf_log_destination(_: Facts) -> None:
    def look(self: WAFV2Backend, arn: str, log_destination_configs: list[str], *_: Any, **__: Any) -> None:
        for destination in log_destination_configs:
            name = re.sub(r"^.*:(log-group:|deliverystream/)?", "", destination.removesuffix(":*"))
            if not name.startswith("aws-waf-logs-"):
                raise JsonRESTError(
                    "WAFInvalidParameterException",
                    "Error reason: The ARN isn't valid. A valid ARN begins with arn: and includes other information "
                    f"separated by colons or slashes., field: LOG_DESTINATION, parameter: {destination}",
                )

    _before(WAFV2Backend, "put_logging_configuration", look)


@_refuses(
    "log-group-key",
    "a log group with a key whose policy does not let CloudWatch Logs in",
    error="AccessDeniedException: The specified KMS key does not exist or is not allowed to be used with Arn",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
    rules=["log-group-key-admits-logs"],
)
def _log_group_key(_: Facts) -> None:
    actions = ("Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GenerateDataKey", "DescribeKey")

    def look(self: LogsBackend, log_group_name: str, key_id: str | None) -> None:
        if key_id is None:
            return
        arn = f"arn:{self.partition}:logs:{self.region_name}:{self.account_id}:log-group:{log_group_name}"
        key = kms_backends[self.account_id][self.region_name].keys.get(key_id.rpartition("/")[2])
        if not key or not all(
            allows(
                key.policy,
                service=f"logs.{self.region_name}.amazonaws.com",
                action=f"kms:{action}",
                resource=key.arn,
                context={"kms:EncryptionContext:aws:logs:arn": arn, "aws:SourceAccount": self.account_id},
            )
            for action in actions
        ):
            raise JsonRESTError(
                "AccessDeniedException",
                f"The specified KMS key does not exist or is not allowed to be used with Arn '{arn}'",
            )

    def create(self: LogsBackend, log_group_name: str, tags: Any, **kwargs: Any) -> None:
        look(self, log_group_name, kwargs.get("kmsKeyId"))

    _before(LogsBackend, "create_log_group", create)


@_refuses(
    "log-policy-malformed",
    "a resource policy of CloudWatch Logs that is no policy, or names what is no principal",
    error="InvalidParameterException: Could not convert to persistable policy.",
    source="https://github.com/hashicorp/terraform-provider-aws/issues/32260",
    rules=["service-principal-known"],
)
def _log_policy_malformed(_: Facts) -> None:
    def is_principal(kind: str, name: str) -> bool:
        return kind in ("Service", "Federated") or kind == "AWS" and re.fullmatch(r"\*|\d{12}|arn:.*|A[A-Z0-9]{15,}", name) is not None

    def look(self: LogsBackend, policy_name: str, policy_doc: str) -> None:
        try:
            by_statement = [principals(statement) for statement in statements(policy_doc)]
        except ValueError:
            by_statement = []
        named = [principal for found in by_statement for principal in found]
        if not by_statement or not all(by_statement) or not all(is_principal(kind, name) for kind, name in named):
            raise JsonRESTError("InvalidParameterException", "Could not convert to persistable policy.")

    _before(LogsBackend, "put_resource_policy", look)


@_refuses(
    "key-policy-principal",
    "a key policy that names a role or user which is not there, such as the account's own role for Auto Scaling in a new "
    "account",
    error="MalformedPolicyDocumentException: Policy contains a statement with one or more invalid principals.",
    source="https://github.com/hashicorp/terraform-provider-aws/issues/28644",
    rules=[],
)
def _key_policy_principal(_: Facts) -> None:
    def exists(self: KmsBackend, arn: str) -> bool:
        known = iam_backends[self.account_id][self.partition]
        return any(entry.arn == arn for entry in [*known.roles.values(), *known.users.values()])

    def look(self: KmsBackend, policy: str | None) -> None:
        try:
            named = [principal for statement in statements(policy or "") for principal in principals(statement)]
        except ValueError:
            return
        own = re.compile(rf"arn:[^:]+:iam::{self.account_id}:(role|user)/")
        if any(kind == "AWS" and own.match(name) and not exists(self, name) for kind, name in named):
            raise JsonRESTError(
                "MalformedPolicyDocumentException",
                "Policy contains a statement with one or more invalid principals.",
            )

    for method in ("create_key", "put_key_policy"):
        original = getattr(KmsBackend, method)
        signature = inspect.signature(original)

        def bound(self: KmsBackend, *args: Any, signature: inspect.Signature = signature, **kwargs: Any) -> None:
            look(self, signature.bind(self, *args, **kwargs).arguments.get("policy"))

        _before(KmsBackend, method, bound)


@_refuses(
    "trail-bucket",
    "a trail whose bucket does not let CloudTrail write",
    error="InsufficientS3BucketPolicyException: Incorrect S3 bucket policy is detected for bucket",
    source="https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html",
    rules=["trail-bucket-policy"],
)
def _trail_bucket(_: Facts) -> None:
    def look(self: CloudTrailBackend, trail: dict[str, Any], arn: str) -> None:
        s3 = s3_backends[self.account_id][self.partition]
        bucket = s3.buckets.get(trail.get("bucket_name"))
        if bucket is None:
            return
        path = "/".join(filter(None, [trail.get("s3_key_prefix"), "AWSLogs", self.account_id, "CloudTrail/"]))
        of_bucket = f"arn:{self.partition}:s3:::{bucket.name}"
        context = {"aws:SecureTransport": "true", "aws:SourceArn": arn, "aws:SourceAccount": self.account_id}
        wanted = {
            "s3:GetBucketAcl": (of_bucket, context),
            "s3:PutObject": (f"{of_bucket}/{path}", {**context, "s3:x-amz-acl": "bucket-owner-full-control"}),
        }
        if bucket.policy is None or not all(
            allows(
                bucket.policy.decode(),
                service="cloudtrail.amazonaws.com",
                action=action,
                resource=resource,
                context=sent,
            )
            for action, (resource, sent) in wanted.items()
        ):
            raise JsonRESTError(
                "InsufficientS3BucketPolicyException",
                f"Incorrect S3 bucket policy is detected for bucket: {bucket.name}",
            )
        # Where log files will be, so that the bucket is not empty when it is to be deleted.
        s3.put_object(bucket.name, path, b"")

    _before_trails(look)


def _before_trails(look: Callable[[CloudTrailBackend, dict[str, Any], str], None]) -> None:
    """Lets `look` see what a trail is to have, as CreateTrail names it in moto, and its ARN."""
    signature = inspect.signature(CloudTrailBackend.create_trail)

    def arn_of(self: CloudTrailBackend, name: str) -> str:
        return f"arn:{self.partition}:cloudtrail:{self.region_name}:{self.account_id}:trail/{name}"

    def create(self: CloudTrailBackend, *args: Any, **kwargs: Any) -> None:
        trail = signature.bind(self, *args, **kwargs).arguments
        look(self, trail, arn_of(self, trail["name"]))

    def update(self: CloudTrailBackend, name: str, **kwargs: Any) -> None:
        name = name.rpartition("/")[2]
        before = self.trails.get(name)
        if before is None:
            return
        names = {"s3_bucket_name": "bucket_name"}
        changed = {names.get(key, key): value for key, value in kwargs.items() if value is not None}
        look(self, {**vars(before), **changed}, arn_of(self, name))

    _before(CloudTrailBackend, "create_trail", create)
    _before(CloudTrailBackend, "update_trail", update)


@_refuses(
    "trail-key",
    "a trail with a key whose policy does not let CloudTrail in",
    error="InsufficientEncryptionPolicyException: Insufficient permissions to access S3 bucket",
    source="https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html",
    rules=["trail-key-admits-cloudtrail"],
)
def _trail_key(_: Facts) -> None:
    def look(self: CloudTrailBackend, trail: dict[str, Any], arn: str) -> None:
        named = trail.get("kms_key_id")
        if not named:
            return
        key = kms_backends[self.account_id][self.region_name].keys.get(named.rpartition("/")[2])
        context = {"aws:SourceArn": arn, "aws:SourceAccount": self.account_id}
        if not key or not all(
            allows(key.policy, service="cloudtrail.amazonaws.com", action=action, resource=key.arn, context=sent)
            for action, sent in {
                "kms:GenerateDataKey": {**context, "kms:EncryptionContext:aws:cloudtrail:arn": arn},
                "kms:DescribeKey": context,
            }.items()
        ):
            raise JsonRESTError(
                "InsufficientEncryptionPolicyException",
                f"Insufficient permissions to access S3 bucket {trail.get('bucket_name')} or KMS key {named}.",
            )

    _before_trails(look)


@_refuses(
    "trail-log-role",
    "a trail whose role may not write to its log group, or is not CloudTrail's",
    error="InvalidCloudWatchLogsLogGroupArnException: Access denied. Check the permissions for your role.",
    source="https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html",
    rules=["trail-role-writes-logs"],
)
def _trail_log_role(_: Facts) -> None:
    def look(self: CloudTrailBackend, trail: dict[str, Any], arn: str) -> None:
        group, named = trail.get("cw_log_group_arn"), trail.get("cw_role_arn")
        if not group:
            return
        known = iam_backends[self.account_id][self.partition]
        role = next((role for role in known.roles.values() if role.arn == named), None)
        if role is None or not trusts(role.assume_role_policy_document, "cloudtrail.amazonaws.com"):
            raise JsonRESTError(
                "InvalidCloudWatchLogsRoleArnException", "Access denied. Check the trust relationships for your role."
            )
        if not group.endswith(":*"):
            raise JsonRESTError(
                "InvalidCloudWatchLogsLogGroupArnException",
                "Check the log group ARN: CloudTrail can't validate it.",
            )
        stream = f"{group.removesuffix('*')}log-stream:{self.account_id}_CloudTrail_{self.region_name}"
        written = policies_of(role)
        if not all(
            allowed_by_role(written, action=action, resource=stream)
            for action in ("logs:CreateLogStream", "logs:PutLogEvents")
        ):
            raise JsonRESTError(
                "InvalidCloudWatchLogsLogGroupArnException", "Access denied. Check the permissions for your role."
            )

    _before_trails(look)


@_refuses(
    "instance-profile",
    "a launch template with an instance profile that is not there",
    error="ValidationError: You must use a valid fully-formed launch template.",
    source="https://github.com/hashicorp/terraform-provider-aws/issues/4769",
    rules=[],
)
def _instance_profile(_: Facts) -> None:
    def look(group: FakeAutoScalingGroup) -> None:
        profile = template_version(group).data.get("IamInstanceProfile", {})
        known = iam_backends[group.account_id][group.autoscaling_backend.partition].instance_profiles.values()
        for field, parameter in (("Name", "name"), ("Arn", "arn")):
            named = profile.get(field)
            if named and not any(getattr(one, parameter) == named for one in known):
                raise ValidationError(
                    f"You must use a valid fully-formed launch template. Value ({named}) for parameter "
                    f"iamInstanceProfile.{parameter} is invalid. Invalid IAM Instance Profile "
                    f"{'name' if parameter == 'name' else 'ARN'}"
                )

    TEMPLATE_CHECKS.append(look)


@_refuses(
    "volume-key",
    "instances whose volumes have a key that does not let the service-linked role of their group in: AWS launches and "
    "terminates them until nobody waits any more",
    error="want at least 1 healthy instance(s) in Auto Scaling Group, have 0",
    source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html",
    rules=["volume-key-admits-auto-scaling"],
)
def _volume_key(_: Facts) -> None:
    actions = (
        "Encrypt",
        "Decrypt",
        "ReEncryptFrom",
        "ReEncryptTo",
        "GenerateDataKey",
        "GenerateDataKeyWithoutPlaintext",
        "DescribeKey",
        "CreateGrant",
    )

    def look(group: FakeAutoScalingGroup, version: LaunchTemplateVersion) -> str | None:
        keys = kms_backends[group.account_id][group.region].keys
        context = {
            "kms:CallerAccount": group.account_id,
            "kms:GrantIsForAWSResource": "true",
            "kms:ViaService": f"ec2.{group.region}.amazonaws.com",
        }
        for device in version.data.get("BlockDeviceMappings", []):
            named = device.get("Ebs", {}).get("KmsKeyId")
            key = keys.get(named.rpartition("/")[2]) if named else None
            if named and (
                key is None
                or not all(
                    allows(
                        key.policy,
                        role=group.service_linked_role_arn,
                        action=f"kms:{action}",
                        resource=key.arn,
                        context=context,
                    )
                    for action in actions
                )
            ):
                return (
                    "Instance became unhealthy while waiting for instance to be in InService state. Termination "
                    "Reason: Client.InvalidKMSKey.InvalidState: The KMS key provided is in an incorrect state"
                )
        return None

    OBSTACLES.append(look)


@_refuses(
    "refresh-rollback",
    "an instance refresh that rolls back, of instances whose image is a parameter",
    error="ValidationError: The request isn't valid. The AutoRollback parameter cannot be set to true",
    source="https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html",
    rules=["instance-refresh-possible"],
)
def _refresh_rollback(_: Facts) -> None:
    def look(self: AutoScalingResponse) -> None:
        if not (self._get_param("Preferences") or {}).get("AutoRollback"):
            return
        group = self.autoscaling_backend.autoscaling_groups[self._get_param("AutoScalingGroupName")]
        wanted = self._get_param("DesiredConfiguration")
        # What AWS says of an image in Parameter Store was not seen, only that it refuses; of the other there are reports.
        why = "when the DesiredConfiguration parameter is empty" if not wanted else None
        if template_version(group).image_id.startswith("resolve:ssm:"):
            why = "when the launch template uses an AWS Systems Manager parameter instead of an AMI ID"
        if why:
            raise ValidationError(f"The request isn't valid. The AutoRollback parameter cannot be set to true {why}.")

    _before(AutoScalingResponse, "start_instance_refresh", look)


@_refuses(
    "api-log-role",
    "logs of an API in an account that has set no role for them",
    error="BadRequestException: CloudWatch Logs role ARN must be set in account settings to enable logging",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html",
    rules=["api-logging-account"],
)
def _api_log_role(_: Facts) -> None:
    def logs(operation: dict[str, Any]) -> bool:
        path, value = operation["path"], operation.get("value")
        if path.endswith("/logging/loglevel"):
            return value != "OFF"
        return operation["op"] != "remove" and path.startswith("/accessLogSettings/")

    def look(self: APIGatewayBackend, function_id: str, stage_name: str, patch_operations: list[dict[str, Any]]) -> None:
        if not self.account.cloudwatch_role_arn and any(logs(operation) for operation in patch_operations):
            raise BadRequestException("CloudWatch Logs role ARN must be set in account settings to enable logging")

    _before(APIGatewayBackend, "update_stage", look)


@_refuses(
    "api-log-role-policy",
    "a role for the logs of APIs that API Gateway is not given, or that may not make log groups",
    error="BadRequestException: The role ARN does not have required permissions",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html",
    rules=[],
)
def _api_log_role_policy(_: Facts) -> None:
    actions = [
        f"logs:{call}"
        for call in (
            "CreateLogGroup",
            "CreateLogStream",
            "DescribeLogGroups",
            "DescribeLogStreams",
            "PutLogEvents",
            "GetLogEvents",
            "FilterLogEvents",
        )
    ]

    def look(self: APIGatewayBackend, patch_operations: list[dict[str, Any]]) -> None:
        for arn in [one.get("value") for one in patch_operations if one["path"] == "/cloudwatchRoleArn"]:
            known = iam_backends[self.account_id][self.partition].roles.values()
            role = next((role for role in known if role.arn == arn), None)
            if arn and not (
                role is not None
                and trusts(role.assume_role_policy_document, "apigateway.amazonaws.com")
                and all(role_may(self, arn, action, "log-group:any") for action in actions)
            ):
                raise BadRequestException(
                    "The role ARN does not have required permissions configured. Please grant trust permission for API "
                    "Gateway and add the required role policy."
                )

    _before(APIGatewayBackend, "update_account", look)


@_refuses(
    "bucket-name",
    "a bucket name with capitals or anything but letters, digits, hyphens and dots",
    error="InvalidBucketName: The specified bucket is not valid.",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html",
    rules=["name-characters"],
)
def _bucket_name(_: Facts) -> None:
    def look(self: S3Backend, bucket_name: str, *_: Any, **__: Any) -> None:
        if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", bucket_name) or ".." in bucket_name:
            raise InvalidBucketName()

    _before(S3Backend, "create_bucket", look)


@_refuses(
    "subnet-range",
    "a subnet outside its VPC's range",
    error="InvalidSubnet.Range",
    source="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html",
    rules=["subnet-within-vpc"],
)
def _subnet_range(_: Facts) -> None:
    """moto refuses this by itself; it is listed so that a test holds moto to it."""
