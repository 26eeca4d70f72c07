import type { Block, Location, Project, Stage } from '../terraform/project.js';

/**
 * error: the apply fails, or what it makes does not work or is open to others; warning: it works, and costs, breaks or
 * exposes something later; note: a matter of form. The gravest first.
 */
export const severities = ['error', 'warning', 'note'] as const;

export type Severity = (typeof severities)[number];

/** A lesson, as data and one pure function. */
export interface Rule {
  /** Lower case with hyphens, as it is typed in `explain` and in an ignore comment: `alb-two-zones`. */
  name: string;
  severity: Severity;
  /** What must hold. A clause that starts in lower case: `a load balancer is in two availability zones`. */
  title: string;
  /** What happens otherwise, with AWS's or Terraform's own error where it gives one. Sentences. */
  why: string;
  /** What would do. Sentences. */
  remedy: string;
  /** Rows of the catalogue (`S003-02`) or sections of the facts (`facts §9`) that it stands for. */
  catalogue: readonly string[];
  /** Whose projects it is about: anybody's, or only those that this generator wrote, whose conventions it holds. */
  scope?: 'generated';
  /**
   * The first version of Terraform that it is true of, where older ones are in use: it looks at no project that only
   * those run.
   */
  since?: string;
  /** What it can be seen in. */
  stages: readonly Stage[];
  /** Where the fact is from: a page of AWS, HashiCorp or a maintainer. */
  source: string;
  /** The fault and its remedy in HCL, as `explain` shows them and as the tests check them. */
  example: { broken: string; sound: string };
  /** Looks at a project and tells what it finds. Pure; an unknown value makes it abstain. */
  check(project: Project, report: Report): void;
}

/** How a rule tells what it sees. */
export interface Report {
  /**
   * The rule is broken. `at` is the block, or the place in a file for what has no block; `message` says what is wrong
   * with which value, in a sentence without the rule's general reasons; `argument` is the argument it is about.
   */
  finding(at: Block | Location, message: string, argument?: string): void;
  /** It cannot be told, because of a value that is not known; `--verbose` shows where. */
  abstain(at: Block | Location, why: string): void;
  /** The names of all rules, for the one that looks at comments that name them. */
  readonly ruleNames: readonly string[];
}

/** A rule as it stands in its own file. */
export function defineRule(rule: Rule): Rule {
  return rule;
}

/** Rules of one family in one file. */
export function defineRules(...rules: Rule[]): readonly Rule[] {
  return rules;
}
