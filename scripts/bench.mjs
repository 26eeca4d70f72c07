// Times whole processes side by side, in turn, and prints medians. `npm run bench -- --write` notes them in
// docs/benchmarks.md. Exits with 1 where a bar is missed.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, platform, release, tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';

import prettier from 'prettier';

import { check, folderSources, readHclProject } from '../dist/check.js';
import { renderProject, resolve, writeProject } from '../dist/index.js';
import { goldenFolder, wholeSample } from './samples.mjs';

const rounds = 31;
const projects = 1000;
/** Of a check; it takes longer than the rest. */
const checkRounds = 11;
const createViteVersion = '9.3.0';
/** Files that create-vite writes for vanilla-ts. */
let viteFiles = 0;

const root = path.resolve(import.meta.dirname, '..');
const scratch = mkdtempSync(path.join(tmpdir(), 'create-secure-infra-bench-'));
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(CSI_|npm_)/.test(name)));
try {
  const report = [...(await wholeProcesses()), ...(await checks()), ...(await manyProjects()), ...tarball()];
  const text = await prettier.format(describe(report), { parser: 'markdown', printWidth: 120 });
  process.stdout.write(text);
  if (process.argv.includes('--write')) {
    mkdirSync(path.join(root, 'docs'), { recursive: true });
    writeFileSync(path.join(root, 'docs/benchmarks.md'), text);
  }
  if (report.some((row) => row.bar !== undefined && !row.met)) process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function wholeProcesses() {
  const bin = path.join(root, 'bin/create-secure-infra.js');
  const vite = installCreateVite();
  let folder = 0;
  const fresh = () => `project-${++folder}`;
  const commands = {
    'node -e 0': () => ['-e', '0'],
    'create-secure-infra --help': () => [bin, '--help'],
    'create-secure-infra, a project': () => [bin, fresh(), '--yes', '--name', 'my-payments'],
    'create-vite, a project': () => [vite, fresh(), '--template', 'vanilla-ts', '--no-interactive'],
  };
  const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
  for (let round = -2; round < rounds; round++) {
    for (const [name, command] of Object.entries(commands)) {
      const milliseconds = timed(command());
      // The first two rounds only warm the disk's cache.
      if (round >= 0) times[name].push(milliseconds);
    }
  }
  viteFiles = readdirSync(path.join(scratch, `project-${folder}`), { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile(),
  ).length;
  const medians = Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list)]));
  const bare = medians['node -e 0'];
  const help = medians['create-secure-infra --help'];
  const project = medians['create-secure-infra, a project'];
  const other = medians['create-vite, a project'];
  return [
    { what: '`node -e 0`', figure: ms(bare) },
    {
      what: '`create-secure-infra --help`',
      figure: ms(help),
      bar: `bare node + 20 ms (${ms(bare + 20)})`,
      met: help <= bare + 20,
    },
    {
      what: '`create-secure-infra my-payments --yes`',
      figure: ms(project),
      bar: `bare node + 50 ms (${ms(bare + 50)})`,
      met: project <= bare + 50,
    },
    {
      what: `\`create-vite\` ${createViteVersion}, \`--template vanilla-ts\``,
      figure: ms(other),
      bar: 'ours is not slower',
      met: project <= other,
    },
  ];
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

function timed(args) {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, {
    cwd: scratch,
    env: environment,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status !== 0) throw new Error(`${args.join(' ')} failed: ${stderr}`);
  return performance.now() - start;
}

/** `check` of the largest sample, and of a project of 1,000 resources: time and the most memory it takes. */
async function checks() {
  const bin = path.join(root, 'bin/create-secure-infra.js');
  const sample = path.join(goldenFolder, wholeSample);
  const large = await largeProject(sample);
  const [one, many] = [sample, large.folder].map((folder) => {
    const runs = Array.from({ length: checkRounds + 1 }, () => measured([bin, 'check', folder])).slice(1);
    return { time: median(runs.map(({ time }) => time)), memory: median(runs.map(({ memory }) => memory)) };
  });
  return [
    { what: '`check` of the largest sample', figure: ms(one.time), bar: '500 ms', met: one.time <= 500 },
    { what: 'the most memory it takes', figure: mb(one.memory), bar: '200 MB', met: one.memory < 200 },
    {
      what: `\`check\` of a project of ${large.resources} resources`,
      figure: ms(many.time),
      bar: '2,000 ms',
      met: many.time <= 2000,
    },
    { what: 'the most memory it takes', figure: mb(many.memory) },
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
  const provider = 'provider "aws" {\n  region = "af-south-1"\n}\n';
  writeFileSync(path.join(folder, 'main.tf'), [provider, ...calls].join('\n'));
  return { folder, resources: resources * copies };
}

/** A run with the most memory it took, which only the process itself is told. */
function measured(args) {
  const notes = path.join(scratch, 'peak-memory.cjs');
  const told = path.join(scratch, 'peak-memory');
  const script = `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(told)}, String(process.resourceUsage().maxRSS)));`;
  writeFileSync(notes, script);
  const time = timed(['--require', notes, ...args]);
  return { time, memory: Number(readFileSync(told, 'utf8')) / 1000 };
}

/** How many files a default project has. */
function fileCount() {
  return renderProject(resolve({}, { directoryName: 'my-payments', drawSuffix: () => 'bench1' }).answers).size;
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
  const early = median(times.slice(100, 300));
  const late = median(times.slice(-200));
  return [
    { what: `one of ${projects} projects in one process, 101st to 300th`, figure: ms(early) },
    {
      what: `one of ${projects} projects in one process, last 200`,
      figure: ms(late),
      bar: `flat: at most 1.5 times the former (${ms(early * 1.5)})`,
      met: late <= early * 1.5,
    },
  ];
}

function tarball() {
  const packed = spawnSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', scratch], {
    cwd: root,
    encoding: 'utf8',
    shell: platform() === 'win32',
  });
  if (packed.status !== 0) throw new Error(packed.stderr);
  const bytes = statSync(
    path.join(
      scratch,
      readdirSync(scratch).find((name) => name.endsWith('.tgz')),
    ),
  ).size;
  return [
    { what: 'the packed tarball', figure: `${(bytes / 1000).toFixed(0)} KB`, bar: '600 KB', met: bytes < 600_000 },
  ];
}

function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function ms(milliseconds) {
  return `${milliseconds.toFixed(1)} ms`;
}

function mb(megabytes) {
  return `${megabytes.toFixed(0)} MB`;
}

function describe(report) {
  const rows = report.map(
    ({ what, figure, bar, met }) =>
      `| ${what} | ${figure} | ${bar ?? ''} | ${bar === undefined ? '' : met ? 'met' : '**missed**'} |`,
  );
  return `# Benchmarks

\`npm run bench\` measures these side by side, in turn, as whole processes; each figure is the median of ${rounds} runs,
those of \`check\` of ${checkRounds}.
Absolute times are the machine's, so compare within one run only.

| What | Figure | Bar | |
| --- | --- | --- | --- |
${rows.join('\n')}

Machine: ${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${release()}, Node ${process.version}.
Measured on ${new Date().toISOString().slice(0, 10)}; the project is the default one (${fileCount()} files).

Where the time of a project goes, beyond bare node: about a third into reading and compiling our own code and templates,
a sixth into Node's crypto (the answers record holds a SHA-256 of every file), a sixth into creating the files, the rest
into running everything once, cold. create-vite copies ${viteFiles} files and hashes none.
`;
}
