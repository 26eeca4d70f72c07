import { meantServicePrincipal } from '../../aws/service-principals.js';
import { keepOthersOut } from '../lib/callers.js';
import { managedPolicyName } from '../lib/managed-policies.js';
import { decide, roleOf } from '../lib/permissions.js';
import { readPolicy, type Principal, type Statement } from '../lib/policies.js';
import { accountNumber, actionsOf, few, isNarrowed, namesEverybody, statementsOf, tell } from '../lib/statements.js';
import type { Block, Project, Resource } from '../../terraform/project.js';
import { elements, identity, joinText } from '../../terraform/value.js';
import { defineRules } from '../rule.js';

/**
 * Which service assumes the role in an argument. A dotted argument is in a block.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
 */
const assumedBy: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  aws_ecs_task_definition: { execution_role_arn: 'ecs-tasks', task_role_arn: 'ecs-tasks' },
  aws_lambda_function: { role: 'lambda' },
  aws_iam_instance_profile: { role: 'ec2' },
  aws_sfn_state_machine: { role_arn: 'states' },
  aws_scheduler_schedule: { 'target.role_arn': 'scheduler' },
  aws_cloudwatch_event_target: { role_arn: 'events' },
  aws_pipes_pipe: { role_arn: 'pipes' },
  aws_cloudwatch_log_subscription_filter: { role_arn: 'logs' },
  aws_codebuild_project: { service_role: 'codebuild' },
  aws_codepipeline: { role_arn: 'codepipeline' },
  aws_codedeploy_deployment_group: { service_role_arn: 'codedeploy' },
  aws_kinesis_firehose_delivery_stream: { 'extended_s3_configuration.role_arn': 'firehose' },
  aws_config_configuration_recorder: { role_arn: 'config' },
  aws_eks_cluster: { role_arn: 'eks' },
  aws_eks_node_group: { node_role_arn: 'ec2' },
  aws_eks_fargate_profile: { pod_execution_role_arn: 'eks-fargate-pods' },
  aws_glue_job: { role_arn: 'glue' },
  aws_glue_crawler: { role: 'glue' },
  aws_backup_selection: { iam_role_arn: 'backup' },
  aws_s3_bucket_replication_configuration: { role: 's3' },
  aws_appsync_datasource: { service_role_arn: 'appsync' },
  aws_transfer_server: { logging_role: 'transfer' },
};

interface RoleUse {
  user: Resource;
  argument: string;
  service: string;
  role: Resource;
}

/** Where the project hands a role of its own to a service. */
function roleUses(project: Project): RoleUse[] {
  return Object.entries(assumedBy).flatMap(([type, uses]) =>
    project.all(type).flatMap((user) =>
      Object.entries(uses).flatMap(([path, service]) => {
        const argument = path.slice(path.lastIndexOf('.') + 1);
        const blocks: Block[] = argument === path ? [user] : user.blocks(path.slice(0, -argument.length - 1));
        return blocks.flatMap((block) => {
          const role = block.has(argument) ? roleOf(block, argument, project) : undefined;
          return role ? [{ user, argument: path, service, role }] : [];
        });
      }),
    ),
  );
}

/** Whether a role's trust policy surely does not let a service assume it. */
function refusesService(role: Resource, service: string, region: RoleUse['user']['surroundings']['region']): boolean {
  const trust = readPolicy(role, 'assume_role_policy');
  if (!trust) return false;
  const names = [
    `${service}.amazonaws.com`,
    ...['amazonaws.com.cn', 'amazonaws.eu', 'c2s.ic.gov', 'sc2s.sgov.gov'].map((suffix) => `${service}.${suffix}`),
    joinText([`${service}.`, region, '.amazonaws.com']),
  ];
  return names.every(
    (value) =>
      decide([trust], { action: 'sts:AssumeRole', resource: '', principal: { type: 'Service', value } }) === 'denied',
  );
}

const githubIssuer = 'token.actions.githubusercontent.com';

/** Whether a principal is the identity provider for GitHub's workflows. */
function isGithub(project: Project, { type, value }: Principal): boolean {
  if (type !== 'Federated') return false;
  const arn = identity(value);
  if (arn === undefined) return false;
  // Behind a slash is the name of an enterprise, whose workflows alone come by that provider.
  if (arn.includes(githubIssuer)) return !arn.includes(`${githubIssuer}/`);
  const providers = [
    ...project.all('aws_iam_openid_connect_provider'),
    ...project.data('aws_iam_openid_connect_provider'),
  ];
  return providers.some(
    (provider) =>
      identity(provider.computed('arn')) === arn && /githubusercontent\.com\/?$/.test(provider.text('url') ?? ''),
  );
}

/** A subject of any repository; one that an organization has customized may say elsewhere whose it is. */
const wideSubject = /^(\*|repo:\*)(?!.*(workflow_ref|repository|owner|enterprise|actor))/;

/** What is wrong with who of GitHub may come; undefined where nothing is, or that is not known. */
function openToGithub({ conditions }: Statement): string | undefined {
  const claims = conditions.filter(({ variable }) => !variable.endsWith(':aud'));
  if (claims.length === 0) return 'without a condition on the repository';
  const subject = claims.find(({ variable }) => variable.endsWith('githubusercontent.com:sub'));
  if (!subject || claims.length > 1) return undefined;
  const wide = subject.values?.find((value) => typeof value === 'string' && wideSubject.test(value));
  return typeof wide === 'string' ? `from any repository, by ${wide}` : undefined;
}

/** Roles with a trust policy that lets a service in. */
function isForServices(role: Resource): boolean {
  const statements = readPolicy(role, 'assume_role_policy')?.statements ?? [];
  return statements.some(({ principals }) => principals?.some(({ type }) => type === 'Service'));
}

const allPowerful = new Set(['AdministratorAccess', 'IAMFullAccess', 'PowerUserAccess']);

/** The policies of AWS's that let their owner do everything or next to it, among those in an argument. */
function powerfulPolicies(block: Resource, argument: string): string[] {
  const named = (elements(block.get(argument)) ?? []).map(managedPolicyName);
  const looked = block.refs(argument).filter(({ mode, type }) => mode === 'data' && type === 'aws_iam_policy');
  return [...named, ...looked.map((policy) => policy.text('name') ?? managedPolicyName(policy.get('arn') ?? null))]
    .filter((name) => name !== undefined)
    .filter((name) => allPowerful.has(name));
}

export default defineRules(
  {
    name: 'role-trust-not-everybody',
    severity: 'error',
    title: 'a role can be assumed by those it names only',
    why: 'Principal "*" is everybody with an AWS account. All they need is the ARN of the role, which is no secret.',
    remedy: 'Name the service, the role or the account, or limit it with a condition such as aws:PrincipalOrgID.',
    catalogue: ['S000-04'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html',
    example: {
      broken: `resource "aws_iam_role" "deploy" {
  name = "deploy"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "*" }
        Action    = "sts:AssumeRole"
      },
    ]
  })
}
`,
      sound: `resource "aws_iam_role" "deploy" {
  name = "deploy"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::123456789012:role/ci" }
        Action    = "sts:AssumeRole"
      },
    ]
  })
}
`,
    },
    check(project, report) {
      for (const { statement, policy } of statementsOf(project, 'trust')) {
        // Others may be kept out by a denial, such as of all outside of an organization.
        if (policy.statements.some((other) => other.effect === 'Deny' && (other.notPrincipals || isNarrowed(other))))
          continue;
        if (statement.effect === 'Allow' && namesEverybody(statement) && !keepOthersOut(statement.conditions, false))
          tell(report, statement, 'lets everybody assume the role', 'principals');
      }
    },
  },
  {
    name: 'role-trust-external-id',
    severity: 'note',
    title: 'a role for another account asks for an external id',
    why: 'Who can make that account act for him, as a customer of the same vendor can, reaches this role as well: the confused deputy. Whether the account is your own cannot be seen here.',
    remedy: 'Add a condition on sts:ExternalId, or name one role of the account.',
    catalogue: ['S000-04'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html',
    example: {
      broken: `resource "aws_iam_role" "monitoring" {
  name = "vendor-monitoring"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::210987654321:root" }
        Action    = "sts:AssumeRole"
      },
    ]
  })
}
`,
      sound: `resource "aws_iam_role" "monitoring" {
  name = "vendor-monitoring"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::210987654321:root" }
        Action    = "sts:AssumeRole"
        Condition = {
          StringEquals = { "sts:ExternalId" = "0f5e2a3c" }
        }
      },
    ]
  })
}
`,
    },
    check(project, report) {
      for (const { statement, policy } of statementsOf(project, 'trust')) {
        if (statement.effect !== 'Allow' || statement.conditions.length > 0) continue;
        const own = policy.holder.surroundings.account;
        const accounts = (statement.principals ?? [])
          .filter(({ type }) => type === 'AWS')
          .map(({ value }) => accountNumber(value))
          .filter((account) => account !== undefined && account !== own);
        if (accounts.length > 0)
          tell(report, statement, `lets all of account ${few(accounts as string[])} assume the role`, 'principals');
      }
    },
  },
  {
    name: 'github-trust-subject',
    severity: 'error',
    title: 'a role for GitHub workflows names the repository',
    why: "GitHub's identity provider is one for all of GitHub. Without a condition on its subject any workflow in any repository may assume the role.",
    remedy:
      'Add a condition on token.actions.githubusercontent.com:sub, such as "repo:owner/name:ref:refs/heads/main".',
    catalogue: ['S000-04'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws',
    example: {
      broken: `data "aws_iam_policy_document" "github" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = ["arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "deploy" {
  name               = "deploy"
  assume_role_policy = data.aws_iam_policy_document.github.json
}
`,
      sound: `data "aws_iam_policy_document" "github" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = ["arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringLike"
      variable = "token.actions.githubusercontent.com:sub"
      values   = ["repo:example/shop:ref:refs/heads/main"]
    }
  }
}

resource "aws_iam_role" "deploy" {
  name               = "deploy"
  assume_role_policy = data.aws_iam_policy_document.github.json
}
`,
    },
    check(project, report) {
      for (const { statement } of statementsOf(project, 'trust')) {
        if (statement.effect !== 'Allow') continue;
        if (!statement.principals?.some((principal) => isGithub(project, principal))) continue;
        const open = openToGithub(statement);
        if (open) tell(report, statement, `lets workflows of GitHub assume the role ${open}`, 'condition');
      }
    },
  },
  {
    name: 'trust-policy-form',
    severity: 'error',
    title: "a role's trust policy allows assuming it, and names no resource",
    why: 'IAM refuses the role: "MalformedPolicyDocument: AssumeRole policy may only specify STS AssumeRole actions." or "MalformedPolicyDocument: Has prohibited field Resource".',
    remedy: 'Keep assume_role_policy to who may sts:AssumeRole. What the role may do goes into an aws_iam_role_policy.',
    catalogue: ['S000-31'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html',
    example: {
      broken: `resource "aws_iam_role" "app" {
  name = "app"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "ecs-tasks.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Resource  = "*"
      },
    ]
  })
}
`,
      sound: `resource "aws_iam_role" "app" {
  name = "app"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "ecs-tasks.amazonaws.com" }
        Action    = "sts:AssumeRole"
      },
    ]
  })
}
`,
    },
    check(project, report) {
      for (const { statement } of statementsOf(project, 'trust')) {
        // An empty list in a document writes nothing.
        if ([...(statement.resources ?? []), ...(statement.notResources ?? [])].length > 0)
          tell(report, statement, 'names resources in a trust policy', 'resources');
        const others = actionsOf(statement).filter((action) => /^[\w-]+:/.test(action) && !/^sts:/i.test(action));
        if (others.length > 0) tell(report, statement, `allows ${few(others)} in a trust policy`, 'actions');
      }
    },
  },
  {
    name: 'service-principal-known',
    severity: 'warning',
    title: 'a service is called what AWS calls it as a principal',
    why: 'AWS refuses names it does not know, in a trust policy with "MalformedPolicyDocument: Invalid principal in policy", in a policy for logs with "Could not convert to persistable policy".',
    remedy: "Take the name from the page on the service's role in its own documentation; its type is Service.",
    catalogue: ['S000-31'],
    stages: ['hcl', 'plan', 'state'],
    source:
      'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-services',
    example: {
      broken: `resource "aws_iam_role" "app" {
  name = "app"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "ecs-task.amazonaws.com" }
        Action    = "sts:AssumeRole"
      },
    ]
  })
}
`,
      sound: `resource "aws_iam_role" "app" {
  name = "app"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "ecs-tasks.amazonaws.com" }
        Action    = "sts:AssumeRole"
      },
    ]
  })
}
`,
    },
    check(project, report) {
      for (const { statement } of statementsOf(project, 'trust', 'key', 'resource')) {
        for (const { type, value } of [...(statement.principals ?? []), ...(statement.notPrincipals ?? [])]) {
          if (typeof value !== 'string') continue;
          if (type === 'AWS' && /\.amazonaws\.com(\.cn)?$/.test(value))
            tell(report, statement, `names the service ${value} as a principal of type AWS, not Service`, 'principals');
          const meant = type === 'Service' ? meantServicePrincipal(value) : undefined;
          if (meant) tell(report, statement, `names the service ${value}: was ${meant} meant?`, 'principals');
        }
      }
    },
  },
  {
    name: 'role-trusts-its-service',
    severity: 'error',
    title: 'the service that is given a role may assume it',
    why: 'The service answers that it cannot: "ECS was unable to assume the role … that was provided for this task", "The role defined for the function cannot be assumed by Lambda", or the like. IAM accepts any trust policy.',
    remedy: "Name the service in the role's assume_role_policy, with sts:AssumeRole.",
    catalogue: ['facts §7', 'S003-09', 'S000-17'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html',
    example: {
      broken: `resource "aws_iam_role" "app" {
  name = "app"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "ecs.amazonaws.com" }
        Action    = "sts:AssumeRole"
      },
    ]
  })
}

resource "aws_ecs_task_definition" "app" {
  family                = "app"
  task_role_arn         = aws_iam_role.app.arn
  container_definitions = jsonencode([{ name = "app", image = "nginx" }])
}
`,
      sound: `resource "aws_iam_role" "app" {
  name = "app"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "ecs-tasks.amazonaws.com" }
        Action    = "sts:AssumeRole"
      },
    ]
  })
}

resource "aws_ecs_task_definition" "app" {
  family                = "app"
  task_role_arn         = aws_iam_role.app.arn
  container_definitions = jsonencode([{ name = "app", image = "nginx" }])
}
`,
    },
    check(project, { finding }) {
      for (const { user, argument, service, role } of roleUses(project)) {
        if (refusesService(role, service, user.surroundings.region))
          finding(
            user,
            `uses ${role.configAddress}, which ${service}.amazonaws.com may not assume`,
            argument.split('.')[0],
          );
      }
    },
  },
  {
    name: 'service-role-not-administrator',
    severity: 'warning',
    title: 'a role that services assume is no administrator',
    why: 'A fault in what runs with the role, or in what it is fed, opens the whole account.',
    remedy: 'Attach policies that allow what is needed, on the resources it is needed for.',
    catalogue: ['S000-04'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege',
    example: {
      broken: `resource "aws_iam_role" "app" {
  name = "app"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "lambda.amazonaws.com" }
        Action    = "sts:AssumeRole"
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "app" {
  role       = aws_iam_role.app.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}
`,
      sound: `resource "aws_iam_role" "app" {
  name = "app"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "lambda.amazonaws.com" }
        Action    = "sts:AssumeRole"
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "app" {
  role       = aws_iam_role.app.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}
`,
    },
    check(project, { finding }) {
      const attachments = [
        ...project
          .all('aws_iam_role_policy_attachment')
          .map((attachment) => ({ attachment, argument: 'policy_arn', role: roleOf(attachment, 'role', project) })),
        ...project.all('aws_iam_role').map((role) => ({ attachment: role, argument: 'managed_policy_arns', role })),
      ];
      for (const { attachment, argument, role } of attachments) {
        const powerful = powerfulPolicies(attachment, argument);
        if (role && powerful.length > 0 && isForServices(role))
          finding(attachment, `gives ${few(powerful)} to ${role.configAddress}, which a service assumes`, argument);
      }
    },
  },
);
