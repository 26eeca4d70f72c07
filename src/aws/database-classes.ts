import classTable from './database-classes.json' with { type: 'json' };
import { findRegion } from './regions.js';

export type DatabaseEngine = 'aurora-postgresql' | 'aurora-mysql' | 'mysql' | 'mariadb' | 'postgres';

const offered: Partial<Record<DatabaseEngine, Record<string, string[]>>> = classTable;

/**
 * AWS's published lists name a few burstable classes that Aurora PostgreSQL's API refuses: it takes none below
 * medium and none above large.
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.DBInstanceClass.SupportAurora.html
 */
const refusedByAurora = /^db\.t\d+[a-z]*\.(?!medium$|large$)/;

/**
 * The instance classes that `engine` offers in the region with code `region`, in AWS's order of family and size;
 * empty for an unknown region or an engine whose table is not here.
 */
export function offeredClasses(engine: DatabaseEngine, region: string): string[] {
  if (!findRegion(region)) return [];
  const classes = offered[engine]?.[region] ?? [];
  return engine.startsWith('aurora-') ? classes.filter((name) => !refusedByAurora.test(name)) : classes;
}

/**
 * Classes that Performance Insights does not run on, by engine; an engine that is not here has no such class.
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_DatabaseInsights.Engines.html
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DatabaseInsights.Engines.html
 */
const withoutPerformanceInsights: Partial<Record<DatabaseEngine, RegExp>> = {
  'aurora-mysql': /^db\.(t2\.|t3\.|t4g\.(micro|small)$)/,
  mysql: /^db\.(t2|t3|t4g)\.(micro|small)$/,
  mariadb: /^db\.(t2|t3|t4g)\.(micro|small)$/,
};

/** Whether Performance Insights runs on instances of class `name` (`db.r7g.large`) under `engine`. */
export function supportsPerformanceInsights(engine: DatabaseEngine, name: string): boolean {
  return !withoutPerformanceInsights[engine]?.test(name);
}
