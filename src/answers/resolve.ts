import type { Fault } from '../errors.js';
import type { AnswerKey, Answers, Draft } from './answers.js';
import { stackOf } from '../stacks/index.js';
import type { Option, Surroundings } from './option.js';
import {
  applies,
  appliesText,
  complaintsOf,
  decidedBy,
  defaultOf,
  fixedComplaint,
  fixedFor,
  optionOf,
  options,
  stacksTaking,
  takes,
} from './options.js';
import { quote } from '../printable.js';
import { ranks, type Given, type GivenAnswers } from './sources.js';

/** Answers as far as they could be had, and everything that is wrong with what was given. */
export interface Resolution {
  answers: Draft;
  faults: Fault[];
  /** Options that apply, have no default and were not answered: a question, or a fault where nobody can be asked. */
  missing: Option[];
}

/**
 * The one validator: whatever the answers came from, they are completed and checked here, whole.
 * Faults name every value that cannot be used; a fault of one answer never hides that of another.
 *
 * `undecided` are answers that are still to be asked for, or whose value was of no use: they get no default, are not
 * missing, and nothing is concluded from them about others.
 */
export function resolve(
  given: GivenAnswers,
  surroundings: Surroundings,
  undecided: ReadonlySet<AnswerKey> = new Set(),
): Resolution {
  const answers: Draft = {};
  const faults: Fault[] = [];
  const missing: Option[] = [];
  const isUndecided = (key: AnswerKey) => undecided.has(key) && !fixedFor(optionOf(key), stackOf(answers));

  for (const option of options) {
    const present = given[option.key];
    const mayApply = undecided.size > 0 && decidedBy(option).some(isUndecided);
    if (!mayApply && !applies(option, answers)) {
      if (present && !overruled(option, present, given)) faults.push(doesNothing(option, present, answers));
      continue;
    }
    if (!present && (mayApply || isUndecided(option.key))) continue;
    const stack = stackOf(answers);
    const fixed = fixedFor(option, stack);
    if (fixed && present && present.value !== fixed.value && !replayedElsewhere(present, given))
      faults.push({ ...spelling(present.option, present.value), ...fixedComplaint(option, fixed, stack!) });
    // What follows from it for others follows from what the stack decides.
    const value = present && !fixed ? present.value : defaultOf(option, answers, surroundings);
    if (value === undefined) {
      if (option.required) missing.push(option);
      continue;
    }
    set(answers, option.key, value);
  }

  // A region that does not exist must not make its classes and zones look wrong too.
  const sound: Draft = { ...answers };
  const region = optionOf('region');
  if (answers.region !== undefined && complaintsOf(region, answers.region, answers).length > 0) delete sound.region;
  for (const option of options) {
    const value = answers[option.key];
    if (value === undefined) continue;
    const spelled = given[option.key]?.option ?? option.defaultFrom ?? `--${option.flag}`;
    for (const complaint of complaintsOf(option, value, sound)) {
      faults.push({ ...spelling(spelled, value), ...complaint });
    }
  }
  return { answers, faults, missing };
}

/** How an answer was given; a flag that is on or off says its value itself. */
function spelling(option: string, value: unknown): Pick<Fault, 'option' | 'value'> {
  return typeof value === 'boolean' && option.startsWith('--') ? { option } : { option, value: quote(value) };
}

/** The fault of an answer that is needed and that nobody can be asked for. */
export function missingFault(option: Option): Fault {
  const needed = typeof option.required === 'string' ? option.required : appliesText(option);
  const ways =
    option.type === 'boolean'
      ? `--${option.flag} or --no-${option.flag}`
      : `--${option.flag} ${option.placeholder ?? ''}`;
  return {
    option: `--${option.flag}`,
    why: `is missing${needed ? `, and is needed ${needed}` : ''}`,
    remedy: `Give ${ways}: ${option.help}.`,
  };
}

/** The answers, once resolve() has found no fault and nothing missing. */
export function completed(resolution: Resolution): Answers {
  return resolution.answers as Answers;
}

/** A file's answer gives way without a word to a flag that makes it meaningless: --no-route53 over a replayed zone. */
function overruled(option: Option, present: Given, given: GivenAnswers): boolean {
  return decidedBy(option).some((key) => (given[key]?.rank ?? 0) > present.rank);
}

/** The answers of a project, replayed for another stack, give way to what that decides by itself. */
function replayedElsewhere({ rank }: Given, { stack }: GivenAnswers): boolean {
  return rank === ranks.file && (stack?.rank ?? 0) > rank;
}

function doesNothing(option: Option, present: Given, answers: Draft): Fault {
  const where = spelling(present.option, present.value);
  const stack = stackOf(answers);
  if (stack && !takes(stack, option)) {
    const taking = stacksTaking(option).map(({ id }) => id);
    return {
      ...where,
      why: `is no answer for the stack ${stack.id}, which does not take it`,
      remedy: `Leave it out, or use --stack ${taking.join(' or ')}; --help ${stack.id} shows what the stack takes.`,
    };
  }
  return {
    ...where,
    why: `does nothing here: it has a meaning only ${option.applies!.text}`,
    remedy: 'Leave it out, or change what it depends on.',
  };
}

function set<K extends AnswerKey>(answers: Draft, key: K, value: unknown): void {
  answers[key] = value as Answers[K];
}
