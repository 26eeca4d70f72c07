import { oncePer } from '../../terraform/once-per.js';
import { identifiers, isSame, type Block, type Project, type Resource } from '../../terraform/project.js';
import { identity, Unknown } from '../../terraform/value.js';
import { addTo } from '../../terraform/groups.js';

/** Whether an argument has a value. The provider takes an empty text for none. */
export function isSet(block: Block, path: string): boolean {
  const value = block.get(path);
  return (value !== undefined && value !== '') || block.blocks(path).length > 0;
}

/** Arguments that make a database out of another one, whose settings it takes over. */
const origins = [
  'replicate_source_db',
  'replication_source_identifier',
  'snapshot_identifier',
  'snapshot_arn',
  'restore_to_point_in_time',
  'restore_source_table_arn',
];

/** Whether a database is a replica, or restored from a snapshot or to a point in time, or may be. */
export function isCopy(database: Resource): boolean {
  return origins.some((name) => isSet(database, name));
}

/** Whether a cluster is a secondary one of a global database, or may be: such a one names no user. */
export function mayBeSecondary(cluster: Resource): boolean {
  return isSet(cluster, 'global_cluster_identifier') && !isSet(cluster, 'master_username');
}

const namesByType = oncePer(() => new Map<string, Map<string, Resource[]>>());

/** The resources of a type by all that others may call them by. */
function namesOf(project: Project, type: string): ReadonlyMap<string, Resource[]> {
  const byType = namesByType(project);
  let names = byType.get(type);
  if (!names) {
    names = new Map();
    for (const resource of project.all(type)) for (const name of identifiers(resource)) addTo(names, name, resource);
    names.delete('');
    byType.set(type, names);
  }
  return names;
}

/**
 * The one resource of these types that an argument names; undefined where none is in the project, or it is not known
 * which.
 */
export function soleTarget(project: Project, block: Block, path: string, ...types: string[]): Resource | undefined {
  const value = block.get(path);
  // A choice between what is in the project and what is not refers to what is in it, too.
  if (project.stage === 'hcl' && value instanceof Unknown && value.symbol === undefined) return undefined;
  const referred = block.refs(path, ...types).filter(({ mode }) => mode === 'managed');
  const name = identity(value) ?? '';
  const found = referred.length > 0 ? referred : types.flatMap((type) => namesOf(project, type).get(name) ?? []);
  const [first] = found;
  return first && found.every(({ configAddress }) => configAddress === first.configAddress) ? first : undefined;
}

/** The cluster in the project that an instance is in. */
export function clusterOf(project: Project, instance: Resource): Resource | undefined {
  return soleTarget(project, instance, 'cluster_identifier', 'aws_rds_cluster');
}

/** The instances in the project that are in a cluster. */
export function instancesOf(project: Project, cluster: Resource): Resource[] {
  return project.linked('aws_rds_cluster_instance', 'cluster_identifier', cluster);
}

/** The engine of an instance or cluster of RDS, in lower case: its own, or that of its cluster or source. */
export function engineOf(project: Project, database: Resource): string | undefined {
  if (isSet(database, 'engine')) return database.text('engine')?.toLowerCase();
  const source =
    database.type === 'aws_rds_cluster_instance'
      ? clusterOf(project, database)
      : soleTarget(project, database, 'replicate_source_db', 'aws_db_instance');
  return source && !isSame(source, database) ? source.text('engine')?.toLowerCase() : undefined;
}

/** Whether a key argument names the key that AWS keeps for a service: `alias/aws/rds`. */
export function isKeyOfAws(block: Block, argument: string): boolean {
  if (/\balias\/aws\//.test(identity(block.get(argument)) ?? '')) return true;
  return block
    .refs(argument, 'aws_kms_alias', 'aws_kms_key')
    .some((key) => key.mode === 'data' && (key.text('name') ?? key.text('key_id'))?.startsWith('alias/aws/'));
}

/** Whether a resource's `lifecycle` leaves changes of an argument alone. */
export function ignoresChangesOf(resource: Resource, argument: string): boolean {
  const lifecycle = resource.syntax?.body.blocks.find(({ type }) => type === 'lifecycle');
  const ignored = lifecycle?.body.attributes.find(({ name }) => name === 'ignore_changes')?.expression;
  if (ignored?.kind === 'name') return ignored.name === 'all';
  if (ignored?.kind !== 'list') return false;
  return ignored.items.some(
    (item) =>
      (item.kind === 'name' && item.name === argument) || (item.kind === 'literal' && String(item.value) === argument),
  );
}
