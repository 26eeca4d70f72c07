// Writes src/aws/provider-schema.json: what a version 5 of hashicorp/aws takes, from `terraform providers schema -json`,
// and what a version 6 does, from the bindings that are generated from its schema (scripts/provider-bindings.mjs). The
// version 5 comes from the unpacked mirror that CREATE_SECURE_INFRA_PROVIDER_MIRROR names, or else from the public
// registry. src/aws/provider-schema.ts says how to read the result. With --check it only says whether the file is up to
// date; with --verify it reads bindings of the same version 5, and says where they differ from the schema itself.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { keepFacts, sorted } from './facts.mjs';
import { differences, readBindings } from './provider-bindings.mjs';

/** The oldest version that generated projects accept, and the last of its major. */
const version = '5.100.0';
const bindingsOfFive = '@cdktf/provider-aws@20.1.0';

/** Of hashicorp/aws 6.66.0. */
const bindingsOfSix = '@cdktn/provider-aws@25.7.0';

/** Their blocks nest a dozen deep and are seldom written by hand; what is below the second level is left open. */
const leftOpen = /^aws_(quicksight|medialive)_/;
const levelsKept = 2;

/** Shorter bodies cost less where they stand than as a reference. */
const shortestShared = 40;

const kinds = ['resource_schemas', 'data_source_schemas', 'ephemeral_resource_schemas'];
const simpleTypes = { string: '', bool: '!', number: '~', dynamic: '?' };
const collections = { list: '[', set: '(', map: '<' };

/** Every distinct block body, by its text, in which `#3` stands for the body with that index. */
const bodies = new Map();

const five = readSchemas();
if (process.argv.includes('--verify')) verify();
else await write(readBindings(bindingsOfSix));

function verify() {
  const bindings = readBindings(bindingsOfFive);
  if (bindings.version !== version) throw new Error(`${bindingsOfFive} is of ${bindings.version}`);
  // No bindings of 5.100.0 have ephemeral resources.
  const { names, found } = differences(five, bindings.schemas, kinds.slice(0, 2));
  console.log(`${names} names and blocks compared`);
  for (const line of found) console.error(line);
  if (found.length > 0) process.exitCode = 1;
}

async function write(six) {
  const types = {};
  const names = [five, six.schemas].flatMap((schemas) => kinds.flatMap((kind) => Object.keys(schemas[kind])));
  for (const type of sorted(new Set(names))) {
    types[type.replace(/^aws_/, '')] = kinds.map((kind, index) => {
      const versions = [five[kind][type]?.block, six.schemas[kind][type]?.block];
      return versions.some(Boolean) && rootOf(versions, { type, depth: 0, isData: index === 1 });
    });
  }
  const { expanded, shared } = sharing();
  for (const [type, roots] of Object.entries(types)) {
    types[type] = roots
      .map((root) => (root ? `${root.mark}${expanded(root.body)}` : ''))
      .join('|')
      .replace(/\|+$/, '');
  }
  await keepFacts('provider-schema.json', { versions: [version, six.version], shared, types });
}

function rootOf([old, now], where) {
  const only = onlyIn(old, now);
  return { mark: `${only && `${only}:`}${old?.deprecated ? '^' : ''}`, body: bodyOf([old, now], where) };
}

/** `-` for what only version 5 has, `+` for what only version 6 has. */
function onlyIn(old, now) {
  return old && now ? '' : old ? '-' : '+';
}

/**
 * The index of the body that a block has in both versions: required, optional and computed attributes, then blocks. What
 * is not the same in both is listed once for each.
 */
function bodyOf([old, now], where) {
  const inside = { ...where, depth: where.depth + 1 };
  const groups = [[], [], [], []];
  const [before, after] = [membersOf(old), membersOf(now)];
  for (const name of sorted(new Set([...before.keys(), ...after.keys()]))) {
    if (!/^\w+$/.test(name)) throw new Error(`${name} cannot be written in this encoding`);
    const [one, other] = [before.get(name), after.get(name)];
    const together = one && other && joined(one, other);
    for (const [only, pair] of together
      ? [['', together]]
      : [
          ['-', [one, undefined]],
          ['+', [undefined, other]],
        ]) {
      const [first, second] = pair;
      if (!first && !second) continue;
      // In a block that only one version has, all is of that version.
      const mark = old && now ? only : '';
      const member = first ?? second;
      const deprecated = one?.deprecated ? '^' : '';
      groups[member.group].push(`${mark}${name}${deprecated}${restOf(pair, inside)}`);
    }
  }
  const text = groups
    .map((group) => group.join(' '))
    .join(',')
    .replace(/,+$/, '');
  if (!bodies.has(text)) bodies.set(text, bodies.size);
  return bodies.get(text);
}

/** By name: the list that an attribute or block stands in, and what it is. */
function membersOf({ attributes = {}, block_types: blocks = {} } = {}) {
  const members = new Map();
  for (const [name, { required, optional, deprecated, type }] of Object.entries(attributes))
    members.set(name, { group: required ? 0 : optional ? 1 : 2, deprecated, type });
  for (const [name, { nesting_mode: nesting, min_items: min = 0, max_items: max = 0, block }] of Object.entries(blocks))
    if (name !== 'timeouts')
      members.set(name, { group: 3, deprecated: block.deprecated, min, max: nesting === 'single' ? 1 : max, block });
  return members;
}

/** Both, if one entry can say it of both. The bindings know of a number of blocks only whether it may be 0, 1 or more. */
function joined(one, other) {
  if (one.group !== other.group) return undefined;
  if (one.group === 2) return [one, other];
  if (one.group < 2) return shapeOf(one.type) === shapeOf(other.type) ? [one, other] : undefined;
  const isSame = one.min > 0 === other.min > 0 && (one.max === 1) === (other.max === 1);
  return isSame && !other.block.isOpen ? [one, { ...other, min: one.min, max: one.max }] : undefined;
}

/** A type without what is in its objects. */
function shapeOf(type) {
  if (!Array.isArray(type)) return type;
  return type[0] === 'object' ? 'object' : `${type[0]} ${shapeOf(type[1])}`;
}

/** What follows the name: the type of an attribute, or how many blocks there may be, and what is inside. */
function restOf([one, other], where) {
  const { group, min, max } = one ?? other;
  if (group < 2) return typeOf([one?.type, other?.type], where);
  if (group === 2) return readFieldsOf([one?.type, other?.type], where);
  const blocks = [one?.block, other?.block];
  const isOpen = blocks.some((block) => block?.isOpen) || (leftOpen.test(where.type) && where.depth > levelsKept);
  return `${limited(min, max)}${isOpen ? '?' : `#${bodyOf(blocks, where)}`}`;
}

function limited(min, max) {
  if (max === 1) return min === 1 ? '+' : '';
  return `:${min || ''}-${max || ''}`;
}

function typeOf(types, where) {
  const type = types[0] ?? types[1];
  if (!Array.isArray(type)) return simpleTypes[type];
  const inner = types.map((type) => type?.[1]);
  if (type[0] !== 'object') return `${collections[type[0]]}${typeOf(inner, where)}`;
  return `#${bodyOf(
    inner.map((fields) => fields && { attributes: attributesOf(fields, { optional: true }) }),
    where,
  )}`;
}

/**
 * What the objects in an attribute hold that can only be read. Of data sources it is left out: nobody sets it, and it
 * would add 11 KB to the package.
 */
function readFieldsOf(types, where) {
  if (where.isData) return '';
  const objects = types.map((type) => {
    const isRow = (type?.[0] === 'list' || type?.[0] === 'set') && type[1][0] === 'object';
    return isRow ? type[1][1] : type?.[0] === 'object' ? type[1] : undefined;
  });
  if (!objects.some(Boolean)) return '';
  return `#${bodyOf(
    objects.map((fields) => fields && { attributes: attributesOf(fields, {}) }),
    where,
  )}`;
}

function attributesOf(fields, flags) {
  return Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, { ...flags, type }]));
}

/** Writes out a body's text with every reference replaced by the body itself, or by its place in `shared`. */
function sharing() {
  const texts = [...bodies.keys()];
  const uses = texts.map(() => 0);
  for (const text of texts) for (const [, index] of text.matchAll(/#(\d+)/g)) uses[index]++;
  const shared = [];
  const placeOf = new Map();
  const expanded = (index) =>
    texts[index].replaceAll(/#(\d+)/g, (_, child) => {
      const text = expanded(child);
      if (uses[child] < 2 || text.length < shortestShared) return `{${text}}`;
      if (!placeOf.has(child)) placeOf.set(child, shared.push(text) - 1);
      return `@${placeOf.get(child)}`;
    });
  return { expanded, shared };
}

function readSchemas() {
  const folder = mkdtempSync(path.join(tmpdir(), 'create-secure-infra-schema-'));
  try {
    writeFileSync(
      path.join(folder, 'provider.tf'),
      `terraform {\n  required_providers {\n    aws = {\n      source  = "hashicorp/aws"\n      version = "${version}"\n    }\n  }\n}\n`,
    );
    const mirror = process.env.CREATE_SECURE_INFRA_PROVIDER_MIRROR;
    terraform(
      folder,
      'init',
      '-backend=false',
      '-input=false',
      '-no-color',
      ...(mirror ? [`-plugin-dir=${mirror}`] : []),
    );
    const { provider_schemas: schemas } = JSON.parse(terraform(folder, 'providers', 'schema', '-json'));
    return schemas['registry.terraform.io/hashicorp/aws'];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function terraform(cwd, ...args) {
  const env = { ...process.env, CHECKPOINT_DISABLE: '1' };
  if (env.TF_CLI_CONFIG_FILE && !existsSync(env.TF_CLI_CONFIG_FILE)) delete env.TF_CLI_CONFIG_FILE;
  for (const name of Object.keys(env)) if (/^(TF_CLI_ARGS|TF_DATA_DIR|TF_WORKSPACE)/.test(name)) delete env[name];
  const { status, stdout, stderr, error } = spawnSync('terraform', args, {
    cwd,
    env,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`terraform ${args.join(' ')} failed: ${error?.message ?? stderr}`);
  return stdout;
}
