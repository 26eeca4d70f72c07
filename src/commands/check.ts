import { readdirSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';

import { nearest } from '../nearest.js';
import { fileFault, refuseFaults, UserError, type Fault } from '../errors.js';
import { jsonText, plainText, printable, quote } from '../printable.js';
import { check, isAtLeast, isComplete, rules } from '../rules/check.js';
import { Budget } from '../terraform/budget.js';
import { isRead } from '../terraform/module-files.js';
import { HclError } from '../terraform/syntax.js';
import type { Project, Sources } from '../terraform/project.js';
import { folderSources } from '../terraform/folder-sources.js';
import { readHclProject } from '../terraform/read-hcl.js';
import { templateToolOf, whyEmpty } from '../terraform/surroundings.js';
import { isUnit, moduleOfUnit } from '../terraform/terragrunt.js';
import { NotReadable, readPlan, readState } from '../terraform/read-json.js';
import type { Rule } from '../rules/rule.js';
import type { Output } from '../standard-streams.js';
import {
  checkExitCodes,
  readCheckFlags,
  readExplainFlags,
  type CheckExitCode,
  type CheckRequest,
  type ExplainRequest,
} from './check-flags.js';
import { checkHelp, explainHelp } from './check-help.js';
import { githubText, jsonReport, shownPath, textReport, type ReportContext } from './check-report.js';
import { explainText, ruleJson, ruleList } from './explain.js';
import { readNamed } from './named-file.js';
import { paintFor } from './paint.js';
import { sarifReport } from './sarif.js';

/** What the two commands touch outside themselves. */
export interface CheckOutside {
  environment: NodeJS.ProcessEnv;
  /** Throws where the current directory is gone. */
  cwd(): string;
  stdout: Output;
}

/** A command line that was read: whether faults are told as JSON too, and what carries it out. */
export interface ReadCommand {
  json: boolean;
  /** Returns the exit code; throws UserError with every fault. */
  run(outside: CheckOutside): Promise<CheckExitCode>;
}

/** The two commands, each from the words that follow it. */
export const commands: Record<'check' | 'explain', (words: readonly string[]) => ReadCommand> = {
  check(words) {
    const request = readCheckFlags(words);
    return { json: request.json, run: (outside) => runCheck(request, outside) };
  },
  explain(words) {
    const request = readExplainFlags(words);
    return { json: request.json, run: async (outside) => runExplain(request, outside) };
  },
};

/**
 * Reads what is asked for, runs the rules and prints what they find. Throws UserError with everything that cannot be
 * read.
 */
async function runCheck(request: CheckRequest, outside: CheckOutside): Promise<CheckExitCode> {
  refuseFaults(request.faults);
  if (request.help) {
    outside.stdout.write(plainText(checkHelp()));
    return checkExitCodes.clean;
  }
  const { suppressions } = request;
  const result = check(await readProjects(request, outside.cwd()), rules.values(), { suppressions });
  const context: ReportContext = {
    folder: request.folder ?? '.',
    verbose: request.verbose,
    paint: paintFor(outside.stdout, outside.environment),
  };
  const reports = { text: textReport, json: jsonReport, sarif: sarifReport, github: githubText };
  outside.stdout.write(reports[request.format](result, context));
  const failed = result.findings.some(({ severity }) => isAtLeast(severity, request.failOn));
  if (failed) return checkExitCodes.findings;
  const isLeft = request.strict ? !isComplete(result) : result.unfinished.length > 0;
  return isLeft ? checkExitCodes.unreadable : checkExitCodes.clean;
}

/** Explains one rule, or lists all. Throws UserError for a rule that there is none of. */
function runExplain(request: ExplainRequest, { stdout, environment }: CheckOutside): CheckExitCode {
  refuseFaults(request.faults);
  if (request.help) stdout.write(plainText(explainHelp()));
  else if (request.rule === undefined) {
    stdout.write(request.json ? jsonText([...rules.values()].map(ruleJson)) : plainText(ruleList(rules.values())));
  } else {
    const rule = findRule(request.rule);
    stdout.write(request.json ? jsonText(ruleJson(rule)) : plainText(explainText(rule, paintFor(stdout, environment))));
  }
  return checkExitCodes.clean;
}

function findRule(name: string): Rule {
  const rule = rules.get(name);
  if (rule) return rule;
  const near = nearest(name, [...rules.keys()]);
  throw new UserError([
    {
      option: 'explain',
      value: quote(name),
      why: 'is no rule that is known',
      remedy: near ? `Did you mean ${near}?` : 'create-secure-infra explain, without a rule, lists them all.',
    },
  ]);
}

/** Everything that was asked for, read with one budget; all that cannot be read is told at once. */
async function readProjects(request: CheckRequest, cwd: string): Promise<Project[]> {
  const faults: Fault[] = [];
  const projects: Project[] = [];
  const attempt = async (read: () => Promise<Project> | Project) => {
    try {
      projects.push(await read());
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      faults.push(...error.faults);
    }
  };
  const { folder, plan, state } = request;
  const budget = new Budget(request.seconds);
  if (folder !== undefined) await attempt(() => readFolder(folder, request, cwd, budget));
  else {
    for (const [flag, given] of [
      ['--var-file', request.variableFiles.length > 0],
      ['--root', request.root !== undefined],
    ] as const) {
      if (!given) continue;
      faults.push({
        option: flag,
        why: 'is for a folder, and none is looked at',
        remedy: 'Name the folder, or leave the flag out.',
      });
    }
  }
  if (plan !== undefined) await attempt(() => readShown('--plan', plan, cwd, (text) => readPlan(text, budget)));
  if (state !== undefined) await attempt(() => readShown('--state', state, cwd, (text) => readState(text, budget)));
  refuseFaults(faults);
  return projects;
}

async function readFolder(folder: string, request: CheckRequest, cwd: string, budget: Budget): Promise<Project> {
  const base = path.resolve(cwd, folder);
  refuseNoFolder(folder, base);
  const sources = folderSources(base, rootOf(request, base, cwd), cwd);
  refuseNoTerraform(folder, base, sources);
  const variableFiles = readVariableFiles(request.variableFiles, base, cwd);
  try {
    return await readHclProject(sources, { variableFiles, budget, believed: request.suppressions });
  } catch (error) {
    if (!(error instanceof HclError)) throw error;
    const place = shownPath({ path: error.path, line: error.line }, { folder });
    throw new UserError([
      {
        option: `${place}:${error.line}`,
        why: error.message,
        remedy: error.remedy ?? remedyOf(sources),
      },
    ]);
  }
}

/** The texts of the files of values that the command line names, by their paths from the folder. */
function readVariableFiles(files: readonly string[], base: string, cwd: string): Map<string, string> {
  const texts = new Map<string, string>();
  const faults: Fault[] = [];
  for (const file of files) {
    try {
      const name = path.relative(base, path.resolve(cwd, file)).split(path.sep).join('/');
      const text = readNamed('--var-file', file, cwd);
      // Of two that are the same the later one wins.
      texts.delete(name);
      texts.set(name, text);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      faults.push(...error.faults);
    }
  }
  refuseFaults(faults);
  return texts;
}

/** The folder outside of which nothing is read, where the command line names one. */
function rootOf({ root }: CheckRequest, base: string, cwd: string): string | undefined {
  if (root === undefined) return undefined;
  const refuseWith = (why: string, remedy: string): never => {
    throw new UserError([{ option: '--root', value: quote(root), why, remedy }]);
  };
  let real = '';
  try {
    real = realpathSync(path.resolve(cwd, root));
    if (!statSync(real).isDirectory()) refuseWith('is no folder', 'Give a folder that the project is in.');
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError([fileFault(error, '--root', quote(root))]);
  }
  const below = path.relative(real, realpathSync(base));
  if (below.split(path.sep)[0] === '..' || path.isAbsolute(below))
    refuseWith('does not hold the folder that is looked at', 'Give that folder, or one above it.');
  return real;
}

function refuseWith(folder: string, why: string, remedy: string): never {
  throw new UserError([{ option: '[folder]', value: quote(folder), why, remedy }]);
}

function refuseNoFolder(folder: string, root: string): void {
  try {
    if (!statSync(root).isDirectory())
      refuseWith(folder, 'is a file', 'Give the folder it is in, or --plan or --state.');
    readdirSync(root);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError([fileFault(error, '[folder]', quote(folder))]);
  }
}

function refuseNoTerraform(folder: string, root: string, sources: Sources): void {
  const names = sources.list('') ?? [];
  if (names.some(isRead)) return;
  if (isUnit(names)) refuseWith(folder, ...unitFault(sources, folder));
  const empty = whyEmpty(sources, '');
  if (empty !== undefined) refuseWith(folder, empty, 'Bring what belongs there, and run check again.');
  const below = foldersWithTerraform(root).map((name) => path.join(folder, name));
  refuseWith(
    folder,
    'holds no .tf file',
    below.length > 0 ? `Did you mean ${below.slice(0, 5).join(' or ')}?` : 'Give the folder of a root module.',
  );
}

/** What is wrong with a folder that holds Terragrunt's configuration alone, and what would do. */
function unitFault(sources: Sources, folder: string): [why: string, remedy: string] {
  const module = moduleOfUnit(sources);
  const [what, first] =
    module === undefined
      ? ["Terragrunt's configuration", 'Check the folders of the modules that it is made of']
      : 'folder' in module
        ? [
            `Terragrunt's configuration, which takes the Terraform in ${printable(path.join(folder, module.folder))}`,
            `Check ${printable(path.join(folder, module.folder))}`,
          ]
        : [`Terragrunt's configuration, which takes its Terraform from ${printable(module.source)}`, 'Check that'];
  return [
    `holds no .tf file, but ${what}`,
    `${first}, or the folder below .terragrunt-cache in which Terragrunt has put everything together.`,
  ];
}

/** What would do where a file cannot be read. */
function remedyOf(sources: Sources): string {
  const template = templateToolOf(sources);
  if (template === undefined) return 'Mend it there; terraform fmt says more where it can.';
  return `It is in a template of ${template}: make a project of that, and check the project.`;
}

/** The folders below that hold .tf files, the nearest first; neither hidden ones nor node_modules. */
function foldersWithTerraform(root: string): string[] {
  const found: string[] = [];
  const waiting = [''];
  for (let looked = 0; waiting.length > 0 && looked < 1000 && found.length < 5; looked++) {
    const folder = waiting.shift()!;
    for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true })) {
      if (!entry.isDirectory() || entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      waiting.push(path.join(folder, entry.name));
    }
    if (folder !== '' && readdirSync(path.join(root, folder)).some(isRead)) found.push(folder);
  }
  return found;
}

function readShown(flag: string, file: string, cwd: string, read: (text: string) => Project): Project {
  const text = readNamed(flag, file, cwd);
  try {
    return read(text);
  } catch (error) {
    if (!(error instanceof NotReadable)) throw error;
    throw new UserError([
      { option: flag, value: quote(file), why: error.message, remedy: 'Give a file made by terraform show -json.' },
    ]);
  }
}
