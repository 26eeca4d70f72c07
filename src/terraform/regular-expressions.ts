import type { Matcher, RE2JS } from 're2js';

import { LimitReached, limits, type Budget } from './budget.js';
import { EvaluationError } from './evaluation-error.js';
import { unknown, type Value } from './value.js';

const compiled = new Map<string, RE2JS | undefined>();

/**
 * Terraform's regular expressions are RE2's, which need time in proportion to the text, whatever the pattern is.
 * https://developer.hashicorp.com/terraform/language/functions/regex
 * Undefined for a pattern that is none here.
 */
function compile(pattern: string, budget: Budget): RE2JS | undefined {
  if (compiled.has(pattern)) return compiled.get(pattern);
  // What it compiles to can be a thousand times as large.
  if (pattern.length > limits.pattern) throw new LimitReached(`a pattern has more than ${limits.pattern} characters`);
  // Loaded when the first pattern is met: most projects have none.
  // oxlint-disable-next-line typescript/no-require-imports
  const engine = require('re2js') as typeof import('re2js');
  const made = budget.spendTime(() => {
    try {
      return engine.RE2JS.compile(pattern);
    } catch {
      return undefined;
    }
  });
  if (compiled.size >= mostCompiled) compiled.clear();
  compiled.set(pattern, made);
  return made;
}

/** A `for` asks for the same pattern again and again. */
const mostCompiled = 100;

/** What regex() gives: the match, a list of its groups or a map of its named groups. Throws EvaluationError where none is found. */
export function firstMatch(pattern: string, text: string, budget: Budget): Value {
  const expression = compile(pattern, budget);
  if (!expression) return unknown;
  const found = matches(expression, text, budget, 1);
  if (found.length === 0) throw new EvaluationError('does not match');
  return found[0]!;
}

/** What regexall() gives: every match, each as regex() would give it. */
export function allMatches(pattern: string, text: string, budget: Budget): Value {
  const expression = compile(pattern, budget);
  return expression ? matches(expression, text, budget, Infinity) : unknown;
}

function matches(expression: RE2JS, text: string, budget: Budget, most: number): Value[] {
  const names = Object.keys(expression.namedGroups());
  const found: Value[] = [];
  for (const matcher of eachMatch(expression, text, budget)) {
    budget.refuseList(found.length);
    if (names.length > 0) found.push(new Map(names.map((name) => [name, matcher.group(name)])));
    else if (matcher.groupCount() > 0)
      found.push(Array.from({ length: matcher.groupCount() }, (_, at) => matcher.group(at + 1)));
    else found.push(matcher.group());
    if (found.length >= most) break;
  }
  return found;
}

/** The matcher at each match, as Go counts them: an empty one right behind another is none. */
function* eachMatch(expression: RE2JS, text: string, budget: Budget): Generator<Matcher> {
  const matcher = expression.matcher(text);
  let end = -1;
  while (budget.spendTime(() => matcher.find())) {
    if (matcher.start() === matcher.end() && matcher.end() === end) continue;
    end = matcher.end();
    yield matcher;
  }
}

/** What replace() gives for a search text between slashes, with `$1` and `${name}` in its replacement. */
export function replacePattern(pattern: string, text: string, replacement: string, budget: Budget): Value {
  const expression = compile(pattern, budget);
  if (!expression) return unknown;
  const names = expression.namedGroups();
  let result = '';
  let from = 0;
  for (const matcher of eachMatch(expression, text, budget)) {
    // https://pkg.go.dev/regexp#Regexp.Expand
    const filled = replacement.replace(/\$(?:(\$)|\{(\w+)\}|(\w+))/g, (_, dollar, braced, bare) => {
      if (dollar) return '$';
      const name = (braced ?? bare) as string;
      if (/^\d+$/.test(name)) return Number(name) <= matcher.groupCount() ? (matcher.group(Number(name)) ?? '') : '';
      return Object.hasOwn(names, name) ? (matcher.group(name) ?? '') : '';
    });
    result += text.slice(from, matcher.start()) + filled;
    budget.refuseText(result.length);
    from = matcher.end();
  }
  return result + text.slice(from);
}
