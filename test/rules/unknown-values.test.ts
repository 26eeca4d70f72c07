import { describe, expect, it } from 'vitest';

import { memorySources, readHclProject } from '../../src/terraform/read-hcl.js';
import { show, type Value } from '../../src/terraform/value.js';

/** What an expression is shown as in a project with variables that nobody has given a value. */
async function shown(expression: string, more = ''): Promise<string> {
  const text = `variable "text" { type = string }
variable "flag" { type = bool }
variable "list" { type = list(string) }
variable "nothing" { default = null }
resource "aws_vpc" "this" { count = 2 }
resource "aws_vpc" "maybe" { count = var.flag ? 1 : 0 }
resource "aws_vpc" "named" { for_each = { a = "10.0.0.0/16" } }
resource "aws_s3_bucket" "logs" { bucket = "logs-\${var.text}" }
${more}
resource "some_thing" "it" {
  value = ${expression}
}
`;
  const project = await readHclProject(memorySources(new Map([['main.tf', text]])));
  const [it] = project.all('some_thing');
  return show(it?.get('value') as Value);
}

describe('what is not known stays unknown', () => {
  it.each([
    // Texts keep what is known of them.
    ['"a-${var.text}-b"', 'a-${var.text}-b'],
    ['lower("A-${var.text}")', 'a-…'],
    ['join("/", ["a", var.text])', 'a/${var.text}'],
    ['format("%s:%s", "x", var.text)', 'x:${var.text}'],
    // Conditions that are not known give what both sides share.
    ['var.flag ? "a" : "a"', 'a'],
    ['var.flag ? "a" : "b"', '…'],
    ['var.flag ? { a = 1, b = 2 } : { a = 1, b = 3 }', '{ a = 1, b = … }'],
    ['var.flag ? ["a"] : ["a", "a"]', '[a, …]'],
    ['var.flag ? 1 : tonumber("x")', '1'],
    // So does an element of which nobody knows which it is.
    ['{ a = { on = false, n = 1 }, b = { on = false, n = 2 } }[var.text].on', 'false'],
    ['{ a = { on = false, n = 1 }, b = { on = false, n = 2 } }[var.text].n', '…'],
    ['{ a = { on = false, n = 1 }, b = { on = false, n = 2 } }[terraform.workspace].on', 'false'],
    // What decides alone decides.
    ['var.flag && false', 'false'],
    ['var.flag || true', 'true'],
    ['var.flag && true', '…'],
    ['var.text == null', '…'],
    ['"x${var.text}" == null', 'false'],
    ['"x${var.text}" == ""', 'false'],
    ['"${var.text}" == ""', '…'],
    ['var.text == var.text', 'true'],
    ['"a-${var.text}" == "b-${var.text}"', 'false'],
    ['var.nothing == null', 'true'],
    ['coalesce(var.nothing, "x")', 'x'],
    ['coalesce(var.text, "x")', '…'],
    // Lists of unknown length have unknown length, and elements that are like each other.
    ['length(var.list)', '…'],
    ['length(aws_vpc.this)', '2'],
    ['length(aws_vpc.maybe)', '…'],
    ['[for x in var.list : "a"]', '[a, …]'],
    ['concat(["a"], var.list)', '[…, …]'],
    ['[for x in ["a", "b"] : x if var.flag]', '[…, …]'],
    ['contains(["a", var.text], "a")', 'true'],
    ['contains([var.text], "a")', '…'],
    ['[for x in [{}] : x.a if var.flag]', '[…, …]'],
    // Nor are the keys of a map known that come from what is not.
    ['{ (var.text) = 1 }["a"]', '…'],
    ['lookup({ (var.text) = 1 }, "a", 2)', '…'],
    ['keys({ "a-${var.text}" = 1 })', '[a-${var.text}]'],
    ['contains(keys({ (var.text) = 1 }), "a")', '…'],
    ['[for key, value in { (var.text) = 1 } : key]', '[${var.text}]'],
    ['startswith([for key, value in { (var.text) = 1 } : key][0], "a")', '…'],
    ['jsonencode({ (var.text) = 1 }) == ""', '…'],
    // A map whose keys are not known may have the one that is asked for, and its values are like each other.
    ['{ for x in var.list : x => { file = x } }.one.file', '…'],
    ['{ for x in var.list : x => { kind = "sql" } }["one"].kind', 'sql'],
    ['{ for x in var.list : x => "a"... }.one', '[a, …]'],
    ['{ for x in fileset(path.module, "*.sql") : x => { file = x } }.one.file', '…'],
    ['{ for k, v in { a = 1, b = 2 } : k => v if var.flag }.a', '…'],
    ['length({ for x in var.list : x => x })', '…'],
    ['keys({ for x in var.list : x => x })', '[…, …]'],
    ['values({ for x in var.list : x => "a" })', '[a, …]'],
    ['{ for x in var.list : x => { a = 1 } }[*].one.a', '[1]'],
    ['merge({ for x in var.list : x => x }, { a = 1 })', '…'],
    ['lookup({ for x in var.list : x => x }, "a", "b")', '…'],
    ['var.flag ? { for x in var.list : x => x } : { a = "b" }', '…'],
    ['try([for x in var.list : "a"][0], "b")', '…'],
    ['can([for x in var.list : "a"][0])', '…'],
    ['try({ for x in var.list : x => "a" }.one, "b")', '…'],
    ['try([for x in var.list : "a"][0], "a")', 'a'],
    ['one([for x in var.list : "a"])', '…'],
    ['one([for x in var.list : "a"]) == null', '…'],
    // Of a list whose length is not known every element may be any.
    ['flatten([for x in var.list : ["a", "b"]])', '[…, …]'],
    ['flatten([for x in var.list : ["a", "a"]])', '[a, …]'],
    ['concat([["a"]], [for x in var.list : ["a"]])', '[[a], …]'],
    ['concat([["a"]], var.list)', '[…, …]'],
    // Of values that are not known two may be one.
    ['length(toset(["a", var.text]))', '…'],
    ['length(distinct(["a", { b = "a", c = "d" }[var.text]]))', '…'],
    ['length({ (var.text) = 1, a = 2 })', '…'],
    ['coalesce("${var.text}${var.text}", "x")', '…'],
    // IPv4 addresses written as IPv6 are not calculated with, nor are numbers that a float does not hold.
    ['cidrhost("::ffff:10.0.0.0/104", 1)', '…'],
    ['cidrsubnet("::1.2.3.4/112", 8, 3)', '…'],
    ['length(cidrsubnets("::ffff:10.0.0.0/104", 8, 8))', '2'],
    ['cidrhost("2001:db8::/64", 18446744073709551614)', '…'],
    ['format("%5d", 7)', '…'],
    ['pathexpand("~/key.pub")', '…'],
    // Terraform refuses a name that nobody declares, also in try().
    ['try(nosuch.x, "0.0.0.0/0")', '${nosuch.x}'],
    ['try(nosuch.x.y, "0.0.0.0/0")', '${nosuch.x.y}'],
    ['try(local.nosuch, "0.0.0.0/0")', '${local.nosuch}'],
    ['try(var.nosuch, "0.0.0.0/0")', '${var.nosuch}'],
    // Resources are what they refer to.
    ['aws_vpc.this[*].id', '[${aws_vpc.this[0].id}, ${aws_vpc.this[1].id}]'],
    ['aws_vpc.this[1].arn', '${aws_vpc.this[1].arn}'],
    ['aws_vpc.named["a"].id', '${aws_vpc.named["a"].id}'],
    ['aws_vpc.maybe[0].id', '${aws_vpc.maybe.id}'],
    ['try(aws_vpc.maybe[0].id, "none")', '${aws_vpc.maybe.id}'],
    ['aws_s3_bucket.logs.arn', 'arn:${data.aws_partition.current.partition}:s3:::logs-${var.text}'],
    // Nobody knows another provider's functions, the clock, or the disk.
    ['timestamp()', '…'],
    ['file("missing.txt")', '…'],
    ['provider::aws::arn_parse("x")', '…'],
  ])('%s', async (expression, expected) => {
    expect(await shown(expression)).toBe(expected);
  });

  it('a count that is not known makes one instance that may be there', async () => {
    const project = await readHclProject(
      memorySources(
        new Map([['main.tf', 'variable "n" { type = number }\nresource "aws_vpc" "a" {\n  count = var.n\n}\n']]),
      ),
    );
    expect(project.all('aws_vpc').map(({ address, uncertain }) => [address, uncertain])).toEqual([['aws_vpc.a', true]]);
  });

  it('of a map whose keys are not known, those that the project asks for are not one', async () => {
    const text = `variable "groups" { type = map(string) }
resource "aws_security_group" "this" { for_each = var.groups }
locals {
  balancer = aws_security_group.this["balancer"].id
  database = aws_security_group.this["database"].id
}
resource "some_thing" "it" {
  each     = aws_security_group.this[var.groups["balancer"]].id
  balancer = local.balancer
  database = local.database
}
`;
    const project = await readHclProject(memorySources(new Map([['main.tf', text]])));
    const [it] = project.all('some_thing');
    expect(['each', 'balancer', 'database'].map((name) => show(it?.get(name) as Value))).toEqual([
      '${aws_security_group.this.id}',
      '${aws_security_group.this["balancer"].id}',
      '${aws_security_group.this["database"].id}',
    ]);
    expect(it?.refs('database').map(({ address }) => address)).toEqual(['aws_security_group.this["database"]']);
    expect(project.all('aws_security_group').every(({ uncertain }) => uncertain)).toBe(true);
  });

  it('defaults of optional attributes, types and nulls are those of terraform', async () => {
    const more = `variable "settings" {
  type = object({
    port  = optional(number, 8080)
    names = optional(list(string), ["x"])
    inner = optional(object({ on = optional(bool, true) }), {})
  })
  default = { port = "9090" }
}
`;
    expect(await shown('var.settings', more)).toBe('{ port = 9090, names = [x], inner = { on = true } }');
  });
});
