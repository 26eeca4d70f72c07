import { describe, expect, inject, it } from 'vitest';

import { goldenSamples } from '../support/golden-samples.js';
import { scratchFolder } from '../support/scratch.js';
import { prove } from './proof.js';

const tools = inject('simulatorTools');

/** One that brings its state bucket: there is no bootstrap/ to wait for. */
const sample = goldenSamples().find(({ answers }) => answers.stateBucket !== undefined)!;

describe.skipIf(!tools)('the proof fails', () => {
  if (!tools) return;

  /** What becomes of the sample with one change to one of its files. */
  function proofOf(file: string, from: string | RegExp, to: string) {
    const text = sample.files.get(file)!.replace(from, to);
    expect(text).not.toBe(sample.files.get(file));
    return prove({ ...sample, files: new Map([...sample.files, [file, text]]) }, tools!, scratchFolder());
  }

  describe.concurrent('of a template broken on purpose', { timeout: 1_200_000 }, () => {
    it('a malformed policy for log delivery', async () => {
      const proof = proofOf(
        'waf.tf',
        'policy_document = data.aws_iam_policy_document.waf_logs.json',
        'policy_document = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow" }] })',
      );
      await expect(proof).rejects.toMatchObject({
        step: 'apply',
        message: expect.stringContaining('Could not convert to persistable policy'),
      });
    });

    it('a subnet outside the VPC', async () => {
      const proof = proofOf(
        'vpc.tf',
        'cidrsubnet(var.vpc_cidr, 4, 4 + count.index)',
        'cidrsubnet("10.99.0.0/18", 4, count.index)',
      );
      await expect(proof).rejects.toMatchObject({
        step: 'apply',
        message: expect.stringContaining('InvalidSubnet.Range'),
      });
    });

    it('a value that is another at every plan', async () => {
      const proof = proofOf(
        'ecr.tf',
        '  force_delete =',
        '  tags         = { Applied = timestamp() }\n  force_delete =',
      );
      await expect(proof).rejects.toMatchObject({
        step: 're-plan',
        message: expect.stringMatching(
          /the second plan is not empty[\s\S]*aws_ecr_repository\.app will be updated in-place/,
        ),
      });
    });

    it('a state without a lock', async () => {
      const proof = proofOf('backend.hcl', 'use_lockfile = true', 'use_lockfile = false');
      await expect(proof).rejects.toMatchObject({ step: 'lock' });
    });

    it('what a rule finds', async () => {
      const proof = proofOf('ecr.tf', '"IMMUTABLE"', '"MUTABLE"');
      await expect(proof).rejects.toMatchObject({
        step: 'rules',
        message: expect.stringContaining('ecr-immutable-tags: aws_ecr_repository.app has tags that can be moved'),
      });
    });

    it('what a destroy leaves over', async () => {
      const proof = proofOf('ecs.tf', '  kms_key_id        =', '  skip_destroy      = true\n  kms_key_id        =');
      await expect(proof).rejects.toMatchObject({
        step: 'left over',
        message: expect.stringMatching(/logs af-south-1 groups \/ecs\/my-payments-prod\/app/),
      });
    });
  });
});
