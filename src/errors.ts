/** One thing a user got wrong, told so that it can be mended without reading anything else. */
export interface Fault {
  /** Where the value came from, as the user would type it: `--region`, `CSI_REGION`, `region in answers.json`. */
  option: string;
  /** The value as it was given; absent where the fault is that nothing was given. */
  value?: string;
  /** Why the value cannot be used. A clause that starts in lower case and ends without a full stop. */
  why: string;
  /** What would do. A sentence. */
  remedy: string;
}

/** The exit codes of the command; --help prints this table. */
export const exitCodes = {
  done: 0,
  ourFault: 1,
  wrongAnswers: 2,
  filesInTheWay: 3,
  surroundings: 70,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What each exit code means, for --help and the documentation. */
export const exitCodeMeanings: Record<ExitCode, string> = {
  0: 'done',
  1: 'our own fault; please report it',
  2: 'wrong answers or usage',
  3: 'the target has files in the way, or another run is writing there; nothing was written',
  70: 'the output could not be written; stderr says whether the project was',
  130: 'interrupted; nothing was written',
};

/** Something only the user can mend: printed without a stack trace, all faults at once. */
export class UserError extends Error {
  constructor(
    readonly faults: readonly Fault[],
    readonly exitCode: ExitCode = exitCodes.wrongAnswers,
  ) {
    super(faults.map((fault) => `${fault.option}: ${fault.why}`).join('; '));
    this.name = 'UserError';
  }
}

/** Throws a UserError with all faults, where there are any. */
export function refuseFaults(faults: readonly Fault[]): void {
  if (faults.length > 0) throw new UserError(faults);
}

/** Whether an error is a UserError, though perhaps of another bundle's class. */
export function isUserError(error: unknown): error is UserError {
  return error instanceof Error && error.name === 'UserError' && 'faults' in error;
}

/** What was to be printed could not be, as where the disk behind stdout is full: neither the user's answers' fault nor ours. */
export class OutputError extends Error {
  constructor(
    readonly reason: string,
    what = 'The output could not be written',
  ) {
    super(`${what}: ${reason}.`);
    this.name = 'OutputError';
  }
}

/** A fault for a failure of the file system: the user's disk, permissions or path, not ours. Other errors are thrown on. */
export function fileFault(error: unknown, option: string, value: string): Fault {
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  // Node refuses such a path itself, before it asks the system.
  if (code === 'ERR_INVALID_ARG_VALUE')
    return { option, value, why: 'is no path: it holds the character U+0000', remedy: 'Give one without it.' };
  if (code === undefined || syscall === undefined) throw error;
  return { option, value, why: `cannot be used: ${message}`, remedy: 'Mend that, or give another.' };
}

/** The user said no, or the process was asked to stop, before anything was written. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted');
    this.name = 'Interrupted';
  }
}

/** Whether an error only says that the run was ended: ours, or Inquirer's for Ctrl-C and for an aborted question. */
export function isInterruption(error: unknown): boolean {
  return error instanceof Error && ['Interrupted', 'ExitPromptError', 'AbortPromptError'].includes(error.name);
}
