import type { AnswerKey, Answers, Draft } from '../answers/answers.js';
import type { AnyOption } from '../answers/option.js';
import type { DatabaseEngine } from '../aws/database-classes.js';
import type { ResourceName } from '../aws/name-limits.js';

/** The database of a stack. */
export interface Database {
  engine: DatabaseEngine;
  /** The classes a new project gets, the best first; the first that the region offers is taken. */
  preferredClasses: Readonly<Record<Answers['profile'], readonly string[]>>;
}

/** An answer that a stack decides by itself. */
export interface FixedAnswer<T = string | number | boolean> {
  value: T;
  /** Why there is nothing to choose, as the end of a sentence: `API Gateway speaks HTTPS only`. */
  why: string;
}

/** What layers that several stacks share call things, in their comments, descriptions and messages. */
export interface StackWords {
  /** What runs the application: `task`, `a task` and `tasks`. */
  workload: { one: string; a: string; many: string };
  /** The database, for layers that speak of one: `Aurora`. */
  database?: string;
  /** The last part of the name of the database: `aurora`. */
  databaseEnding?: string;
  /** What the private ways to AWS APIs are for: `Image pulls, logs and secrets`. */
  privateCalls?: string;
  /** What the workload reaches where there is no NAT gateway: `the VPC, S3 and ...`. */
  reaches?: string;
  /** The AWS APIs that it calls, for who brings a VPC with endpoints: `ECR, CloudWatch Logs and Secrets Manager`. */
  calls?: string;
  /** What deletion_protection protects. */
  deletionProtected: string;
  /** Where logs are kept: `in CloudWatch`. */
  logsKept: string;
  /** What force_destroy deletes; absent where there are no buckets. */
  forceDestroyed?: string;
  /** What AWS WAF protects, and its name in the configuration. */
  protects?: { noun: string; label: string };
}

/** One kind of project that can be generated: all that is said of it outside of templates/ and golden/. */
export interface Stack {
  id: string;
  /** Its place among the stacks, from 1 on; the first is the default. */
  place: number;
  /** One line, for the first question, --list and the project's README. */
  title: string;
  /** The shared options that it takes, beside those that every stack takes. */
  takes: readonly AnswerKey[];
  /** Options that no other stack has; their keys are declared in the stack's file. */
  options?: readonly AnyOption[];
  /** Regions in which AWS lacks something that it cannot do without, and what that is. */
  lacking?: { regions: ReadonlySet<string>; what: string };
  /** Defaults that differ from the option table's. */
  defaults?: Readonly<Partial<Answers>>;
  /** Shared options that it takes and decides by itself: nobody is asked, and another value is refused. */
  fixed?: { readonly [K in AnswerKey]?: FixedAnswer<Extract<Answers[K], string | number | boolean>> };
  /** Its database, where it has one; what the answers decide of it may be missing from the draft. */
  database?(draft: Draft): Database;
  /** Every name whose length depends on the answers, but for those that every project has. */
  names: readonly ResourceName[];
  /** Folders under templates/ that make up the project, the lowest first, but for those that every project has. */
  layers(answers: Answers): string[];
  /** The parts of README.md that its layers bring, in the order in which they are read. */
  readme: readonly string[];
  /** What the layers that it shares with others call things. */
  words(answers: Answers): StackWords;
  /** What its own templates see beside the answers and what follows from them. */
  view?(answers: Answers): object;
  /** What must be known of a project with these answers and could be taken for granted: a sentence, at the end of `create`. */
  warning?(answers: Answers): string | undefined;
  /** What the summary says of it before the last question, as labels and values. */
  summary(answers: Answers): [label: string, value: string][];
}
