import path from 'node:path';

import { describe, expect, inject, it } from 'vitest';

import type { Answers } from '../../src/answers/answers.js';
import { textOf } from '../../src/render/project-files.js';
import { readFolder } from '../support/files.js';
import { goldenSamples } from '../support/golden-samples.js';
import type { Sample } from '../support/samples.js';
import { scratchFolder } from '../support/scratch.js';
import { prove } from './proof.js';

const tools = inject('simulatorTools');

/** A dozen resources that deploy and keep every rule; nothing but the changes below can be what turns the proof red. */
const small: Sample = {
  name: 'small',
  answers: {
    stack: 'small',
    region: 'us-east-1',
    profile: 'ephemeral',
    stateBucket: 'small-terraform-state-123456789012',
  } as object as Answers,
  files: readFolder(path.join(import.meta.dirname, 'small')),
};

describe.skipIf(!tools)('the proof', () => {
  if (!tools) return;

  /** What becomes of the project with one change to one of its files. */
  function proofOf(file: string, from: string | RegExp, to: string) {
    return proofWith([[file, from, to]]);
  }

  function proofWith(edits: [file: string, from: string | RegExp, to: string][]) {
    const files = new Map(small.files);
    for (const [file, from, to] of edits) {
      const text = textOf(files, file).replace(from, to);
      expect(text).not.toBe(files.get(file));
      files.set(file, text);
    }
    return prove({ ...small, files }, tools!, scratchFolder());
  }

  describe.concurrent('of a small project, with a fault in it or not', () => {
    it('passes as it is', async () => {
      expect(await prove(small, tools, scratchFolder())).toMatchObject({ resources: 12 });
    });

    it('a malformed policy for log delivery', async () => {
      const proof = proofOf(
        'main.tf',
        'policy_document = data.aws_iam_policy_document.delivery.json',
        'policy_document = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow" }] })',
      );
      await expect(proof).rejects.toMatchObject({
        step: 'apply',
        message: expect.stringContaining('Could not convert to persistable policy'),
      });
    });

    it('a subnet outside the VPC', async () => {
      const proof = proofOf('main.tf', '"10.0.0.0/18"', '"10.99.0.0/18"');
      await expect(proof).rejects.toMatchObject({
        step: 'apply',
        message: expect.stringContaining('InvalidSubnet.Range'),
      });
    });

    it('a value that is another at every plan', async () => {
      const proof = proofOf(
        'main.tf',
        '  force_delete ',
        '  tags                 = { Applied = timestamp() }\n  force_delete ',
      );
      await expect(proof).rejects.toMatchObject({
        step: 're-plan',
        message: expect.stringMatching(
          /the second plan is not empty[\s\S]*aws_ecr_repository\.app will be updated in-place/,
        ),
      });
    });

    it('a state without a lock', async () => {
      // The rule would find it before the lock is tried.
      const ignored =
        'backend "s3" {\n    # create-secure-infra:ignore backend-lock Only the lock itself is tried.\n  }';
      const proof = proofWith([
        ['backend.hcl', 'use_lockfile = true', 'use_lockfile = false'],
        ['provider.tf', 'backend "s3" {}', ignored],
      ]);
      await expect(proof).rejects.toMatchObject({ step: 'lock' });
    });

    it('what AWS returns in another form than it was sent', async () => {
      // The simulator keeps what it was sent.
      const proof = proofOf('main.tf', /(kms_key +=) aws_kms_key\.logs\.arn/, '$1 aws_kms_key.logs.key_id');
      await expect(proof).rejects.toMatchObject({
        step: 'read-back',
        message: expect.stringMatching(
          /^aws_ecr_repository\.app is replaced: encryption_configuration\.0\.kms_key \(rows: repository-key\)$/m,
        ),
      });
    });

    it('a subnet that follows the list of zones', async () => {
      const proof = proofOf('main.tf', 'ignore_changes = [availability_zone]', '');
      await expect(proof).rejects.toMatchObject({
        step: 'zones',
        message: expect.stringMatching(/zones us-east-1b.* is not empty[\s\S]*aws_subnet\.this\[0\] must be replaced/),
      });
    });

    it('what a rule finds', async () => {
      const proof = proofOf('main.tf', '"IMMUTABLE"', '"MUTABLE"');
      await expect(proof).rejects.toMatchObject({
        step: 'rules',
        message: expect.stringContaining('ecr-immutable-tags: aws_ecr_repository.app has tags that can be moved'),
      });
    });

    it('a bootstrap/ that makes a poor state bucket', async () => {
      const [withBootstrap] = goldenSamples().filter(({ files }) => files.has('bootstrap/main.tf'));
      const bootstrap = [...withBootstrap!.files].filter(([file]) => file.startsWith('bootstrap/'));
      const main = textOf(withBootstrap!.files, 'bootstrap/main.tf').replace(
        'versioning_configuration {\n    status = "Enabled"',
        'versioning_configuration {\n    status = "Suspended"',
      );
      const { stateBucket: _given, ...answers } = small.answers;
      const files = new Map([...small.files, ...bootstrap, ['bootstrap/main.tf', main]]);
      await expect(prove({ ...small, answers, files }, tools!, scratchFolder())).rejects.toMatchObject({
        step: 'bootstrap',
        message: expect.stringContaining('bucket-versioning: aws_s3_bucket.state has its versioning turned off'),
      });
    });

    it('what a destroy leaves over', async () => {
      const proof = proofOf('main.tf', '  kms_key_id        =', '  skip_destroy      = true\n  kms_key_id        =');
      await expect(proof).rejects.toMatchObject({
        step: 'left over',
        message: expect.stringMatching(/logs us-east-1 groups \/small\/flow-logs/),
      });
    });
  });
});
