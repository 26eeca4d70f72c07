import { wholeSample } from '../../scripts/samples.mjs';
import { check, rules, type CheckResult } from '../../src/rules/check.js';
import { texts, type ProjectFiles } from '../../src/render/project-files.js';
import { memorySources, readHclProject } from '../../src/terraform/read-hcl.js';
import type { Rule } from '../../src/rules/rule.js';
import type { Sample } from './samples.js';

/** What a rule is tried on, beside the example in its own file. */
export interface Fixture {
  /** A change to a golden sample that this rule flags, and no other. */
  mutation: Mutation;
  /** More HCL that it must flag, by what is wrong with it. */
  broken?: Record<string, string>;
  /** More HCL that it must not flag, by what is special about it. */
  sound?: Record<string, string>;
}

export interface Mutation {
  /** A sample of the stack that samples.json begins with, or `<stack>/<sample>`; scripts/samples.mjs says which by default. */
  sample?: string;
  /** Replacements, each of which must change its file. An empty string for `from` writes the file anew. */
  edits: readonly (readonly [file: string, from: string | RegExp, to: string])[];
}

/** The fixtures of one file of rules, by rule. */
export type Fixtures = Record<string, Fixture>;

const everyFixture = import.meta.glob<{ default: Fixtures }>('../rules/fixtures/*.ts', { eager: true });

export const fixtures: ReadonlyMap<string, Fixture> = new Map(
  Object.values(everyFixture).flatMap((module) => Object.entries(module.default)),
);

/** The files in a fixture's text: all of it is main.tf, unless lines such as `#>> backend.hcl` part it. */
export function filesIn(text: string): Map<string, string> {
  const [first = '', ...rest] = text.split(/^#>> (.+)\n/m);
  const files = new Map<string, string>();
  if (first.trim() !== '') files.set('main.tf', first);
  for (let at = 0; at < rest.length; at += 2) files.set(rest[at]!, rest[at + 1]!);
  return files;
}

/** What rules find in a project given by its files. */
export async function checkFiles(files: ProjectFiles, selected: Iterable<Rule> = rules.values()): Promise<CheckResult> {
  return check([await readHclProject(memorySources(texts(files)))], selected);
}

/** Findings as lines to compare and to read. */
export function lines({ findings }: Pick<CheckResult, 'findings'>): string[] {
  return findings.map(
    ({ rule, location, address, message }) =>
      `${rule.name} ${location?.path}:${location?.line} ${address ?? ''} ${message}`,
  );
}

/** The sample that a mutation is made to. */
export function sampleOf({ sample: name }: Mutation, all: readonly Sample[]): Sample {
  const [stack] = wholeSample.split('/');
  const whole = name === undefined ? wholeSample : name.includes('/') ? name : `${stack}/${name}`;
  const sample = all.find((one) => one.name === whole);
  if (!sample) throw new Error(`there is no sample ${whole}`);
  return sample;
}

/** A sample with a mutation made. */
export function mutated(sample: Sample, { edits }: Mutation): Map<string, string> {
  const files = texts(sample.files);
  for (const [file, from, to] of edits) {
    const before = files.get(file);
    if (from === '') {
      files.set(file, to);
      continue;
    }
    if (before === undefined) throw new Error(`${sample.name} has no ${file}`);
    const after = before.replace(from, to);
    if (after === before) throw new Error(`nothing in ${file} of ${sample.name} matches ${String(from)}`);
    files.set(file, after);
  }
  return files;
}
