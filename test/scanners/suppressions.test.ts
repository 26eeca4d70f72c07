import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { stackRows } from '../../scripts/samples.mjs';
import { scannerVersions } from '../../src/render/pipeline-tools.js';
import { checkovTools, readResult } from './checkov.js';
import { faultsTogether, mostOf } from './limits.js';
import { faultsOf, type Scan } from './scan.js';
import { readSuppressions, withoutSuppressions } from './suppressions.js';
import { readTrivy } from './trivy.js';

describe('a suppression', () => {
  const read = (text: string) => readSuppressions(new Map([['a.tf', text]]));

  it("of Checkov's is in the resource that it is about, with its reason", () => {
    expect(read('resource "aws_lb" "alb" {\n  #checkov:skip=CKV_AWS_150:It is ephemeral: so be it.\n}\n')).toEqual([
      {
        scanner: 'checkov',
        check: 'CKV_AWS_150',
        reason: 'It is ephemeral: so be it.',
        resource: 'aws_lb.alb',
        place: 'a.tf:2',
      },
    ]);
  });

  it("of Trivy's is above the resource, and below its reason", () => {
    const text =
      '}\n\n# The clients are\n# on the internet.\n#trivy:ignore:AWS-0053\n#trivy:ignore:AWS-0054\nresource "aws_lb" "alb" {\n}\n';
    expect(read(text).map(({ check, reason, resource }) => [check, reason, resource])).toEqual([
      ['AWS-0053', 'The clients are on the internet.', 'aws_lb.alb'],
      ['AWS-0054', undefined, 'aws_lb.alb'],
    ]);
  });

  it("of Trivy's that stand together have a sentence each", () => {
    const text =
      '# Open to all. Without TLS.\n#trivy:ignore:AWS-0053\n#trivy:ignore:AWS-0054\nresource "aws_lb" "alb" {\n}\n';
    expect(read(text).map(({ check, reason }) => [check, reason])).toEqual([
      ['AWS-0053', 'Open to all.'],
      ['AWS-0054', 'Without TLS.'],
    ]);
  });

  it.each([
    ['no reason', '  #checkov:skip=CKV_AWS_1\n', 'it gives no reason'],
    ['an empty reason', '  #checkov:skip=CKV_AWS_1: \n', 'it gives no reason'],
    ['a reason for what is not found', '  #checkov:skip=CKV_AWS_2:Why not.\n', 'it suppresses nothing'],
    ['a finding of its own', '  #checkov:skip=CKV_AWS_1:Why not.\n', undefined],
    ['a name of old', '  #bridgecrew:skip=CKV_AWS_1:Why not.\n', 'is not written as the others are'],
    ['a rule of TFLint', '  # tflint-ignore: all\n', 'TFLint has nothing to be kept from'],
    ['a place within the resource, for Trivy', '  #trivy:ignore:AWS-0001\n', 'it stands where no scanner looks'],
    ['an end of a line', '  a = 1 #trivy:ignore:AWS-0001\n', 'it stands where no scanner looks'],
  ])('with %s is judged so', (_, line, fault) => {
    const findings = [{ check: 'CKV_AWS_1', asks: '', resource: 'aws_lb.alb', file: 'a.tf' }];
    const [suppression, ...more] = read(`resource "aws_lb" "alb" {\n${line}}\n`);
    expect(more).toEqual([]);
    const faults = faultsOf(suppression!, findings);
    expect(faults).toEqual(fault ? [expect.stringContaining(fault)] : []);
  });

  it('outside of a resource is no good', () => {
    const [suppression] = read('locals {\n  #checkov:skip=CKV_AWS_1:Why not.\n}\n');
    expect(faultsOf(suppression!, [])).toEqual([expect.stringContaining('it stands where no scanner looks')]);
  });

  it('can be taken out', () => {
    const text = 'resource "aws_lb" "alb" {\n  # Kept.\n  #checkov:skip=CKV_AWS_1:Why not.\n  name = "a"\n}\n';
    expect(withoutSuppressions(new Map([['a.tf', text]]))).toEqual(
      new Map([['a.tf', 'resource "aws_lb" "alb" {\n  # Kept.\n  name = "a"\n}\n']]),
    );
  });
});

describe.each(Object.entries(stackRows))('all suppressions of %s together', (stack, { samples, suppressed = [] }) => {
  const scanOf = (project: string, checks: readonly string[]) =>
    ({
      sample: `${stack}/${project}`,
      suppressions: checks.map((check) => ({ scanner: 'checkov', check })),
    }) as unknown as Scan;
  const [sample = ''] = Object.keys(samples);
  const before = Object.keys(stackRows).slice(0, Object.keys(stackRows).indexOf(stack));
  const earlier = before.flatMap((other) => stackRows[other]!.suppressed ?? []);

  it('are of checks that golden/samples.json names', () => {
    const some = suppressed.slice(0, mostOf(stack));
    expect(faultsTogether([scanOf(sample, some), scanOf('not-a-sample', suppressed)])).toEqual([]);
  });

  it('are few checks in the samples that no earlier stack suppresses', () => {
    const most = mostOf(stack);
    const many = Array.from({ length: most + 1 }, (_, index) => `CKV_AWS_${9000 + index}`);
    const about = (project: string, checks: readonly string[]) =>
      faultsTogether([scanOf(project, checks)]).filter((fault) => fault.startsWith('the samples of'));
    expect(about(sample, many)).toEqual([expect.stringContaining(`suppress ${most + 1} checks that those of no`)]);
    expect(about(sample, [...many.slice(1), ...earlier])).toEqual([]);
    expect(about('not-a-sample', many)).toEqual([]);
  });

  it.each([
    ['encryption at rest', 'CKV_AWS_96'],
    ['public access to data', 'CKV_AWS_54'],
    ['wildcards in IAM', 'CKV_AWS_356'],
    ['encryption at rest, to Trivy', 'AWS-0079'],
  ])('are not about %s: %s', (_, check) => {
    // Besides, it is one too many where a stack may have none of its own.
    const faults = faultsTogether([scanOf(sample, [check])]).filter((fault) => !fault.startsWith('the samples of'));
    expect(faults).toEqual([`${check} may not be suppressed in ${stack}`]);
  });
});

describe('Checkov', () => {
  it('is the one that projects run', () => {
    expect(readFileSync(checkovTools.requirements, 'utf8')).toMatch(
      new RegExp(`^checkov==${scannerVersions.checkov.replaceAll('.', '\\.')}$`, 'm'),
    );
  });

  it.each([
    ['{"passed": 0, "failed": 0}', 'found nothing to scan'],
    ['{"summary": {"passed": 3, "parsing_errors": 0}, "results": {"failed_checks": []}}', 'found nothing to scan'],
    [
      '{"summary": {"passed": 3, "parsing_errors": 1}, "results": {"failed_checks": [], "skipped_checks": [], "parsing_errors": ["a.tf"]}}',
      'cannot parse a.tf',
    ],
  ])('fails where it did not look: %s', (text, fault) => {
    expect(() => readResult(text)).toThrow(fault);
  });
});

describe('Trivy', () => {
  const result = (target: string, ...found: { ID: string; Status: string; Resource: string }[]) => ({
    Target: target,
    Class: 'config',
    Misconfigurations: found.map(({ Resource, ...one }) => ({ ...one, Title: 'Asks.', CauseMetadata: { Resource } })),
  });

  it('is read by project, whichever way it names its checks', () => {
    const text = JSON.stringify({
      Results: [
        { Target: '.', Class: 'config' },
        result('0/alb.tf', { ID: 'AVD-AWS-0053', Status: 'FAIL', Resource: 'aws_lb.alb[0]' }),
        result('0/bootstrap/main.tf', { ID: 'AWS-0089', Status: 'FAIL', Resource: 'aws_s3_bucket.state' }),
        result('1/alb.tf', { ID: 'AWS-0053', Status: 'PASS', Resource: 'aws_lb.alb' }),
      ],
    });
    const found = readTrivy(text);
    expect([found.get('0'), found.get('1')]).toEqual([
      [
        { check: 'AWS-0053', asks: 'Asks.', resource: 'aws_lb.alb', file: 'alb.tf' },
        { check: 'AWS-0089', asks: 'Asks.', resource: 'aws_s3_bucket.state', file: 'bootstrap/main.tf' },
      ],
      [],
    ]);
  });

  it('fails where it did not look', () => {
    expect(() => readTrivy('{"SchemaVersion": 2}')).toThrow('found nothing to scan');
  });
});
