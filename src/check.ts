/**
 * The rules and what runs them: what `create-secure-infra check` and `explain` are made of, no more.
 *
 *     import { check, folderSources, readHclProject } from 'create-secure-infra/check';
 *
 *     const { findings } = check([await readHclProject(folderSources('infra'))]);
 */
export {
  check,
  isAtLeast,
  isComplete,
  rules,
  type Abstention,
  type CheckOptions,
  type CheckResult,
  type Finding,
  type Suppressed,
} from './rules/check.js';
export { HclError } from './terraform/syntax.js';
export { lessons, type Lesson } from './rules/lessons.js';
export { Project, type Location, type Sources, type Stage } from './terraform/project.js';
export { folderSources } from './terraform/folder-sources.js';
export { memorySources, readHclProject } from './terraform/read-hcl.js';
export { NotReadable, readPlan, readState } from './terraform/read-json.js';
export { severities, type Rule, type Severity } from './rules/rule.js';
export { commands } from './commands/check.js';
export { checkExitCodeMeanings, checkExitCodes, checkFlags, checkFlagUsage } from './commands/check-flags.js';
export { Budget, limitMeanings, limits } from './terraform/budget.js';
