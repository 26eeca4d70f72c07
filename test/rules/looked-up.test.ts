import { describe, expect, it } from 'vitest';

import { rules } from '../../src/rules/check.js';
import { checkFiles, fixtures } from '../support/rules.js';

/** Rules that are right of what is only looked up: they tell how a reference is written, or what it is given. */
const rightOfDataSources = new Set([
  'alarm-load-balancer-dimension',
  'application-not-database-master',
  'attribute-exists',
  'cloudfront-certificate-region',
  // Its name is an argument that the data source needs, and that is taken out here.
  'dms-role-names',
  'kms-argument-arn',
  'kms-key-as-returned',
  'log-group-arn-form',
  'output-sensitive',
  'stable-arguments',
  'waf-log-group-policy',
]);

/** A text in which one resource is looked up in place of made, once for each that others refer to. */
function lookedUp(text: string): { address: string; text: string }[] {
  return [...text.matchAll(/^resource "(aws_\w+)" "(\w+)"/gm)].flatMap(([head, type, name]) => {
    const address = `data.${type}.${name}`;
    const referred = text.replaceAll(new RegExp(`(?<![.\\w])${type}\\.${name}\\b`, 'g'), address);
    const start = referred.indexOf(head);
    const end = referred.indexOf('\n}', start);
    if (referred === text || end < 0) return [];
    const block = `data "${type}" "${name}" {}`;
    return [{ address, text: `${referred.slice(0, start)}${block}${referred.slice(end + 2)}` }];
  });
}

describe('what is only looked up', () => {
  it('is accused of nothing that a data source does not say', { timeout: 60_000 }, async () => {
    const wrong: string[] = [];
    for (const rule of rules.values()) {
      if (rightOfDataSources.has(rule.name) || rule.scope === 'generated') continue;
      const texts = [rule.example.broken, ...Object.values(fixtures.get(rule.name)?.broken ?? {})];
      for (const { address, text } of texts.filter((one) => !one.includes('#>>')).flatMap(lookedUp)) {
        const { findings } = await checkFiles(new Map([['main.tf', text]]), [rule]);
        const told = findings.filter((finding) => `${finding.address} ${finding.message}`.includes(address));
        wrong.push(...told.map(({ message }) => `${rule.name}: ${message}`));
      }
    }
    expect(wrong).toEqual([]);
  });
});
