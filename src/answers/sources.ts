import { own } from '../own.js';
import type { Fault } from '../errors.js';
import type { AnswerKey } from './answers.js';
import { nearest } from '../nearest.js';
import type { Complaint, Option } from './option.js';
import { options } from './options.js';
import { quote, shortened } from '../printable.js';
import { answersIn } from '../record/record.js';
import { structureOf } from './json-structure.js';
import { soundText, soundTexts, type Typed } from './sound-text.js';

/** A value as it was given, before it is checked. */
export interface Given {
  value: unknown;
  /** Where it came from, as the user would find it: `--region`, `CSI_REGION`, `region in answers.json`. */
  option: string;
  /** Which source wins where several give the same answer: the higher. */
  rank: number;
}

/** What was given, by answer; sources of lower rank have already given way. */
export type GivenAnswers = Partial<Record<AnswerKey, Given>>;

/** What was read and what was wrong with it, so that a caller can report the faults of all sources at once. */
export interface Reading {
  given: GivenAnswers;
  faults: Fault[];
  /** Answers whose value was of no use, which is a fault already: nothing else may be concluded from them. */
  unusable: Set<AnswerKey>;
}

/** A reading of nothing. */
export function emptyReading(): Reading {
  return { given: {}, faults: [], unusable: new Set() };
}

/** Prompt > flag > environment > file > default. */
export const ranks = { file: 1, environment: 2, flag: 3, prompt: 4 } as const;

/** The environment variable of an option: `CSI_DB_INSTANCE_CLASS`. */
export function environmentVariable(option: { flag: string }): string {
  return `CSI_${option.flag.toUpperCase().replaceAll('-', '_')}`;
}

/** Whether any variable is named as ours are; mostly there is none, and asking for each by name takes longer. */
export function hasOurs(environment: NodeJS.ProcessEnv): boolean {
  return Object.keys(environment).some((variable) => /^CSI_/i.test(variable));
}

/** Reads the `CSI_*` variables of `environment`; an empty variable counts as not set. */
export function readEnvironment(environment: NodeJS.ProcessEnv): Reading {
  const reading = emptyReading();
  if (!hasOurs(environment)) return reading;
  for (const option of options) {
    const variable = environmentVariable(option);
    const text = own(environment, variable);
    if (!text) continue;
    // A comma cannot be part of a tag, so it may stand between two.
    accept(
      reading,
      option,
      option.type === 'tags' ? text.split(',').map((tag) => tag.trim()) : text,
      variable,
      ranks.environment,
    );
  }
  return reading;
}

/**
 * Reads the content of an answers file: an object of answers, or the `.create-secure-infra.json` of a project,
 * whose answers are replayed. `file` is its name for messages.
 */
export function readAnswersFile(text: string, file: string): Reading {
  const reading = emptyReading();
  const refuse = (why: string, remedy: string) => {
    reading.faults.push({ option: `--answers ${file}`, why, remedy });
    return reading;
  };
  let content: unknown;
  try {
    content = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    return refuse(`is not JSON: ${(error as Error).message}`, 'Mend the file, or make one with --dry-run --json.');
  }
  if (!isObject(content)) return refuse('is not a JSON object', 'Write an object such as {"region": "eu-central-1"}.');
  const { depth, repeated } = structureOf(text);
  if (depth > deepestAnswers)
    return refuse(`nests ${depth} objects and lists in each other, and answers at most 3`, 'Give a file of answers.');
  for (const keys of repeated.slice(0, mostFaults)) {
    const within = keys.slice(0, -1).map((key) => `${shortened(key)} in `);
    const places = [...within.toReversed(), within.length > 0 ? file : `--answers ${file}`];
    reading.faults.push({
      option: places.join(''),
      value: quote(keys.at(-1)),
      why: 'is there more than once',
      remedy: 'Keep one of them.',
    });
  }
  const answers = answersIn(content) ?? content;
  const unknown = Object.keys(answers).filter((key) => key !== '$schema' && !options.some((row) => row.key === key));
  for (const [key, value] of Object.entries(answers)) {
    const option = options.find((row) => row.key === key);
    if (!option) {
      if (!unknown.slice(0, mostFaults).includes(key)) continue;
      const near = nearest(
        key,
        options.map((row) => row.key),
      );
      reading.faults.push({
        option: `--answers ${file}`,
        value: quote(key),
        why: 'is no answer that is known',
        remedy: near ? `Did you mean ${quote(near)}?` : `Use ${options.map((row) => row.key).join(', ')}.`,
      });
      continue;
    }
    if (value === null) continue;
    accept(reading, option, value, `${key} in ${file}`, ranks.file);
  }
  if (unknown.length > mostFaults)
    return refuse(`holds ${unknown.length} keys that are no answers that are known`, 'Give a file of answers.');
  return reading;
}

/** An object of answers has one of tags in it, and is itself in that of a record. A little more is told as a wrong type. */
const deepestAnswers = 8;

/** Of one kind, in one file. */
const mostFaults = 20;

/** Joins readings; for each answer the value of highest rank stays. */
export function joinReadings(...readings: Reading[]): Reading {
  const joined = emptyReading();
  for (const { given, faults, unusable } of readings) {
    joined.faults.push(...faults);
    for (const key of unusable) joined.unusable.add(key);
    for (const [key, value] of Object.entries(given) as [AnswerKey, Given][]) {
      const present = joined.given[key];
      if (!present || value.rank > present.rank) joined.given[key] = value;
    }
  }
  return joined;
}

/** Brings a raw value to its option's type and notes it, or notes why it cannot be. */
export function accept(reading: Reading, option: Option, raw: unknown, spelled: string, rank: number): void {
  const typed = toType(option, raw);
  if ('why' in typed) {
    reading.faults.push({ option: spelled, value: quote(raw), ...typed });
    reading.unusable.add(option.key);
    return;
  }
  const value = option.normalize && typeof typed.value === 'string' ? option.normalize(typed.value) : typed.value;
  reading.given[option.key] = { value, option: spelled, rank };
}

/** A value of the option's type from what flags and the environment (text) or a JSON file gave. */
function toType(option: Option, raw: unknown): Typed<unknown> {
  switch (option.type) {
    case 'boolean':
      return toBoolean(raw);
    case 'integer':
      if (typeof raw === 'number' ? Number.isSafeInteger(raw) : typeof raw === 'string' && /^\d{1,9}$/.test(raw))
        return { value: Number(raw) };
      return { why: 'is not a whole number', remedy: `Give a number, for ${option.placeholder}.` };
    case 'choice': {
      const choices = option.choices as readonly (string | number)[];
      const word = typeof raw === 'string' || typeof raw === 'number' ? String(raw) : undefined;
      const choice = choices.find((candidate) => String(candidate) === word);
      if (choice !== undefined) return { value: choice };
      const near = typeof raw === 'string' ? nearest(raw, choices.map(String)) : undefined;
      return {
        why: 'is not one of the choices',
        remedy: `Use ${new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(choices.map(String))}.${near ? ` Did you mean ${near}?` : ''}`,
      };
    }
    case 'list': {
      const items =
        typeof raw === 'string'
          ? raw
              .split(',')
              .map((item) => item.trim())
              .filter(Boolean)
          : raw;
      if (!Array.isArray(items) || !items.every((item) => typeof item === 'string'))
        return { why: 'is not a list of texts', remedy: 'Join them with commas, or give an array in JSON.' };
      if (items.length > mostEntries) return tooMany(items.length);
      return soundTexts(items);
    }
    case 'tags':
      return toTags(raw);
    case 'text':
      if (typeof raw === 'string') return soundText(raw);
      return { why: 'is not a text', remedy: 'Put it in quotes.' };
  }
}

/** A switch from JSON's own true and false, or from the words that people use for them in flags and variables. */
export function toBoolean(raw: unknown): Typed<boolean> {
  const word = typeof raw === 'string' ? raw.toLowerCase() : raw;
  if (word === true || ['true', '1', 'yes', 'on'].includes(word as string)) return { value: true };
  if (word === false || ['false', '0', 'no', 'off'].includes(word as string)) return { value: false };
  return { why: 'is neither true nor false', remedy: 'Use true or false.' };
}

function toTags(raw: unknown): Typed<Record<string, string>> {
  const remedy = 'Give KEY=VALUE, such as CostCenter=payments.';
  if (isObject(raw)) {
    const entries = Object.entries(raw);
    if (entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')) return tagsOf(entries);
    return { why: 'has a value that is not a text', remedy: 'Put every value in quotes.' };
  }
  if (!Array.isArray(raw) || !raw.every((item) => typeof item === 'string'))
    return { why: 'is not a set of tags', remedy };
  const pairs = raw.map((item) => [item, item.indexOf('=')] as const);
  const keyless = pairs.filter(([, split]) => split < 1).map(([item]) => item);
  if (keyless.length > 0) {
    return { why: `has no key before an equals sign: ${keyless.slice(0, mostFaults).map(quote).join(', ')}`, remedy };
  }
  return tagsOf(pairs.map(([item, split]) => [item.slice(0, split), item.slice(split + 1)]));
}

/** Tags of sound texts. Two keys that become one are refused, whatever their values, as is one key with two values. */
function tagsOf(pairs: readonly (readonly [string, string])[]): Typed<Record<string, string>> {
  if (pairs.length > mostEntries) return tooMany(pairs.length);
  const tags = new Map<string, { key: string; value: string }>();
  const torn = new Set<string>();
  const joined = new Set<string>();
  for (const pair of pairs) {
    const sound = soundTexts(pair);
    if ('why' in sound) return sound;
    const [key, value] = sound.value as [string, string];
    const before = tags.get(key);
    if (before && before.key !== pair[0]) joined.add(key);
    else if (before && before.value !== value) torn.add(key);
    tags.set(key, { key: pair[0], value });
  }
  const names = (keys: Set<string>) => [...keys].map(quote).join(', ');
  if (torn.size > 0) return { why: `gives two values to the key ${names(torn)}`, remedy: 'Give each key once.' };
  if (joined.size > 0)
    return { why: `has keys that are only spelled differently: ${names(joined)}`, remedy: 'Keep one of them.' };
  return { value: Object.fromEntries([...tags].map(([key, { value }]) => [key, value])) };
}

/** More than any option takes, and few enough to be compared with each other. */
const mostEntries = 200;

function tooMany(count: number): Complaint {
  return { why: `has ${count} entries, more than are looked at`, remedy: `Give at most ${mostEntries}.` };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
