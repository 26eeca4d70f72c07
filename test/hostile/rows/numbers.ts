import type { Row } from '../attack.js';

const numbers: Readonly<Record<string, string>> = {
  'with an exponent': '1e3',
  'too large for a number': '1e999',
  'below all numbers': '-1e999',
  'too small for a number': '1e-999',
  'of 400 digits': '9'.repeat(400),
  'of 400 places': `0.${'0'.repeat(400)}1`,
  'above the whole ones': '9007199254740993',
  'less than nothing': '-0',
  'of little more than nothing': '0.0000000001',
  'of a hundred million': '100000000',
};

/** Written so that Terraform itself reads no number. */
const unread = ['0x10', '1_000', '1.', '.5', '1e', '00012', '1e+', 'NaN', 'Infinity', '١'];

/** A number wherever one is expected. */
function everywhere(number: string): string {
  return `locals {
  a = ${number}
  b = range(${number})
  c = range(0, 10, ${number})
  d = cidrsubnet("10.0.0.0/8", ${number}, ${number})
  e = element([1, 2], ${number})
  f = [1, 2][${number}]
  g = format("%d %05d %s %.2f %x", ${number}, ${number}, ${number}, ${number}, ${number})
  h = substr("abc", ${number}, ${number})
  i = slice([1, 2], ${number}, ${number})
  j = pow(${number}, ${number}) % ${number}
  k = { (${number}) = ${number} }
  l = parseint("${number}", 10)
  m = tonumber("${number}") / 0
  n = chunklist([1, 2], ${number})
  o = indent(${number}, "a\\nb")
  p = cidrhost("10.0.0.0/8", ${number})
  q = log(${number}, ${number}) + ceil(${number}) + floor(${number}) + signum(${number})
  r = "\${${number}}-\${-(${number})}"
  s = max(${number}, 1) == min(${number}, 1)
  t = jsondecode("[${number}]")
  u = cidrsubnets("10.0.0.0/8", ${number})
}
resource "aws_lb" "l" {
  count        = ${number}
  idle_timeout = ${number}
  name         = "X \${local.r}"
}
resource "aws_security_group_rule" "r" {
  type        = "ingress"
  from_port   = ${number}
  to_port     = ${number}
  protocol    = ${number}
  cidr_blocks = ["10.0.0.0/\${${number}}"]
}
resource "aws_rds_cluster" "c" {
  backup_retention_period = ${number}
  engine_version          = ${number}
  port                    = ${number}
}
resource "aws_ecs_task_definition" "t" {
  cpu                   = ${number}
  memory                = ${number}
  container_definitions = jsonencode([{ name = "a", portMappings = [{ containerPort = ${number} }] }])
}
resource "aws_appautoscaling_target" "t" {
  min_capacity = ${number}
  max_capacity = ${number}
}
resource "aws_cloudwatch_metric_alarm" "m" {
  period             = ${number}
  evaluation_periods = ${number}
  threshold          = ${number}
}
`;
}

function inPlan(number: string): string {
  return `{"planned_values":{"root_module":{"resources":[{"address":"aws_rds_cluster.c[${number}]","index":${number},"type":"aws_rds_cluster","name":"c","mode":"managed","values":{"port":${number},"backup_retention_period":${number}}}]}}}`;
}

/** Numbers that few expect. */
export const numberRows: readonly Row[] = [
  ...Object.entries(numbers).map(([title, number]): Row => ({
    title: `a number ${title}`,
    isRead: true,
    files: { 'main.tf': everywhere(number), 'plan.json': inPlan(number) },
    runs: [
      ['check', '.', '--json'],
      ['check', '.', '--plan', 'plan.json', '--json'],
    ],
  })),
  ...unread.map((number): Row => ({ title: `${number} for a number`, files: { 'main.tf': everywhere(number) } })),
];
