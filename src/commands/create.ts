import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { Answers } from '../answers/answers.js';
import type { RunFlags } from '../answers/flags.js';
import { missingFault, resolve } from '../answers/resolve.js';
import { quote, type Surroundings } from '../answers/options.js';
import { ask, type Prompter } from '../answers/prompts.js';
import { joinReadings, readAnswersFile, readEnvironment, refuseFaults, type Reading } from '../answers/sources.js';
import { compare, occupants, type Change } from '../disk/compare.js';
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
 * Throws UserError with every fault at once, or an interruption; either way nothing has been written.
 */
export async function create(request: CreateRequest): Promise<CreateResult> {
  const { prompter } = request;
  const reading = joinReadings(request.reading, readEnvironment(request.environment), readAnswers(request));
  const drawSuffix = once(request.drawSuffix);
  const surroundingsOf: SurroundingsOf = (directory) => ({
    drawSuffix,
    ...(directory === undefined ? {} : { directoryName: path.basename(path.resolve(request.cwd, directory)) }),
  });
  const { directory, answers } = prompter
    ? await askForRest(request, reading, surroundingsOf, prompter)
    : takeDefaults(request, reading, surroundingsOf);

  const target = path.resolve(request.cwd, directory);
  const files = renderProject(answers);
  const { changes, inTheWay } = compare(files, target);
  refuseOccupied(directory, inTheWay);

  const result: CreateResult = { directory: target, answers, files, changes, written: false };
  if (request.run.dryRun) return result;
  if (prompter) {
    request.announce?.(result);
    if (!(await prompter.confirm({ message: 'Write these files?', default: true }))) throw new Interrupted();
  }
  await writeProject(files, target, request.signal);
  return { ...result, written: true };
}

/** What defaults may take from outside, once the directory is known. */
type SurroundingsOf = (directory: string | undefined) => Surroundings;

interface Collected {
  directory: string;
  answers: Answers;
}

/** Where nobody can be asked: what is missing and has no default is a fault like any other. */
function takeDefaults(request: CreateRequest, reading: Reading, surroundingsOf: SurroundingsOf): Collected {
  const directory = request.directory ?? (reading.given.name?.value as string | undefined);
  const { answers, faults, missing } = resolve(reading.given, surroundingsOf(directory));
  // A name is only missing because the directory is.
  const needed = directory === undefined ? missing.filter((option) => option.key !== 'name') : missing;
  refuseFaults([
    ...reading.faults,
    ...faults,
    ...(directory === undefined ? [missingDirectory] : []),
    ...needed.map(missingFault),
  ]);
  return { directory: directory!, answers: answers as Answers };
}

/** Where somebody can be asked: what was given is refused before the first question. */
async function askForRest(
  request: CreateRequest,
  reading: Reading,
  surroundingsOf: SurroundingsOf,
  prompter: Prompter,
): Promise<Collected> {
  const known = resolve(reading.given, surroundingsOf(undefined));
  const flagsOnly = known.missing.filter((option) => option.prompt === undefined);
  refuseFaults([...reading.faults, ...known.faults, ...flagsOnly.map(missingFault)]);

  const directory = request.directory ?? (await askDirectory(prompter, reading));
  refuseOccupied(directory, occupants(path.resolve(request.cwd, directory)));

  const surroundings = surroundingsOf(directory);
  const { answers, faults, missing } = resolve(await ask(reading.given, surroundings, prompter), surroundings);
  refuseFaults([...faults, ...missing.map(missingFault)]);
  return { directory, answers: answers as Answers };
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

function askDirectory(prompter: Prompter, reading: Reading): Promise<string> {
  return prompter.input({
    message: 'Directory',
    default: (reading.given.name?.value as string | undefined) ?? 'my-payments',
    validate: (text) => (text.trim() === '' ? 'Please answer.' : undefined),
  });
}

const missingDirectory: Fault = {
  option: '[directory]',
  why: 'is missing, and there is no terminal to ask on',
  remedy: 'Give the folder to create, such as my-payments.',
};

function refuseOccupied(directory: string, entries: string[]): void {
  if (entries.length === 0) return;
  const shown = entries.slice(0, 5).join(', ');
  const more = entries.length > 5 ? ` and ${entries.length - 5} more` : '';
  const fault: Fault = {
    option: '[directory]',
    value: quote(directory),
    why: `is not empty: ${shown}${more}`,
    remedy: 'Give a folder that does not exist or is empty. Nothing was written.',
  };
  throw new UserError([fault], exitCodes.filesInTheWay);
}

/** A suffix is drawn once a run, so that what is shown, checked and written is the same. */
function once(draw: Surroundings['drawSuffix']): Surroundings['drawSuffix'] {
  let drawn: string | undefined;
  return (length) => (drawn ??= draw(length));
}
