import type { Draft } from './answers.js';
import type { Option, Surroundings } from './option.js';
import { stackOf } from '../stacks/index.js';
import { applies, complaintsOf, defaultOf, fixedFor, options } from './options.js';
import { quote } from '../printable.js';
import { accept, emptyReading, ranks, type GivenAnswers, type Reading } from './sources.js';

/** Asks a person. Handed in, so that a test can answer, or fail on a question that should not be asked. */
export interface Prompter {
  /** Free text; `validate` returns what is wrong, or undefined. */
  input(question: { message: string; default?: string; validate(value: string): string | undefined }): Promise<string>;
  confirm(question: { message: string; default: boolean }): Promise<boolean>;
  select(question: { message: string; choices: Choice[]; default?: string }): Promise<string>;
  /** A select that is narrowed by typing. */
  search(question: { message: string; choices: Choice[]; default?: string }): Promise<string>;
}

export interface Choice {
  value: string;
  name: string;
}

/** A list longer than this is searched rather than scrolled. */
const longestSelect = 12;

/**
 * Asks every question that applies and whose answer was not given, in the order of the option table.
 * Returns `given` with the answers added; each has passed its option's own check.
 */
export async function ask(given: GivenAnswers, surroundings: Surroundings, prompter: Prompter): Promise<GivenAnswers> {
  const answered: GivenAnswers = { ...given };
  const draft: Draft = {};
  for (const option of options) {
    if (!applies(option, draft)) continue;
    const fixed = fixedFor(option, stackOf(draft));
    if (!fixed && !answered[option.key] && option.prompt) {
      const value = await askOne(option, draft, surroundings, prompter);
      if (value !== undefined) {
        Object.assign(answered, accepted(option, value).given);
      }
    }
    const value = (fixed ?? answered[option.key])?.value ?? defaultOf(option, draft, surroundings);
    if (value !== undefined) Object.assign(draft, { [option.key]: value });
  }
  return answered;
}

function accepted(option: Option, value: unknown): Reading {
  const reading = emptyReading();
  accept(reading, option, value, `--${option.flag}`, ranks.prompt);
  return reading;
}

/** The raw answer to one question; undefined where it was left empty and the default is to be taken. */
async function askOne(option: Option, draft: Draft, surroundings: Surroundings, prompter: Prompter): Promise<unknown> {
  const message = option.prompt!;
  if (option.type === 'boolean') {
    const preferred = defaultOf(option, draft, surroundings) ?? option.proposed;
    return prompter.confirm({ message, default: preferred === true });
  }

  const choices = option.promptChoices?.(draft);
  if (choices) {
    const preferred = defaultOf(option, draft, surroundings);
    const question = { message, choices, ...(preferred === undefined ? {} : { default: String(preferred) }) };
    return choices.length > longestSelect ? prompter.search(question) : prompter.select(question);
  }

  // A drawn suffix is not shown as a default: pressing Enter says "draw one", not "I want this one".
  const preferred = option.key === 'suffix' ? undefined : defaultOf(option, draft, surroundings);
  const answer = await prompter.input({
    message,
    ...(typeof preferred === 'string' && complaintsOf(option, preferred, draft).length === 0
      ? { default: preferred }
      : {}),
    validate: (text) => {
      if (text.trim() === '') return option.required ? 'Please answer.' : undefined;
      const { given, faults } = accepted(option, text);
      const value = given[option.key]?.value as NonNullable<Draft[Option['key']]> | undefined;
      const [complaint] = value === undefined ? faults : complaintsOf(option, value, draft);
      return complaint && `${value === undefined ? quote(text) : String(value)} ${complaint.why}. ${complaint.remedy}`;
    },
  });
  return answer.trim() === '' ? undefined : answer;
}
