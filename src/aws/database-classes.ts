import classTable from './database-classes.json' with { type: 'json' };
import { findRegion } from './regions.js';

/** The engines whose classes are listed here. */
export const databaseEngines = ['aurora-postgresql', 'aurora-mysql', 'mysql', 'mariadb', 'postgres'] as const;

export type DatabaseEngine = (typeof databaseEngines)[number];

/**
 * Lists of classes (`r6g large xlarge, serverless` is db.r6g.large, db.r6g.xlarge and db.serverless) and, by engine, the
 * regions that offer exactly these. Source: AWS's price list as cfn-lint carries it; written by
 * scripts/facts-database.mjs, which keeps current generations up to 4xlarge.
 */
const offers: readonly ({ classes: string } & Partial<Record<DatabaseEngine, string>>)[] = classTable;

/** What the table lists; undefined for an engine or a region that is not in it. */
function listedClasses(engine: DatabaseEngine, region: string): string[] | undefined {
  return offers
    .find((offer) => offer[engine]?.split(' ').includes(region))
    ?.classes.split(', ')
    .flatMap(familyClasses);
}

function familyClasses(family: string): string[] {
  const [name, ...sizes] = family.split(' ');
  return sizes.length === 0 ? [`db.${name}`] : sizes.map((size) => `db.${name}.${size}`);
}

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
  const classes = listedClasses(engine, region) ?? [];
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

/**
 * Whether `engine` (any value of the `engine` argument) offers class `name` in the region with code `region`; undefined
 * where the facts cannot tell: another engine or region, a family that the table does not have, or a size above it.
 */
export function databaseClassOffered(engine: string, region: string, name: string): boolean | undefined {
  if (!isKnown(engine) || !findRegion(region)) return undefined;
  return judge(engine, name, listedClasses(engine, region) ?? []);
}

/**
 * Whether `engine` offers class `name` in any region; undefined where the facts cannot tell, as in databaseClassOffered.
 */
export function databaseClassExists(engine: string, name: string): boolean | undefined {
  return isKnown(engine) ? judge(engine, name, everyClass(engine)) : undefined;
}

function isKnown(engine: string): engine is DatabaseEngine {
  return offers.some((offer) => engine !== 'classes' && Object.hasOwn(offer, engine));
}

function everyClass(engine: DatabaseEngine): string[] {
  return offers.filter((offer) => offer[engine]).flatMap(({ classes }) => classes.split(', ').flatMap(familyClasses));
}

function judge(engine: DatabaseEngine, name: string, listed: readonly string[]): boolean | undefined {
  if (isExcluded(engine, name)) return false;
  // Aurora MySQL's own documentation has db.t3.small for version 2 only, and no db.t4g but medium and large.
  if (listed.includes(name)) return engine === 'aurora-mysql' && refusedByAurora.test(name) ? undefined : true;
  const [, family, size = ''] = /^db\.([^.]+)(?:\.(.+))?$/.exec(name) ?? [];
  const isCovered = everyClass(engine).some((covered) => covered.split('.')[1] === family);
  return isCovered && !isAboveTable(size) ? false : undefined;
}

/** The table ends at 4xlarge, and has no class with a third part (`db.r5.large.tpc1.mem2x`). */
function isAboveTable(size: string): boolean {
  return size.includes('.') || size.includes('metal') || Number(/^(\d+)xlarge$/.exec(size)?.[1] ?? 0) > 4;
}

/**
 * Classes that an engine has nowhere, whatever the table leaves out.
 * - Every class starts with `db.`.
 * - Aurora has no general-purpose classes, and Aurora PostgreSQL no db.t2 and none that refusedByAurora names.
 *   https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.DBInstanceClass.SupportAurora.html
 * - db.serverless is Aurora Serverless v2.
 *   https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.html
 */
function isExcluded(engine: DatabaseEngine, name: string): boolean {
  if (!name.startsWith('db.')) return true;
  if (!engine.startsWith('aurora-')) return name === 'db.serverless';
  if (/^db\.m\d/.test(name)) return true;
  return engine === 'aurora-postgresql' && (name.startsWith('db.t2.') || refusedByAurora.test(name));
}
