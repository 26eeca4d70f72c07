"""What is in the account before a project is applied, made by calls to the simulator itself.

moto draws ids at random; here they are the ones that the project was told.
"""

from __future__ import annotations

import datetime
import ipaddress
from typing import Any
from unittest.mock import patch

import boto3
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def create_given(endpoint: str, given: dict[str, Any]) -> None:
    """Creates what `given` names: region; optionally hostedZone, certificateArn, stateBucket, vpc.

    vpc: id, cidr, zones, publicSubnetIds, privateSubnetIds, databaseSubnetIds.
    """

    def client(service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=endpoint,
            region_name=given["region"],
            aws_access_key_id="simulated",
            aws_secret_access_key="simulated",
        )

    if "hostedZone" in given:
        client("route53").create_hosted_zone(Name=given["hostedZone"], CallerReference="given")
    if "stateBucket" in given:
        _state_bucket(client("s3"), given["stateBucket"], given["region"])
    if "certificateArn" in given:
        _certificate(client("acm"), given["certificateArn"])
    if "vpc" in given:
        _vpc(client("ec2"), given["vpc"])


def _state_bucket(s3: Any, bucket: str, region: str) -> None:
    elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": region}} if region != "us-east-1" else {}
    s3.create_bucket(Bucket=bucket, **elsewhere)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})


def _certificate(acm: Any, arn: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pay.example.com")])
    today = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today)
        .not_valid_after(today + datetime.timedelta(days=90))
        .sign(key, hashes.SHA256())
    )
    with patch("moto.acm.models.make_arn_for_certificate", return_value=arn):
        acm.import_certificate(
            Certificate=certificate.public_bytes(serialization.Encoding.PEM),
            PrivateKey=key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ),
        )


def _vpc(ec2: Any, vpc: dict[str, Any]) -> None:
    """A VPC as its owner would have it: three tiers of subnets, the private one with a way out through NAT."""
    with patch("moto.ec2.models.vpcs.random_vpc_id", return_value=vpc["id"]):
        ec2.create_vpc(CidrBlock=vpc["cidr"])
    ec2.modify_vpc_attribute(VpcId=vpc["id"], EnableDnsSupport={"Value": True})
    ec2.modify_vpc_attribute(VpcId=vpc["id"], EnableDnsHostnames={"Value": True})

    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc["id"])

    ranges = ipaddress.ip_network(vpc["cidr"]).subnets(new_prefix=24)
    for tier in ("publicSubnetIds", "privateSubnetIds", "databaseSubnetIds"):
        table = ec2.create_route_table(VpcId=vpc["id"])["RouteTable"]["RouteTableId"]
        for subnet_id, zone in zip(vpc[tier], vpc["zones"]):
            with patch("moto.ec2.models.subnets.random_subnet_id", return_value=subnet_id):
                ec2.create_subnet(VpcId=vpc["id"], CidrBlock=str(next(ranges)), AvailabilityZone=zone)
            ec2.associate_route_table(RouteTableId=table, SubnetId=subnet_id)
        if tier == "publicSubnetIds":
            ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
            address = ec2.allocate_address(Domain="vpc")["AllocationId"]
            nat = ec2.create_nat_gateway(SubnetId=vpc[tier][0], AllocationId=address)["NatGateway"]["NatGatewayId"]
        if tier == "privateSubnetIds":
            ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
