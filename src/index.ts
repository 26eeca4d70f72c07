/**
 * The programmatic API: what the command itself uses, no more.
 *
 *     import { create } from 'create-secure-infra';
 */
export type { AnswerKey, Answers } from './answers/answers.js';
export type { Option, Surroundings } from './answers/option.js';
export { applies, appliesText, defaultText, options } from './answers/options.js';
export { flagUsage } from './commands/help.js';
export { missingFault, resolve, type Resolution } from './answers/resolve.js';
export {
  environmentVariable,
  readAnswersFile,
  readEnvironment,
  type GivenAnswers,
  type Reading,
} from './answers/sources.js';
export { runFlags, readFlags, type CommandLine, type RunFlag, type RunFlags } from './answers/flags.js';
export { answersSchema } from './answers/schema.js';
export type { Choice, Prompter } from './answers/prompts.js';
export { describeRegion, findRegion, regionCodes, regions, type Region } from './aws/regions.js';
export { create, type CreateRequest, type CreateResult } from './commands/create.js';
export type { Change } from './disk/compare.js';
export { writeProject } from './disk/write.js';
export { exitCodeMeanings, exitCodes, Interrupted, UserError, type ExitCode, type Fault } from './errors.js';
export { recordFile as answersFile } from './record/record.js';
export { costOf, type Cost, type CostComponent, type Saving } from './render/cost.js';
export { isBuilt } from './render/packages.js';
export { textOf, texts, type ProjectFiles } from './render/project-files.js';
export { renderProject } from './render/render.js';
export { drawSuffix } from './answers/draw-suffix.js';
export { stacks } from './stacks/index.js';
export type { Stack } from './stacks/stack.js';
