import { withoutKeys } from '../../terraform/addresses.js';
import type { Project, Resource } from '../../terraform/project.js';
import {
  decodeJson,
  identity,
  isKnown,
  isMap,
  someElements,
  Text,
  Unknown,
  type Value,
  same,
} from '../../terraform/value.js';
import {
  isMasterSecretName,
  managedSecretArn,
  managedSecretName,
  parameterArn,
  type FetchedSecret,
  type StoredSecret,
} from './secrets.js';
import { isSource, secretSourcesOf } from './secret-sources.js';
import { addTo } from '../../terraform/groups.js';
import { oncePer } from '../../terraform/once-per.js';

/** A secret or parameter with the password of a database's master user. */
export interface MasterSecret extends StoredSecret {
  /** The database, for messages. */
  database: string;
  /** Whether a key of the secret's JSON, or the whole of it where none is named, holds the password; undefined where that is not known. */
  holds(key: string | undefined): boolean | undefined;
  /** All that its ARN may be written as. */
  names: ReadonlySet<string>;
  /** Whether RDS keeps and rotates it. */
  managed: boolean;
}

/** The password of a master user, where it tells two apart. */
export interface MasterPassword {
  database: string;
  password: Value;
  /** Its place among all of them. */
  at: number;
}

/** What a project knows of the passwords of master users. */
interface MasterUsers {
  secrets: readonly MasterSecret[];
  passwords: readonly MasterPassword[];
}

/** The passwords of the master users of a project's databases, and the secrets that hold them. */
export const masterUsers = oncePer((project): MasterUsers => ({
  secrets: [...managedSecrets(project), ...passwordsOf(project).flatMap((one) => secretsWith(project, one))],
  passwords: passwordsOf(project)
    .filter(({ password }) => isTelling(password))
    .map(({ database, password }, at) => ({ database: database.configAddress, password, at })),
}));

/** The secret of a master user that a container is given; undefined where it is another secret, or another part of it. */
export function masterSecretOf(project: Project, secret: FetchedSecret): MasterSecret | undefined {
  const { arn, key, service } = secret;
  const name = identity(arn);
  if (name === undefined) return undefined;
  const found = mastersNamed(project, secret);
  if (found.length > 0) return found.find(({ holds }) => holds(key) === true);
  // Of a database that is elsewhere, in a module that was not read, or only looked up.
  const managedName = managedSecretName(arn);
  const symbol = arn instanceof Unknown ? (arn.symbol ?? '') : '';
  if (!holdsManaged(key) || (managedName === undefined && !isMasterSecretName(symbol))) return undefined;
  const owner = withoutKeys(symbol.split(/\.\w*master_user_secret/, 1)[0]!);
  const database = managedName === undefined ? owner : `the database of ${managedName}`;
  return { database, service, arn, holds: holdsManaged, names: new Set([name]), managed: true };
}

/** The secret of a master user of which a container may be given the password: what it is given of it is not known. */
export function possibleMasterSecretOf(project: Project, secret: FetchedSecret): MasterSecret | undefined {
  return mastersNamed(project, secret).find(({ holds }) => holds(secret.key) === undefined);
}

function mastersNamed(project: Project, { arn, service }: StoredSecret): MasterSecret[] {
  const name = identity(arn);
  if (name === undefined) return [];
  return (secretsByName(project).get(name) ?? []).filter((secret) => secret.service === service);
}

/** The secrets of master users by each of their names. */
export const secretsByName = oncePer((project) => {
  const byName = new Map<string, MasterSecret[]>();
  for (const secret of masterUsers(project).secrets) for (const name of secret.names) addTo(byName, name, secret);
  return byName;
});

/** The secret that RDS manages has the keys username and password, and no others. */
const holdsManaged = (key: string | undefined) => key === undefined || key === 'password';

function managedSecrets(project: Project): MasterSecret[] {
  return project
    .all('aws_rds_cluster', 'aws_db_instance')
    .filter((database) => database.truth('manage_master_user_password') === true)
    .map((database) => {
      const arn = managedSecretArn(database);
      const looked = lookedUp(project).byGiven.get(identity(arn) ?? '') ?? [];
      return {
        database: database.configAddress,
        service: 'secretsmanager',
        arn,
        holds: holdsManaged,
        names: namesOf(looked, identity(arn)),
        managed: true,
      };
    });
}

/** The secrets that data sources look up, by what they are given, and by all that names them. */
const lookedUp = oncePer((project) => {
  const byGiven = new Map<string, Resource[]>();
  const byName = new Map<string, Resource[]>();
  for (const source of project.data('aws_secretsmanager_secret', 'aws_secretsmanager_secret_version'))
    for (const given of textsOf(['arn', 'secret_id'].map((name) => source.get(name)))) addTo(byGiven, given, source);
  for (const secret of project.data('aws_secretsmanager_secret'))
    for (const name of textsOf(['id', 'arn', 'name'].map((one) => secret.computed(one)))) addTo(byName, name, secret);
  return { byGiven, byName };

  function textsOf(values: readonly (Value | undefined)[]): Set<string> {
    return new Set(values.map(identity).filter((text) => text !== undefined));
  }
});

interface DatabasePassword {
  database: Resource;
  argument: string;
  password: Value;
}

function passwordsOf(project: Project): DatabasePassword[] {
  const passwordArguments = {
    aws_db_instance: ['password', 'password_wo'],
    aws_rds_cluster: ['master_password', 'master_password_wo'],
  };
  return Object.entries(passwordArguments).flatMap(([type, names]) =>
    project.all(type).flatMap((database) =>
      names.flatMap((argument) => {
        const password = database.get(argument);
        return password === undefined ? [] : [{ database, argument, password }];
      }),
    ),
  );
}

/** The secrets and parameters that a master user's password is taken from, or that it is also written to. */
function secretsWith(project: Project, { database, argument, password }: DatabasePassword): MasterSecret[] {
  const sources = database
    .refs(argument, 'aws_secretsmanager_secret_version', 'aws_ssm_parameter')
    .filter(({ mode }) => mode !== 'managed')
    .map((source) => sourceSecret(project, source, holdsRead(project, { database, argument, password }, source)));
  const copies = isTelling(password)
    ? project
        .inOrder(copiesByPart(project).get(identity(password) ?? '') ?? [])
        .flatMap((copy) => copyOf(project, copy, password))
    : [];
  return [...sources, ...copies].map((found) => ({ ...found, database: database.configAddress, managed: false }));
}

type Kept = Omit<MasterSecret, 'database' | 'managed'>;

/** What is read back to be the password, all of it or a part. */
function sourceSecret(project: Project, source: Resource, holds: MasterSecret['holds']): Kept {
  const isParameter = source.type === 'aws_ssm_parameter';
  const argument = isParameter ? 'name' : 'secret_id';
  const written = source.get(argument);
  const looked = lookedUp(project).byName.get(identity(written) ?? '') ?? [];
  const made = project.pointedAt(source, argument, isParameter ? 'aws_ssm_parameter' : 'aws_secretsmanager_secret');
  const all = [source, ...looked, ...made];
  return {
    service: isParameter ? 'ssm' : 'secretsmanager',
    arn: (made[0] ?? looked[0] ?? source).computed('arn'),
    holds,
    names: namesOf(all, identity(written)),
  };
}

/** Which key of what is read holds the password: the one that is written, or where the content is known that with it. */
function holdsRead(
  project: Project,
  { database, argument, password }: DatabasePassword,
  source: Resource,
): MasterSecret['holds'] {
  const content = decodeJson(source.get(source.type === 'aws_ssm_parameter' ? 'value' : 'secret_string'));
  const read = secretSourcesOf(project, database, argument)?.filter((one) => isSource(one, source));
  return (key) => {
    if (key === undefined) return true;
    if (read && read.length > 0) return read.some((one) => one.key === key);
    return !(content instanceof Error) && isMap(content) && isKnown(password)
      ? isIn(password, content.get(key) ?? '')
      : undefined;
  };
}

/** Whether two values are known to be the same. */
function isIdentical(a: Value | undefined, b: Value | undefined): boolean {
  return same(a, b) === true;
}

/** The versions of secrets and the parameters by everything in their values that may be a password. */
const copiesByPart = oncePer((project) => {
  const byPart = new Map<string, Resource[]>();
  for (const copy of project.all('aws_secretsmanager_secret_version', 'aws_ssm_parameter'))
    for (const part of new Set(contentsOf(copy).flatMap(partsOf))) addTo(byPart, part, copy);
  return byPart;
});

function contentsOf(copy: Resource): Value[] {
  return (copy.type === 'aws_ssm_parameter' ? ['value', 'value_wo'] : ['secret_string', 'secret_string_wo'])
    .map((name) => copy.get(name))
    .filter((content) => content !== undefined)
    .map((content) => {
      const decoded = decodeJson(content);
      return decoded === undefined || decoded instanceof Error ? content : decoded;
    });
}

/** A secret's version, or a parameter, where the password is in its value. */
function copyOf(project: Project, copy: Resource, password: Value): Kept[] {
  const isParameter = copy.type === 'aws_ssm_parameter';
  const content = contentsOf(copy).find((one) => isIn(password, one));
  if (content === undefined) return [];
  const made = isParameter ? [copy] : project.pointedAt(copy, 'secret_id', 'aws_secretsmanager_secret');
  const written = isParameter ? undefined : identity(copy.get('secret_id'));
  return [
    {
      service: isParameter ? 'ssm' : 'secretsmanager',
      arn: (made[0] ?? copy).computed('arn'),
      holds: (key) => key === undefined || !isMap(content) || isIn(password, content.get(key) ?? ''),
      names: namesOf([copy, ...made], written),
    },
  ];
}

function namesOf(resources: readonly Resource[], written: string | undefined): ReadonlySet<string> {
  const names = resources.flatMap((resource) => {
    const name = resource.type === 'aws_ssm_parameter' ? resource.text('name') : undefined;
    return [
      ...['arn', 'id'].map((attribute) => identity(resource.computed(attribute))),
      name === undefined ? undefined : identity(parameterArn(resource, name)),
    ];
  });
  return new Set([...names, written].filter((name): name is string => name !== undefined && name !== ''));
}

/** Whether two equal values are one password, and not by chance: RDS takes none of less than eight characters. */
function isTelling(password: Value): boolean {
  if (isKnown(password)) return typeof password === 'string' && password.length >= 8;
  return identity(password) !== undefined;
}

/** The identities of a value and of what is in it: with those of which `isIn` is not true, whoever asks for many. */
export function partsOf(value: Value): string[] {
  const own = identity(value);
  const inner =
    value instanceof Text
      ? value.parts.filter((part) => part instanceof Unknown).flatMap(partsOf)
      : isMap(value)
        ? [...value.values()].flatMap(partsOf)
        : Array.isArray(value)
          ? someElements(value).flatMap(partsOf)
          : [];
  return own === undefined ? inner : [own, ...inner];
}

/** Whether a password is a value, one in it, or a part of a text such as the address of a database. */
export function isIn(password: Value, value: Value): boolean {
  if (isIdentical(value, password)) return true;
  if (value instanceof Text)
    return password instanceof Unknown && value.parts.some((part) => isIdentical(part, password));
  if (isMap(value)) return [...value.values()].some((item) => isIn(password, item));
  return Array.isArray(value) && someElements(value).some((item) => isIn(password, item));
}
