import { supportsPerformanceInsights, type DatabaseEngine } from '../../aws/database-classes.js';
import type { Answers } from '../../answers/answers.js';
import type { Database } from '../stack.js';

/** The engines of which the layer `rds` knows how to write an instance. */
export type RdsEngine = Extract<DatabaseEngine, 'mysql' | 'postgres'>;

/** What stacks with an instance of RDS say of its engine. */
const engines = {
  mysql: { name: 'MySQL', ending: 'mysql', port: 3306 },
  postgres: { name: 'PostgreSQL', ending: 'postgresql', port: 5432 },
} as const satisfies Record<RdsEngine, object>;

/** The database of a stack that runs `engine` on RDS, a class whose CPU does not burst in production. */
export function rdsDatabase(engine: RdsEngine): Database {
  return {
    engine,
    preferredClasses: {
      ephemeral: ['db.t4g.medium', 'db.t3.medium'],
      production: ['db.m7g.large', 'db.m6g.large', 'db.r7g.large', 'db.r6g.large'],
    },
  };
}

/** What shared layers call it. */
export function rdsWords(engine: RdsEngine): { database: string; databaseEnding: string } {
  return { database: engines[engine].name, databaseEnding: engines[engine].ending };
}

/** What the templates of the layer `rds` ask for. */
export function rdsView(engine: RdsEngine, { performanceInsights, dbInstanceClass }: Answers) {
  return {
    rdsEngine: engine,
    databasePort: engines[engine].port,
    postgresql: engine === 'postgres',
    // Of a class that cannot run it, no scanner misses it.
    leavesOutInsights: !performanceInsights && supportsPerformanceInsights(engine, dbInstanceClass ?? ''),
  };
}
