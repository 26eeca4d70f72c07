import { allowedByName, runningCode, type RunningCode } from '../lib/code-roles.js';
import { isCopy } from '../lib/databases.js';
import { coversAction, covers } from '../lib/patterns.js';
import { identityPolicies, roleMay } from '../lib/permissions.js';
import { isLeftOut, mayHaveMorePolicies } from '../lib/presence.js';
import { mayFetchSecret } from '../lib/secret-readers.js';
import { managedSecretArn, type StoredSecret } from '../lib/secrets.js';
import type { Project, Resource } from '../../terraform/project.js';
import { show } from '../../terraform/value.js';
import { defineRules } from '../rule.js';

const statementAction = 'rds-data:ExecuteStatement';

const cluster = (lines: string) => `resource "aws_rds_cluster" "main" {
  cluster_identifier          = "orders"
  engine                      = "aurora-postgresql"
  manage_master_user_password = true
${lines}}

`;

const lambda = (statements: string) => `resource "aws_lambda_function" "orders" {
  function_name = "orders"
  role          = aws_iam_role.orders.arn

  environment {
    variables = {
      DATABASE_ARN = aws_rds_cluster.main.arn
      SECRET_ARN   = aws_rds_cluster.main.master_user_secret[0].secret_arn
    }
  }
}

resource "aws_iam_role" "orders" {
  name = "orders"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "orders" {
  name = "orders"
  role = aws_iam_role.orders.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "rds-data:ExecuteStatement"
        Resource = aws_rds_cluster.main.arn
      },
${statements}    ]
  })
}
`;

const readsSecret = `      {
        Effect   = "Allow"
        Action   = "secretsmanager:GetSecretValue"
        Resource = aws_rds_cluster.main.master_user_secret[0].secret_arn
      },
`;

export default defineRules(
  {
    name: 'data-api-enabled',
    severity: 'error',
    title: 'a cluster that code calls through the Data API has it switched on',
    why: 'Everything is created, and every call is refused: "BadRequestException: HttpEndpoint is not enabled for cluster".',
    remedy: 'Set enable_http_endpoint to true on the cluster.',
    catalogue: ['S002-07'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.enabling.html',
    example: {
      broken: cluster('') + lambda(readsSecret),
      sound: cluster('  enable_http_endpoint        = true\n') + lambda(readsSecret),
    },
    check(project, { finding, abstain }) {
      for (const { code, cluster } of dataApiCalls(project)) {
        const isOff =
          cluster.truth('enable_http_endpoint') === false || isLeftOut(project, cluster, 'enable_http_endpoint');
        if (isOff && !isSwitchedOnByHand(project))
          finding(cluster, `has no Data API, by which ${code.at.configAddress} is to call it`, 'enable_http_endpoint');
        else if (cluster.truth('enable_http_endpoint') === undefined)
          abstain(cluster, 'whether it has a Data API is not known');
      }
    },
  },
  {
    name: 'data-api-reads-secret',
    severity: 'error',
    title: 'what calls a cluster through the Data API may read its secret',
    why: 'The Data API reads the secret with the rights of whoever calls it: each statement is refused with "AccessDeniedException", or "BadRequestException: User is not authorized to perform: secretsmanager:GetSecretValue".',
    remedy: "Allow the role secretsmanager:GetSecretValue on the cluster's secret.",
    catalogue: ['S002-07'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.access.html',
    example: {
      broken: cluster('  enable_http_endpoint        = true\n') + lambda(''),
      sound: cluster('  enable_http_endpoint        = true\n') + lambda(readsSecret),
    },
    check(project, { finding }) {
      for (const { code, cluster } of dataApiCalls(project)) {
        const { at, role, roleArgument } = code;
        if (mayHaveMorePolicies(project, role)) continue;
        const managed = managedSecret(cluster);
        const lacksGiven =
          managed && isGiven(code, show(managed.arn)) && mayFetchSecret(project, role, managed) === 'denied';
        if (lacksGiven || readsNoSecret(project, role)) {
          const what = `calls ${cluster.configAddress} through the Data API with ${role.configAddress}`;
          finding(at, `${what}, which may not read ${lacksGiven ? 'its' : 'any'} secret`, roleArgument);
        }
      }
    },
  },
);

interface DataApiCall {
  code: RunningCode;
  cluster: Resource;
}

/**
 * The code that is to call a cluster through the Data API: allowed to, by a statement that names this one cluster, or
 * given its ARN.
 */
function dataApiCalls(project: Project): DataApiCall[] {
  const clusters = project.all('aws_rds_cluster').filter((cluster) => !isCopy(cluster));
  if (clusters.length === 0) return [];
  return runningCode(project).flatMap((code) =>
    clusters.filter((cluster) => isCalled(project, code, cluster)).map((cluster) => ({ code, cluster })),
  );
}

function isCalled(project: Project, code: RunningCode, cluster: Resource): boolean {
  const arn = cluster.computed('arn');
  const answer = roleMay(project, code.role, { action: statementAction, resource: arn });
  if (answer === 'denied') return false;
  const named = allowedByName(project, code.role).filter(({ actions }) =>
    actions.some((action) => action.startsWith('rds-data:') && coversAction(action, statementAction) === true),
  );
  if (named.length > 0 && isGiven(code, show(arn))) return true;
  // A statement about every cluster may be there for others.
  const meant = named.flatMap(({ statement }) => statement.resources ?? []).filter((one) => !show(one).includes('*'));
  return answer === 'allowed' && meant.some((one) => covers(one, arn) === true);
}

function isGiven({ environment }: RunningCode, text: string): boolean {
  return environment.split(/\n/).includes(text);
}

function managedSecret(cluster: Resource): StoredSecret | undefined {
  const isManaged = cluster.truth('manage_master_user_password') === true;
  return isManaged ? { service: 'secretsmanager', arn: managedSecretArn(cluster) } : undefined;
}

/** Whether a role is allowed to read no secret at all. */
function readsNoSecret(project: Project, role: Resource): boolean {
  const policies = identityPolicies(project, role);
  if (policies.some(({ complete }) => !complete)) return false;
  // A secret of the project may let the role in by a policy of its own.
  if (project.all('aws_secretsmanager_secret_policy').length > 0) return false;
  if (project.all('aws_secretsmanager_secret').some((secret) => secret.has('policy'))) return false;
  const mayName = (statement: (typeof policies)[number]['statements'][number]) =>
    statement.effect !== 'Deny' &&
    (statement.unknown.length > 0 ||
      statement.notActions !== undefined ||
      (statement.actions ?? []).some((action) => coversAction(action, 'secretsmanager:GetSecretValue') !== false));
  return !policies.some(({ statements }) => statements.some(mayName));
}

/** Before the provider could switch the Data API on for every cluster, projects called the CLI to do it. */
function isSwitchedOnByHand(project: Project): boolean {
  return project.files(true).some(({ text }) => /enable-http-endpoint|EnableHttpEndpoint/.test(text));
}
