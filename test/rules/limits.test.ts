import { afterEach, describe, expect, it, vi } from 'vitest';

import { check, rules } from '../../src/rules/check.js';
import { Budget, limits } from '../../src/terraform/budget.js';
import { memorySources, readHclProject } from '../../src/terraform/read-hcl.js';
import { readPlan, readState } from '../../src/terraform/read-json.js';
import { bounds } from '../support/bounds.mjs';

/** What is wrong in every project here; whatever else is in it, this must be found. */
const broken = `
resource "aws_lb" "app" {
  name    = "app"
  subnets = ["subnet-11111111"]
}
`;

async function checked(texts: Readonly<Record<string, string>>) {
  const start = performance.now();
  const files = new Map(Object.entries({ 'z.tf': broken, ...texts }));
  const project = await readHclProject(memorySources(files));
  const result = check([project]);
  expect(performance.now() - start).toBeLessThan(bounds.atOnce);
  expect(result.findings.map(({ rule }) => rule.name)).toContain('alb-two-zones');
  return result;
}

const doubling = (last: number, first: string, next: (before: string) => string) =>
  `locals {\n  a0 = ${first}\n${Array.from({ length: last }, (_, at) => `  a${at + 1} = ${next(`local.a${at}`)}\n`).join('')}}\n`;
const many = (count: number, line: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => line(at)).join('\n');

describe('what one run cannot bear is unknown, and said with its place', () => {
  it.each([
    ['lists that double', doubling(40, '[1, 2]', (a) => `concat(${a}, ${a})`), /a list would have more than 50,000/],
    ['lists in lists', doubling(40, '[1, 2]', (a) => `[${a}, ${a}]`), /would hold more than 4,000,000 characters/],
    ['maps in maps', doubling(40, '{ a = 1 }', (a) => `{ a = ${a}, b = ${a} }`), /would hold more than/],
    [
      'texts that double',
      doubling(40, '"xxxxxxxx"', (a) => `"\${${a}}\${${a}}"`),
      /a text would have more than 1,000,000/,
    ],
    ['texts of texts', doubling(40, '"x"', (a) => `join("", [for i in range(1000) : ${a}])`), /would h/],
    ['names of names', doubling(40, 'var.x', (a) => `${a}[${a}]`), undefined],
    ['JSON of JSON', doubling(120, '"\\""', (a) => `jsonencode(${a})`), /would hold more than|levels deep/],
    ['products', 'locals {\n  r = range(1000)\n  a = setproduct(local.r, local.r, local.r)\n}\n', /a list would have/],
    [
      'steps',
      'locals {\n  r = range(1000)\n  a = [for a in local.r : length([for b in local.r : length([for c in local.r : c])])]\n}\n',
      /too many steps/,
    ],
    ['padding', 'locals {\n  a = indent(1000000000, "a\\nb")\n}\n', /a text would have/],
    ['separators', `locals {\n  a = join("${'x'.repeat(10_000)}", range(1000))\n}\n`, /a text would have/],
    [
      'replacements',
      `locals {\n  a = replace("${'a'.repeat(10_000)}", "a", "${'x'.repeat(10_000)}")\n}\n`,
      /a text would have/,
    ],
    [
      'replaced patterns',
      `locals {\n  a = replace("${'a'.repeat(10_000)}", "/a/", "${'x'.repeat(10_000)}")\n}\n`,
      /a text would have/,
    ],
    [
      'depth of values',
      `locals {\n  a = ${'['.repeat(150)}${']'.repeat(150)}\n}\n`,
      /nested more than 100 levels deep/,
    ],
    [
      'depth of locals',
      `locals {\n${many(4000, (at) => `  a${at} = local.a${at + 1}`)}\n  a4000 = 1\n}\n`,
      /nested too deep/,
    ],
    ['a text of many lines', `locals {\n  a = <<EOT\n${'0123456789\n'.repeat(100_000)}EOT\n}\n`, /a text would have/],
    [
      'instances',
      'resource "aws_sns_topic" "a" {\n  count = 1e9\n}\n',
      /2,000 of 1,000,000,000 instances of aws_sns_topic.a/,
    ],
    [
      'instances of many',
      many(30, (at) => `resource "aws_sns_topic" "a${at}" {\n  count = 2000\n}\n`),
      /1 of 2,000 instances/,
    ],
    ['a heredoc of many lines', `locals {\n  a = <<-EOT\n${'    x\n'.repeat(150_000)}EOT\n}\n`, undefined],
    [
      'blocks',
      'resource "aws_security_group" "a" {\n  dynamic "ingress" {\n    for_each = flatten([for i in range(100) : range(100)])\n    content {\n      from_port = ingress.value\n    }\n  }\n}\n',
      /2,000 of 10,000 ingress blocks/,
    ],
    [
      'statements',
      `data "aws_iam_policy_document" "a" {\n${many(1500, () => '  statement {\n    actions = ["s3:GetObject"]\n  }')}\n}\nresource "aws_iam_policy" "a" {\n  policy = data.aws_iam_policy_document.a.json\n}\n`,
      /1000 of 1500 statements/,
    ],
  ])('%s', async (_title, text, what) => {
    const { cuts } = await checked({ 'main.tf': text });
    if (!what) return;
    const found = cuts.filter((cut) => what.test(cut.what));
    expect(found.length, JSON.stringify(cuts.slice(0, 5))).toBeGreaterThan(0);
    for (const { location } of found) expect(location).toMatchObject({ path: 'main.tf' });
  });

  it('modules that call one another', async () => {
    const calls = (to: string) => many(9, (at) => `module "m${at}" {\n  source = "${to}"\n}\n`);
    const { cuts } = await checked({
      'main.tf': calls('./a'),
      ...Object.fromEntries(
        Array.from({ length: 8 }, (_, depth) => [
          `${Array(depth + 1)
            .fill('a')
            .join('/')}/main.tf`,
          calls('./a'),
        ]),
      ),
    });
    expect(cuts.some(({ what }) => /more than 5,000 calls of modules/.test(what))).toBe(true);
  });

  it('nothing is said of what stays within', async () => {
    const { cuts } = await checked({
      'main.tf': `locals {\n  a = [for i in range(1000) : "${'x'.repeat(500)}-\${i}"]\n  b = { for x in local.a : x => x }\n}\n`,
    });
    expect(cuts).toEqual([]);
  });

  it('each argument has steps of its own, and something is left for what comes after all are used', async () => {
    const loop = '[for a in local.r : [for b in local.r : [for c in local.r : c]]]';
    const { cuts } = await checked({
      'main.tf': `locals {\n  r = range(1000)\n${many(8, (at) => `  a${at} = ${loop}`)}\n}\n`,
    });
    expect(cuts).toHaveLength(8);
  });
});

describe('what is beyond a limit', () => {
  it('does not make what comes after unknown, however often it is reached', async () => {
    const chain = many(13_000, (at) => `  a${at} = local.a${at + 1}`);
    const { cuts } = await checked({ 'main.tf': `locals {\n${chain}\n  a13000 = 1\n}\n` });
    expect(cuts.length).toBeGreaterThan(50);
  });

  it('is told of the whole run even where more places are told than are named', async () => {
    const project = await readHclProject(
      memorySources(
        new Map([
          ['main.tf', `locals {\n${many(300, (at) => `  a${at} = range(2)[${at}] == indent(9999999, "\\n")`)}\n}\n`],
        ]),
      ),
    );
    project.budget.cut('the whole run');
    const { cuts } = check([project]);
    expect(cuts[0]).toEqual({ what: 'the whole run' });
    expect(cuts.length).toBeLessThan(210);
  });

  it('makes no finding of instances that are not all', async () => {
    const pair = (count: number) =>
      `resource "aws_s3_bucket" "b" {\n  count = ${count}\n}\nresource "aws_s3_bucket_public_access_block" "b" {\n  count = ${count}\n  bucket = aws_s3_bucket.b[count.index].id\n  block_public_acls = true\n  block_public_policy = true\n  ignore_public_acls = true\n  restrict_public_buckets = true\n}\n`;
    for (const count of [limits.ofOne - 1, limits.ofOne + 1]) {
      const { findings, cuts } = await checked({ 'main.tf': pair(count) });
      expect(findings.map(({ rule }) => rule.name)).not.toContain('bucket-public-access-block');
      expect(cuts).toHaveLength(count > limits.ofOne ? 2 : 0);
    }
  });

  it('is not reached by what says of itself how often it is there', async () => {
    const { cuts, unfinished } = await checked({
      'main.tf':
        'locals {\n  count = floor("x", count.index)\n}\nresource "aws_sns_topic" "a" {\n  count = floor("x", count.index)\n  name  = floor("x", count.index)\n}\n',
    });
    expect([...cuts, ...unfinished]).toEqual([]);
  });

  it('is not reached by calls without arguments, which terraform refuses', async () => {
    const names = ['jsonencode', 'tolist', 'tomap', 'min', 'max', 'floor', 'keys', 'transpose', 'sensitive', 'format'];
    const { cuts } = await checked({
      'main.tf': `locals {\n${names.map((name) => `  ${name} = "\${${name}()}-x"`).join('\n')}\n}\n`,
    });
    expect(cuts).toEqual([]);
  });

  it('is told of a policy in an object', async () => {
    const statements = many(1500, () => '{ Effect = "Allow", Action = "s3:GetObject", Resource = "*" },');
    const { cuts } = await checked({
      'main.tf': `resource "aws_iam_role" "a" {\n  inline_policy = [{ name = "a", policy = jsonencode({ Statement = [${statements}] }) }]\n}\n`,
    });
    expect(cuts.map(({ what }) => what)).toEqual(['1000 of 1500 statements are looked at']);
  });

  it('in a plan of many instances is only which of them are meant', () => {
    const resources = (type: string, keys: readonly (string | number)[], values: object) =>
      keys.map((index) => ({
        address: `${type}.b[${JSON.stringify(index)}]`,
        mode: 'managed',
        type,
        name: 'b',
        index,
        values,
      }));
    const numbers = Array.from({ length: 150 }, (_, at) => at);
    const plan = readPlan(
      JSON.stringify({
        planned_values: {
          root_module: {
            resources: [
              ...resources('aws_s3_bucket', numbers, {}),
              ...resources(
                'aws_s3_bucket_public_access_block',
                numbers.map((at) => `k${at}`),
                {
                  block_public_acls: true,
                  block_public_policy: true,
                  ignore_public_acls: true,
                  restrict_public_buckets: true,
                },
              ),
            ],
          },
        },
        configuration: {
          root_module: {
            resources: [
              { address: 'aws_s3_bucket.b', expressions: {} },
              {
                address: 'aws_s3_bucket_public_access_block.b',
                expressions: { bucket: { references: ['aws_s3_bucket.b', 'each.value'] } },
              },
            ],
          },
        },
      }),
    );
    expect(check([plan]).findings.map(({ rule }) => rule.name)).not.toContain('bucket-public-access-block');
  });
});

describe('JSON of any depth', () => {
  const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

  it('is read as far as anybody nests it, and what is deeper is said', () => {
    const resource = `{"address":"aws_sns_topic.a","type":"aws_sns_topic","name":"a","mode":"managed","values":{"name":"x","tags":${deep(50_000)}}}`;
    const plan = readPlan(`{"planned_values":{"root_module":{"resources":[${resource}]}}}`);
    const state = readState(`{"values":{"root_module":{"resources":[${resource}],"child_modules":${deep(50_000)}}}}`);
    for (const project of [plan, state]) {
      const { cuts, resources } = check([project]);
      expect(resources).toBe(1);
      expect(cuts.map(({ what }) => what)).toEqual([
        'what is nested more than 200 levels deep in the plan or state is not looked at',
      ]);
    }
  });

  it('in values is unknown', async () => {
    const { findings } = await checked({
      'main.tf': `resource "aws_iam_policy" "a" {\n  policy = "{\\"Statement\\":${deep(50_000)}}"\n}\n`,
      'terraform.tfvars.json': `{"a":${deep(50_000)}}`,
    });
    expect(findings.length).toBeGreaterThan(0);
  });
});

describe('the time of a run', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('ends it, and the rules that have not looked at everything are named', async () => {
    const project = await readHclProject(memorySources(new Map([['main.tf', broken]])));
    let time = performance.now();
    vi.spyOn(performance, 'now').mockImplementation(() => (time += 1000));
    const { cuts, unfinished } = check([project]);
    expect(unfinished.length).toBeGreaterThan(100);
    expect(cuts.map(({ what }) => what)).toEqual([
      expect.stringMatching(
        /^the run has taken 20 seconds \(--time-limit\), and these rules have not looked at .* more$/,
      ),
    ]);
  });

  it('ends a rule wherever it is, and keeps what was found before', async () => {
    const budget = new Budget(1);
    const project = await readHclProject(memorySources(new Map([['main.tf', broken]])), { budget });
    const found = rules.get('alb-two-zones')!;
    const endless = { ...found, name: 'zzz', check: () => void /^(a+)+$/.test(`${'a'.repeat(50)}b`) };
    const { findings, unfinished } = check([project], [found, endless]);
    expect(findings.map(({ rule }) => rule.name)).toEqual(['alb-two-zones']);
    expect(unfinished).toEqual(['zzz']);
  });

  it('ends reading, which is said with the file', async () => {
    const budget = new Budget(1e-6);
    await expect(readHclProject(memorySources(new Map([['main.tf', broken]])), { budget })).rejects.toThrow(
      'is not read to its end: the run has taken',
    );
  });

  it('is what reading and checking take, and not what passes between', async () => {
    const budget = new Budget(limits.seconds);
    const project = await readHclProject(memorySources(new Map([['main.tf', broken]])), { budget });
    const later = performance.now() + 1000 * limits.seconds;
    vi.spyOn(performance, 'now').mockReturnValue(later);
    expect(check([project]).cuts).toEqual([]);
  });
});
