import { offeredClasses, type DatabaseEngine } from '../../src/aws/database-classes.js';
import { versionedEngines, versionsThatCanBeCreated } from '../../src/aws/engine-versions.js';
import { fargateOffers } from '../../src/aws/fargate-sizes.js';
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
  const engines: DatabaseEngine[] = ['aurora-postgresql', 'aurora-mysql', 'postgres', 'mysql', 'mariadb'];
  const cpus = [256, 512, 1024, 2048, 4096, 8192, 16_384];
  const memories = Array.from({ length: 240 }, (_, index) => (index + 1) * 512);
  return {
    zones: byRegion(zoneNames),
    database_classes: Object.fromEntries(
      engines.map((engine) => [engine, byRegion((region) => offeredClasses(engine, region))]),
    ),
    engine_versions: Object.fromEntries(versionedEngines.map((engine) => [engine, versionsThatCanBeCreated(engine)])),
    fargate_sizes: Object.fromEntries(
      cpus.map((cpu) => [cpu, memories.filter((memory) => fargateOffers(cpu, memory) === true)]),
    ),
  };
}
