import { readFlags, type CommandLine } from './answers/flags.js';
import { exitCodes, isInterruption, UserError, type ExitCode } from './errors.js';
import { isTerminal, standardOutput, type Output } from './standard-streams.js';

/** What the command touches outside itself; tests hand in their own. */
export interface Outside {
  argv: readonly string[];
  environment: NodeJS.ProcessEnv;
  cwd: string;
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
    cwd: process.cwd(),
    stdinIsTerminal: () => isTerminal(0),
    stdout: standardOutput(1),
    stderr: standardOutput(2),
  });
}

/** Runs the command and returns its exit code; the only place that prints errors. */
export async function main(outside: Outside): Promise<ExitCode> {
  const line = readFlags(outside.argv);
  try {
    if (line.run.help || line.run.version || line.run.list) return await inform(line, outside);
    return await createProject(line, outside);
  } catch (error) {
    return await reportError(error, line, outside);
  }
}

async function inform({ run, reading }: CommandLine, { stdout }: Outside): Promise<ExitCode> {
  if (reading.faults.length > 0) throw new UserError(reading.faults);
  if (run.version) {
    stdout.write(`${PACKAGE_VERSION}\n`);
  } else {
    const { helpText, listText, listJson } = await import('./commands/help.js');
    stdout.write(run.help ? helpText() : run.json ? `${JSON.stringify(listJson(), undefined, 2)}\n` : listText());
  }
  return exitCodes.done;
}

async function createProject({ directory, run, reading }: CommandLine, outside: Outside): Promise<ExitCode> {
  const { cwd, environment } = outside;
  const [{ create }, report, { drawSuffix }] = await Promise.all([
    import('./commands/create.js'),
    import('./commands/report.js'),
    import('./answers/draw-suffix.js'),
  ]);
  // With --json, stdout is for the object alone.
  const people = run.json ? outside.stderr : outside.stdout;
  const paint = report.paintFor(people, environment);
  const abort = new AbortController();
  const stop = () => abort.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const result = await create({
      ...(directory === undefined ? {} : { directory }),
      run,
      reading,
      cwd,
      environment,
      drawSuffix,
      signal: abort.signal,
      ...(canAsk(run.yes, outside, people)
        ? {
            prompter: (await import('./answers/terminal.js')).terminalPrompter({
              input: process.stdin,
              output: run.json ? process.stderr : process.stdout,
              signal: abort.signal,
            }),
          }
        : {}),
      announce: (summary) => people.write(report.summaryText(summary, cwd, paint)),
    });
    people.write(result.written ? report.doneText(result, cwd, paint) : report.dryRunText(result, cwd));
    if (run.json)
      outside.stdout.write(`${JSON.stringify(report.resultJson(result, PACKAGE_VERSION, cwd), undefined, 2)}\n`);
    return exitCodes.done;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

/** Nobody is asked in a pipe, in CI or with --yes. */
function canAsk(yes: boolean, { environment, stdinIsTerminal }: Outside, people: Output): boolean {
  return !yes && !isSet(environment.CSI_YES) && !isSet(environment.CI) && people.isTTY && stdinIsTerminal();
}

function isSet(variable: string | undefined): boolean {
  return variable !== undefined && !['', '0', 'false'].includes(variable.toLowerCase());
}

async function reportError(error: unknown, { run }: CommandLine, outside: Outside): Promise<ExitCode> {
  const { stderr, environment } = outside;
  if (error instanceof UserError) {
    const { faultsText, paintFor } = await import('./commands/report.js');
    stderr.write(faultsText(error.faults, paintFor(stderr, environment)));
    if (run.json)
      outside.stdout.write(
        `${JSON.stringify({ ok: false, exitCode: error.exitCode, faults: error.faults }, undefined, 2)}\n`,
      );
    return error.exitCode;
  }
  if (isInterruption(error)) {
    stderr.write('\nInterrupted; nothing was written.\n');
    return exitCodes.interrupted;
  }
  const code = (error as NodeJS.ErrnoException).code;
  if (code && ['EACCES', 'EEXIST', 'ENAMETOOLONG', 'ENOSPC', 'ENOTDIR', 'EPERM', 'EROFS'].includes(code)) {
    stderr.write(`The project cannot be written: ${(error as Error).message}. Nothing was left behind.\n`);
    return exitCodes.wrongAnswers;
  }
  stderr.write(`This is our own fault; please report it with the command you ran.\n\n${(error as Error).stack}\n`);
  return exitCodes.ourFault;
}
