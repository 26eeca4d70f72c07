import { isServiceWrittenByAws, isWrittenByAws, mayMatchWrittenByAws } from '../../aws/iam-actions-elsewhere.js';
import { iamAction } from '../../aws/iam-actions.js';
import type { Project } from '../../terraform/project.js';
import { coversAction } from '../lib/patterns.js';
import { actionsOf, statementsOf, tell, type HeldStatement } from '../lib/statements.js';
import { nearestIamAction, nearestIamService } from '../lib/iam-actions.js';
import { defineRules } from '../rule.js';

const source =
  'https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html';

/** Every action that a policy of the project names, in the form `service:Action`. */
function namedActions(project: Project): (HeldStatement & { action: string })[] {
  return statementsOf(project, 'identity', 'trust', 'key', 'resource', 'endpoint').flatMap((held) =>
    actionsOf(held.statement)
      .filter((action) => /^[\w-]+:[\w*?-]+$/.test(action))
      .map((action) => ({ ...held, action })),
  );
}

/** What a policy that only reads is given of any service, whether the service has such actions or not yet. */
const readingVerb = /:(?:BatchGet|Describe|Get|List)\*$/i;

export default defineRules(
  {
    name: 'iam-action-exists',
    severity: 'error',
    title: 'a policy names actions that AWS has',
    why: 'IAM takes any name and allows nothing with it: what was meant is answered with AccessDenied. S3, SQS and other services refuse such a policy of a resource ("Policy has invalid action").',
    remedy:
      "Take the name from AWS's service authorization reference; the name of an API call or CLI command may differ.",
    catalogue: ['S000-04', 'facts §5'],
    stages: ['hcl', 'plan', 'state'],
    source,
    example: {
      broken: `data "aws_iam_policy_document" "app" {
  statement {
    actions   = ["s3:ListBuckets", "s3:GetObject"]
    resources = ["arn:aws:s3:::app-uploads", "arn:aws:s3:::app-uploads/*"]
  }
}

resource "aws_iam_policy" "app" {
  name   = "app"
  policy = data.aws_iam_policy_document.app.json
}
`,
      sound: `data "aws_iam_policy_document" "app" {
  statement {
    actions   = ["s3:ListBucket", "s3:GetObject"]
    resources = ["arn:aws:s3:::app-uploads", "arn:aws:s3:::app-uploads/*"]
  }
}

resource "aws_iam_policy" "app" {
  name   = "app"
  policy = data.aws_iam_policy_document.app.json
}
`,
    },
    check(project, report) {
      for (const { statement, action } of namedActions(project)) {
        if (/[*?]/.test(action) || iamAction(action)?.exists !== false || isWrittenByAws(action)) continue;
        const meant = nearestIamAction(action);
        // AWS adds actions every week; what looks like none of those that are known may be new.
        if (!meant) report.abstain(statement.at, `${action} is not known here`);
        // HeadObject beside GetObject: what was meant is there as well.
        else if (actionsOf(statement).some((other) => coversAction(other, meant)))
          report.abstain(statement.at, `AWS has no ${action}, but ${meant} is there as well`);
        else tell(report, statement, `names ${action}, which AWS does not have: was ${meant} meant?`, 'actions');
      }
    },
  },
  {
    name: 'iam-action-pattern-matches',
    severity: 'warning',
    title: 'a pattern in a policy stands for at least one action',
    why: 'The pattern allows or denies nothing, without a word from AWS.',
    remedy: "Compare it with the actions in AWS's service authorization reference.",
    catalogue: ['S000-04'],
    stages: ['hcl', 'plan', 'state'],
    source,
    example: {
      broken: `resource "aws_iam_role_policy" "app" {
  name = "app"
  role = "app"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["sqs:Read*"]
        Resource = "arn:aws:sqs:eu-west-1:123456789012:jobs"
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
        Action   = ["sqs:Receive*"]
        Resource = "arn:aws:sqs:eu-west-1:123456789012:jobs"
      },
    ]
  })
}
`,
    },
    check(project, report) {
      for (const { statement, action } of namedActions(project)) {
        if (!/[*?]/.test(action) || iamAction(action)?.exists !== false) continue;
        if (readingVerb.test(action) || mayMatchWrittenByAws(action))
          report.abstain(statement.at, `${action} matches no action that is known here`);
        else tell(report, statement, `has the pattern ${action}, which no action of AWS matches`, 'actions');
      }
    },
  },
  {
    name: 'iam-service-exists',
    severity: 'warning',
    title: 'the prefix of an action is that of a service',
    why: 'IAM takes any prefix and allows nothing with it: what was meant is answered with AccessDenied.',
    remedy: "Take the prefix from AWS's service authorization reference; it often differs from the service's name.",
    catalogue: ['S000-04'],
    stages: ['hcl', 'plan', 'state'],
    source,
    example: {
      broken: `resource "aws_iam_role_policy" "app" {
  name = "app"
  role = "app"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "secretmanager:GetSecretValue"
        Resource = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app-*"
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
        Action   = "secretsmanager:GetSecretValue"
        Resource = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app-*"
      },
    ]
  })
}
`,
    },
    check(project, report) {
      for (const { statement, action } of namedActions(project)) {
        if (iamAction(action)) continue;
        const prefix = action.split(':')[0]!;
        const meant = isServiceWrittenByAws(prefix) ? undefined : nearestIamService(action);
        if (meant) tell(report, statement, `names ${action}; AWS has no ${prefix}, but ${meant}`, 'actions');
        else report.abstain(statement.at, `the service ${prefix} is not known here`);
      }
    },
  },
);
