import { describe, expect, it } from 'vitest';

import { providerVersions } from '../../src/aws/provider-schema.js';
import { admits, providerChoice, unknownProviderVersion } from '../../src/rules/lib/provider-version.js';
import { memorySources, readHclProject } from '../../src/terraform/read-hcl.js';

describe('admits', () => {
  it.each([
    ['5.100.0', true],
    ['= 5.100.0', true],
    ['v5.100', true],
    ['!= 5.100.0', false],
    ['> 5.99', true],
    ['>= 5.101', false],
    ['<= 5.100.0', true],
    ['< 5.100.0', false],
    ['~> 5', true],
    ['~> 5.0', true],
    ['~> 5.100.0', true],
    ['~> 5.31.0', false],
    ['~> 6.0', false],
    ['>= 5.0, < 7.0.0', true],
    ['>= 4.0, < 5.0, != 4.2', false],
    ['>= 5.0.0-beta1', undefined],
    ['>= 5.0.0-beta1, < 5.0', false],
  ])('%s: 5.100.0 is %s', (constraint, answer) => {
    expect(admits(constraint, '5.100.0')).toBe(answer);
  });

  it('lets only the last written part grow after ~>', () => {
    expect(admits('~> 5', '6.0.0')).toBe(true);
    expect(admits('~> 5.0', '6.0.0')).toBe(false);
  });
});

describe('the versions that a project may be run with', () => {
  const { five, six } = providerVersions;
  const constrained = (constraint: string, files: Record<string, string> = {}) =>
    readHclProject(
      memorySources(
        new Map([
          [
            'main.tf',
            `terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "${constraint}"
    }
  }
}

resource "aws_sns_topic" "a" {}
`,
          ],
          ...Object.entries(files),
        ]),
      ),
    );
  const lock = (version: string) => ({
    '.terraform.lock.hcl': `provider "registry.terraform.io/hashicorp/aws" {\n  version = "${version}"\n}\n`,
  });

  it.each([
    ['~> 5.0', 'five', false],
    ['5.31.0', 'five', false],
    ['> 5.31.0, < 5.32.0', 'five', false],
    ['~> 6.0', 'six', false],
    ['6.0.0', 'six', false],
    ['>= 6.0', 'six', false],
    [`> ${six}`, 'six', true],
    ['~> 6.999', 'six', true],
    ['>= 5.0', 'either', false],
    ['>= 3.0', 'either', false],
    [`>= ${five}, < 7.0`, 'either', false],
    ['~> 4.0', undefined, false],
    ['< 5.0', undefined, false],
    ['~> 7.0', undefined, false],
    ['>= 5.0.0-beta1', undefined, false],
  ])('%s: %s, newer %s', async (constraint, schema, isNewer) => {
    expect(providerChoice(await constrained(constraint))).toMatchObject({ schema, isNewer });
  });

  it.each([
    ['5.31.0', 'five', false],
    ['6.0.0', 'six', false],
    [six, 'six', false],
    ['6.999.0', 'six', true],
    ['4.67.0', undefined, false],
    ['7.0.0', undefined, false],
  ])('locked at %s: %s, newer %s', async (version, schema, isNewer) => {
    expect(providerChoice(await constrained('>= 3.0', lock(version)))).toMatchObject({ schema, isNewer });
  });

  it('are those of both, where nothing is said', async () => {
    const project = await readHclProject(memorySources(new Map([['main.tf', 'resource "aws_sns_topic" "a" {}\n']])));
    expect(providerChoice(project)).toMatchObject({ schema: 'either', isNewer: false, stated: false });
    expect(unknownProviderVersion(project)).toBeUndefined();
  });

  it('are named where the schema rules do not know them', async () => {
    expect(unknownProviderVersion(await constrained('~> 6.0'))).toBeUndefined();
    expect(unknownProviderVersion(await constrained('~> 4.0'))).toEqual({
      what: `hashicorp/aws ~> 4.0 is asked for; the schema rules know the arguments of ${five} and ${six}`,
      location: { path: 'main.tf', line: 3, column: 5, endLine: 6, endColumn: 6 },
    });
    expect(unknownProviderVersion(await constrained('>= 3.0', lock('4.67.0')))).toEqual({
      what: `hashicorp/aws 4.67.0 is locked; the schema rules know the arguments of ${five} and ${six}`,
      location: { path: '.terraform.lock.hcl', line: 1 },
    });
    expect(unknownProviderVersion(await constrained('>= 3.0', lock('6.999.0')))).toMatchObject({
      what: expect.stringContaining('6.999.0 is locked') as string,
    });
    const nothing = new Map([
      ['main.tf', 'terraform {\n  required_providers {\n    aws = { version = "~> 4.0" }\n  }\n}\n'],
    ]);
    expect(unknownProviderVersion(await readHclProject(memorySources(nothing)))).toBeUndefined();
  });

  it('are not known of more constraints than anybody states, which are told in short', async () => {
    const many = Array.from({ length: 2000 }, (_, at) => `>= 5.${at}`).join(', ');
    expect(providerChoice(await constrained(many)).schema).toBeUndefined();
    expect(unknownProviderVersion(await constrained(many))?.what).toContain('>= 5.9, and 1990 more is asked for');
    // The same again is no other.
    expect(providerChoice(await constrained(`${'>= 5.1, '.repeat(2000)}< 6`)).schema).toBe('five');
  });
});
