import path from 'node:path';

import { describe, expect, inject, it } from 'vitest';

import { wholeSample } from '../../scripts/samples.mjs';
import { textOf, texts, type ProjectFiles } from '../../src/render/project-files.js';
import { renderProject } from '../../src/render/render.js';
import { everyPair } from '../support/covering.js';
import { checkFiles, lines } from '../support/rules.js';
import { samples } from '../support/samples.js';
import { extremes, smallest } from '../support/extremes.js';
import { scratchFolder } from '../support/scratch.js';
import { answeredAtPlan, onlyNew, runsIn, testFile, withoutAclRules } from './project-tests.js';
import { placeProject, terraform } from './terraform.js';
import { diagnostics, rootsOf, textOfRootAlone, validateTogether, withDistinctRoots, type Root } from './together.js';

const toolchain = inject('toolchain');
const isWhole = inject('wholeProof');
const golden = samples();
const pairs: Root[] = isWhole
  ? everyPair().map(({ label, answers }) => ({ name: label, files: renderProject(answers) }))
  : [];
const projects: Root[] = [...golden, ...pairs];

describe.skipIf(toolchain.unavailable !== undefined)('terraform', () => {
  if (toolchain.unavailable !== undefined) return;
  const { dataFolder, lockFile } = toolchain;
  const shared = { dataFolder, lockFile };

  /** A project in a folder of its own, ready for terraform. */
  function placed(files: ProjectFiles): string {
    const folder = scratchFolder();
    placeProject(files, folder, lockFile);
    return folder;
  }

  /** What `fmt -check` says of projects, each in a folder with its number. */
  async function formatFaults(some: readonly Root[]): Promise<string[]> {
    const folder = scratchFolder();
    for (const [index, { files }] of some.entries()) placeProject(files, path.join(folder, String(index)), lockFile);
    const { status, output } = await terraform(folder, dataFolder, 'fmt', '-check', '-recursive');
    const faults = output.split('\n').flatMap((line) => {
      const [, index, rest] = /^(\d+)\/(.+)$/.exec(line) ?? [];
      return index === undefined ? (line === '' ? [] : [line]) : [`${some[Number(index)]!.name}: ${rest}`];
    });
    return faults.length === 0 && status !== 0 ? [`fmt ended with ${status}`] : faults;
  }

  // A provider takes 0.6 GB: the files of this suite run one after the other, and in here two at a time.
  describe.concurrent('accepts', () => {
    it('the format of every project', async () => {
      expect(await formatFaults(projects)).toEqual([]);
    });

    it('every project, without a warning', async () => {
      const roots = rootsOf(projects);
      const folder = scratchFolder();
      expect(await validateTogether(roots, { folder, ...shared })).toEqual([]);
    });

    it.each(withDistinctRoots(rootsOf(projects)))(
      'the provider and the backend of $name, without a warning',
      async ({ files }) => {
        expect(diagnostics(await terraform(placed(files), dataFolder, 'validate', '-json'), (file) => file)).toEqual(
          [],
        );
      },
    );
  });

  describe.concurrent("passes the project's own tests", () => {
    const seen = new Set<string>();
    const whole = isWhole ? extremes(golden) : smallest(golden);
    for (const { files } of whole) onlyNew(textOf(files, testFile), seen);
    const others = isWhole ? projects.filter((project) => !whole.some(({ name }) => name === project.name)) : [];
    const asConfigured = others.map(({ name, files }) => ({
      name,
      files: new Map([...files, [testFile, onlyNew(textOf(files, testFile), seen)]]),
    }));

    it.each([...whole, ...asConfigured])('$name', async ({ files }) => {
      const { status, output } = await terraform(placed(withoutAclRules(files)), dataFolder, 'test', '-no-color');
      const runs = runsIn(textOf(files, testFile));
      expect(runs).toBeGreaterThan(0);
      expect(output).toContain(`Success! ${runs} passed, 0 failed.`);
      expect(status).toBe(0);
    });

    // With the rules of its web ACL, too.
    it.each(isWhole ? golden : smallest(golden))(
      '$name, with the answers that OpenTofu plans with',
      async ({ files }) => {
        const answered = new Map([...files, [testFile, answeredAtPlan(files)]]);
        const { output } = await terraform(placed(answered), dataFolder, 'test', '-no-color');
        expect(output).toContain('Success! 1 passed, 0 failed.');
      },
    );
  });

  describe.concurrent('would notice', () => {
    /** Three resources stand for a project, among two others that are sound. */
    const small = new Map([
      ['provider.tf', 'terraform {\n  backend "s3" {}\n}\n\nprovider "aws" {\n  region = "us-east-1"\n}\n'],
      ['terraform.tfvars', 'name = "small"\n'],
      [
        'main.tf',
        `variable "name" {
  type = string
}

resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "this" {
  vpc_id     = aws_vpc.this.id
  cidr_block = "10.0.1.0/24"
}

resource "aws_s3_bucket" "logs" {
  bucket = var.name
}
`,
      ],
    ]);
    const changed = (file: string, from: string, to: string) => {
      const text = small.get(file)!.replace(from, to);
      expect(text).not.toBe(small.get(file));
      return new Map([...small, [file, text]]);
    };
    const among = (files: ReadonlyMap<string, string>): Root[] => [
      { name: 'sound', files: small },
      { name: 'broken', files },
      { name: 'sound too', files: small },
    ];

    it('a line that fmt would change, and where', async () => {
      const broken = changed('main.tf', 'vpc_id     =', 'vpc_id =');
      expect(await formatFaults(among(broken))).toEqual(['broken: main.tf']);
    });

    it('each project with a fault, by its name, among sound ones', async () => {
      const projects = [
        { name: 'sound', files: small },
        { name: 'wrong', files: changed('main.tf', 'cidr_block = "10.0.1.0/24"', 'scheme     = "internal"') },
        { name: 'old', files: changed('main.tf', 'bucket = var.name', 'bucket = var.name\n  acl    = "private"') },
        { name: 'sound too', files: small },
        { name: 'needless', files: changed('terraform.tfvars', 'name =', 'other = 1\nname =') },
      ];
      const validated = (some: readonly Root[]) =>
        validateTogether(rootsOf(some), { folder: scratchFolder(), ...shared });
      expect((await validated(projects.slice(0, -1))).sort()).toEqual([
        expect.stringMatching(/^old: main\.tf:\d+: warning: Argument is deprecated: /),
        expect.stringMatching(/^wrong: main\.tf:\d+: error: Unsupported argument: .*"scheme"/),
      ]);
      // A call that is wrong keeps terraform from looking into any module.
      expect(await validated(projects)).toEqual([
        expect.stringMatching(/^needless: terraform\.tfvars:\d+: error: Unsupported argument: .*"other"/),
      ]);
      expect(await validated(projects.filter(({ name }) => name.startsWith('sound')))).toEqual([]);
    });

    it('a provider that is configured in another way, and validates that too', async () => {
      const broken = changed('provider.tf', 'region =', 'place  =');
      expect(withDistinctRoots(among(broken)).map(({ name }) => name)).toEqual(['sound', 'broken']);
      expect(textOfRootAlone({ name: 'small', files: small })).toContain('backend "s3" {}');
      const outcome = await terraform(placed(broken), dataFolder, 'validate', '-json');
      expect(diagnostics(outcome, (name) => name)).toContainEqual(
        expect.stringMatching(/^provider\.tf:6: error: Unsupported argument: /),
      );
    });

    it('what a provider refers to and is not there, by a rule', async () => {
      const whole = golden[0]!.files;
      const provider = textOf(whole, 'provider.tf');
      const broken = new Map([...whole, ['provider.tf', provider.replace(/= local\.\w+/, '= local.nowhere')]]);
      expect(lines(await checkFiles(broken)).join('\n')).toMatch(/provider\.tf.*local\.nowhere/);
    });

    it('a test that fails, as the project is configured or else', async () => {
      const failing = (name: string, more: string) =>
        `run "${name}" {\n  command = plan\n${more}\n  assert {\n    condition     = aws_s3_bucket.logs.bucket == "x"\n    error_message = "Wrong in ${name}."\n  }\n}\n`;
      const text = `mock_provider "aws" {}\n\n${failing('other', '\n  variables {\n    name = "other"\n  }\n')}\n${failing('as_configured', '')}`;
      const seen = new Set<string>();
      const [first, second] = [onlyNew(text, seen), onlyNew(text, seen)];
      expect([first, runsIn(first), runsIn(second)]).toEqual([text, 2, 1]);
      const { status, output } = await terraform(
        placed(new Map([...small, [testFile, second]])),
        dataFolder,
        'test',
        '-no-color',
      );
      expect(status).toBe(1);
      expect(output).toContain('0 passed, 1 failed.');
      expect(output).toContain('Wrong in as_configured.');
    });

    it('sources of a function that were changed and not packaged', async () => {
      const { files } = golden.find((project) => project.files.has('functions/build.json'))!;
      const source = [...texts(files)].find(([file]) => /^functions\/[^/]+\/[^/]+\.mjs$/.test(file))!;
      const edited = new Map([...withoutAclRules(files), [source[0], `${source[1]}// Edited.\n`]]);
      const { status, output } = await terraform(placed(edited), dataFolder, 'test', '-no-color');
      expect(status).toBe(1);
      expect(output.replaceAll(/\s+/g, ' ')).toContain('holds now: run node functions/build.mjs.');
    });

    it('less than all of a web ACL only where no test looks at it', () => {
      const { files } = golden.find(({ name }) => name === wholeSample)!;
      const rules = (some: ProjectFiles) => textOf(some, 'waf.tf').match(/\b(rate|managed_rule_group)\w*statement\b/g);
      expect(rules(files)!.length).toBeGreaterThan(3);
      expect(rules(withoutAclRules(files))).toBeNull();
      const looking = new Map([...files, [testFile, `${textOf(files, testFile)}# aws_wafv2_web_acl.alb\n`]]);
      expect(withoutAclRules(looking)).toBe(looking);
    });

    it('an ARN that no mock gives, and that OpenTofu would make up', async () => {
      const { files } = golden.find(({ name }) => name === wholeSample)!;
      const text = textOf(files, testFile).replace(/^ {2}mock_resource "aws_lb" \{\n[\s\S]*?^ {2}\}\n/m, '');
      expect(text).not.toBe(files.get(testFile));
      const answered = answeredAtPlan(new Map([...files, [testFile, text]]));
      const broken = new Map([...files, [testFile, answered]]);
      const { status, output } = await terraform(placed(broken), dataFolder, 'test', '-no-color');
      expect(status).toBe(1);
      expect(output).toMatch(/"load_balancer_arn" \(\w+\) is an invalid ARN/);
    });

    it("tasks without an image, by a sample's own tests", async () => {
      const { files } = golden.find(({ name }) => name === wholeSample)!;
      const service = textOf(files, 'ecs.tf').replace('? 0 : var.task_count.min', '? 1 : var.task_count.min');
      expect(service).not.toBe(files.get('ecs.tf'));
      const [mocks] = textOf(files, testFile).split(/^run /m);
      const [asked] = textOf(files, testFile).match(/^run "first_apply_without_an_image" \{\n[\s\S]*?^\}\n/m)!;
      const broken = new Map([...files, ['ecs.tf', service], [testFile, `${mocks}${asked}`]]);
      const { status, output } = await terraform(placed(withoutAclRules(broken)), dataFolder, 'test', '-no-color');
      expect(status).not.toBe(0);
      expect(output).toContain('Without an image no task may be started.');
    });
  });
});
