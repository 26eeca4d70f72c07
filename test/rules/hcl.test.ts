import { describe, expect, it } from 'vitest';

import { texts } from '../../src/render/project-files.js';
import { parseHcl } from '../../src/terraform/parse.js';
import { rules } from '../../src/rules/check.js';
import { comparable, oracle } from '../support/hcl-oracle.js';
import { filesIn, fixtures } from '../support/rules.js';
import { samples } from '../support/samples.js';

/** What HashiCorp's parser refuses and ours reads on from: argument-once, line-ends and names-are-identifiers tell it. */
const leftToRules = new RegExp(
  [
    'Attribute redefined',
    'Missing newline after',
    'Invalid single-argument block definition',
    'Argument definition required',
    'Invalid block definition',
    'Missing attribute separator',
    'Invalid expression',
    'Invalid string literal',
  ].join('|'),
);

/** Every .tf file of the samples, and every text of the rules' fixtures, by where it is from. */
function everyText(): Map<string, string> {
  const found = new Map<string, string>();
  for (const { name, files } of samples()) {
    for (const [file, text] of texts(files)) if (file.endsWith('.tf')) found.set(`${name}/${file}`, text);
  }
  const add = (title: string, text: string) => {
    for (const [file, part] of filesIn(text)) if (file.endsWith('.tf')) found.set(`${title}/${file}`, part);
  };
  for (const { name, example } of rules.values()) {
    add(`${name}/broken`, example.broken);
    add(`${name}/sound`, example.sound);
    for (const kind of ['broken', 'sound'] as const) {
      for (const [title, text] of Object.entries(fixtures.get(name)?.[kind] ?? {})) add(`${name}/${title}`, text);
    }
  }
  return found;
}

describe('what is read is what HashiCorp’s parser reads', () => {
  it.each([...everyText()])('%s', async (name, text) => {
    const [file] = await parseHcl(new Map([[name, text]]));
    const theirs = await oracle(name, text).catch((error: Error) => error);
    // What is HCL and refused all the same is left to a rule.
    if (theirs instanceof Error) expect(theirs.message).toMatch(leftToRules);
    else expect(comparable(file!.body)).toEqual(theirs);
  });
});
