// Writes src/aws/provider-schema.json from what `terraform providers schema -json` says of hashicorp/aws. The provider
// comes from the unpacked mirror that CREATE_SECURE_INFRA_PROVIDER_MIRROR names, or else from the public registry.
// src/aws/provider-schema.ts says how to read the result. With --check it only says whether the file is up to date.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { keepFacts, sorted } from './facts.mjs';

/** The oldest version that generated projects accept; what it takes without a deprecation, 6.x takes too. */
const version = '5.100.0';

/** Their blocks nest a dozen deep and are seldom written by hand; what is below the second level is left open. */
const leftOpen = /^aws_(quicksight|medialive)_/;
const levelsKept = 2;

/** Shorter bodies cost less where they stand than as a reference. */
const shortestShared = 40;

const provider = readSchemas();
const kinds = [provider.resource_schemas, provider.data_source_schemas, provider.ephemeral_resource_schemas];

/** Every distinct block body, by its text, in which `#3` stands for the body with that index. */
const bodies = new Map();
const types = {};
for (const type of sorted(new Set(kinds.flatMap((schemas) => Object.keys(schemas))))) {
  const roots = kinds.map((schemas, kind) => {
    const block = schemas[type]?.block;
    return block && { deprecated: block.deprecated, body: bodyOf(block, { type, depth: 0, isData: kind === 1 }) };
  });
  types[type.replace(/^aws_/, '')] = roots;
}

const texts = [...bodies.keys()];
const uses = texts.map(() => 0);
for (const text of texts) for (const [, index] of text.matchAll(/#(\d+)/g)) uses[index]++;
const shared = [];
const placeOf = new Map();
for (const [type, roots] of Object.entries(types)) {
  types[type] = roots
    .map((root) => (root ? `${root.deprecated ? '^' : ''}${expanded(root.body)}` : ''))
    .join('|')
    .replace(/\|+$/, '');
}
await keepFacts('provider-schema.json', { version, shared, types });

/** The index of the body of `block`: required, optional and computed attributes, then blocks. */
function bodyOf({ attributes = {}, block_types: blocks = {} }, where) {
  const inside = { ...where, depth: where.depth + 1 };
  const groups = [[], [], [], []];
  for (const name of sorted(Object.keys(attributes))) {
    const { required, optional, deprecated, type } = attributes[name];
    const isSettable = required || optional;
    const fields = fieldsOf(type, isSettable, inside);
    groups[required ? 0 : optional ? 1 : 2].push(entry(name, deprecated, '', fields));
  }
  for (const name of sorted(Object.keys(blocks))) {
    const { nesting_mode: nesting, min_items: min = 0, max_items: max = 0, block } = blocks[name];
    const limits = limited(min, nesting === 'single' ? 1 : max);
    const isOpen = leftOpen.test(where.type) && where.depth >= levelsKept;
    groups[3].push(entry(name, block.deprecated, limits, isOpen ? '?' : `#${bodyOf(block, inside)}`));
  }
  const text = groups
    .map((group) => group.join(' '))
    .join(',')
    .replace(/,+$/, '');
  if (!bodies.has(text)) bodies.set(text, bodies.size);
  return bodies.get(text);
}

function entry(name, deprecated, limits, body) {
  if (!/^\w+$/.test(name)) throw new Error(`${name} cannot be written in this encoding`);
  return `${name}${deprecated ? '^' : ''}${limits}${body}`;
}

function limited(min, max) {
  if (max === 1) return min === 1 ? '+' : '';
  return `:${min || ''}-${max || ''}`;
}

/**
 * What the objects in an attribute hold. Terraform takes blocks in place of a settable list or set of objects. Of data
 * sources they are left out: nobody sets them, and they would add 11 KB to the package.
 */
function fieldsOf(type, isSettable, where) {
  if (!Array.isArray(type) || (where.isData && !isSettable)) return '';
  const isRow = (type[0] === 'list' || type[0] === 'set') && type[1][0] === 'object';
  const object = isRow ? type[1][1] : type[0] === 'object' && !isSettable ? type[1] : undefined;
  if (!object) return '';
  const attributes = Object.fromEntries(
    Object.entries(object).map(([name, type]) => [name, isSettable ? { type, optional: true } : { type }]),
  );
  return `#${bodyOf({ attributes }, where)}`;
}

/** The text of a body with every reference replaced by the body itself, or by its place in `shared`. */
function expanded(index) {
  return texts[index].replaceAll(/#(\d+)/g, (_, child) => {
    const text = expanded(child);
    if (uses[child] < 2 || text.length < shortestShared) return `{${text}}`;
    if (!placeOf.has(child)) placeOf.set(child, shared.push(text) - 1);
    return `@${placeOf.get(child)}`;
  });
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
