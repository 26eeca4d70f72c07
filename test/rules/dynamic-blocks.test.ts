import { describe, expect, it } from 'vitest';

import { checkFiles, filesIn } from '../support/rules.js';

/** The rules that find and that leave something open in a security group with a dynamic block. */
async function told(forEach: string, content: string, around = '') {
  const text = `resource "aws_security_group" "a" {
  ${around}
  dynamic "ingress" {
    for_each = ${forEach}
    content {
      from_port   = 1
      description = ${content}
    }
  }
}
variable "unknown" {}
variable "given" { default = ["a"] }
variable "none" { default = [] }
module "m" { source = "./m" }
#>> m/main.tf
locals {}
`;
  const { findings, abstentions } = await checkFiles(filesIn(text));
  const rules = (list: readonly { rule: { name: string }; location?: { line: number } }[]) =>
    list.filter(({ location }) => location?.line === 7).map(({ rule }) => rule.name);
  return { findings: rules(findings), abstentions: rules(abstentions) };
}

describe('the content of a dynamic block', () => {
  it.each([
    ['variable-declared', 'var.gone'],
    ['reference-declared', 'local.gone'],
    ['reference-declared', 'aws_vpc.gone.id'],
    ['reference-declared', 'module.gone.id'],
    ['module-output-declared', 'module.m.gone'],
    ['each-and-count-in-place', 'each.key'],
    ['each-and-count-in-place', 'count.index'],
    ['function-exists', 'gone(1)'],
  ])('is held to %s only where it is surely made: %s', async (rule, content) => {
    for (const collection of ['["a"]', 'toset(["a"])', '{ a = 1 }', 'var.given', '[for one in var.given : one]'])
      expect((await told(collection, content)).findings, collection).toContain(rule);
    for (const collection of ['[]', 'var.unknown', 'var.none', '{}', 'var.unknown == null ? [] : [1]']) {
      const { findings, abstentions } = await told(collection, content);
      expect(findings, collection).not.toContain(rule);
      expect(abstentions, collection).toContain(rule);
    }
  });

  it('is looked at in a resource that is not made, which Terraform does too', async () => {
    expect((await told('["a"]', 'var.gone', 'count = 0')).findings).toContain('variable-declared');
  });

  it('is told from what it is made for', async () => {
    const text = `resource "aws_wafv2_web_acl" "a" {
  dynamic "rule" {
    for_each = var.gone
    content {
      dynamic "statement" {
        for_each = [var.inner, gone()]
        content {}
      }
    }
  }
  dynamic "rule" {
    for_each = ["a"]
    content {
      dynamic "statement" {
        for_each = [var.second, gone()]
        content {}
      }
      static {
        name = var.third
      }
    }
  }
}
`;
    const { findings } = await checkFiles(filesIn(text));
    const found = findings
      .filter(({ rule }) => ['variable-declared', 'function-exists'].includes(rule.name))
      .map(({ location, rule }) => `${location?.line} ${rule.name}`);
    expect(found).toEqual([
      '3 variable-declared',
      '15 function-exists',
      '15 variable-declared',
      '19 variable-declared',
    ]);
  });
});
