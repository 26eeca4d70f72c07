import { arnOnlyKeyArguments, readBacks, type Json, type ReadBack } from '../../aws/read-back.js';
import { findRegion } from '../../aws/regions.js';
import { own, wordOf } from '../../own.js';
import { argumentAt } from '../lib/argument-paths.js';
import { asInState, knownJson } from '../lib/as-json.js';
import { containersOf, titleOf } from '../lib/containers.js';
import { policiesOf } from '../lib/policies.js';
import { ignoresChanges } from '../lib/presence.js';
import type { Block, Project, Resource } from '../../terraform/project.js';
import { withoutKeys } from '../../terraform/addresses.js';
import { elements, isKnown, isList, show, Text, Unknown, type Value } from '../../terraform/value.js';
import { defineRules, type Report } from '../rule.js';

/** An argument of a resource that a row of the table is about. */
interface Place {
  row: ReadBack;
  resource: Resource;
  block: Block;
  argument: string;
}

/** The arguments that a rule looks at, but for those whose changes Terraform is told to leave alone. */
function* places(project: Project, rule: string): Generator<Place> {
  for (const row of readBacks) {
    if (row.rule !== rule) continue;
    for (const resource of project.all(...row.types)) {
      if (ignoresChanges(resource, row.argument.split('.')[0]!)) continue;
      const { blocks, argument } = argumentAt(resource, row.argument);
      for (const block of blocks) if (block.has(argument)) yield { row, resource, block, argument };
    }
  }
}

/** What AWS returns and what comes of it, as it follows on a clause that says what is sent. */
function consequence({ answer, plan }: ReadBack): string {
  return `AWS returns ${answer}, and every plan wants to ${plan === 'replaced' ? 'replace' : 'change'} it`;
}

interface Answer {
  sent: Json;
  returned: Json;
}

/** What is sent and what AWS returns, where both are known and differ; undefined where it is not known what is sent. */
function differenceOf({ row, resource, block, argument }: Place): Answer | 'none' | undefined {
  const sent = knownJson(block, argument, row.json);
  // The provider writes a policy document in AWS's own form.
  if (sent === undefined) return block.refs(argument, 'aws_iam_policy_document').length > 0 ? 'none' : undefined;
  const returned = row.returns(sent, { resource: asInState(resource), keyArn: (named) => named });
  return JSON.stringify(returned) === JSON.stringify(sent) ? 'none' : { sent, returned };
}

/** The arguments that AWS is known to return otherwise than they are written. */
function* differences(project: Project, { abstain }: Report, rule: string): Generator<Place & Answer> {
  for (const place of places(project, rule)) {
    const difference = differenceOf(place);
    if (difference === undefined) abstain(place.block, `${place.row.argument} is not known`);
    else if (difference !== 'none') yield { ...place, ...difference };
  }
}

function tellDifferences(project: Project, report: Report, rule: string): void {
  for (const { row, block, argument } of differences(project, report, rule)) {
    const value = block.get(argument);
    const shown = row.json || value === undefined || isList(value) ? '' : ` to ${JSON.stringify(show(value))}`;
    report.finding(block, `sets ${row.argument}${shown}; ${consequence(row)}`, argument);
  }
}

/** The containers of a task definition that are returned otherwise. */
function containersThatDiffer({ resource, sent, returned }: Place & Answer): string[] {
  const [before, after] = [sent, returned].map((text) => JSON.parse(wordOf(text)) as unknown);
  const containers = containersOf(resource) ?? [];
  if (!Array.isArray(before) || !Array.isArray(after)) return [];
  return before.flatMap((container, at) =>
    JSON.stringify(container) === JSON.stringify(after[at]) ? [] : [titleOf(containers[at] ?? new Map())],
  );
}

/** How an argument names a key. */
const keyForms = {
  id: { words: 'the id of a key', example: '0' },
  name: { words: 'the name of an alias', example: 'alias/a' },
  aliasArn: { words: 'the ARN of an alias', example: 'arn:aws:kms:region:0:alias/a' },
  arn: { words: 'the ARN of a key', example: 'arn:aws:kms:region:0:key/0' },
};

type KeyForm = keyof typeof keyForms;

/** What attributes of keys and aliases hold; left out is the key_id of the data source, which is what it was asked by. */
const keyAttributes: readonly (readonly [type: RegExp, forms: Readonly<Record<string, KeyForm>>])[] = [
  [/^aws_kms_(?:replica_)?(?:external_)?key$/, { id: 'id', key_id: 'id', arn: 'arn' }],
  [/^data\.aws_kms_key$/, { id: 'id', arn: 'arn' }],
  [/^aws_kms_alias$/, { id: 'name', name: 'name', arn: 'aliasArn', target_key_id: 'id', target_key_arn: 'arn' }],
  [/^data\.aws_kms_alias$/, { id: 'aliasArn', arn: 'aliasArn', target_key_id: 'id', target_key_arn: 'arn' }],
];

const attributePattern = /(?:^|\.)((?:data\.)?aws_kms_\w+)\.[^.]+\.(\w+)$/;

/** How a value names a key; undefined where that is not known. */
function keyForm(value: Value | undefined): KeyForm | undefined {
  if (value instanceof Unknown) {
    const [, type = '', attribute = ''] = attributePattern.exec(withoutKeys(value.symbol ?? '')) ?? [];
    return own(keyAttributes.find(([pattern]) => pattern.test(type))?.[1] ?? {}, attribute);
  }
  const text = value instanceof Text ? show(value) : value;
  if (typeof text !== 'string') return undefined;
  if (text.startsWith('alias/')) return 'name';
  const kind = /^arn:[^:]*:kms:[^:]*:[^:]*:(key|alias)\//.exec(text)?.[1];
  if (kind !== undefined) return kind === 'key' ? 'arn' : 'aliasArn';
  return /^(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.test(text) ? 'id' : undefined;
}

function isNoArn(form: KeyForm | undefined): boolean {
  return form === 'id' || form === 'name';
}

function hasScalingPolicy(project: Project, group: Resource): boolean {
  const types = ['aws_autoscaling_policy', 'aws_autoscaling_schedule'];
  return project.linked(types, 'autoscaling_group_name', group).length > 0;
}

/** Whether a cluster names fewer zones than AWS puts it into. */
function namesTooFewZones(cluster: Resource): boolean {
  const named = elements(cluster.get('availability_zones'))?.length ?? 0;
  const { region } = cluster.surroundings;
  const zones = typeof region === 'string' ? findRegion(region)?.zones : undefined;
  return named > 0 && zones !== undefined && named < Math.min(3, zones);
}

const repositoryExample = (key: string) => `resource "aws_kms_key" "images" {
  enable_key_rotation = true
}

resource "aws_ecr_repository" "app" {
  name = "app"

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = aws_kms_key.images.${key}
  }
}
`;

const logGroupExample = (key: string) => `resource "aws_kms_key" "logs" {
  enable_key_rotation = true
}

resource "aws_cloudwatch_log_group" "app" {
  name       = "/ecs/app"
  kms_key_id = aws_kms_key.logs.${key}
}
`;

const taskExample = (capabilities: string) => `resource "aws_ecs_task_definition" "app" {
  family = "app"

  container_definitions = jsonencode([
    {
      name            = "app"
      image           = "public.ecr.aws/nginx/nginx:1.29"
      memory          = 128
      linuxParameters = { capabilities = ${capabilities} }
    },
  ])
}
`;

const flowLogExample = (arn: string) => `resource "aws_cloudwatch_log_group" "flow" {
  name = "/vpc/flow"
}

resource "aws_flow_log" "main" {
  vpc_id          = "vpc-0123456789abcdef0"
  traffic_type    = "ALL"
  iam_role_arn    = "arn:aws:iam::123456789012:role/flow-log"
  log_destination = ${arn}
}
`;

const replicationExample = (name: string) => `resource "aws_dms_replication_instance" "main" {
  replication_instance_id    = "${name}"
  replication_instance_class = "dms.t3.medium"
}
`;

const insightsExample = (days: string) => `variable "performance_insights" {
  type    = bool
  default = false
}

resource "aws_db_instance" "main" {
  performance_insights_enabled          = var.performance_insights
  performance_insights_retention_period = ${days}
}
`;

const queueExample = (count: string) => `resource "aws_sqs_queue" "dead" {
  name = "jobs-dead"
}

resource "aws_sqs_queue" "jobs" {
  name = "jobs"

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead.arn
    maxReceiveCount     = ${count}
  })
}
`;

const groupExample = (capacity: string) => `resource "aws_autoscaling_group" "app" {
  name     = "app"
  min_size = 2
  max_size = 6
${capacity}}

resource "aws_autoscaling_policy" "cpu" {
  name                   = "cpu"
  autoscaling_group_name = aws_autoscaling_group.app.name
  policy_type            = "TargetTrackingScaling"
}
`;

const parameterExample = (method: string) => `resource "aws_db_parameter_group" "main" {
  name   = "main"
  family = "postgres17"

  parameter {
    name         = "rds.logical_replication"
    value        = "1"
    apply_method = "${method}"
  }
}
`;

export default defineRules(
  {
    name: 'kms-argument-arn',
    severity: 'error',
    title: 'an argument that takes only the ARN of a key is given one',
    why: 'The provider stops, once the id is known and so in the middle of the first apply: "(…) is an invalid ARN: arn: invalid prefix". A log group gets as far as AWS: "InvalidParameterException: The specified KMS Key Id could not be found".',
    remedy: 'Give it the arn of the aws_kms_key, or the target_key_arn of the alias.',
    catalogue: ['facts §14'],
    stages: ['hcl', 'plan'],
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/25258',
    example: { broken: logGroupExample('key_id'), sound: logGroupExample('arn') },
    check(project, { finding }) {
      const rows = readBacks.filter(({ arnOnly }) => arnOnly);
      const taking = [
        ...rows.flatMap(({ types, argument }) => types.map((type) => [type, argument] as const)),
        ...Object.entries(arnOnlyKeyArguments),
      ];
      for (const [type, path] of taking) {
        for (const resource of project.all(type)) {
          const { blocks, argument } = argumentAt(resource, path);
          for (const block of blocks) {
            const value = block.get(argument);
            const form = keyForm(value);
            if (form !== undefined && isNoArn(form))
              finding(block, `sets ${path} to ${show(value)}, ${keyForms[form].words}; it takes an ARN`, argument);
          }
        }
      }
    },
  },
  {
    name: 'kms-key-as-returned',
    severity: 'warning',
    title: 'an argument names its key in the form that AWS returns',
    why: 'AWS takes the id of a key, or an alias, and returns the ARN of the key, so every plan shows a change that no apply gets done, or replaces what is encrypted. A plan without changes, which says that all is as written, is never seen again.',
    remedy:
      'Use the arn of the aws_kms_key, or the target_key_arn of the alias. Only aws_kms_key_policy takes the key_id.',
    catalogue: ['facts §14'],
    stages: ['hcl', 'plan'],
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/45545',
    example: { broken: repositoryExample('key_id'), sound: repositoryExample('arn') },
    check(project, { finding, abstain }) {
      for (const { row, block, argument } of places(project, 'kms-key-as-returned')) {
        const value = block.get(argument);
        const form = keyForm(value);
        if (form === undefined) {
          if (value !== '') abstain(block, `it is not known how ${row.argument} names its key`);
          continue;
        }
        if (row.arnOnly && isNoArn(form)) continue;
        const { example, words } = keyForms[form];
        if (row.returns(example, { resource: {}, keyArn: () => keyForms.arn.example }) !== example)
          finding(block, `sets ${row.argument} to ${show(value)}, ${words}; ${consequence(row)}`, argument);
      }
    },
  },
  {
    name: 'container-definition-as-returned',
    severity: 'warning',
    title: 'the containers of a task are written as ECS returns them',
    why: 'The provider fills in what ECS adds at the first level of a container, and compares the rest as it is. Where ECS returns more or less than was written, every plan replaces the task definition, and every apply rolls the service out again.',
    remedy:
      'Write add = [] beside drop and drop = [] beside add, no capabilities that are empty, and no environment variable whose value is null.',
    catalogue: ['facts §14', 'facts §7'],
    stages: ['hcl', 'plan'],
    source: 'https://github.com/braintrustdata/terraform-aws-braintrust-data-plane/pull/335',
    example: { broken: taskExample('{ drop = ["ALL"] }'), sound: taskExample('{ add = [], drop = ["ALL"] }') },
    check(project, report) {
      for (const place of differences(project, report, 'container-definition-as-returned')) {
        for (const title of containersThatDiffer(place))
          report.finding(place.block, `has ${title}, for which ${consequence(place.row)}`, place.argument);
      }
    },
  },
  {
    name: 'log-group-arn-form',
    severity: 'warning',
    title: 'what writes to a log group names it by its ARN without ":*"',
    why: 'AWS and the provider cut ":*" off the ARN, so every plan replaces the flow log or the logging configuration of the web ACL, or changes the stage. Only CloudTrail wants ":*".',
    remedy: 'Write aws_cloudwatch_log_group.<name>.arn, which has no ":*".',
    catalogue: ['facts §14'],
    stages: ['hcl', 'plan'],
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/26479',
    example: {
      broken: flowLogExample('"${aws_cloudwatch_log_group.flow.arn}:*"'),
      sound: flowLogExample('aws_cloudwatch_log_group.flow.arn'),
    },
    check(project, report) {
      tellDifferences(project, report, 'log-group-arn-form');
    },
  },
  {
    name: 'identifier-lower-case',
    severity: 'warning',
    title: 'a name that AWS keeps in lower case is written in lower case',
    why: 'DMS and API Gateway return it in lower case, and the provider compares the letters as they are: every plan changes or replaces the resource.',
    remedy: 'Write it in lower case, or put lower() around it.',
    catalogue: ['facts §14', 'facts §11'],
    stages: ['hcl', 'plan'],
    source: 'https://docs.aws.amazon.com/dms/latest/APIReference/API_CreateReplicationInstance.html',
    example: { broken: replicationExample('Migration'), sound: replicationExample('migration') },
    check(project, report) {
      tellDifferences(project, report, 'identifier-lower-case');
    },
  },
  {
    name: 'argument-kept',
    severity: 'warning',
    title: 'no argument is set that AWS does not keep beside the others',
    why: 'AWS drops what has no effect, such as the retention of Performance Insights that is off, and returns nothing for it. Every plan wants to set it again.',
    remedy: 'Leave it out, or make it null by the same condition: var.insights ? 7 : null.',
    catalogue: ['facts §14'],
    stages: ['hcl', 'plan'],
    source:
      'https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/lambda_function.html.markdown',
    example: { broken: insightsExample('7'), sound: insightsExample('var.performance_insights ? 7 : null') },
    check(project, report) {
      tellDifferences(project, report, 'argument-kept');
    },
  },
  {
    name: 'argument-as-returned',
    severity: 'warning',
    title: 'an argument that AWS rewrites is written as AWS returns it',
    why: 'AWS takes a value in several forms and returns one, and the provider takes another form for a change: every plan shows it, and no apply gets it done.',
    remedy: 'Write what AWS is said to return.',
    catalogue: ['facts §14'],
    stages: ['hcl', 'plan'],
    source: 'https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/sqs_queue.html.markdown',
    example: { broken: queueExample('"5"'), sound: queueExample('5') },
    check(project, report) {
      tellDifferences(project, report, 'argument-as-returned');
      const row = readBacks.find(({ id }) => id === 'api-policy-resource')!;
      for (const { holder, statements } of policiesOf(project)) {
        if (holder.type !== 'aws_api_gateway_rest_api' || ignoresChanges(holder, 'policy')) continue;
        // What stands in the argument as JSON has been seen above.
        const short = statements
          .filter(({ at }) => at !== holder)
          .flatMap(({ resources = [] }) => resources)
          .some((resource) => isKnown(resource) && String(resource).startsWith('execute-api:/'));
        if (short) report.finding(holder, `sets policy; ${consequence(row)}`, 'policy');
      }
    },
  },
  {
    name: 'value-left-to-aws',
    severity: 'warning',
    title: 'what AWS changes by itself is not set',
    why: 'Scaling sets the number of instances, AWS installs minor versions, and puts an Aurora cluster into three zones. A plan pulls each back to what is written: instances are ended under load, the way back to an old version is refused as "Cannot upgrade … from 17.5 to 17.4", and a cluster is replaced with all its data.',
    remedy:
      'Leave the argument out, name only the major version, or put the argument into lifecycle { ignore_changes = […] }.',
    catalogue: ['facts §14', 'S001-16', 'S001-28'],
    stages: ['hcl'],
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/29149',
    example: { broken: groupExample('\n  desired_capacity = 2\n'), sound: groupExample('') },
    check(project, { finding, abstain }) {
      for (const place of places(project, 'value-left-to-aws')) {
        const { row, resource, block, argument } = place;
        const changes =
          row.id === 'scaled-capacity'
            ? hasScalingPolicy(project, resource)
            : typeof differenceOf(place) === 'object' || (row.id === 'cluster-zones' && namesTooFewZones(resource));
        // An upgrade that whoever runs it may have switched off changes nothing.
        const mayBeOff = row.argument === 'engine_version' && resource.mayBe('auto_minor_version_upgrade', false);
        if (changes && mayBeOff) abstain(block, 'auto_minor_version_upgrade is not known');
        else if (changes)
          finding(block, `sets ${row.argument} to ${show(block.get(argument))}; ${consequence(row)}`, argument);
      }
    },
  },
  {
    name: 'static-parameter-method',
    severity: 'error',
    title: 'a static parameter of a database waits for a restart',
    why: 'RDS refuses the group: "InvalidParameterCombination: cannot use immediate apply method for static parameter". Left out, apply_method is immediate. Neither validate nor plan looks.',
    remedy: 'Set apply_method to "pending-reboot" in the parameter\'s block.',
    catalogue: ['facts §14'],
    stages: ['hcl', 'plan'],
    source: 'https://github.com/hashicorp/terraform/issues/8018',
    example: {
      broken: parameterExample('immediate'),
      sound: parameterExample('pending-reboot'),
    },
    check(project, report) {
      for (const { block, argument } of differences(project, report, 'static-parameter-method'))
        report.finding(
          block,
          `sets ${block.text('name') ?? 'a static parameter'} at once, which takes a restart`,
          argument,
        );
    },
  },
  {
    name: 'multi-az-names-no-zone',
    severity: 'error',
    title: 'a database in several zones names none of them',
    why: 'RDS refuses it: "InvalidParameterCombination: Requesting a specific availability zone is not valid for Multi-AZ instances". On one that is there already, a failover moves it to another zone, and the next plan replaces it.',
    remedy: 'Leave availability_zone out where multi_az is true.',
    catalogue: ['facts §14'],
    stages: ['hcl'],
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/39225',
    example: {
      broken: `resource "aws_db_instance" "main" {
  multi_az          = true
  availability_zone = "eu-west-1a"
}
`,
      sound: `resource "aws_db_instance" "main" {
  multi_az = true
}
`,
    },
    check(project, { finding, abstain }) {
      for (const { resource, argument } of places(project, 'multi-az-names-no-zone')) {
        if (resource.truth('multi_az') !== true) continue;
        if (resource.isSet(argument) === undefined) abstain(resource, `whether ${argument} is set is not known`);
        else finding(resource, `has multi_az and names the zone ${show(resource.get(argument))}`, argument);
      }
    },
  },
);
