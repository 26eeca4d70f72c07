// Writes src/aws/instance-types.json: node scripts/facts-instances.mjs <folder>, where <folder> is what moto (5.2.5)
// keeps as moto/ec2/resources/instance_type_offerings: what AWS's DescribeInstanceTypeOfferings answered in each region.
// cfn-lint's table, from which the database classes come, has every type in every region.
// src/aws/instance-types.ts says how to read the result.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

import { groupBy, keepFacts, sorted } from './facts.mjs';

/** What a web server may run on: families without a special purpose that are still bought, up to 8xlarge. */
const families = /^(?:t3a?|t4g|[mcr][5678](?:[agi]|[agi]?d|i-flex)?)$/;
const sizes = ['nano', 'micro', 'small', 'medium', 'large', 'xlarge', '2xlarge', '4xlarge', '8xlarge'];

const folder = process.argv.slice(2).find((argument) => !argument.startsWith('--'));
if (!folder) throw new Error("Name moto's folder instance_type_offerings.");
const regions = Object.keys(JSON.parse(readFileSync(new URL('../src/aws/regions.json', import.meta.url), 'utf8')));

/** By family; by region the families that it offers; by zone those of them that it lacks. */
const sizesOf = new Map();
const offers = {};
const lacking = {};
for (const region of regions) {
  const inRegion = familiesOf(offersIn('region', region));
  if (inRegion.length === 0) continue;
  offers[region] = inRegion.join(' ');
  for (const [zone, found] of groupBy(offersIn('availability-zone-id', region), ({ Location }) => Location)) {
    const inZone = familiesOf(found);
    lacking[zone] = inRegion.filter((family) => !inZone.includes(family)).join(' ');
  }
}
const bySizes = groupBy(sorted(sizesOf.keys()), (family) => sizesOf.get(family));
await keepFacts('instance-types.json', {
  sizes: Object.fromEntries([...bySizes].map(([found, names]) => [found, names.join(' ')])),
  offers,
  lacking: Object.fromEntries(sorted(Object.keys(lacking)).map((zone) => [zone, lacking[zone]])),
});

/** What moto has of a region; nothing of one whose offers nobody has fetched. */
function offersIn(kind, region) {
  const file = path.join(folder, kind, `${region}.json.gz`);
  if (!existsSync(file)) return [];
  return JSON.parse(gunzipSync(readFileSync(file)));
}

/** The families of these offers. A family has the same sizes wherever it is; where that ends, the table needs another form. */
function familiesOf(found) {
  const kept = found.filter(({ InstanceType }) => {
    const [family, size] = InstanceType.split('.');
    return families.test(family) && sizes.includes(size);
  });
  const byFamily = groupBy(kept, ({ InstanceType }) => InstanceType.split('.')[0]);
  for (const [family, members] of byFamily) {
    const has = new Set(members.map(({ InstanceType }) => InstanceType.split('.')[1]));
    const list = sizes.filter((size) => has.has(size)).join(' ');
    if ((sizesOf.get(family) ?? list) !== list)
      throw new Error(`${family} has ${list} in one place, and others elsewhere`);
    sizesOf.set(family, list);
  }
  return sorted(byFamily.keys());
}
