/** The tests that a project ships. */
export const testFile = 'tests/project.tftest.hcl';

const run = /^run "\w+" \{\n[\s\S]*?^\}\n/gm;

/** Whether a run sets variables or answers of AWS itself; one that does not plans the project as it is configured. */
function setsItsOwn(text: string): boolean {
  return /^ +(variables|override_\w+|expect_failures)\b/m.test(text);
}

/**
 * The tests of a project without those runs that set what they look at themselves and that are in `seen`, where those that
 * are left are noted. Each run takes terraform seconds, and such a run asks the same of every project that has it.
 */
export function onlyNew(text: string, seen: Set<string>): string {
  return text.replaceAll(run, (own) => (!setsItsOwn(own) || (!seen.has(own) && seen.add(own)) ? own : ''));
}

/** How many runs are in tests. */
export function runsIn(text: string): number {
  return text.match(run)?.length ?? 0;
}
