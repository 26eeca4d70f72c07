import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { resourceSchema } from '../../src/aws/provider-schema.js';
import { readBacks, type Json } from '../../src/aws/read-back.js';
import { texts } from '../../src/render/project-files.js';
import { Budget } from '../../src/terraform/budget.js';
import { memorySources, readHclProject } from '../../src/terraform/read-hcl.js';
import type { Resource } from '../../src/terraform/project.js';
import { goldenSamples } from '../support/golden-samples.js';
import { moduleBeside, modulesBeside } from '../support/modules.js';
import { scratchFolder } from '../support/scratch.js';
import { filledIn, type FilledIn } from './filled-in.js';
import { asAwsReturns, changesOver } from './read-back.js';
import { startSimulator, type Simulator } from './simulator.js';
import { smallProject } from './small-project.js';

const tools = inject('simulatorTools');

/** Texts of JSON that a row may put into another order, or complete. */
const policy = JSON.stringify({ Version: '2012-10-17', Statement: [{ Sid: 'a' }, { Sid: 'b' }] });
const containers = JSON.stringify([{ name: 'app' }]);

describe('each row', () => {
  let resources: Resource[];

  beforeAll(async () => {
    const projects = goldenSamples().flatMap(({ files }) => [
      files,
      ...modulesBeside(files).map((name) => moduleBeside(files, name)),
    ]);
    // They are asked for as long as there are rows, on a machine that has other work too.
    const untimed = () => ({ budget: new Budget(Infinity) });
    const read = await Promise.all(projects.map((files) => readHclProject(memorySources(texts(files)), untimed())));
    resources = read.flatMap((project) => project.resources);
  });

  /** Whether a sample writes the argument, or for what AWS fills in the block that it is in. */
  function meets({ types, argument }: FilledIn, type: string, isFilledIn: boolean): boolean {
    const names = argument.split('.');
    const last = names.pop()!;
    return resources
      .filter((resource) => types.includes(type) && resource.mode === 'managed' && resource.type === type)
      .flatMap((resource) => (names.length > 0 ? resource.blocks(names.join('.')) : [resource]))
      .some((block) => isFilledIn || block.has(last));
  }

  function isKnown(type: string, argument: string): boolean {
    const names = argument.split('.');
    const last = names.pop()!;
    const block = names.reduce(
      (schema, name) => schema?.block(name)?.schema ?? schema?.attribute(name)?.fields,
      resourceSchema('resource', type),
    );
    return block?.names().includes(last) ?? false;
  }

  it('has an id of its own', () => {
    const ids = [...readBacks, ...filledIn].map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
  });

  it.each([...filledIn, ...readBacks])('names an argument that the provider has: $id', ({ types, argument }) => {
    // Version 6 of the provider has it.
    if (argument.endsWith('.managed_storage_configuration.kms_key_id')) return;
    for (const type of types) expect([type, argument, isKnown(type, argument)]).toEqual([type, argument, true]);
  });

  it.each(filledIn)('of what AWS fills in changes what it is given: $id', ({ argument, returns }) => {
    const given: Json[] =
      argument === 'container_definitions'
        ? [containers]
        : [null, '', 0, [], ['us-east-1c'], ['us-east-1c', 'us-east-1a'], policy];
    const resources: Record<string, Json>[] = [
      {},
      ...['HTTP', 'HTTPS', 'email'].map((protocol) => ({ protocol })),
      { load_balancer_type: 'application' },
    ];
    const changes = resources.flatMap((resource) =>
      given.filter((sent) => {
        const returned = returns(sent, { resource, keyArn: (named) => named });
        return JSON.stringify(returned) !== JSON.stringify(sent);
      }),
    );
    expect(changes).not.toEqual([]);
  });

  it.each(filledIn)('of what AWS fills in meets a sample: $id', (row) => {
    expect(row.types.filter((type) => !meets(row, type, true))).toEqual([]);
  });

  it.each(readBacks)('of what may be written otherwise meets a sample, or says that none writes it: $id', (row) => {
    expect(row.types.some((type) => meets(row, type, false))).toBe(!row.notWritten);
  });
});

describe('a state as AWS returns it', () => {
  const state = (...resources: { type: string; values: object; mode?: string }[]) =>
    JSON.stringify({
      resources: resources.map(({ mode = 'managed', type, values }) => ({
        mode,
        type,
        name: 'app',
        instances: [{ attributes: values }],
      })),
    });
  const key = { type: 'aws_kms_key', values: { key_id: '1234', arn: 'arn:key/1234' } };
  const alias = {
    type: 'aws_kms_alias',
    values: { name: 'alias/app', arn: 'arn:alias/app', target_key_arn: 'arn:key/1234' },
  };
  const cluster = (named: string, mode?: string) => ({
    type: 'aws_ecs_cluster',
    values: {
      configuration: [{ managed_storage_configuration: [{ fargate_ephemeral_storage_kms_key_id: named }] }],
    },
    ...(mode ? { mode } : {}),
  });

  it.each(['1234', 'alias/app', 'arn:alias/app'])('has the ARN of the key that is named %s', (named) => {
    const { text, applied } = asAwsReturns(state(key, alias, cluster(named)));
    expect(text).toBe(state(key, alias, cluster('arn:key/1234')));
    expect([...applied]).toEqual([['aws_ecs_cluster.app', ['fargate-storage-key']]]);
  });

  it('keeps what AWS returns as it was sent', () => {
    const sent = state(key, alias, cluster('arn:key/1234'));
    expect(asAwsReturns(sent)).toEqual({ text: sent, applied: new Map() });
  });

  it('keeps what is only looked up', () => {
    const sent = state(key, alias, cluster('1234', 'data'));
    expect(asAwsReturns(sent).text).toBe(sent);
  });

  it('keeps a resource that does not have the argument', () => {
    const sent = state({ type: 'aws_ecs_cluster', values: { configuration: [] } });
    expect(asAwsReturns(sent).text).toBe(sent);
  });
});

describe.skipIf(!tools)('a project that writes what ECS returns otherwise', () => {
  if (!tools) return;
  let simulator: Simulator;
  let folder: string;
  let project: string;
  let terraform: ReturnType<typeof smallProject>;
  let state: string;
  const flags = ['-input=false', '-no-color'];

  beforeAll(async () => {
    folder = scratchFolder();
    project = path.join(folder, 'project');
    simulator = await startSimulator(tools.python, folder, { region: 'us-east-1' });
    terraform = smallProject(path.join(import.meta.dirname, 'read-back/main.tf'), project, tools, simulator);
    const applied = await terraform('apply', ...flags, '-auto-approve');
    if (applied.status !== 0) throw new Error(applied.output);
    state = (await terraform('state', 'pull')).stdout;
  });
  afterAll(() => simulator.stop());

  /** What is wrong with a plan over the state that says what was sent, with what AWS returns put into it. */
  function changes(sent: string): Promise<string[]> {
    return changesOver(asAwsReturns(sent), project, path.join(folder, 'copy'), tools!.providers, (copy, args) =>
      terraform(`-chdir=${copy}`, ...args),
    );
  }

  async function rewrite(from: string, to: string, work: () => Promise<void>): Promise<void> {
    const file = path.join(project, 'main.tf');
    const text = readFileSync(file, 'utf8');
    expect(text).toContain(from);
    writeFileSync(file, text.replace(from, to));
    await work().finally(() => writeFileSync(file, text));
  }

  it('has an empty plan as it is', async () => {
    expect(await changes(state)).toEqual([]);
  });

  it('without the list of capabilities that are added', () =>
    rewrite('add = [], ', '', async () => {
      const sent = state.replace(String.raw`\"add\":[],`, '');
      expect(sent).not.toBe(state);
      expect(await changes(sent)).toEqual([
        expect.stringMatching(/^aws_ecs_task_definition\.app is replaced: container_definitions \(.*capabilities/),
      ]);
      // The simulator answers as ECS does.
      expect(await terraform('plan', ...flags, '-detailed-exitcode')).toMatchObject({
        status: 2,
        output: expect.stringContaining('aws_ecs_task_definition.app must be replaced'),
      });
    }));

  it("with the id of the storage's key", () =>
    rewrite('aws_kms_key.app.arn', 'aws_kms_key.app.key_id', async () => {
      const sent = state.replace(/("fargate_ephemeral_storage_kms_key_id": ")arn:\S+key\//, '$1');
      expect(sent).not.toBe(state);
      expect(await changes(sent)).toEqual([
        'aws_ecs_cluster.app is updated: ' +
          'configuration.0.managed_storage_configuration.0.fargate_ephemeral_storage_kms_key_id (rows: fargate-storage-key)',
      ]);
      expect(await terraform('plan', ...flags, '-detailed-exitcode')).toMatchObject({
        status: 2,
        output: expect.stringContaining('aws_ecs_cluster.app will be updated in-place'),
      });
    }));
});
