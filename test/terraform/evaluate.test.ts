import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { beforeAll, describe, expect, inject, it } from 'vitest';

import { memorySources, readHclProject } from '../../src/terraform/read-hcl.js';
import { encodeJson, Unknown, type Value } from '../../src/terraform/value.js';
import { scratchFolder } from '../support/scratch.js';
import { terraform } from './terraform.js';

const toolchain = inject('toolchain');

/** Expressions that our evaluator must understand as terraform does. */
const expressions = [
  '1 + 2 * 3 - 4 / 2 % 3',
  '(1 + 2) * 3',
  '-2 + 5',
  '5 - 3 - 1',
  '!true || false && true',
  'true ? 1 : false ? 2 : 3',
  'false ? 1 : false ? 2 : 3',
  'false ? 1 : true ? false ? 4 : 5 : 3',
  '1 == 1.0 && "a" != "b"',
  '"1" == 1',
  '[1, 2] == [1, 2]',
  '{ a = 1 } == { a = 1 }',
  'null == null',
  '"a\\tb\\"c\\\\d\\u00e9$${x}%%{y}"',
  '"x-${1 + 1}-${true}-y"',
  '"${[1, 2][1]}"',
  '<<EOT\n  raw ${1}\n\\n stays\nEOT',
  '<<-EOT\n    indented\n      more\n    ${"x"} end\n  EOT',
  '"a ${~ "b" ~} c"',
  '[for x in [1, 2, 3] : x * 2 if x != 2]',
  '[for i, x in ["a", "b"] : "${i}${x}"]',
  '{ for k, v in { b = 1, a = 2 } : upper(k) => v }',
  '{ for x in ["a", "b", "a"] : x => x... }',
  '[for k, v in { b = 1, a = 2 } : k]',
  '[for k, v in toset(["b", "a"]) : k]',
  '[for k, v in tolist(toset(["b", "a"])) : k]',
  '[for k, v in sort(toset(["b", "a"])) : k]',
  '[for k, v in reverse(setunion(["a"], ["b"])) : k]',
  '[for k, v in distinct(toset(["a"])) : k]',
  '[for k, v in slice(tolist(toset(["a"])), 0, 1) : k]',
  '[{ a = [1, 2] }, { a = [3] }][*].a[0]',
  '[{ a = 1 }, { a = 2 }].*.a',
  '{ a = { "b c" = 1 } }.a["b c"]',
  '{ (format("k%d", 1)) = 1, "q" : 2 }',
  'abs(-3)',
  'ceil(1.2) + floor(1.8)',
  'min(3, 1, 2) + max(3, 1, 2)',
  'pow(2, 10)',
  'signum(-4)',
  'sum([1, 2, 3])',
  'parseint("ff", 16)',
  'range(4)',
  'range(1, 8, 3)',
  'range(3, 0)',
  'length("héllo") + length([1]) + length({ a = 1 })',
  'concat([1], [2, 3], [])',
  'flatten([[1, [2]], [], [3]])',
  'distinct(["a", "b", "a"])',
  'toset(["b", "a", "b"])',
  'tolist(toset(["b", "a"]))[0]',
  'sort(["b", "a"])',
  'reverse([1, 2])',
  'compact(["a", "", null, "b"])',
  'element(["a", "b"], 3)',
  'slice(["a", "b", "c"], 1, 3)',
  'one(["a"])',
  'one([])',
  'lookup({ a = 1 }, "b", 2)',
  'merge({ a = 1, b = 1 }, { b = 2 }, null)',
  'keys({ b = 1, a = 2 })',
  'values({ b = 1, a = 2 })',
  'zipmap(["a", "b"], [1, 2])',
  'coalesce(null, "", "x")',
  'coalescelist([], [1])',
  'contains(["a"], "a")',
  'index(["a", "b"], "b")',
  'join("-", ["a", "b"])',
  'split(",", "a,b")',
  'split(",", "")',
  'format("%s-%03d-%v-%%", "a", 7, true)',
  'formatlist("%s-%s", "x", ["a", "b"])',
  'jsondecode("{\\"a\\": [1, null]}")',
  'tostring(5)',
  'tonumber("5")',
  'tobool("true")',
  'lower("AbC")',
  'upper("AbC")',
  'title("hello wOrld-x_y")',
  'strrev("abc")',
  'startswith("abc", "ab")',
  'endswith("abc", "bc")',
  'strcontains("abc", "b")',
  'substr("hello", 1, 3)',
  'substr("hello", -3, -1)',
  'replace("a-b-c", "-", "_")',
  'replace("hello world", "/w.*d/", "x")',
  'trim("?!x!?", "!?")',
  'trimprefix("abc", "a")',
  'trimsuffix("abc", "c")',
  'trimspace("  x \\n")',
  'chomp("x\\n")',
  'indent(2, "a\\nb")',
  'regex("[a-z]+", "12ab34")',
  'regex("(\\\\d)(\\\\w)", "1a")',
  'regex("(?P<n>\\\\d)", "x1")',
  'regexall("\\\\d", "1a2")',
  'can(regex("^a$", "b"))',
  'can(tonumber("x"))',
  'try([][0], "fallback")',
  'try({}.a, { a = 1 }.a)',
  'alltrue([true, false])',
  'anytrue([true, false])',
  'alltrue([])',
  'chunklist([1, 2, 3], 2)',
  'matchkeys(["a", "b"], ["x", "y"], ["y"])',
  'setunion(["a"], ["b"])',
  'setintersection(["a", "b"], ["b"])',
  'setsubtract(["a", "b"], ["b"])',
  'setproduct(["a"], ["x", "y"])',
  'transpose({ a = ["x"], b = ["x", "y"] })',
  'base64encode("héllo")',
  'basename("a/b.txt")',
  'dirname("a/b.txt")',
  'cidrsubnet("10.0.0.0/16", 8, 3)',
  'cidrsubnet("10.1.2.0/24", 4, 15)',
  'cidrsubnets("10.0.0.0/16", 4, 4, 8, 4)',
  'cidrhost("10.0.0.0/24", 5)',
  'cidrhost("10.0.0.0/24", -1)',
  'cidrnetmask("10.0.0.0/20")',
  'can(cidrsubnet("10.0.0.0/16", 17, 0))',
  'can(cidrhost("10.0.0.300/16", 0))',
  'can(cidrhost("10.0.0.0/24", 256))',
  'cidrhost("10.0.0.0/24", -256)',
  'cidrsubnet("010.0.0.0/8", 8, 3)',
  'cidrsubnet("10.0.0.0/16", 0, 0)',
  'can(cidrsubnet("10.0.0/8", 8, 3))',
  'can(cidrsubnet("10.0.0.0/16", 1.5, 0))',
  'can(cidrsubnets("10.0.0.0/16", 0))',
  'cidrsubnet("2001:db8::/32", 16, 1)',
  'cidrsubnet("2001:DB8::/56", 8, 255)',
  'cidrsubnet("2001:db8::/32", 40, 1)',
  'cidrsubnet("2001:db8:0:0:1::/80", 8, 0)',
  'cidrsubnet("fd00:fd12:3456:7890:00a2::/72", 56, 162)',
  'can(cidrsubnet("2001:db8::/120", 9, 0))',
  'can(cidrsubnet("2001:db8::/56", 8, 256))',
  'can(cidrsubnet("2001:db8:::/32", 8, 3))',
  'can(cidrsubnet("2001:db8/32", 8, 3))',
  'can(cidrsubnet("1:2:3/16", 8, 3))',
  'can(cidrsubnet("fe80::1%eth0/64", 8, 3))',
  'can(cidrsubnet("2001:db8::/129", 0, 0))',
  'cidrsubnets("2001:db8::/56", 8, 4, 8)',
  'cidrsubnets("fd00::/8", 32, 1)',
  'can(cidrsubnets("2001:db8::/32", 33))',
  'can(cidrsubnets("2001:db8::/126", 1, 1, 1))',
  'cidrhost("2001:db8::/64", 5)',
  'cidrhost("2001:db8:0:1:2::1/80", 0)',
  'cidrhost("2001:db8:1:2:3:0:5:6/112", 0)',
  'cidrhost("2001:db8::/64", -1)',
  'cidrhost("2001:db8::/127", -2)',
  'can(cidrhost("2001:db8::/127", 2))',
  'can(cidrhost("10.0.0.0/24", 1.5))',
  'can(cidrnetmask("2001:db8::/32"))',
  'can(tobool("x"))',
  'can(tobool(1))',
  'min([3, 1]...)',
  'concat([[1], [2]]...)',
  'sensitive("x") == "x"',
  'length(setproduct([1, 2], [3, 4]))',
  'replace(jsonencode({ a = 1 }), "a", "b")',
  'join("", [jsonencode({ b = "<&>", a = { d = 1, c = 2 } })])',
  '{ b = 1, a = 2 } == { a = 2, b = 1 }',
  'format("%03d %d %[1]s", 7, 12)',
];

describe.skipIf(toolchain.unavailable !== undefined)('expressions are what terraform evaluates them to', () => {
  let theirs: Record<string, { value: string }> = {};
  let ours: (name: string) => Value | undefined = () => undefined;

  beforeAll(async () => {
    const folder = scratchFolder();
    const outputs = expressions.map(
      (text, at) => `output "o${at}" {\n  value = nonsensitive(jsonencode(${text}\n  ))\n}\n`,
    );
    writeFileSync(path.join(folder, 'main.tf'), outputs.join(''));
    const data = path.join(folder, '.terraform');
    const applied = await terraform(folder, data, 'apply', '-auto-approve', '-no-color');
    if (applied.status !== 0) throw new Error(applied.output);
    theirs = JSON.parse((await terraform(folder, data, 'output', '-json')).output) as typeof theirs;

    const attributes = expressions.map((text, at) => `  o${at} = ${text}\n`);
    const text = `resource "some_thing" "all" {\n${attributes.join('')}}\n`;
    const project = await readHclProject(memorySources(new Map([['main.tf', text]])));
    const [resource] = project.all('some_thing');
    ours = (name) => resource?.get(name);
  });

  it.each(expressions.map((text, at) => [text, `o${at}`] as const))('%s', (_text, name) => {
    const value = ours(name) ?? null;
    expect(value).not.toBeInstanceOf(Unknown);
    expect(JSON.parse(encodeJson(value) ?? '"not known"')).toEqual(JSON.parse(theirs[name]!.value));
  });
});
