/**
 * Does `work`, and ends it wherever it is, as within a regular expression, after so many milliseconds. Throws an error
 * with the code ERR_SCRIPT_EXECUTION_TIMEOUT then, and no `finally` of it has run.
 * https://nodejs.org/api/vm.html#scriptruninthiscontextoptions
 */
export function interruptible<T>(work: () => T, milliseconds: number): T {
  if (milliseconds > longest) return work();
  const { Script } = process.getBuiltinModule('node:vm');
  // Node ends what a script does, and no function; a script sees what is global.
  const global = globalThis as unknown as Record<symbol, () => T>;
  global[key] = () => {
    delete global[key];
    return work();
  };
  const script = new Script(`globalThis[Symbol.for(${JSON.stringify(key.description)})]()`);
  return script.runInThisContext({ timeout: Math.max(1, Math.ceil(milliseconds)), displayErrors: false }) as T;
}

const key = Symbol.for('create-secure-infra.work');

/** The longest that Node counts, and nobody waits for. */
const longest = 2 ** 31 - 1;
