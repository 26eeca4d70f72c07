import type { AnswerKey, Answers } from '../answers/answers.js';
import type { Option } from '../answers/option.js';
import { applies, options } from '../answers/options.js';
import { completed, resolve } from '../answers/resolve.js';
import type { GivenAnswers } from '../answers/sources.js';
import { monthlyPrice, pricedRegion, pricesRead } from '../aws/prices.js';
import { findRegion } from '../aws/regions.js';
import { Composition } from './composer.js';
import { numbersIn } from './declarations.js';

/** What a project costs a month while nobody uses it: what is paid by the hour or the month, not what is paid by use. */
export interface Cost {
  /** The region of the prices, whatever the project's own. */
  region: string;
  /** The day on which the prices were read, as 2026-11-29. */
  priced: string;
  /** Most expensive first, and last what has no price. */
  components: CostComponent[];
  /** The sum of what has a price, in USD. */
  monthlyUsd: number;
  /** The components without a price: the project costs more than the sum. */
  notPriced: string[];
  /** Two other answers that would make it cheaper, the larger saving first; fewer where there are not two. */
  savings: Saving[];
}

/** One row: so many of a thing. */
export interface CostComponent {
  component: string;
  quantity: number;
  /** For all of them, in USD; absent where the price is not known. */
  monthlyUsd?: number;
}

/** What one other answer saves, all others left as they are. */
export interface Saving {
  /** As a flag: `--nat single`. */
  answer: string;
  monthlyUsd: number;
  /** What is given up for it, as the end of a sentence. */
  but: string;
}

/** The part that layers bring: lines of what costs something, each `component | quantity | price`. */
export const costPart = 'cost';

/** Less a month is not worth another answer, in USD. */
const leastSaving = 1;

/**
 * What a project with these answers costs a month. Pure, as renderProject is; `answers` must have come through resolve().
 * A line of a layer that cannot be read is our own fault and throws.
 */
export function costOf(answers: Answers): Cost {
  return costOfComposition(new Composition(answers, ''));
}

/** The same of a project that is composed already. */
export function costOfComposition(composition: Composition): Cost {
  const numberOf = remembered(numbersIn(composition));
  const bill = billOf(composition, numberOf);
  return { region: pricedRegion, priced: pricesRead, ...bill, savings: savingsOn(composition, bill, numberOf) };
}

type NumberOf = (factor: string) => number;

function remembered(numberOf: NumberOf): NumberOf {
  const numbers = new Map<string, number>();
  return (factor) => {
    const number = numbers.get(factor) ?? numberOf(factor);
    numbers.set(factor, number);
    return number;
  };
}

type Bill = Pick<Cost, 'components' | 'monthlyUsd' | 'notPriced'>;

/** The lines of all layers; those of the same component are one row. */
function billOf(composition: Composition, numberOf: NumberOf): Bill {
  const rows = new Map<string, { quantity: number; price: string }>();
  for (const line of composition.composer.parts(costPart).join('').split('\n')) {
    if (line === '') continue;
    const [component, quantity, price, ...rest] = line.split(' | ');
    if (!component || !quantity || !price || rest.length > 0)
      throw new Error(`a line of the part ${costPart} is no "component | quantity | price": ${line}`);
    const row = rows.get(component);
    if (row && row.price !== price) throw new Error(`${component} has two prices, ${row.price} and ${price}`);
    rows.set(component, { quantity: (row?.quantity ?? 0) + quantityOf(quantity, numberOf), price });
  }
  const components = [...rows]
    .filter(([, { quantity }]) => quantity > 0)
    .map(([component, { quantity, price }]): CostComponent => {
      const each = monthlyPrice(price);
      return { component, quantity, ...(each === undefined ? {} : { monthlyUsd: cents(quantity * each) }) };
    })
    .sort((a, b) => (b.monthlyUsd ?? -1) - (a.monthlyUsd ?? -1));
  return {
    components,
    monthlyUsd: cents(components.reduce((sum, row) => sum + (row.monthlyUsd ?? 0), 0)),
    notPriced: components.filter((row) => row.monthlyUsd === undefined).map(({ component }) => component),
  };
}

/** `task_count.min x task_cpu / 1024`: factors that are parted by " x ", or by " / " to divide by the next. */
function quantityOf(text: string, numberOf: NumberOf): number {
  const [first, ...more] = text.split(/ ([x/]) /);
  let quantity = numberOf(first!);
  for (let at = 0; at < more.length; at += 2) {
    const factor = numberOf(more[at + 1]!);
    quantity = more[at] === 'x' ? quantity * factor : quantity / factor;
  }
  return quantity;
}

const cents = (usd: number) => Math.round(usd * 100) / 100;

/** The two answers that save most and can be given together, of an option one each. */
function savingsOn(composition: Composition, bill: Bill, numberOf: NumberOf): Saving[] {
  const { answers } = composition;
  // What these answers change is in the lines themselves; what the lines count or look up stays. To write the project again
  // for each of them would take longer than the rest: test/unit/cost.test.ts compares with that.
  const billWith = (others: Answers) => billOf(new Composition(others, '', { like: composition }), numberOf);
  const [first, ...others] = options
    .flatMap((option) => cheaperAnswers(option, answers, bill, billWith))
    .sort((a, b) => b.saving.monthlyUsd - a.saving.monthlyUsd);
  if (!first) return [];
  const second = others.find(
    ({ key, value }) => key !== first.key && withOthers(answers, { [first.key]: first.value, [key]: value }),
  );
  return [first, ...(second ? [second] : [])].map(({ saving }) => saving);
}

interface Cheaper {
  key: AnswerKey;
  value: unknown;
  saving: Saving;
}

function cheaperAnswers(option: Option, answers: Answers, bill: Bill, billWith: (others: Answers) => Bill): Cheaper[] {
  if (!option.cheaper || !applies(option, answers)) return [];
  return option.cheaper(answers).flatMap(({ value, but }) => {
    if (value === answers[option.key]) return [];
    const others = withOthers(answers, { [option.key]: value });
    if (!others) return [];
    const { monthlyUsd, notPriced } = billWith(others);
    const saved = cents(bill.monthlyUsd - monthlyUsd);
    // Two sums that leave out different things cannot be compared.
    if (saved < leastSaving || notPriced.join() !== bill.notPriced.join()) return [];
    const answer = `--${value === false ? 'no-' : ''}${option.flag}${typeof value === 'boolean' ? '' : ` ${String(value)}`}`;
    return [{ key: option.key, value, saving: { answer, monthlyUsd: saved, but } }];
  });
}

/** The answers with others in the place of some; undefined where together they would be refused. */
function withOthers(answers: Answers, others: Readonly<Record<string, unknown>>): Answers | undefined {
  const given: GivenAnswers = Object.fromEntries(
    Object.entries({ ...answers, ...others }).map(([key, value]) => [key, { value, option: key, rank: 0 }]),
  );
  const resolution = resolve(given, { drawSuffix: () => answers.suffix });
  return resolution.faults.length + resolution.missing.length > 0 ? undefined : completed(resolution);
}

/** The cost as the README of a project in `region` shows it, every amount with its cents. */
export function costTable(cost: Cost, region: string): object {
  const usd = (amount: number | undefined) => amount?.toFixed(2) ?? 'not priced';
  return {
    ...cost,
    // By name: the README names the code of no region but its own.
    regionName: findRegion(cost.region)!.name,
    rows: cost.components.map(({ component, quantity, monthlyUsd }) => ({
      component,
      quantity: Number(quantity.toFixed(3)),
      usd: usd(monthlyUsd),
    })),
    otherRegion: region !== cost.region,
    sum: usd(cost.monthlyUsd),
    without: cost.notPriced.join(' and '),
    savings: cost.savings.map(({ answer, monthlyUsd, but }) => ({ answer, usd: usd(monthlyUsd), but })),
  };
}
