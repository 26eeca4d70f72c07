/** Names that every object of JavaScript has, each with one of the same letters that none has. */
export const inheritedNames: Readonly<Record<string, string>> = Object.fromEntries([
  ['constructor', 'constructro'],
  ['toString', 'toStrign'],
  ['__proto__', '__porto__'],
  ['hasOwnProperty', 'hasOwnProprety'],
  ['valueOf', 'vauleOf'],
  ['isPrototypeOf', 'isPrototpyeOf'],
  ['toLocaleString', 'toLocaleStrign'],
  ['propertyIsEnumerable', 'propertyIsEnumerabel'],
  ['__defineGetter__', '__defineGettre__'],
  ['__lookupSetter__', '__lookupSettre__'],
]);

/** A project in which a name stands wherever one may. */
export function projectOf(name: string): Record<string, string> {
  const statement = `{ Effect = "${name}", Action = ["${name}:*", "${name}:${name}", "s3:${name}"], Resource = "arn:aws:${name}:${name}::${name}", Principal = { ${name} = "${name}", Service = "${name}.amazonaws.com", AWS = "arn:aws:iam::${name}:root" }, Condition = { ${name} = { ${name} = "${name}" }, StringEquals = { "aws:${name}" = "${name}" } }, ${name} = "${name}" }`;
  const allowed = `{ Effect = "Allow", Action = ["${name}:*", "${name}:${name}"], Resource = "*", Principal = "*", Condition = { ${name} = { "${name}:${name}" = ["${name}"] } } }`;
  return {
    'names.tf': `
# create-secure-infra:ignore ${name} because
terraform {
  required_version = ">= ${name}"
  required_providers {
    ${name} = {
      source  = "${name}/${name}"
      version = "${name}"
    }
  }
  backend "${name}" {
    ${name} = "${name}"
  }
}
provider "${name}" {
  alias  = "${name}"
  region = "${name}"
}
provider "aws" {
  alias  = "${name}"
  region = "${name}"
  default_tags {
    tags = { ${name} = "${name}" }
  }
  ${name} {
    ${name} = "${name}"
  }
}
variable "${name}" {
  type    = ${name}
  default = "${name}"
  ${name} = ${name}
}
locals {
  ${name}   = { ${name} = "${name}", ("${name}") = [{ ${name} = 1 }] }
  called    = ${name}()
  with      = ${name}("x", { ${name} = 1 })
  core      = core::${name}("x")
  provider  = provider::${name}::${name}("x")
  read      = local.${name}.${name}
  index     = local.${name}["${name}"]
  splat     = local.${name}[*].${name}
  lookup    = lookup(local.${name}, "${name}", "${name}")
  none      = lookup({}, "${name}", "none")
  missing   = {}.${name}
  merged    = merge({ ${name} = 1 }, { "${name}" = 2 })
  keys      = keys({ ${name} = 1 })
  decoded   = jsondecode("{\\"${name}\\":{\\"${name}\\":1}}").${name}.${name}
  encoded   = jsonencode({ ${name} = { ${name} = 1 } })
  loop      = { for ${name}, v in { ${name} = 1 } : ${name} => v }
  zipped    = zipmap(["${name}"], [1])
  group     = { for v in ["${name}"] : v => v... }
  matched   = regex("(?P<${name}>.)", "x").${name}
  transpose = transpose({ ${name} = ["${name}"] })
}
module "${name}" {
  source  = "./names"
  ${name} = "${name}"
  providers = {
    ${name} = aws.${name}
    aws     = aws.${name}
  }
}
output "${name}" {
  value   = module.${name}.${name}
  ${name} = ${name}
}
resource "${name}" "${name}" {
  ${name} = "${name}"
  ${name} {
    ${name} = "${name}"
  }
  dynamic "${name}" {
    for_each = { ${name} = 1 }
    iterator = ${name}
    content {
      ${name} = ${name}.value
    }
  }
  lifecycle {
    ${name}        = [${name}]
    ignore_changes = [${name}]
  }
  provisioner "${name}" {}
  ${name}s = ${name}.${name}.${name}
}
resource "aws_${name}" "${name}" {
  ${name} = aws_${name}.${name}.${name}
}
data "${name}" "${name}" {
  ${name} = data.${name}.${name}.${name}
}
ephemeral "${name}" "${name}" {
  ${name} = ephemeral.${name}.${name}.${name}
}
action "${name}" "${name}" {}
check "${name}" {
  data "${name}" "inner" {}
  ${name} {}
}
moved {
  from = ${name}.${name}
  to   = ${name}.other
}
removed {
  from = ${name}.${name}
}
import {
  to = ${name}.${name}
  id = "${name}"
}
${name} "${name}" {
  ${name} = "${name}"
  ${name} "${name}" {}
}
${name} {
}
resource "aws_s3_bucket" "${name}" {
  for_each = { ${name} = "${name}" }
  bucket   = "X \${each.value} \${each.key}"
  ${name}  = "${name}"
  ${name} {
    ${name} = "${name}"
  }
  tags   = { ${name} = "${name}" }
  region = "${name}"
}
resource "aws_s3_bucket_policy" "names" {
  bucket = aws_s3_bucket.${name}["${name}"].id
  policy = jsonencode({ ${name} = "${name}", Version = "${name}", Statement = [${statement}, ${allowed}] })
}
resource "aws_iam_role" "names" {
  assume_role_policy  = "{\\"${name}\\":1,\\"Statement\\":[{\\"${name}\\":\\"${name}\\",\\"Effect\\":\\"Allow\\",\\"Action\\":\\"sts:${name}\\",\\"Principal\\":{\\"Service\\":\\"${name}.amazonaws.com\\"}}]}"
  managed_policy_arns = ["arn:aws:iam::aws:policy/${name}", "arn:aws:iam::aws:policy/service-role/${name}"]
}
resource "aws_iam_role_policy" "names" {
  role   = aws_iam_role.names.id
  policy = data.aws_iam_policy_document.names.json
}
data "aws_iam_policy_document" "names" {
  statement {
    effect    = "${name}"
    actions   = ["${name}:${name}", "iam:${name}"]
    resources = ["${name}"]
    principals {
      type        = "${name}"
      identifiers = ["${name}"]
    }
    condition {
      test     = "${name}"
      variable = "${name}"
      values   = ["${name}"]
    }
    ${name} {
      ${name} = "${name}"
    }
  }
}
resource "aws_db_instance" "names" {
  engine                          = "${name}"
  engine_version                  = "${name}"
  instance_class                  = "db.${name}.${name}"
  username                        = "${name}"
  availability_zone               = "${name}a"
  storage_type                    = "${name}"
  parameter_group_name            = "${name}"
  enabled_cloudwatch_logs_exports = ["${name}"]
  kms_key_id                      = aws_kms_key.names.${name}
}
resource "aws_rds_cluster" "names" {
  engine                          = "aurora-postgresql"
  engine_version                  = "${name}.${name}"
  engine_mode                     = "${name}"
  enabled_cloudwatch_logs_exports = ["${name}"]
}
resource "aws_rds_cluster_instance" "names" {
  cluster_identifier = aws_rds_cluster.names.id
  engine             = "${name}"
  instance_class     = "${name}"
}
resource "aws_db_parameter_group" "names" {
  family = "${name}"
  parameter {
    name         = "${name}"
    value        = "${name}"
    apply_method = "${name}"
  }
}
resource "aws_db_proxy" "names" {
  engine_family = "${name}"
}
resource "aws_lambda_function" "names" {
  runtime       = "${name}"
  architectures = ["${name}"]
  environment {
    variables = { ${name} = "${name}" }
  }
}
resource "aws_ecs_task_definition" "names" {
  cpu                   = "${name}"
  memory                = "${name}"
  network_mode          = "${name}"
  execution_role_arn    = aws_iam_role.names.arn
  container_definitions = jsonencode([{ ${name} = "${name}", name = "${name}", image = "${name}", secrets = [{ name = "${name}", valueFrom = "${name}", ${name} = 1 }], environment = [{ name = "${name}", value = "${name}" }], logConfiguration = { logDriver = "${name}", options = { ${name} = "${name}" } }, dependsOn = [{ containerName = "${name}", condition = "${name}" }], portMappings = [{ protocol = "${name}", containerPort = "${name}" }] }])
}
resource "aws_wafv2_web_acl" "names" {
  scope = "${name}"
  rule {
    name     = "${name}"
    priority = 1
    statement {
      managed_rule_group_statement {
        name        = "${name}"
        vendor_name = "AWS"
      }
      ${name} {}
    }
  }
}
resource "aws_vpc_security_group_ingress_rule" "names" {
  ip_protocol = { ${name} = "${name}" }
  from_port   = { ${name} = 1 }
  cidr_ipv4   = "${name}"
}
resource "aws_security_group" "names" {
  ingress {
    protocol    = "${name}"
    cidr_blocks = ["${name}"]
  }
}
resource "aws_lb_listener" "names" {
  protocol   = "${name}"
  ssl_policy = "${name}"
  port       = "${name}"
  default_action {
    type = "${name}"
  }
}
resource "aws_lb" "names" {
  load_balancer_type = "${name}"
  ip_address_type    = "${name}"
}
resource "aws_cloudwatch_metric_alarm" "names" {
  namespace           = "${name}"
  metric_name         = "${name}"
  statistic           = "${name}"
  comparison_operator = "${name}"
  dimensions          = { ${name} = "${name}" }
}
resource "aws_kms_key" "names" {
  key_usage = "${name}"
  policy    = "${name}"
}
resource "aws_vpc_endpoint" "names" {
  service_name = "com.amazonaws.${name}.${name}"
  policy       = jsonencode({ Statement = ${statement} })
}
resource "aws_elasticache_replication_group" "names" {
  engine         = "${name}"
  engine_version = "${name}"
  node_type      = "${name}"
  log_delivery_configuration {
    ${name} = "${name}"
  }
}
resource "aws_dms_replication_instance" "names" {
  replication_instance_class = "${name}"
}
resource "aws_dms_endpoint" "names" {
  engine_name = { ${name} = "${name}" }
}
resource "aws_secretsmanager_secret_rotation" "names" {
  rotation_rules {
    automatically_after_days = { ${name} = 1 }
  }
}
resource "aws_sns_topic" "names" {
  name = { ${name} = "${name}" }
}
`,
    'names/names.tf': `variable "${name}" {}\noutput "${name}" {\n  value = var.${name}\n}\nlocals {\n  ${name} = var.${name}.${name}\n}\n`,
    'names.auto.tfvars': `${name} = { ${name} = "${name}" }\n`,
    'terraform.tfvars.json': `{"${name}":{"${name}":"${name}"}}`,
    '.terraform.lock.hcl': `provider "${name}" {\n  version = "${name}"\n  ${name} = ["${name}"]\n}\nprovider "registry.terraform.io/hashicorp/${name}" {\n  version = "1.0.0"\n}\n`,
    'tests/names.tftest.hcl': `mock_provider "${name}" {\n  mock_resource "${name}" {\n    defaults = { ${name} = "${name}" }\n  }\n}\nvariables {\n  ${name} = "${name}"\n}\nrun "${name}" {\n  command = ${name}\n  ${name} {}\n  assert {\n    condition     = ${name}.${name}.${name} == output.${name}\n    error_message = "${name}"\n  }\n}\n`,
  };
}

/** What arguments of a plan or state may hold of a name. */
function valuesOf(name: string): Record<string, unknown> {
  const own = JSON.parse(`{"${name}":"${name}"}`) as unknown;
  const policy = `{"${name}":1,"Statement":[{"${name}":1,"Effect":"Allow","Action":"${name}:${name}","Resource":"${name}","Principal":{"${name}":"${name}"},"Condition":{"${name}":{"${name}":"${name}"}}}]}`;
  return {
    ...(JSON.parse(`{"${name}":"${name}"}`) as object),
    ...Object.fromEntries(
      'arn id name region engine engine_version instance_class runtime protocol ip_protocol type scope family'
        .split(' ')
        .map((argument) => [argument, name]),
    ),
    tags: own,
    policy,
    assume_role_policy: policy,
    container_definitions: `[{"${name}":"${name}","name":"${name}","environment":[{"name":"${name}","value":"${name}","${name}":1}]}]`,
    parameter: [own],
    ingress: [own],
    engine_name: own,
    enabled_cloudwatch_logs_exports: [name],
  };
}

const shownTypes =
  'aws_s3_bucket aws_iam_role aws_iam_policy aws_db_instance aws_rds_cluster aws_lambda_function aws_ecs_task_definition ' +
  'aws_lb aws_lb_listener aws_security_group aws_vpc_security_group_ingress_rule aws_wafv2_web_acl aws_kms_key ' +
  'aws_db_parameter_group aws_dms_endpoint aws_sns_topic aws_sqs_queue';

function resourcesOf(name: string): unknown[] {
  return [`aws_${name}`, name, ...shownTypes.split(' ')].map((type) => ({
    address: `module.${name}.${type}.${name}["${name}"]`,
    mode: 'managed',
    type,
    name,
    index: name,
    provider_name: name,
    depends_on: [name, `module.${name}.${name}`],
    values: valuesOf(name),
  }));
}

/** A plan in which a name stands wherever one may, or in the place of what should be a text. */
export function planOf(name: string): string {
  const own = (value: unknown) => JSON.parse(`{"${name}":${JSON.stringify(value)}}`) as Record<string, unknown>;
  const references = { references: [`var.${name}`, `module.${name}.${name}`, `${name}.${name}`, `each.${name}`, name] };
  const resources = resourcesOf(name) as { address: string }[];
  return JSON.stringify({
    ...own({}),
    format_version: '1.2',
    variables: own({ value: name }),
    planned_values: {
      ...own(1),
      outputs: own({ value: name }),
      root_module: {
        resources: [...resources, { ...own(1), address: own(1), type: own(1), name: own(1), values: own(1) }],
        child_modules: [{ ...own(1), address: `module.${name}`, resources }],
      },
    },
    resource_changes: resources.map(({ address }) => ({ address, change: { after_unknown: own(true), ...own(1) } })),
    configuration: {
      provider_config: {
        ...own({ expressions: { region: references } }),
        aws: { expressions: { region: references } },
      },
      root_module: {
        resources: resources.map(({ address }) => ({
          address: address.replaceAll(/\[[^\]]*\]/g, '').replace(`module.${name}.`, ''),
          provider_config_key: name,
          depends_on: [name, `${name}.${name}`],
          expressions: { ...own(references), policy: references, name: references, ingress: [own(references)] },
        })),
        outputs: own({ expression: references }),
        module_calls: own({
          expressions: own(references),
          module: { outputs: own({ expression: references }), module_calls: {}, resources: [own(1)] },
        }),
      },
    },
  });
}

/** The same resources as a state shows them. */
export function stateOf(name: string): string {
  return JSON.stringify({
    format_version: '1.0',
    values: {
      outputs: JSON.parse(`{"${name}":{"value":"${name}"}}`) as unknown,
      root_module: { resources: resourcesOf(name), child_modules: [{ address: `module.${name}`, resources: [] }] },
    },
  });
}
