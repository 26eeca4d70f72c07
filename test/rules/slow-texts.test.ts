import { expect, it } from 'vitest';

import { check } from '../../src/rules/check.js';
import { memorySources, readHclProject } from '../../src/terraform/read-hcl.js';
import { bounds } from '../support/bounds.mjs';

/** What is wrong in every project here; whatever else is in it, this must be found. */
const broken = `resource "aws_lb" "app" {
  name    = "app"
  subnets = ["subnet-11111111"]
}
`;

const record = { '.create-secure-infra.json': '{ "answers": { "tags": { "DataClassification": "confidential" } } }' };

const task = (image: string, cpu = '256') => `resource "aws_ecs_task_definition" "app" {
  family                   = "app"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "${cpu}"
  memory                   = "512"
  execution_role_arn       = aws_iam_role.execution.arn
  container_definitions = jsonencode([{ name = "app", image = "${image}", essential = true }])
}
resource "aws_iam_role" "execution" {
  name = "app-execution"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "ecs-tasks.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}
`;

it.each<[string, Readonly<Record<string, string>>]>([
  [
    'blanks in a setting of a backend',
    {
      'main.tf': 'terraform {\n  backend "s3" {}\n}\n',
      'backend.hcl': `bucket = ${' '.repeat(50_000)}"x"y"\n`,
    },
  ],
  [
    'blanks in constraints',
    {
      'main.tf': `terraform {
  required_version = "${' '.repeat(900_000)}x"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "${' '.repeat(900_000)}x"
    }
  }
}
`,
    },
  ],
  [
    'dots in a handler',
    {
      'main.tf': `data "archive_file" "app" {
  type        = "zip"
  source_file = "index.js"
  output_path = "app.zip"
}
resource "aws_lambda_function" "app" {
  function_name = "app"
  filename      = data.archive_file.app.output_path
  role          = "arn:aws:iam::111111111111:role/app"
  runtime       = "nodejs22.x"
  handler       = "${'.'.repeat(900_000)}/x"
}
`,
    },
  ],
  ['digits in a size', { 'main.tf': task('x', `${'1'.repeat(900_000)}!`) }],
  [
    'words in the ARN of a function',
    {
      'main.tf': `resource "aws_lambda_function" "rotate" {
  function_name = "rotate"
  role          = "arn:aws:iam::111111111111:role/app"
  filename      = "rotate.zip"
}
resource "aws_secretsmanager_secret_rotation" "app" {
  secret_id           = "app"
  rotation_lambda_arn = "arn:${':lambda:'.repeat(50_000)}${':function:'.repeat(50_000)}!"
}
`,
    },
  ],
  ['words in an image', { 'main.tf': task('aws_ecr_repository.'.repeat(50_000)) }],
  [
    'words in a resource of a policy',
    {
      'main.tf': `resource "aws_s3_bucket" "logs" {}
resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "delivery.logs.amazonaws.com" }
      Action    = "s3:PutObject"
      Resource  = "${'AWSLogs/$${'.repeat(80_000)}"
    }]
  })
}
`,
    },
  ],
  ['lines in a test', { ...record, 'tests/a.tftest.hcl': `run "a" {${'\n'.repeat(3_000_000)}` }],
  ['blanks in a test', { ...record, 'tests/a.tftest.hcl': `run "a" {${' '.repeat(3_000_000)}x\n` }],
  [
    'tags in a file of values',
    {
      ...record,
      'main.tf': `variable "tags" {
  type = map(string)
}
variable "text" {
  type = string
}
provider "aws" {
  region = "eu-west-1"
  default_tags {
    tags = merge(var.tags, { Project = "payments" })
  }
}
`,
      'terraform.tfvars': `text = <<EOT\n${'tags = {\n'.repeat(250_000)}EOT\n`,
    },
  ],
])('%s take no more than linear time', async (_title, texts) => {
  const start = performance.now();
  const project = await readHclProject(memorySources(new Map(Object.entries({ 'z.tf': broken, ...texts }))));
  const { findings } = check([project]);
  expect(performance.now() - start).toBeLessThan(bounds.atOnce);
  expect(findings.map(({ rule }) => rule.name)).toContain('alb-two-zones');
});
