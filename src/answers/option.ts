import type { AnswerKey, Answers, Draft } from './answers.js';

/** What a default may need that is no answer itself. */
export interface Surroundings {
  /** Base name of the target directory, where it is known. */
  directoryName?: string;
  /** Draws an environment suffix of `length` characters of a-z and 0-9. */
  drawSuffix(length: number): string;
}

/** Why a value cannot be used and what would do: a Fault without where the value came from. */
export interface Complaint {
  why: string;
  remedy: string;
}

/**
 * One row of the option table. Flags, prompts, environment variables, the answers file and its schema, --help and
 * the documentation are all read from it, and nothing about an option is said anywhere else.
 */
export interface Option<K extends AnswerKey = AnswerKey> {
  key: K;
  flag: string;
  group: string;
  /** One line for --help and the documentation, without the default. */
  help: string;
  type: 'text' | 'choice' | 'integer' | 'boolean' | 'list' | 'tags';
  /** Every stack takes it; where this is absent, those that name it in `takes`. */
  everyStack?: true;
  /** Stands for the value in --help: `--region CODE`. */
  placeholder?: string;
  choices?: readonly NonNullable<Answers[K]>[];
  /** The default in words, for --help and the documentation, from the defaults of a stack; absent where there is none. */
  defaultText?: string | ((draft: Draft) => string);
  /** The default itself, where the stack has none of its own. Earlier rows are in `draft` already. */
  default?(draft: Draft, surroundings: Surroundings): Answers[K] | undefined;
  /** Where the user would look for the default's fault; the option's own flag where this is absent. */
  defaultFrom?: string;
  /** The option must be answered where it applies and has no default; a text says why, where that is not plain. */
  required?: true | string;
  /** What a question proposes where there is no default. */
  proposed?: Answers[K];
  /** When the option has a meaning, for a stack that takes it; it always has where this is absent. */
  applies?: { when(draft: Draft): boolean; on: AnswerKey[]; text: string };
  /** Brings equivalent spellings to one before the check. */
  normalize?(value: NonNullable<Answers[K]>): NonNullable<Answers[K]>;
  /** What is wrong with a value of the right type; undefined where nothing is. */
  check?(value: NonNullable<Answers[K]>, draft: Draft): Complaint | Complaint[] | undefined;
  /** Values that may cost less than the answer, each with what is given up for it, as the end of a sentence. */
  cheaper?(draft: Draft): { value: NonNullable<Answers[K]>; but: string }[];
  /** The question; an option without one is only a flag. */
  prompt?: string;
  /** Offered values of a question, with how each is shown. They may depend on earlier answers. */
  promptChoices?(draft: Draft): { value: string; name: string }[];
}

/** A row of the table, whatever its answer's type. */
export type AnyOption = { [K in AnswerKey]-?: Option<K> }[AnswerKey];
