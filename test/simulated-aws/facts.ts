import {
  databaseClassOffered,
  databaseEngines,
  offeredClasses,
  supportsPerformanceInsights,
  type DatabaseEngine,
} from '../../src/aws/database-classes.js';
import { versionedEngines, versionsThatCanBeCreated } from '../../src/aws/engine-versions.js';
import { fargateCpus, fargateOffers } from '../../src/aws/fargate-sizes.js';
import { regionCodes, regions } from '../../src/aws/regions.js';

/**
 * Regions in which a letter is missing.
 * https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html
 */
const zoneLetters: Record<string, string> = { 'ap-northeast-1': 'acd', 'ca-central-1': 'abd' };

/** The names of a region's availability zones, as an account can count on seeing them: `us-west-1a`, `us-west-1b`. */
export function zoneNames(region: string): string[] {
  const letters = zoneLetters[region] ?? 'abcdefgh'.slice(0, regions[region]?.zones);
  return [...letters].map((letter) => region + letter);
}

/** The facts that the simulator refuses by, from the generator's own tables; the shape is simulator/facts.py's. */
export function simulatorFacts(): object {
  const byRegion = <T>(fact: (region: string) => T) =>
    Object.fromEntries(regionCodes.map((region) => [region, fact(region)]));
  const byEngine = (fact: (engine: DatabaseEngine, region: string) => string[]) =>
    Object.fromEntries(databaseEngines.map((engine) => [engine, byRegion((region) => fact(engine, region))]));
  const classes = everyClass();
  const memories = Array.from({ length: 240 }, (_, index) => (index + 1) * 512);
  return {
    zones: byRegion(zoneNames),
    database_classes: byEngine(offeredClasses),
    refused_classes: byEngine((engine, region) =>
      classes.filter((name) => databaseClassOffered(engine, region, name) === false),
    ),
    classes_without_insights: Object.fromEntries(
      databaseEngines.map((engine) => [engine, classes.filter((name) => !supportsPerformanceInsights(engine, name))]),
    ),
    engine_versions: Object.fromEntries(versionedEngines.map((engine) => [engine, versionsThatCanBeCreated(engine)])),
    fargate_sizes: Object.fromEntries(
      fargateCpus.map((cpu) => [cpu, memories.filter((memory) => fargateOffers(cpu, memory) === true)]),
    ),
  };
}

/** Every class that some engine offers somewhere, and every size that a family could have. */
function everyClass(): string[] {
  const offered = databaseEngines.flatMap((engine) => regionCodes.flatMap((region) => offeredClasses(engine, region)));
  const families = new Set(offered.map((name) => name.split('.')[1]));
  const sizes = new Set([...offered.map((name) => name.split('.')[2] ?? ''), 'micro', '3xlarge']);
  const made = [...families].flatMap((family) => [...sizes].filter(Boolean).map((size) => `db.${family}.${size}`));
  return [...new Set([...offered, ...made])];
}
