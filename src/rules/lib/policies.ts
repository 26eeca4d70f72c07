import { Block, type Location, type Project, type Resource } from '../model/project.js';
import { decodeJson, elements, identity, isMap, Many, someElements, Unknown, type Value } from '../model/value.js';

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
  /** `AWS`, `Service`, `Federated`, `CanonicalUser`; `*` for everybody. */
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
  /** Names of parts that are there and not known: `actions`, `resources`, `principals`. */
  unknown: readonly string[];
  /** Where to point at. */
  at: Block | Location;
}

export interface Policy {
  statements: readonly Statement[];
  /** Whether these are all statements. */
  complete: boolean;
  /** Set where the text is surely no JSON or no policy; what is wrong with it. */
  malformed?: string;
}

/** What a policy is for. */
export type PolicyKind = 'identity' | 'trust' | 'key' | 'resource' | 'endpoint';

/** Every argument that holds a policy, by resource type. */
export const policyArguments: Readonly<Record<string, Readonly<Record<string, PolicyKind>>>> = {
  aws_iam_policy: { policy: 'identity' },
  aws_iam_role_policy: { policy: 'identity' },
  aws_iam_user_policy: { policy: 'identity' },
  aws_iam_group_policy: { policy: 'identity' },
  aws_iam_role: { assume_role_policy: 'trust', 'inline_policy.policy': 'identity' },
  aws_ssoadmin_permission_set_inline_policy: { inline_policy: 'identity' },
  aws_kms_key: { policy: 'key' },
  aws_kms_key_policy: { policy: 'key' },
  aws_kms_replica_key: { policy: 'key' },
  aws_s3_bucket_policy: { policy: 'resource' },
  aws_sns_topic: { policy: 'resource' },
  aws_sns_topic_policy: { policy: 'resource' },
  aws_sqs_queue: { policy: 'resource' },
  aws_sqs_queue_policy: { policy: 'resource' },
  aws_ecr_repository_policy: { policy: 'resource' },
  aws_secretsmanager_secret: { policy: 'resource' },
  aws_secretsmanager_secret_policy: { policy: 'resource' },
  aws_cloudwatch_log_resource_policy: { policy_document: 'resource' },
  aws_dynamodb_resource_policy: { policy: 'resource' },
  aws_api_gateway_rest_api: { policy: 'resource' },
  aws_api_gateway_rest_api_policy: { policy: 'resource' },
  aws_efs_file_system_policy: { policy: 'resource' },
  aws_backup_vault_policy: { policy: 'resource' },
  aws_glue_resource_policy: { policy: 'resource' },
  aws_cloudwatch_event_bus_policy: { policy: 'resource' },
  aws_opensearch_domain_policy: { access_policies: 'resource' },
  aws_vpc_endpoint: { policy: 'endpoint' },
};

/** A policy and the resource that has it. */
export interface HeldPolicy extends Policy {
  kind: PolicyKind;
  holder: Resource;
  argument: string;
}

const heldPolicies = new WeakMap<Project, HeldPolicy[]>();

/** Every policy of a project. */
export function policiesOf(project: Project): readonly HeldPolicy[] {
  let held = heldPolicies.get(project);
  if (!held) {
    held = Object.entries(policyArguments).flatMap(([type, policies]) =>
      project.all(type).flatMap((holder) =>
        Object.entries(policies).flatMap(([argument, kind]) => {
          const policy = readPolicy(holder, argument);
          return policy ? [{ ...policy, kind, holder, argument }] : [];
        }),
      ),
    );
    heldPolicies.set(project, held);
  }
  return held;
}

/** The policy in an argument (dotted for one in a block); undefined where the argument is not set. */
export function readPolicy(block: Block, path: string): Policy | undefined {
  const [name, ...rest] = path.split('.') as [string, ...string[]];
  if (rest.length > 0) {
    const policies = block.blocks(name).map((inner) => readPolicy(inner, rest.join('.')));
    const found = policies.filter((policy) => policy !== undefined);
    return found.length === 0 ? undefined : joinPolicies(found);
  }
  const value = block.get(path);
  if (value === undefined || value === '') return undefined;
  return readValue(value, block, path);
}

function readValue(value: Value, block: Block, argument: string): Policy {
  const documents = block.refs(argument, 'aws_iam_policy_document');
  const named = identity(value);
  const document = documents.find(
    ({ address }) => named === `\${${address}.json}` || named === `\${${address}.minified_json}`,
  );
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
  const at = block.location(argument) ?? block;
  if (decoded instanceof Error) return { statements: [], complete: true, malformed: decoded.message };
  return readJson(decoded, at);
}

function joinPolicies(policies: readonly Policy[]): Policy {
  const malformed = policies.find((policy) => policy.malformed)?.malformed;
  return {
    statements: policies.flatMap(({ statements }) => statements),
    complete: policies.every(({ complete }) => complete),
    ...(malformed ? { malformed } : {}),
  };
}

/** `data "aws_iam_policy_document"`, with the documents it takes over. */
function readDocument(document: Resource): Policy {
  const taken = ['source_policy_documents', 'override_policy_documents', 'source_json', 'override_json'].flatMap(
    (argument) => {
      const value = document.get(argument);
      if (value === undefined) return [];
      const list = elements(value);
      if (!list) return [{ statements: [], complete: false }];
      return list.filter((item) => item !== null && item !== '').map((item) => readValue(item, document, argument));
    },
  );
  const blocks = document.blocks('statement');
  const own = blocks.map(readStatementBlock);
  return joinPolicies([...taken, { statements: own, complete: !blocks.some(({ uncertain }) => uncertain) }]);
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
  const effect = block.get('effect') ?? 'Allow';
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
    effect: effect === 'Allow' || effect === 'Deny' ? effect : undefined,
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

/** A policy as IAM writes it. */
function readJson(decoded: Value, at: Block | Location): Policy {
  if (decoded instanceof Unknown || decoded instanceof Many) return { statements: [], complete: false };
  if (!isMap(decoded)) return { statements: [], complete: true, malformed: 'it is no JSON object' };
  const written = decoded.get('Statement');
  if (written === undefined) return { statements: [], complete: true, malformed: 'it has no "Statement"' };
  const list = elements(written);
  const statements = (list ?? someElements(written)).filter((item) => isMap(item));
  return {
    statements: statements.map((statement) => readJsonStatement(statement as ReadonlyMap<string, Value>, at)),
    complete: list !== undefined && statements.length === list.length,
  };
}

function readJsonStatement(statement: ReadonlyMap<string, Value>, at: Block | Location): Statement {
  const unknown: string[] = [];
  const list = (key: string, name: string) => {
    const value = statement.get(key);
    if (value === undefined || value === null) return undefined;
    const items = elements(value);
    if (!items) unknown.push(name);
    return items;
  };
  const principalsOf = (key: string, name: string): Principal[] | undefined => {
    const value = statement.get(key);
    if (value === undefined) return undefined;
    if (value === '*') return [{ type: '*', value: '*' }];
    if (!isMap(value)) {
      unknown.push(name);
      return [];
    }
    return [...value].flatMap(([type, ids]) => {
      const items = elements(ids);
      if (!items) unknown.push(name);
      return (items ?? []).map((id) => ({ type, value: id }));
    });
  };
  const effect = statement.get('Effect');
  const sid = statement.get('Sid');
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
    effect: effect === 'Allow' || effect === 'Deny' ? effect : undefined,
    hasPrincipals: parts.principals !== undefined || parts.notPrincipals !== undefined,
    conditions: readJsonConditions(statement.get('Condition')),
    unknown,
    at,
  };
}

function readJsonConditions(value: Value | undefined): Condition[] {
  if (value === undefined) return [];
  if (!isMap(value)) return [{ test: '?', variable: '?', values: undefined }];
  return [...value].flatMap(([test, variables]) =>
    isMap(variables)
      ? [...variables].map(([variable, values]) => ({ test, variable, values: elements(values) }))
      : [{ test, variable: '?', values: undefined }],
  );
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(parts: T): Defined<T> {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as Defined<T>;
}
