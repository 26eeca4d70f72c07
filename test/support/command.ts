// What the commands that look at samples share: naming them, the clock, signals and exit codes.
import { parseArgs, type ParseArgsConfig } from 'node:util';

import type { Sample } from './samples.js';

/** A command line that cannot be followed; exit code 2. */
export class WrongUsage extends Error {}

/** Those of `all` that are called so, with or without their stack, each once; all of them where none is named. */
export function samplesNamed(names: readonly string[] | undefined, all: Sample[]): Sample[] {
  const named = names?.map((name) => {
    const found = all.find((sample) => sample.name === name || sample.name.endsWith(`/${name}`));
    if (!found)
      throw new WrongUsage(`there is no sample ${name}; there are ${all.map((sample) => sample.name).join(', ')}`);
    return found;
  });
  return named ? [...new Set(named)] : all;
}

const start = performance.now();

/** Minutes and seconds since the start: `3:07`. */
export function clock(): string {
  const seconds = Math.floor((performance.now() - start) / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** What a shell expects of a command that a signal ended. */
const signals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** The options that each of these commands has. */
const common = {
  sample: { type: 'string', multiple: true },
  help: { type: 'boolean' },
} as const;

type OptionsConfig = NonNullable<ParseArgsConfig['options']>;

type Values<Options extends OptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options & typeof common }>
>['values'];

/**
 * Runs a command to its exit code. `work` gets the values of `options` and of the common ones, and returns the exit code
 * or throws; wrong usage prints `help` too, and is 2. A signal ends it at once.
 */
export function runCommand<Options extends OptionsConfig>(
  help: string,
  options: Options,
  work: (values: Values<Options>) => Promise<number>,
): void {
  for (const [signal, exitCode] of Object.entries(signals)) {
    process.on(signal, () => {
      console.error(`\nEnded by ${signal}.`);
      process.exit(exitCode);
    });
  }
  void (async () => {
    try {
      const values = readOptions({ ...common, ...options });
      if (values.help) console.log(help);
      else process.exitCode = await work(values as Values<Options>);
    } catch (error) {
      console.error(error instanceof WrongUsage ? `${error.message}\n\n${help}` : (error as Error).message);
      process.exitCode = error instanceof WrongUsage ? 2 : 1;
    }
  })();
}

function readOptions(options: OptionsConfig): Record<string, unknown> {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw new WrongUsage((error as Error).message);
  }
}
