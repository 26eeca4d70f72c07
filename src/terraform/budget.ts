import { interruptible } from './interruptible.js';
import type { Cut, Location } from './location.js';
import { isList, isMap, Json, Many, Text, Unknown, unknown, type Value } from './value.js';

/**
 * What a run may cost. A project of ten thousand resources stays far below each of these; what is beyond is not
 * evaluated, which is said with its place. limitMeanings says what each counts.
 */
export const limits = {
  steps: 20_000_000,
  stepsOfOne: 5_000_000,
  stepsInReserve: 200,
  text: 1_000_000,
  list: 50_000,
  size: 4_000_000,
  nesting: 100,
  depth: 500,
  ofOne: 2000,
  instances: 50_000,
  modules: 5000,
  nodes: 2_500_000,
  statements: 1000,
  folders: 500,
  line: 1_000_000,
  pattern: 10_000,
  seconds: 20,
} as const;

/** What each limit counts, for the documentation. */
export const limitMeanings: Readonly<Record<keyof typeof limits, string>> = {
  steps: 'steps of a run: expressions evaluated; elements, and 16 characters each, copied',
  stepsOfOne: 'steps of one argument, local value or output',
  stepsInReserve:
    'steps of each that is evaluated after all steps of the run are used: enough for what is written plainly',
  text: 'characters of a text that is made',
  list: 'elements of a list, set, map or object that is made; keys and values of a map count each',
  size: 'characters that a value holds in all; each value in it counts 16 more',
  nesting: 'levels of values in values',
  depth: 'levels of expressions in expressions; an argument or local value that another needs counts four',
  ofOne: 'instances of one resource or module call, and blocks of one dynamic block',
  instances: 'such instances and blocks of a run; of each there is one all the same',
  modules: 'calls of modules, each instance one',
  nodes: 'nodes of the syntax of all files; a resource has about fifty',
  statements: 'statements of one policy; AWS takes none that has as many',
  folders: 'folders of modules',
  line: 'characters of a line of a file in HCL',
  pattern: 'characters of a regular expression',
  seconds: 'seconds that reading and checking take together, unless --time-limit says otherwise',
};

/** Thrown where a limit is reached; what was being evaluated is unknown then. */
export class LimitReached extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'LimitReached';
  }
}

/**
 * The limit that an error says was reached, as a clause; undefined for any other error. JavaScript's stack is one too: what
 * a project nests is bounded, and what refers to what can be as long a chain as somebody likes.
 */
export function limitIn(error: unknown): string | undefined {
  if (error instanceof LimitReached) return error.message;
  const isStack = error instanceof RangeError && error.message.includes('call stack');
  return isStack ? 'what refers to what is too long a chain' : undefined;
}

/** Places that are told; a project can have as many as it likes. */
const mostTold = 200;

/** Asking for the time takes longer than what is counted. */
const ticksPerClock = 256;

/** Milliseconds in which what looks at the clock itself ends by itself. */
const grace = 1000;

/** How many steps a millisecond counts, for work whose steps cannot be counted. */
const stepsPerMillisecond = 2000;

/** What is left of a run's limits, and where they were reached. All that a run reads shares one. */
export class Budget {
  readonly cuts: Cut[] = [];
  private readonly told = new Set<string>();
  private used = 0;
  /** Steps that the argument in hand may still take. */
  private left: number = limits.stepsOfOne;
  private depth = 0;
  private instancesLeft: number = limits.instances;
  private modulesLeft: number = limits.modules;
  private nodesLeft: number = limits.nodes;
  private elapsed = 0;
  private startedAt: number | undefined;
  private over = false;
  private untilClock = ticksPerClock;

  /** `seconds`: how long reading and checking may take together. */
  constructor(readonly seconds: number = limits.seconds) {}

  /** Notes that a limit was reached. Of those that have no place, which are about the whole run, each is told. */
  cut(what: string, location?: Location): void {
    // One end of time cuts everything that comes after it.
    const place = this.over ? undefined : location;
    const key = `${place?.path}:${place?.line}: ${what}`;
    if (this.told.has(key) || (place && this.told.size > mostTold)) return;
    this.told.add(key);
    const isLast = place && this.told.size > mostTold;
    this.cuts.push(
      isLast
        ? { what: 'limits were reached in more places than are named' }
        : { what, ...(place ? { location: place } : {}) },
    );
  }

  /** Takes steps. Throws LimitReached where there are none left. */
  spend(steps: number): void {
    this.used += steps;
    this.left -= steps;
    if (this.left < 0) throw new LimitReached('it takes too many steps to evaluate');
    this.tick();
  }

  /** Lets what is done count as time. Throws LimitReached where there is none left. */
  tick(): void {
    if (--this.untilClock > 0 && !this.over) return;
    this.untilClock = ticksPerClock;
    if (this.isOver()) throw new LimitReached(this.timeUp());
  }

  /** The clause that says that there is no time left. */
  timeUp(): string {
    return `the run has taken ${this.seconds} seconds (--time-limit)`;
  }

  /** Whether the time is used up, which stays so. */
  isOver(): boolean {
    this.over ||=
      this.startedAt !== undefined && this.elapsed + performance.now() - this.startedAt > this.seconds * 1000;
    return this.over;
  }

  /** Counts the time that `work` takes. */
  async timed<T>(work: () => Promise<T>): Promise<T> {
    const end = this.startClock();
    try {
      return await work();
    } finally {
      end();
    }
  }

  /**
   * Does `work`, and ends it wherever it is, as within a regular expression, where it goes on for longer than the time that
   * is left. Throws LimitReached then; nothing that was under way can be relied upon any more.
   */
  interruptible<T>(work: () => T): T {
    const end = this.startClock();
    try {
      const elapsed = this.elapsed + performance.now() - (this.startedAt ?? 0);
      return interruptible(work, Math.max(0, this.seconds * 1000 - elapsed) + grace);
    } catch (error) {
      const isTimeOut = (error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
      this.over ||= isTimeOut;
      const limit = isTimeOut ? this.timeUp() : limitIn(error);
      throw limit === undefined ? error : new LimitReached(limit);
    } finally {
      end();
    }
  }

  /** Counts time from now on; what is returned ends that. */
  startClock(): () => void {
    if (this.startedAt !== undefined) return () => {};
    this.startedAt = performance.now();
    return () => {
      this.elapsed += performance.now() - (this.startedAt ?? 0);
      this.startedAt = undefined;
    };
  }

  /** Takes steps for the time that `work` takes. Throws LimitReached as spend() does. */
  spendTime<T>(work: () => T): T {
    const start = performance.now();
    const result = work();
    this.spend(Math.floor((performance.now() - start) * stepsPerMillisecond));
    return result;
  }

  /** Does what evaluates one argument or local, with steps of its own, a little deeper than what asks for it. */
  forOne<T>(evaluation: () => T): T {
    this.enter(depthOfOne);
    const before = this.left;
    this.left = Math.max(limits.stepsInReserve, Math.min(limits.stepsOfOne, limits.steps - this.used));
    try {
      return evaluation();
    } finally {
      this.leave(depthOfOne);
      this.left = before;
    }
  }

  /** Goes deeper. Throws LimitReached, and stays, where that is too deep; whoever has gone leaves again in a `finally`. */
  enter(levels = 1): void {
    if (this.depth + levels > limits.depth) throw new LimitReached('it is nested too deep to evaluate');
    this.depth += levels;
  }

  leave(levels = 1): void {
    this.depth -= levels;
  }

  /** A value that was made just now, or unknown where nobody could use it. Throws LimitReached for one that is too large. */
  made(value: Value): Value {
    if (typeof value === 'number') return Number.isFinite(value) ? value : unknown;
    if (typeof value === 'string') {
      this.refuseText(value.length);
      if (value.length > charactersPerStep) this.spend(Math.floor(value.length / charactersPerStep));
    } else if (value instanceof Unknown) {
      if ((value.symbol?.length ?? 0) > longestSymbol) return unknown;
    } else if (typeof value === 'object' && value !== null) {
      const { size } = this.measure(value, 0);
      if (size > limits.size) throw new LimitReached(`a value would hold more than ${shown(limits.size)} characters`);
    }
    return value;
  }

  /** Throws LimitReached for a text of so many characters. */
  refuseText(length: number): void {
    if (length > limits.text) throw new LimitReached(`a text would have more than ${shown(limits.text)} characters`);
  }

  /** Throws LimitReached for a list of so many elements. */
  refuseList(length: number): void {
    if (length > limits.list) throw new LimitReached(`a list would have more than ${shown(limits.list)} elements`);
  }

  /** How much a value holds, in characters; each value in it counts 16. */
  sizeOf(value: Value): number {
    return this.measure(value, 0).size;
  }

  private measure(value: Value, depth: number): Measure {
    if (typeof value === 'string') return { size: sizeOfOne + value.length, nesting: 0 };
    if (typeof value !== 'object' || value === null) return single;
    if (value instanceof Unknown) return { size: sizeOfOne + (value.symbol?.length ?? 0), nesting: 0 };
    const known = measures.get(value);
    if (known) return known;
    const children = childrenOf(value);
    if (!children) return single;
    if (depth > limits.nesting) throw new LimitReached(`a value is nested more than ${limits.nesting} levels deep`);
    this.refuseList(children.length);
    this.spend(children.length);
    let size = sizeOfOne;
    let nesting = 0;
    for (const child of children) {
      const inner = this.measure(child, depth + 1);
      size += inner.size;
      nesting = Math.max(nesting, inner.nesting);
    }
    // What is encoded has escapes, and so has what is encoded once more.
    const measure = { size: value instanceof Json ? 2 * size : size, nesting: nesting + 1 };
    if (measure.nesting > limits.nesting)
      throw new LimitReached(`a value is nested more than ${limits.nesting} levels deep`);
    measures.set(value, measure);
    return measure;
  }

  /** How many of the instances that are asked for are made; where they are not all, that is noted. */
  grant(wanted: number, what: string, location: Location): number {
    // However many others there are, there is one of each, so that what is wrong with it is seen.
    const granted = Math.min(wanted, limits.ofOne, Math.max(1, this.instancesLeft));
    this.instancesLeft -= granted;
    if (granted < wanted) this.cut(`${shown(granted)} of ${shown(wanted)} ${what} are looked at`, location);
    return granted;
  }

  /** Whether so many more nodes of syntax are read. */
  grantNodes(count: number): boolean {
    this.nodesLeft -= count;
    return this.nodesLeft >= 0;
  }

  /** Whether one more call of a module is looked into; where it is not, that is noted. */
  grantModule(location: Location): boolean {
    if (this.modulesLeft-- > 0) return true;
    this.cut(`more than ${shown(limits.modules)} calls of modules`, location);
    return false;
  }
}

interface Measure {
  size: number;
  nesting: number;
}

const sizeOfOne = 16;
const single: Measure = { size: sizeOfOne, nesting: 0 };
const charactersPerStep = 16;
/** Longer than any address; a name made of names can be of any length. */
const longestSymbol = 4096;
/** How much deeper one argument is than what asks for it, in JavaScript's stack, as against one expression in another. */
const depthOfOne = 4;

/** Of values that do not change any more. */
const measures = new WeakMap<object, Measure>();

function childrenOf(value: Value): readonly Value[] | undefined {
  if (isList(value)) return value;
  if (isMap(value)) return [...value].flat();
  if (value instanceof Text) return value.parts;
  if (value instanceof Json) return [value.value];
  return value instanceof Many ? [value.each] : undefined;
}

function shown(count: number): string {
  return Number.isFinite(count) ? Math.round(count).toLocaleString('en-US') : 'endlessly many';
}
