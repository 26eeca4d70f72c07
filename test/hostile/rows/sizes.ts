import type { Row } from '../attack.js';

const many = (count: number, of: (at: number) => string) => Array.from({ length: count }, (_, at) => of(at)).join('');

function plan(resources: readonly object[]): string {
  return JSON.stringify({ planned_values: { root_module: { resources } } });
}

function shown(title: string, text: string): Row {
  return {
    title,
    files: { 'plan.json': text },
    withoutSentinel: true,
    runs: [['check', '--plan', 'plan.json', '--json']],
  };
}

const bucket = (at: number) => ({
  address: `aws_s3_bucket.b${at}`,
  type: 'aws_s3_bucket',
  name: `b${at}`,
  mode: 'managed',
  values: { bucket: `x${at}` },
});

/** What takes longer than its length says. */
export const sizeRows: readonly Row[] = [
  shown('an address of brackets', plan([{ address: `a.b${'['.repeat(200_000)}`, type: 'a', name: 'b', values: {} }])),
  shown(
    'an address of modules',
    plan([{ address: `${'module.a.'.repeat(50_000)}a.b`, type: 'a', name: 'b', values: {} }]),
  ),
  shown(
    'an ARN of brackets',
    plan([{ ...bucket(0), values: { arn: `arn:${'['.repeat(100_000)}`, bucket: `${'module.'.repeat(50_000)}` } }]),
  ),
  shown('20000 resources of a plan', plan(Array.from({ length: 20_000 }, (_, at) => bucket(at)))),
  shown('20000 resources of one address', plan(Array.from({ length: 20_000 }, () => bucket(0)))),
  { title: 'a text of 5 MB', files: { 'main.tf': `locals {\n  a = "${'x'.repeat(5_000_000)}"\n}\n` } },
  {
    title: 'blanks of 1 MB',
    files: { 'main.tf': `locals {\n  a =${' '.repeat(1_000_000)}1${'\n'.repeat(100_000)}}\n` },
  },
  {
    title: 'a name of 1 MB',
    files: { 'main.tf': `resource "aws_s3_bucket" "${'x'.repeat(1_000_000)}" {\n  bucket = "X"\n}\n` },
  },
  {
    title: 'a bucket name of 1 MB',
    files: { 'main.tf': `resource "aws_s3_bucket" "b" {\n  bucket = "${'x-'.repeat(500_000)}"\n}\n` },
  },
  {
    title: '3000 resources',
    files: { 'main.tf': many(3000, (at) => `resource "aws_s3_bucket" "b${at}" {\n  bucket = "x${at}"\n}\n`) },
  },
  {
    title: '20000 comments',
    files: { 'main.tf': '# create-secure-infra:ignore alb-two-zones not now\n'.repeat(20_000).concat('\n') },
  },
  { title: '20000 comments about no rule', files: { 'main.tf': '# create-secure-infra:ignore x y\n'.repeat(20_000) } },
  {
    title: '3000 files',
    files: Object.fromEntries(Array.from({ length: 3000 }, (_, at) => [`f${at}.tf`, 'locals {}\n'])),
  },
  {
    title: '5000 variables',
    files: {
      'main.tf': many(5000, (at) => `variable "v${at}" {}\n`),
      'terraform.tfvars': many(5000, (at) => `v${at} = "x"\n`),
    },
  },
  {
    title: '5000 statements of a policy',
    files: {
      'main.tf': `resource "aws_iam_policy" "p" {\n  policy = jsonencode({ Statement = [${many(5000, () => '{ Effect = "Allow", Action = "s3:*", Resource = "*" }, ')}] })\n}\n`,
    },
  },
  {
    title: '2000 actions by pattern',
    files: {
      'main.tf': `resource "aws_iam_policy" "p" {\n  policy = jsonencode({ Statement = [{ Effect = "Allow", Resource = "*", Action = [${many(2000, (at) => `"${'*a'.repeat(10)}${at}:${'*b?'.repeat(20)}", `)}] }] })\n}\n`,
    },
  },
  {
    title: 'a pattern of stars',
    files: {
      'main.tf': `resource "aws_s3_bucket_policy" "p" {\n  bucket = "x"\n  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:${'*G'.repeat(2000)}", Resource = "${'*:'.repeat(2000)}", Condition = { StringLike = { "aws:SourceArn" = "${'*a'.repeat(2000)}" } } }] })\n}\n`,
    },
  },
  {
    title: 'a version of many parts',
    files: {
      'main.tf': `terraform {\n  required_version = "${'>= 1.0.0, '.repeat(20_000)}>= 1"\n  required_providers {\n    aws = {\n      source  = "hashicorp/aws"\n      version = "${'1.'.repeat(50_000)}1"\n    }\n  }\n}\n`,
    },
  },
];
