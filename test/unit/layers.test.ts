import { readFileSync } from 'node:fs';

import Handlebars from 'handlebars';
import { describe, expect, it } from 'vitest';

import { options } from '../../src/answers/options.js';
import { templatesOf } from '../../src/render/composer.js';
import { textOf, texts } from '../../src/render/project-files.js';
import { renderProject } from '../../src/render/render.js';
import { templateNames } from '../../src/render/templates.js';
import { viewOf } from '../../src/render/view.js';
import { layersOf, stacks } from '../../src/stacks/index.js';
import { soundAnswers } from '../support/answers.js';
import { everyPair } from '../support/covering.js';
import { samples } from '../support/samples.js';

describe('layers', () => {
  it('never provide the same path twice, whatever the answers', () => {
    for (const { answers } of everyPair()) {
      for (const ci of ['github', 'gitlab', 'none'] as const) {
        expect(() => templatesOf(layersOf({ ...answers, ci, stateBucket: 'some-bucket' }))).not.toThrow();
      }
    }
  });

  it('are each there once, and known', () => {
    expect(() => templatesOf(['network', 'network'])).toThrow('a layer is there twice: network, network');
    expect(() => templatesOf(['network', 'no-such'])).toThrow('there is no layer no-such');
  });

  it('are all used by a stack', () => {
    const used = new Set(
      everyPair().flatMap(({ answers }) =>
        (['github', 'gitlab'] as const).flatMap((ci) => layersOf({ ...answers, ci })),
      ),
    );
    const layers = new Set(templateNames.map((name) => name.split('/')[0]!).filter((name) => name !== '_shared'));
    expect([...layers].sort()).toEqual([...used].sort());
  });
});

describe('templates', () => {
  interface Node {
    type?: string;
    path?: Node;
    params?: Node[];
    program?: Node;
    inverse?: Node;
    original?: string;
  }

  /** What a template asks the view for: every name outside of a loop over variables, outputs or subnets. */
  function names(node: Node | Node[] | undefined, inLoop = false): string[] {
    if (node === null || typeof node !== 'object') return [];
    if (Array.isArray(node)) return node.flatMap((child) => names(child, inLoop));
    const { type, path, params = [], program, inverse, original } = node;
    if (type === 'PathExpression') return inLoop ? [] : [original!];
    if (type === 'PartialStatement') return [];
    if (type === 'BlockStatement' && path!.original === 'each')
      return [...names(params, inLoop), ...names(program, true)];
    if (type === 'BlockStatement' || type === 'MustacheStatement') {
      const isHelper = params.length > 0 || path!.original === 'table';
      return [
        ...(isHelper ? [] : names(path, inLoop)),
        ...[params, program, inverse].flatMap((part) => names(part, inLoop)),
      ];
    }
    return Object.values(node).flatMap((child) => names(child as Node, inLoop));
  }

  it('ask the view only for what it has', () => {
    const known = new Set([
      ...options.map((option) => option.key as string),
      ...[...stacks.keys()].flatMap((stack) => Object.keys(viewOf(soundAnswers({ stack }), '1.2.3'))),
      'variables',
      'outputs',
      'cost',
      'partIndex',
    ]);
    // What is shared is given words by name, wherever it is used.
    const sources = templateNames.map((name) => readFileSync(`templates/${name}.hbs`, 'utf8'));
    const words = sources.flatMap((source) =>
      [...source.matchAll(/\{\{> shared\/\S+( [^{}]*(?:\$\{[^}]*\}[^{}]*)*)\}\}/g)].flatMap(([, named]) =>
        [...named!.matchAll(/ (\w+)=/g)].map(([, word]) => word!),
      ),
    );
    let asked = 0;
    for (const name of templateNames) {
      const given = name.startsWith('_shared/') ? words : [];
      for (const used of names(Handlebars.parse(readFileSync(`templates/${name}.hbs`, 'utf8')) as Node)) {
        asked += 1;
        expect([...known, ...given], `${name}: ${used}`).toContain(used.split('.')[0]);
      }
    }
    expect(asked).toBeGreaterThan(100);
  });
});

describe('renderProject', () => {
  it('is a pure function of answers and version', () => {
    const answers = soundAnswers({ suffix: 'x' });
    expect([...renderProject(answers)]).toEqual([...renderProject(structuredClone(answers))]);
    expect(renderProject(answers, '9.9.9').get('.create-secure-infra.json')).toContain('"version": "9.9.9"');
  });

  it('writes text files with one final newline and no trailing or doubled blanks', () => {
    for (const { answers } of [...everyPair(), ...samples()]) {
      for (const [path, text] of texts(renderProject(answers))) {
        expect(text, path).toMatch(/[^\n]\n$/);
        // Python has two empty lines between what stands by itself.
        expect(text, path).not.toMatch(path.endsWith('.py') ? /[ \t]\n|\n\n\n\n|\r/ : /[ \t]\n|\n\n\n|\r/);
        expect(text.startsWith('\n'), path).toBe(false);
      }
    }
  });

  it('names no path outside the project', () => {
    for (const { files } of samples())
      for (const path of files.keys()) expect(path).not.toMatch(/^\/|\\|\.\.|^[A-Za-z]:/);
  });

  it.each([
    [
      {},
      ['bootstrap/main.tf', 'vpc.tf', 'vpc_endpoints.tf', 'flow_logs.tf'],
      ['dns.tf', '.github/workflows/terraform.yml', '.gitlab-ci.yml'],
    ],
    [{ stateBucket: 'state-123456789012' }, [], ['bootstrap/main.tf']],
    [{ ci: 'gitlab' }, ['.gitlab-ci.yml'], ['.github/workflows/terraform.yml']],
    [{ ci: 'github' }, ['.github/workflows/terraform.yml'], ['.gitlab-ci.yml']],
    [{ route53: true, zoneName: 'example.com', domain: 'example.com' }, ['dns.tf'], []],
  ])('with %j has the files that follow', (answers, present, absent) => {
    const files = renderProject(soundAnswers(answers));
    for (const path of present) expect([...files.keys()]).toContain(path);
    for (const path of absent) expect([...files.keys()]).not.toContain(path);
  });
});

describe('the README of a project', () => {
  it('lists every variable and output that the project declares, with its value', () => {
    for (const { files } of samples()) {
      const readme = textOf(files, 'README.md');
      for (const [, name] of textOf(files, 'variables.tf').matchAll(/^variable "(\w+)"/gm))
        expect(readme).toContain(`| \`${name}\` `);
      for (const [, name] of textOf(files, 'outputs.tf').matchAll(/^output "(\w+)"/gm))
        expect(readme).toContain(`| \`${name}\` `);
      expect(readme).toMatch(/\| `aws_region` +\|[^|]+\| `"[a-z0-9-]+"` +\|/);
    }
  });

  it('names only files that are there', () => {
    for (const { files } of samples()) {
      const table = textOf(files, 'README.md').split('## First deployment')[0]!;
      for (const [, name] of table.matchAll(/`([\w.]+\.(?:tf|hcl|tfvars))`/g))
        expect([...files.keys()]).toContain(name);
    }
  });
});
