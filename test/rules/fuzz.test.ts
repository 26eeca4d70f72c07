import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { wholeSample } from '../../scripts/samples.mjs';
import { texts } from '../../src/render/project-files.js';
import { check } from '../../src/rules/check.js';
import { parseHcl } from '../../src/terraform/parse.js';
import { HclError } from '../../src/terraform/syntax.js';
import { memorySources, readHclProject } from '../../src/terraform/read-hcl.js';
import { NotReadable, readPlan, readState } from '../../src/terraform/read-json.js';
import { bounds } from '../support/bounds.mjs';
import { samples } from '../support/samples.js';

const whole = texts(samples().find(({ name }) => name === wholeSample)!.files);
const files = [...whole].filter(([name]) => /^[\w-]+\.tf$/.test(name));
const seeded = { seed: 20261124 };

/** One of the sample's files, cut off, with a piece taken out, or with something put in. */
const damaged = fc
  .record({
    file: fc.constantFrom(...files),
    from: fc.nat(10_000),
    length: fc.nat(200),
    junk: fc.oneof(
      fc.string(),
      fc.constantFrom('{', '}', '[', ']', '(', '"', '${', '%{', '<<-EOT\n', 'EOT', '\u0000', '/*', '#', '?', '...'),
    ),
    way: fc.constantFrom('cut', 'take out', 'put in'),
  })
  .map(({ file: [name, text], from, length, junk, way }) => {
    const at = from % text.length;
    if (way === 'cut') return { name, text: text.slice(0, at) };
    return {
      name,
      text: text.slice(0, at) + (way === 'put in' ? junk : '') + text.slice(way === 'take out' ? at + length : at),
    };
  });

/** What reading gives: a project, or an error that names file and line. */
async function read(sources: ReadonlyMap<string, string>) {
  try {
    return await readHclProject(memorySources(sources));
  } catch (error) {
    if (!(error instanceof HclError)) throw error;
    expect(error.path).not.toBe('');
    expect(error.line).toBeGreaterThan(0);
    return undefined;
  }
}

describe('whatever is read', () => {
  it('random text gives a named error with a line, or is HCL', async () => {
    let readable = 0;
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 2000 }), async (text) => {
        if (await read(new Map([['main.tf', text]]))) readable++;
      }),
      { ...seeded, numRuns: 500 },
    );
    expect(readable).toBeLessThan(100);
  });

  it('damaged files do so too, and what can be read can be checked', async () => {
    let checked = 0;
    await fc.assert(
      fc.asyncProperty(damaged, async ({ name, text }) => {
        const project = await read(new Map([...whole, [name, text]]));
        if (project && check([project]).resources > 0) checked++;
      }),
      { ...seeded, numRuns: 60 },
    );
    expect(checked).toBeGreaterThan(5);
  });

  it('values of any kind in any argument are checked', async () => {
    let checked = 0;
    const values = [
      'null',
      '{}',
      '[]',
      '[null]',
      '""',
      '-1',
      'true',
      '{ a = [1] }',
      'var.nowhere',
      'local.nothing[0].x',
      'aws_vpc.this',
      '[aws_vpc.this]',
      '"${aws_vpc.this.id}-x"',
      'jsonencode([])',
      'tomap({})',
      '[for x in var.nowhere : x.y]',
      '"*"',
    ];
    const lines = files.flatMap(([name, text]) =>
      text.split('\n').flatMap((line, at) => (/^ +\w+ += [^{[(<]+$/.test(line) ? [{ name, at }] : [])),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...lines), fc.constantFrom(...values)), { minLength: 1, maxLength: 12 }),
        async (changes) => {
          const changed = new Map(whole);
          for (const [{ name, at }, value] of changes) {
            const rows = changed.get(name)!.split('\n');
            rows[at] = rows[at]!.replace(/= .*$/, () => `= ${value}`);
            changed.set(name, rows.join('\n'));
          }
          const project = await read(changed);
          if (project && check([project]).findings.length > 0) checked++;
        },
      ),
      { ...seeded, numRuns: 150 },
    );
    expect(checked).toBeGreaterThan(20);
  });

  it.each([
    ['many open brackets', 'a = '.concat('['.repeat(100_000))],
    ['many nested calls', 'a = '.concat('f('.repeat(50_000))],
    ['many open interpolations', 'a = '.concat('"${'.repeat(20_000))],
    ['a long chain of conditions', 'a = '.concat('true ? 1 : '.repeat(3000), '2')],
    ['a long chain of sums', 'a = 1'.concat(' + 1'.repeat(3000))],
    ['a long line of quotes', '"'.repeat(100_000)],
    ['a heredoc without end', 'a = <<EOT\n'.concat('x\n'.repeat(50_000))],
  ])('%s end soon', async (_title, text) => {
    const start = performance.now();
    await read(new Map([['main.tf', `locals {\n  ${text}\n}\n`]]));
    expect(performance.now() - start).toBeLessThan(bounds.atOnce);
  });

  it('resources by the billion end soon', async () => {
    const project = await read(
      new Map([
        ['main.tf', 'resource "aws_vpc" "a" {\n  count = 1000000000\n}\nlocals {\n  a = range(1000000000)\n}\n'],
      ]),
    );
    expect(project!.resources.length).toBeLessThan(10_000);
    const call = (source: string) => `module "many" {\n  source = "${source}"\n  count = 2000\n}\n`;
    const nested = await read(
      new Map([
        ['main.tf', call('./one')],
        ['one/main.tf', call('./two')],
        ['one/two/main.tf', 'resource "aws_vpc" "a" {\n  count = 2000\n}\n'],
      ]),
    );
    expect(nested!.resources.length).toBeLessThan(100_000);
  });

  it.each([
    '',
    '{}',
    '[]',
    'null',
    '{"planned_values":{}}',
    '{"values":{"root_module":{"resources":[{}]}}}',
    'PK\u0003',
  ])('a plan or state such as %j gives a named error, or is one', (text) => {
    for (const readShown of [readPlan, readState]) {
      try {
        check([readShown(text)]);
      } catch (error) {
        expect(error).toBeInstanceOf(NotReadable);
      }
    }
  });

  it('files of other systems are read the same', async () => {
    const [plain, windows] = await parseHcl(
      new Map([
        ['a.tf', 'locals {\n  a = "x"\n}\n'],
        ['b.tf', '\uFEFFlocals {\r\n  a = "x"\r\n}\r\n'],
      ]),
    );
    expect(windows!.body).toEqual(plain!.body);
  });
});
