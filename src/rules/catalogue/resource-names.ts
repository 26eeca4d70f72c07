import type { CharacterClass, NameRule } from '../../aws/name-rules.js';
import { shortRegion } from '../../aws/regions.js';
import { own } from '../../own.js';
import { isAccountId, leastLength, physicalNames, textParts, type PhysicalName } from '../lib/names.js';
import type { Project, Resource } from '../../terraform/project.js';
import { identity, show, Text, Unknown } from '../../terraform/value.js';
import { isLeftToCaller, leftToCaller } from '../lib/evaluation.js';
import { isStandIn } from '../lib/stand-ins.js';
import { isGenerated } from '../lib/generated.js';
import { defineRules } from '../rule.js';

/** The names of a project, one of each block: the instances of count and for_each differ little. */
function* oncePerBlock(project: Project, isWrong: (name: PhysicalName) => string | undefined) {
  const told = new Set<string>();
  for (const name of physicalNames(project)) {
    const { configAddress } = name.resource;
    const why = told.has(configAddress) ? undefined : isWrong(name);
    if (why === undefined) continue;
    told.add(configAddress);
    yield { ...name, why };
  }
}

function shown({ parts, argument }: PhysicalName): string {
  return `${argument} is ${JSON.stringify(show(new Text(parts)))}`;
}

/** The instances of a Multi-AZ cluster of RDS, unlike Aurora's, take their names from it. */
const multiAzClusterLength = 52;

function longest({ rule, isPrefix, resource }: PhysicalName): number {
  if (isPrefix) return rule.prefix?.max ?? rule.max;
  const isMultiAzCluster = resource.type === 'aws_rds_cluster' && resource.has('db_cluster_instance_class');
  return isMultiAzCluster ? multiAzClusterLength : rule.max;
}

function wrongLength(name: PhysicalName): string | undefined {
  const { parts, rule, isPrefix } = name;
  if (isOtherFunction(name)) return undefined;
  const length = leastLength(parts);
  const max = longest(name);
  const isKnown = parts.every((part) => typeof part === 'string');
  const count = isKnown ? String(length) : `at least ${length}`;
  if (length > max) {
    const what = isPrefix ? `a ${rule.prefix?.argument} of ${rule.noun.replace(/^an? /, '')}` : rule.noun;
    return `${shown(name)}, which has ${count} characters; ${what} may have ${max}`;
  }
  const tooShort = isKnown && !isPrefix && rule.min !== undefined && length < rule.min;
  return tooShort ? `${shown(name)}, which has ${count}; ${rule.noun} has at least ${rule.min} characters` : undefined;
}

/** A function may be named by its ARN, or with its version. */
function isOtherFunction({ resource, parts }: PhysicalName): boolean {
  return (
    resource.type === 'aws_lambda_function' && parts.some((part) => typeof part === 'string' && part.includes(':'))
  );
}

function wrongCharacters(name: PhysicalName): string | undefined {
  const { rule } = name;
  if (isOtherFunction(name)) return undefined;
  const parts = withoutFifo(name);
  // What a variable with an empty default leaves of "${var.name}-" says nothing.
  if (parts.every((part) => typeof part === 'string' && /^[-_./]*$/.test(part))) return undefined;
  if (parts.some((part) => typeof part === 'string' && isStandIn(part))) return undefined;
  const why = illegal(parts, rule) ?? wrongStart(parts, rule) ?? wrongEnd(parts, rule, name.isPrefix);
  return why === undefined ? undefined : `${shown(name)}; the name of ${rule.noun} ${why}`;
}

/** A queue or topic of type FIFO ends in .fifo, which no other may have in its name; both may have no other dot. */
function withoutFifo({ resource, parts }: PhysicalName): readonly (string | Unknown)[] {
  if (!/^aws_(sqs_queue|sns_topic)$/.test(resource.type)) return parts;
  const last = parts.at(-1);
  return typeof last === 'string' ? [...parts.slice(0, -1), last.replace(/\.fifo$/, '')] : parts;
}

function illegal(parts: readonly (string | Unknown)[], { characters, never }: NameRule): string | undefined {
  for (const part of parts) {
    if (typeof part !== 'string') continue;
    const wrong = characters && [...part].find((character) => !characters.pattern.test(character));
    if (wrong !== undefined) return `has only ${characters?.words}, and no ${JSON.stringify(wrong)}`;
    const pair = never?.find((text) => part.includes(text));
    if (pair !== undefined) return `must not have ${JSON.stringify(pair)} in it`;
  }
  return undefined;
}

function wrongStart([first]: readonly (string | Unknown)[], rule: NameRule): string | undefined {
  if (typeof first !== 'string' || first === '') return undefined;
  const reserved = rule.notStart?.find((text) => first.startsWith(text));
  if (reserved !== undefined) return `must not begin with ${JSON.stringify(reserved)}`;
  const { start } = rule;
  if (start !== undefined && !first.startsWith(start.slice(0, first.length)) && !first.startsWith(start))
    return `must begin with ${JSON.stringify(start)}`;
  return isOf(rule.first, first.charAt(0)) ? undefined : `must begin with ${rule.first?.words}`;
}

function wrongEnd(parts: readonly (string | Unknown)[], rule: NameRule, isPrefix: boolean): string | undefined {
  const last = parts.at(-1);
  if (isPrefix || typeof last !== 'string' || last === '') return undefined;
  const reserved = rule.notEnd?.find((text) => last.endsWith(text));
  if (reserved !== undefined) return `must not end in ${JSON.stringify(reserved)}`;
  return isOf(rule.last, last.charAt(last.length - 1)) ? undefined : `must end in ${rule.last?.words}`;
}

function isOf(characters: CharacterClass | undefined, character: string): boolean {
  return !characters || characters.pattern.test(character);
}

/** Whether a policy is part of a role, user or group, where putting one of the same name replaces it. */
function isInline({ type }: Resource): boolean {
  return /^aws_iam_(?:role|user|group)_policy$/.test(type);
}

/**
 * API Gateway calls the group of an API's execution logs by the API's id.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
 */
const executionLogs = 'API-Gateway-Execution-Logs_';

/** Names that AWS fixes, and that can carry no prefix. */
const fixedNames =
  /^(dms-vpc-role|dms-cloudwatch-logs-role|dms-access-for-endpoint|ecsInstanceRole|AWSServiceRole\w+)$/;

/** A text that terraform.tfvars gives a variable. */
function givenText(project: Project, variable: string): string | undefined {
  const text = project.read('terraform.tfvars') ?? '';
  return new RegExp(`^${variable}\\s*=\\s*"([^"$]+)"`, 'm').exec(text)?.[1];
}

/** The values in terraform.tfvars that every name carries. */
function namingValues(project: Project): string[] | undefined {
  const values = ['project_name', 'environment_suffix'].map((variable) => givenText(project, variable));
  return values.every((value) => value !== undefined) ? values : undefined;
}

function carries(parts: readonly (string | Unknown)[], value: string): boolean {
  // No name is longer, and a pattern as long as a file would be tried at each character.
  if (value.length > 255) return false;
  const escaped = value.replace(/[^\w]/g, '\\$&');
  const whole = new RegExp(`(^|[^A-Za-z0-9])${escaped}([^A-Za-z0-9]|$)`);
  return parts.some((part) => typeof part === 'string' && whole.test(part));
}

/** What has a name that an account has once, whatever the region. */
const ofTheAccount = new Set([
  'aws_cloudwatch_dashboard',
  'aws_iam_group',
  'aws_iam_instance_profile',
  'aws_iam_policy',
  'aws_iam_role',
  'aws_iam_user',
  'aws_s3_bucket',
]);

/** Words of which a name that others have had is made. */
const commonWords =
  /^(my|our|the|test|testing|example|sample|demo|app|application|web|website|site|static|assets?|media|images?|files?|uploads?|data|logs?|access|backups?|terraform|tf|state|tfstate|remote|bucket|s3|aws|dev|staging|prod|production|lambda|code|artifacts?|\d{1,3})$/;

/** Where only one thing of a name can be, as a text; undefined where that is not known. */
function placeOf({ resource, rule }: PhysicalName): string | undefined {
  if (rule.unique === undefined) return undefined;
  if (rule.unique === 'world' || rule.unique === 'account') return identity(resource.surroundings.account);
  const region = identity(resource.surroundings.region);
  if (rule.unique === 'region' || rule.within === undefined) return region;
  const within = resource.get(rule.within);
  const holder = within === undefined ? 'default' : identity(within);
  return region === undefined || holder === undefined ? undefined : `${region} ${holder}`;
}

const regionalRole = (name: string) => `resource "aws_iam_role" "task" {
  name               = "${name}"
  assume_role_policy = "{}"
}
#>> terraform.tfvars
aws_region         = "eu-west-1"
project_name       = "payments"
environment_suffix = "prod"
#>> .create-secure-infra.json
{}
`;

export default defineRules(
  {
    name: 'name-length',
    severity: 'error',
    title: 'a name is as long as AWS takes it',
    why: 'The provider stops with "cannot be longer than … characters" or "expected length of name to be in the range …", at validate only where the name is literal; for a few types it is AWS that refuses, at the apply. A prefix is shorter, because Terraform adds 26 characters.',
    remedy: 'Shorten the name, or what it is made of.',
    catalogue: ['facts §9'],
    stages: ['hcl', 'plan'],
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html',
    example: {
      broken: `variable "environment" {
  type    = string
  default = "production"
}

resource "aws_lb_target_group" "app" {
  name     = "payments-api-\${var.environment}-target-group"
  port     = 8080
  protocol = "HTTP"
  vpc_id   = "vpc-0123456789abcdef0"
}
`,
      sound: `variable "environment" {
  type    = string
  default = "production"
}

resource "aws_lb_target_group" "app" {
  name     = "payments-api-\${var.environment}-tg"
  port     = 8080
  protocol = "HTTP"
  vpc_id   = "vpc-0123456789abcdef0"
}
`,
    },
    check(project, { finding }) {
      for (const { resource, why, argument } of oncePerBlock(project, wrongLength)) finding(resource, why, argument);
    },
  },
  {
    name: 'name-characters',
    severity: 'error',
    title: 'a name has only the characters that AWS takes, in the order it takes them',
    why: 'The provider or AWS refuses it: "only lowercase alphanumeric characters and hyphens allowed in …", "cannot end with a hyphen", "InvalidBucketName: The specified bucket is not valid". Nothing before the apply looks at the names of buckets, repositories and trails.',
    remedy: 'Leave out what is not taken, or replace it: lower(replace(name, "_", "-")).',
    catalogue: ['facts §9', 'S000-24'],
    stages: ['hcl', 'plan'],
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html',
    example: {
      broken: `data "aws_caller_identity" "current" {}

resource "aws_s3_bucket" "logs" {
  bucket = "Payments-Logs-\${data.aws_caller_identity.current.account_id}"
}
`,
      sound: `data "aws_caller_identity" "current" {}

resource "aws_s3_bucket" "logs" {
  bucket = "payments-logs-\${data.aws_caller_identity.current.account_id}"
}
`,
    },
    check(project, { finding, abstain }) {
      for (const { resource, why, argument } of oncePerBlock(project, wrongCharacters))
        if (isLeftToCaller(project, resource, argument)) abstain(resource, leftToCaller);
        else finding(resource, why, argument);
    },
  },
  {
    name: 'fifo-name',
    severity: 'error',
    title: 'the names of FIFO queues and topics, and only theirs, end in .fifo',
    why: 'AWS refuses the others: "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length".',
    remedy: 'End the name in .fifo, and set fifo_queue or fifo_topic to true.',
    catalogue: ['facts §9'],
    stages: ['hcl', 'plan'],
    source: 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html',
    example: {
      broken: `resource "aws_sqs_queue" "orders" {
  name       = "orders"
  fifo_queue = true
}
`,
      sound: `resource "aws_sqs_queue" "orders" {
  name       = "orders.fifo"
  fifo_queue = true
}
`,
    },
    check(project, { finding }) {
      for (const name of physicalNames(project)) {
        const { resource, parts, argument, isPrefix } = name;
        const flag = own({ aws_sqs_queue: 'fifo_queue', aws_sns_topic: 'fifo_topic' }, resource.type);
        const last = parts.at(-1);
        if (flag === undefined || isPrefix || typeof last !== 'string') continue;
        const isFifo = resource.has(flag) ? resource.truth(flag) : false;
        const ends = last.endsWith('.fifo');
        if (isFifo === true && !ends && (last.length >= '.fifo'.length || parts.length === 1))
          finding(resource, `${shown(name)} and does not end in .fifo, with ${flag} = true`, argument);
        if (isFifo === false && ends) finding(resource, `${shown(name)}, without ${flag} = true`, argument);
      }
    },
  },
  {
    name: 'secret-name-ending',
    severity: 'warning',
    title: "a secret's name does not end in a hyphen and six characters",
    why: 'AWS adds a hyphen and six characters of its own to the ARN. Where a secret is looked for by a part of its ARN, a name that ends so is taken for a whole ARN, and another secret or none is found.',
    remedy: 'Put another word or a slash at the end: payments/prod/database rather than payments-database-prod01.',
    catalogue: ['facts §9'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html',
    example: {
      broken: `resource "aws_secretsmanager_secret" "database" {
  name = "payments-database-prod01"
}
`,
      sound: `resource "aws_secretsmanager_secret" "database" {
  name = "payments/prod01/database"
}
`,
    },
    check(project, { finding }) {
      for (const secret of project.all('aws_secretsmanager_secret')) {
        const last = textParts(secret.get('name'))?.at(-1);
        if (typeof last === 'string' && /-[A-Za-z0-9]{6}$/.test(last))
          finding(secret, `has a name that ends in ${JSON.stringify(last.slice(-7))}`, 'name');
      }
    },
  },
  {
    name: 'bucket-name-unique',
    severity: 'warning',
    title: "a bucket's name is not one that another account may have taken",
    why: 'Bucket names are shared by all accounts of AWS. One that is taken is answered with "BucketAlreadyExists: The requested bucket name is not available".',
    remedy: 'End the name in data.aws_caller_identity.current.account_id, or set bucket_prefix instead.',
    catalogue: ['S000-24'],
    stages: ['hcl'],
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html',
    example: {
      broken: `resource "aws_s3_bucket" "state" {
  bucket = "my-terraform-state"
}
`,
      sound: `data "aws_caller_identity" "current" {}

resource "aws_s3_bucket" "state" {
  bucket = "my-terraform-state-\${data.aws_caller_identity.current.account_id}"
}
`,
    },
    check(project, { finding, abstain }) {
      for (const bucket of project.all('aws_s3_bucket')) {
        const parts = textParts(bucket.get('bucket'));
        if (!parts || parts.some((part) => isAccountId(part) || (typeof part === 'string' && /\d{12}/.test(part))))
          continue;
        const name = show(new Text(parts));
        // A generated project always adds the account; elsewhere a name may well be the organization's own.
        if (parts.some((part) => part instanceof Unknown)) {
          if (isGenerated(project)) abstain(bucket, 'a part of its name is not known');
        } else if (isGenerated(project)) {
          finding(bucket, `is named ${JSON.stringify(name)}, without the id of the account`, 'bucket');
        } else if (name.split(/[-._]/).every((word) => commonWords.test(word))) {
          finding(bucket, `is named ${JSON.stringify(name)}, in words that many use`, 'bucket');
        }
      }
    },
  },
  {
    name: 'name-carries-project-and-suffix',
    severity: 'warning',
    scope: 'generated',
    title: 'every name carries project_name and environment_suffix',
    why: 'Two copies of the project in one account would want the same name, and the second apply ends in "already exists".',
    remedy: 'Begin the name with local.name_prefix. Names that AWS fixes, such as dms-vpc-role, are excepted.',
    catalogue: ['S001-08', 'S000-24', 'S004-15'],
    stages: ['hcl'],
    source: 'https://developer.hashicorp.com/terraform/language/values/locals',
    example: {
      broken: `variable "project_name" {
  type = string
}

variable "environment_suffix" {
  type = string
}

resource "aws_sns_topic" "alerts" {
  name = "\${var.project_name}-alerts"
}
#>> terraform.tfvars
project_name       = "payments"
environment_suffix = "prod"
#>> .create-secure-infra.json
{}
`,
      sound: `variable "project_name" {
  type = string
}

variable "environment_suffix" {
  type = string
}

resource "aws_sns_topic" "alerts" {
  name = "\${var.project_name}-\${var.environment_suffix}-alerts"
}
#>> terraform.tfvars
project_name       = "payments"
environment_suffix = "prod"
#>> .create-secure-infra.json
{}
`,
    },
    check(project, { finding, abstain }) {
      const values = namingValues(project);
      if (!values) return;
      for (const name of physicalNames(project)) {
        const { resource, rule, parts, argument } = name;
        const isInner = rule.within !== undefined && rule.within !== 'vpc_id' && rule.within !== 'scope';
        const isFixed =
          typeof parts[0] === 'string' &&
          ((parts.length === 1 && fixedNames.test(parts[0])) || parts[0].startsWith(executionLogs));
        const missing = values.filter((value) => !carries(parts, value));
        if (isInner || isFixed || missing.length === 0) continue;
        if (parts.some((part) => part instanceof Unknown && !isAccountId(part)))
          abstain(resource, 'a part of its name is not known');
        else finding(resource, `${shown(name)}, without ${missing.join(' and ')}`, argument);
      }
    },
  },
  {
    name: 'global-name-carries-region',
    severity: 'warning',
    scope: 'generated',
    title: 'a name that the account has once, whatever the region, carries the region',
    why: 'A copy with the same suffix in a second region ends in "EntityAlreadyExists" or "BucketAlreadyOwnedByYou", or overwrites the dashboard.',
    remedy: 'Begin the name with local.global_name_prefix.',
    catalogue: ['S001-08', 'S004-15'],
    stages: ['hcl'],
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html',
    example: {
      broken: regionalRole('payments-prod-task'),
      sound: regionalRole('payments-prod-euw1-task'),
    },
    check(project, { finding }) {
      const values = namingValues(project);
      const region = givenText(project, 'aws_region');
      if (!values || region === undefined) return;
      for (const name of physicalNames(project)) {
        const { resource, parts, argument, isPrefix } = name;
        if (isPrefix || !ofTheAccount.has(resource.type) || !values.every((value) => carries(parts, value))) continue;
        if (![region, shortRegion(region)].some((value) => carries(parts, value)))
          finding(resource, `${shown(name)}, without ${shortRegion(region)}`, argument);
      }
    },
  },
  {
    name: 'names-distinct',
    severity: 'error',
    title: 'no two resources of a type want the same name in the same place',
    why: 'AWS refuses the second ("EntityAlreadyExists", "ResourceAlreadyExistsException", "BucketAlreadyOwnedByYou"), or both manage the same topic, alarm or dashboard and undo each other. Of inline policies of one role, user or group the last one made replaces the others (PutRolePolicy "adds or updates"), and what those allow is missing. Neither validate nor plan looks.',
    remedy: 'Give each a name of its own.',
    catalogue: ['S001-08', 'facts §9'],
    stages: ['hcl'],
    source: 'https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html',
    example: {
      broken: `resource "aws_iam_role" "task" {
  name               = "payments-task"
  assume_role_policy = "{}"
}

resource "aws_iam_role" "execution" {
  name               = "payments-task"
  assume_role_policy = "{}"
}
`,
      sound: `resource "aws_iam_role" "task" {
  name               = "payments-task"
  assume_role_policy = "{}"
}

resource "aws_iam_role" "execution" {
  name               = "payments-execution"
  assume_role_policy = "{}"
}
`,
    },
    check(project, { finding }) {
      const holders = new Map<string, Resource>();
      const surroundings = new Map<object, number>();
      for (const name of physicalNames(project)) {
        const { resource, rule, parts, argument, isPrefix } = name;
        const place = placeOf(name);
        const text = identity(new Text(parts));
        if (isPrefix || resource.uncertain || place === undefined || text === undefined) continue;
        // Two provider configurations may work in different accounts, whatever their regions.
        const provider = surroundings.get(resource.surroundings) ?? surroundings.size;
        surroundings.set(resource.surroundings, provider);
        const key = [rule.noun, provider, place, text].join('\n');
        const holder = holders.get(key);
        if (!holder) holders.set(key, resource);
        else if (holder.address !== resource.address)
          finding(
            resource,
            `${shown(name)}, ${isInline(resource) ? 'and replaces' : 'which is also the name of'} ${holder.address}`,
            argument,
          );
      }
    },
  },
);
