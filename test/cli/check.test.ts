import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import Ajv from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import { expect, describe, it } from 'vitest';

import { ruleJson } from '../../src/commands/explain.js';
import { rules } from '../../src/rules/check.js';
import { goldenFolder } from '../support/files.js';
import { commandsIn, unseenIn } from '../support/hostile.js';
import { scratchFolder } from '../support/scratch.js';
import { run } from './command.js';

const sarifSchema = createRequire(import.meta.url)(
  '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json',
) as object;

/** A load balancer in one zone, which is an error, and a file below that is none. */
const broken = `resource "aws_lb" "app" {
  name    = "app"
  subnets = ["subnet-0123456789abcdef0"]
}
`;

function project(files: Record<string, string>): string {
  const folder = scratchFolder();
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  return folder;
}

interface Report {
  findings: { rule: string; file?: string; line?: number; address?: string; stages: string[] }[];
  suppressed: { reason: string }[];
  unreadModules: { source: string }[];
  unreadFiles: { file: string; why: string }[];
}

describe('check', () => {
  it('finds nothing in a project of ours, and says how much it looked at', async () => {
    const { code, stdout, stderr } = await run(['check', path.join(goldenFolder, 'ecs-fargate/defaults')], {
      cwd: scratchFolder(),
    });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^Suppressed by comments of the project:\n\n {2}\S+ {2}[^\n]+\n\nNothing found in \d+ resources, 1 suppressed\.\n$/,
    );
  });

  it('tells file, line, rule, what is wrong, what AWS answers and what would do; an error exits with 1', async () => {
    const cwd = project({ 'infra/alb.tf': broken });
    const { code, stdout, stderr } = await run(['check', 'infra'], { cwd });
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(/^infra\/alb\.tf\n/);
    expect(stdout).toMatch(/ 3 {2}error {4}alb-two-zones\n +aws_lb\.app is in one subnet/);
    expect(stdout).toMatch(/Why: +AWS refuses/);
    expect(stdout).toMatch(/Remedy: Give one subnet/);
    expect(stdout).toMatch(/\d+ errors?.* in 1 resource/);
    expect(stdout).not.toContain('\u001b[');
  });

  it('looks at the current folder where none is named', async () => {
    expect((await run(['check'], { cwd: project({ 'alb.tf': broken }) })).code).toBe(1);
  });

  it('fails from the severity on that --fail-on names', async () => {
    const cwd = project({
      'main.tf': 'variable "unused" {\n  type        = string\n  description = "Nobody asks for it."\n}\n',
    });
    expect((await run(['check'], { cwd })).code).toBe(0);
    expect((await run(['check', '--fail-on', 'warning'], { cwd })).code).toBe(0);
    expect((await run(['check', '--fail-on', 'note'], { cwd })).code).toBe(1);
  });

  it('prints JSON with the same content', async () => {
    const { code, stdout } = await run(['check', '--json'], { cwd: project({ 'alb.tf': broken }) });
    expect(code).toBe(1);
    const report = JSON.parse(stdout) as Report;
    expect(report.findings).toContainEqual(
      expect.objectContaining({
        rule: 'alb-two-zones',
        severity: 'error',
        file: 'alb.tf',
        line: 3,
        address: 'aws_lb.app',
        stages: ['hcl'],
      }),
    );
  });

  it('prints SARIF that the schema of SARIF 2.1.0 takes, suppressions and odd file names included', async () => {
    const suppressed = broken.replace(
      '{\n',
      '{\n  # create-secure-infra:ignore alb-two-zones The second subnet comes with the next release.\n',
    );
    const cwd = project({ 'a b%.tf': broken, 'other.tf': suppressed.replace('"app"', '"other"') });
    const { stdout } = await run(['check', '--format', 'sarif'], { cwd });
    const log = JSON.parse(stdout) as {
      runs: { results: { ruleId: string; suppressions?: object[]; locations: object[] }[] }[];
    };
    const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
    addFormats(ajv);
    const validate = ajv.compile(sarifSchema);
    expect(validate(log), JSON.stringify(validate.errors)).toBe(true);
    const results = log.runs[0]!.results.filter(({ ruleId }) => ruleId === 'alb-two-zones');
    expect(results.map(({ suppressions }) => suppressions?.length ?? 0)).toEqual([0, 1]);
    expect(JSON.stringify(results[0]!.locations)).toContain('"uri":"a%20b%25.tf"');
    expect(ajv.validate(sarifSchema, { ...log, version: '3' })).toBe(false);
    const whole = await run(['check', cwd, '--format', 'sarif'], { cwd: scratchFolder() });
    expect(whole.stdout).toContain(`"uri": "${pathToFileURL(path.join(cwd, 'a b%.tf')).href}"`);
  });

  it('prints workflow commands for GitHub', async () => {
    const { stdout } = await run(['check', 'infra', '--format', 'github'], {
      cwd: project({ 'infra/alb.tf': broken }),
    });
    expect(stdout).toMatch(
      /^::error file=infra\/alb\.tf,line=3,col=3,endColumn=41,title=alb-two-zones::aws_lb\.app is in one subnet[^\n]*%0A[^\n]*\n/m,
    );
  });

  it('takes a suppression with a reason, counts it, and refuses one without', async () => {
    const comment = (reason: string) =>
      broken.replace('{\n', `{\n  # create-secure-infra:ignore alb-two-zones${reason}\n`);
    const taken = await run(['check'], { cwd: project({ 'alb.tf': comment(' It is only tried out.') }) });
    expect(taken.stdout).toMatch(/^ {2}alb-two-zones {2}alb\.tf:4 aws_lb\.app {2}It is only tried out\.$/m);
    expect(taken.stdout).toContain('1 suppressed');
    expect(taken.stdout).not.toContain('Why:    AWS refuses');
    const refused = await run(['check'], { cwd: project({ 'alb.tf': comment('') }) });
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain('alb-two-zones');
    expect(refused.stdout).toContain('gives no reason');
  });

  it('lets a project put nothing aside with --no-suppressions, in any format', async () => {
    const comment = '{\n  # create-secure-infra:ignore alb-two-zones It is only tried out.\n';
    const cwd = project({ 'alb.tf': broken.replace('{\n', comment) });
    for (const format of ['text', 'json', 'sarif', 'github']) {
      expect((await run(['check', '--format', format], { cwd })).code).toBe(0);
      const { code, stdout } = await run(['check', '--format', format, '--no-suppressions'], { cwd });
      expect(code).toBe(1);
      expect(stdout).toContain('alb-two-zones');
      expect(stdout).not.toMatch(/Suppressed by|"suppressions": \[\s*\{|It is only tried out|suppressed:/);
    }
    expect((await run(['check', '--format', 'github'], { cwd })).stdout).toMatch(
      /^ {2}suppressed: alb-two-zones {2}alb\.tf:4 aws_lb\.app {2}It is only tried out\.$/m,
    );
  });

  it.skipIf(process.platform === 'win32')('hands nothing to a terminal or a log that it would obey', async () => {
    const hidden = '\u001b[31m\u202e\u{e0041}';
    const values = ['::add-mask::a', '##[add-matcher]b', hidden].map((one) => `subnet-${'x'.repeat(90)} ${one}`);
    const cwd = project({
      [`::error::${hidden}\n::error::.tf`]: broken.replace('subnet-0123456789abcdef0', values.join(' ')),
      'more.tf': `module "far" {\n  source = "::stop-commands::x ##vso[task.setvariable]${hidden}"\n}\n`,
    });
    for (const format of ['text', 'json', 'sarif', 'github']) {
      const { stdout } = await run(['check', '--format', format], { cwd });
      expect(unseenIn(stdout)).toEqual([]);
      const obeyed = commandsIn(stdout).filter((line) => !/^::(?:error|warning|notice) (?:file=|title=)/.test(line));
      expect(obeyed).toEqual([]);
    }
    const { stderr } = await run(['check', `nowhere\n::error::${hidden}`], { cwd });
    expect([unseenIn(stderr), commandsIn(stderr)]).toEqual([[], []]);
  });

  it('follows modules that are called by path, and names those that it does not', async () => {
    const cwd = project({
      'live/main.tf':
        'module "alb" {\n  source = "../modules/alb"\n}\nmodule "vpc" {\n  source = "terraform-aws-modules/vpc/aws"\n}\n',
      'modules/alb/main.tf': broken,
    });
    const reportOf = async (...words: string[]) =>
      JSON.parse((await run(['check', 'live', '--json', ...words], { cwd })).stdout) as Report;
    // Outside of a checkout nothing beside the folder is read, unless it is said that it may be.
    const alone = await reportOf();
    expect(alone.findings).toEqual([]);
    expect(alone.unreadFiles).toEqual([
      { file: 'modules/alb', why: 'is outside of what is looked at (--root widens it)' },
    ]);
    const report = await reportOf('--root', '.');
    expect(report.findings).toContainEqual(
      expect.objectContaining({ rule: 'alb-two-zones', file: 'modules/alb/main.tf', address: 'module.alb.aws_lb.app' }),
    );
    expect(report.unreadModules).toEqual([
      expect.objectContaining({
        address: 'module.vpc',
        source: 'terraform-aws-modules/vpc/aws',
        why: 'is not installed (terraform init)',
        file: 'live/main.tf',
        line: 4,
      }),
    ]);
  });

  it('names files that it does not look into, and refuses what is not in UTF-8', async () => {
    const cwd = project({ 'main.tf': 'locals {\n  a = 1\n}\n', 'more.tf.json': '{"locals": {"b": 1}}' });
    symlinkSync('../../elsewhere.tf', path.join(cwd, 'gone.tf'));
    expect((await run(['check'], { cwd })).stdout).toContain(
      'Files that were not looked into:\n\n  gone.tf  is outside of what is looked at (--root widens it)\n\nNo resource was looked at: 1 file not looked into.\n',
    );
    writeFileSync(path.join(cwd, 'latin.tf'), Buffer.from('# caf\u00e9\n', 'latin1'));
    const { code, stderr } = await run(['check'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('latin.tf:1\n    is not in UTF-8');
  });

  it('fails with --strict where not everything was seen, and with findings as without', async () => {
    const call = 'module "vpc" {\n  source = "terraform-aws-modules/vpc/aws"\n}\n';
    const code = async (files: Record<string, string>, ...flags: string[]) =>
      (await run(['check', ...flags], { cwd: project(files) })).code;
    const sound = { 'main.tf': 'locals {\n  a = 1\n}\n' };
    expect(await code(sound, '--strict')).toBe(0);
    expect(await code({ ...sound, 'vpc.tf': call })).toBe(0);
    for (const format of ['text', 'json', 'sarif', 'github'])
      expect(await code({ ...sound, 'vpc.tf': call }, '--strict', '--format', format)).toBe(2);
    expect(await code({ 'alb.tf': broken, 'vpc.tf': call }, '--strict')).toBe(1);
  });

  it('says of a folder of Terragrunt which module it takes, and looks at that without what is written there', async () => {
    const cwd = project({
      '.git/HEAD': 'ref: refs/heads/main\n',
      'aws/queue/main.tf': 'resource "aws_sqs_queue" "q" {\n  name = var.name\n  sqs_managed_sse_enabled = true\n}\n',
      'live/queue/terragrunt.hcl': 'terraform {\n  source = "../../aws//queue"\n}\n',
    });
    const unit = await run(['check', 'live/queue'], { cwd });
    expect([unit.code, unit.stderr]).toEqual([
      2,
      expect.stringContaining(
        "holds no .tf file, but Terragrunt's configuration, which takes the Terraform in aws/queue.",
      ),
    ]);
    const module = await run(['check', 'aws/queue'], { cwd });
    expect([module.code, module.stdout]).toEqual([0, expect.stringContaining('1 thing not understood.')]);
    expect(module.stdout).toContain('live/queue/terragrunt.hcl:1  Terragrunt gives the folder files and values');
    expect((await run(['check', 'aws/queue', '--strict'], { cwd })).code).toBe(2);
  });

  it('says of a submodule that is not checked out, and of a template, what they are', async () => {
    const cwd = project({
      '.git/HEAD': 'ref: refs/heads/main\n',
      '.gitmodules': '[submodule "shared"]\n\tpath = shared\n\turl = https://github.com/a/b.git\n',
      'cookiecutter.json': '{}',
      'app/main.tf': 'resource "aws_sqs_queue" {{ cookiecutter.name }} {\n}\n',
    });
    mkdirSync(path.join(cwd, 'shared'));
    const empty = await run(['check', 'shared'], { cwd });
    expect([empty.code, empty.stderr]).toEqual([
      2,
      expect.stringContaining('is in a Git submodule that is not checked out'),
    ]);
    const template = await run(['check', 'app'], { cwd });
    expect([template.code, template.stderr]).toEqual([
      2,
      expect.stringContaining('It is in a template of cookiecutter'),
    ]);
  });

  it('takes values from .tfvars files, and from those that are named', async () => {
    const cwd = project({
      'main.tf':
        'variable "subnets" {\n  type = list(string)\n}\nresource "aws_lb" "app" {\n  subnets = var.subnets\n}\n',
      'one.tfvars': 'subnets = ["subnet-1"]\n',
    });
    const rulesFound = async (...flags: string[]) =>
      (JSON.parse((await run(['check', '--json', ...flags], { cwd })).stdout) as Report).findings.map(
        ({ rule }) => rule,
      );
    expect(await rulesFound()).not.toContain('alb-two-zones');
    expect(await rulesFound('--var-file', 'one.tfvars')).toContain('alb-two-zones');
    writeFileSync(path.join(cwd, 'terraform.tfvars'), 'subnets = ["subnet-1"]\n');
    expect(await rulesFound()).toContain('alb-two-zones');
  });

  it('reads a plan and a state, alone or with the folder, whose lines it then names', async () => {
    const values = { name: 'app', load_balancer_type: 'application', subnets: ['subnet-1'] };
    const resource = { address: 'aws_lb.app', mode: 'managed', type: 'aws_lb', name: 'app', values };
    const root = { root_module: { resources: [resource] } };
    const cwd = project({
      'alb.tf':
        'variable "subnets" {\n  type = list(string)\n}\nresource "aws_lb" "app" {\n  subnets = var.subnets\n}\n',
      'plan.json': JSON.stringify({
        format_version: '1.2',
        planned_values: root,
        resource_changes: [],
        configuration: {},
      }),
      'state.json': JSON.stringify({ format_version: '1.0', values: root }),
    });
    for (const [flag, stage] of [
      ['plan', 'plan'],
      ['state', 'state'],
    ] as const) {
      const { code, stdout } = await run(['check', `--${flag}`, `${flag}.json`, '--json'], { cwd });
      expect(code).toBe(1);
      const alone = (JSON.parse(stdout) as Report).findings.find(({ rule }) => rule === 'alb-two-zones');
      expect(alone).toMatchObject({ address: 'aws_lb.app', stages: [stage] });
      expect(alone).not.toHaveProperty('file');
    }
    const { stdout } = await run(['check', '.', '--plan', 'plan.json', '--json'], { cwd });
    expect((JSON.parse(stdout) as Report).findings).toContainEqual(
      expect.objectContaining({ rule: 'alb-two-zones', file: 'alb.tf', line: 4, stages: ['plan'] }),
    );
  });

  it('shows with --verbose where it could not tell', async () => {
    const cwd = project({
      'main.tf':
        'variable "subnets" {\n  type = list(string)\n}\nresource "aws_lb" "app" {\n  subnets = var.subnets\n}\n',
    });
    expect((await run(['check'], { cwd })).stdout).toContain('could not be told (--verbose)');
    expect((await run(['check', '--verbose'], { cwd })).stdout).toMatch(
      /Could not be told:\n[\s\S]*alb-two-zones {2}main\.tf:4 aws_lb\.app/,
    );
  });

  it('refuses what it cannot read, all at once, by file and line, and exits with 2', async () => {
    const cwd = project({ 'main.tf': 'locals {\n  a = [\n}\n', 'plan.json': '{}', 'empty/readme.md': '' });
    const { code, stdout, stderr } = await run(['check', '.', '--plan', 'plan.json', '--state', 'nowhere.json'], {
      cwd,
    });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/main\.tf:\d/);
    expect(stderr).toContain('--plan "plan.json"');
    expect(stderr).toContain('--state "nowhere.json"');
    expect(stderr).toContain('3 things have to be mended first');
    expect(stderr).not.toMatch(/\n\s+at /);
    const empty = await run(['check', 'empty', '--json'], { cwd });
    expect(empty.code).toBe(2);
    const values = await run(['check', '--var-file', 'none.tfvars'], { cwd: project({ 'main.tf': '' }) });
    expect([values.code, values.stderr]).toEqual([2, expect.stringContaining('--var-file "none.tfvars"')]);
    expect(JSON.parse(empty.stdout)).toMatchObject({ ok: false, exitCode: 2, faults: [{ option: '[folder]' }] });
    expect((await run(['check'], { cwd: project({ 'infra/main.tf': '' }) })).stderr).toContain('Did you mean infra?');
  });

  it('refuses wrong flags, with the one that was meant', async () => {
    const { code, stderr } = await run(['check', 'a', 'b', '--jsn', '--format', 'xml', '--plan'], {
      cwd: scratchFolder(),
    });
    expect(code).toBe(2);
    for (const part of ['Did you mean --json?', '--format "xml"', '--plan\n', 'more than one folder'])
      expect(stderr).toContain(part);
  });

  it('has help of its own', async () => {
    const { code, stdout } = await run(['check', '--help'], { cwd: scratchFolder() });
    expect(code).toBe(0);
    for (const part of ['--fail-on error|warning|note', 'create-secure-infra:ignore', 'Exit codes'])
      expect(stdout).toContain(part);
    expect((await run(['--help'], { cwd: scratchFolder() })).stdout).toContain('create-secure-infra check [folder]');
  });
});

describe('explain', () => {
  it('tells why, the fault, its remedy and the source', async () => {
    const { code, stdout } = await run(['explain', 'alb-two-zones'], { cwd: scratchFolder() });
    expect(code).toBe(0);
    for (const part of ['Broken', 'Sound', 'Remedy', 'https://docs.aws.amazon.com/', 'S003-02'])
      expect(stdout).toContain(part);
  });

  it('lists every rule, and helps with a name that is none', async () => {
    const { stdout } = await run(['explain', '--json'], { cwd: scratchFolder() });
    const told = JSON.parse(stdout) as { name: string }[];
    // The package keeps the words of the rules apart from their code.
    expect(told).toEqual(JSON.parse(JSON.stringify([...rules.values()].map(ruleJson))));
    const names = told.map(({ name }) => name);
    expect(names).toContain('alb-two-zones');
    expect((await run(['explain'], { cwd: scratchFolder() })).stdout.match(/^ {2}\S/gm)).toHaveLength(names.length);
    const { code, stderr } = await run(['explain', 'alb-two-zone'], { cwd: scratchFolder() });
    expect(code).toBe(2);
    expect(stderr).toContain('Did you mean alb-two-zones?');
  });
});

it('the rules can be used from a program', () => {
  const script = `
    const { check, folderSources, readHclProject } = require(process.argv[1]);
    readHclProject(folderSources(process.argv[2])).then((project) => console.log(check([project]).findings.length));`;
  const entry = path.resolve('dist/check.js');
  const out = execFileSync(process.execPath, ['-e', script, entry, path.join(goldenFolder, 'ecs-fargate/defaults')], {
    encoding: 'utf8',
  });
  expect(out).toBe('0\n');
  expect(readFileSync('package.json', 'utf8')).toContain('"./check"');
});
