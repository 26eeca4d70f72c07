import { readFlags, type CommandLine } from './answers/flags.js';
import { joinReadings, readEnvironment, toBoolean } from './answers/sources.js';
import type { CheckExitCode } from './commands/check-flags.js';
import { exitCodes, isInterruption, isUserError, OutputError, UserError, type ExitCode } from './errors.js';
import { jsonText, plainText, printable, quote } from './printable.js';
import { isTerminal, standardOutput, type Output } from './standard-streams.js';

/** What the command touches outside itself; tests hand in their own. */
export interface Outside {
  argv: readonly string[];
  environment: NodeJS.ProcessEnv;
  /** Throws where the current directory is gone. */
  cwd(): string;
  /** Whether somebody can type. */
  stdinIsTerminal(): boolean;
  stdout: Output;
  stderr: Output;
}

/** Runs the command with what the process was given, and sets its exit code. */
export async function run(): Promise<void> {
  process.exitCode = await main({
    argv: process.argv.slice(2),
    environment: process.env,
    cwd: currentDirectory,
    stdinIsTerminal: () => isTerminal(0),
    stdout: standardOutput(1),
    stderr: standardOutput(2),
  });
}

/** The current directory; UserError where it was removed under the shell, or may not be read. */
function currentDirectory(): string {
  try {
    return process.cwd();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = `is gone or cannot be read: ${code}`;
    throw new UserError([{ option: 'current directory', why, remedy: 'Change to a folder that is there.' }]);
  }
}

/** Runs the command and returns its exit code; the only place that prints errors. */
export async function main(outside: Outside): Promise<ExitCode | CheckExitCode> {
  const [command, ...words] = outside.argv;
  if (command === 'check' || command === 'explain') return runOnRules(command, words, outside);
  const line = readFlags(outside.argv, outside.environment);
  try {
    if (line.run.help || line.run.version || line.run.list) return await inform(line, outside);
    return await createProject(line, outside);
  } catch (error) {
    return reportError(error, line.run.json, exitCodes.ourFault, outside);
  }
}

async function inform({ directory, run, reading }: CommandLine, { stdout, environment }: Outside): Promise<ExitCode> {
  if (reading.faults.length > 0) throw new UserError(reading.faults);
  if (run.version) {
    stdout.write(run.json ? jsonText({ ok: true, version: PACKAGE_VERSION }) : plainText(`${PACKAGE_VERSION}\n`));
  } else {
    const { helpFor, listText, listJson } = await import('./commands/help.js');
    if (run.json) stdout.write(jsonText(listJson()));
    else if (run.list) stdout.write(plainText(listText()));
    else
      stdout.write(
        plainText(helpFor(directory, joinReadings(reading, readEnvironment(environment)).given.stack?.value)),
      );
  }
  return exitCodes.done;
}

/** What ends a run early; a terminal that is closed sends SIGHUP. */
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

async function createProject({ directory, run, reading }: CommandLine, outside: Outside): Promise<ExitCode> {
  const { environment } = outside;
  const cwd = outside.cwd();
  const { create } = await import('./commands/create.js');
  const report = await import('./commands/report.js');
  const { paintFor } = await import('./commands/paint.js');
  const { drawSuffix } = await import('./answers/draw-suffix.js');
  // With --json, stdout is for the object alone.
  const people = run.json ? outside.stderr : outside.stdout;
  const paint = paintFor(people, environment);
  // Node takes a millisecond to load what an AbortController is made of; only questions need one.
  const abort = canAsk(run.yes, outside, people) ? new AbortController() : undefined;
  const ending = { aborted: false };
  const stop = () => (abort ? abort.abort() : (ending.aborted = true));
  for (const signal of endings) process.once(signal, stop);
  try {
    const result = await create({
      ...(directory === undefined ? {} : { directory }),
      run,
      reading,
      cwd,
      environment,
      drawSuffix,
      signal: abort?.signal ?? ending,
      ...(abort ? { prompter: await prompterFor(run.json, abort) } : {}),
      announce: (summary) => people.write(plainText(report.summaryText(summary, cwd, paint))),
    });
    const untold = [
      attempt(() =>
        people.write(plainText(result.written ? report.doneText(result, cwd, paint) : report.dryRunText(result, cwd))),
      ),
      attempt(() => result.leftover && outside.stderr.write(plainText(leftoverText(result.leftover)))),
      attempt(() => run.json && outside.stdout.write(jsonText(report.resultJson(result, PACKAGE_VERSION, cwd)))),
    ].find((failure) => failure !== undefined);
    if (untold && result.written) {
      const where = printable(result.directory);
      throw new OutputError(untold.reason, `The project is written to ${where}, but that could not be said`);
    }
    if (untold) throw untold;
    return exitCodes.done;
  } finally {
    for (const signal of endings) process.off(signal, stop);
  }
}

/** Writes, and returns why that could not be done where it could not. */
function attempt(write: () => unknown): OutputError | undefined {
  try {
    write();
    return undefined;
  } catch (error) {
    if (!(error instanceof OutputError)) throw error;
    return error;
  }
}

function leftoverText(leftover: string): string {
  return `\nEvery file is in place. One folder of ours could not be removed, and may be by you: ${printable(leftover)}\n`;
}

/** Nobody is asked in a pipe, in CI or with --yes. */
function canAsk(yes: boolean, { environment, stdinIsTerminal }: Outside, people: Output): boolean {
  return !yes && !inAutomation(environment.CI) && people.isTTY && stdinIsTerminal();
}

/** CI is set by every CI service, to whatever it likes; only a plain "no" is taken for one. */
function inAutomation(variable: string | undefined): boolean {
  const read = toBoolean(variable);
  return Boolean(variable) && !('value' in read && !read.value);
}

async function prompterFor(toStderr: boolean, abort: AbortController) {
  const { terminalPrompter } = await import('./answers/terminal.js');
  const output = toStderr ? process.stderr : process.stdout;
  // A terminal that takes no more text, as one that was closed, can give no answer either.
  output.on('error', () => abort.abort());
  return terminalPrompter({ input: process.stdin, output, signal: abort.signal });
}

/** Runs `check` or `explain`, whose code is loaded for them alone. */
async function runOnRules(
  command: 'check' | 'explain',
  words: readonly string[],
  outside: Outside,
): Promise<CheckExitCode | ExitCode> {
  const { checkExitCodes, commands } = await import('./check.js');
  const { json, run } = commands[command](words);
  try {
    return await run(outside);
  } catch (error) {
    const untold = command === 'check' && error instanceof OutputError;
    const told = untold ? new OutputError(error.reason, 'What was found could not be written') : error;
    return reportError(told, json, checkExitCodes.ourFault, outside);
  }
}

async function reportError<Fault extends number>(
  error: unknown,
  asJson: boolean,
  ourFault: Fault,
  outside: Outside,
): Promise<ExitCode | Fault> {
  const { stdout, stderr, environment } = outside;
  const { faultsText, failureJson } = await import('./commands/report.js');
  const { paintFor } = await import('./commands/paint.js');
  const faults = isUserError(error) ? error.faults : [];
  let exitCode: ExitCode | Fault = ourFault;
  let text = ourFaultText(error);
  if (isUserError(error)) {
    exitCode = error.exitCode;
    text = faultsText(faults, paintFor(stderr, environment));
  } else if (isInterruption(error)) {
    exitCode = exitCodes.interrupted;
    text = '\nInterrupted; nothing was written.\n';
  } else if (error instanceof OutputError) {
    exitCode = exitCodes.surroundings;
    text = `${error.message}\n`;
  }
  // A terminal that was closed takes no text; what ended the run is still that.
  const interrupted = exitCode === exitCodes.interrupted;
  if (attempt(() => stderr.write(plainText(text))) && !interrupted) exitCode = exitCodes.surroundings;
  if (!asJson || error instanceof OutputError) return exitCode;
  const untold = attempt(() => stdout.write(jsonText(failureJson(exitCode, error, faults))));
  if (!untold || interrupted) return exitCode;
  attempt(() => stderr.write(plainText(`${untold.message}\n`)));
  return exitCodes.surroundings;
}

function ourFaultText(error: unknown): string {
  const stack: unknown = (error as Error | undefined)?.stack;
  const what = typeof stack === 'string' ? stack : quote(error);
  return `This is our own fault; please report it with the command you ran.\n\n${what}\n`;
}
