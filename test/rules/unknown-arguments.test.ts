import { describe, expect, it } from 'vitest';

import { rules } from '../../src/rules/check.js';
import { checkFiles, fixtures } from '../support/rules.js';

/** What only an apply knows, and what whoever runs Terraform gives. Both are set. */
const unknowns = {
  'an attribute of a resource': ['terraform_data.given.output', 'resource "terraform_data" "given" {}'],
  'a variable without a default': ['var.given', 'variable "given" {}'],
} as const;

/** What a rule says of a resource whose argument is not known, and is right to say. */
const rightOf: Readonly<Record<string, readonly string[]>> = {
  // That it is set is what the rule is about, whatever it is set to.
  'argument-can-be-set': ['arn', 'owner'],
  'database-keeps-its-snapshot': ['snapshot_identifier'],
  'database-password-in-state': ['password'],
  'dms-endpoint-secret': ['password'],
  'multi-az-names-no-zone': ['availability_zone'],
  'value-left-to-aws': ['desired_capacity'],
  'waf-one-logging-configuration': ['resource_arn'],
  'unique-name-replaceable': ['family', 'major_engine_version', 'name', 'port'],
  // An image that asks for tokens of itself is an excuse only where it is known to be one.
  'instance-imdsv2': ['image_id'],
  // What it is written with now goes before nothing any more.
  'api-logging-after-account': ['deployment_id'],
  'api-deployment-after-methods': ['triggers'],
  'nat-gateway-after-internet-gateway': ['allocation_id'],
  'service-after-listener': ['tags'],
  // It is what excuses the resource, by its name or by whom it belongs to.
  'api-method-settings': ['stage_name'],
  'application-not-database-master': ['tags'],
  'bucket-kms-key': ['bucket', 'id'],
  'bucket-public-access-block': ['bucket'],
  'internet-ingress-private-ports': ['security_group_id'],
};

/** Terraform takes only literals and names for these. */
const metaArguments = [
  'create_before_destroy',
  'depends_on',
  'for_each',
  'ignore_changes',
  'prevent_destroy',
  'provider',
];

interface Changed {
  /** The resource that is changed. */
  address: string;
  argument: string;
  text: string;
}

/** The text once for each place of a resource that a pattern matches, with something else there. */
function changedIn(text: string, pattern: RegExp, change: (indent: string, name: string, rest: string) => string) {
  return [...text.matchAll(pattern)].flatMap(
    ({ 0: whole, 1: indent = '', 2: argument = '', 3: rest = '', index }): Changed[] => {
      const heads = [...text.slice(0, index).matchAll(/^[a-z].*/gm)];
      const [kind, type, name] = (heads.at(-1)?.[0] ?? '').replaceAll('"', '').split(' ');
      if (kind !== 'resource' || metaArguments.includes(argument)) return [];
      const changed = `${text.slice(0, index)}${change(indent, argument, rest)}${text.slice(index + whole.length)}`;
      return [{ address: `${type}.${name}`, argument, text: changed }];
    },
  );
}

/** Each argument, also one that goes over several lines. */
const anArgument = /^( +)(\w+)( *= *)(?:.*[([{]\n(?:\1 .*\n|\n)*\1[)\]}]+|(?!.*[([{<]$).*)$/gm;

/** Each nested block that a `dynamic` one may be. */
const aBlock = /^( +)(?!lifecycle|provisioner|content|timeouts)(\w+) \{\n((?:\1 .*\n|\n)*)\1\}$/gm;

/** What rules say of resources of sound projects that are changed so. */
async function saidOf(declaration: string, change: (text: string) => readonly Changed[]): Promise<string[]> {
  const said: string[] = [];
  for (const rule of rules.values()) {
    if (rule.scope === 'generated') continue;
    const texts = [rule.example.sound, ...Object.values(fixtures.get(rule.name)?.sound ?? {})];
    for (const { address, argument, text } of texts.filter((one) => !one.includes('#>>')).flatMap(change)) {
      if (rightOf[rule.name]?.includes(argument)) continue;
      const files = new Map([['main.tf', `${text}\n${declaration}\n`]]);
      // A fixture about what cannot be read stays one.
      const { findings } = await checkFiles(files, [rule]).catch(() => ({ findings: [] }));
      const own = findings.filter((finding) => finding.address?.startsWith(address));
      said.push(...own.map((finding) => `${rule.name}, with ${argument}: ${finding.address} ${finding.message}`));
    }
  }
  return said;
}

/** Rules about that an argument is set say nothing where it may be null. */
const aboutSet: readonly (readonly [rule: string, argument: string, resource: (value: string) => string])[] = [
  [
    'multi-az-names-no-zone',
    'availability_zone',
    (value) => `resource "aws_db_instance" "a" {
  engine            = "postgres"
  multi_az          = true
  availability_zone = ${value}
}`,
  ],
  [
    'database-password-in-state',
    'password',
    (value) => `resource "aws_db_instance" "a" {
  engine   = "postgres"
  password = ${value}
}`,
  ],
  [
    'database-password-one-source',
    'password',
    (value) => `resource "aws_db_instance" "a" {
  engine                      = "postgres"
  manage_master_user_password = true
  password                    = ${value}
}`,
  ],
  [
    'dms-endpoint-secret',
    'password',
    (value) => `resource "aws_dms_endpoint" "a" {
  password = ${value}
}`,
  ],
];

describe('a rule about that something is set', () => {
  it.each(aboutSet)('%s', async (name, _, resource) => {
    const more = `variable "given" {}
variable "any" { type = bool }
resource "terraform_data" "given" {}
module "given" { source = "example/given/aws" }`;
    const told = async (value: string) => {
      const files = new Map([['main.tf', `${resource(value)}\n${more}\n`]]);
      return (await checkFiles(files, [rules.get(name)!])).findings.length;
    };
    expect(await told('var.given')).toBe(1);
    expect(await told('terraform_data.given.output')).toBe(1);
    expect(await told('module.given.output')).toBe(0);
    expect(await told('var.any ? "a" : null')).toBe(0);
    expect(await told('null')).toBe(0);
  });
});

describe('what is set to something that is not known', () => {
  it.each(Object.entries(unknowns))(
    '%s is no argument that is left out',
    { timeout: 120_000 },
    async (_, [value, declaration]) => {
      const said = await saidOf(declaration, (text) =>
        changedIn(text, anArgument, (indent, name, equals) => `${indent}${name}${equals}${value}`),
      );
      expect(said).toEqual([]);
    },
  );

  it(
    'a block of which it is not known how often it is there is none that is left out',
    { timeout: 120_000 },
    async () => {
      const said = await saidOf('variable "given" {}', (text) =>
        changedIn(
          text,
          aBlock,
          (indent, name, content) =>
            `${indent}dynamic "${name}" {\n${indent}for_each = var.given\n${indent}content {\n${content}${indent}}\n${indent}}`,
        ),
      );
      expect(said).toEqual([]);
    },
  );
});
