import type { Answers } from '../answers/answers.js';
import type { DatabaseEngine } from '../aws/database-classes.js';
import type { ResourceName } from '../aws/name-limits.js';

/** One kind of project that can be generated. */
export interface Stack {
  id: string;
  title: string;
  databaseEngine: DatabaseEngine;
  /** The classes a new project gets, the best first; the first that the region offers is taken. */
  preferredDatabaseClasses: Record<Answers['profile'], readonly string[]>;
  /** Every name whose length depends on the answers. */
  names: readonly ResourceName[];
  /** Folders under templates/ that make up the project, in the order their parts are joined. */
  layers(answers: Answers): string[];
}
