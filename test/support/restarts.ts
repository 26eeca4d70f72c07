import { CharSet, combineTransformers, JS, NFA, transform, Transformers, type NoParent, type Expression } from 'refa';

type Part = NoParent<Expression>['alternatives'][number]['elements'][number];

/**
 * Whether a text that repeats a word takes a regular expression more than linear time: after the same word, the search
 * may be in one loop or in another that it has come to from there, so that it tries a change from one to the other at
 * every repetition. Looking for a start is such a loop. It knows of words what `scslre` knows of characters; what looks
 * ahead in the middle is taken for met.
 *
 * Weber and Seidl, On the degree of ambiguity of finite automata: a state p, another q, and a word that leads from p to
 * p, from p to q, and from q to q.
 */
export function restarts(source: string, flags: string): boolean {
  const parser = JS.Parser.fromLiteral({ source, flags });
  const { expression, maxCharacter } = parser.parse({ assertions: 'parse', backreferences: 'throw' });
  const all = CharSet.all(maxCharacter);
  const anything = (): Part => ({
    type: 'Quantifier',
    min: 0,
    max: Infinity,
    lazy: false,
    alternatives: [{ type: 'Concatenation', elements: [{ type: 'CharacterClass', characters: all }] }],
  });
  const before = () => (flags.includes('y') ? [] : [anything()]);
  const whole: NoParent<Expression> = {
    type: 'Expression',
    alternatives: expression.alternatives
      .flatMap(({ elements }) => spread(elements))
      .map((elements) => ({ type: 'Concatenation', elements: [...before(), ...copied(elements), anything()] })),
  };
  const resolved = transform(
    combineTransformers([
      Transformers.inline(),
      Transformers.removeDeadBranches(),
      Transformers.removeUnnecessaryAssertions(),
      Transformers.applyAssertions(),
    ]),
    whole,
  );
  const nfa = NFA.fromRegex(resolved, { maxCharacter }, { assertions: 'ignore' }, new NFA.LimitedNodeFactory(100_000));
  return isAmbiguous(nfa, all);
}

/** One list for each way through the groups that come first, so that each `^` is seen to be at the start. */
function spread([first, ...rest]: readonly Part[]): Part[][] {
  if (first?.type !== 'Alternation') return [first ? [first, ...rest] : []];
  return first.alternatives.flatMap(({ elements }) => spread([...elements, ...rest]));
}

/** A copy for each way, since what simplifies an expression changes it in place. */
function copied<T>(part: T): T {
  if (typeof part !== 'object' || part === null || part instanceof CharSet) return part;
  if (Array.isArray(part)) return part.map(copied) as T;
  const kept = Object.entries(part).filter(([name]) => name !== 'source' && name !== 'parent');
  return Object.fromEntries(kept.map(([name, value]) => [name, copied(value)])) as T;
}

type Edge = readonly [to: number, characters: ReadonlySet<number>];

function isAmbiguous(nfa: NFA, all: CharSet): boolean {
  const nodes = [...nfa.nodes()];
  const index = new Map(nodes.map((node, at) => [node, at]));
  const atoms = atomsOf(
    nodes.flatMap((node) => [...node.out.values()]),
    all,
  );
  const edges = nodes.map((node) =>
    [...node.out].map(([to, characters]): Edge => [
      index.get(to)!,
      new Set(atoms.flatMap((atom, at) => (characters.has(atom) ? [at] : []))),
    ]),
  );
  const reached = nodes.map((_, from) => reachedFrom(from, edges));
  const inLoop = (state: number) => reached[state]!.has(state);
  const isTail = (state: number) =>
    nfa.finals.has(nodes[state]!) && nodes[state]!.out.get(nodes[state]!)?.equals(all) === true;
  // From there nothing can fail any more.
  const isCertain = (state: number) =>
    isTail(state) ||
    (nfa.finals.has(nodes[state]!) && edges[state]!.some(([to, { size }]) => isTail(to) && size === atoms.length));
  const loops = nodes.map((_, at) => at).filter((state) => inLoop(state) && !isCertain(state));
  return loops.some((p) => loops.some((q) => p !== q && reached[p]!.has(q) && pumps(p, q, edges, reached)));
}

/** Whether a word leads from p to p, from p to q, and from q to q. */
function pumps(
  p: number,
  q: number,
  edges: readonly (readonly Edge[])[],
  reached: readonly ReadonlySet<number>[],
): boolean {
  const size = edges.length;
  const seen = new Set<number>();
  const queue: [number, number, number][] = [[p, p, q]];
  for (const [first, middle, last] of queue) {
    for (const [a, byA] of edges[first]!) {
      if (!reached[a]!.has(p)) continue;
      for (const [c, byC] of edges[last]!) {
        if (!reached[c]!.has(q)) continue;
        for (const [b, byB] of edges[middle]!) {
          if (b !== q && !reached[b]!.has(q)) continue;
          const key = (a * size + b) * size + c;
          if (seen.has(key) || ![...byB].some((atom) => byA.has(atom) && byC.has(atom))) continue;
          if (a === p && b === q && c === q) return true;
          seen.add(key);
          queue.push([a, b, c]);
        }
      }
    }
  }
  return false;
}

function reachedFrom(from: number, edges: readonly (readonly Edge[])[]): Set<number> {
  const reached = new Set(edges[from]!.map(([to]) => to));
  for (const state of reached) for (const [to] of edges[state]!) reached.add(to);
  return reached;
}

/** A character of each kind between which the sets make no difference. */
function atomsOf(sets: readonly CharSet[], all: CharSet): number[] {
  const starts = new Set(sets.flatMap((set) => set.ranges.flatMap(({ min, max }) => [min, max + 1])));
  const distinct = [...new Set(sets)];
  const byKind = new Map<string, number>();
  for (const start of new Set([0, ...starts]))
    if (all.has(start)) byKind.set(distinct.map((set) => (set.has(start) ? '1' : '0')).join(''), start);
  return [...byKind.values()];
}
