import { describe, expect, it } from 'vitest';

import { rules } from '../../src/rules/check.js';
import { lessons } from '../../src/rules/lessons.js';
import { checkFiles, filesIn, fixtures, lines } from '../support/rules.js';

/**
 * The faults that the post-mortems show, as they show them, each with the rule that must tell. The first word is the
 * document and item, or "measured": a fault that Terraform's own commands and a simulated AWS were seen to let pass.
 */
const faults: readonly [title: string, rule: string, text: string][] = [
  [
    '000-1: providers without a ceiling',
    'provider-version-range',
    `terraform {
  required_version = ">= 1.4.0"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}
provider "aws" {
  region = "us-east-1"
}
`,
  ],
  [
    '000-3: required_providers in two files',
    'declared-once',
    `terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
#>> provider.tf
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
`,
  ],
  [
    '000-3: an Auto Scaling group in public subnets whose instances get public addresses',
    'subnet-no-public-address',
    `resource "aws_subnet" "public" {\n  vpc_id                  = "vpc-1"\n  cidr_block              = "10.0.0.0/24"\n  map_public_ip_on_launch = true\n}\n`,
  ],
  [
    '000-6: a launch template that lets IMDSv1 in',
    'instance-imdsv2',
    `resource "aws_launch_template" "web" {\n  image_id      = data.aws_ssm_parameter.ami.value\n  instance_type = "t3.micro"\n}\n`,
  ],
  [
    '000-9: MySQL 8.0, past its standard support',
    'database-version-supported',
    `resource "aws_db_instance" "main" {\n  engine         = "mysql"\n  engine_version = "8.0"\n}\n`,
  ],
  [
    '000-9: a class that Performance Insights does not run on',
    'performance-insights-class',
    `resource "aws_db_instance" "main" {\n  engine                       = "mysql"\n  instance_class               = "db.t3.micro"\n  performance_insights_enabled = true\n}\n`,
  ],
  [
    '000-12: Amazon Linux 2',
    'ami-supported',
    `data "aws_ami" "amazon_linux" {\n  most_recent = true\n  owners      = ["amazon"]\n  filter {\n    name   = "name"\n    values = ["amzn2-ami-hvm-*-x86_64-gp2"]\n  }\n}\n`,
  ],
  [
    '001-2: image tags that can be moved',
    'ecr-immutable-tags',
    `resource "aws_ecr_repository" "app" {\n  name                 = "app"\n  image_tag_mutability = "MUTABLE"\n}\n`,
  ],
  [
    '001-9: db.t3.micro, which Aurora PostgreSQL does not have',
    'database-class-offered',
    `resource "aws_rds_cluster" "aurora" {\n  engine = "aurora-postgresql"\n}\nresource "aws_rds_cluster_instance" "aurora" {\n  cluster_identifier = aws_rds_cluster.aurora.id\n  engine             = aws_rds_cluster.aurora.engine\n  instance_class     = "db.t3.micro"\n}\n`,
  ],
  [
    '001-11: a pinned minor version of Aurora',
    'database-version-not-pinned',
    `resource "aws_rds_cluster" "aurora" {\n  engine         = "aurora-postgresql"\n  engine_version = "15.4"\n}\n`,
  ],
  [
    '001-13: egress to everywhere on every port',
    'egress-not-everything',
    `resource "aws_security_group" "app" {\n  egress {\n    from_port   = 0\n    to_port     = 0\n    protocol    = "-1"\n    cidr_blocks = ["0.0.0.0/0"]\n  }\n}\n`,
  ],
  [
    '001-17: a key that the secret of RDS does not have',
    'container-secret-keys',
    `resource "aws_rds_cluster" "aurora" {\n  manage_master_user_password = true\n}\nresource "aws_ecs_task_definition" "app" {\n  family = "app"\n  container_definitions = jsonencode([{\n    name    = "app"\n    image   = "app"\n    secrets = [{ name = "DATABASE_URL", valueFrom = "\${aws_rds_cluster.aurora.master_user_secret[0].secret_arn}:connection_string::" }]\n  }])\n}\n`,
  ],
  [
    '002-1: a key policy for logs.amazonaws.com, which is no principal of CloudWatch Logs',
    'log-group-key-admits-logs',
    `provider "aws" {\n  region = "us-east-1"\n}\nresource "aws_kms_key" "logs" {\n  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { Service = "logs.amazonaws.com" }, Action = "kms:*", Resource = "*" }] })\n}\nresource "aws_cloudwatch_log_group" "api" {\n  name       = "/api"\n  kms_key_id = aws_kms_key.logs.arn\n}\n`,
  ],
  [
    '002-1: grants without a condition',
    'key-grants-conditioned',
    `resource "aws_kms_key" "logs" {\n  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Sid = "Logs", Effect = "Allow", Principal = { Service = "logs.us-east-1.amazonaws.com" }, Action = ["kms:Encrypt", "kms:CreateGrant"], Resource = "*" }] })\n}\n`,
  ],
  [
    '003-4: a rotation by a function that is not there',
    'rotation-function-in-project',
    `resource "aws_secretsmanager_secret" "db" {\n  name = "db"\n}\nresource "aws_secretsmanager_secret_rotation" "db" {\n  secret_id           = aws_secretsmanager_secret.db.id\n  rotation_lambda_arn = "arn:aws:lambda:us-east-1:123456789012:function:rotate"\n}\n`,
  ],
  [
    '003-6: a password in the code',
    'database-password-not-in-code',
    `resource "aws_db_instance" "main" {\n  username = "admin"\n  password = "TempPassword123!"\n}\n`,
  ],
  [
    '003-6: an argument that the load balancer does not have',
    'argument-exists',
    `terraform {\n  required_providers {\n    aws = {\n      source  = "hashicorp/aws"\n      version = "~> 5.100"\n    }\n  }\n}\nresource "aws_lb" "main" {\n  scheme = "internet-facing"\n}\n`,
  ],
  [
    '003-8: a bucket named after the time',
    'no-changing-functions',
    `resource "aws_s3_bucket" "data" {\n  bucket = "data-\${timestamp()}"\n}\n`,
  ],
  [
    '004-1: zones by letter',
    'zones-not-by-letter',
    `variable "aws_region" {\n  type    = string\n  default = "ap-northeast-1"\n}\nresource "aws_subnet" "a" {\n  availability_zone = "\${var.aws_region}b"\n}\n`,
  ],
  [
    '004-2: variables in the backend',
    'backend-literal',
    `variable "state_bucket" {\n  type = string\n}\nterraform {\n  backend "s3" {\n    bucket = var.state_bucket\n    key    = "terraform.tfstate"\n  }\n}\n`,
  ],
  ['004-4: no flow logs', 'vpc-flow-log', `resource "aws_vpc" "main" {\n  cidr_block = "10.0.0.0/16"\n}\n`],
  [
    '004-5: access logs under another prefix than the policy lets them be written to',
    'alb-log-bucket-policy',
    `resource "aws_s3_bucket" "logs" {\n  bucket = "logs"\n}\nresource "aws_s3_bucket_policy" "logs" {\n  bucket = aws_s3_bucket.logs.id\n  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { Service = "logdelivery.elasticloadbalancing.amazonaws.com" }, Action = "s3:PutObject", Resource = "\${aws_s3_bucket.logs.arn}/other/*" }] })\n}\nresource "aws_lb" "main" {\n  access_logs {\n    enabled = true\n    bucket  = aws_s3_bucket.logs.id\n    prefix  = "alb"\n  }\n}\n`,
  ],
  [
    'measured: a third zone in us-west-1',
    'expressions-evaluate',
    `provider "aws" {\n  region = "us-west-1"\n}\ndata "aws_availability_zones" "available" {\n  state = "available"\n}\nresource "aws_subnet" "private" {\n  count             = 3\n  availability_zone = data.aws_availability_zones.available.names[count.index]\n}\n`,
  ],
  [
    'measured: a name of more than 32 characters, by a variable',
    'name-length',
    `variable "name" {\n  type    = string\n  default = "payments-production-eu-central"\n}\nresource "aws_lb" "app" {\n  name = "\${var.name}-alb"\n}\n`,
  ],
  [
    'measured: capitals in the name of a bucket',
    'name-characters',
    `resource "aws_s3_bucket" "data" {\n  bucket = "My-Data"\n}\n`,
  ],
  [
    'measured: WAF rules of the same priority',
    'waf-priorities-distinct',
    `resource "aws_wafv2_web_acl" "main" {\n  name  = "main"\n  scope = "REGIONAL"\n  rule {\n    name     = "a"\n    priority = 1\n  }\n  rule {\n    name     = "b"\n    priority = 1\n  }\n}\n`,
  ],
  [
    'measured: WAF logs to a group of another name',
    'waf-log-destination-name',
    `resource "aws_cloudwatch_log_group" "waf" {\n  name = "/waf/main"\n}\nresource "aws_wafv2_web_acl_logging_configuration" "main" {\n  resource_arn            = "arn"\n  log_destination_configs = [aws_cloudwatch_log_group.waf.arn]\n}\n`,
  ],
  [
    'measured: CPU and memory that Fargate does not pair',
    'fargate-cpu-memory',
    `resource "aws_ecs_task_definition" "app" {\n  family                   = "app"\n  requires_compatibilities = ["FARGATE"]\n  cpu                      = 256\n  memory                   = 4096\n  container_definitions    = jsonencode([])\n}\n`,
  ],
  [
    'measured: a load balancer in one subnet',
    'alb-two-zones',
    `resource "aws_lb" "app" {\n  subnets = ["subnet-1"]\n}\n`,
  ],
  [
    'measured: a subnet outside its VPC',
    'subnet-within-vpc',
    `resource "aws_vpc" "main" {\n  cidr_block = "10.0.0.0/16"\n}\nresource "aws_subnet" "a" {\n  vpc_id     = aws_vpc.main.id\n  cidr_block = "10.1.0.0/24"\n}\n`,
  ],
  [
    'measured: a role for DMS under another name',
    'dms-role-names',
    `resource "aws_iam_role" "dms" {\n  name               = "payments-dms-vpc"\n  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { Service = "dms.amazonaws.com" }, Action = "sts:AssumeRole" }] })\n}\nresource "aws_iam_role_policy_attachment" "dms" {\n  role       = aws_iam_role.dms.name\n  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonDMSVPCManagementRole"\n}\n`,
  ],
];

describe('every fault of the documents is found', () => {
  it.each(faults)('%s: %s', async (_title, rule, text) => {
    const result = await checkFiles(filesIn(text));
    expect(
      result.findings.map((finding) => finding.rule.name),
      lines(result).join('\n'),
    ).toContain(rule);
  });
});

/**
 * Faults that keep a working project from being deployed, each of which its rule's fixture puts into a golden sample:
 * what Terraform refuses at init, validate or plan, what AWS refuses at apply, and what deploys and then does not work.
 */
const deploymentFaults: readonly [fault: string, rule: string][] = [
  ['required_providers twice', 'declared-once'],
  ['a resource that refers to one that is not there', 'reference-declared'],
  ['a variable that is not declared', 'variable-declared'],
  ['a module whose folder is not there', 'module-folder'],
  ['a module without a variable that it needs', 'module-inputs'],
  ['an output that a module does not have', 'module-output-declared'],
  ['resources that need each other', 'no-dependency-cycle'],
  ['a variable in the backend', 'backend-literal'],
  ['an argument that the type does not have', 'argument-exists'],
  ['an argument that is missing', 'required-arguments'],
  ['a retention that CloudWatch Logs does not offer', 'argument-value-allowed'],
  ['a password beside the one that RDS manages', 'database-password-one-source'],
  ['a third zone where the region has two', 'expressions-evaluate'],
  ['a name that is too long', 'name-length'],
  ['capitals in the name of a bucket', 'name-characters'],
  ['two resources of one name', 'names-distinct'],
  ['a load balancer in one zone', 'alb-two-zones'],
  ['a database subnet group in one zone', 'db-subnet-group-two-zones'],
  ['a subnet outside its VPC', 'subnet-within-vpc'],
  ['subnets that overlap', 'subnets-disjoint'],
  ['a class that the engine does not have', 'database-class-offered'],
  ['Performance Insights on a class without it', 'performance-insights-class'],
  ['a parameter group of another version', 'parameter-group-family'],
  ['CPU and memory that Fargate does not pair', 'fargate-cpu-memory'],
  ['a target group of instances for tasks', 'service-target-type'],
  ['a container that the service sends requests to and that is not there', 'service-container-exists'],
  ['a listener for HTTPS without a certificate', 'https-listener-certificate'],
  ['WAF rules of one priority', 'waf-priorities-distinct'],
  ['WAF logs under another name', 'waf-log-destination-name'],
  ['a key that does not let the log group in', 'log-group-key-admits-logs'],
  ['a bucket that does not let access logs in', 'alb-log-bucket-policy'],
  ['access logs into a bucket with a KMS key', 'load-balancer-log-bucket-sse-s3'],
  ['a trail whose bucket does not let it in', 'trail-bucket-policy'],
  ['a log group of a trail without ":*"', 'trail-log-group-arn'],
  ['a key of a secret that does not exist', 'container-secret-keys'],
  ['an execution role that may not read a secret', 'execution-role-reads-secrets'],
  ['an execution role that may not decrypt it', 'execution-role-decrypts-secrets'],
  ['tasks without a way to the registry', 'tasks-reach-aws-apis'],
  ['a database that its clients do not reach', 'database-in-reach-of-clients'],
  ['alarms whose topic has a key that CloudWatch may not use', 'alarm-topic-key-admits-cloudwatch'],
  ['a role of DMS under another name', 'dms-role-names'],
];

describe('every fault that keeps a project from being deployed is an error', () => {
  it.each(deploymentFaults)('%s: %s', (_fault, name) => {
    expect(rules.get(name)?.severity).toBe('error');
    expect(fixtures.get(name)?.mutation.edits.length).toBeGreaterThan(0);
  });
});

describe('every lesson has a rule, or says why it has none', () => {
  it.each(lessons.map(({ id, notChecked }) => [id, notChecked] as const))('%s', (id, notChecked) => {
    const standing = [...rules.values()].filter(({ catalogue }) => catalogue.includes(id));
    expect(standing.length > 0 || notChecked !== undefined).toBe(true);
  });
});

it('a rule stands for lessons that there are', () => {
  const known = new Set(lessons.map(({ id }) => id));
  for (const { name, catalogue } of rules.values()) {
    for (const id of catalogue) expect(known.has(id) || /^facts §\d+$/.test(id), `${name}: ${id}`).toBe(true);
  }
});
