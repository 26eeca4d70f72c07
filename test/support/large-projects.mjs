// Projects of any size, each of one shape: what `scripts/bench.mjs` measures whole and test/rules/large.test.ts small.

/** Resources that belong together, one group for each number, which stands where `#` does. */
const groups = {
  buckets: `resource "aws_s3_bucket" "b#" {
  bucket = "data-#"
}
resource "aws_s3_bucket_versioning" "b#" {
  bucket = aws_s3_bucket.b#.id
  versioning_configuration {
    status = "Enabled"
  }
}
resource "aws_s3_bucket_server_side_encryption_configuration" "b#" {
  bucket = aws_s3_bucket.b#.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}
resource "aws_s3_bucket_public_access_block" "b#" {
  bucket              = aws_s3_bucket.b#.id
  block_public_acls   = true
  block_public_policy = true
}
resource "aws_s3_bucket_lifecycle_configuration" "b#" {
  bucket = "data-#"
  rule {
    id     = "old"
    status = "Enabled"
    expiration {
      days = 30
    }
  }
}
`,
  roles: `resource "aws_iam_role" "r#" {
  name               = "role-#"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }] })
}
data "aws_iam_policy_document" "r#" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::data-#/*"]
  }
}
resource "aws_iam_policy" "r#" {
  name   = "policy-#"
  policy = data.aws_iam_policy_document.r#.json
}
resource "aws_iam_role_policy_attachment" "r#" {
  role       = aws_iam_role.r#.name
  policy_arn = aws_iam_policy.r#.arn
}
`,
  services: `resource "aws_ecs_task_definition" "t#" {
  family                   = "app-#"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = aws_iam_role.t#.arn
  container_definitions    = jsonencode([{ name = "app", image = "nginx:1", essential = true, secrets = [{ name = "KEY", valueFrom = aws_secretsmanager_secret.t#.arn }] }])
}
resource "aws_iam_role" "t#" {
  name               = "task-#"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }] })
}
resource "aws_secretsmanager_secret" "t#" {
  name = "app-#"
}
resource "aws_ecs_service" "t#" {
  name            = "app-#"
  task_definition = aws_ecs_task_definition.t#.arn
  launch_type     = "FARGATE"
  desired_count   = 2
  network_configuration {
    subnets         = ["subnet-0123456789abcdef0"]
    security_groups = [aws_security_group.t#.id]
  }
  load_balancer {
    target_group_arn = aws_lb_target_group.t#.arn
    container_name   = "app"
    container_port   = 80
  }
}
resource "aws_security_group" "t#" {
  name = "app-#"
  ingress {
    from_port   = 80
    to_port     = 80
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8"]
  }
}
resource "aws_lb_target_group" "t#" {
  name        = "app-#"
  port        = 80
  protocol    = "HTTP"
  target_type = "ip"
}
`,
  listeners: `resource "aws_lb_target_group" "l#" {
  name     = "web-#"
  port     = 80
  protocol = "HTTP"
}
resource "aws_lb" "l#" {
  name            = "web-#"
  security_groups = ["sg-0123456789abcdef0"]
  subnets         = ["subnet-0123456789abcdef0"]
}
resource "aws_lb_listener" "l#" {
  load_balancer_arn = aws_lb.l#.arn
  protocol          = "HTTP"
  port              = 80
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.l#.arn
  }
}
`,
  networks: `resource "aws_subnet" "n#" {
  vpc_id            = "vpc-0123456789abcdef0"
  availability_zone = "eu-west-1a"
}
resource "aws_route_table" "n#" {
  vpc_id = "vpc-0123456789abcdef0"
}
resource "aws_route_table_association" "n#" {
  subnet_id      = aws_subnet.n#.id
  route_table_id = aws_route_table.n#.id
}
resource "aws_route" "n#" {
  route_table_id         = aws_route_table.n#.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = "igw-0123456789abcdef0"
}
resource "aws_security_group_rule" "n#" {
  type              = "ingress"
  security_group_id = "sg-0123456789abcdef0"
  from_port         = 22
  to_port           = 22
  protocol          = "tcp"
  cidr_blocks       = ["0.0.0.0/0"]
}
`,
  logs: `resource "aws_cloudwatch_log_group" "l#" {
  name = "/app/#"
}
resource "aws_cloudwatch_log_metric_filter" "l#" {
  name           = "errors-#"
  log_group_name = aws_cloudwatch_log_group.l#.name
  pattern        = "ERROR"
  metric_transformation {
    name      = "errors-#"
    namespace = "app"
    value     = "1"
  }
}
resource "aws_sns_topic" "l#" {
  name = "alarms-#"
}
resource "aws_cloudwatch_metric_alarm" "l#" {
  alarm_name          = "errors-#"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  metric_name         = "errors-#"
  namespace           = "app"
  alarm_actions       = [aws_sns_topic.l#.arn]
}
resource "aws_lambda_function" "l#" {
  function_name = "f-#"
  role          = "arn:aws:iam::123456789012:role/f"
}
resource "aws_lambda_permission" "l#" {
  function_name = aws_lambda_function.l#.function_name
  action        = "lambda:InvokeFunction"
  principal     = "s3.amazonaws.com"
}
`,
  databases: `resource "aws_db_subnet_group" "d#" {
  name       = "db-#"
  subnet_ids = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
}
resource "aws_db_instance" "d#" {
  identifier             = "db-#"
  engine                 = "postgres"
  engine_version         = "16"
  instance_class         = "db.t4g.medium"
  db_subnet_group_name   = aws_db_subnet_group.d#.name
  kms_key_id             = aws_kms_key.d#.arn
  username               = "owner"
  password               = "correct-horse-#"
  vpc_security_group_ids = ["sg-0123456789abcdef0"]
}
resource "aws_kms_key" "d#" {
  enable_key_rotation = true
}
resource "aws_ssm_parameter" "d#" {
  name  = "/db/#"
  type  = "SecureString"
  value = "correct-horse-#"
}
`,
};

const numbers = (count) => Array.from({ length: count }, (_, number) => number);
const repeated = (count, text) =>
  numbers(count)
    .map((number) => (typeof text === 'string' ? text.replaceAll('#', String(number)) : text(number)))
    .join('');
const provider = 'provider "aws" {\n  region = "eu-west-1"\n}\n';
const mixed = Object.values(groups).join('');
const perGroup = (text) => text.match(/^resource|^data/gm).length;
const inOne = (text) => new Map([['main.tf', text]]);

/** The files of a project with about `size` resources, or other things that it is made of, by the shape's name. */
export const shapes = {
  ...Object.fromEntries(
    Object.entries({ ...groups, mixed }).map(([name, text]) => [
      name,
      (size) => inOne(provider + repeated(Math.ceil(size / perGroup(text)), text)),
    ]),
  ),
  'mixed, by file': (size) =>
    new Map(numbers(Math.ceil(size / perGroup(mixed))).map((at) => [`f${at}.tf`, mixed.replaceAll('#', String(at))])),
  'rules of one group': (size) =>
    inOne(
      `resource "aws_security_group" "all" {\n  name = "all"\n}\n${repeated(size, 'resource "aws_vpc_security_group_ingress_rule" "r#" {\n  security_group_id = aws_security_group.all.id\n  ip_protocol       = "tcp"\n  from_port         = 443\n  to_port           = 443\n  cidr_ipv4         = "10.0.0.0/8"\n}\n')}`,
    ),
  'alarms of one topic': (size) =>
    inOne(
      `resource "aws_sns_topic" "all" {\n  name = "all"\n}\n${repeated(size, 'resource "aws_cloudwatch_metric_alarm" "a#" {\n  alarm_name    = "a-#"\n  alarm_actions = [aws_sns_topic.all.arn]\n}\n')}`,
    ),
  'attachments of one role': (size) =>
    inOne(
      `resource "aws_iam_role" "all" {\n  name               = "all"\n  assume_role_policy = "{}"\n}\n${repeated(size, 'resource "aws_iam_role_policy" "p#" {\n  role   = aws_iam_role.all.id\n  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::d-#/*" }] })\n}\n')}`,
    ),
  'statements of one document': (size) =>
    inOne(
      `data "aws_iam_policy_document" "all" {\n${repeated(size, '  statement {\n    sid       = "S#"\n    actions   = ["s3:GetObject"]\n    resources = ["arn:aws:s3:::d-#/*"]\n  }\n')}}\nresource "aws_iam_policy" "all" {\n  policy = data.aws_iam_policy_document.all.json\n}\n`,
    ),
  count: (size) =>
    inOne(
      repeated(
        Math.ceil(size / 1000),
        'resource "aws_s3_bucket" "c#" {\n  count  = 500\n  bucket = "c-#-${count.index}"\n}\nresource "aws_s3_bucket_versioning" "c#" {\n  count  = 500\n  bucket = aws_s3_bucket.c#[count.index].id\n}\n',
      ),
    ),
  variables: (size) =>
    inOne(
      repeated(
        size,
        'variable "v#" {\n  type    = string\n  default = "a"\n}\noutput "v#" {\n  value = var.v#\n}\nlocals {\n  l# = var.v#\n}\n',
      ),
    ),
  'a chain of locals': (size) =>
    inOne(
      `locals {\n  l0 = "a"\n${repeated(size, (at) => `  l${at + 1} = local.l${at}\n`)}}\noutput "last" {\n  value = local.l${size}\n}\n`,
    ),
  modules: (size) =>
    new Map([
      ['main.tf', repeated(Math.ceil(size / 2), 'module "m#" {\n  source = "./one"\n  name   = "m-#"\n}\n')],
      [
        'one/main.tf',
        'variable "name" {\n  type = string\n}\nresource "aws_s3_bucket" "one" {\n  bucket = var.name\n}\nresource "aws_s3_bucket_versioning" "one" {\n  bucket = aws_s3_bucket.one.id\n}\n',
      ],
    ]),
  providers: (size) =>
    inOne(
      repeated(Math.ceil(size / 8), 'provider "aws" {\n  alias  = "p#"\n  region = "eu-west-1"\n}\n') +
        repeated(
          size,
          (at) =>
            `resource "aws_s3_bucket" "p${at}" {\n  provider = aws.p${Math.floor(at / 8)}\n  bucket   = "p-${at}"\n}\n`,
        ),
    ),
  'data sources': (size) => inOne(repeated(size, 'data "aws_secretsmanager_secret" "s#" {\n  name = "s-#"\n}\n')),
  'ignore comments': (size) => inOne('# create-secure-infra:ignore x y\n'.repeat(size)),
  'ignore comments in blocks': (size) =>
    inOne(
      repeated(
        size,
        (at) =>
          `resource "aws_s3_bucket" "b${at}" {\n  # create-secure-infra:ignore bucket-public-access-block Public on purpose.\n  bucket = "b-${at}"\n}\n`,
      ),
    ),
  'unknown references': (size) =>
    inOne(repeated(size, 'resource "aws_s3_bucket" "b#" {\n  bucket = local.none_#\n  tags   = lookup({}, "a#")\n}\n')),
};

/** The JSON of a plan, or with `values` in its stead of a state, of `size` buckets, with what is written beside them. */
export function planOf(size, linked = 'reference') {
  const resources = [];
  const written = [];
  const add = (type, at, values, expressions) => {
    const address = `${type}.b${at}`;
    resources.push({ address, mode: 'managed', type, name: `b${at}`, values });
    written.push({ address, mode: 'managed', type, name: `b${at}`, provider_config_key: 'aws', expressions });
  };
  for (const at of numbers(Math.ceil(size / 2))) {
    add('aws_s3_bucket', at, { bucket: `data-${at}` }, { bucket: { constant_value: `data-${at}` } });
    const bucket = linked === 'name' ? { bucket: `data-${at}` } : {};
    const references = linked === 'name' ? [] : [`aws_s3_bucket.b${at}.id`, `aws_s3_bucket.b${at}`];
    const values = { ...bucket, versioning_configuration: [{ status: 'Enabled' }] };
    add('aws_s3_bucket_versioning', at, values, { bucket: { references } });
  }
  const changes = resources.map(({ address }) => ({ address, change: { after_unknown: { id: true, arn: true } } }));
  return JSON.stringify({
    format_version: '1.2',
    planned_values: { root_module: { resources } },
    resource_changes: changes,
    configuration: { root_module: { resources: written } },
  });
}

/** The JSON of a state with `size` buckets and what configures them, by their names. */
export function stateOf(size) {
  const { planned_values: values } = JSON.parse(planOf(size, 'name'));
  for (const resource of values.root_module.resources) resource.values.id = resource.values.bucket;
  return JSON.stringify({ format_version: '1.0', values });
}

/** A plan of one resource whose address never closes its many brackets. */
export function planOfBrackets(count) {
  const resource = { address: `a.b${'['.repeat(count)}`, type: 'a', name: 'b', mode: 'managed', values: {} };
  return JSON.stringify({ format_version: '1.2', planned_values: { root_module: { resources: [resource] } } });
}
