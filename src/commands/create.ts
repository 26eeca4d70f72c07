import { lstatSync } from 'node:fs';
import { isUtf8 } from 'node:buffer';
import path from 'node:path';

import type { AnswerKey, Answers } from '../answers/answers.js';
import type { RunFlags } from '../answers/flags.js';
import { completed, missingFault, resolve } from '../answers/resolve.js';
import type { Surroundings } from '../answers/option.js';
import { options } from '../answers/options.js';
import { quote } from '../printable.js';
import { ask, type Prompter } from '../answers/prompts.js';
import { emptyReading, joinReadings, readAnswersFile, readEnvironment, type Reading } from '../answers/sources.js';
import { compare, occupants, type Change } from '../disk/compare.js';
import { readFileUpTo } from '../read-up-to.js';
import { InTheWay, UnderWay, writeProject } from '../disk/write.js';
import { exitCodes, fileFault, Interrupted, isInterruption, refuseFaults, UserError, type Fault } from '../errors.js';
import { readRecord, recordFile } from '../record/record.js';
import type { Cost } from '../render/cost.js';
import type { ProjectFiles } from '../render/project-files.js';
import { renderWithCost } from '../render/render.js';

/** Everything the command takes from outside. */
export interface CreateRequest {
  directory?: string;
  run: Pick<RunFlags, 'dryRun' | 'answers'>;
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
  /** Says whether the run was ended meanwhile; an AbortSignal will do. */
  signal?: Pick<AbortSignal, 'aborted'>;
}

/** What was written, or would be. */
export interface CreateResult {
  /** The project's folder, absolute. */
  directory: string;
  answers: Answers;
  files: ProjectFiles;
  /** What the project costs while nobody uses it. */
  cost: Cost;
  changes: Change[];
  written: boolean;
  /** A folder of the run that could not be removed once everything was written. */
  leftover?: string;
}

/**
 * Creates a project: collects and checks the answers, renders, compares with the target and writes.
 * Throws UserError with every fault at once, or an interruption; either way nothing has been written.
 */
export async function create(request: CreateRequest): Promise<CreateResult> {
  const { prompter } = request;
  const reading = joinReadings(request.reading, readEnvironment(request.environment), readAnswers(request));
  const surroundingsOf = surroundingsFor(request);
  const { directory, answers } = prompter
    ? await askForRest(request, reading, surroundingsOf, prompter)
    : takeDefaults(request, reading, surroundingsOf);

  const target = path.resolve(request.cwd, directory);
  const { files, cost } = renderWithCost(answers);
  const { changes, inTheWay } = onDisk(directory, () => compare(files, target));
  if (inTheWay.length > 0) throw occupied(directory, inTheWay);

  const result: CreateResult = { directory: target, answers, files, cost, changes, written: false };
  if (request.run.dryRun) return result;
  if (prompter) {
    request.announce?.(result);
    if (!(await prompter.confirm({ message: 'Write these files?', default: true }))) throw new Interrupted();
  }
  try {
    const leftover = await writeProject(files, target, request.signal, changes);
    return { ...result, written: true, ...(leftover === undefined ? {} : { leftover }) };
  } catch (error) {
    if (isInterruption(error)) throw error;
    if (error instanceof InTheWay) throw occupied(directory, error.entries);
    if (error instanceof UnderWay) throw underWay(directory);
    // What was free a moment ago may be taken by now.
    const { inTheWay: late } = onDisk(directory, () => compare(files, target));
    throw late.length > 0
      ? occupied(directory, late)
      : new UserError([fileFault(error, '[directory]', quote(directory))]);
  }
}

/** What defaults may take from outside, once the directory is known. */
type SurroundingsOf = (directory: string | undefined) => Surroundings;

function surroundingsFor({ cwd, drawSuffix }: CreateRequest): SurroundingsOf {
  // Drawn once a run, so that what is shown, checked and written is the same, however much of it a name leaves room for.
  let drawn: string | undefined;
  return (directory) => {
    const target = directory === undefined ? undefined : path.resolve(cwd, directory);
    return {
      ...(target === undefined ? {} : { directoryName: path.basename(target) }),
      drawSuffix: (length) => {
        drawn ??= (target === undefined ? undefined : recordedSuffix(target)) ?? drawSuffix(8);
        return drawn.slice(0, length);
      },
    };
  };
}

/** The suffix of a project that was begun in `target`: a run that was cut short is completed with the same one. */
function recordedSuffix(target: string): string | undefined {
  const file = path.join(target, recordFile);
  let text: string | undefined;
  try {
    // A pipe would have to be waited for.
    text = lstatSync(file).isFile() ? readFileUpTo(file, largestAnswers)?.toString() : undefined;
  } catch {
    return undefined;
  }
  const suffix = readRecord(text ?? '')?.answers.suffix;
  return typeof suffix === 'string' ? suffix : undefined;
}

interface Collected {
  directory: string;
  answers: Answers;
}

/** Where nobody can be asked: what is missing and has no default is a fault like any other. */
function takeDefaults(request: CreateRequest, reading: Reading, surroundingsOf: SurroundingsOf): Collected {
  const directory = request.directory ?? (reading.given.name?.value as string | undefined);
  const resolution = resolve(reading.given, surroundingsOf(directory), reading.unusable);
  const { faults, missing } = resolution;
  // A name is only missing because the directory is.
  const needed = directory === undefined ? missing.filter((option) => option.key !== 'name') : missing;
  const others = [...reading.faults, ...faults, ...needed.map(missingFault)];
  // Where the name was of no use, the directory is only missing because of that.
  if (directory === undefined && !reading.unusable.has('name')) throw new UserError([missingDirectory, ...others]);
  if (directory === undefined) throw new UserError(others);
  refuseTogether(request, directory, others);
  return { directory, answers: completed(resolution) };
}

/** Where somebody can be asked: what was given is refused before the first question. */
async function askForRest(
  request: CreateRequest,
  reading: Reading,
  surroundingsOf: SurroundingsOf,
  prompter: Prompter,
): Promise<Collected> {
  const toAsk = options.filter((option) => option.prompt && !reading.given[option.key]).map((option) => option.key);
  const undecided = new Set<AnswerKey>([...toAsk, ...reading.unusable]);
  const known = resolve(reading.given, surroundingsOf(undefined), undecided);
  const others = [...reading.faults, ...known.faults, ...known.missing.map(missingFault)];
  if (request.directory === undefined) refuseFaults(others);
  else refuseTogether(request, request.directory, others);

  const directory = request.directory ?? (await askDirectory(prompter, reading));
  refuseTogether(request, directory, []);
  const surroundings = surroundingsOf(directory);
  const resolution = resolve(await ask(reading.given, surroundings, prompter), surroundings);
  refuseFaults([...resolution.faults, ...resolution.missing.map(missingFault)]);
  return { directory, answers: completed(resolution) };
}

function askDirectory(prompter: Prompter, reading: Reading): Promise<string> {
  return prompter.input({
    message: 'Directory',
    default: (reading.given.name?.value as string | undefined) ?? 'my-payments',
    validate: (text) => (text.trim() === '' ? 'Please answer.' : undefined),
  });
}

function readAnswers(request: CreateRequest): Reading {
  const file = request.run.answers;
  if (!file) return emptyReading();
  const refuse = (fault: Fault): Reading => ({ ...emptyReading(), faults: [fault] });
  const where = { option: '--answers', value: quote(file) };
  let bytes: Buffer | undefined;
  try {
    bytes = readFileUpTo(path.resolve(request.cwd, file), largestAnswers);
  } catch (error) {
    return refuse(fileFault(error, '--answers', quote(file)));
  }
  const most = `${largestAnswers / 1024} KB`;
  if (!bytes)
    return refuse({ ...where, why: `holds more than ${most}`, remedy: 'Give a file of answers, which are far fewer.' });
  if (!isUtf8(bytes))
    return refuse({ ...where, why: 'is not a text in UTF-8', remedy: 'Save it in UTF-8, as an editor can.' });
  return readAnswersFile(bytes.toString(), file);
}

/** In bytes; no answers come near it. */
const largestAnswers = 1024 * 1024;

const missingDirectory: Fault = {
  option: '[directory]',
  why: 'is missing, and nothing is asked',
  remedy: 'Give the folder to create, such as my-payments.',
};

/** Refuses the faults of the answers together with what is in the target already. */
function refuseTogether(request: CreateRequest, directory: string, others: readonly Fault[]): void {
  const taken = unfit(request, directory);
  if (taken && others.length === 0) throw taken;
  refuseFaults([...(taken?.faults ?? []), ...others]);
}

/** Why the target cannot be written to, as far as can be seen before the project is known. */
function unfit({ cwd }: CreateRequest, directory: string): UserError | undefined {
  try {
    const entries = onDisk(directory, () => occupants(path.resolve(cwd, directory)));
    return entries.length > 0 ? occupied(directory, entries) : undefined;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

function underWay(directory: string): UserError {
  const fault: Fault = {
    option: '[directory]',
    value: quote(directory),
    why: 'is just being written to by another run',
    remedy:
      'Look at what it writes, or give another folder. A run on another machine that was killed makes room after a minute. Nothing was written.',
  };
  return new UserError([fault], exitCodes.filesInTheWay);
}

function occupied(directory: string, entries: readonly string[]): UserError {
  const shown = entries.slice(0, 5).join(', ');
  const more = entries.length > 5 ? ` and ${entries.length - 5} more` : '';
  const fault: Fault = {
    option: '[directory]',
    value: quote(directory),
    why: `has in the way: ${shown}${more}`,
    remedy: 'Give a folder that does not exist or is empty. Nothing was written.',
  };
  return new UserError([fault], exitCodes.filesInTheWay);
}

/** A failure of the file system to look at the target is a fault of the target. */
function onDisk<T>(directory: string, look: () => T): T {
  try {
    return look();
  } catch (error) {
    throw new UserError([fileFault(error, '[directory]', quote(directory))]);
  }
}
