/** The tests that a project ships. */
export const testFile = 'tests/project.tftest.hcl';

/**
 * The tests without those runs that set variables or answers of AWS themselves: what is left plans the project as it is
 * configured. Each run loads the provider's schema anew, which takes seconds.
 */
export function onlyAsConfigured(text: string): string {
  return text.replaceAll(/^run "\w+" \{\n[\s\S]*?^\}\n/gm, (run) =>
    /^ +(variables|override_\w+|expect_failures)\b/m.test(run) ? '' : run,
  );
}
