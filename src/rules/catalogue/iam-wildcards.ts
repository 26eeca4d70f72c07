import { expandIamActions, iamAction } from '../../aws/iam-actions.js';
import type { Statement } from '../lib/policies.js';
import { actionsOf, few, identityGrants, isNarrowed, isOnEverything, statementsOf, tell } from '../lib/statements.js';
import { defineRules } from '../rule.js';

const everyAction = /^\*+(:\*+)?$/;
const everyActionOfService = /^([\w-]+):\*+$/;

/** Where AWS has no narrower way, or its own policies for the service take none. */
const unscoped = new Set(
  [
    // Network interfaces are made and removed by services that name them as they please.
    'ec2:CreateNetworkInterface',
    'ec2:DeleteNetworkInterface',
    'ec2:AssignPrivateIpAddresses',
    'ec2:UnassignPrivateIpAddresses',
    // The agents of Systems Manager and ECS speak of themselves before there is a name for them.
    'ssm:UpdateInstanceInformation',
    'ecs:DiscoverPollEndpoint',
    // Metrics and traces belong to no resource.
    'cloudwatch:PutMetricData',
    'xray:PutTraceSegments',
    'xray:PutTelemetryRecords',
  ].map((action) => action.toLowerCase()),
);

/** Actions by which somebody may give himself whatever he is not given here. */
const escalating = new Set(
  [
    'iam:AddUserToGroup',
    'iam:AttachGroupPolicy',
    'iam:AttachRolePolicy',
    'iam:AttachUserPolicy',
    'iam:CreateAccessKey',
    'iam:CreateLoginProfile',
    'iam:CreatePolicyVersion',
    'iam:PutGroupPolicy',
    'iam:PutRolePolicy',
    'iam:PutUserPolicy',
    'iam:SetDefaultPolicyVersion',
    'iam:UpdateAssumeRolePolicy',
    'iam:UpdateLoginProfile',
  ].map((action) => action.toLowerCase()),
);

/** What a pattern stands for, in lower case; itself where it is no pattern or of an unknown service. */
function expanded(action: string): string[] {
  const found = /[*?]/.test(action) ? expandIamActions(action) : [];
  return (found.length > 0 ? found : [action]).map((name) => name.toLowerCase());
}

/** Whether a rule of its own is about the action, whatever resource it is for. */
function isWholeService(action: string): boolean {
  return everyAction.test(action) || everyActionOfService.test(action);
}

/** The actions of a statement that AWS could limit to resources, and that read or change what is in them. */
function scopableActions(statement: Statement): string[] {
  return (statement.actions ?? []).filter((action): action is string => {
    if (typeof action !== 'string' || isWholeService(action)) return false;
    if (/^[\w-]+:(Describe|List)/i.test(action)) return false;
    return expanded(action).some(
      (name) =>
        !unscoped.has(name) &&
        !escalating.has(name) &&
        name !== 'iam:passrole' &&
        !/:(describe|list)/.test(name) &&
        iamAction(name)?.scopable === true,
    );
  });
}

/** Those of a statement's actions that are, or stand for, one of `wanted`. */
function actionsAmong(statement: Statement, wanted: (action: string) => boolean): string[] {
  return (statement.actions ?? []).filter(
    (action): action is string =>
      typeof action === 'string' && !isWholeService(action) && expanded(action).some(wanted),
  );
}

export default defineRules(
  {
    name: 'iam-action-any',
    severity: 'error',
    title: 'no policy allows its owner every action of AWS',
    why: 'Whoever gets hold of these credentials, by a fault in the application or a leaked key, has the whole account: its data, its users and its bill.',
    remedy: 'Name the actions that are needed, in one statement for each kind of resource.',
    catalogue: ['S000-04'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege',
    example: {
      broken: `resource "aws_iam_role_policy" "app" {
  name = "app"
  role = "app"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "*"
        Resource = "*"
      },
    ]
  })
}
`,
      sound: `resource "aws_iam_role_policy" "app" {
  name = "app"
  role = "app"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = "arn:aws:s3:::app-uploads/*"
      },
    ]
  })
}
`,
    },
    check(project, report) {
      for (const { statement } of identityGrants(project)) {
        // Such as an administrator's, with a second factor.
        if (statement.conditions.length > 0) continue;
        if ((statement.actions ?? []).some((action) => typeof action === 'string' && everyAction.test(action)))
          tell(report, statement, 'allows every action of every service', 'actions');
      }
    },
  },
  {
    name: 'iam-action-service-wildcard',
    severity: 'warning',
    title: 'no policy allows its owner all actions of a service',
    why: 'The star takes in what deletes, opens and hands on, such as s3:DeleteBucket or kms:ScheduleKeyDeletion, and every action that AWS will add.',
    remedy: 'Name the actions that are needed; a pattern such as "s3:GetObject*" keeps to one kind.',
    catalogue: ['S000-04'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege',
    example: {
      broken: `data "aws_iam_policy_document" "app" {
  statement {
    actions   = ["s3:*"]
    resources = ["arn:aws:s3:::app-uploads", "arn:aws:s3:::app-uploads/*"]
  }
}

resource "aws_iam_role_policy" "app" {
  name   = "app"
  role   = "app"
  policy = data.aws_iam_policy_document.app.json
}
`,
      sound: `data "aws_iam_policy_document" "app" {
  statement {
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["arn:aws:s3:::app-uploads/*"]
  }
}

resource "aws_iam_role_policy" "app" {
  name   = "app"
  role   = "app"
  policy = data.aws_iam_policy_document.app.json
}
`,
    },
    check(project, report) {
      for (const { statement } of identityGrants(project)) {
        // A service whose actions know no resources, such as ssmmessages, is a small one with one purpose.
        const services = (statement.actions ?? []).filter(
          (action): action is string =>
            typeof action === 'string' && everyActionOfService.test(action) && iamAction(action)?.scopable !== false,
        );
        if (services.length === 0) continue;
        const where = isOnEverything(statement) && !isNarrowed(statement) ? ' on every resource' : '';
        tell(report, statement, `allows ${few(services)}${where}`, 'actions');
      }
    },
  },
  {
    name: 'iam-allow-not-action',
    severity: 'warning',
    title: 'no policy allows its owner everything but some actions',
    why: 'NotAction with Allow lets everything else of AWS through, with what AWS adds later. It does not deny what it names.',
    remedy: 'Allow named actions with Action, or deny the few with "Effect": "Deny" and Action.',
    catalogue: ['S000-04'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html',
    example: {
      broken: `data "aws_iam_policy_document" "developer" {
  statement {
    not_actions = ["iam:*", "organizations:*"]
    resources   = ["*"]
  }
}

resource "aws_iam_policy" "developer" {
  name   = "developer"
  policy = data.aws_iam_policy_document.developer.json
}
`,
      sound: `data "aws_iam_policy_document" "developer" {
  statement {
    actions   = ["lambda:InvokeFunction"]
    resources = ["arn:aws:lambda:eu-west-1:123456789012:function:app"]
  }
}

resource "aws_iam_policy" "developer" {
  name   = "developer"
  policy = data.aws_iam_policy_document.developer.json
}
`,
    },
    check(project, report) {
      for (const { statement } of identityGrants(project)) {
        if (statement.notActions && !isNarrowed(statement))
          tell(report, statement, `allows everything but ${few(actionsOf(statement))}`, 'not_actions');
      }
    },
  },
  {
    name: 'iam-resource-wildcard',
    severity: 'warning',
    title: 'a policy names the resources of actions that AWS can limit to some',
    why: 'With "*" the action is allowed on everything of its kind in the account, what other teams and projects have there included.',
    remedy:
      'Give the ARNs, from the resources themselves. What AWS cannot limit, such as ecr:GetAuthorizationToken, goes into a statement of its own.',
    catalogue: ['S000-05', 'S003-09'],
    stages: ['hcl', 'plan', 'state'],
    source:
      'https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html',
    example: {
      broken: `resource "aws_iam_role_policy" "execution" {
  name = "start-tasks"
  role = "app-execution"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["ecr:GetAuthorizationToken", "secretsmanager:GetSecretValue"]
        Resource = "*"
      },
    ]
  })
}
`,
      sound: `resource "aws_iam_role_policy" "execution" {
  name = "start-tasks"
  role = "app-execution"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["ecr:GetAuthorizationToken"]
        Resource = "*"
      },
      {
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app-*"
      },
    ]
  })
}
`,
    },
    check(project, report) {
      for (const { statement } of identityGrants(project)) {
        if (!isOnEverything(statement) || isNarrowed(statement)) continue;
        const scopable = scopableActions(statement);
        if (scopable.length > 0) tell(report, statement, `allows ${few(scopable)} on every resource`, 'resources');
      }
    },
  },
  {
    name: 'iam-pass-role-any',
    severity: 'warning',
    title: 'a policy says which roles may be passed to a service',
    why: 'With iam:PassRole on "*" whoever may start an instance, a function or a task may start it with the most powerful role of the account, and so have what that role may do.',
    remedy: 'Name the roles in Resource, or the service in a condition on iam:PassedToService.',
    catalogue: ['S000-05'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html',
    example: {
      broken: `resource "aws_iam_role_policy" "deploy" {
  name = "deploy"
  role = "deploy"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "iam:PassRole"
        Resource = "*"
      },
    ]
  })
}
`,
      sound: `resource "aws_iam_role_policy" "deploy" {
  name = "deploy"
  role = "deploy"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "iam:PassRole"
        Resource = "arn:aws:iam::123456789012:role/app-task"
      },
    ]
  })
}
`,
    },
    check(project, report) {
      for (const { statement } of identityGrants(project)) {
        if (!isOnEverything(statement) || isNarrowed(statement)) continue;
        if (actionsAmong(statement, (action) => action === 'iam:passrole').length > 0)
          tell(report, statement, 'lets any role of the account be passed', 'resources');
      }
    },
  },
  {
    name: 'iam-no-self-promotion',
    severity: 'warning',
    title: 'nobody may change the policies, the trust or the keys of every user and role',
    why: 'Who may do this on "*" may do it to himself, and have whatever the other statements keep from him.',
    remedy: 'Name the roles or users by ARN or path, and set a permissions boundary.',
    catalogue: ['S000-05'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html',
    example: {
      broken: `data "aws_iam_policy_document" "deploy" {
  statement {
    actions   = ["iam:CreatePolicyVersion", "iam:PutRolePolicy"]
    resources = ["*"]
  }
}

resource "aws_iam_policy" "deploy" {
  name   = "deploy"
  policy = data.aws_iam_policy_document.deploy.json
}
`,
      sound: `data "aws_iam_policy_document" "deploy" {
  statement {
    actions   = ["iam:PutRolePolicy"]
    resources = ["arn:aws:iam::123456789012:role/app/*"]
  }
}

resource "aws_iam_policy" "deploy" {
  name   = "deploy"
  policy = data.aws_iam_policy_document.deploy.json
}
`,
    },
    check(project, report) {
      for (const { statement } of identityGrants(project)) {
        if (!isOnEverything(statement) || isNarrowed(statement)) continue;
        const found = actionsAmong(statement, (action) => escalating.has(action));
        if (found.length > 0) tell(report, statement, `allows ${few(found)} on every user and role`, 'resources');
      }
    },
  },
  {
    name: 'iam-region-condition-global-services',
    severity: 'warning',
    title: 'a limit to regions leaves out the services that have none',
    why: 'Calls to IAM, Route 53, CloudFront and the like come from us-east-1, whatever region the caller works in. With another region in aws:RequestedRegion they are never allowed, or always denied.',
    remedy: 'Allow these actions in a statement without the condition, and leave them out of a denial with NotAction.',
    catalogue: ['S002-11'],
    stages: ['hcl', 'plan', 'state'],
    source:
      'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_deny-requested-region.html',
    example: {
      broken: `data "aws_iam_policy_document" "app" {
  statement {
    actions   = ["dynamodb:GetItem", "route53:ChangeResourceRecordSets"]
    resources = ["arn:aws:dynamodb:eu-west-1:123456789012:table/app", "arn:aws:route53:::hostedzone/Z123"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = ["eu-west-1"]
    }
  }
}

resource "aws_iam_policy" "app" {
  name   = "app"
  policy = data.aws_iam_policy_document.app.json
}
`,
      sound: `data "aws_iam_policy_document" "app" {
  statement {
    actions   = ["dynamodb:GetItem"]
    resources = ["arn:aws:dynamodb:eu-west-1:123456789012:table/app"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = ["eu-west-1"]
    }
  }

  statement {
    actions   = ["route53:ChangeResourceRecordSets"]
    resources = ["arn:aws:route53:::hostedzone/Z123"]
  }
}

resource "aws_iam_policy" "app" {
  name   = "app"
  policy = data.aws_iam_policy_document.app.json
}
`,
    },
    check(project, report) {
      for (const { statement } of statementsOf(project, 'identity')) {
        if (!excludesUsEast1(statement)) continue;
        const global = (statement.actions ?? []).filter(
          (action): action is string =>
            typeof action === 'string' &&
            (/^(iam|route53|cloudfront|organizations|support|health):/i.test(action) ||
              (statement.effect === 'Deny' && everyAction.test(action))),
        );
        if (global.length === 0) continue;
        const what = statement.effect === 'Deny' ? 'always denies' : 'never allows';
        tell(report, statement, `${what} ${few(global)}, whose region is us-east-1`, 'condition');
      }
    },
  },
);

/** Whether a condition leaves calls to us-east-1 outside: for an Allow not in the list, for a Deny caught by it. */
function excludesUsEast1({ effect, conditions }: Statement): boolean {
  const wanted = effect === 'Deny' ? /^StringNot(Equals|Like)$/ : /^String(Equals|Like)$/;
  const narrowing = conditions.filter(({ variable }) => variable.toLowerCase() !== 'aws:requestedregion');
  // Another condition, such as an exempted role, may spare these calls.
  if (effect === 'Deny' && narrowing.length > 0) return false;
  return conditions.some(
    ({ test, variable, values }) =>
      variable.toLowerCase() === 'aws:requestedregion' &&
      wanted.test(test) &&
      values !== undefined &&
      values.length > 0 &&
      values.every(
        (value) => typeof value === 'string' && /^[a-z]+(-[a-z]+)+-\d$/.test(value) && value !== 'us-east-1',
      ),
  );
}
