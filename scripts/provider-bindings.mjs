// Reads the schema of hashicorp/aws out of the bindings that CDK Terrain and its forerunner generate from it
// (https://github.com/cdktn-io/cdktn-provider-aws, https://github.com/cdktf/cdktf-provider-aws; both MPL-2.0). What they
// do not carry, such as what is deprecated, or how many blocks there may be, is left out.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const baseClasses = {
  TerraformResource: 'resource_schemas',
  TerraformDataSource: 'data_source_schemas',
  TerraformEphemeralResource: 'ephemeral_resource_schemas',
};

/**
 * The version and the schemas of the provider, in the form that `terraform providers schema -json` has. `name` is the
 * package with its version; npm compares what it downloads with the registry's checksum.
 */
export function readBindings(name) {
  const folder = mkdtempSync(path.join(tmpdir(), 'create-secure-infra-bindings-'));
  try {
    const packed = run('npm', ['pack', name, '--silent', '--pack-destination', folder]).trim().split('\n').at(-1);
    run('tar', ['-xzf', path.join(folder, packed), '-C', folder]);
    return schemasIn(path.join(folder, 'package'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same of a package that is unpacked already. */
export function schemasIn(folder) {
  const [, version] = /provider version (\d+\.\d+\.\d+)/.exec(readFileSync(path.join(folder, 'README.md'), 'utf8'));
  const schemas = { resource_schemas: {}, data_source_schemas: {}, ephemeral_resource_schemas: {} };
  for (const name of readdirSync(path.join(folder, 'lib'), { withFileTypes: true })) {
    if (!name.isDirectory() || name.name === 'provider') continue;
    const root = path.join(folder, 'lib', name.name);
    const { kind, type, block } = readType(codeIn(root, '.js'), codeIn(root, '.d.ts'));
    if (kind) schemas[kind][type] = { block };
  }
  return { version, schemas };
}

/** The text of all files of a type: large ones are split. */
function codeIn(folder, extension) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(extension))
    .map((name) => readFileSync(path.join(folder, name), 'utf8'))
    .join('\n');
}

function readType(code, declarations) {
  const classes = classesIn(code);
  const where = { classes, writers: writersIn(code), blocks: blocksIn(declarations) };
  for (const [name, { base, text }] of classes) {
    const kind = baseClasses[base];
    if (!kind) continue;
    const [, type] = /terraformResourceType: '(\w+)'/.exec(text);
    const settable = entriesIn(/synthesizeHclAttributes\(\) \{\n([^]*?)\n {4}\}(?:\n|$)/.exec(text)?.[1] ?? '');
    return { kind, type, block: blockOf({ reader: name, structure: `${name}Config` }, settable, where) };
  }
  return {};
}

/** By the name of a structure: what the function that writes it as HCL says of its arguments. */
function writersIn(code) {
  const functions = code.matchAll(/^function (\w+)ToHclTerraform\(struct\) \{\n([^]*?)\n\}/gm);
  return new Map([...functions].map(([, name, body]) => [name.toLowerCase(), entriesIn(body)]));
}

/** `name: { value: …, isBlock: …, type: …, storageClassType: … }` */
function entriesIn(text) {
  const entries = text.matchAll(
    /^ +(\w+): \{\n +value: (.*),\n +isBlock: (true|false),\n +type: "(\w+)",\n +storageClassType: "(\w+)",?\n/gm,
  );
  return new Map(
    [...entries].map(([, name, value, isBlock, collection, storage]) => [
      name,
      { value, isStructure: isBlock === 'true', collection, storage },
    ]),
  );
}

/** By the name of a structure: which of its members are blocks. */
function blocksIn(declarations) {
  const interfaces = declarations.matchAll(/^export interface (\w+)[^{]*\{\n([^]*?)\n\}/gm);
  return new Map(
    [...interfaces].map(([, name, body]) => [
      name,
      new Set([...body.matchAll(/^ +\* (\w+) block$/gm)].map(([, block]) => block)),
    ]),
  );
}

function classesIn(code) {
  const classes = code.matchAll(/^class (\w+) extends \w+\.(\w+) \{\n([^]*?)\n\}/gm);
  return new Map([...classes].map(([, name, base, text]) => [name, { base, text }]));
}

/** The schema of a block, or of the objects in an attribute: what is written of it, and the class that reads it. */
function blockOf({ reader, structure }, settable, where) {
  const attributes = {};
  const blocks = {};
  const { text } = where.classes.get(reader);
  const isBlock = where.blocks.get(structure) ?? new Set();
  const objects = objectsIn(text);
  // What is required cannot be taken back.
  const resets = text.matchAll(/^ +reset\w+\(\) \{\n +this\._(\w+)(?:\.internalValue)? = undefined;/gm);
  const canBeReset = new Set([...resets].map(([, member]) => member));
  for (const [name, entry] of settable) {
    if (name === 'timeouts') continue;
    const required = !membersOfName(name, entry).some((member) => canBeReset.has(member));
    const inner = innerOf(objects.get(name), where);
    if (isBlock.has(name)) {
      blocks[name] = { ...limitsOf(entry, required), block: inner ? inner() : { isOpen: true } };
    } else {
      const type = inner ? collected(objects.get(name), objectType(inner())) : typeOf(entry);
      attributes[name] = { ...(required ? { required } : { optional: true }), type };
    }
  }
  for (const [, name, computed, getter] of text.matchAll(onlyRead)) {
    const inner = innerOf(objects.get(name), where);
    if (computed === 'false') blocks[name] = { nesting_mode: 'single', min_items: 0, block: inner() };
    else
      attributes[name] = {
        computed: true,
        type: inner ? collected(objects.get(name), objectType(inner())) : readTypeOf(getter),
      };
  }
  return { attributes, block_types: blocks };
}

/** What is neither optional nor required; a block in which everything is only read is not computed either. */
const onlyRead = /^ +\/\/ (\w+) - computed: (true|false), optional: false, required: false\n(?=(.*\n.*))/gm;

/** What a class may call an argument: `equals` is kept as such, and written from `struct.equalTo`. */
function membersOfName(name, { value }) {
  const [, written] = /(?:struct\.|this\._)(\w+)/.exec(value);
  return [written, name.replaceAll(/_(\w)/g, (_, letter) => letter.toUpperCase())];
}

/** By name: the class in which an object is read, and whether it is in a set: `_rule = new LbRuleList(this, "rule", false)`. */
function objectsIn(text) {
  const members = text.matchAll(/_\w+ = new (?:\w+\.)?(\w+)\(this, "(\w+)"(?:, (true|false))?/g);
  return new Map([...members].map(([, reader, name, isSet]) => [name, { reader, isSet: isSet === 'true' }]));
}

function innerOf(object, where) {
  const name = object && structureOf(object.reader, where);
  return name === undefined ? undefined : () => structureIn(name, where);
}

/** What is inside a structure of that name; left open where it stands in itself, as the bindings have deep WAF rules. */
function structureIn(name, where) {
  const { within = [] } = where;
  if (within.includes(name)) return { isOpen: true };
  const names = { reader: `${name}OutputReference`, structure: name };
  return blockOf(names, where.writers.get(name.toLowerCase()) ?? new Map(), { ...where, within: [...within, name] });
}

/** `LbRule` for LbRuleList, LbRuleMap and LbRuleOutputReference. */
function structureOf(reader, { classes }) {
  const names = ['OutputReference', 'MapList', 'List', 'Map']
    .filter((end) => reader.endsWith(end))
    .map((end) => reader.slice(0, -end.length));
  return names.find((name) => classes.has(`${name}OutputReference`));
}

/** A list of at most one is written as the structure itself. Of a single block it is not told whether it must be there. */
function limitsOf({ value, collection }, required) {
  const isSingle = collection === 'struct';
  return {
    nesting_mode: isSingle ? 'single' : collection,
    min_items: required && !isSingle ? 1 : 0,
    ...(value.includes('listMapperHcl(') ? {} : { max_items: 1 }),
  };
}

function objectType({ attributes }) {
  return ['object', Object.fromEntries(Object.entries(attributes).map(([name, { type }]) => [name, type]))];
}

function collected({ reader, isSet }, object) {
  if (reader.endsWith('OutputReference')) return object;
  return [reader.endsWith('Map') ? 'map' : isSet ? 'set' : 'list', object];
}

const storages = { string: 'string', number: 'number', boolean: 'bool' };

/** `stringListMap` in a map is a map of lists of texts. */
function typeOf({ collection, storage }) {
  const [, simple, inner] = /^(string|number|boolean)((?:List|Map)*)$/.exec(storage) ?? [];
  if (!simple) return 'dynamic';
  const outer = inner.match(/List|Map/g) ?? [];
  return outer.reduce(
    (type, name, index) => [index === outer.length - 1 ? collection : name === 'Map' ? 'map' : 'list', type],
    storages[simple],
  );
}

/** The type of what is only read. */
function readTypeOf(getter) {
  const kinds = [
    [/return this\.getStringAttribute\(/, 'string'],
    [/return this\.getNumberAttribute\(/, 'number'],
    [/return this\.getBooleanAttribute\(/, 'bool'],
    [/this\.getNumberListAttribute\(/, ['list', 'number']],
    [/Fn\.tolist\(this\.getListAttribute\(/, ['set', 'string']],
    [/return this\.getListAttribute\(/, ['list', 'string']],
    [/this\.getStringMapAttribute\(|= new \w+\.StringMap\(/, ['map', 'string']],
  ];
  const kind = kinds.find(([pattern]) => pattern.test(getter));
  return kind ? kind[1] : 'dynamic';
}

function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? stderr}`);
  return stdout;
}

/** How the schemas of the bindings differ from those of the provider, in what these can carry. */
export function differences(provider, bindings, kinds) {
  const found = [];
  let names = 0;
  for (const kind of kinds) {
    for (const type of new Set([...Object.keys(provider[kind]), ...Object.keys(bindings[kind])])) {
      const [one, other] = [provider[kind][type], bindings[kind][type]];
      if (one && other) compare(one.block, other.block, `${kind} ${type}`);
      else found.push(`${kind} ${type}: only in ${one ? 'the provider' : 'the bindings'}`);
    }
  }
  return { names, found };

  function compare(one, other, address) {
    const [ours, theirs] = [membersOf(other), membersOf(one)];
    for (const name of new Set([...theirs.keys(), ...ours.keys()])) {
      names++;
      // Of a block that they leave open, bindings do not tell either whether it must be there.
      if (ours.get(name)?.block?.isOpen && theirs.get(name)?.block) continue;
      if (theirs.get(name)?.text !== ours.get(name)?.text)
        found.push(`${address}.${name}: ${theirs.get(name)?.text}, in the bindings ${ours.get(name)?.text}`);
      const blocks = [theirs.get(name)?.block, ours.get(name)?.block];
      if (blocks.every(Boolean)) compare(...blocks, `${address}.${name}`);
    }
  }
}

function membersOf({ attributes = {}, block_types: blocks = {} }) {
  const members = Object.entries(attributes).map(([name, { required, optional, type }]) => {
    const group = required ? 'required' : optional ? 'optional' : 'computed';
    return [name, { text: group === 'computed' ? group : `${group} ${JSON.stringify(withoutOrder(type))}` }];
  });
  for (const [name, { nesting_mode: nesting, min_items: min = 0, max_items: max, block }] of Object.entries(blocks)) {
    if (name === 'timeouts') continue;
    const isOne = nesting === 'single' || max === 1;
    members.push([name, { text: `${isOne ? 'block' : 'blocks'}${min > 0 ? ', at least one' : ''}`, block }]);
  }
  return new Map(members);
}

/** With the names of objects in order; of a list in a list the bindings do not say that it is a set. */
function withoutOrder(type, depth = 0) {
  if (!Array.isArray(type)) return type;
  if (type[0] !== 'object')
    return [
      depth > 0 && type[0] === 'set' ? 'list' : type[0],
      withoutOrder(type[1], Array.isArray(type[1]) && type[1][0] !== 'object' ? depth + 1 : 0),
    ];
  const names = Object.keys(type[1]).sort();
  return ['object', Object.fromEntries(names.map((name) => [name, withoutOrder(type[1][name])]))];
}
