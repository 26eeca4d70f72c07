import type { Block, Project } from '../../terraform/project.js';
import { decodeJson, isKnown, isMap, show, Text, type Value } from '../../terraform/value.js';
import { isLeftToCaller, leftToCaller } from '../lib/evaluation.js';
import { policiesOf, type HeldPolicy, type PolicyKind, type Principal, type Statement } from '../lib/policies.js';
import { permissionPrincipalFault, principalFault } from '../lib/principals.js';
import { isStandIn } from '../lib/stand-ins.js';
import { actionsOf, few, statementsOf, tell } from '../lib/statements.js';
import { defineRules, type Report } from '../rule.js';

const grammar = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html';

const kinds: readonly PolicyKind[] = ['identity', 'trust', 'key', 'resource', 'endpoint'];

const principalTypes = new Set(['*', '[]', 'AWS', 'CanonicalUser', 'Federated', 'Service']);

/** Whether a list is there and known to be empty, or not there at all. */
function isMissing(statement: Statement, ...lists: readonly (readonly [string, readonly Value[] | undefined])[]) {
  return lists.every(([name, list]) => !statement.unknown.includes(name) && (list ?? []).length === 0);
}

function principalsOf({ principals = [], notPrincipals = [] }: Statement): Principal[] {
  return [...principals, ...notPrincipals];
}

/** Whether it is not known that the statement, or the whole policy, will be there. */
function isUncertain(statement: Statement, { holder }: HeldPolicy): boolean {
  return statement.at.uncertain || holder.uncertain;
}

/** What AWS wants in a statement of a policy and does not find. */
function missingParts(statement: Statement, policy: HeldPolicy): string[] {
  const missing: string[] = [];
  if (statement.effect === undefined && !statement.unknown.includes('effect'))
    missing.push('no Effect of "Allow" or "Deny"');
  if (isMissing(statement, ['actions', statement.actions], ['not_actions', statement.notActions]))
    missing.push('no Action');
  // Some services take a policy without to be about the resource that has it.
  if (
    namesResources(policy) &&
    isMissing(statement, ['resources', statement.resources], ['not_resources', statement.notResources])
  )
    missing.push('no Resource');
  return missing;
}

/** Whether a policy, or a document that it is made of, is written with an empty default that a caller is to give. */
function isWrittenByCaller(project: Project, { holder, argument }: HeldPolicy): boolean {
  const documents = holder.refs(argument, 'aws_iam_policy_document');
  return (
    isLeftToCaller(project, holder, argument.split('.').at(-1)) ||
    documents.some((document) => isLeftToCaller(project, document))
  );
}

/** Whether it is sure that the policy has to name resources, by ARN or "*". */
function namesResources({ kind, holder }: HeldPolicy): boolean {
  return kind === 'identity' || holder.type === 'aws_s3_bucket_policy';
}

/** What is wrong with a resource of a statement; undefined where nothing is, or that is not known. */
function notAnArn(resource: Value): string | undefined {
  const start = resource instanceof Text ? resource.parts[0] : resource;
  // AWS fills in what starts with a policy variable.
  if (typeof start !== 'string' || /^(\*|$|[$&]\{)/.test(start)) return undefined;
  // What is written for people to replace: "ARN of the function".
  if (isStandIn(start) || start.trim().split(' ').length > 2) return undefined;
  if (!'arn:'.startsWith(start.slice(0, 4))) return 'which is not in ARN format';
  const isCut = typeof resource === 'string' && resource.split(':').length < 6 && !resource.includes('*');
  return isCut ? 'which ends before the name of a resource' : undefined;
}

/** Texts in a statement in which AWS could fill in policy variables. */
function textsOf(statement: Statement): Value[] {
  return [
    ...(statement.resources ?? []),
    ...(statement.notResources ?? []),
    ...statement.conditions.flatMap(({ values }) => values ?? []),
  ];
}

/** Tells of every statement of these kinds that a check finds something wrong with. */
function tellStatements(
  project: Project,
  report: Report,
  wanted: readonly PolicyKind[],
  wrong: (statement: Statement, policy: HeldPolicy) => readonly string[],
  argument?: string,
): void {
  for (const { statement, policy } of statementsOf(project, ...wanted)) {
    if (isUncertain(statement, policy)) continue;
    for (const message of wrong(statement, policy)) tell(report, statement, message, argument);
  }
}

/** Whether an argument is the empty object by which the provider takes a policy away from these types. */
function takesAway(holder: Block, argument: string): boolean {
  const types = ['aws_secretsmanager_secret', 'aws_s3_access_point'];
  if (!('type' in holder) || typeof holder.type !== 'string' || !types.includes(holder.type)) return false;
  const decoded = decodeJson(holder.get(argument));
  return !(decoded instanceof Error) && isMap(decoded) && decoded.size === 0;
}

function sidsMoreThanOnce({ statements, complete }: HeldPolicy): Statement[] {
  const seen = new Set<string>();
  if (!complete) return [];
  return statements.filter(({ sid }) => {
    if (!sid) return false;
    const again = seen.has(sid);
    seen.add(sid);
    return again;
  });
}

export default defineRules(
  {
    name: 'policy-json-valid',
    severity: 'error',
    title: 'the text of a policy is JSON with statements',
    why: 'The provider or AWS refuses it: "contains an invalid JSON policy", or "MalformedPolicyDocument: Syntax errors in policy."',
    remedy: 'Write the policy with jsonencode() or a data "aws_iam_policy_document", which leave no commas to forget.',
    catalogue: ['S000-31'],
    stages: ['hcl', 'plan'],
    source: grammar,
    example: {
      broken: `resource "aws_iam_policy" "app" {
  name = "app"

  policy = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Effect": "Allow",
          "Action": "s3:GetObject",
          "Resource": "arn:aws:s3:::app-uploads/*",
        }
      ]
    }
  EOT
}
`,
      sound: `resource "aws_iam_policy" "app" {
  name = "app"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "arn:aws:s3:::app-uploads/*"
      },
    ]
  })
}
`,
    },
    check(project, { finding }) {
      for (const { holder, argument, malformed } of policiesOf(project)) {
        if (malformed && !takesAway(holder, argument))
          finding(holder, `has a policy that is not valid: ${malformed}`, first(argument));
      }
    },
  },
  {
    name: 'policy-statement-complete',
    severity: 'error',
    title: 'a statement has an effect, actions and resources, and nothing else that IAM does not know',
    why: 'AWS refuses the policy: "MalformedPolicyDocument: Policy statement must contain actions.", "Policy statement must contain resources.", or "Syntax errors in policy."',
    remedy: 'Give every statement Effect, Action and Resource, each in the singular; a trust policy has no Resource.',
    catalogue: ['S000-31'],
    stages: ['hcl', 'plan', 'state'],
    source: grammar,
    example: {
      broken: `data "aws_iam_policy_document" "app" {
  statement {
    actions = ["s3:GetObject"]
  }
}

resource "aws_iam_policy" "app" {
  name   = "app"
  policy = data.aws_iam_policy_document.app.json
}
`,
      sound: `data "aws_iam_policy_document" "app" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::app-uploads/*"]
  }
}

resource "aws_iam_policy" "app" {
  name   = "app"
  policy = data.aws_iam_policy_document.app.json
}
`,
    },
    check(project, report) {
      tellStatements(project, report, kinds, (statement, policy) => {
        const strange = statement.strange?.map((name) => `an element ${name}, which IAM does not know`) ?? [];
        const missing = missingParts(statement, policy);
        const wrong = [...missing, ...strange];
        if (missing.length > 0 && isWrittenByCaller(project, policy)) {
          report.abstain(statement.at, leftToCaller);
          return [];
        }
        return wrong.length > 0 ? [`has a statement with ${wrong.join(' and ')}`] : [];
      });
    },
  },
  {
    name: 'policy-principal-kind',
    severity: 'error',
    title: 'a policy of a role or user names no principal, one of a resource or key does',
    why: 'Who it is for is clear for what is attached to somebody: "MalformedPolicyDocument: Policy document should not specify a principal." A resource, a key and a role\'s trust need to know: "Missing required field Principal".',
    remedy: 'Move the statement to the policy of the kind that it is, or add or drop its principals.',
    catalogue: ['S000-31'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html',
    example: {
      broken: `resource "aws_sqs_queue_policy" "jobs" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "sqs:SendMessage"
        Resource = "arn:aws:sqs:eu-west-1:123456789012:jobs"
      },
    ]
  })
}
`,
      sound: `resource "aws_sqs_queue_policy" "jobs" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::123456789012:role/producer" }
        Action    = "sqs:SendMessage"
        Resource  = "arn:aws:sqs:eu-west-1:123456789012:jobs"
      },
    ]
  })
}
`,
    },
    check(project, report) {
      tellStatements(project, report, ['identity'], (statement) =>
        statement.hasPrincipals ? ['names a principal, in a policy that is attached to somebody'] : [],
      );
      tellStatements(project, report, ['trust', 'key', 'resource'], (statement) => {
        if (!statement.hasPrincipals) return ['names no principal'];
        const types = principalsOf(statement).map(({ type }) => type);
        const wrong = types.filter((type) => !principalTypes.has(type) && type !== '?');
        return wrong.length > 0 ? [`has the principal ${few(wrong)}, which is none of AWS, Service and Federated`] : [];
      });
    },
  },
  {
    name: 'policy-principal-valid',
    severity: 'error',
    title: 'a principal is an account, role, user or service, called what AWS calls it',
    why: 'AWS refuses the policy: "MalformedPolicyDocument: Invalid principal in policy", of a key "Policy contains a statement with one or more invalid principals." Only "*" alone stands for others, never a part of a name or ARN, and groups of users are no principals.',
    remedy:
      'Write the arn of a role or user, the twelve digits of an account, or a service such as lambda.amazonaws.com. For several roles name their account, with a condition on aws:PrincipalArn.',
    catalogue: ['S000-31'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html',
    example: {
      broken: `resource "aws_sqs_queue_policy" "jobs" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::123456789012:role/producer-*" }
        Action    = "sqs:SendMessage"
        Resource  = "arn:aws:sqs:eu-west-1:123456789012:jobs"
      },
    ]
  })
}
`,
      sound: `resource "aws_sqs_queue_policy" "jobs" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::123456789012:root" }
        Action    = "sqs:SendMessage"
        Resource  = "arn:aws:sqs:eu-west-1:123456789012:jobs"
        Condition = {
          ArnLike = { "aws:PrincipalArn" = "arn:aws:iam::123456789012:role/producer-*" }
        }
      },
    ]
  })
}
`,
    },
    check(project, report) {
      tellStatements(
        project,
        report,
        ['trust', 'key', 'resource'],
        (statement) => {
          const all = principalsOf(statement);
          if (all.some(({ type }) => type === '[]')) return ['has a list of principals that says of none what it is'];
          return all.flatMap((principal) => {
            const fault = principalFault(principal);
            return fault ? [`names the principal ${show(principal.value)}, ${fault}`] : [];
          });
        },
        'principals',
      );
      for (const permission of project.all('aws_lambda_permission')) {
        const principal = permission.get('principal');
        const fault = principal === undefined || permission.uncertain ? undefined : permissionPrincipalFault(principal);
        if (fault) report.finding(permission, `names the principal ${show(principal!)}, ${fault}`, 'principal');
      }
    },
  },
  {
    name: 'policy-action-prefix',
    severity: 'error',
    title: 'an action has the prefix of its service',
    why: 'AWS refuses the policy: "MalformedPolicyDocument: Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."',
    remedy: 'Write service:Action, such as s3:GetObject.',
    catalogue: ['S000-31'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html',
    example: {
      broken: `data "aws_iam_policy_document" "app" {
  statement {
    actions   = ["GetObject"]
    resources = ["arn:aws:s3:::app-uploads/*"]
  }
}

resource "aws_iam_policy" "app" {
  name   = "app"
  policy = data.aws_iam_policy_document.app.json
}
`,
      sound: `data "aws_iam_policy_document" "app" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::app-uploads/*"]
  }
}

resource "aws_iam_policy" "app" {
  name   = "app"
  policy = data.aws_iam_policy_document.app.json
}
`,
    },
    check(project, report) {
      tellStatements(
        project,
        report,
        ['identity', 'trust'],
        (statement) => {
          const wrong = actionsOf(statement).filter((action) => !action.includes(':') && action !== '*');
          return wrong.length > 0 ? [`names the action ${few(wrong)} without its service`] : [];
        },
        'actions',
      );
    },
  },
  {
    name: 'policy-resource-arn',
    severity: 'error',
    title: 'a policy names resources by ARN',
    why: 'AWS refuses the policy: "MalformedPolicyDocument: Resource app-uploads/* must be in ARN format or "*"."',
    remedy: 'Use the arn of the resource, not its id or name: aws_s3_bucket.uploads.arn.',
    catalogue: ['S000-05', 'S000-31'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html',
    example: {
      broken: `resource "aws_s3_bucket" "uploads" {
  bucket = "app-uploads"
}

data "aws_iam_policy_document" "app" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["\${aws_s3_bucket.uploads.id}/*"]
  }
}

resource "aws_iam_policy" "app" {
  name   = "app"
  policy = data.aws_iam_policy_document.app.json
}
`,
      sound: `resource "aws_s3_bucket" "uploads" {
  bucket = "app-uploads"
}

data "aws_iam_policy_document" "app" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["\${aws_s3_bucket.uploads.arn}/*"]
  }
}

resource "aws_iam_policy" "app" {
  name   = "app"
  policy = data.aws_iam_policy_document.app.json
}
`,
    },
    check(project, report) {
      tellStatements(
        project,
        report,
        kinds,
        (statement, policy) => {
          if (!namesResources(policy)) return [];
          return [...(statement.resources ?? []), ...(statement.notResources ?? [])].flatMap((resource) => {
            const wrong = notAnArn(resource);
            return wrong ? [`names the resource ${show(resource)}, ${wrong}`] : [];
          });
        },
        'resources',
      );
    },
  },
  {
    name: 'policy-sids',
    severity: 'error',
    title: 'the sids of a policy are letters and digits, each only once',
    why: 'IAM refuses the policy: "MalformedPolicyDocument: Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*", or "Statement IDs (SID) in a single policy must be unique."',
    remedy: 'Leave out spaces, hyphens and underscores, or the sid altogether.',
    catalogue: ['S000-31'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html',
    example: {
      broken: `data "aws_iam_policy_document" "app" {
  statement {
    sid       = "read-uploads"
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::app-uploads/*"]
  }
}

resource "aws_iam_policy" "app" {
  name   = "app"
  policy = data.aws_iam_policy_document.app.json
}
`,
      sound: `data "aws_iam_policy_document" "app" {
  statement {
    sid       = "ReadUploads"
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::app-uploads/*"]
  }
}

resource "aws_iam_policy" "app" {
  name   = "app"
  policy = data.aws_iam_policy_document.app.json
}
`,
    },
    check(project, report) {
      for (const policy of policiesOf(project)) {
        if (policy.kind !== 'identity') continue;
        for (const { sid, at, argument } of policy.statements) {
          if (sid && !/^[0-9A-Za-z]*$/.test(sid))
            report.finding(
              at,
              `has the sid ${JSON.stringify(sid)}, which is not letters and digits`,
              argument ?? 'sid',
            );
        }
        for (const { sid, at, argument } of sidsMoreThanOnce(policy))
          report.finding(at, `has the sid ${sid} twice in one policy`, argument ?? 'sid');
      }
    },
  },
  {
    name: 'policy-version',
    severity: 'warning',
    title: 'a policy that uses policy variables says Version 2012-10-17',
    why: 'Without it AWS takes the version of 2008, in which ${aws:username} is the text itself: the statement matches nothing.',
    remedy: 'Add "Version": "2012-10-17".',
    catalogue: ['S000-31'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html',
    example: {
      broken: `resource "aws_iam_policy" "home" {
  name = "home"

  policy = jsonencode({
    Statement = [
      {
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "arn:aws:s3:::homes/$\${aws:username}/*"
      },
    ]
  })
}
`,
      sound: `resource "aws_iam_policy" "home" {
  name = "home"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "arn:aws:s3:::homes/$\${aws:username}/*"
      },
    ]
  })
}
`,
    },
    check(project, { finding }) {
      for (const { version, statements, holder, argument } of policiesOf(project)) {
        if (version !== undefined && (!isKnown(version) || version === '2012-10-17')) continue;
        const used = statements
          .flatMap(textsOf)
          .flatMap((text): readonly Value[] => (text instanceof Text ? text.parts : [text]))
          .find((text) => typeof text === 'string' && /[$&]\{\w[\w-]*:[\w/-]+\}/.test(text));
        if (used !== undefined)
          finding(holder, `uses a policy variable in ${show(used)} without Version 2012-10-17`, first(argument));
      }
    },
  },
);

function first(path: string): string {
  return path.split('.')[0] ?? path;
}
