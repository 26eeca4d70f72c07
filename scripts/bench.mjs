// Times whole processes side by side, in turn, and prints medians. `npm run bench -- --write` notes them in
// docs/benchmarks.md, and `--only large` measures no more than the large and hostile projects, and prints those alone.
// Exits with 1 where a promise is broken, and for nothing else.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, platform, release, tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';

import { markdownTable } from 'markdown-table';
import prettier from 'prettier';

import { check, folderSources, readHclProject } from '../dist/check.js';
import { renderProject, resolve, writeProject } from '../dist/index.js';
import { planOf, planOfBrackets, shapes } from '../test/support/large-projects.mjs';

const rounds = 31;
const projects = 1000;
/** Of a check; it takes longer than the rest. */
const checkRounds = 11;
/** Of other people's scanners, the slowest of which takes seconds. */
const scannerRounds = 5;
const createViteVersion = '9.3.0';

/**
 * What is promised: at most so much of a figure, in its unit, where the limit may depend on other figures of the run.
 * docs/benchmarks.md prints this table; nothing else decides whether a run succeeds.
 */
const promises = [
  { figure: 'help', limit: ({ bare }) => bare + 20, text: 'bare node + 20 ms' },
  { figure: 'project', limit: ({ bare }) => bare + 50, text: 'bare node + 50 ms' },
  // What the medians of two runs of one and the same command differ by.
  { figure: 'project', limit: ({ vite }) => vite * 1.03, text: "create-vite's + 3 %, which is noise" },
  { figure: 'check', limit: () => 500 },
  { figure: 'checkMemory', limit: () => 200 },
  { figure: 'largeCheck', limit: () => 2000 },
  { figure: 'lateProject', limit: ({ earlyProject }) => earlyProject * 1.5, text: '1.5 times the former' },
  { figure: 'tarball', limit: () => 900 },
];

/**
 * Inputs that are large, or made to take long, with the most seconds and megabytes that `check` may take for each. On
 * one's own machine they take a third of that or less.
 */
const largeInputs = [
  { what: '10,000 resources in HCL', files: () => shapes.mixed(10_000), seconds: 10, megabytes: 500 },
  { what: '10,000 resources in HCL, by file', files: () => shapes['mixed, by file'](10_000), seconds: 10 },
  { what: '50,000 resources in a plan, by reference', plan: () => planOf(50_000), seconds: 30, megabytes: 1500 },
  { what: '50,000 resources in a plan, by name', plan: () => planOf(50_000, 'name'), seconds: 30, megabytes: 1500 },
  { what: '20,000 ignore comments', files: () => shapes['ignore comments'](20_000), seconds: 5 },
  { what: '100,000 files in the folder', files: () => manyFiles(100_000), seconds: 10 },
  { what: 'a literal of 10 MB', files: () => oneFile(`locals {\n  a = "${'x'.repeat(1e7)}"\n}\n`), seconds: 10 },
  { what: '5 MB of blank lines', files: () => oneFile('\n'.repeat(5e6)), seconds: 5 },
  { what: 'an address of 200,000 brackets', plan: () => planOfBrackets(200_000), seconds: 3 },
];

/** Digits after the point, by unit. */
const digits = { ms: 1, MB: 0, KB: 0 };

const root = path.resolve(import.meta.dirname, '..');
// In memory, where the system offers that: what a file costs on a disk depends on what others do to it just then.
const temporary = !process.env.TMPDIR && existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const scratch = mkdtempSync(path.join(temporary, 'create-secure-infra-bench-'));
const bin = path.join(root, 'bin/create-secure-infra.js');
/** Nothing of the machine's settings for us, for npm or for other scanners, and nothing of the home folder. */
const environment = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(CSI_|npm_|CKV_|CHECKOV_|BC_|PRISMA_|TFLINT_)/.test(name)),
  ),
  HOME: scratch,
  TMPDIR: scratch,
  LOG_LEVEL: 'ERROR',
  TFLINT_DISABLE_VERSION_CHECK: '1',
};

try {
  if (process.argv.includes('large')) benchLarge();
  else await benchAll();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function benchLarge() {
  const rows = largeProjects();
  process.stdout.write(`${largeTable(rows)}\n`);
  if (rows.some(({ kept }) => !kept)) process.exitCode = 1;
}

async function benchAll() {
  const sample = largestSample();
  const figures = [...wholeProcesses(), ...(await checks(sample)), ...(await manyProjects()), tarball()];
  const values = Object.fromEntries(figures.map(({ name, value }) => [name, value]));
  const kept = promises.map((promise) => ({ ...promise, kept: values[promise.figure] <= promise.limit(values) }));
  const large = largeProjects();
  const text = await prettier.format(page(figures, values, kept, scanners(sample), large), {
    parser: 'markdown',
    printWidth: 120,
  });
  process.stdout.write(text);
  if (process.argv.includes('--write')) writeFileSync(path.join(root, 'docs/benchmarks.md'), text);
  if ([...kept, ...large].some((promise) => !promise.kept)) process.exitCode = 1;
}

/** Each of the large inputs once: what they take is far from what is promised, or there is something to look into. */
function largeProjects() {
  return largeInputs.map(({ what, files, plan, seconds, megabytes }, at) => {
    const folder = path.join(scratch, `input-${at}`);
    mkdirSync(folder);
    for (const [name, text] of files?.() ?? []) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), text);
    }
    if (plan) writeFileSync(path.join(folder, 'plan.json'), plan());
    const given = plan ? ['--plan', path.join(folder, 'plan.json')] : [folder];
    const { time, memory } = measured([bin, 'check', ...given], [0, 1]);
    rmSync(folder, { recursive: true });
    const kept = time <= seconds * 1000 && memory <= (megabytes ?? Infinity);
    return { what, seconds, megabytes, time, memory, kept };
  });
}

function oneFile(text) {
  return new Map([['main.tf', text]]);
}

/** As many files as that, a hundredth of which are Terraform's. */
function manyFiles(count) {
  return new Map(
    Array.from({ length: count }, (_, at) =>
      at % 100 === 0 ? [`f${at}.tf`, `locals {\n  l${at} = ${at}\n}\n`] : [`f${at}.txt`, ''],
    ),
  );
}

function largeTable(rows) {
  return markdownTable([
    ['`check` of', 'At most', 'Time', 'Most memory', 'Kept'],
    ...rows.map(({ what, seconds, megabytes, time, memory, kept }) => [
      what,
      `${seconds} s${megabytes === undefined ? '' : ` and ${megabytes} MB`}`,
      `${(time / 1000).toFixed(1)} s`,
      withUnit(memory, 'MB'),
      kept ? 'yes' : '**no**',
    ]),
  ]);
}

function wholeProcesses() {
  const vite = installCreateVite();
  let folder = 0;
  const fresh = () => `project-${++folder}`;
  const fsExtra = path.join(root, 'dist/fs-extra.js');
  const commands = {
    bare: () => ['-e', '0'],
    help: () => [bin, '--help'],
    project: () => [bin, fresh(), '--yes', '--name', 'my-payments'],
    vite: () => [vite, fresh(), '--template', 'vanilla-ts', '--no-interactive'],
    fsExtra: () => ['-e', `require(${JSON.stringify(fsExtra)})`],
  };
  const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
  for (let round = -2; round < rounds; round++) {
    for (const [name, command] of Object.entries(commands)) {
      const milliseconds = timed(command());
      // The first two rounds only warm the disk's cache.
      if (round >= 0) times[name].push(milliseconds);
    }
  }
  const what = {
    bare: '`node -e 0`',
    help: '`create-secure-infra --help`',
    project: `\`create-secure-infra my-payments --yes\`, ${defaultProject().size} files`,
    vite: `\`create-vite\` ${createViteVersion}, \`--template vanilla-ts\`, ${filesIn(`project-${folder}`)} files`,
    fsExtra: '`node -e 0` that loads `fs-extra`',
  };
  return Object.entries(times).map(([name, list]) => ({ name, what: what[name], value: median(list), unit: 'ms' }));
}

function filesIn(folder) {
  const entries = readdirSync(path.join(scratch, folder), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}

function installCreateVite() {
  const folder = path.join(scratch, 'create-vite');
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'package.json'), '{"private":true}');
  const { status, stderr } = spawnSync(
    'npm',
    ['install', '--silent', '--no-audit', '--no-fund', `create-vite@${createViteVersion}`],
    { cwd: folder, encoding: 'utf8', shell: platform() === 'win32' },
  );
  if (status !== 0) throw new Error(`create-vite could not be installed: ${stderr}`);
  return path.join(folder, 'node_modules/create-vite/index.js');
}

/** `good` are the exit codes of success. */
function timed(args, good = [0]) {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, {
    cwd: scratch,
    env: environment,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: Infinity,
  });
  if (!good.includes(status)) throw new Error(`${args.join(' ')} failed: ${stderr}`);
  return performance.now() - start;
}

/** The sample of golden/ that declares the most resources. */
function largestSample() {
  const golden = path.join(root, 'golden');
  const folders = readdirSync(golden, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name === 'provider.tf' && path.basename(entry.parentPath) !== 'bootstrap')
    .map((entry) => entry.parentPath);
  const sizes = folders.sort().map((folder) => ({ folder, resources: resourcesIn(folder) }));
  return sizes.reduce((largest, next) => (next.resources > largest.resources ? next : largest)).folder;
}

function resourcesIn(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.tf'))
    .reduce((sum, name) => sum + readFileSync(path.join(folder, name), 'utf8').split(/^resource "/m).length - 1, 0);
}

/** `check` of the largest sample, and of a project of 1,000 resources: time and the most memory it takes. */
async function checks(sample) {
  const large = await largeProject(sample);
  const [one, many] = [sample, large.folder].map((folder) => {
    const runs = Array.from({ length: checkRounds + 1 }, () => measured([bin, 'check', folder])).slice(1);
    return { time: median(runs.map(({ time }) => time)), memory: median(runs.map(({ memory }) => memory)) };
  });
  const name = path.relative(path.join(root, 'golden'), sample).split(path.sep).join('/');
  return [
    { name: 'check', what: `\`check\` of the largest sample, ${name}`, value: one.time, unit: 'ms' },
    { name: 'checkMemory', what: 'the most memory it takes', value: one.memory, unit: 'MB' },
    {
      name: 'largeCheck',
      what: `\`check\` of a project of ${large.resources} resources`,
      value: many.time,
      unit: 'ms',
    },
    { name: 'largeCheckMemory', what: 'the most memory it takes', value: many.memory, unit: 'MB' },
  ];
}

/** As many copies of a sample, each a module in a folder of its own, as make 1,000 resources. */
async function largeProject(sample) {
  const folder = path.join(scratch, 'large');
  const { resources } = check([await readHclProject(folderSources(sample))], []);
  const copies = Math.ceil(1000 / resources);
  mkdirSync(folder);
  const values = readFileSync(path.join(sample, 'terraform.tfvars'), 'utf8');
  const calls = Array.from({ length: copies }, (_, at) => {
    const copy = path.join(folder, `copy-${at}`);
    cpSync(sample, copy, { recursive: true });
    for (const file of ['provider.tf', 'backend.tf', 'terraform.tfvars']) rmSync(path.join(copy, file));
    const own = values.replace(/environment_suffix = .*/, `environment_suffix = "copy${at}"`);
    return `module "copy_${at}" {\n  source = "./copy-${at}"\n\n${own}}\n`;
  });
  const region = /^aws_region += (.*)$/m.exec(values)[1];
  const provider = `provider "aws" {\n  region = ${region}\n}\n`;
  writeFileSync(path.join(folder, 'main.tf'), [provider, ...calls].join('\n'));
  return { folder, resources: resources * copies };
}

/** A run with the most memory it took, which only the process itself is told. */
function measured(args, good) {
  const notes = path.join(scratch, 'peak-memory.cjs');
  const told = path.join(scratch, 'peak-memory');
  const script = `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(told)}, String(process.resourceUsage().maxRSS)));`;
  writeFileSync(notes, script);
  const time = timed(['--require', notes, ...args], good);
  return { time, memory: Number(readFileSync(told, 'utf8')) / 1000 };
}

function defaultProject() {
  return renderProject(resolve({}, { directoryName: 'my-payments', drawSuffix: () => 'bench1' }).answers);
}

/** Many projects in one process: the last ones may not cost more than the first ones. */
async function manyProjects() {
  const times = [];
  for (let count = 0; count < projects; count++) {
    const start = performance.now();
    const { answers } = resolve(
      {},
      { directoryName: 'my-payments', drawSuffix: (length) => String(count).padStart(length, '0').slice(-length) },
    );
    await writeProject(renderProject(answers), path.join(scratch, 'many', String(count)));
    times.push(performance.now() - start);
  }
  const what = `one of ${projects} projects in one process`;
  return [
    { name: 'earlyProject', what: `${what}, 101st to 300th`, value: median(times.slice(100, 300)), unit: 'ms' },
    { name: 'lateProject', what: `${what}, last 200`, value: median(times.slice(-200)), unit: 'ms' },
  ];
}

function tarball() {
  const { status, stdout, stderr } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    shell: platform() === 'win32',
  });
  if (status !== 0) throw new Error(stderr);
  return { name: 'tarball', what: 'the packed tarball', value: JSON.parse(stdout)[0].size / 1000, unit: 'KB' };
}

/**
 * `check` beside TFLint and Checkov, on the same folder, which brings their configuration: processor time of all that a
 * command starts, and wall time. What is neither on PATH nor kept from `npm run test:scanners` is named with no figures.
 */
function scanners(sample) {
  if (platform() === 'win32') return [{ what: 'other scanners', missing: 'not compared on Windows' }];
  const kept = path.join(root, 'node_modules/.cache/create-secure-infra');
  const folders = existsSync(kept) ? readdirSync(kept).map((name) => path.join(kept, name)) : [];
  const tflint = firstThatAnswers(
    ['tflint', ...folders.map((folder) => path.join(folder, 'tflint'))].map((command) => [command]),
    ['--version'],
    /^TFLint version (\S+)/m,
  );
  const checkov = firstThatAnswers(
    ['python3', ...folders.map((folder) => path.join(folder, 'bin/python'))].map((python) => [
      python,
      '-m',
      'checkov.main',
    ]),
    ['--version'],
    /^(\d\S+)$/m,
  );
  const ours = { what: '`check`', command: [process.execPath, bin, 'check', '.'] };
  const others = [
    tflint
      ? {
          what: `TFLint ${tflint.version} without AWS's ruleset`,
          command: [...tflint.command, '--recursive', '--config', path.join(sample, '.tflint.hcl')],
        }
      : { what: 'TFLint', missing: 'not installed; `npm run test:scanners` does it' },
    checkov
      ? { what: `Checkov ${checkov.version}`, command: [...checkov.command, '--directory', '.'] }
      : { what: 'Checkov', missing: 'not installed; `npm run test:scanners` does it' },
  ];
  const all = [ours, ...others].map((scanner) => ({ ...scanner, runs: [] }));
  for (let round = -1; round < scannerRounds; round++) {
    for (const { command, runs } of all) {
      const run = command && processorTime(command, sample);
      if (run && round >= 0) runs.push(run);
    }
  }
  return all.map(({ what, missing, runs }) =>
    missing
      ? { what, missing }
      : { what, cpu: median(runs.map(({ cpu }) => cpu)), wall: median(runs.map(({ wall }) => wall)) },
  );
}

function firstThatAnswers(commands, args, pattern) {
  for (const command of commands) {
    const { stdout } = spawnSync(command[0], [...command.slice(1), ...args], { encoding: 'utf8', env: environment });
    const version = pattern.exec(stdout ?? '')?.[1];
    if (version) return { command, version };
  }
  return undefined;
}

/** What the shell says of a command and all that it started, in milliseconds; 1 and 2 are how scanners say "found". */
function processorTime(command, cwd) {
  const script = `TIMEFORMAT='%U %S %R'; time "$@" > ${JSON.stringify(path.join(scratch, 'said'))} 2>&1`;
  const { status, stderr } = spawnSync('bash', ['-c', script, 'bash', ...command], {
    cwd,
    env: { ...environment, LC_ALL: 'C' },
    encoding: 'utf8',
  });
  if (status > 2) throw new Error(`${command.join(' ')} failed: ${readFileSync(path.join(scratch, 'said'), 'utf8')}`);
  const [user, system, wall] = stderr
    .trim()
    .split(' ')
    .map((seconds) => Number(seconds) * 1000);
  return { cpu: user + system, wall };
}

function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function withUnit(value, unit) {
  return `${value.toFixed(digits[unit])} ${unit}`;
}

function page(figures, values, kept, scanned, large) {
  const figureRows = figures.map(({ what, value, unit }) => [what, withUnit(value, unit)]);
  const promiseRows = kept.map(({ figure, limit, text, kept }) => {
    const { what, value, unit } = figures.find(({ name }) => name === figure);
    const most = withUnit(limit(values), unit);
    return [what, text ? `${text}, ${most}` : most, withUnit(value, unit), kept ? 'yes' : '**no**'];
  });
  const [ours] = scanned;
  const scannerRows = scanned.map(({ what, missing, cpu, wall }) =>
    missing
      ? [what, missing, '', '']
      : [what, withUnit(cpu, 'ms'), `${(cpu / ours.cpu).toFixed(1)} ×`, withUnit(wall, 'ms')],
  );
  const load = values.fsExtra - values.bare;
  return `# Benchmarks

\`npm run bench\` measures these side by side, in turn, as whole processes; each figure is the median of ${rounds} runs,
those of \`check\` of ${checkRounds}. Absolute times are the machine's, so compare within one run only.

${markdownTable([['What', 'Figure'], ...figureRows])}

Machine: ${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${release()}, Node ${process.version}.
Measured on ${new Date().toISOString().slice(0, 10)}${temporary === '/dev/shm' ? ', with the projects in memory: a file takes 0.1 ms more on an idle disk, 1 ms on a busy one' : ''}.

## What is promised

\`npm run bench\` fails where one of these does not hold.

${markdownTable([['What', 'At most', 'Measured', 'Kept'], ...promiseRows])}

## Large and hostile projects

What \`check\` takes grows with the project and not with its square: test/rules/large.test.ts holds that for each rule.
Each of these is run once, as a whole process.

${largeTable(large)}

## Beside other scanners

On the same sample, with the configuration that it brings, the medians of ${scannerRounds} runs. Processor time is that of
everything a command starts: TFLint shares its work among the processors. They look for other things than \`check\` does,
so this says what each costs in a pipeline, no more.

${markdownTable([['What', 'Processor time', "Times check's", 'Wall time'], ...scannerRows])}

## Where the time of a project goes

Beyond bare node: about a third into reading and compiling our own code and templates, a tenth into creating the files,
the rest into running everything once, cold.

Files are written with Node's own \`fs\`, which makes folders and removes trees too: loading \`fs-extra\` would take
${withUnit(load, 'ms')} of every run. It is loaded for what Node lacks: to move the finished project into its place where Windows
refuses the rename because a virus scanner is reading it.
`;
}
