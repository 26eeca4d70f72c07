// Writes src/aws/database-classes.json: node scripts/facts-database.mjs <file>, where <file> is what cfn-lint (1.51.0)
// keeps as cfnlint/data/schemas/extensions/aws_rds_dbinstance/dbinstanceclass_enum.json, taken from AWS's price list.
// src/aws/database-classes.ts says how to read the result.
import { readFileSync } from 'node:fs';

import { groupBy, keepFacts, sorted } from './facts.mjs';

/** What our stacks may choose from: current generations, up to 4xlarge. */
const families = /^db\.(?:serverless$|(?:[mr][678][gi]|t3|t4g)\.(?:micro|small|medium|large|xlarge|2xlarge|4xlarge)$)/;
const engines = ['aurora-postgresql', 'aurora-mysql', 'mysql', 'mariadb', 'postgres'];

const source = process.argv.slice(2).find((argument) => !argument.startsWith('--'));
if (!source) throw new Error("Name cfn-lint's dbinstanceclass_enum.json.");
const byRegion = JSON.parse(readFileSync(source, 'utf8'));
const regions = JSON.parse(readFileSync(new URL('../src/aws/regions.json', import.meta.url), 'utf8'));

/** By list of classes, then by engine: the regions that offer exactly these. */
const offers = new Map();
for (const engine of engines) {
  for (const region of Object.keys(regions)) {
    const list = grouped(classesOf(engine, region));
    const offer = offers.get(list) ?? {};
    offers.set(list, { ...offer, [engine]: offer[engine] ? `${offer[engine]} ${region}` : region });
  }
}
await keepFacts(
  'database-classes.json',
  [...offers].map(([classes, where]) => ({ classes, ...where })),
);

function classesOf(engine, region) {
  const { then } = byRegion[region].allOf.find(({ if: { properties } }) => properties.Engine.const === engine);
  return sorted(then.properties.DBInstanceClass.enum).filter((name) => families.test(name));
}

/** `r6g large xlarge, serverless` for db.r6g.large, db.r6g.xlarge and db.serverless. */
function grouped(names) {
  const byFamily = groupBy(names, (name) => name.split('.')[1]);
  return [...byFamily]
    .map(([family, members]) => [family, ...members.flatMap((name) => name.split('.').slice(2))].join(' '))
    .join(', ');
}
