import { compare } from 'compare-versions';
import { own } from '../own.js';

/** The day up to which the dates below were compared with AWS's pages; rules have no clock. */
export const checkedOn = '2026-11-01';

interface MajorVersion {
  /** The last day of standard support; absent where it is after `checkedOn` and not announced here. */
  supportedUntil?: string;
  /** RDS creates no database of it any more. */
  retired?: true;
}

/**
 * Major versions of the engines that RDS and Aurora run, the oldest first.
 * - RDS for MySQL: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/MySQL.Concepts.VersionMgmt.html
 * - RDS for PostgreSQL: https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html
 * - RDS for MariaDB: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/MariaDB.Concepts.VersionMgmt.html
 * - Aurora: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.VersionPolicy.html
 */
const majorVersions: Readonly<Record<string, Readonly<Record<string, MajorVersion>>>> = {
  mysql: {
    '5.5': { retired: true },
    '5.6': { retired: true },
    '5.7': { supportedUntil: '2024-02-29' },
    '8.0': { supportedUntil: '2026-07-31' },
    '8.4': { supportedUntil: '2029-07-31' },
  },
  postgres: {
    '9.3': { retired: true },
    '9.4': { retired: true },
    '9.5': { retired: true },
    '9.6': { retired: true },
    '10': { retired: true },
    '11': { supportedUntil: '2024-02-29' },
    '12': { supportedUntil: '2025-02-28' },
    '13': { supportedUntil: '2026-02-28' },
    '14': {},
    '15': {},
    '16': {},
    '17': {},
    '18': {},
  },
  mariadb: {
    '10.0': { retired: true },
    '10.1': { retired: true },
    '10.2': { retired: true },
    '10.3': { retired: true },
    '10.4': { supportedUntil: '2025-02-28' },
    '10.5': { supportedUntil: '2026-02-28' },
    '10.6': { supportedUntil: '2026-08-31' },
    '10.11': {},
    '11.4': {},
    '11.8': {},
  },
  'aurora-postgresql': {
    '9.6': { retired: true },
    '10': { retired: true },
    '11': { supportedUntil: '2024-02-29' },
    '12': { supportedUntil: '2025-02-28' },
    '13': { supportedUntil: '2026-02-28' },
    '14': {},
    '15': {},
    '16': {},
    '17': {},
    '18': {},
  },
  'aurora-mysql': {
    '5.6': { retired: true },
    '5.7': { supportedUntil: '2024-10-31' },
    '8.0': { supportedUntil: '2028-04-30' },
    '8.4': {},
  },
};

/** The engines whose versions are listed here. */
export const versionedEngines: readonly string[] = Object.keys(majorVersions);

/**
 * The major version in what the argument `engine_version` says (`8.0` of `8.0.mysql_aurora.3.04.0`, `16` of `16.3`);
 * undefined for an engine that is not listed, or what is no version.
 */
export function majorVersionOf(engine: string, version: string): string | undefined {
  if (!Object.hasOwn(majorVersions, engine)) return undefined;
  const [, first, second] = /^(\d+)(?:\.(\d+))?/.exec(version) ?? [];
  if (first === undefined) return undefined;
  const oneNumber = engine.endsWith('postgres') || engine.endsWith('postgresql');
  if (oneNumber && Number(first) >= 10) return first;
  return second === undefined ? undefined : `${first}.${second}`;
}

export type VersionStatus = 'supported' | 'unsupported' | 'retired' | 'unheard-of';

/**
 * How a major version stands: `unsupported` past its standard support, `unheard-of` if it is older than the newest that
 * is listed and not listed itself. Undefined for what may have come out since.
 */
export function versionStatus(engine: string, major: string): VersionStatus | undefined {
  const versions = own(majorVersions, engine);
  if (!versions) return undefined;
  const known = own(versions, major);
  if (known?.retired) return 'retired';
  if (known)
    return known.supportedUntil !== undefined && known.supportedUntil < checkedOn ? 'unsupported' : 'supported';
  return compare(major, Object.keys(versions).at(-1)!, '<') ? 'unheard-of' : undefined;
}

/** The major versions of a listed engine that RDS still creates databases of, the oldest first. */
export function versionsThatCanBeCreated(engine: string): string[] {
  return Object.entries(own(majorVersions, engine) ?? {})
    .filter(([, { retired }]) => !retired)
    .map(([major]) => major);
}

/** The last day of a major version's standard support, where it is listed. */
export function supportedUntil(engine: string, major: string): string | undefined {
  return own(own(majorVersions, engine) ?? {}, major)?.supportedUntil;
}

/**
 * Minor versions of Aurora that AWS keeps for three years or more, and the pattern of a minor version at all.
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.VersionPolicy.Support.html
 */
const auroraMinors: Readonly<Record<string, { minor: RegExp; longTerm: RegExp }>> = {
  'aurora-postgresql': {
    minor: /^\d{2}\.\d+/,
    longTerm: /^(?:11\.9|12\.9|13\.9|14\.6|15\.10|16\.8|17\.7)(?:\.|$)/,
  },
  'aurora-mysql': {
    minor: /^\d\.\d\.mysql_aurora\.\d+\.\d+/,
    longTerm: /^(?:8\.0\.mysql_aurora\.3\.(?:04|10)|5\.7\.mysql_aurora\.2\.(?:07|11))(?:\.|$)/,
  },
};

/** Whether `version` names a minor version of Aurora that AWS keeps for about a year only. */
export function isShortLivedMinor(engine: string, version: string): boolean {
  const minors = own(auroraMinors, engine);
  return minors !== undefined && minors.minor.test(version) && !minors.longTerm.test(version);
}
