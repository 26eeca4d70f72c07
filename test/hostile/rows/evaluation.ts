import type { Files, Row } from '../attack.js';

/** `a0` is the first, and each of the next is made of the one before it; `name` is the last. */
function doubling(first: string, next: (before: string) => string, steps: number): { text: string; name: string } {
  const lines = Array.from({ length: steps }, (_, at) => `  a${at + 1} = ${next(`local.a${at}`)}\n`);
  return { text: `locals {\n  a0 = ${first}\n${lines.join('')}}\n`, name: `local.a${steps}` };
}

/** Where a value is asked for: by rules, by count and for_each, in blocks, in policies, by a module. */
function asked(name: string): string {
  return `resource "aws_s3_bucket" "b" {
  bucket = ${name}
  tags   = { a = ${name} }
}
resource "aws_security_group" "g" {
  count       = length(${name})
  name        = "\${jsonencode(${name})}"
  description = try(join(",", ${name}), "")
  dynamic "ingress" {
    for_each = ${name}
    content {
      from_port   = ingress.value
      to_port     = 22
      protocol    = "tcp"
      cidr_blocks = ["0.0.0.0/0"]
    }
  }
}
resource "aws_iam_role_policy" "p" {
  for_each = toset(${name})
  policy   = jsonencode({ Statement = [{ Effect = "Allow", Action = ${name}, Resource = ${name} }] })
}
output "o" {
  value = ${name} == ${name}
}
`;
}

const pair = '["x", "y"]';

const grown: Readonly<Record<string, ReturnType<typeof doubling>>> = {
  concat: doubling(pair, (a) => `concat(${a}, ${a})`, 40),
  'a list in a list': doubling(pair, (a) => `[${a}, ${a}]`, 60),
  'an object in an object': doubling('{}', (a) => `{ l = ${a}, r = ${a} }`, 60),
  flatten: doubling(pair, (a) => `flatten([${a}, ${a}])`, 40),
  'a splat': doubling(pair, (a) => `flatten([${a}[*], ${a}[*]])`, 40),
  'a for of a list': doubling(pair, (a) => `flatten([for x in ${a} : [x, x]])`, 40),
  'a for of a map': doubling('{ x = "x" }', (a) => `merge(${a}, { for k, v in ${a} : "\${k}x" => v })`, 40),
  'a text': doubling('"xy"', (a) => `"\${${a}}\${${a}}"`, 60),
  join: doubling('"xy"', (a) => `join(${a}, [${a}, ${a}])`, 40),
  'format of texts': doubling('"xy"', (a) => `format("%s%s", ${a}, ${a})`, 60),
  replace: doubling('"x"', (a) => `replace(${a}, "x", "xx")`, 60),
  'replace by a match': doubling('"x"', (a) => `replace(${a}, "/x/", "xx")`, 60),
  jsonencode: doubling(pair, (a) => `jsonencode([${a}, ${a}])`, 60),
  base64encode: doubling('"xyz"', (a) => `base64encode("\${${a}}\${${a}}")`, 60),
  formatlist: doubling(pair, (a) => `formatlist("%s%s", concat(${a}, ${a}), concat(${a}, ${a}))`, 40),
  setproduct: doubling(pair, (a) => `[for p in setproduct(${a}, ["x", "y"]) : join("", p)]`, 40),
  'setproduct of itself': doubling(pair, (a) => `setproduct(${a}, ${a})`, 10),
  setunion: doubling(pair, (a) => `setunion(${a}, [for x in ${a} : "\${x}x"])`, 40),
  chunklist: doubling(pair, (a) => `chunklist(concat(${a}, ${a}), 1)`, 30),
  split: doubling('"x,y"', (a) => `join(",", concat(split(",", ${a}), split(",", ${a})))`, 40),
  zipmap: doubling(pair, (a) => `keys(zipmap(concat(${a}, [for x in ${a} : "\${x}x"]), concat(${a}, ${a})))`, 40),
  indent: doubling('"x\\nx"', (a) => `indent(1000000, "\${${a}}\\n\${${a}}")`, 20),
  'a condition': doubling(pair, (a) => `true ? [${a}, ${a}] : ${a}`, 50),
  'a directive': doubling('"xy"', (a) => `"%{ for x in ["a", "b"] }\${${a}}%{ endfor }"`, 50),
  sum: doubling('1', (a) => `${a} * 2 + ${a}`, 2000),
  cidrsubnets: doubling('[4, 4]', (a) => `concat(${a}, ${a})`, 22),
};

const atOnce: Readonly<Record<string, string>> = {
  range: 'range(1000000000)',
  'range of little steps': 'range(0, 1000000000, 0.0001)',
  'range downwards': 'range(1000000000, 0)',
  'for in for': '[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : c]]]',
  'for in for in a map':
    '{ for a in range(1000) : a => { for b in range(1000) : b => { for c in range(1000) : c => c } } }',
  'for with a condition': '[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : c if false]]]',
  'for by groups': '{ for a in flatten([for b in range(1000) : range(1000)]) : "x" => a... }',
  'format padded': 'format("%01000000000d", 1)',
  'format padded with blanks': 'format("%-1000000000s|%1000000000s", "x", "x")',
  'format of many digits': 'format("%.1000000000f", 1)',
  'formatlist padded': 'formatlist("%01000000d", range(1000))',
  indent: 'indent(1000000000, "x\\nx")',
  'join of a range': 'join("", [for i in range(100000) : join("", [for j in range(1000) : "x"])])',
  setproduct: 'setproduct(range(1000), range(1000), range(1000), range(1000))',
  'setproduct of nothing': 'setproduct(range(1000), range(1000), range(1000), [])',
  pow: 'pow(10, 1000000000)',
  'pow of pow': 'pow(pow(pow(10, 300), 300), 300)',
  parseint: 'parseint(join("", [for i in range(1000) : join("", [for j in range(1000) : "9"])]), 10)',
  cidrsubnets: 'cidrsubnets("10.0.0.0/8", [for i in range(1000) : 20]...)',
  'cidrsubnets without end': 'cidrsubnets("::/0", flatten([for i in range(1000) : [for j in range(1000) : 30]])...)',
  'distinct of many': 'distinct([for i in range(1000) : [for j in range(1000) : "${i} ${j}"]])',
  setsubtract:
    'setsubtract([for i in range(1000) : "a${i}"], flatten([for i in range(1000) : [for j in range(100) : "b${i} ${j}"]]))',
  setintersection:
    'setintersection(flatten([for i in range(1000) : [for j in range(100) : "a${i} ${j}"]]), flatten([for i in range(1000) : [for j in range(100) : "b${i} ${j}"]]))',
  sort: 'sort(flatten([for i in range(1000) : [for j in range(1000) : "${i} ${j}"]]))',
  transpose: 'transpose({ for i in range(1000) : i => [for j in range(1000) : "x"] })',
  trim: 'trim(join("", [for i in range(1000) : join("", [for j in range(1000) : "x"])]), "x")',
  'merge of many': 'merge([for i in range(1000) : { for j in range(1000) : "${i} ${j}" => j }]...)',
  chunks: 'chunklist(range(1000), 0.000001)',
  slices: 'slice(range(1000), 0, 1000000000)',
  matchkeys: 'matchkeys(range(1000), range(1000), flatten([for i in range(1000) : range(1000)]))',
  'templates in templates':
    '"%{ for a in range(1000) }%{ for b in range(1000) }%{ for c in range(1000) }x%{ endfor }%{ endfor }%{ endfor }"',
};

function inLocals([title, { text, name }]: [string, { text: string; name: string }]): Row {
  const subnets = title === 'cidrsubnets' ? `locals {\n  s = cidrsubnets("::/0", ${name}...)\n}\n` : '';
  return {
    title: `${title}, grown`,
    isRead: true,
    files: { 'main.tf': `${text}${subnets}${asked(subnets ? 'local.s' : name)}` },
  };
}

function row(title: string, files: Files): Row {
  return { title, files, isRead: true };
}

const large = '[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : c]]]';
const flat = 'flatten([for i in range(1000) : range(1000)])';

/** Modules that each give the next one twice of what they are given. */
const modules: Files = Object.fromEntries(
  Array.from({ length: 24 }, (_, at) => [
    `${'m/'.repeat(at)}main.tf`,
    `variable "x" {\n  default = ["x", "y"]\n}\nmodule "a" {\n  source = "./m"\n  x      = concat(var.x, var.x)\n}\nmodule "b" {\n  source = "./m"\n  x      = var.x\n}\noutput "x" {\n  value = concat(module.a.x, module.b.x)\n}\n`,
  ]).concat([[`${'m/'.repeat(24)}main.tf`, 'variable "x" {}\noutput "x" {\n  value = var.x\n}\n']]),
);

const elsewhere: readonly Row[] = [
  row('in the default of a variable', { 'main.tf': `variable "x" {\n  default = ${large}\n}\n${asked('var.x')}` }),
  row('in values of variables', {
    'main.tf': `variable "x" {}\nvariable "y" {}\n${asked('concat(var.x, var.y)')}`,
    'terraform.tfvars': `x = ${large}\n`,
    'a.auto.tfvars': `y = ${flat}\n`,
  }),
  row('in a validation', {
    'main.tf': `variable "x" {\n  default = "x"\n  validation {\n    condition     = length(${flat}) > 0\n    error_message = "\${jsonencode(${flat})}"\n  }\n}\n`,
  }),
  row('in the inputs of modules', modules),
  row('in the inputs of one module', {
    'main.tf': `module "m" {\n  source = "./m"\n  x      = ${flat}\n}\n`,
    'm/main.tf': `variable "x" {}\n${asked('var.x')}`,
  }),
  row('in a count', { 'main.tf': `resource "aws_s3_bucket" "b" {\n  count  = length(${flat})\n  bucket = "X"\n}\n` }),
  row('in a for_each', {
    'main.tf': `resource "aws_s3_bucket" "b" {\n  for_each = toset([for x in ${flat} : tostring(x)])\n  bucket   = "X \${each.key}"\n}\n`,
  }),
  row('in dynamic blocks of dynamic blocks', {
    'main.tf': `resource "aws_wafv2_web_acl" "w" {
  dynamic "rule" {
    for_each = range(1000)
    content {
      name = "x"
      dynamic "statement" {
        for_each = range(1000)
        content {
          dynamic "ip_set_reference_statement" {
            for_each = range(1000)
            content {
              arn = "x"
            }
          }
        }
      }
    }
  }
}
`,
  }),
  row('in counts of modules', {
    'main.tf': 'module "m" {\n  source = "./m"\n  count  = 1000000\n}\n',
    'm/main.tf': 'module "m" {\n  source   = "./m"\n  for_each = toset([for i in range(1000) : tostring(i)])\n}\n',
    'm/m/main.tf': 'resource "aws_s3_bucket" "b" {\n  count  = 1000000\n  bucket = "X"\n}\n',
  }),
  row('in a provider, a backend and outputs', {
    'main.tf': `provider "aws" {\n  region = join("", [for x in ${flat} : "\${x}"])\n  default_tags {\n    tags = { for x in ${flat} : x => x }\n  }\n}\nterraform {\n  backend "s3" {\n    bucket = join("", ${flat})\n  }\n}\noutput "o" {\n  value = ${large}\n}\n`,
  }),
  row('in conditions and checks of resources', {
    'main.tf': `resource "aws_s3_bucket" "b" {\n  lifecycle {\n    precondition {\n      condition     = length(${flat}) > 1\n      error_message = "x"\n    }\n  }\n}\ncheck "c" {\n  assert {\n    condition     = length(${flat}) > 1\n    error_message = "x"\n  }\n}\n`,
  }),
  row('in tests of the project', {
    'tests/a.tftest.hcl': `variables {\n  x = ${large}\n}\nrun "a" {\n  assert {\n    condition     = length(${flat}) > 1\n    error_message = "x"\n  }\n}\n`,
  }),
  row('in a policy that is asked about by every other', {
    'main.tf': Array.from(
      { length: 60 },
      (_, at) =>
        `data "aws_iam_policy_document" "d${at}" {\n  source_policy_documents = [${at === 0 ? '' : `data.aws_iam_policy_document.d${at - 1}.json, data.aws_iam_policy_document.d${at - 1}.json`}]\n  statement {\n    actions   = ["*"]\n    resources = ["*"]\n  }\n}\n`,
    )
      .join('')
      .concat('resource "aws_iam_policy" "p" {\n  policy = data.aws_iam_policy_document.d59.json\n}\n'),
  }),
];

/** Little that is written and much that comes of it. */
export const evaluationRows: readonly Row[] = [
  ...Object.entries(grown).map(inLocals),
  ...Object.entries(atOnce).map(([title, text]) =>
    row(title, { 'main.tf': `locals {\n  x = ${text}\n}\n${asked('local.x')}` }),
  ),
  ...elsewhere,
];
