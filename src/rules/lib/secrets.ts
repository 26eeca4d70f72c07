import type { Project, Resource } from '../../terraform/project.js';
import { identity, isKnown, joinText, show, Text, Unknown, type Value } from '../../terraform/value.js';
import { field, objectsIn, titleOf, type JsonObject } from './containers.js';
import { oncePer } from '../../terraform/once-per.js';
import { comesAfter } from './text-order.js';

/** Something that ECS fetches before a container starts. */
export interface FetchedSecret {
  /** For messages: `DB_PASSWORD of container app`. */
  title: string;
  /** The key of its JSON, where one is named. */
  key?: string;
  service: 'secretsmanager' | 'ssm';
  /** The ARN of the secret or parameter. */
  arn: Value;
}

/** A secret or parameter, however it was found. */
export type StoredSecret = Pick<FetchedSecret, 'service' | 'arn'>;

/** The secrets of a container: its environment's, its log driver's, and the password for the registry. */
export function fetchedSecrets(task: Resource, container: JsonObject): FetchedSecret[] {
  const logging = field(container, 'logConfiguration');
  const named = [...(objectsIn(container, 'secrets') ?? []), ...(objectsIn(logging, 'secretOptions') ?? [])];
  const registry = field(field(container, 'repositoryCredentials'), 'credentialsParameter');
  const wanted = [
    ...named.map((secret) => ({ name: identity(field(secret, 'name')), from: field(secret, 'valueFrom') })),
    { name: 'the registry password', from: registry },
  ];
  return wanted.flatMap(({ name, from }) => {
    const found = from === undefined ? undefined : secretIn(task, from);
    return found ? [{ ...found, title: titleIn(container, name) }] : [];
  });
}

/** The secrets of a container's environment of which it is not known what they are, as a variable gives them. */
export function unknownSecrets(task: Resource, container: JsonObject): Pick<FetchedSecret, 'title' | 'key'>[] {
  return (objectsIn(container, 'secrets') ?? []).flatMap((secret) => {
    const from = field(secret, 'valueFrom');
    if (from === undefined || isKnown(from) || secretIn(task, from)) return [];
    const fields = splitFields(from instanceof Text ? from.parts : [from]);
    return [{ title: titleIn(container, identity(field(secret, 'name'))), ...keyIn(fields[1]) }];
  });
}

function titleIn(container: JsonObject, name = 'a secret'): string {
  return `${name} of ${titleOf(container)}`;
}

/**
 * What `valueFrom` names: the ARN of a secret, with or without the key in its JSON, or the ARN or name of a parameter.
 * Undefined where that is not known.
 */
function secretIn(task: Resource, from: Value): Omit<FetchedSecret, 'title'> | undefined {
  if (typeof from === 'string' && !from.startsWith('arn:')) return { service: 'ssm', arn: parameterArn(task, from) };
  const parts = from instanceof Text ? from.parts : [from];
  const fields = splitFields(parts);
  const [first] = parts;
  if (first instanceof Unknown) {
    const service = serviceOf(first.symbol ?? '');
    return service && (service === 'ssm' ? { service, arn: from } : { service, arn: first, ...keyIn(fields[1]) });
  }
  const service = identity(fields[2] && joinText(fields[2]));
  if (service === 'ssm') return { service, arn: from };
  if (service !== 'secretsmanager') return undefined;
  const arn = fields.slice(0, 7).flatMap((pieces, at) => (at === 0 ? pieces : [':', ...pieces]));
  return { service, arn: joinText(arn), ...keyIn(fields[7]) };
}

function keyIn(field: readonly Value[] = []): Pick<FetchedSecret, 'key'> {
  const key = joinText(field);
  return typeof key === 'string' && key !== '' ? { key } : {};
}

/** The ARN of the parameter of a name, where a resource is. */
export function parameterArn({ surroundings }: Resource, name: string): Value {
  const { partition, region, account } = surroundings;
  const path = name.startsWith('/') ? name : `/${name}`;
  return joinText(['arn:', partition, ':ssm:', region, ':', account, `:parameter${path}`]);
}

/** The service whose resource an expression such as `aws_secretsmanager_secret.app.arn` names. */
function serviceOf(symbol: string): FetchedSecret['service'] | undefined {
  if (comesAfter(symbol, /(^|\.)aws_secretsmanager_secret(_version)?\./, /\.(arn|id)$/)) return 'secretsmanager';
  if (isMasterSecretName(symbol)) return 'secretsmanager';
  return comesAfter(symbol, /(^|\.)aws_ssm_parameter\./, /\.arn$/) ? 'ssm' : undefined;
}

/**
 * Whether an expression names the secret that RDS keeps for a database: `aws_db_instance.a.master_user_secret[0].secret_arn`,
 * or an output that a module has for it, such as `module.db.db_instance_master_user_secret_arn`.
 */
export function isMasterSecretName(symbol: string): boolean {
  return (
    /\.master_user_secret\[\d+\]\.secret_arn$/.test(symbol) ||
    /^module\.[^.]+\.\w*master_user_secret(\[\d+\]\.secret)?_arn$/.test(symbol)
  );
}

/** The fields of an ARN between its colons, each of known and unknown pieces. */
function splitFields(parts: readonly Value[]): Value[][] {
  const fields: Value[][] = [[]];
  for (const part of parts) {
    const pieces = typeof part === 'string' ? part.split(':') : [part];
    pieces.forEach((piece, at) => {
      if (at > 0) fields.push([]);
      if (piece !== '') fields.at(-1)!.push(piece);
    });
  }
  return fields;
}

/** The resource of the project that is the secret or parameter, where it is in the project. */
export function secretResource(project: Project, { arn, service }: StoredSecret): Resource | undefined {
  const wanted = identity(arn);
  if (wanted === undefined) return undefined;
  const type = service === 'ssm' ? 'aws_ssm_parameter' : 'aws_secretsmanager_secret';
  return project.having(['arn', 'id'], wanted, type)[0];
}

/** Where a secret's key is set: on the secret, the parameter, or the database whose password RDS keeps in it. */
export function keyArgument(project: Project, secret: StoredSecret): { owner: Resource; argument: string } | undefined {
  const own = secretResource(project, secret);
  if (own) return { owner: own, argument: own.type === 'aws_ssm_parameter' ? 'key_id' : 'kms_key_id' };
  const wanted = identity(secret.arn);
  if (wanted === undefined) return undefined;
  const owner = databasesByManagedSecret(project).get(wanted);
  return owner && { owner, argument: 'master_user_secret_kms_key_id' };
}

const databasesByManagedSecret = oncePer((project) => {
  const databases = new Map<string, Resource>();
  for (const database of project.all('aws_rds_cluster', 'aws_db_instance')) {
    const arn = identity(managedSecretArn(database));
    if (arn !== undefined && !databases.has(arn)) databases.set(arn, database);
  }
  return databases;
});

/** The ARN of the secret in which RDS keeps a master user's password, for a database that has one. */
export function managedSecretArn(database: Resource): Value {
  const known = database.blocks('master_user_secret')[0]?.get('secret_arn');
  return known !== undefined && identity(known) !== undefined
    ? known
    : new Unknown(`${database.address}.master_user_secret[0].secret_arn`);
}

/** The name of a secret that RDS keeps, in its ARN: `rds!db-…`, `rds!cluster-…`; undefined for other ARNs. */
export function managedSecretName(arn: Value): string | undefined {
  const text = show(arn);
  const start = text.search(/:secret:rds!(?:db|cluster)-/);
  return start < 0 ? undefined : text.slice(start + ':secret:'.length);
}
