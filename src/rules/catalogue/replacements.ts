import { own } from '../../own.js';
import { referencePath } from '../../terraform/evaluate.js';
import type { ModuleFolder } from '../../terraform/module-folder.js';
import type { Resource } from '../../terraform/project.js';
import { argument, declarationsOf, referencesIn } from '../../terraform/references.js';
import { within, type Body, type Expression } from '../../terraform/syntax.js';
import { identity, Unknown } from '../../terraform/value.js';
import { createsBeforeDestroy, ignoresChanges } from '../lib/presence.js';
import { placed } from '../lib/written.js';
import { defineRules } from '../rule.js';

/** Types that are replaced where their zone changes, with everything in them. */
const zonal = ['aws_subnet', 'aws_ebs_volume', 'aws_instance', 'aws_db_instance', 'aws_rds_cluster_instance'];
const zoneArguments = ['availability_zone', 'availability_zone_id'];

/** Functions that give the zones they are given, all of them or their beginning. */
const passing = new Set(['slice', 'sort', 'toset', 'tolist']);

/** The expression of a local value, where that is what an expression names. */
function localOf(folder: ModuleFolder, expression: Expression): Expression | undefined {
  const [kind, name = '', ...rest] = (expression.kind === 'attribute' && referencePath(expression)) || [];
  if (kind !== 'local' || rest.length > 0) return undefined;
  return declarationsOf(folder).locals.get(name)?.attribute.expression;
}

/** How far local values are followed; those that go round in a circle end there. */
const deepest = 10;

/**
 * What an expression takes of the list of zones that AWS gives: all of it, or its beginning, whose length may follow
 * from how many there are.
 */
function zonesTaken(
  folder: ModuleFolder,
  expression: Expression,
  depth = deepest,
): 'all' | 'first' | 'as many as there are' | undefined {
  if (depth === 0) return undefined;
  const local = localOf(folder, expression);
  if (local) return zonesTaken(folder, local, depth - 1);
  if (expression.kind === 'attribute') {
    const [mode, type, , name = ''] = referencePath(expression) ?? [];
    const isList = mode === 'data' && type === 'aws_availability_zones' && ['names', 'zone_ids'].includes(name);
    return isList ? 'all' : undefined;
  }
  if (expression.kind !== 'call' || !passing.has(expression.name)) return undefined;
  const [list, , end] = expression.arguments;
  const taken = list && zonesTaken(folder, list, depth - 1);
  if (!taken || expression.name !== 'slice') return taken;
  return end && countsZones(folder, end, depth - 1) ? 'as many as there are' : 'first';
}

/** Whether a number follows from how many zones there are: `length(data.aws_availability_zones.available.names)`. */
function countsZones(folder: ModuleFolder, expression: Expression, depth = deepest): boolean {
  if (depth === 0) return false;
  const local = localOf(folder, expression);
  if (local) return countsZones(folder, local, depth - 1);
  if (expression.kind !== 'call') return false;
  const [first] = expression.arguments;
  if (expression.name === 'length') {
    const taken = first && zonesTaken(folder, first, depth - 1);
    return taken === 'all' || taken === 'as many as there are';
  }
  return (
    ['min', 'max'].includes(expression.name) &&
    expression.arguments.some((number) => countsZones(folder, number, depth - 1))
  );
}

/** Whether an expression takes one zone of the list by its position. */
function isPicked(folder: ModuleFolder, expression: Expression, depth = deepest): boolean {
  if (depth === 0) return false;
  const local = localOf(folder, expression);
  if (local) return isPicked(folder, local, depth - 1);
  if (expression.kind === 'template' && expression.parts.length === 1)
    return isPicked(folder, expression.parts[0]!, depth - 1);
  if (expression.kind === 'index') return zonesTaken(folder, expression.of) !== undefined;
  if (expression.kind !== 'call' || expression.name !== 'element') return false;
  return expression.arguments[0] !== undefined && zonesTaken(folder, expression.arguments[0]) !== undefined;
}

/** What `for_each` goes through, without what makes a set or a map of it. */
function collectionOf(expression: Expression): Expression {
  if (expression.kind === 'for') return collectionOf(expression.collection);
  const [first] =
    expression.kind === 'call' && ['toset', 'zipmap'].includes(expression.name) ? expression.arguments : [];
  return first ? collectionOf(first) : expression;
}

/** A zone of the list at a position, whichever way it came to where it is used. */
const positionOfZone = /^data\.aws_availability_zones\..+\.(names|zone_ids)\[\d+\]$/;

function zoneFault(folder: ModuleFolder, resource: Resource): string | undefined {
  const written = (name: string) => resource.syntax && argument(resource.syntax.body, name)?.expression;
  const zone = zoneArguments.find((name) => resource.has(name));
  const expression = zone === undefined ? undefined : written(zone);
  if (zone === undefined || !expression) return undefined;
  const each = written('for_each');
  const number = written('count');
  if (each && resource.refs('for_each', 'aws_availability_zones').length > 0) {
    const taken = zonesTaken(folder, collectionOf(each));
    return taken === undefined || taken === 'all'
      ? undefined
      : 'is there for the first zones of the list that AWS gives';
  }
  const value = resource.get(zone);
  // What is read from a subnet is the zone that it is in, whatever the list says.
  const isReadFromAnother = zonal.some((type) => resource.refs(zone, type).length > 0);
  const symbol = value instanceof Unknown && !isReadFromAnother ? (value.symbol ?? '') : '';
  if (!positionOfZone.test(symbol) && !isPicked(folder, expression)) return undefined;
  if (!ignoresChanges(resource, zone)) return 'takes its zone by position from the list that AWS gives';
  return number && countsZones(folder, number) ? 'is there as often as AWS gives zones' : undefined;
}

/** What has a name that no other of its kind may have at the same time, by the arguments whose change replaces it. */
const uniquelyNamed: Readonly<Record<string, readonly string[]>> = {
  aws_security_group: ['description'],
  aws_lb_target_group: ['port', 'protocol', 'protocol_version', 'target_type', 'vpc_id'],
  aws_alb_target_group: ['port', 'protocol', 'protocol_version', 'target_type', 'vpc_id'],
  aws_db_parameter_group: ['family'],
  aws_rds_cluster_parameter_group: ['family'],
  aws_elasticache_parameter_group: ['family'],
  aws_docdb_cluster_parameter_group: ['family'],
  aws_neptune_cluster_parameter_group: ['family'],
  aws_neptune_parameter_group: ['family'],
  aws_db_option_group: ['engine_name', 'major_engine_version'],
};

/** Functions that change nothing but how a value looks. */
const cosmetic = new Set(['format', 'join', 'lower', 'replace', 'tolist', 'tomap', 'toset', 'upper']);

/** Functions that give something else each time. */
const changing = new Set(['bcrypt', 'plantimestamp', 'timestamp', 'uuid']);

/** What the account, the region and the partition are read from: they stay what they are. */
const staying = new Set(['aws_caller_identity', 'aws_partition', 'aws_region']);

/**
 * What an expression is made of, through local values: `var.port`, `each.value`, `data.aws_ami.newest`, what decides
 * over it, or what may be anything.
 */
function sourcesOf(folder: ModuleFolder, expression: Expression, depth = deepest): Set<string> {
  const sources = new Set<string>();
  for (const part of within(expression)) {
    if (part.kind === 'conditional') sources.add('a condition');
    // A digest may be of whatever there is.
    if (part.kind === 'call' && !cosmetic.has(part.name))
      sources.add(changing.has(part.name) ? 'anything' : 'a digest');
  }
  for (const { path } of referencesIn(expression)) {
    const [kind, name = '', third = '', ...rest] = path;
    const local = kind === 'local' ? declarationsOf(folder).locals.get(name)?.attribute.expression : undefined;
    const names = third === '' ? [] : [third, ...rest];
    if (local && depth > 0)
      for (const source of sourcesOf(folder, memberOf(local, names), depth - 1)) sources.add(source);
    else if (kind === 'var') sources.add(`var.${name}`);
    else if (kind === 'each') sources.add('each').add(path.join('.'));
    else if (kind === 'data' && !staying.has(name)) sources.add(`data.${name}.${third}`);
    // An index, a path, the account and the workspace stay what they are.
    else if (!['count', 'path', 'terraform', 'data'].includes(kind)) sources.add('anything');
  }
  return sources;
}

/** What is written under these names in an object, as far as it is written out. */
function memberOf(expression: Expression, names: readonly string[]): Expression {
  const [name, ...rest] = names;
  if (name === undefined || expression.kind !== 'object') return expression;
  const entry = expression.entries.find(({ key }) => key.kind === 'literal' && String(key.value) === name);
  return entry ? memberOf(entry.value, rest) : expression;
}

/** Whether a text has another in it, or the version at its end: `app-pg17` and `aurora-postgresql17`. */
function tells(name: string, value: string): boolean {
  const [, version = ''] = /(?<![\d.])\.*(\d[\d.]*)$/.exec(value) ?? [];
  const plain = (text: string) => text.toLowerCase().replaceAll(/[.-]/g, '');
  return [value, version].some((part) => part.length > 1 && plain(name).includes(plain(part)));
}

/** The arguments whose change replaces a resource under the name it has; none where the name changes along. */
function keptNameFor(folder: ModuleFolder, resource: Resource, body: Body): string[] {
  const name = argument(body, 'name')?.expression;
  if (!name || !resource.has('name')) return [];
  const forcing = (own(uniquelyNamed, resource.type) ?? []).flatMap((argumentName) => {
    const expression = argument(body, argumentName)?.expression;
    return expression && !ignoresChanges(resource, argumentName) ? [{ argumentName, expression }] : [];
  });
  const ofName = sourcesOf(folder, name);
  // What decides over it may leave it out.
  if (['anything', 'a condition', 'a digest'].some((source) => ofName.has(source))) return [];
  const names = forcing.map(({ argumentName }) => argumentName);
  // Its text is written by hand: that both hold the project's name does not make one change with the other.
  if (resource.type === 'aws_security_group') return names;
  const text = identity(resource.get('name')) ?? '';
  const follows = forcing.some(
    ({ argumentName, expression }) =>
      [...sourcesOf(folder, expression)].some((source) => ofName.has(source)) ||
      tells(text, identity(resource.get(argumentName)) ?? ''),
  );
  return follows ? [] : names;
}

/** Databases that are made from a snapshot, and made anew where they are given another one. */
const restorable = ['aws_rds_cluster', 'aws_db_instance', 'aws_docdb_cluster', 'aws_neptune_cluster'];

/** Whether an argument may get another value without being written anew. A name that is written stays. */
function mayChange(folder: ModuleFolder, expression: Expression, each: Expression | undefined): boolean {
  return [...sourcesOf(folder, expression)].some((source) => {
    if (['a condition', 'a digest', 'each'].includes(source)) return false;
    const [kind, ...names] = source.split('.');
    if (kind !== 'each') return true;
    return !each || valuesOf(folder, each, names).some((one) => mayChange(folder, one, undefined));
  });
}

/** What `each` stands for, where `for_each` goes through something that is written out: `["value", "snapshot"]`. */
function valuesOf(folder: ModuleFolder, expression: Expression, [part, ...names]: readonly string[]): Expression[] {
  const all = localOf(folder, expression) ?? expression;
  if (all.kind !== 'object') return [all];
  return all.entries.map(({ key, value }) => (part === 'key' ? key : memberOf(value, names)));
}

const cluster = (lifecycle: string) => `variable "snapshot" {
  type    = string
  default = null
}

resource "aws_rds_cluster" "main" {
  cluster_identifier  = "main"
  engine              = "aurora-postgresql"
  snapshot_identifier = var.snapshot
${lifecycle}}
`;

const zones = `data "aws_availability_zones" "available" {
  state = "available"
}

`;

const subnets = (count: string, zone: string, rest = '') => `${zones}resource "aws_subnet" "private" {
  count = ${count}

  vpc_id            = "vpc-0123456789abcdef0"
  cidr_block        = cidrsubnet("10.0.0.0/16", 4, count.index)
  availability_zone = ${zone}
${rest}}
`;

const securityGroup = (name: string) => `resource "aws_security_group" "app" {
  ${name}
  description = "Tasks"
  vpc_id      = "vpc-0123456789abcdef0"

  lifecycle {
    create_before_destroy = true
  }
}
`;

export default defineRules(
  {
    name: 'zones-not-by-position',
    severity: 'note',
    title: 'what is bound to its zone keeps it when the list of zones changes',
    why: 'A zone that comes, goes or is impaired moves all behind it in the list: the next plan replaces subnets with everything in them, or destroys the last, and the apply stops half-way at what is in use.',
    remedy:
      'Put availability_zone into ignore_changes, take the number from a variable, and the zone elsewhere from the subnet.',
    catalogue: ['facts §3'],
    stages: ['hcl'],
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/530',
    example: {
      broken: subnets('2', 'data.aws_availability_zones.available.names[count.index]'),
      sound: subnets(
        '2',
        'data.aws_availability_zones.available.names[count.index]',
        `
  lifecycle {
    ignore_changes = [availability_zone]
  }
`,
      ),
    },
    check(project, { finding }) {
      for (const { folder, resource } of placed(project, zonal)) {
        const fault = zoneFault(folder, resource);
        if (fault !== undefined) finding(resource, fault, 'availability_zone');
      }
    },
  },
  {
    name: 'unique-name-replaceable',
    severity: 'note',
    title: 'what is replaced before it is destroyed has a name that changes along',
    why: 'Its successor is made while it is there, and AWS refuses a second one of the name: "InvalidGroup.Duplicate", "already exists".',
    remedy: 'Use name_prefix, or put what forces the replacement into the name, such as the port or the version.',
    catalogue: ['S001-23'],
    stages: ['hcl'],
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/1730',
    example: { broken: securityGroup('name        = "app"'), sound: securityGroup('name_prefix = "app-"') },
    check(project, { finding }) {
      for (const { folder, resource } of placed(project, Object.keys(uniquelyNamed))) {
        if (!resource.syntax || !createsBeforeDestroy(resource)) continue;
        const forcing = keptNameFor(folder, resource, resource.syntax.body);
        if (forcing.length > 0)
          finding(resource, `has the same name before and after a change of ${forcing.join(', ')}`, 'name');
      }
    },
  },
  {
    name: 'database-keeps-its-snapshot',
    severity: 'warning',
    title: 'a database stays when the snapshot that it was made from is another one',
    why: 'A database with another snapshot_identifier is replaced: it is destroyed with all that was written since, and made from the snapshot. A newer snapshot, or somebody who sets the variable to restore, is enough.',
    remedy: 'Put snapshot_identifier into ignore_changes: then it counts only when the database is created.',
    catalogue: [],
    stages: ['hcl'],
    source: 'https://github.com/hashicorp/terraform-provider-aws/pull/29409',
    example: {
      broken: cluster(''),
      sound: cluster(`
  lifecycle {
    ignore_changes = [snapshot_identifier]
  }
`),
    },
    check(project, { finding }) {
      for (const { folder, resource: database } of placed(project, restorable)) {
        const written = (name: string) => database.syntax && argument(database.syntax.body, name)?.expression;
        const snapshot = written('snapshot_identifier');
        if (!snapshot || ignoresChanges(database, 'snapshot_identifier')) continue;
        if (mayChange(folder, snapshot, written('for_each')))
          finding(database, 'is replaced when its snapshot_identifier gets another value', 'snapshot_identifier');
      }
    },
  },
);
