import { own } from '../../own.js';
import { identifiers, isSame, type Block, type Project, type Resource } from '../../terraform/project.js';
import { elements, identity, isKnown, type Value } from '../../terraform/value.js';
import { managedPolicy } from './managed-policies.js';
import { oncePer } from '../../terraform/once-per.js';
import { covers, coversAction } from './patterns.js';
import { readPolicy, type Condition, type Policy, type Statement } from './policies.js';

/**
 * A thing that somebody wants to do. `byAccount` is what the policies of a role itself say: a statement for the whole
 * account, `arn:aws:iam::123456789012:root`, lets in whom those let.
 */
export interface Wish {
  /** `secretsmanager:GetSecretValue`. */
  action: string;
  /** The ARN of what it is done to. */
  resource: Value;
  /** Condition keys that will be set, in lower case: `kms:viaservice`. A key that is not here may be anything. */
  context?: Readonly<Record<string, Value>>;
  /** Condition keys that will not be set, in lower case. */
  absent?: readonly string[];
  /** Who asks, for policies that name principals: a service such as `logs.eu-west-1.amazonaws.com`, or a role's ARN. */
  principal?: { type: 'AWS' | 'Service'; value: Value; byAccount?: Answer };
}

/** What IAM would say; unknown where that depends on what is not known. */
export type Answer = 'allowed' | 'denied' | 'unknown';

/**
 * What policies together say to a wish: an explicit deny wins, then any allow, else denied.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function decide(policies: readonly Policy[], wish: Wish): Answer {
  const answers: { statement: Statement; applies: boolean | undefined }[] = [];
  for (const { statements } of policies) {
    for (const statement of statements) {
      const answer = applies(statement, wish);
      if (answer !== false) answers.push({ statement, applies: answer });
    }
  }
  if (answers.some(({ statement, applies }) => statement.effect === 'Deny' && applies === true)) return 'denied';
  const perhaps = answers.filter(({ statement, applies }) => applies === undefined || (applies && !statement.effect));
  if (answers.some(({ statement, applies }) => statement.effect === 'Allow' && applies === true))
    return perhaps.some(({ statement }) => statement.effect !== 'Allow') ? 'unknown' : 'allowed';
  return perhaps.some(({ statement }) => statement.effect !== 'Deny') || policies.some(({ complete }) => !complete)
    ? 'unknown'
    : 'denied';
}

/** Whether a statement is about a wish: undefined where that depends on what is not known. */
export function applies(statement: Statement, wish: Wish): boolean | undefined {
  // Most statements are about other actions, and to know that is cheap: the rest is only asked where it matters.
  const action = appliesToAction(statement, wish.action);
  if (action === false) return false;
  const resource = appliesToResource(statement, wish.resource);
  if (resource === false) return false;
  const rest = [
    appliesToPrincipal(statement, wish.principal),
    ...statement.conditions.map((condition) => holds(condition, wish)),
  ];
  if (rest.includes(false)) return false;
  return action === undefined || resource === undefined || rest.includes(undefined) ? undefined : true;
}

/** Three-valued or. */
function any(parts: readonly (boolean | undefined)[]): boolean | undefined {
  if (parts.includes(true)) return true;
  return parts.includes(undefined) ? undefined : false;
}

function not(part: boolean | undefined): boolean | undefined {
  return part === undefined ? undefined : !part;
}

const knownActions = new WeakMap<Statement, Map<string, boolean | undefined>>();

/** The same few actions are asked of every statement for each thing that they are done to. */
function appliesToAction(statement: Statement, action: string): boolean | undefined {
  const known = knownActions.get(statement) ?? new Map<string, boolean | undefined>();
  if (known.has(action)) return known.get(action);
  const answer = namesAction(statement, action);
  knownActions.set(statement, known.set(action, answer));
  return answer;
}

function namesAction(statement: Statement, action: string): boolean | undefined {
  if (statement.unknown.includes('actions') || statement.unknown.includes('not_actions')) return undefined;
  if (statement.notActions) return not(any(statement.notActions.map((pattern) => coversAction(pattern, action))));
  return any((statement.actions ?? []).map((pattern) => coversAction(pattern, action)));
}

function appliesToResource(statement: Statement, resource: Value): boolean | undefined {
  if (statement.unknown.includes('resources') || statement.unknown.includes('not_resources')) return undefined;
  if (statement.notResources) return not(any(statement.notResources.map((pattern) => covers(pattern, resource))));
  // A trust policy names no resource.
  if (!statement.resources) return true;
  return any(statement.resources.map((pattern) => covers(pattern, resource)));
}

function appliesToPrincipal(statement: Statement, principal: Wish['principal']): boolean | undefined {
  if (!statement.hasPrincipals) return true;
  if (statement.unknown.includes('principals') || statement.unknown.includes('not_principals')) return undefined;
  if (!principal) return undefined;
  if (statement.notPrincipals) return undefined;
  return any(
    (statement.principals ?? []).map(({ type, value }) => {
      if (type === '*' || (type === 'AWS' && value === '*')) return true;
      if (type !== principal.type) return false;
      const named = covers(value, principal.value);
      if (named !== false || principal.type !== 'AWS') return named;
      return isAccount(value) ? admitted(principal.byAccount) : false;
    }),
  );
}

/** Whether a principal is an account as a whole: `arn:aws:iam::123456789012:root`, or its number. */
export function isAccount(principal: Value): boolean {
  const text = identity(principal) ?? '';
  return text.endsWith(':root') || /^(\d{12}|\$\{data\.aws_caller_identity\.[^}]*\})$/.test(text);
}

function admitted(answer: Answer | undefined): boolean | undefined {
  return answer === undefined || answer === 'unknown' ? undefined : answer === 'allowed';
}

/** Whether a condition holds; undefined for keys that are not in the context and for operators that are not known here. */
function holds(condition: Condition, { context = {}, absent = [] }: Wish): boolean | undefined {
  if (absent.includes(condition.variable.toLowerCase())) return holdsWithoutKey(condition);
  const given = own(context, condition.variable.toLowerCase());
  if (given === undefined || !condition.values) return undefined;
  if (condition.test === 'Null') return not(any(condition.values.map(isTrue)));
  const operator = condition.test.replace(/^For(AnyValue|AllValues):/, '').replace(/IfExists$/, '');
  const negative = /Not/.test(operator);
  const comparison = own(comparisons, operator.replace('Not', ''));
  if (!comparison) return undefined;
  const matched = any(condition.values.map((value) => comparison(value, given)));
  return negative ? not(matched) : matched;
}

/**
 * Whether a condition holds where its key is not set. A set operator that asks for any value finds none; whether
 * IfExists changes that is written nowhere.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
function holdsWithoutKey({ test, values }: Condition): boolean | undefined {
  if (test === 'Null') return any((values ?? [undefined]).map(isTrue));
  if (test.startsWith('ForAnyValue:')) return test.endsWith('IfExists') ? undefined : false;
  return /^ForAllValues:|Not|IfExists$/.test(test);
}

function isTrue(value: Value | undefined): boolean | undefined {
  const text = value === undefined || !isKnown(value) ? undefined : identity(value)?.toLowerCase();
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

type Comparison = (wanted: Value, given: Value) => boolean | undefined;

const literally: Comparison = (wanted, given) => {
  const [left, right] = [identity(wanted), identity(given)];
  if (left !== undefined && left === right) return true;
  return isKnown(wanted) && isKnown(given) ? false : covers(wanted, given);
};

const inAnyCase: Comparison = (wanted, given) => {
  if (typeof wanted !== 'string' || typeof given !== 'string') return literally(wanted, given) || undefined;
  return wanted.toLowerCase() === given.toLowerCase();
};

const comparisons: Record<string, Comparison> = {
  StringEquals: literally,
  StringEqualsIgnoreCase: inAnyCase,
  ArnEquals: covers,
  ArnLike: covers,
  StringLike: covers,
  Bool: literally,
};

const policiesByRole = new WeakMap<Resource, readonly Policy[]>();

/** The policies of a role, with what AWS manages; incomplete where some are not in the project. */
export function identityPolicies(project: Project, role: Resource): readonly Policy[] {
  const known = policiesByRole.get(role) ?? readIdentityPolicies(project, role);
  policiesByRole.set(role, known);
  return known;
}

function readIdentityPolicies(project: Project, role: Resource): Policy[] {
  const inline = project
    .linked('aws_iam_role_policy', 'role', role)
    .map((resource) => readPolicy(resource, 'policy') ?? notKnown);
  const own = readPolicy(role, 'inline_policy.policy');
  const attachments = [
    ...project
      .linked('aws_iam_role_policy_attachment', 'role', role)
      .map((resource) => [resource, 'policy_arn'] as const),
    ...project.linked('aws_iam_policy_attachment', 'roles', role).map((resource) => [resource, 'policy_arn'] as const),
    ...(role.has('managed_policy_arns') ? [[role, 'managed_policy_arns'] as const] : []),
  ];
  return [
    ...inline,
    ...(own ? [own] : []),
    ...attachments.flatMap(([resource, argument]) => attached(project, resource, argument)),
    // A module that nobody looked into may give it more.
    ...(project.isGivenToUnread(role) ? [notKnown] : []),
  ];
}

const notKnown: Policy = { statements: [], complete: false };

function attached(project: Project, resource: Resource, argument: string): Policy[] {
  const value = resource.get(argument);
  const arns = argument === 'policy_arn' && value !== undefined ? [value] : elements(value);
  if (!arns) return [notKnown];
  return arns.map((arn) => {
    const wanted = identity(arn);
    const policies = project.pointedAt(resource, argument, 'aws_iam_policy');
    const named = policies.find((policy) => wanted !== undefined && identity(policy.computed('arn')) === wanted);
    if (named) return readPolicy(named, 'policy') ?? notKnown;
    return managedPolicy(arn, resource) ?? soleReference(project, resource, argument, arns);
  });
}

/** The one policy that an expression refers to, in a plan that does not know its ARN yet; elsewhere it may give another. */
function soleReference(project: Project, resource: Resource, argument: string, arns: readonly Value[]): Policy {
  const [policy, ...others] = project.stage === 'plan' ? resource.refs(argument, 'aws_iam_policy') : [];
  const isSole = policy && others.length === 0 && arns.length === 1;
  return (isSole ? readPolicy(policy, 'policy') : undefined) ?? notKnown;
}

/** The role in the project that an argument names, with or without an instance profile between. */
export function roleOf(resource: Block, argument: string, project: Project): Resource | undefined {
  const role = pointedAt(project, resource, argument, 'aws_iam_role');
  if (role) return role;
  const profile = pointedAt(project, resource, argument, 'aws_iam_instance_profile');
  return profile && pointedAt(project, profile, 'role', 'aws_iam_role');
}

/** The one resource of a type that an argument names; undefined where it is none of the project, or one of several. */
function pointedAt(project: Project, block: Block, argument: string, type: string): Resource | undefined {
  const value = identity(block.get(argument));
  const candidates = project.pointedAt(block, argument, type);
  const exact = candidates.find((candidate) => value !== undefined && identifiers(candidate).includes(value));
  if (exact) return exact;
  const [first] = candidates;
  return first && candidates.every((candidate) => isSame(candidate, first)) ? first : undefined;
}

/** What a role may do: its own policies' answer to a wish. */
export function roleMay(project: Project, role: Resource, wish: Wish): Answer {
  return decide(identityPolicies(project, role), inRegion(project, wish));
}

/** Services that answer from one region, whichever the caller works in. */
const global = /^(iam|sts|organizations|route53|cloudfront|waf|globalaccelerator|budgets|ce|support):/;

/**
 * A wish with the region that is asked for, which every request says. A role has none itself, so it is known only where all
 * of the project is in one region.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requestedregion
 */
function inRegion<T extends Pick<Wish, 'action' | 'context'>>(project: Project, wish: T): T {
  const region = soleRegion(project);
  if (region === undefined || global.test(wish.action)) return wish;
  return { ...wish, context: { 'aws:requestedregion': region, ...wish.context } };
}

const soleRegion = oncePer((project: Project): Value | undefined => {
  const regions = new Map(
    project.resources.map(({ surroundings }) => [identity(surroundings.region), surroundings.region]),
  );
  const [region, ...others] = regions.values();
  return others.length === 0 && !regions.has(undefined) ? region : undefined;
});

/** The same where the resource has a policy too: within an account either of them suffices. */
export function roleMayOn(project: Project, role: Resource, resourcePolicies: readonly Policy[], wish: Wish): Answer {
  const own = identityPolicies(project, role);
  const asked = inRegion(project, wish);
  const principal = { type: 'AWS' as const, value: role.computed('arn'), byAccount: decide(own, asked) };
  return decide([...own, ...resourcePolicies], { ...asked, principal });
}

/**
 * Whether a role may use a key of the project: by the key's policy alone, or by the role's where the key's policy
 * leaves that to the account, as AWS's default one does.
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 */
export function roleMayUseKey(project: Project, key: Resource, role: Resource, wish: Omit<Wish, 'resource'>): Answer {
  const onKey = inRegion(project, { ...wish, resource: key.computed('arn') });
  const byAccount = roleMay(project, role, onKey);
  const policy = keyPolicy(project, key);
  if (!policy) return byAccount;
  return decide([policy], { ...onKey, principal: { type: 'AWS', value: role.computed('arn'), byAccount } });
}

/** The policy of a key in the project: its own, or one attached to it; undefined where AWS's default holds. */
export function keyPolicy(project: Project, key: Resource): Policy | undefined {
  const own = readPolicy(key, 'policy');
  const [separate] = project.linked('aws_kms_key_policy', 'key_id', key);
  return own ?? (separate && (readPolicy(separate, 'policy') ?? notKnown));
}

/** The key of the project that an argument names, directly or by its alias. */
export function keyOf(project: Project, block: Block, argument: string): Resource | undefined {
  const [key] = project.pointedAt(block, argument, ...keyTypes);
  if (key) return key;
  // The target of an alias is a key and no other alias, so one step leads there.
  const [alias] = project.pointedAt(block, argument, 'aws_kms_alias');
  return alias && project.pointedAt(alias, 'target_key_id', ...keyTypes)[0];
}

/** Whether somebody is given a key of the project by a grant, which lets him use it whatever policies say. */
export function isGranted(project: Project, key: Resource): boolean {
  return project.linked('aws_kms_grant', 'key_id', key).length > 0;
}

const keyTypes = ['aws_kms_key', 'aws_kms_replica_key'];

/**
 * Whether a service may use a key of the project on its own: by the key's policy, for it has no identity policies.
 * A key without a policy of its own lets only the account's principals in.
 */
export function serviceMayUseKey(
  project: Project,
  key: Resource,
  service: Value,
  wish: Omit<Wish, 'principal' | 'resource'>,
): Answer {
  return principalMayUseKey(project, key, { ...wish, principal: { type: 'Service', value: service } });
}

/** The same for whoever has no policies that the account could change: a service, or a role that one keeps for itself. */
export function principalMayUseKey(project: Project, key: Resource, wish: Omit<Wish, 'resource'>): Answer {
  const policy = keyPolicy(project, key);
  if (!policy) return project.isGivenToUnread(key) ? 'unknown' : 'denied';
  return decide([policy], { ...wish, resource: key.computed('arn') });
}
