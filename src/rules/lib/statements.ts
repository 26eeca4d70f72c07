import { own } from '../../own.js';
import type { Project, Resource } from '../../terraform/project.js';
import { identity, type Value } from '../../terraform/value.js';
import type { Report } from '../rule.js';
import { policiesOf, type HeldPolicy, type PolicyKind, type Statement } from './policies.js';

/** A statement with the policy that it is in. */
export interface HeldStatement {
  statement: Statement;
  policy: HeldPolicy;
}

/** Every statement of a project's policies of some kinds. */
export function statementsOf(project: Project, ...kinds: PolicyKind[]): HeldStatement[] {
  return policiesOf(project)
    .filter(({ kind }) => kinds.includes(kind))
    .flatMap((policy) => policy.statements.map((statement) => ({ statement, policy })));
}

/**
 * The statements by which somebody is allowed something as himself. Those of a permissions boundary allow nothing: they
 * are the most that other policies may allow.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
 */
export function identityGrants(project: Project): HeldStatement[] {
  const boundaries = new Set(
    project.all('aws_iam_role', 'aws_iam_user').flatMap((owner) => owner.refs('permissions_boundary')),
  );
  return statementsOf(project, 'identity').filter(
    ({ statement, policy }) =>
      statement.effect === 'Allow' && !boundaries.has(policy.holder) && !isCalledBoundary(policy.holder),
  );
}

/** Whether a policy is by its name a boundary, which may be set for roles that are made elsewhere. */
function isCalledBoundary(holder: Resource): boolean {
  return holder.type === 'aws_iam_policy' && /boundar/i.test(`${holder.name} ${holder.text('name') ?? ''}`);
}

/** Tells of a statement: at its own block, or at the resource whose argument holds the policy. */
export function tell(report: Report, statement: Statement, message: string, argument?: string): void {
  const place = statement.sid ? `${message} (statement ${statement.sid})` : message;
  report.finding(statement.at, place, statement.argument ?? argument);
}

/** The texts among the actions of a statement. */
export function actionsOf(statement: Statement): string[] {
  return [...(statement.actions ?? []), ...(statement.notActions ?? [])].filter((action) => typeof action === 'string');
}

/** Whether a statement is about any resource there is. */
export function isOnEverything(statement: Statement): boolean {
  return (statement.resources ?? []).includes('*');
}

/** Condition keys that say how somebody calls, and leave open what the call is about. */
const aboutTheCall = new Set([
  'aws:currenttime',
  'aws:multifactorauthage',
  'aws:multifactorauthpresent',
  'aws:securetransport',
  'aws:tokenissuetime',
  'aws:useragent',
]);

/** Whether a condition of a statement may narrow what it is about: a tag, a VPC, a service that the call comes by. */
export function isNarrowed(statement: Statement): boolean {
  return statement.conditions.some(({ variable }) => !aboutTheCall.has(variable.toLowerCase()));
}

/** Whether a statement is for everybody with an AWS account, or without. */
export function namesEverybody({ principals, notPrincipals }: Statement): boolean {
  if (notPrincipals) return true;
  return (principals ?? []).some(({ type, value }) => value === '*' && (type === '*' || type === 'AWS'));
}

/** A few names and how many more there are: `a, b, c and 4 more`. */
export function few(names: readonly string[]): string {
  const distinct = [...new Set(names)];
  const shown = distinct.length > 4 ? distinct.slice(0, 3) : distinct;
  const rest = distinct.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}

/** The account in a principal that stands for a whole account, where it is written as a number. */
export function accountNumber(principal: Value): string | undefined {
  return /^(?:arn:[\w-]+:iam::)?(\d{12})(?::root)?$/.exec(identity(principal) ?? '')?.[1];
}

/** The resource that holds a policy about another: the bucket of a bucket policy, the topic of a topic policy. */
export function subjectOf({ holder }: HeldPolicy): Resource | undefined {
  const argument = own(subjects, holder.type);
  if (argument === undefined) return holder;
  const [only, ...others] = holder.refs(argument);
  return others.length === 0 ? only : undefined;
}

/** The argument that says what a policy on its own is about. */
const subjects: Readonly<Record<string, string>> = {
  aws_s3_bucket_policy: 'bucket',
  aws_sns_topic_policy: 'arn',
  aws_sqs_queue_policy: 'queue_url',
  aws_ecr_repository_policy: 'repository',
  aws_secretsmanager_secret_policy: 'secret_arn',
  aws_kms_key_policy: 'key_id',
  aws_backup_vault_policy: 'backup_vault_name',
  aws_dynamodb_resource_policy: 'resource_arn',
  aws_kinesis_resource_policy: 'resource_arn',
  aws_api_gateway_rest_api_policy: 'rest_api_id',
};
