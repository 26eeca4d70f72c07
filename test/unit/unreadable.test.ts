import { describe, expect, it } from 'vitest';

import { parseHcl } from '../../src/terraform/parse.js';

async function told(text: string): Promise<string | undefined> {
  try {
    await parseHcl(new Map([['main.tf', text]]));
    return undefined;
  } catch (error) {
    const { line, message } = error as Error & { line: number };
    return `${line}: ${message}`;
  }
}

const quoted = 'has a name in quotes: argument names must not be quoted, but for the keys of a map';

describe('what cannot be read is told with its cause', () => {
  it.each([
    ['resource "a" "b" {\n  x = 1\n  "y" = 2\n}\n', `3: ${quoted}`],
    ['resource "a" "b" {\n  "y" = 2\n}\n', `2: ${quoted}`],
    ['a {\n  tags = {\n    "k" = "{"\n  }\n  b {\n    "x" = 1\n  }\n}\n', `6: ${quoted}`],
    ['a {\n  # {\n  c = <<EOT\n{ [\nEOT\n  d = [{\n    "k" = 1\n  }]\n  "x" = 1\n}\n', `9: ${quoted}`],
    ['{% if x %}\nresource "a" "b" {\n}\n{% endif %}\n', '1: is a template that another tool fills in: there is {%'],
    ['a {\n  b = "{{ c }}"\n  d = {{ e }}\n}\n', '3: is a template that another tool fills in: there is {{'],
    ['<% if (x) { %>\na {\n}\n<% } %>\n', '1: is a template that another tool fills in: there is <%'],
    ['a = 1\n<<<<<<< HEAD\nb = 1\n=======\nb = 2\n>>>>>>> other\n', '2: has the marks of a merge conflict'],
    ['{ "terraform": {} }\n', '1: is JSON, which is read from files with names that end in .json'],
    ['a {\n  tags = {\n    "k" = 1\n  }\n  b =\n}\n', '5: cannot be read at "b ="'],
  ])('%j', async (text, message) => {
    expect(await told(text)).toBe(message);
  });
});

/** https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md has all of it. */
it.each([
  '',
  '\uFEFF',
  '\uFEFF# nothing\r\n',
  'locals {\r\n  a = 1 // one\r\n}\r\n',
  'locals {\n  a = 1e3\n  b = 1.5E-3\n  c = 1e+2\n}',
  'locals {\n  a = provider::aws::arn_parse("x")\n}\n',
  'locals {\n  ä-b = 1\n  c   = local.ä-b\n}\n',
  'locals {\n  a = { for k, v in { a = 1, } : k => v }\n  b = [for v in [1, 2, ] : v]\n}\n',
  'locals {\n  a = local.b.0.c\n  d = local.e.*.f\n  g = local.h[*]\n}\n',
  'locals {\n  a = "%{~ if true ~} x %{~ else ~} y %{~ endif ~} $${x} %%{y}"\n}\n',
  'locals {\n  a = {\n    "a": 1,\n    b: 2\n    ("c"): 3\n    (local.d) = 4\n  }\n}\n',
  'locals {\n  a = max([1, 2]...)\n  b = !true\n  c = -1\n  d = (1)\n}\n',
  'resource aws_vpc this {\n}\n',
  '/* a\n*/ locals {}\n',
  'locals {\n  a = <<-EOT\n    x ${upper("y")}\n    %{for z in [1] ~}\n    ${z}\n    %{endfor ~}\n  EOT\n}\n',
])('what Terraform reads is read: %j', async (text) => {
  expect(await told(text)).toBeUndefined();
});
