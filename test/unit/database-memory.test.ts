import { describe, expect, it } from 'vitest';

import { offeredClasses } from '../../src/aws/database-classes.js';
import { regionCodes } from '../../src/aws/regions.js';
import { texts } from '../../src/render/project-files.js';
import { memorySources, readHclProject } from '../../src/terraform/read-hcl.js';
import { samples } from '../support/samples.js';

/**
 * GiB of memory by class, as AWS lists them.
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.DBInstanceClass.Summary.html
 */
const documented: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  t3: { medium: 4, large: 8 },
  t4g: { medium: 4, large: 8 },
  ...sizes(['r5', 'r6i'], { large: 16, xlarge: 32, '2xlarge': 64, '4xlarge': 128, '8xlarge': 256 }),
  ...sizes(['r6g', 'r6gd', 'r7g'], { large: 16, xlarge: 32, '2xlarge': 64, '12xlarge': 384, '16xlarge': 512 }),
  ...sizes(['r7i', 'r8g', 'r8gd'], { large: 16, '4xlarge': 128, '24xlarge': 768, '48xlarge': 1536 }),
  r6id: { '24xlarge': 768, '32xlarge': 1024 },
  x2g: { large: 32, xlarge: 64, '2xlarge': 128, '4xlarge': 256, '8xlarge': 512, '12xlarge': 768, '16xlarge': 1024 },
};

function sizes(families: readonly string[], memory: Readonly<Record<string, number>>): typeof documented {
  return Object.fromEntries(families.map((family) => [family, memory]));
}

const classes = Object.entries(documented).flatMap(([family, memory]) =>
  Object.entries(memory).map(([size, gib]) => [`db.${family}.${size}`, gib] as const),
);

const [sample] = samples();
const files = new Map([...texts(sample!.files)].filter(([file]) => /^(monitoring|variables)\.tf$/.test(file)));

/** The thresholds of the alarms on the database's memory and connections, with values for variables. */
async function thresholds(values: string): Promise<Record<string, number | undefined>> {
  const project = await readHclProject(memorySources(new Map([...files, ['terraform.tfvars', values]])));
  const alarms = project.all('aws_cloudwatch_metric_alarm');
  const threshold = (name: string) => alarms.find((alarm) => alarm.name === name)?.number('threshold');
  return { memory: threshold('database_memory'), connections: threshold('database_connections') };
}

describe('the alarms on the database', () => {
  it.each(classes)('follow the memory of %s, %i GiB', async (name, gib) => {
    const bytes = gib * 1024 ** 3;
    expect(await thresholds(`db_instance_class = "${name}"\n`)).toEqual({
      memory: Math.floor(bytes * 0.05),
      connections: Math.floor(Math.min(bytes / 9531392, 5000) * 0.75),
    });
  });

  it.each([
    [0.5, 8, 16, 2000],
    [1, 8, 16, 5000],
    [2, 64, 128, 5000],
  ])('follow the capacity of db.serverless from %d to %d', async (min, max, gib, most) => {
    const bytes = gib * 1024 ** 3;
    const values = `db_instance_class = "db.serverless"\ndb_serverless_capacity = { min = ${min}, max = ${max} }\n`;
    expect(await thresholds(values)).toEqual({
      memory: Math.floor(bytes * 0.05),
      connections: Math.floor(Math.min(bytes / 9531392, most) * 0.75),
    });
  });

  it('are there for every class that a region offers', async () => {
    const offered = new Set(regionCodes.flatMap((region) => offeredClasses('aurora-postgresql', region)));
    for (const name of offered) {
      const { memory } = await thresholds(`db_instance_class = "${name}"\n`);
      expect(memory, name).toBeGreaterThan(0);
    }
  });
});
