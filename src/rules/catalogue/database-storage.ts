import { defineRule } from '../rule.js';

const instance = (lines: string) => `resource "aws_db_instance" "main" {
  engine            = "postgres"
  storage_type      = "gp3"
  allocated_storage = 100
${lines}}
`;

/** The GiB from which on gp3 can be given more than it has, by the beginning of the engine; SQL Server has no such line. */
const thresholds: readonly (readonly [engine: RegExp, size: number])[] = [
  [/^(mysql|mariadb|postgres|db2-)/, 400],
  [/^oracle-/, 200],
];

export default defineRule({
  name: 'database-gp3-performance',
  severity: 'error',
  title: 'a small database on gp3 takes the speed that the storage has',
  why: 'CreateDBInstance answers "InvalidParameterCombination: You can\'t specify IOPS or storage throughput for engine postgres and a storage size less than 400."',
  remedy:
    'Leave iops and storage_throughput out, which gives 3000 and 125 MiB/s, or allocate 400 GiB (200 for Oracle) and more.',
  catalogue: ['S000-15'],
  // What a plan shows of a database that is there has the values that AWS chose.
  stages: ['hcl'],
  source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html#gp3-storage',
  example: {
    broken: instance('  iops              = 3000\n'),
    sound: instance(''),
  },
  check(project, { finding }) {
    for (const instance of project.all('aws_db_instance')) {
      // A copy takes its size from what it is of.
      if (instance.text('storage_type') !== 'gp3' || instance.has('replicate_source_db')) continue;
      const engine = instance.text('engine') ?? '';
      const threshold = thresholds.find(([name]) => name.test(engine))?.[1];
      const size = instance.number('allocated_storage');
      if (threshold === undefined || size === undefined || size >= threshold) continue;
      const set = ['iops', 'storage_throughput'].find((name) => (instance.number(name) ?? 0) > 0);
      if (set !== undefined) finding(instance, `has ${size} GiB of gp3 and sets ${set}`, set);
    }
  },
});
