import { confirm, input, search, select } from '@inquirer/prompts';

import type { Choice, Prompter } from './prompts.js';

/** Where questions are drawn and answered, and what ends them early. */
export interface Terminal {
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream;
  signal: AbortSignal;
}

const pageSize = 10;

/** The prompter that people see. Ctrl-C, and an abort of `signal`, reject with an error that isInterruption() knows. */
export function terminalPrompter(terminal: Terminal): Prompter {
  return {
    input: ({ validate, ...question }) =>
      input({ ...question, validate: (value) => validate(value) ?? true }, terminal),
    confirm: (question) => confirm(question, terminal),
    select: (question) => select({ ...question, pageSize }, terminal),
    search: ({ message, choices, default: preferred }) =>
      search({ message, pageSize, source: (term) => matching(choices, term, preferred) }, terminal),
  };
}

/** Choices that hold every word of `term`; the preferred one first, so that Enter takes it. */
export function matching(choices: Choice[], term: string | undefined, preferred: string | undefined): Choice[] {
  const words = (term ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const found = choices.filter((choice) => words.every((word) => choice.name.toLowerCase().includes(word)));
  return found.sort((a, b) => Number(b.value === preferred) - Number(a.value === preferred));
}
