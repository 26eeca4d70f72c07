import type { Project, Resource } from '../../terraform/project.js';
import { identity, joinText, Unknown, type Value } from '../../terraform/value.js';
import { keyArgument, secretResource, type StoredSecret } from './secrets.js';
import { allowedByName } from './code-roles.js';
import { coversAction } from './patterns.js';
import { keyOf, roleMay, roleMayOn, roleMayUseKey, type Answer } from './permissions.js';
import { readPolicy, type Policy } from './policies.js';
import { comesAfter } from './text-order.js';

/** What fetches the value of a secret or parameter. */
export function fetchingAction({ service }: StoredSecret): string {
  return service === 'ssm' ? 'ssm:GetParameters' : 'secretsmanager:GetSecretValue';
}

/** Whether a role may fetch the value of a secret or parameter, whatever key it is encrypted with. */
export function mayFetchSecret(project: Project, role: Resource, secret: StoredSecret): Answer {
  const action = fetchingAction(secret);
  if (secret.service === 'ssm') return roleMay(project, role, { action, resource: secret.arn });
  const { policies } = lookedUp(project, secret);
  const may = (resource: Value) => roleMayOn(project, role, policies, { action, resource });
  const answer = may(secret.arn);
  // What depends on a condition is no clearer with another way to write the ARN.
  const written =
    answer === 'unknown' && !namesExactly(project, role, secret) ? managedArn(project, secret) : undefined;
  return written === undefined ? answer : may(written);
}

/** Whether a role's policies allow to fetch a secret by its very ARN, and not as one of many. */
export function namesExactly(project: Project, role: Resource, secret: StoredSecret): boolean {
  const wanted = identity(secret.arn);
  if (wanted === undefined) return false;
  const action = fetchingAction(secret);
  return allowedByName(project, role).some(
    ({ statement, actions }) =>
      statement.resources?.some((resource) => identity(resource) === wanted) &&
      actions.some((pattern) => coversAction(pattern, action) === true),
  );
}

/** What a project has about a secret: the key it is encrypted with, and its own policies. */
interface About {
  project: Project;
  key: Resource | undefined;
  policies: readonly Policy[];
}

const known = new WeakMap<StoredSecret, About>();

/** The same whichever role asks for the secret, which many may. */
function lookedUp(project: Project, secret: StoredSecret): About {
  let about = known.get(secret);
  if (about?.project !== project) {
    const place = keyArgument(project, secret);
    about = {
      project,
      key: place && keyOf(project, place.owner, place.argument),
      policies: policiesOf(project, secretResource(project, secret)),
    };
    known.set(secret, about);
  }
  return about;
}

function policiesOf(project: Project, held: Resource | undefined): Policy[] {
  if (!held) return [];
  const separate = project.linked('aws_secretsmanager_secret_policy', 'secret_arn', held);
  return [held, ...separate].map((holder) => readPolicy(holder, 'policy')).filter((policy) => policy !== undefined);
}

/**
 * The ARN of a secret that RDS manages, as far as it can be written out, for policies that name it by a pattern:
 * `rds!cluster-…`, `rds!db-…`. https://docs.aws.amazon.com/secretsmanager/latest/userguide/service-linked-secrets.html
 */
function managedArn(project: Project, secret: StoredSecret): Value | undefined {
  const { arn } = secret;
  const symbol = arn instanceof Unknown ? arn.symbol : undefined;
  const database = /(?:^|\.)aws_(rds_cluster|db_instance)\./;
  if (symbol === undefined || !comesAfter(symbol, database, /\.master_user_secret\[/)) return undefined;
  const type = database.exec(symbol)?.[1];
  // The secret is where its database is; IAM, and so the role, is in every region.
  const place = keyArgument(project, secret)?.owner.surroundings;
  if (!place) return undefined;
  const { partition, region, account } = place;
  const owner = type === 'rds_cluster' ? 'cluster' : 'db';
  return joinText(['arn:', partition, ':secretsmanager:', region, ':', account, `:secret:rds!${owner}-`, arn]);
}

/** The customer's key of a secret, where it is in the project. */
export function keyOfSecret(project: Project, secret: StoredSecret): Resource | undefined {
  return lookedUp(project, secret).key;
}

/**
 * Whether a role may decrypt a secret with its key, which it does through the service that keeps the secret: in the
 * region of the key, for IAM has none, and as one of the role's account.
 * https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
 */
export function mayDecryptSecret(project: Project, role: Resource, secret: StoredSecret, key: Resource): Answer {
  return roleMayUseKey(project, key, role, {
    action: 'kms:Decrypt',
    context: {
      'kms:viaservice': joinText([`${secret.service}.`, key.surroundings.region, '.amazonaws.com']),
      'kms:calleraccount': role.surroundings.account,
    },
  });
}

/** Whether a role may read a secret: fetch it, and decrypt it where its key is in the project. */
export function mayReadSecret(project: Project, role: Resource, secret: StoredSecret): Answer {
  const key = keyOfSecret(project, secret);
  const answers = [
    mayFetchSecret(project, role, secret),
    key ? mayDecryptSecret(project, role, secret, key) : 'allowed',
  ];
  return (['denied', 'unknown'] as const).find((answer) => answers.includes(answer)) ?? 'allowed';
}
