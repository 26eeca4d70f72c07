"""Functions of Lambda in a VPC as AWS keeps them, and the Data API that they ask: what moto forgets or does not look at."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Callable
from typing import Any

from facts import Facts
from gap import gap
from moto.awslambda.models import LambdaBackend, LambdaFunction, lambda_backends
from moto.core.base_backend import BaseBackend
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.dynamodb.models import dynamodb_backends
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.iam.models import Role, iam_backends
from moto.rds.models import DBCluster, rds_backends
from moto.rds.responses import RDSResponse
from moto.rdsdata.responses import RDSDataServiceResponse
from moto.secretsmanager.models import secretsmanager_backends
from moto.utilities.utils import get_partition
from policies import allowed_by_role

# On AWS up to 20 minutes; long enough here for Terraform to delete whatever does not wait.
_SECONDS_UNTIL_RELEASED = 6


@gap(
    "lambda:CreateFunction, UpdateFunctionConfiguration",
    "moto forgets the log group and the key of the environment, does not change how calls are traced, and makes up the VPC.",
)
def _function_settings(_: Facts) -> None:
    initialise, update = LambdaFunction.__init__, LambdaFunction.update_configuration
    get = LambdaFunction.get_configuration

    def take(function: LambdaFunction, spec: dict[str, Any]) -> None:
        for parameter, attribute in (
            ("LoggingConfig", "logging_config"),
            ("KMSKeyArn", "environment_key"),
            ("TracingConfig", "tracing_config"),
        ):
            if parameter in spec:
                setattr(function, attribute, spec[parameter])

    def __init__(self: LambdaFunction, account_id: str, spec: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        initialise(self, account_id, spec, *args, **kwargs)
        self.logging_config, self.environment_key = {}, None
        take(self, spec)

    def update_configuration(self: LambdaFunction, config_updates: dict[str, Any]) -> dict[str, Any]:
        take(self, config_updates)
        return update(self, config_updates)

    def get_configuration(self: LambdaFunction, *args: Any, **kwargs: Any) -> dict[str, Any]:
        configuration = get(self, *args, **kwargs)
        defaults = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{self.function_name}"}
        configuration["LoggingConfig"] = {**defaults, **self.logging_config}
        if self.environment_key:
            configuration["KMSKeyArn"] = self.environment_key
        if configuration.get("VpcConfig") and configuration["VpcConfig"].get("SubnetIds"):
            subnet = ec2_backends[self.account_id][self.region].get_subnet(configuration["VpcConfig"]["SubnetIds"][0])
            configuration["VpcConfig"]["VpcId"] = subnet.vpc_id
        return configuration

    LambdaFunction.__init__ = __init__
    LambdaFunction.update_configuration = update_configuration
    LambdaFunction.get_configuration = get_configuration


def deployed_function(arn: str) -> dict[str, Any]:
    """The code of the function of an ARN, in base64, and the settings that it runs with."""
    _, _, _, region, account, _, name, *_ = arn.split(":")
    function = lambda_backends[account][region].get_function(name)
    return {
        "code": base64.b64encode(function.code_bytes).decode(),
        "environment": function.environment_vars,
        "handler": function.handler,
        "runtime": function.run_time,
        "timeout": function.timeout,
        "memory": function.memory_size,
        "policy": function.policy.statements,
    }


@gap(
    "lambda:CreateFunction, DeleteFunction; ec2:DeleteSecurityGroup, DeleteSubnet",
    "moto gives a function in a VPC no network interfaces. AWS takes them away some minutes after the function, and only while "
    "its role may: until then nothing can delete their security group or subnet. "
    "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html",
)
def _function_interfaces(_: Facts) -> None:
    create, delete = LambdaBackend.create_function, LambdaBackend.delete_function

    def create_function(self: LambdaBackend, spec: dict[str, Any]) -> LambdaFunction:
        function = create(self, spec)
        ec2 = ec2_backends[self.account_id][self.region_name]
        vpc = spec.get("VpcConfig") or {}
        function.interfaces = [
            _interface(ec2, subnet, vpc["SecurityGroupIds"], spec["FunctionName"]) for subnet in vpc.get("SubnetIds", [])
        ]
        return function

    def delete_function(self: LambdaBackend, function_name: str, qualifier: str | None = None) -> None:
        function = self.get_function(function_name)
        delete(self, function_name, qualifier)
        ec2 = ec2_backends[self.account_id][self.region_name]

        def release() -> None:
            if role_may(self, function.role, "ec2:DeleteNetworkInterface", "network-interface/eni"):
                for interface in function.interfaces:
                    ec2.enis.pop(interface.id, None)

        if getattr(function, "interfaces", []):
            timer = threading.Timer(_SECONDS_UNTIL_RELEASED, release)
            timer.daemon = True
            timer.start()

    LambdaBackend.create_function = create_function
    LambdaBackend.delete_function = delete_function

    attachment = NetworkInterface.attachment.fget

    def attachment_to_lambda(self: NetworkInterface) -> Any:
        # Terraform waits for an interface that is attached to this owner, and deletes any other itself.
        return _AttachedToLambda() if self.interface_type == "lambda" else attachment(self)

    NetworkInterface.attachment = property(attachment_to_lambda)

    def kept_by(ec2: EC2Backend, uses: Callable[[NetworkInterface], bool], what: str) -> None:
        if any(interface.interface_type == "lambda" and uses(interface) for interface in list(ec2.enis.values())):
            raise EC2ClientError("DependencyViolation", f"{what} has dependencies and cannot be deleted.")

    delete_group, delete_subnet = EC2Backend.delete_security_group, EC2Backend.delete_subnet

    def delete_security_group(self: EC2Backend, name: str | None = None, group_id: str | None = None) -> None:
        group = self.get_security_group_by_name_or_id(group_id or name)
        if group:
            kept_by(self, lambda interface: group.id in [used.id for used in interface.group_set], f"resource {group.id}")
        delete_group(self, name, group_id)

    def delete_unused_subnet(self: EC2Backend, subnet_id: str) -> Any:
        kept_by(self, lambda interface: interface.subnet.id == subnet_id, f"The subnet '{subnet_id}'")
        return delete_subnet(self, subnet_id)

    EC2Backend.delete_security_group = delete_security_group
    EC2Backend.delete_subnet = delete_unused_subnet


class _AttachedToLambda:
    attach_time = None
    attachment_id = "ela-attach-0123456789abcdef0"
    delete_on_termination = False
    device_index = 1
    instance_id = None
    instance_owner_id = "amazon-aws"
    network_card_index = 0
    status = "attached"


def _interface(ec2: EC2Backend, subnet: str, groups: list[str], function: str) -> NetworkInterface:
    interface = ec2.create_network_interface(
        ec2.get_subnet(subnet), "", group_ids=groups, description=f"AWS Lambda VPC ENI-{function}"
    )
    interface.interface_type, interface.requester_managed, interface.status = "lambda", True, "in-use"
    return interface


# Whoever calls with a key that begins so is a function, of the name that follows.
FUNCTION_KEY = "function."


def denied_to_function(key: str, scope: tuple[str, str], operation: str, body: dict[str, Any]) -> str | None:
    """Why AWS would refuse a call of a function's code, or None.

    `key` is the access key it signs with, `scope` the region and service it signs for. moto asks nobody's policies.
    """
    region, service = scope
    account = "123456789012"
    function = lambda_backends[account][region].get_function(key.removeprefix(FUNCTION_KEY))
    roles = iam_backends[account][lambda_backends[account][region].partition].roles.values()
    documents = [document for role in roles if role.arn == function.role for document in policies_of(role)]
    context = {
        "aws:RequestedRegion": region,
        "kms:ViaService": f"{'secretsmanager' if service == 'rds-data' else service}.{region}.amazonaws.com",
        "lambda:SourceFunctionArn": function.function_arn,
    }
    for action, resource in _needs(account, region, f"{service}:{operation}", body):
        if not allowed_by_role(documents, action=action, resource=resource, context=context):
            return f"User: {function.role} is not authorized to perform: {action} on resource: {resource}"
    return None


def _needs(account: str, region: str, action: str, body: dict[str, Any]) -> list[tuple[str, str]]:
    """What a caller must be allowed for a call: that, and what AWS does for it in its name."""
    if action == "s3:ListObjectsV2":
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
        return [("s3:ListBucket", f"arn:{get_partition(region)}:s3:::{body['Bucket']}")]
    if action.startswith("dynamodb:"):
        table = dynamodb_backends[account][region].get_table(body["TableName"])
        key = (table.sse_specification or {}).get("KMSMasterKeyId")
        return [(action, table.table_arn), *([("kms:Decrypt", key)] if key else [])]
    if action == "rds-data:ExecuteStatement":
        secret = secretsmanager_backends[account][region].secrets.get(body["secretArn"])
        used = [("kms:Decrypt", secret.kms_key_id)] if secret and secret.kms_key_id else []
        return [(action, body["resourceArn"]), ("secretsmanager:GetSecretValue", body["secretArn"]), *used]
    raise NotImplementedError(f"the simulator does not know what {action} takes")


def called_operation(environ: dict[str, Any], service: str, body: bytes) -> tuple[str, dict[str, Any]]:
    """Which operation a request of a function's code is, and what it is asked with."""
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return target.rpartition(".")[2], json.loads(body)
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    if service == "rds-data" and path == "/Execute":
        return "ExecuteStatement", json.loads(body)
    if service == "s3" and method == "GET" and re.search(r"\blist-type=2\b", environ["QUERY_STRING"]):
        return "ListObjectsV2", {"Bucket": path.strip("/")}
    raise NotImplementedError(f"the simulator does not know which call of {service} {method} {path} is")


def role_may(backend: BaseBackend, arn: str, action: str, resource: str) -> bool:
    """Whether the role of an ARN is there, and its policies let a service do this with it, in the region of a backend."""
    account, partition, region = backend.account_id, backend.partition, backend.region_name
    return any(
        allowed_by_role(
            policies_of(role),
            action=action,
            resource=f"arn:{partition}:{action.partition(':')[0]}:{region}:{account}:{resource}",
            context={"aws:RequestedRegion": region},
        )
        for role in iam_backends[account][partition].roles.values()
        if role.arn == arn
    )


def policies_of(role: Role) -> list[str]:
    """What a role's own policies say, and those that are attached to it."""
    attached = [
        version.document
        for policy in role.managed_policies.values()
        for version in policy.versions
        if version.version_id == policy.default_version_id
    ]
    return [*role.policies.values(), *attached]


@gap(
    "rds:CreateDBCluster, ModifyDBCluster, EnableHttpEndpoint, DisableHttpEndpoint",
    "moto has the Data API for the first version of Aurora Serverless alone, and no calls that switch it. "
    "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.html",
)
def _data_api_setting(_: Facts) -> None:
    def enable(self: DBCluster, value: bool | None) -> None:
        self._enable_http_endpoint = bool(value)

    DBCluster.enable_http_endpoint = DBCluster.enable_http_endpoint.setter(enable)

    def switch(is_on: bool) -> Callable[[RDSResponse], ActionResult]:
        def call(self: RDSResponse) -> ActionResult:
            arn = self.params["ResourceArn"]
            cluster = next(one for one in self.backend.clusters.values() if one.db_cluster_arn == arn)
            cluster.enable_http_endpoint = is_on
            return ActionResult({"ResourceArn": arn, "HttpEndpointEnabled": is_on})

        return call

    RDSResponse.enable_http_endpoint = switch(True)
    RDSResponse.disable_http_endpoint = switch(False)


@gap(
    "rds-data:ExecuteStatement",
    "moto takes any statement for any cluster. The simulator asks for a cluster that has the Data API, for a secret and for "
    "its database, and reads no table that nobody made. "
    "https://docs.aws.amazon.com/rdsdataservice/latest/APIReference/API_ExecuteStatement.html",
)
def _data_api(_: Facts) -> None:
    # Names of the tables that were made; a restored cluster gets those of its source.
    DBCluster.tables = frozenset()

    def execute_statement(self: RDSDataServiceResponse) -> str:
        arn, sql = self._get_param("resourceArn"), self._get_param("sql")
        clusters = rds_backends[self.current_account][self.region].clusters.values()
        cluster = next((one for one in clusters if one.db_cluster_arn == arn), None)
        if cluster is None or not cluster.enable_http_endpoint:
            raise JsonRESTError("BadRequestException", f"HttpEndpoint is not enabled for resource {arn}")
        if self._get_param("secretArn") not in secretsmanager_backends[self.current_account][self.region].secrets:
            raise JsonRESTError("BadRequestException", "Invalid secretArn")
        if self._get_param("database") != cluster.database_name:
            raise JsonRESTError("DatabaseErrorException", f'FATAL: database "{self._get_param("database")}" does not exist')
        if created := re.match(r"\s*CREATE TABLE IF NOT EXISTS (\w+)", sql, re.IGNORECASE):
            cluster.tables |= {created[1].lower()}
        for read in re.findall(r"\bFROM (\w+)", sql, re.IGNORECASE):
            if read.lower() not in cluster.tables:
                raise JsonRESTError("DatabaseErrorException", f'ERROR: relation "{read}" does not exist; SQLState: 42P01')
        return json.dumps({"numberOfRecordsUpdated": 0, "records": []})

    RDSDataServiceResponse.execute_statement = execute_statement
