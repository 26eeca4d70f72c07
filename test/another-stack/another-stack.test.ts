import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';

import { readFlags } from '../../src/answers/flags.js';
import { options } from '../../src/answers/options.js';
import { ask, type Prompter } from '../../src/answers/prompts.js';
import { resolve } from '../../src/answers/resolve.js';
import { answersSchema } from '../../src/answers/schema.js';
import { joinReadings, readAnswersFile, readEnvironment } from '../../src/answers/sources.js';
import { main } from '../../src/cli.js';
import { create } from '../../src/commands/create.js';
import { listJson, listText } from '../../src/commands/help.js';
import { summaryText } from '../../src/commands/report.js';
import { writeProject } from '../../src/disk/write.js';
import { fingerprint } from '../../src/record/fingerprint.js';
import { templatesOf } from '../../src/render/composer.js';
import { costOf } from '../../src/render/cost.js';
import { renderProject } from '../../src/render/render.js';
import { readRecord, recordFile } from '../../src/record/record.js';
import { isBuilt } from '../../src/render/packages.js';
import { textOf, texts } from '../../src/render/project-files.js';
import { check } from '../../src/rules/check.js';
import { layersOf, stacks } from '../../src/stacks/index.js';
import { folderSources } from '../../src/terraform/folder-sources.js';
import { readHclProject } from '../../src/terraform/read-hcl.js';
import { soundAnswers, surroundings } from '../support/answers.js';
import { compositionOf, factsOf, faultsOfLayers } from '../support/layers.js';
import { checkFiles, lines } from '../support/rules.js';
import { scratchFolder } from '../support/scratch.js';

/** The package's own. */
const others = [...stacks.keys()].filter((id) => id !== 'event-queue');
const first = others[0]!;

function resolved(...argv: string[]) {
  const { given, faults } = readFlags(argv).reading;
  const resolution = resolve(given, surroundings);
  return { ...resolution, faults: [...faults, ...resolution.faults] };
}

/** What the command prints in a pipe. */
async function printed(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const texts = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof texts) => ({ isTTY: false, write: (text: string) => void (texts[name] += text) });
  const code = await main({
    argv,
    environment: {},
    cwd: () => process.cwd(),
    stdinIsTerminal: () => false,
    stdout: stream('stdout'),
    stderr: stream('stderr'),
  });
  return { code, ...texts };
}

it('is found in its folder, after those of the package', () => {
  expect([...stacks.keys()]).toEqual([...others, 'event-queue']);
  expect(others.length).toBeGreaterThan(1);
});

describe('prompts', () => {
  async function session(stack: string) {
    const asked: { message: string; choices?: { value: string; name: string }[]; default?: unknown }[] = [];
    const take = (question: (typeof asked)[number]) => {
      asked.push(question);
      return Promise.resolve((question.message === 'What to build' ? stack : (question.default ?? '')) as never);
    };
    const prompter: Prompter = { input: take, confirm: take, select: take, search: take };
    const given = await ask({}, surroundings, prompter);
    return { asked, ...resolve(given, surroundings) };
  }

  it('ask for the stack first, with a line on each', async () => {
    const { asked } = await session(first);
    expect(asked[0]!.message).toBe('What to build');
    expect(asked[0]!.default).toBe(first);
    expect(asked[0]!.choices!.map(({ name }) => name.replace(/ +/, ': '))).toEqual(
      [...stacks.values()].map(({ id, title }) => `${id}: ${title}`),
    );
  });

  it('then ask what the stack takes, with its own defaults', async () => {
    const { asked, answers, faults } = await session('event-queue');
    expect(asked.map(({ message }) => message)).toEqual([
      'What to build',
      'Project name',
      'AWS region',
      'Environment suffix (empty: one is drawn)',
      'Profile',
      'Deliver messages once and in order?',
    ]);
    expect(faults).toEqual([]);
    expect(answers).toEqual({
      stack: 'event-queue',
      name: 'my-payments',
      region: 'us-west-2',
      suffix: 'drawn1',
      profile: 'ephemeral',
      https: true,
      databaseLogin: 'iam',
      retentionDays: 4,
      fifo: false,
      ci: 'none',
      tags: {},
    });
  });
});

describe('flags', () => {
  it('of another stack are refused by name', () => {
    const { faults } = resolved('--stack', 'event-queue', '--route53', '--container-port', '8080');
    const takenBy = { '--route53': others.join(' or '), '--container-port': first };
    expect(faults.map(({ option, why, remedy }) => [option, why, remedy])).toEqual(
      Object.entries(takenBy).map(([option, takers]) => [
        option,
        'is no answer for the stack event-queue, which does not take it',
        `Leave it out, or use --stack ${takers}; --help event-queue shows what the stack takes.`,
      ]),
    );
    expect(resolved('--fifo').faults).toEqual([
      expect.objectContaining({ option: '--fifo', remedy: expect.stringContaining('--stack event-queue') }),
    ]);
  });

  it('are checked by the row that the stack brings', () => {
    expect(resolved('--stack', 'event-queue', '--retention-days', '15').faults).toEqual([
      expect.objectContaining({ option: '--retention-days', why: 'is not from 1 to 14' }),
    ]);
  });

  it('for another stack make a replayed answer meaningless without a word', () => {
    const record = textOf(renderProject(soundAnswers()), recordFile);
    const { given } = joinReadings(readAnswersFile(record, recordFile), readFlags(['--stack', 'event-queue']).reading);
    const { answers, faults } = resolve(given, surroundings);
    expect(faults).toEqual([]);
    // What both take is replayed.
    expect(answers).toMatchObject({ stack: 'event-queue', region: 'us-east-1' });
    expect(answers).not.toHaveProperty('route53');
    // What the stack decides by itself is decided anew.
    expect(answers).toMatchObject({ https: true, databaseLogin: 'iam' });
  });

  it('of what the stack decides by itself are taken with that value, and no other', () => {
    const same = resolved('--stack', 'event-queue', '--https', '--database-login', 'iam');
    expect([same.faults, same.answers.https, same.answers.databaseLogin]).toEqual([[], true, 'iam']);
    const other = resolved('--stack', 'event-queue', '--no-https', '--database-login', 'password');
    const open = others.filter((id) => !stacks.get(id)!.fixed?.https);
    const asksForLogin = others.filter((id) => {
      const { takes, fixed } = stacks.get(id)!;
      return takes.includes('databaseLogin') && !fixed?.databaseLogin;
    });
    expect(other.faults).toEqual([
      {
        option: '--no-https',
        why: 'cannot be with the stack event-queue, where this is always on: SQS answers over HTTPS only',
        remedy: `Leave it out, or give --https, or use --stack ${open.join(' or ')}.`,
      },
      {
        option: '--database-login',
        value: '"password"',
        why: 'cannot be with the stack event-queue, where this is always iam: a queue knows no password',
        remedy: `Leave it out, or give --database-login iam, or use --stack ${asksForLogin.join(' or ')}.`,
      },
    ]);
    // Nothing else is wrong because of them.
    expect(other.answers).toMatchObject({ https: true, databaseLogin: 'iam' });
  });

  it('of what the stack decides are refused from a file and the environment too', () => {
    const inFile = readAnswersFile('{"stack":"event-queue","https":false}', 'a.json');
    expect(resolve(inFile.given, surroundings).faults).toEqual([
      expect.objectContaining({ option: 'https in a.json' }),
    ]);
    const inEnvironment = readEnvironment({ CSI_DATABASE_LOGIN: 'password' });
    const { given } = joinReadings(inEnvironment, readFlags(['--stack', 'event-queue']).reading);
    expect(resolve(given, surroundings).faults).toEqual([expect.objectContaining({ option: 'CSI_DATABASE_LOGIN' })]);
  });

  it('need not be asked for what the stack decides, to judge others by it', () => {
    const { given } = readFlags(['--stack', 'event-queue']).reading;
    expect(resolve(given, surroundings, new Set(['https', 'profile'])).answers).toMatchObject({ https: true });
    expect(resolve(given, surroundings, new Set(['stack', 'https'])).answers).toMatchObject({ https: true });
    expect(resolve({}, surroundings, new Set(['stack', 'https'])).answers).not.toHaveProperty('https');
  });

  it('need not say in production what the stack decides', () => {
    const { faults, missing } = resolved('--stack', 'event-queue', '--profile', 'production');
    expect([faults, missing]).toEqual([[], []]);
  });

  it('are refused before the first question, where the stack is given', async () => {
    const asked = () => Promise.reject(new Error('a question'));
    const prompter: Prompter = { input: asked, confirm: asked, select: asked, search: asked };
    const request = {
      directory: 'queue',
      run: { dryRun: true },
      reading: readFlags(['--stack', 'event-queue', '--no-https']).reading,
      cwd: scratchFolder(),
      environment: {},
      prompter,
      drawSuffix: surroundings.drawSuffix,
    };
    await expect(create(request)).rejects.toMatchObject({ faults: [{ option: '--no-https' }] });
    // While nobody knows which stack it will be, there is nothing to refuse.
    const reading = readFlags(['--no-https']).reading;
    await expect(create({ ...request, reading })).rejects.toThrow('a question');
  });

  it('of a stack that is still to be asked for are judged once it is known', () => {
    const { given } = readFlags(['--zone-name', 'example.com', '--no-route53']).reading;
    expect(resolve(given, surroundings, new Set(['stack'])).faults).toEqual([]);
    expect(resolve(given, surroundings).faults).toEqual([
      expect.objectContaining({ option: '--zone-name', why: expect.stringContaining('does nothing here') }),
    ]);
  });

  it('with a stack that is not known say which is near', () => {
    expect(readFlags(['--stack', 'event-quue']).reading.faults).toEqual([
      expect.objectContaining({ remedy: `Use ${others.join(', ')} or event-queue. Did you mean event-queue?` }),
    ]);
  });
});

describe('help', () => {
  it('shows what a stack takes, with its own defaults', async () => {
    const { code, stdout } = await printed('--help', 'event-queue');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: create-secure-infra \[directory\] --stack event-queue \[flags\]\n/);
    expect(stdout).toMatch(/--region CODE .*\[us-west-2\]/);
    expect(stdout).toMatch(/^Queue\n {2}--retention-days DAYS +days that a message is kept \[4\]\n {2}--\[no-\]fifo /m);
    expect(stdout).not.toContain('--[no-]route53');
    expect(stdout).toMatch(/--\[no-\]https .*\[always on: SQS answers over HTTPS only\]/);
    expect(await printed('--help', '--stack', 'event-queue')).toEqual({ code, stdout, stderr: '' });
  });

  it('without a stack tells the stacks apart', async () => {
    const { stdout } = await printed('my-payments', '--help');
    const inOregon = [...stacks.values()]
      .filter(({ defaults }) => defaults?.region === 'us-west-2')
      .map(({ id }) => id);
    expect(inOregon).toContain('event-queue');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`[us-east-1; us-west-2 for ${inOregon.join(', ')}]`);
    expect(stdout).toMatch(/--\[no-\]fifo +deliver messages once and in order \(for event-queue\) \[off\]/);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('always on for event-queue: SQS answers over HTTPS only]');
    // Every stack takes it, and so it says nothing of stacks.
    expect(stdout).toMatch(/--\[no-\]https +TLS on the load balancer; port 80 then only redirects \[/);
    expect(stdout).toContain(
      `--help STACK shows what one stack takes, with its own defaults: ${[...stacks.keys()].join(', ')}.`,
    );
  });

  it('says which stack was meant', async () => {
    const { code, stderr } = await printed('--help', 'event-queu');
    expect(code).toBe(2);
    expect(stderr).toContain('Did you mean event-queue?');
  });

  it('is what --list and the schema say', () => {
    expect(listText()).toMatch(
      /^ {2}event-queue +Queue of events on SQS\. Takes --retention-days, --fifo; decides --https, --database-login by itself$/m,
    );
    const { stacks: listed } = listJson() as {
      stacks: { id: string; options: { flag: string; default?: string }[] }[];
    };
    const queue = listed.find(({ id }) => id === 'event-queue')!;
    expect(queue.options).toContainEqual({ flag: '--region', default: 'us-west-2' });
    expect(queue.options.map(({ flag }) => flag)).not.toContain('--route53');
    expect(queue.options).toContainEqual({
      flag: '--https',
      fixed: { value: true, why: 'SQS answers over HTTPS only' },
    });
    const { properties } = answersSchema() as { properties: Record<string, { description: string }> };
    expect(properties.fifo!.description).toBe(
      'deliver messages once and in order (only for event-queue); default: off',
    );
    expect(properties.databaseLogin!.description).toMatch(
      /default: password; always iam for event-queue: a queue knows no password$/,
    );
    expect(Object.keys(properties)).toEqual(expect.arrayContaining(options.map(({ key }) => key)));
  });
});

describe('a project', () => {
  const answers = (more: object = {}) => soundAnswers({ stack: 'event-queue', suffix: 'x', ...more });

  it('is written from its layers', () => {
    const files = renderProject(answers());
    expect([...files.keys()]).toEqual(expect.arrayContaining(['queue.tf', 'kms.tf', 'bootstrap/main.tf']));
    expect([...files.keys()]).not.toContain('alb.tf');
    expect(files.get('terraform.tfvars')).toMatch(/region += "us-west-2"[\s\S]*retention_days = 4\n/);
    expect(files.get('kms.tf')).toContain(
      '      values = [for name in [\n        "/events/${local.name_prefix}",\n      ] :',
    );
    expect(files.get('README.md')).toMatch(
      /^# my-payments\n\nQueue of events on SQS, in [\s\S]*\n\n## What is in it[\s\S]*\n\n## The queue\n\n/,
    );
    expect(readRecord(textOf(files, recordFile))!.answers).toEqual(answers());
    for (const [file, text] of texts(files)) expect(text, file).not.toMatch(/[ \t]\n|\n\n\n/);
  });

  it('has a package of each of its functions, and says so in its record', async () => {
    const files = renderProject(answers());
    const built = ['functions/build.json', 'functions/hello.zip'];
    expect([...files.keys()].filter((file) => file.startsWith('functions/'))).toEqual([
      ...built,
      'functions/hello/index.mjs',
    ]);
    expect([...files.keys()].filter(isBuilt)).toEqual(built);
    const [entry] = Object.entries(unzipSync(files.get('functions/hello.zip') as Uint8Array));
    expect([entry![0], Buffer.from(entry![1]).toString()]).toEqual([
      'index.mjs',
      textOf(files, 'functions/hello/index.mjs'),
    ]);
    const recorded = readRecord(textOf(files, recordFile))!.files;
    expect(Object.keys(recorded)).toEqual([...files.keys()].filter((file) => file !== recordFile));

    const folder = scratchFolder();
    await writeProject(files, folder);
    for (const file of built) expect(recorded[file]).toBe(fingerprint(readFileSync(path.join(folder, file))));
    // Of a package nothing is read but by Terraform.
    const { unreadFiles, unfinished } = check([await readHclProject(folderSources(folder))]);
    expect([unreadFiles, unfinished]).toEqual([[], []]);
  });

  it('is completed by a second run, and refused where a package is another', async () => {
    const folder = scratchFolder();
    const run = () => printed(folder, '--stack', 'event-queue', '--yes', '--name', 'queue');
    expect((await run()).code).toBe(0);
    const zip = path.join(folder, 'functions/hello.zip');
    const written = readFileSync(zip);
    rmSync(zip);
    expect((await run()).stderr + (await run()).stdout).toContain('All of it is in');
    expect(readFileSync(zip)).toEqual(written);
    writeFileSync(zip, Buffer.from([80, 75, 0]));
    const { code, stderr } = await run();
    expect(code).toBe(3);
    expect(stderr).toContain(`functions/hello.zip, which has 3 bytes and should have ${written.length}`);
  });

  it('has its cost without a line of its own, for base counts keys and alarms', () => {
    const { components, savings } = costOf(answers());
    const keys = [...texts(renderProject(answers())).values()].join('').match(/^resource "aws_kms_key"/gm)!.length;
    expect(components).toEqual([{ component: 'KMS keys', quantity: keys, monthlyUsd: keys }]);
    expect(savings).toEqual([]);
  });

  it('has the pipeline that was asked for', () => {
    expect([...renderProject(answers({ ci: 'github' })).keys()]).toContain('.github/workflows/terraform.yml');
  });

  it('is refused a name that the bucket of its state could not have', () => {
    const { faults } = resolved('--stack', 'event-queue', '--name', 'a'.repeat(34), '--suffix', 'abc');
    expect(faults).toEqual([
      expect.objectContaining({ option: '--suffix', why: expect.stringContaining('S3 bucket') }),
    ]);
  });

  it('keeps every rule, but for the part of the posture that a queue has no use for', async () => {
    for (const more of [{}, { fifo: true, stateBucket: 'state-123456789012' }]) {
      const found = lines(await checkFiles(renderProject(answers(more))));
      expect(found.map((line) => line.replace(/ variables.tf:\d+ /, ':'))).toEqual(
        ['deletion_protection', 'force_destroy'].map((name) => `variable-used: the variable ${name} is not used`),
      );
    }
  });

  it('has layers that name what is theirs or below', async () => {
    const folders = ['test/another-stack/templates', 'templates'];
    // What base has for whoever needs it is there where a layer of another stack does.
    const projects = [answers(), soundAnswers(), soundAnswers({ stack: 'serverless-api', compliance: 'pci' })];
    const facts = new Map(
      [...new Set(projects.flatMap(layersOf))].map((layer) => {
        const folder = folders.find((candidate) => readdirSync(candidate).includes(layer))!;
        return [layer, factsOf(layer, folder)] as const;
      }),
    );
    const faults = faultsOfLayers(await Promise.all(projects.map(compositionOf)), facts);
    // What those of the other stacks lack, in these few projects, is for their own test.
    expect(faults.filter((fault) => /^(base|bootstrap|queue) /.test(fault))).toEqual([]);
  });

  it('is refused two layers that provide the same file', () => {
    expect(() => templatesOf(['queue', 'clashing'])).toThrow('the layers queue and clashing both provide queue.tf');
  });

  it('is summed up as the stack says', async () => {
    const sound = answers();
    const result = {
      directory: '/tmp/queue',
      answers: sound,
      files: renderProject(sound),
      cost: costOf(sound),
      changes: [],
      written: false,
    };
    const text = summaryText(result, '/tmp', (_format, words) => words);
    expect(text).toMatch(/^ {2}Profile +ephemeral\n {2}Queue +messages are kept for 4 days\n {2}State /m);
    const { stdout } = await printed('queue', '--stack', 'event-queue', '--yes', '--dry-run', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, answers: { stack: 'event-queue', fifo: false } });
  });
});
