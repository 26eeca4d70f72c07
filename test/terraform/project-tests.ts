import { textOf, texts, type ProjectFiles } from '../../src/render/project-files.js';

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

/**
 * The tests of a project as OpenTofu runs them: it makes up what AWS would answer while it plans already, where Terraform
 * leaves it unknown unless told otherwise, for each type that is mocked. Only the runs that plan the project as it is.
 */
export function answeredAtPlan(files: ProjectFiles): string {
  const text = textOf(files, testFile).replaceAll(run, (own) => (setsItsOwn(own) ? '' : own));
  const types = [...texts(files)].flatMap(([file, hcl]) =>
    /^[^/]+\.tf$/.test(file) ? [...hcl.matchAll(/^resource "(\w+)"/gm)].map(([, type]) => type!) : [],
  );
  const unmocked = [...new Set(types)].filter((type) => !text.includes(`mock_resource "${type}"`));
  const mocks = unmocked.map((type) => `  mock_resource "${type}" {\n    defaults = {}\n  }\n`).join('');
  return text.replace('mock_provider "aws" {\n', (start) => `${start}  override_during = plan\n${mocks}`);
}

/**
 * The files of a project without the rules of its web ACL, where its tests do not look at that. The type of these rules is
 * nested so deep that terraform takes more time for them than for the whole rest of a plan.
 */
export function withoutAclRules(files: ProjectFiles): ProjectFiles {
  if (/\baws_wafv2_web_acl\./.test(textOf(files, testFile))) return files;
  const terraform = [...texts(files)].filter(([file]) => file.endsWith('.tf'));
  return new Map([
    ...files,
    ...terraform.map(([file, text]) => [file, text.replaceAll(webAcl, withoutRules)] as const),
  ]);
}

const webAcl = /^resource "aws_wafv2_web_acl" [\s\S]*?^\}\n/gm;

function withoutRules(block: string): string {
  return block.replaceAll(/^ {2}(dynamic "rule"|rule) \{\n[\s\S]*?^ {2}\}\n/gm, '');
}
