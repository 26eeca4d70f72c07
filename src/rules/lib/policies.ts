import { oncePer } from '../../terraform/once-per.js';
import { limits } from '../../terraform/budget.js';
import type { Block, Resource } from '../../terraform/project.js';
import {
  decodeJson,
  elements,
  identity,
  isKnown,
  isMap,
  Many,
  someElements,
  Unknown,
  type Value,
} from '../../terraform/value.js';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html */
export interface Condition {
  /** `StringEquals`, `ForAllValues:StringLike`. */
  test: string;
  /** `aws:SourceArn`. */
  variable: string;
  /** Undefined where it is not known how many or which. */
  values: readonly Value[] | undefined;
}

export interface Principal {
  /** `AWS`, `Service`, `Federated`, `CanonicalUser`; `*` for everybody, `[]` for one of a list without types. */
  type: string;
  /** An ARN, an account id, `*`, or a service such as `logs.eu-west-1.amazonaws.com`. */
  value: Value;
}

/** A statement of a policy, whichever way it is written. Lists that are not known are undefined. */
export interface Statement {
  sid?: string;
  effect: 'Allow' | 'Deny' | undefined;
  actions?: readonly Value[];
  notActions?: readonly Value[];
  resources?: readonly Value[];
  notResources?: readonly Value[];
  principals?: readonly Principal[];
  notPrincipals?: readonly Principal[];
  /** Whether it names principals at all, known or not. */
  hasPrincipals: boolean;
  conditions: readonly Condition[];
  /** Names of parts that are there and not known: `actions`, `resources`, `principals`, `effect`. */
  unknown: readonly string[];
  /** Names in a JSON statement that IAM does not know, such as `Actions`. */
  strange?: readonly string[];
  /** What to point at: the statement's own block, or the resource whose `argument` holds the policy. */
  at: Block;
  argument?: string;
}

export interface Policy {
  statements: readonly Statement[];
  /** Whether these are all statements. */
  complete: boolean;
  /** The version of the policy language; undefined where none is written, which means `2008-10-17`. */
  version?: Value;
  /** Set where the text is surely no JSON or no policy; what is wrong with it. */
  malformed?: string;
}

/** What a policy is for. */
export type PolicyKind = 'identity' | 'trust' | 'key' | 'resource' | 'endpoint';

/** Every argument that holds a policy, by resource type. */
const policyArguments: Readonly<Record<string, Readonly<Record<string, PolicyKind>>>> = {
  aws_iam_policy: { policy: 'identity' },
  aws_iam_role_policy: { policy: 'identity' },
  aws_iam_user_policy: { policy: 'identity' },
  aws_iam_group_policy: { policy: 'identity' },
  aws_iam_role: { assume_role_policy: 'trust', 'inline_policy.policy': 'identity' },
  aws_ssoadmin_permission_set_inline_policy: { inline_policy: 'identity' },
  aws_kms_key: { policy: 'key' },
  aws_kms_key_policy: { policy: 'key' },
  aws_kms_external_key: { policy: 'key' },
  aws_kms_replica_key: { policy: 'key' },
  aws_s3_bucket: { policy: 'resource' },
  aws_s3_bucket_policy: { policy: 'resource' },
  aws_s3_access_point: { policy: 'resource' },
  aws_sns_topic: { policy: 'resource' },
  aws_sns_topic_policy: { policy: 'resource' },
  aws_sqs_queue: { policy: 'resource' },
  aws_sqs_queue_policy: { policy: 'resource' },
  aws_ecr_repository_policy: { policy: 'resource' },
  aws_secretsmanager_secret: { policy: 'resource' },
  aws_secretsmanager_secret_policy: { policy: 'resource' },
  aws_cloudwatch_log_resource_policy: { policy_document: 'resource' },
  aws_dynamodb_resource_policy: { policy: 'resource' },
  aws_kinesis_resource_policy: { policy: 'resource' },
  aws_api_gateway_rest_api: { policy: 'resource' },
  aws_api_gateway_rest_api_policy: { policy: 'resource' },
  aws_efs_file_system_policy: { policy: 'resource' },
  aws_backup_vault_policy: { policy: 'resource' },
  aws_glue_resource_policy: { policy: 'resource' },
  aws_cloudwatch_event_bus_policy: { policy: 'resource' },
  aws_opensearch_domain: { access_policies: 'resource' },
  aws_opensearch_domain_policy: { access_policies: 'resource' },
  aws_elasticsearch_domain: { access_policies: 'resource' },
  aws_elasticsearch_domain_policy: { access_policies: 'resource' },
  aws_vpc_endpoint: { policy: 'endpoint' },
  aws_vpc_endpoint_policy: { policy: 'endpoint' },
};

/** A policy and the resource that has it. */
export interface HeldPolicy extends Policy {
  kind: PolicyKind;
  holder: Resource;
  argument: string;
}

/** Every policy of a project. */
export const policiesOf = oncePer((project): readonly HeldPolicy[] => {
  const held = Object.entries(policyArguments).flatMap(([type, policies]) =>
    project
      .all(type)
      .flatMap((holder) =>
        Object.entries(policies).flatMap(([argument, kind]) =>
          readPolicies(holder, argument).map((policy) => ({ ...policy, kind, holder, argument })),
        ),
      ),
  );
  return project.stage === 'state' ? withoutReflections(held) : held;
});

/** In a state a bucket, a topic or a role also shows the policy that another resource gave it. */
function withoutReflections(held: HeldPolicy[]): HeldPolicy[] {
  const textOf = ({ holder, argument }: HeldPolicy) => identity(holder.get(argument));
  const isOwn = ({ holder, kind }: HeldPolicy) => reflecting.has(holder.type) && kind !== 'trust';
  const separate = new Set(
    held
      .filter((policy) => !isOwn(policy))
      .map(textOf)
      .filter((text) => text !== undefined),
  );
  return held.filter((policy) => !isOwn(policy) || !separate.has(textOf(policy) ?? ''));
}

const reflecting = new Set([
  'aws_api_gateway_rest_api',
  'aws_iam_role',
  'aws_kms_key',
  'aws_s3_bucket',
  'aws_secretsmanager_secret',
  'aws_sns_topic',
  'aws_sqs_queue',
]);

/** The policy in an argument (dotted for one in a block); undefined where the argument is not set. */
export function readPolicy(block: Block, path: string): Policy | undefined {
  const found = readPolicies(block, path);
  return found.length > 1 ? joinPolicies(found) : found[0];
}

/** The policies in an argument, of which there are several where it is one of a block that can be repeated. */
function readPolicies(block: Block, path: string): Policy[] {
  const [name, ...rest] = path.split('.') as [string, ...string[]];
  if (rest.length > 0) return block.blocks(name).flatMap((inner) => readPolicies(inner, rest.join('.')));
  const value = block.get(path);
  return value === undefined || value === '' ? [] : [readValue(value, block, path)];
}

function readValue(value: Value, block: Block, argument: string): Policy {
  const documents = block.refs(argument, 'aws_iam_policy_document');
  const document = documents.find((candidate) => isTextOf(candidate, value));
  if (document) return readDocument(document);
  const decoded = decodeJson(value);
  if (decoded === undefined) {
    // One of several documents, or one of which only the plan knows the text.
    const [only] = documents;
    if (
      only &&
      documents.length === 1 &&
      value instanceof Unknown &&
      value.symbol === undefined &&
      argument !== 'source_policy_documents'
    )
      return { ...readDocument(only), complete: false };
    return { statements: [], complete: false };
  }
  if (decoded instanceof Error) return { statements: [], complete: false, malformed: decoded.message };
  return readJson(decoded, block, argument);
}

/** Whether a value is the JSON that a document makes: in HCL its symbol, in a state the text itself. */
function isTextOf(document: Resource, value: Value): boolean {
  const text = identity(value);
  return ['json', 'minified_json'].some((name) => text !== undefined && identity(document.computed(name)) === text);
}

function joinPolicies(policies: readonly Policy[]): Policy {
  const malformed = policies.find((policy) => policy.malformed)?.malformed;
  return {
    statements: policies.flatMap(({ statements }) => statements),
    complete: policies.every(({ complete }) => complete),
    ...(malformed ? { malformed } : {}),
  };
}

const readDocuments = new WeakMap<Resource, Policy>();

/** `data "aws_iam_policy_document"`, with the documents it takes over; in a circle of such nothing is known. */
function readDocument(document: Resource): Policy {
  let policy = readDocuments.get(document);
  if (!policy) {
    readDocuments.set(document, { statements: [], complete: false });
    policy = readNewDocument(document);
    readDocuments.set(document, policy);
  }
  return policy;
}

function readNewDocument(document: Resource): Policy {
  const taken = (...names: string[]) => joinPolicies(names.flatMap((name) => readList(document, name)));
  const all = document.blocks('statement');
  const blocks = lookedAt(all, document, 'statement');
  const own = {
    statements: blocks.map(readStatementBlock),
    complete: blocks.length === all.length && !blocks.some(({ uncertain }) => uncertain),
  };
  const base = replacing(taken('source_policy_documents', 'source_json'), own);
  const over = ['override_policy_documents', 'override_json'].flatMap((name) => readList(document, name));
  const joined = over.reduce(replacing, base);
  // One that takes over another twice has twice as many.
  const statements = lookedAt(joined.statements, document, 'statement');
  return {
    ...joined,
    statements,
    complete: joined.complete && statements.length === joined.statements.length,
    version: document.get('version') ?? '2012-10-17',
  };
}

/** As many statements of a policy as a run looks at; where they are not all, that is noted. */
function lookedAt<T>(statements: readonly T[], at: Block, argument: string): readonly T[] {
  if (statements.length <= limits.statements) return statements;
  at.body.budget.cut(`${limits.statements} of ${statements.length} statements are looked at`, at.location(argument));
  return statements.slice(0, limits.statements);
}

/** Two policies as one, in which a statement that has the sid of an earlier one takes its place. */
function replacing(before: Policy, after: Policy): Policy {
  const sids = new Set(after.statements.map(({ sid }) => sid ?? '').filter(Boolean));
  return joinPolicies([{ ...before, statements: before.statements.filter(({ sid }) => !sids.has(sid ?? '')) }, after]);
}

function readList(document: Resource, argument: string): Policy[] {
  const value = document.get(argument);
  const list = elements(value);
  if (!list) return [{ statements: [], complete: false }];
  return list
    .filter((item) => item !== null && item !== '' && item !== '{}')
    .map((item) => readValue(item, document, argument));
}

function readStatementBlock(block: Block): Statement {
  const unknown: string[] = [];
  const list = (name: string) => {
    const value = block.get(name);
    if (value === undefined) return undefined;
    const items = elements(value);
    if (!items) unknown.push(name);
    return items;
  };
  const principalsOf = (name: string) => {
    const blocks = block.blocks(name);
    if (blocks.length === 0) return undefined;
    return blocks.flatMap((principal) => {
      const type = principal.text('type');
      const identifiers = elements(principal.get('identifiers'));
      if (type === undefined || !identifiers) unknown.push(name);
      return (identifiers ?? []).map((value) => ({ type: type ?? '?', value }));
    });
  };
  const effect = effectIn(block.get('effect') ?? 'Allow', unknown);
  const parts = {
    actions: list('actions'),
    notActions: list('not_actions'),
    resources: list('resources'),
    notResources: list('not_resources'),
    principals: principalsOf('principals'),
    notPrincipals: principalsOf('not_principals'),
  };
  const sid = block.text('sid');
  return {
    ...(sid === undefined ? {} : { sid }),
    ...withoutUndefined(parts),
    effect,
    hasPrincipals: parts.principals !== undefined || parts.notPrincipals !== undefined,
    conditions: block.blocks('condition').map((condition) => ({
      test: condition.text('test') ?? '?',
      variable: condition.text('variable') ?? '?',
      values: elements(condition.get('values')),
    })),
    unknown,
    at: block,
  };
}

function effectIn(value: Value | undefined, unknown: string[]): Statement['effect'] {
  if (value === 'Allow' || value === 'Deny') return value;
  if (value !== undefined && value !== null && !isKnown(value)) unknown.push('effect');
  return undefined;
}

/** The elements of what may be one text or a list; the ARN or id of a resource is one text, whichever it is. */
function oneOrMany(value: Value): readonly Value[] | undefined {
  return value instanceof Unknown && nameOfResource.test(value.symbol ?? '') ? [value] : elements(value);
}

const nameOfResource = /^(?:module\.[^.]+\.)*(?:data\.)?aws_\w+\.[^.]+\.(?:\w+\[\d+\]\.)?(?:\w+_)?(?:arn|id)$/;

/** A policy as IAM writes it. */
function readJson(decoded: Value, at: Block, argument: string): Policy {
  if (decoded instanceof Unknown || decoded instanceof Many) return { statements: [], complete: false };
  if (!isMap(decoded)) return { statements: [], complete: false, malformed: 'it is no JSON object' };
  const written = decoded.get('Statement');
  if (written === undefined) return { statements: [], complete: false, malformed: 'it has no "Statement"' };
  const all = elements(written);
  const list = all && lookedAt(all, at, argument);
  const statements = (list ?? someElements(written)).filter(isMap);
  const version = decoded.get('Version');
  return {
    statements: statements.map((statement) => ({ ...readJsonStatement(statement), at, argument })),
    complete: all !== undefined && statements.length === all.length,
    ...(version === undefined ? {} : { version }),
  };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
const statementNames = new Set(
  'Sid Effect Action NotAction Resource NotResource Principal NotPrincipal Condition'.split(' '),
);

function readJsonStatement(statement: ReadonlyMap<string, Value>): Omit<Statement, 'at'> {
  const unknown: string[] = [];
  const list = (key: string, name: string) => {
    const value = statement.get(key);
    if (value === undefined || value === null) return undefined;
    const items = oneOrMany(value);
    if (!items) unknown.push(name);
    return items;
  };
  const principalsOf = (key: string, name: string): Principal[] | undefined => {
    const value = statement.get(key);
    if (value === undefined) return undefined;
    if (value === '*') return [{ type: '*', value: '*' }];
    if (!isMap(value)) {
      // A text or list that is no map of types is a mistake, which AWS refuses.
      if (typeof value === 'string') return [{ type: value, value: '' }];
      if (Array.isArray(value)) return value.map((item: Value) => ({ type: '[]', value: item }));
      unknown.push(name);
      return [];
    }
    return [...value].flatMap(([type, ids]) => {
      const items = oneOrMany(ids);
      if (!items) unknown.push(name);
      return (items ?? []).map((id) => ({ type, value: id }));
    });
  };
  const effect = effectIn(statement.get('Effect'), unknown);
  const sid = statement.get('Sid');
  const strange = [...statement.keys()].filter((name) => !statementNames.has(name));
  const parts = {
    actions: list('Action', 'actions'),
    notActions: list('NotAction', 'not_actions'),
    resources: list('Resource', 'resources'),
    notResources: list('NotResource', 'not_resources'),
    principals: principalsOf('Principal', 'principals'),
    notPrincipals: principalsOf('NotPrincipal', 'not_principals'),
  };
  return {
    ...(typeof sid === 'string' ? { sid } : {}),
    ...withoutUndefined(parts),
    effect,
    hasPrincipals: parts.principals !== undefined || parts.notPrincipals !== undefined,
    conditions: readJsonConditions(statement.get('Condition')),
    unknown,
    ...(strange.length > 0 ? { strange } : {}),
  };
}

function readJsonConditions(value: Value | undefined): Condition[] {
  if (value === undefined) return [];
  if (!isMap(value)) return [{ test: '?', variable: '?', values: undefined }];
  return [...value].flatMap(([test, variables]) =>
    isMap(variables)
      ? [...variables].map(([variable, values]) => ({ test, variable, values: oneOrMany(values) }))
      : [{ test, variable: '?', values: undefined }],
  );
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(parts: T): Defined<T> {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as Defined<T>;
}
