import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import fc from 'fast-check';
import Handlebars from 'handlebars';
import { describe, expect, it } from 'vitest';

// @ts-expect-error: a build script in plain JavaScript
import * as compiler from '../../scripts/compile-template.mjs';
// @ts-expect-error: a build script in plain JavaScript
import * as plugin from '../../scripts/template-plugin.mjs';
import { costOf, costTable } from '../../src/render/cost.js';
import { hclValue } from '../../src/render/hcl.js';
import { fillTemplate, renderTemplate, templateNames, type Template } from '../../src/render/templates.js';
import { viewOf } from '../../src/render/view.js';
import { existingVpc, soundAnswers } from '../support/answers.js';
import { everyPair } from '../support/covering.js';
import { scratchFolder } from '../support/scratch.js';

const compileTemplate = compiler.compileTemplate as (source: string, file: string) => string;
const templatesModule = plugin.templatesModule as (folders: string[]) => string;

/** Reproducible: a failure prints the seed and the path that lead to it. */
const runs = { numRuns: 300, seed: 20261201 };

const partials: Record<string, string> = {
  'log-groups': '  one,\n  two,\n',
  empty: '',
  inline: '<{{not a template}}>',
};

/** What a layer brings under a name, as far as these tests go. */
const part = (name: string, named: object = {}) =>
  name === 'words' ? `${Object.values(named).join(' ')}\n` : (partials[name] ?? `<${name}>\n`);

/** What the compiled template gives for a view. */
function compiled(source: string): (view: object) => string {
  const template = new Function(`return ${compileTemplate(source, 'some.hbs')}`)() as Template;
  return (view) => fillTemplate(template, 'some', view, part);
}

/** What Handlebars itself gives, with the same helpers. */
function handlebars(source: string): (view: object) => string {
  const instance = Handlebars.create();
  instance.registerHelper('hcl', (value: unknown) => hclValue(value));
  instance.registerHelper('table', function (this: unknown, block: Handlebars.HelperOptions) {
    return compiled('{{#table}}{{text}}{{/table}}')({ text: block.fn(this) });
  });
  instance.registerHelper('times', (count: unknown, size: unknown) => String(Number(count) * Number(size)));
  for (const [, name] of source.matchAll(/\{\{~?> ([\w/-]+)/g))
    instance.registerPartial(name!, (named: object) => part(name!, (({ a, b, c }) => ({ a, b, c }))(named as never)));
  const program = instance.parse(source);
  withoutIndents(program);
  const template = instance.compile(program, { noEscape: true });
  return (view) => template(view);
}

/** Handlebars indents the lines of a partial as its tag is; ours are taken as they are. */
function withoutIndents(node: unknown): void {
  if (node === null || typeof node !== 'object') return;
  if ('indent' in node) node.indent = '';
  Object.values(node).forEach(withoutIndents);
}

function sourceOf(name: string): string {
  return readFileSync(`templates/${name}.hbs`, 'utf8').replaceAll('\r\n', '\n');
}

const declarations = {
  variables: [
    { name: 'a', description: 'What a is.', value: '`1`' },
    { name: 'b', description: 'What b is.', value: '' },
  ],
  outputs: [{ name: 'c', description: 'What c is.' }],
};

const text = fc.string({
  unit: fc.constantFrom('a', 'Z', '7', ' ', '"', '\\', '$', '{', '}', '<', '&', '|', 'é', '\n'),
});

/** Values that a path can print. */
const printable = fc.oneof(text, fc.integer({ min: -3, max: 3 }), fc.boolean(), fc.constantFrom('', 0, 1.5));

/** A view of the same shape with other values: lists of any length, and texts in place of numbers. */
function like(value: unknown): fc.Arbitrary<unknown> {
  if (Array.isArray(value)) return value.length > 0 ? fc.array(like(value[0]), { maxLength: 3 }) : fc.constant([]);
  if (value !== null && typeof value === 'object')
    return fc.record(Object.fromEntries(Object.entries(value).map(([key, member]) => [key, like(member)])));
  return printable;
}

describe('every template', () => {
  /** The words that shared templates are given by name, whoever gives them. */
  const words = Object.fromEntries(
    templateNames
      .flatMap((name) => [...sourceOf(name).matchAll(/\{\{> shared\/\S+( [^{}]*(?:\$\{[^}]*\}[^{}]*)*)\}\}/g)])
      .flatMap(([, named]) => [...named!.matchAll(/ (\w+)=/g)])
      .map(([, word]) => [word!, `<${word}>`]),
  );
  const views = [
    ...everyPair().map(({ answers }) => answers),
    soundAnswers({ suffix: 'x', ci: 'github', tags: { team: 'payments' }, alertEmail: 'ops@example.com' }),
    soundAnswers({ ...existingVpc, suffix: 'x', ci: 'gitlab', stateBucket: 'state-123456789012' }),
  ].map((answers) => ({
    ...viewOf(answers, '1.2.3'),
    ...declarations,
    ...words,
    cost: costTable(costOf(answers), answers.region),
    partIndex: 2,
  }));

  it('gives what Handlebars gives, for real views', () => {
    for (const name of templateNames) {
      const expected = handlebars(sourceOf(name));
      for (const view of views) {
        const given = outcome(() => renderTemplate(name, view, part));
        // A template of a layer that the view's answers do not have may ask for what they lack.
        if (typeof given === 'string') expect(given, name).toBe(expected(view));
        else expect(given.message).toMatch(/ is no text, number or boolean, but undefined$/);
      }
    }
  });

  it('gives what Handlebars gives, for any views', () => {
    const full = Object.assign({}, ...views) as object;
    const templates = templateNames.map((name) => [name, handlebars(sourceOf(name))] as const);
    fc.assert(
      fc.property(like(full) as fc.Arbitrary<object>, (view) => {
        for (const [name, expected] of templates) expect(renderTemplate(name, view, part), name).toBe(expected(view));
      }),
      { ...runs, numRuns: 60 },
    );
  });
});

function outcome(act: () => string): string | Error {
  try {
    return act();
  } catch (error) {
    return error as Error;
  }
}

describe('the compiler', () => {
  const view = {
    name: 'n',
    no: false,
    zero: 0,
    none: [],
    some: ['x', 'y', 'z'],
    rows: [
      { id: 1, list: [{ id: 'a' }], yes: true },
      { id: 2, list: [], yes: false },
    ],
    deep: { er: { est: 'd', 'odd key': 'o' } },
  };

  it.each([
    ['', ''],
    ['{{! a comment }}\ntext\n{{!-- {{another}} --}}\n', 'text\n'],
    ['{{name}}{{no}}{{zero}}', 'nfalse0'],
    ['{{deep.er.est}} {{deep/er/est}} {{deep.er.[odd key]}} {{this.name}} {{./name}}', 'd d o n n'],
    ['{{#if none}}a{{else if zero}}b{{else if name}}c{{else}}d{{/if}}', 'c'],
    ['{{#if deep.no.such}}a{{/if}}{{#unless no}}b{{else}}c{{/unless}}{{^if no}}d{{/if}}', 'bd'],
    ['{{#each some}}{{@index}}{{this}}{{#if @first}}!{{/if}}{{#unless @last}}, {{/unless}}{{/each}}', '0x!, 1y, 2z'],
    ['{{#each none}}a{{else}}{{name}}{{/each}}{{#each nothing}}a{{/each}}', 'n'],
    [
      '{{#each rows}}{{#if yes}}{{../name}}{{id}}{{/if}}{{#each list}}{{../id}}{{id}}{{../../name}}{{/each}}{{/each}}',
      'n11an',
    ],
    ['{{#each rows}}{{@root.name}}{{#each list}}{{@index}}{{else}}{{@index}}{{/each}}{{/each}}', 'n0n1'],
    ['{{#each rows}}\n  {{#if yes}}\n  {{id}}\n  {{else}}\n  no\n  {{/if}}\n{{/each}}\n', '  1\n  no\n'],
    ['a  {{~name~}}  b {{~#if no}} x {{~else~}} y {{~/if}} c', 'anby c'],
    [
      '{{hcl name}} {{hcl "a\\b"}} {{hcl 7}} {{hcl nothing}} {{hcl deep.er}}',
      '"n" "a\\\\b" 7 null {\n  "est"     = "d"\n  "odd key" = "o"\n}',
    ],
    ['{{#table}}\na | b\n- | {{name}}\n{{/table}}\n', '| a | b |\n| - | - |\n| - | n |\n'],
    ['${x} \\{{ github.ref }}', '${x} {{ github.ref }}'],
    [
      'a\n    {{> log-groups}}\nb {{> inline}}\n{{#if name}}\n  {{> empty}}\n{{/if}}\n',
      'a\n  one,\n  two,\nb <{{not a template}}>\n',
    ],
    ['{{#each some}}\n  {{> log-groups}}\n{{/each}}', '  one,\n  two,\n'.repeat(3)],
    ['  {{> words a="x}" b=name c=3}}\n', 'x} n 3\n'],
  ])('%j', (source, expected) => {
    expect(compiled(source)(view)).toBe(expected);
    expect(handlebars(source)(view)).toBe(expected);
  });

  it('agrees with Handlebars on any template and view', () => {
    const blank = fc.constantFrom('', ' ', '\n', '\n\n', '  ', '\n  ', ' \n', 'x', 'x\n', '\ny', 'x y');
    const open = fc.constantFrom(['{{', '}}'], ['{{~', '}}'], ['{{', '~}}'], ['{{~', '~}}']);
    const tag = (content: fc.Arbitrary<string>) => fc.tuple(open, content).map(([[a, z], inner]) => `${a}${inner}${z}`);
    const of = (...words: string[]) => tag(fc.constantFrom(...words));
    const { template } = fc.letrec<{ template: string; node: string }>((tie) => ({
      template: fc.array(fc.oneof(blank, tie('node')), { maxLength: 6 }).map((parts) => parts.join('')),
      node: fc.oneof(
        { maxDepth: 3 },
        of('name', 'zero', 'this.name', '@root.name', 'hcl some', 'hcl name', 'hcl "q"', '! note', '> log-groups'),
        fc
          .tuple(
            of('#if name', '#if none', '#if zero'),
            tie('template'),
            of('else', 'else if no', '^'),
            tie('template'),
            of('/if'),
          )
          .map((parts) => parts.join('')),
        fc.tuple(of('#unless no', '#unless some'), tie('template'), of('/unless')).map((parts) => parts.join('')),
        fc.tuple(of('#table'), tie('template'), of('/table')).map((parts) => parts.join('')),
        fc
          .tuple(
            of('#each rows'),
            tie('template'),
            of('id', '@index', '@last', '../name', 'hcl yes'),
            tie('template'),
            of('/each'),
          )
          .map((parts) => parts.join('')),
      ),
    }));
    let printed = 0;
    fc.assert(
      fc.property(template, (source) => {
        const given = outcome(() => compiled(source)(view));
        if (typeof given === 'string') {
          printed += 1;
          expect(given).toBe(handlebars(source)(view));
        }
        // In a loop "name" is nothing, which Handlebars prints as such.
        else expect(given.message).toMatch(/is no text, number or boolean, but undefined$/);
      }),
      { ...runs, numRuns: 2000 },
    );
    expect(printed).toBeGreaterThan(1000);
  });

  it.each([
    ['{{other x}}', 'the helper "other"'],
    ['{{hcl}}', '"hcl" without what it takes'],
    ['{{table}}', '"table" without what it takes'],
    ['{{hcl x y=1}}', 'a named argument'],
    ['{{hcl (other x)}}', 'a SubExpression as an argument'],
    ['{{hcl true}}', 'a BooleanLiteral as an argument'],
    ['{{"x"}}', 'a StringLiteral in place of a path'],
    ['{{{x}}}', 'a second spelling of {{ }}'],
    ['{{&x}}', 'a second spelling of {{ }}'],
    ['{{#with x}}{{/with}}', 'the block "with"'],
    ['{{#x}}{{/x}}', 'the block "x"'],
    ['{{#if}}{{/if}}', '"if" without a path'],
    ['{{#if x y}}{{/if}}', '"if" without a path'],
    ['{{#table x}}{{/table}}', '"table" with an argument or an else'],
    ['{{#table}}{{else}}{{/table}}', '"table" with an argument or an else'],
    ['{{#each x as |y|}}{{/each}}', '"as |y|"'],
    ['{{@index}}', '"@index"'],
    ['{{#each x}}{{else}}{{@last}}{{/each}}', '"@last"'],
    ['{{#each x}}{{@key}}{{/each}}', '"@key"'],
    ['{{#each x}}{{@../index}}{{/each}}', '"@../index"'],
    ['{{../x}}', '"../x", which leads out of the view,'],
    ['{{#each x}}{{../../y}}{{/each}}', '"../../y", which leads out of the view,'],
    ['{{a.constructor}}', '"a.constructor", which every object has,'],
    ['{{> x y}}', 'a partial with more than a name and named arguments'],
    ['{{> (x)}}', 'a partial with more than a name and named arguments'],
    ['{{> x y=true}}', 'a BooleanLiteral as an argument'],
    ['{{#> x}}{{/x}}', 'a PartialBlockStatement'],
    ['{{#*inline "x"}}{{/inline}}', 'a DecoratorBlock'],
    ['{{* x}}', 'a Decorator'],
  ])('refuses %j with its place', (source, what) => {
    expect(() => compileTemplate(`a\n{{#if b}}\n${source}\n{{/if}}`, 'layer/x.hbs')).toThrow(`layer/x.hbs:3: ${what}`);
  });

  it.each([
    ['a\n{{#if b}}', /^layer\/x\.hbs:\d: Parse error/],
    ['a\n{{#if b}}{{/unless}}', /^layer\/x\.hbs:2: if doesn't match unless/],
    ['a\n{{a.this}}', /^layer\/x\.hbs:2: /],
  ])('refuses %j, which Handlebars cannot read, with its place', (source, message) => {
    expect(() => compileTemplate(source, 'layer/x.hbs')).toThrow(message);
  });
});

describe('a template', () => {
  it.each([
    ['{{deep.missing}}', {}, 'some: {{deep.missing}} is no text, number or boolean, but undefined'],
    ['{{x}}', { x: null }, 'some: {{x}} is no text, number or boolean, but null'],
    ['{{x}}', { x: ['a'] }, 'some: {{x}} is no text, number or boolean, but ["a"]'],
    ['{{#each x}}{{/each}}', { x: { a: 1 } }, 'some: {{#each x}} is given no list'],
  ])('%j of what the view lacks throws', (source, view, message) => {
    expect(() => compiled(source)(view)).toThrow(message);
  });

  it('throws for a partial that nobody provides', () => {
    expect(() => fillTemplate((_view, _root, runtime) => runtime.partial('x'), 'some', {})).toThrow(
      'some: nobody provides {{> x}}',
    );
  });

  it('throws where there is none of its name', () => {
    expect(() => renderTemplate('no/such', {})).toThrow('there is no template no/such');
  });
});

describe('folders of templates', () => {
  function folder(name: string, files: Record<string, string>): string {
    const place = path.join(scratchFolder(), name);
    for (const [file, source] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(place, file)), { recursive: true });
      writeFileSync(path.join(place, file), source);
    }
    return place;
  }

  it('are joined', () => {
    const folders = [folder('a', { 'one/x.tf.hbs': 'x\r\n' }), folder('b', { 'two/.y.hbs': '{{y}}', 'two/note': '' })];
    expect(templatesModule(folders)).toBe(
      'export const precompiled = {\n  "one/x.tf": "x\\n",\n  "two/.y": (c, r, h) => h.text(c.y, "y"),\n};\n',
    );
  });

  it('may not have the same template twice', () => {
    const folders = [folder('a', { 'one/x.tf.hbs': 'x' }), folder('b', { 'one/x.tf.hbs': 'y' })];
    expect(() => templatesModule(folders)).toThrow(
      `${path.join(folders[0]!, 'one/x.tf.hbs')} and ${path.join(folders[1]!, 'one/x.tf.hbs')} are the same template, one/x.tf`,
    );
  });

  it('say where the fault of a template is', () => {
    const faulty = folder('a', { 'one/x.tf.hbs': 'x\n{{#with y}}{{/with}}' });
    expect(() => templatesModule([faulty])).toThrow(`${path.join(faulty, 'one/x.tf.hbs')}:2: the block "with"`);
  });
});
