import type { Files, Row } from '../attack.js';

function around(open: string, middle: string, close: string, depth: number): string {
  return `${open.repeat(depth)}${middle}${close.repeat(depth)}`;
}

/** An expression in each place where one is read. */
function inPlaces(title: string, expression: string): Row {
  return {
    title,
    files: {
      'main.tf': `variable "v" {
  default = "v"
}
locals {
  x = ${expression}
}
resource "aws_s3_bucket" "b" {
  count  = ${expression}
  bucket = ${expression}
  tags   = { x = local.x }
}
`,
    },
  };
}

function row(title: string, files: Files): Row {
  return { title, files };
}

const expressions: Readonly<Record<string, string>> = {
  brackets: around('[', '', ']', 20_000),
  'open brackets': '['.repeat(20_000),
  parentheses: around('(', '1', ')', 20_000),
  objects: around('{ a = ', '1', ' }', 10_000),
  attributes: `var.v${'.a'.repeat(20_000)}`,
  indexes: `var.v${'[0]'.repeat(20_000)}`,
  splats: `var.v${'[*]'.repeat(5000)}`,
  'splats of old': `var.v${'.*.a'.repeat(5000)}`,
  'indexes in indexes': around('var.v[', '0', ']', 10_000),
  denials: `${'!'.repeat(20_000)}true`,
  'signs of numbers': `${'-'.repeat(20_000)}1`,
  sums: `1${' + 1'.repeat(20_000)}`,
  'sums to the right': around('1 + (', '1', ')', 10_000),
  ands: `true${' && true'.repeat(20_000)}`,
  conditions: `${'true ? 1 : '.repeat(10_000)}2`,
  'conditions in the middle': around('true ? ', '1', ' : 2', 10_000),
  calls: around('abs(', '1', ')', 10_000),
  'calls of what is not there': around('f(', '1', ')', 10_000),
  templates: around('"${', '1', '}"', 3000),
  'templates with text': around('"a${', '"b"', '}"', 3000),
  directives: `"${around('%{ if true }', 'x', '%{ endif }', 5000)}"`,
  'loops in loops': around('[for x in [1] : ', '1', ']', 3000),
  'loops in collections': around('[for x in ', '[1]', ' : x]', 3000),
  'json in text': `jsondecode("${around('[', '', ']', 20_000)}")`,
  'objects of json in text': `jsondecode("${around('{\\"a\\":', '1', '}', 20_000)}")`,
  'json of json': around('jsonencode(jsondecode(', '"1"', '))', 3000),
  'a heredoc of json': `<<EOT\n${around('[', '', ']', 20_000)}\nEOT\n`,
  'flatten of depth': `flatten(${around('[', '1', ']', 10_000)})`,
  types: `try(${around('{ a = [', '1', '] }', 5000)}, 1)`,
};

/** `l0` is of `l1`, and so on to the last. */
function chain(length: number, last: string, of: (next: string) => string = (next) => next): string {
  const lines = Array.from({ length }, (_, at) => `  l${at} = ${of(`local.l${at + 1}`)}\n`);
  return `locals {\n${lines.join('')}  l${length} = ${last}\n}\nresource "aws_s3_bucket" "b" {\n  bucket = local.l0\n}\n`;
}

const files: readonly Row[] = [
  row('a chain of locals', { 'main.tf': chain(5000, '"x"') }),
  row('a chain of locals in lists', { 'main.tf': chain(5000, '"x"', (next) => `[${next}]`) }),
  row('a chain of locals in texts', { 'main.tf': chain(5000, '"x"', (next) => `"a\${${next}}"`) }),
  row('a circle of locals', { 'main.tf': chain(100, 'local.l0') }),
  row('a local of itself', {
    'main.tf': 'locals {\n  a = [local.a, local.a]\n}\nresource "aws_s3_bucket" "b" {\n  bucket = local.a\n}\n',
  }),
  row('a chain of resources', {
    'main.tf': Array.from(
      { length: 3000 },
      (_, at) => `resource "aws_s3_bucket" "b${at}" {\n  bucket = aws_s3_bucket.b${at + 1}.bucket\n}\n`,
    ).join(''),
  }),
  row('a chain of policies', {
    'main.tf': Array.from(
      { length: 3000 },
      (_, at) =>
        `data "aws_iam_policy_document" "d${at}" {\n  source_policy_documents = [data.aws_iam_policy_document.d${at + 1}.json]\n}\n`,
    )
      .join('')
      .concat('resource "aws_iam_policy" "p" {\n  policy = data.aws_iam_policy_document.d0.json\n}\n'),
  }),
  row('a chain of security groups', {
    'main.tf': Array.from(
      { length: 2000 },
      (_, at) =>
        `resource "aws_security_group" "g${at}" {\n  ingress {\n    from_port       = 443\n    to_port         = 443\n    protocol        = "tcp"\n    security_groups = [aws_security_group.g${at + 1}.id]\n  }\n}\n`,
    ).join(''),
  }),
  row('blocks in blocks', {
    'main.tf': `resource "aws_s3_bucket" "b" {\n${around('a {\n', '', '}\n', 5000)}}\n`,
  }),
  row('dynamic blocks in dynamic blocks', {
    'main.tf': `resource "aws_s3_bucket" "b" {\n${around('dynamic "a" {\nfor_each = [1]\ncontent {\n', '', '}\n}\n', 1000)}}\n`,
  }),
  row('an object as deep as a variable and its type', {
    'main.tf': `variable "v" {\n  type = ${around('list(', 'string', ')', 3000)}\n}\nvariable "w" {\n  type = ${around('object({ a = optional(', 'string', ') })', 2000)}\n  default = {}\n}\nresource "aws_s3_bucket" "b" {\n  bucket = var.v\n  tags   = var.w\n}\n`,
    'terraform.tfvars': `v = ${around('[', '', ']', 10_000)}\nw = ${around('{ a = ', '1', ' }', 10_000)}\n`,
  }),
  row(
    'modules in modules',
    Object.fromEntries(
      Array.from({ length: 120 }, (_, at) => [`${'m/'.repeat(at)}main.tf`, 'module "m" {\n  source = "./m"\n}\n']),
    ),
  ),
  row('modules that go down and up', {
    'main.tf': `module "m" {\n  source = "./${'m/../'.repeat(1000)}m"\n}\n`,
    'm/main.tf': 'module "n" {\n  source = "../n"\n}\n',
    'n/main.tf': 'module "m" {\n  source = "../m"\n}\n',
  }),
  row('a module of itself', {
    'main.tf': ['./', './.', './m/..', '../repository']
      .map((source, at) => `module "m${at}" {\n  source = "${source}"\n}\n`)
      .join(''),
  }),
  row('policies in depth', {
    'main.tf': `resource "aws_iam_policy" "p" {\n  policy = <<EOT\n{"Statement":${around('[', '{"Effect":"Allow","Action":"*","Resource":"*"}', ']', 20_000)}}\nEOT\n}\nresource "aws_iam_policy" "q" {\n  policy = jsonencode({ Statement = ${around('[', '', ']', 3000)} })\n}\nresource "aws_ecs_task_definition" "t" {\n  container_definitions = "${around('[', '', ']', 20_000)}"\n}\n`,
  }),
  row('values in depth, in JSON', { 'terraform.tfvars.json': around('{"a":', '1', '}', 50_000) }),
  row('an answer file in depth', {
    '.create-secure-infra.json': `{"version":"0.1.0","files":${around('[', '', ']', 50_000)}}`,
  }),
];

/** A plan with something in each of its parts. */
const shownJson: Readonly<Record<string, (deep: string) => string>> = {
  'values of a plan': (deep) =>
    `{"planned_values":{"root_module":{"resources":[{"address":"aws_s3_bucket.b","type":"aws_s3_bucket","name":"b","mode":"managed","values":{"bucket":${deep},"tags":${deep}}}]}}}`,
  'what is unknown of a plan': (deep) =>
    `{"planned_values":{"root_module":{"resources":[{"address":"a.b","type":"a","name":"b","values":{}}]}},"resource_changes":[{"address":"a.b","change":{"after_unknown":{"x":${deep}}}}]}`,
  'expressions of a plan': (deep) =>
    `{"planned_values":{"root_module":{"resources":[{"address":"aws_lb.b","type":"aws_lb","name":"b","values":{"subnets":["a"],"name":"x"}}]}},"configuration":{"root_module":{"resources":[{"address":"aws_lb.b","expressions":{"subnets":${deep},"name":${deep}},"depends_on":${deep}}],"outputs":{"o":${deep}}}},"variables":{"v":{"value":${deep}}}}`,
  'values of a state': (deep) =>
    `{"values":{"root_module":{"resources":[{"address":"aws_s3_bucket.b","type":"aws_s3_bucket","name":"b","values":{"bucket":${deep}}}]},"outputs":{"o":{"value":${deep}}}}}`,
  'a policy of a state': (deep) =>
    `{"values":{"root_module":{"resources":[{"address":"aws_iam_policy.b","type":"aws_iam_policy","name":"b","values":{"policy":${JSON.stringify(`{"Statement":${deep}}`)}}}]}}}`,
};

const shown = Object.entries(shownJson).flatMap(([title, text]) =>
  [around('[', '', ']', 50_000), around('{"a":', '1', '}', 50_000)].map((deep, at): Row => ({
    title: `${title}, of ${at === 0 ? 'lists' : 'objects'}`,
    files: { 'shown.json': text(deep) },
    withoutSentinel: true,
    runs: [['check', title.endsWith('state') ? '--state' : '--plan', 'shown.json', '--json']],
  })),
);

const child = (resources: string) => `{"resources":[${resources}],"child_modules":[`;
const deepModules: Row = {
  title: 'modules of a plan',
  files: {
    'shown.json': `{"planned_values":{"root_module":${around(child('{"address":"a.b","type":"a","name":"b","values":{}}'), '', ']}', 20_000)}},"configuration":{"root_module":${around('{"module_calls":{"m":{"module":', '{}', '}}}', 20_000)}}}`,
  },
  withoutSentinel: true,
  runs: [['check', '--plan', 'shown.json', '--json']],
};

/** Outputs of modules that refer to each other; twenty steps of two ways each are a million. */
const circles: Row = {
  title: 'references of a plan in circles',
  files: {
    'shown.json': JSON.stringify({
      planned_values: {
        root_module: {
          resources: [
            {
              address: 'aws_lb.b',
              type: 'aws_lb',
              name: 'b',
              mode: 'managed',
              values: { subnets: ['a'], security_groups: ['b'] },
            },
          ],
        },
      },
      configuration: {
        root_module: {
          resources: [
            {
              address: 'aws_lb.b',
              expressions: {
                subnets: { references: ['module.m.o', 'module.m.p'] },
                security_groups: { references: ['module.m.o', 'module.m.o', 'module.m.o'] },
              },
            },
          ],
          module_calls: {
            m: {
              expressions: { v: { references: ['module.m.o', 'module.m.p', 'module.m.o'] } },
              module: {
                outputs: {
                  o: { expression: { references: ['var.v', 'var.v', 'module.m.o', 'var.v'] } },
                  p: { expression: { references: ['var.v', 'var.v'] } },
                },
              },
            },
          },
        },
      },
    }),
  },
  withoutSentinel: true,
  runs: [['check', '--plan', 'shown.json', '--json']],
};

/** What goes deeper than a stack does. */
export const depthRows: readonly Row[] = [
  ...Object.entries(expressions).map(([title, text]) => inPlaces(title, text)),
  ...files,
  ...shown,
  deepModules,
  circles,
];
