import { beforeAll, describe, expect, inject, it } from 'vitest';

import { textOf } from '../../src/render/project-files.js';
import { goldenSamples } from '../support/golden-samples.js';
import { scratchFolder } from '../support/scratch.js';
import { scanTogether, type Scan } from './scan.js';

const scanners = inject('scanners');

const sample = goldenSamples().find(({ name }) => name.endsWith('/https-own-certificate'))!;

interface Fault {
  what: string;
  /** Those with the same are in one project; without it, in the first. */
  apart?: string;
  file: string;
  from: string;
  to: string;
  faults: RegExp[];
}

/** A text of one file of the sample, what it is replaced by, and what must be said then; nothing else may be. */
const broken: readonly Fault[] = [
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
    faults: [/^tflint: terraform_unused_declarations: variable "left_over" is declared but not used \(variables\.tf:/],
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
    apart: 'hidden',
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
    apart: 'configured',
    file: '.checkov.yaml',
    from: 'compact: true\n',
    to: 'compact: true\nskip-check: [CKV_AWS_163]\n',
    faults: [/^\.checkov\.yaml: skip-check may turn checks off$/],
  },
  {
    what: 'a rule that is turned off for the project',
    apart: 'configured',
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
];

describe.skipIf(!scanners)('the scan turns red on', () => {
  if (!scanners) return;
  const { planning, ...withoutPlan } = scanners;
  let scans: Promise<Scan[]>;

  const projects = new Map([['nothing', [] as Fault[]]]);
  for (const fault of broken) {
    const name = fault.apart ?? 'several';
    projects.set(name, [...(projects.get(name) ?? []), fault]);
  }
  const faultsOf = async (name: string) => (await scans).find(({ sample: project }) => project === name)!.faults;

  // All at once: one project's faults must not be taken for another's either.
  beforeAll(() => {
    const changed = [...projects].map(([name, faults]) => {
      const files = new Map(sample.files);
      for (const { file, from, to } of faults) {
        const before = textOf(files, file);
        if (before.split(from).length !== 2) throw new Error(`${file} does not have this once: ${from}`);
        files.set(
          file,
          before.replace(from, () => to),
        );
      }
      return { ...sample, name, files };
    });
    scans = scanTogether(changed, withoutPlan, scratchFolder());
    scans.catch(() => {});
  });

  it.each(broken)('$what', async ({ apart = 'several', faults }) => {
    const found = await faultsOf(apart);
    expect(faults.filter((expected) => !found.some((fault) => expected.test(fault)))).toEqual([]);
  });

  it.each([...projects])('no more than that in the project with %s', async (name, faults) => {
    const expected = faults.flatMap((fault) => fault.faults);
    expect((await faultsOf(name)).filter((fault) => !expected.some((one) => one.test(fault)))).toEqual([]);
  });

  it('what only the plan shows', async () => {
    // Checkov does not follow a value that is decided by another resource; the plan has it.
    const main = `data "aws_partition" "current" {}

resource "aws_db_instance" "this" {
  instance_class      = "db.t4g.medium"
  publicly_accessible = length(data.aws_partition.current.partition) > 0
}
`;
    const kept = ['.checkov.yaml', '.tflint.hcl', 'provider.tf'].map(
      (file) => [file, sample.files.get(file)!] as const,
    );
    const files = new Map([...kept, ['main.tf', main]]);
    const [found] = await scanTogether(
      [{ ...sample, files }],
      { ...withoutPlan, planning: planning! },
      scratchFolder(),
    );
    expect(found!.faults.filter((fault) => fault.includes('CKV_AWS_17 '))).toEqual([
      expect.stringMatching(/^checkov on the plan: CKV_AWS_17 on aws_db_instance\.this: /),
    ]);
  });
});
