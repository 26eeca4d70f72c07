import { own } from '../../own.js';
import type { Condition, HeldPolicy, Statement } from '../lib/policies.js';
import { websiteOf } from '../lib/buckets.js';
import { isArnOfAnybody, keepOthersOut } from '../lib/callers.js';
import { few, namesEverybody, statementsOf, subjectOf, tell } from '../lib/statements.js';
import { comesAfterInBraces } from '../lib/text-order.js';
import type { Block, Project, Resource } from '../../terraform/project.js';
import { identity } from '../../terraform/value.js';
import { defineRules } from '../rule.js';

/** What a policy of a resource opens, by the type that holds it. Left out are those whose services also ask at the door. */
const opens: Readonly<Record<string, string>> = {
  aws_s3_bucket: 'the bucket',
  aws_s3_bucket_policy: 'the bucket',
  aws_s3_access_point: 'the bucket',
  aws_sns_topic: 'the topic',
  aws_sns_topic_policy: 'the topic',
  aws_sqs_queue: 'the queue',
  aws_sqs_queue_policy: 'the queue',
  aws_ecr_repository_policy: 'the repository',
  aws_secretsmanager_secret: 'the secret',
  aws_secretsmanager_secret_policy: 'the secret',
  aws_kms_key: 'the key',
  aws_kms_key_policy: 'the key',
  aws_kms_replica_key: 'the key',
  aws_kms_external_key: 'the key',
  aws_dynamodb_resource_policy: 'the table',
  aws_kinesis_resource_policy: 'the stream',
  aws_backup_vault_policy: 'the backup vault',
  aws_cloudwatch_event_bus_policy: 'the event bus',
};

/** Services that also take requests that nobody has signed. */
const takesUnsigned = /^aws_(?:s3|sns|sqs)_/;

/** Condition keys that leave everybody in, whatever they are compared with. */
const open = new Set(['aws:securetransport', 'aws:useragent', 's3:x-amz-acl', 's3:x-amz-server-side-encryption']);

/** Whether a condition of a denial may be about who calls. */
function narrowsDenial({ test, variable, values }: Condition): boolean {
  if (!/Not|Null|Bool/.test(test) || open.has(variable.toLowerCase())) return false;
  return !(test.endsWith('NotIpAddress') && values?.some((value) => value === '0.0.0.0/0'));
}

/** Whether another statement keeps everybody out but some, as that of a private API does. */
function hasDenial({ statements, complete }: HeldPolicy): boolean {
  if (!complete) return true;
  return statements.some(
    (statement) =>
      statement.effect !== 'Allow' &&
      (namesEverybody(statement) || !statement.principals) &&
      ((statement.notPrincipals && statement.conditions.length === 0) || statement.conditions.some(narrowsDenial)),
  );
}

/** The statements of resources' policies that let everybody in. */
function openStatements(project: Project): { statement: Statement; policy: HeldPolicy }[] {
  return statementsOf(project, 'resource', 'key').filter(
    ({ statement, policy }) =>
      statement.effect === 'Allow' &&
      Object.hasOwn(opens, policy.holder.type) &&
      // An access point of a VPC is reached from that VPC only.
      !policy.holder.has('vpc_configuration') &&
      namesEverybody(statement) &&
      !keepOthersOut(statement.conditions, takesUnsigned.test(policy.holder.type)) &&
      !hasDenial(policy),
  );
}

/** Whether a statement is about no more than reading objects that are named. */
function isReading({ actions }: Statement): boolean {
  return (actions ?? []).every((action) => typeof action === 'string' && /^s3:getobject(version)?$/i.test(action));
}

/** Whether it is written that the bucket of a policy is to be open, or may be elsewhere: a website or downloads. */
function isMeantToBeRead(project: Project, policy: HeldPolicy): boolean {
  const bucket = subjectOf(policy);
  if (!bucket || bucket.type !== 'aws_s3_bucket') return true;
  const blocks = project.linked('aws_s3_bucket_public_access_block', 'bucket', bucket);
  // Of a website that S3 serves another rule tells.
  if (blocks.length === 0 && websiteOf(project, bucket)) return true;
  return project.isGivenToUnread(bucket) || blocks.some((block) => block.truth('block_public_policy') !== true);
}

/** Services that act for whoever configures them, and that say for whom in aws:SourceArn or aws:SourceAccount. */
const deputies: Readonly<Record<string, RegExp>> = {
  s3: /^(cloudfront|config|delivery\.logs|s3|ses)\.amazonaws\.com$/,
  sns: /^(budgets|cloudwatch|config|events\.rds|s3|ses)\.amazonaws\.com$/,
  sqs: /^(events|s3|sns)\.amazonaws\.com$/,
};

function deputiesOf({ holder }: HeldPolicy, { principals }: Statement): string[] {
  const service = /^aws_(s3|sns|sqs)_/.exec(holder.type)?.[1];
  const names = (principals ?? []).filter(({ type }) => type === 'Service').map(({ value }) => identity(value) ?? '');
  return names.filter((name) => service !== undefined && own(deputies, service)?.test(name));
}

/** Whether a statement's resources are so much of one account that only that account's services write there. */
function namesAccountPath({ resources }: Statement): boolean {
  return (resources ?? []).every((resource) => {
    const text = identity(resource) ?? '';
    return /AWSLogs\/\d{12}/.test(text) || comesAfterInBraces(text, /AWSLogs\/\$\{/, /account/);
  });
}

/** Whether a statement lets a service look at a bucket before it delivers, and no more. */
function isLook({ actions }: Statement): boolean {
  const looks = /^s3:(getbucketacl|getbucketlocation|getbucketpolicy|listbucket)$/i;
  return (actions ?? []).every((action) => typeof action === 'string' && looks.test(action));
}

/** Services that call a function for whoever names it. */
const callers = /^(apigateway|cognito-idp|config|events|iot|logs|s3|ses|sns)\.amazonaws\.com$/;

/** Whether a permission of a function says from where it may be called. */
function hasSource(permission: Block): boolean {
  const source = permission.get('source_arn');
  const isAnything = source !== undefined && isArnOfAnybody(source);
  return [...(isAnything ? [] : ['source_arn']), 'source_account', 'principal_org_id', 'event_source_token'].some(
    (argument) => permission.has(argument) || permission.body.names().includes(argument),
  );
}

function isFunctionUrl(permission: Resource): boolean {
  if (permission.has('function_url_auth_type') || permission.has('invoked_via_function_url')) return true;
  return permission.text('action') === 'lambda:InvokeFunctionUrl';
}

export default defineRules(
  {
    name: 'resource-policy-not-public',
    severity: 'error',
    title: "a resource's policy lets in those it names only",
    why: 'Principal "*" is everybody, with an AWS account or without: they read, write or delete what the statement allows, and the owner pays.',
    remedy:
      'Name roles, accounts or services, or add a condition on aws:SourceArn, aws:SourceAccount or aws:PrincipalOrgID.',
    catalogue: ['S001-27', 'S000-05'],
    stages: ['hcl', 'plan', 'state'],
    source:
      'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous',
    example: {
      broken: `resource "aws_sqs_queue" "jobs" {
  name = "jobs"
}

resource "aws_sqs_queue_policy" "jobs" {
  queue_url = aws_sqs_queue.jobs.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = "*"
        Action    = "sqs:SendMessage"
        Resource  = aws_sqs_queue.jobs.arn
      },
    ]
  })
}
`,
      sound: `resource "aws_sqs_queue" "jobs" {
  name = "jobs"
}

resource "aws_sqs_queue_policy" "jobs" {
  queue_url = aws_sqs_queue.jobs.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "sns.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = aws_sqs_queue.jobs.arn
        Condition = {
          ArnEquals = { "aws:SourceArn" = "arn:aws:sns:eu-west-1:123456789012:orders" }
        }
      },
    ]
  })
}
`,
    },
    check(project, report) {
      for (const { statement, policy } of openStatements(project)) {
        const what = own(opens, policy.holder.type)!;
        if (what === 'the bucket' && isReading(statement) && isMeantToBeRead(project, policy)) continue;
        const who = statement.notPrincipals ? 'everybody but some' : 'everybody';
        tell(report, statement, `lets ${who} use ${what}`, 'principals');
      }
    },
  },
  {
    name: 'service-principal-source',
    severity: 'warning',
    title: 'a service that is let in says for whom it comes',
    why: 'Services such as S3, SNS and CloudFront act for every account that configures them. Somebody else can point one of theirs at this resource: the confused deputy.',
    remedy: 'Add a condition on aws:SourceArn with the resource that it comes from, or on aws:SourceAccount.',
    catalogue: ['S001-27', 'S000-05'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html',
    example: {
      broken: `data "aws_iam_policy_document" "assets" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::app-assets/*"]

    principals {
      type        = "Service"
      identifiers = ["cloudfront.amazonaws.com"]
    }
  }
}

resource "aws_s3_bucket_policy" "assets" {
  bucket = "app-assets"
  policy = data.aws_iam_policy_document.assets.json
}
`,
      sound: `data "aws_iam_policy_document" "assets" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::app-assets/*"]

    principals {
      type        = "Service"
      identifiers = ["cloudfront.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "AWS:SourceArn"
      values   = ["arn:aws:cloudfront::123456789012:distribution/EDFDVBD6EXAMPLE"]
    }
  }
}

resource "aws_s3_bucket_policy" "assets" {
  bucket = "app-assets"
  policy = data.aws_iam_policy_document.assets.json
}
`,
    },
    check(project, report) {
      for (const { statement, policy } of statementsOf(project, 'resource')) {
        if (statement.effect !== 'Allow' || statement.conditions.some(saysForWhom)) continue;
        if (isLook(statement) || namesAccountPath(statement)) continue;
        const names = deputiesOf(policy, statement);
        if (names.length > 0) tell(report, statement, `lets ${few(names)} in for any account`, 'principals');
      }
    },
  },
  {
    name: 'function-permission-not-public',
    severity: 'error',
    title: 'a function can be called by those its permission names only',
    why: 'Principal "*" without a source is everybody with an AWS account: they run the function as often as they like.',
    remedy: 'Name the service or account in principal, and where the call comes from in source_arn or source_account.',
    catalogue: ['S000-05'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html',
    example: {
      broken: `resource "aws_lambda_permission" "callers" {
  action        = "lambda:InvokeFunction"
  function_name = "app"
  principal     = "*"
}
`,
      sound: `resource "aws_lambda_permission" "callers" {
  action           = "lambda:InvokeFunction"
  function_name    = "app"
  principal        = "*"
  principal_org_id = "o-a1b2c3d4e5"
}
`,
    },
    check(project, { finding }) {
      for (const permission of project.all('aws_lambda_permission')) {
        // A function URL without authorization wants exactly this.
        if (permission.text('principal') === '*' && !hasSource(permission) && !isFunctionUrl(permission))
          finding(permission, 'lets everybody call the function', 'principal');
      }
    },
  },
  {
    name: 'function-permission-source',
    severity: 'warning',
    title: 'a permission for a service to call a function says from where',
    why: 'The service calls the function for any account that names its ARN: a bucket, a topic or an API of somebody else can trigger it.',
    remedy:
      'Set source_arn to the API, rule, topic or bucket; for S3, whose ARNs name no account, source_account as well.',
    catalogue: ['S000-05'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-services.html',
    example: {
      broken: `resource "aws_lambda_permission" "api" {
  action        = "lambda:InvokeFunction"
  function_name = "app"
  principal     = "apigateway.amazonaws.com"
}
`,
      sound: `resource "aws_lambda_permission" "api" {
  action        = "lambda:InvokeFunction"
  function_name = "app"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/*"
}
`,
    },
    check(project, { finding }) {
      for (const permission of project.all('aws_lambda_permission')) {
        const principal = permission.text('principal') ?? '';
        if (callers.test(principal) && !hasSource(permission))
          finding(permission, `lets ${principal} call the function for any account`, 'principal');
      }
    },
  },
);

/** Whether a condition tells for which account or resource a service comes. */
function saysForWhom(condition: Condition): boolean {
  if (!/^(aws:source(arn|account|owner|orgid|orgpaths)|\?)$/i.test(condition.variable)) return false;
  // A service that comes for somebody says so: what holds without the key is asked for all the same.
  const test = condition.test.replace(/^ForA(?:ll|ny)Values?:/i, '').replace(/IfExists$/i, '');
  return keepOthersOut([{ ...condition, test }], true);
}
