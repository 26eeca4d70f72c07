import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { Answers } from '../answers/answers.js';
import type { RunFlags } from '../answers/flags.js';
import { missingFault, resolve } from '../answers/resolve.js';
import { quote, type Surroundings } from '../answers/options.js';
import { ask, type Prompter } from '../answers/prompts.js';
import { joinReadings, readAnswersFile, readEnvironment, refuseFaults, type Reading } from '../answers/sources.js';
import { compare, type Change } from '../disk/compare.js';
import { writeProject } from '../disk/write.js';
import { exitCodes, Interrupted, UserError, type Fault } from '../errors.js';
import { renderProject, type ProjectFiles } from '../render/render.js';

/** Everything the command takes from outside. */
export interface CreateRequest {
  directory?: string;
  run: Pick<RunFlags, 'yes' | 'dryRun'> & { answers?: string };
  /** What the flags said. */
  reading: Reading;
  /** The directory that relative paths start from. */
  cwd: string;
  environment: NodeJS.ProcessEnv;
  /** Asks people; absent where nobody can be asked. */
  prompter?: Prompter;
  /** Told what will be written, before the last question. */
  announce?(summary: CreateResult): void;
  drawSuffix: Surroundings['drawSuffix'];
  signal?: AbortSignal;
}

/** What was written, or would be. */
export interface CreateResult {
  /** The project's folder, absolute. */
  directory: string;
  answers: Answers;
  files: ProjectFiles;
  changes: Change[];
  written: boolean;
}

/**
 * Creates a project: collects and checks the answers, renders, compares with the target and writes.
 * Throws UserError with every fault at once, or Interrupted; either way nothing has been written.
 */
export async function create(request: CreateRequest): Promise<CreateResult> {
  const reading = joinReadings(request.reading, readEnvironment(request.environment), readAnswers(request));
  const prompter = request.prompter;
  const directory = request.directory ?? (await askDirectory(prompter, reading));
  const surroundings: Surroundings = {
    ...(directory === undefined ? {} : { directoryName: nameOf(directory, request.cwd) }),
    drawSuffix: once(request.drawSuffix),
  };

  const known = resolve(reading.given, surroundings);
  const faults = [...reading.faults, ...known.faults];
  if (!prompter)
    faults.push(
      ...(directory === undefined ? [missingDirectory] : []),
      ...known.missing.filter((option) => directory !== undefined || option.key !== 'name').map(missingFault),
    );
  refuseFaults(faults);

  const resolution = prompter ? resolve(await ask(reading.given, surroundings, prompter), surroundings) : known;
  refuseFaults([...resolution.faults, ...resolution.missing.map(missingFault)]);
  const answers = resolution.answers as Answers;

  const target = path.resolve(request.cwd, directory!);
  const files = renderProject(answers);
  const { changes, inTheWay } = compare(files, target);
  if (inTheWay.length > 0) throw new UserError([inTheWayFault(directory!, inTheWay)], exitCodes.filesInTheWay);

  const result: CreateResult = { directory: target, answers, files, changes, written: false };
  if (request.run.dryRun) return result;
  if (prompter) {
    request.announce?.(result);
    if (!(await prompter.confirm({ message: 'Write these files?', default: true }))) throw new Interrupted();
  }
  await writeProject(files, target, request.signal);
  return { ...result, written: true };
}

function readAnswers(request: CreateRequest): Reading {
  const file = request.run.answers ?? request.environment.CSI_ANSWERS;
  if (!file) return { given: {}, faults: [] };
  try {
    return readAnswersFile(readFileSync(path.resolve(request.cwd, file), 'utf8'), file);
  } catch (error) {
    const fault: Fault = {
      option: '--answers',
      value: quote(file),
      why: `cannot be read: ${(error as Error).message}`,
      remedy: 'Give the path of a JSON file.',
    };
    return { given: {}, faults: [fault] };
  }
}

/** Where no directory was given: the question's answer, else the name that was given, else nothing. */
async function askDirectory(prompter: Prompter | undefined, reading: Reading): Promise<string | undefined> {
  const name = reading.given.name?.value as string | undefined;
  if (!prompter) return name;
  return prompter.input({
    message: 'Directory',
    default: name ?? 'my-payments',
    validate: (text) => (text.trim() === '' ? 'Please answer.' : undefined),
  });
}

const missingDirectory: Fault = {
  option: '[directory]',
  why: 'is missing, and there is no terminal to ask on',
  remedy: 'Give the folder to create, such as my-payments.',
};

/** The name that a directory suggests; the faults of an unfit one are reported like any other name's. */
function nameOf(directory: string, cwd: string): string {
  return path.basename(path.resolve(cwd, directory));
}

function inTheWayFault(directory: string, entries: string[]): Fault {
  const shown = entries.slice(0, 5).join(', ');
  const more = entries.length > 5 ? ` and ${entries.length - 5} more` : '';
  return {
    option: '[directory]',
    value: quote(directory),
    why: `is not empty: ${shown}${more}`,
    remedy: 'Give a folder that does not exist or is empty. Nothing was written.',
  };
}

/** A suffix is drawn once a run, so that what is shown, checked and written is the same. */
function once(draw: Surroundings['drawSuffix']): Surroundings['drawSuffix'] {
  let drawn: string | undefined;
  return (length) => (drawn ??= draw(length));
}
