import { alarmTopics } from '../lib/alarms.js';
import { isLeftToCaller, leftToCaller } from '../lib/evaluation.js';
import { applies, decide, isAccount, type Answer } from '../lib/permissions.js';
import { readPolicy, type Policy } from '../lib/policies.js';
import { isLeftOut } from '../lib/presence.js';
import { senders } from '../lib/senders.js';
import { isSwitchedOff } from '../lib/switched-off.js';
import { comesAfter } from '../lib/text-order.js';
import { identity, isMap, show, type Value } from '../../terraform/value.js';
import type { Block, Project, Resource } from '../../terraform/project.js';
import { defineRule, defineRules } from '../rule.js';

function alarmExample(more: string): string {
  return `resource "aws_cloudwatch_metric_alarm" "cpu" {
  alarm_name          = "ecs-cpu"
  namespace           = "AWS/ECS"
  metric_name         = "CPUUtilization"
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 85
  period              = 60
  evaluation_periods  = 5
${more}}
`;
}

const topic = `resource "aws_kms_key" "alerts" {
  enable_key_rotation = true
}

resource "aws_sns_topic" "alerts" {
  name              = "alerts"
  kms_master_key_id = aws_kms_key.alerts.arn
}
`;

const topicEncrypted = defineRule({
  name: 'topic-encrypted',
  severity: 'warning',
  title: 'an SNS topic is encrypted with a KMS key',
  why: 'SNS keeps messages on disk until they are delivered, and who may publish and subscribe is then held by the policy of the topic alone.',
  remedy: 'Set kms_master_key_id to a key whose policy admits the services that publish to the topic.',
  catalogue: ['S001-27'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/sns-controls.html#sns-1',
  example: {
    broken: `resource "aws_sns_topic" "alerts" {
  name = "alerts"
}
`,
    sound: topic,
  },
  check(project, { finding, abstain }) {
    for (const resource of project.all('aws_sns_topic')) {
      if (resource.has('kms_master_key_id')) continue;
      if (isLeftOut(project, resource, 'kms_master_key_id')) finding(resource, 'is not encrypted with a KMS key');
      else abstain(resource, 'its key is left to a variable');
    }
  },
});

const actions = ['alarm_actions', 'ok_actions', 'insufficient_data_actions'];

/** Where alarms are named by something that acts on them, beside their own actions. */
const watchers: readonly (readonly [type: string, path: string])[] = [
  ['aws_cloudwatch_composite_alarm', 'alarm_rule'],
  ['aws_codedeploy_deployment_group', 'alarm_configuration'],
  ['aws_ecs_service', 'alarms'],
  ['aws_route53_health_check', 'cloudwatch_alarm_name'],
  ['aws_lambda_function', 'environment'],
  ['aws_appconfig_environment', 'monitor'],
];

const alarmActions = defineRule({
  name: 'alarm-actions',
  severity: 'warning',
  title: 'an alarm tells somebody',
  why: 'The alarm changes its colour in the console, and nobody hears of it.',
  remedy: 'Set alarm_actions to an SNS topic that somebody is subscribed to.',
  catalogue: ['S001-26'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-15',
  example: {
    broken: alarmExample(''),
    sound: `${topic}
${alarmExample(`  alarm_actions       = [aws_sns_topic.alerts.arn]
`)}`,
  },
  check(project, { finding, abstain }) {
    for (const alarm of project.all('aws_cloudwatch_metric_alarm', 'aws_cloudwatch_composite_alarm')) {
      const written = actions.filter((argument) => !isLeftOut(project, alarm, argument));
      const hasAction = written.some((argument) => !isEmpty(alarm.get(argument)));
      if (hasAction || alarm.truth('actions_enabled') === false || isWatched(project, alarm)) continue;
      const literal = written.every((argument) => isEmptyList(alarm, argument));
      if (literal) finding(alarm, 'has no action', written[0]);
      else abstain(alarm, 'its actions are left to a variable');
    }
  },
});

function isEmpty(value: Value | undefined): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}

/** Whether an argument is written as `[]`, and not as a variable that is empty. */
function isEmptyList(resource: Resource, argument: string): boolean {
  const expression = resource.syntax?.body.attributes.find(({ name }) => name === argument)?.expression;
  return !expression || (expression.kind === 'list' && expression.items.length === 0);
}

function isWatched(project: Project, alarm: Resource): boolean {
  return (
    project.isGivenToUnread(alarm) || watchers.some(([type, path]) => project.linked(type, path, alarm).length > 0)
  );
}

const missingData = defineRule({
  name: 'alarm-missing-data',
  severity: 'note',
  title: 'an alarm says what missing data means',
  why: 'By default an alarm without data goes to INSUFFICIENT_DATA: one on errors stays there while there are none, and one on a heartbeat never fires when the heart stops.',
  remedy:
    'Set treat_missing_data: notBreaching where no data is no fault, breaching where silence is one, or missing, if that is meant.',
  catalogue: ['S001-26'],
  stages: ['hcl'],
  source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html',
  example: {
    broken: alarmExample(''),
    sound: alarmExample(`  treat_missing_data  = "notBreaching"
`),
  },
  check(project, { finding }) {
    for (const alarm of project.all('aws_cloudwatch_metric_alarm')) {
      if (isLeftOut(project, alarm, 'treat_missing_data')) finding(alarm, 'leaves treat_missing_data to its default');
    }
  },
});

/** What the values of these dimensions look like; the part after the last slash is an id that AWS draws. */
const suffixes: Readonly<Record<string, RegExp>> = {
  LoadBalancer: /^(app|net|gwy)\/[^/]+\/[^/]+$/,
  TargetGroup: /^targetgroup\/[^/]+\/[^/]+$/,
};

const elbNamespaces: ReadonlySet<Value | undefined> = new Set([
  'AWS/ApplicationELB',
  'AWS/NetworkELB',
  'AWS/GatewayELB',
]);

function elbAlarm(attribute: string): string {
  return `resource "aws_lb" "app" {
  name    = "app"
  subnets = ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0aaaaaaaaaaaaaaa2"]
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "errors"
  namespace           = "AWS/ApplicationELB"
  metric_name         = "HTTPCode_ELB_5XX_Count"
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 10
  period              = 60
  evaluation_periods  = 3

  dimensions = {
    LoadBalancer = aws_lb.app.${attribute}
  }
}
`;
}

const dimensions = defineRule({
  name: 'alarm-load-balancer-dimension',
  severity: 'error',
  title: 'an alarm names a load balancer and a target group by their arn_suffix',
  why: 'There is no metric of that name, so the alarm never gets data and never fires. CloudWatch takes any text as a dimension; nothing tells.',
  remedy: 'Use the attribute arn_suffix of the load balancer and of the target group.',
  catalogue: ['S001-26'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html',
  example: { broken: elbAlarm('arn'), sound: elbAlarm('arn_suffix') },
  check(project, { finding, abstain }) {
    for (const alarm of project.all('aws_cloudwatch_metric_alarm')) {
      for (const metric of [alarm, ...alarm.blocks('metric_query.metric')]) {
        if (!elbNamespaces.has(metric.get('namespace') ?? null)) continue;
        const given = metric.get('dimensions');
        if (!isMap(given)) continue;
        for (const [name, shape] of Object.entries(suffixes)) {
          const value = given.get(name);
          if (value === undefined || !isOther(project, value, shape)) continue;
          if (value === '' && isLeftToCaller(project, alarm)) abstain(metric, leftToCaller);
          else finding(metric, `has the dimension ${name} = ${show(value)}, which is no arn_suffix`, 'dimensions');
        }
      }
    }
  },
});

/** An attribute of a load balancer or a target group that is known to be something other than its suffix. */
function endsInOtherAttribute(text: string): boolean {
  const reference = text.slice(text.lastIndexOf('}', text.length - 2) + 1);
  return comesAfter(reference, /\baws_a?lb(_target_group)?\./, /\.(arn|id|name|dns_name)\}$/);
}

/** Whether a value is known not to have the shape of a suffix. */
function isOther(project: Project, value: Value, shape: RegExp): boolean {
  if (typeof value === 'string') return !shape.test(value);
  const text = identity(value);
  if (text === undefined) return false;
  return endsInOtherAttribute(text) || names(project).has(text);
}

/** What load balancers and target groups of the project are called. */
function names(project: Project): Set<string | undefined> {
  const named = project.all('aws_lb', 'aws_alb', 'aws_lb_target_group', 'aws_alb_target_group');
  return new Set(named.map((resource) => identity(resource.get('name'))).filter((name) => name !== undefined));
}

function topicExample(statement: string): string {
  return `data "aws_caller_identity" "current" {}

${topic}
resource "aws_sns_topic_policy" "alerts" {
  arn = aws_sns_topic.alerts.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = aws_sns_topic.alerts.arn
${statement}      },
    ]
  })
}

${alarmExample(`  alarm_actions       = [aws_sns_topic.alerts.arn]
`)}`;
}

const topicPolicy = defineRule({
  name: 'alarm-topic-admits-cloudwatch',
  severity: 'error',
  title: 'the policy of a topic that alarms go to lets CloudWatch publish',
  why: 'A policy that is written takes the place of the default one, which lets the account\'s own alarms in. The alarm then changes its state and nobody hears of it: its history says "is not authorized to perform: SNS:Publish on resource".',
  remedy:
    'Allow cloudwatch.amazonaws.com sns:Publish on the topic, with aws:SourceAccount for the account or aws:SourceArn for its alarms.',
  catalogue: ['S001-27'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://repost.aws/knowledge-center/cloudwatch-receive-sns-for-alarm-trigger',
  example: {
    broken: topicExample(`        Principal = {
          Service = "events.amazonaws.com"
        }
`),
    sound: topicExample(`        Principal = {
          Service = "cloudwatch.amazonaws.com"
        }
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = data.aws_caller_identity.current.account_id
          }
        }
`),
  },
  check(project, { finding, abstain }) {
    for (const { topic, alarms } of alarmTopics(project)) {
      for (const { policy, holder } of topicPolicies(project, topic)) {
        const answer = (alarm: Resource) => mayPublish(policy, topic, 'cloudwatch.amazonaws.com', contextOf(alarm));
        const refused = alarms.find((alarm) => answer(alarm) !== 'allowed');
        if (!refused) continue;
        if (answer(refused) === 'denied') finding(holder, `does not let ${refused.configAddress} publish`, 'policy');
        else abstain(holder, 'it is not known whether it lets CloudWatch publish');
      }
    }
  },
});

function contextOf(alarm: Resource): Readonly<Record<string, Value>> {
  const { account } = alarm.surroundings;
  return { 'aws:sourceaccount': account, 'aws:sourceowner': account, 'aws:sourcearn': alarm.computed('arn') };
}

function topicPolicies(project: Project, topic: Resource): { policy: Policy; holder: Block }[] {
  const holders = [topic, ...project.linked('aws_sns_topic_policy', 'arn', topic)];
  return holders.flatMap((holder) => {
    const policy = readPolicy(holder, 'policy');
    return policy ? [{ policy, holder }] : [];
  });
}

/** Whether a topic's policy lets a service publish that comes with these condition keys. */
function mayPublish(
  policy: Policy,
  topic: Resource,
  service: string,
  context: Readonly<Record<string, Value>>,
): Answer {
  const wish = {
    action: 'sns:Publish',
    resource: topic.computed('arn'),
    principal: { type: 'Service' as const, value: service },
    context,
  };
  const answer = decide([policy], wish);
  // Whether the account as a whole stands for what its services send is written nowhere.
  const byAccount = policy.statements.some(
    (statement) =>
      statement.principals?.some(({ type, value }) => type === 'AWS' && isAccount(value)) &&
      applies({ ...statement, hasPrincipals: false }, wish) !== false,
  );
  return answer === 'denied' && byAccount ? 'unknown' : answer;
}

function senderExample(service: string): string {
  return `data "aws_caller_identity" "current" {}

resource "aws_sns_topic" "alerts" {
  name = "alerts"
}

resource "aws_sns_topic_policy" "alerts" {
  arn = aws_sns_topic.alerts.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = aws_sns_topic.alerts.arn
        Principal = {
          Service = "${service}.amazonaws.com"
        }
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = data.aws_caller_identity.current.account_id
          }
        }
      },
    ]
  })
}

resource "aws_db_event_subscription" "database" {
  name        = "database"
  sns_topic   = aws_sns_topic.alerts.arn
  source_type = "db-cluster"

  depends_on = [aws_sns_topic_policy.alerts]
}
`;
}

/** Services that the default policy of a topic lets in, for what they have in the topic's own account. */
const admittedByDefault = new Set(['events.rds.amazonaws.com']);

const topicSender = defineRule({
  name: 'topic-admits-sender',
  severity: 'error',
  title: 'the policy of a topic lets the service that sends to it publish',
  why: 'EventBridge and RDS lose what they send without a word, and S3 refuses the notification with "Unable to validate the following destination configurations". The default policy of a topic admits neither S3 nor EventBridge, and one that is written takes its place.',
  remedy:
    'Allow the sending service sns:Publish on the topic: events.rds.amazonaws.com and s3.amazonaws.com with aws:SourceAccount or aws:SourceArn, events.amazonaws.com without a condition.',
  catalogue: ['S001-27'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions',
  example: { broken: senderExample('cloudwatch'), sound: senderExample('events.rds') },
  check(project, { finding, abstain }) {
    for (const { resource: sender, service, target: topic, contexts } of senders(project)) {
      if (topic.type !== 'aws_sns_topic') continue;
      const policies = topicPolicies(project, topic);
      if (policies.length === 0 && !admittedByDefault.has(service)) {
        const isElsewhere = project.isGivenToUnread(topic) || isSwitchedOff(project, 'aws_sns_topic_policy');
        if (topic.uncertain || isElsewhere || project.isExported(topic))
          abstain(topic, 'its policy may be written elsewhere');
        else finding(topic, `has the default policy, which does not let ${service} publish ${sender.configAddress}`);
      }
      for (const { policy, holder } of policies) {
        const answers = contexts.map((context) => {
          const owner = admittedByDefault.has(service) ? { 'aws:sourceowner': topic.surroundings.account } : {};
          return mayPublish(policy, topic, service, { ...context, ...owner });
        });
        if (answers.includes('denied'))
          finding(holder, `does not let ${service} publish ${sender.configAddress}`, 'policy');
        else if (answers.includes('unknown')) abstain(holder, `it is not known whether it lets ${service} publish`);
      }
    }
  },
});

/** What there must be an alarm on, by the type of resource that has the metric. */
const wanted = [
  { types: ['aws_ecs_service'], namespace: 'AWS/ECS', metric: 'CPUUtilization' },
  { types: ['aws_lb'], namespace: 'AWS/ApplicationELB', metric: 'UnHealthyHostCount' },
  { types: ['aws_rds_cluster', 'aws_db_instance'], namespace: 'AWS/RDS', metric: 'CPUUtilization' },
];

const wantedAlarms = defineRule({
  name: 'stack-alarms',
  severity: 'warning',
  title: 'there are alarms on the tasks, the load balancer and the database',
  why: 'A service that is overloaded or has lost its targets is then noticed by its users first.',
  remedy: 'Keep the alarms in monitoring.tf, or write ones of your own on the same metrics.',
  catalogue: ['S001-26'],
  scope: 'generated',
  stages: ['hcl', 'plan', 'state'],
  source:
    'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Best_Practice_Recommended_Alarms_AWS_Services.html',
  example: {
    broken: `resource "aws_ecs_service" "app" {
  name          = "app"
  desired_count = 2
}

#>> .create-secure-infra.json
{}
`,
    sound: `resource "aws_ecs_service" "app" {
  name          = "app"
  desired_count = 2
}

${alarmExample('')}
#>> .create-secure-infra.json
{}
`,
  },
  check(project, { finding }) {
    const alarms = project.all('aws_cloudwatch_metric_alarm');
    for (const { types, namespace, metric } of wanted) {
      const [watched] = project.all(...types);
      const exists = alarms.some((alarm) =>
        [alarm, ...alarm.blocks('metric_query.metric')].some(
          (block) => block.get('namespace') === namespace && block.get('metric_name') === metric,
        ),
      );
      if (watched && !exists) finding(watched, `has no alarm on ${namespace} ${metric}`);
    }
  },
});

export default defineRules(
  topicEncrypted,
  alarmActions,
  missingData,
  dimensions,
  topicPolicy,
  topicSender,
  wantedAlarms,
);
