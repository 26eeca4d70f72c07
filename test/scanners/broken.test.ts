import { describe, expect, inject, it } from 'vitest';

import { goldenSamples } from '../support/golden-samples.js';
import { scratchFolder } from '../support/scratch.js';
import { scan, type Scanners } from './scan.js';

const scanners = inject('scanners');

const sample = goldenSamples().find(({ name }) => name.endsWith('/https-own-certificate'))!;

describe.skipIf(!scanners).concurrent('the scan turns red on', { timeout: 300_000 }, () => {
  if (!scanners) return;
  const { planning, ...withoutPlan } = scanners;

  /** The faults of the sample with one text of one file replaced. */
  async function faultsWith(file: string, from: string, to: string, using: Scanners = withoutPlan): Promise<string[]> {
    const before = sample.files.get(file)!;
    expect(before.split(from)).toHaveLength(2);
    const files = new Map([...sample.files, [file, before.replace(from, () => to)]]);
    return (await scan({ ...sample, files }, using, scratchFolder())).faults;
  }

  it.each([
    {
      what: 'a database that is not encrypted',
      file: 'aurora.tf',
      from: '  storage_encrypted = true\n',
      to: '  storage_encrypted = false\n',
      faults: [/^checkov on HCL: CKV_AWS_96 on aws_rds_cluster\.aurora: /],
    },
    {
      what: 'a bucket that may be public',
      file: 'alb_logs.tf',
      from: '  block_public_policy     = true\n',
      to: '  block_public_policy     = false\n',
      faults: [/^checkov on HCL: CKV_AWS_54 on aws_s3_bucket_public_access_block\.alb_logs: /, /CKV2_AWS_6 on /],
    },
    {
      what: 'a variable that nothing uses',
      file: 'variables.tf',
      from: 'variable "aws_region" {',
      to: 'variable "left_over" {\n  description = "Not used."\n  type        = string\n  default     = null\n}\n\nvariable "aws_region" {',
      faults: [
        /^tflint: terraform_unused_declarations: variable "left_over" is declared but not used \(variables\.tf:/,
      ],
    },
    {
      what: 'a variable of bootstrap/ without a type',
      file: 'bootstrap/variables.tf',
      from: '  description = "AWS region of the state bucket."\n  type        = string\n',
      to: '  description = "AWS region of the state bucket."\n',
      faults: [/^tflint: terraform_typed_variables: .*\(bootstrap\/variables\.tf:1\)$/],
    },
    {
      what: 'a suppression that gives no reason',
      file: 'secrets.tf',
      from: "CKV2_AWS_57:It holds keys that third parties issue, which AWS cannot rotate; RDS rotates the database's own secret.",
      to: 'CKV2_AWS_57',
      faults: [/^secrets\.tf:5: suppression of CKV2_AWS_57: it gives no reason$/],
    },
    {
      what: 'a suppression that suppresses nothing',
      file: 'ecr.tf',
      from: 'resource "aws_ecr_repository" "app" {\n',
      to: 'resource "aws_ecr_repository" "app" {\n  #checkov:skip=CKV_AWS_163:Scanned elsewhere.\n',
      faults: [/^ecr\.tf:\d+: suppression of CKV_AWS_163: it suppresses nothing$/],
    },
    {
      what: 'a suppression that only Checkov sees',
      file: 'ecr.tf',
      from: '    scan_on_push = true\n',
      to: '    scan_on_push = false\n    /*\n    checkov:skip=CKV_AWS_163:Hidden.\n    */\n',
      faults: [
        /^tflint: terraform_comment_syntax: /,
        /^ecr\.tf:\d+: suppression of checkov:skip=CKV_AWS_163:Hidden\.: it stands where no scanner looks, or is not/,
        /^skipped by a comment that is not written as the others are: CKV_AWS_163 on aws_ecr_repository\.app: /,
      ],
    },
    {
      what: 'a check that is turned off for the project',
      file: '.checkov.yaml',
      from: 'compact: true\n',
      to: 'compact: true\nskip-check: [CKV_AWS_163]\n',
      faults: [/^\.checkov\.yaml: skip-check may turn checks off$/],
    },
    {
      what: 'a rule that is turned off for the project',
      file: '.tflint.hcl',
      from: 'plugin "terraform" {',
      to: 'rule "terraform_unused_declarations" {\n  enabled = false\n}\n\nplugin "terraform" {',
      faults: [/^\.tflint\.hcl: terraform_unused_declarations is not as the preset has it$/],
    },
    {
      what: 'a suppression that is no longer there',
      file: 'alb.tf',
      from: '  #checkov:skip=CKV_AWS_150',
      to: '  # CKV_AWS_150',
      faults: [/^checkov on HCL: CKV_AWS_150 on aws_lb\.alb: /],
    },
  ])('$what', async ({ file, from, to, faults }) => {
    const found = await faultsWith(file, from, to);
    expect(found.filter((fault) => !faults.some((expected) => expected.test(fault)))).toEqual([]);
    expect(faults.filter((expected) => !found.some((fault) => expected.test(fault)))).toEqual([]);
  });

  it('what only the plan shows', async () => {
    // Checkov does not follow a value that is decided by another resource; the plan has it.
    const found = await faultsWith(
      'aurora.tf',
      '  publicly_accessible        = false\n',
      '  publicly_accessible        = length(data.aws_partition.current.partition) > 0\n',
      { ...withoutPlan, planning: planning! },
    );
    expect(found).toEqual([
      expect.stringMatching(/^checkov on the plan: CKV_AWS_17 on aws_rds_cluster_instance\.aurora: /),
      expect.stringMatching(/^checkov on the plan: CKV_AWS_17 on aws_rds_cluster_instance\.aurora: /),
    ]);
  });
});
