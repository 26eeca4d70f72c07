import { check, memorySources, readHclProject } from 'create-secure-infra/check';
import { describe, expect, it } from 'vitest';

import { isPublished, pipelineImages } from '../../src/render/pipeline-tools.js';
import { textOf } from '../../src/render/project-files.js';
import { samples } from '../support/samples.js';

const withPipeline = samples().filter(({ answers }) => answers.ci !== 'none');
const workflow = '.github/workflows/terraform.yml';

/** The lines of a job of a pipeline, with what is indented below its name. */
function job(pipeline: string, name: string): string {
  return new RegExp(`^( *)${name}:\\n(?:\\1 +.*\\n|\\n)*`, 'm').exec(pipeline)![0];
}

describe.each(withPipeline)('the pipeline of golden/$name', ({ files }) => {
  const pipeline = textOf(files, files.has(workflow) ? workflow : '.gitlab-ci.yml');
  const plan = job(pipeline, 'plan');

  it('plans without a lock, so that its role needs no right to write', () => {
    expect(plan).toContain('terraform plan -input=false -lock=false');
    expect(pipeline.match(/terraform (plan|apply|destroy)/g)).toEqual(['terraform plan']);
  });

  it('gives a fork no token', () => {
    const condition = files.has(workflow)
      ? 'github.event.pull_request.head.repo.full_name == github.repository'
      : '$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID';
    expect(plan).toContain(condition);
    expect(pipeline.match(/id[-_]tokens?:/g)).toHaveLength(1);
  });

  it('does not wait for a package that is not published', () => {
    const own = job(pipeline, 'create-secure-infra');
    expect(/needs: .*create-secure-infra/.test(plan)).toBe(files.has(workflow) && isPublished);
    expect(/continue-on-error: true|allow_failure: true/.test(own)).toBe(!isPublished);
    expect(pipeline.includes('is not published yet')).toBe(!isPublished);
  });

  it('takes actions and images by digest where one is known', () => {
    for (const [, action] of pipeline.matchAll(/uses: (\S+)/g)) expect(action).toMatch(/@[0-9a-f]{40}$/);
    const images = [...pipeline.matchAll(/(?:name|image): +(\S+:\S+)|docker run .*? ([\w./-]+:[\w.@:]+) /g)];
    expect(images.length).toBeGreaterThan(1);
    for (const [, named, run] of images) expect(Object.values(pipelineImages)).toContain(named ?? run);
  });
});

describe.each(withPipeline)('the role that the README of golden/$name tells to create', ({ files }) => {
  const policies = [...textOf(files, 'README.md').matchAll(/```json\n([\s\S]*?)```/g)].map(([, json]) =>
    json!.replaceAll(
      /\b(STATE|FUNCTIONS)_KEY_ARN\b/g,
      'arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012',
    ),
  );

  it('is lent to tokens as the pipeline gets them', () => {
    // https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/
    expect(policies[0]).toMatch(
      files.has(workflow)
        ? /"repo:OWNER@OWNER_ID\/REPOSITORY@REPOSITORY_ID:pull_request"/
        : /"project_path:GROUP\/PROJECT:ref_type:branch:ref:\*"/,
    );
  });

  it('is sound by the rules that anyone’s policies are held to', async () => {
    expect(policies).toHaveLength(2);
    const [trust, plan] = policies.map((json) => `<<-EOT\n${json}EOT\n`);
    const written = `resource "aws_iam_role" "plan" {
  assume_role_policy = ${trust}}

resource "aws_iam_role_policy" "plan" {
  name   = "plan"
  role   = aws_iam_role.plan.id
  policy = ${plan}}
`;
    const { findings } = check([await readHclProject(memorySources(new Map([['main.tf', written]])))]);
    expect(findings.filter(({ address }) => address).map(({ rule, message }) => `${rule.name}: ${message}`)).toEqual(
      [],
    );
  });

  it('may decrypt the environment of functions where there are some, which Lambda does not show otherwise', () => {
    expect(policies[1]!.includes('"kms:ViaService": "lambda.')).toBe(files.has('functions.tf'));
  });

  it('is denied the most common ways to data, and writes nothing', () => {
    const denied = /"Effect": "Deny"[\s\S]*/.exec(policies[1]!)![0];
    for (const action of [
      's3:GetObject',
      's3:GetObjectVersion',
      'dynamodb:Query',
      'logs:GetLogEvents',
      'logs:StartLiveTail',
      'sqs:ReceiveMessage',
      'ssm:GetParameter*',
    ])
      expect(denied).toContain(`"${action}"`);
    expect(policies[1]).not.toMatch(/:(Put|Delete|Create|GenerateDataKey)/);
  });
});
