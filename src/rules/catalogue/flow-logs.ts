import { isSwitchedOff } from '../lib/switched-off.js';
import { refusedToWrite } from '../lib/log-writers.js';
import { decide, roleOf } from '../lib/permissions.js';
import { readPolicy, type Policy } from '../lib/policies.js';
import type { Project, Resource } from '../../terraform/project.js';
import { identity } from '../../terraform/value.js';
import { defineRule, defineRules } from '../rule.js';

const vpc = `resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
`;

function bucketLog(traffic: string): string {
  return `${vpc}
resource "aws_flow_log" "main" {
  vpc_id               = aws_vpc.main.id
  traffic_type         = "${traffic}"
  log_destination_type = "s3"
  log_destination      = "arn:aws:s3:::example-flow-logs-123456789012"
}
`;
}

const present = defineRule({
  name: 'vpc-flow-log',
  severity: 'warning',
  title: 'every VPC has a flow log',
  why: 'After an incident nobody can tell who connected to what, and what was refused while it went on.',
  remedy: 'Give the VPC an aws_flow_log with traffic_type = "ALL".',
  catalogue: ['S004-04'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-6',
  example: { broken: vpc, sound: bucketLog('ALL') },
  check(project, { finding, abstain }) {
    const logs = project.all('aws_flow_log');
    const isOpen =
      isSwitchedOff(project, 'aws_flow_log') || logs.some((log) => identity(log.get('vpc_id') ?? '') === undefined);
    for (const network of project.all('aws_vpc')) {
      if (hasFlowLog(project, network)) continue;
      if (isOpen || isLoggedElsewhere(project, network)) abstain(network, 'its flow log may be made elsewhere');
      else finding(network, 'has no flow log');
    }
  },
});

/** Whether there is a flow log of a VPC, or of a subnet in it. */
function hasFlowLog(project: Project, network: Resource): boolean {
  if (project.linked('aws_flow_log', 'vpc_id', network).length > 0) return true;
  const subnets = new Set(project.all('aws_flow_log').flatMap((log) => log.refs('subnet_id', 'aws_subnet')));
  return [...subnets].some((subnet) => subnet.refs('vpc_id', 'aws_vpc').includes(network));
}

/** Whether a module for flow logs, which was not looked into, is given the VPC. */
function isLoggedElsewhere(project: Project, network: Resource): boolean {
  return project.unreadModules.some(
    (module) => /flow/i.test(`${module.address} ${module.source}`) && module.given().includes(network),
  );
}

const traffic = defineRule({
  name: 'flow-log-all-traffic',
  severity: 'note',
  title: 'a flow log records traffic that was accepted and traffic that was rejected',
  why: 'Rejected connections alone show who tried, accepted ones alone who got in; an incident takes both to understand.',
  remedy: 'Set traffic_type to "ALL".',
  catalogue: ['S004-04'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html',
  example: { broken: bucketLog('REJECT'), sound: bucketLog('ALL') },
  check(project, { finding }) {
    for (const log of project.all('aws_flow_log')) {
      const recorded = log.text('traffic_type');
      if (recorded === 'ACCEPT' || recorded === 'REJECT') finding(log, `records ${recorded} only`, 'traffic_type');
    }
  },
});

/** A flow log to a log group, with the role it writes with. */
function groupLog(trust: string, resource: string, condition = ''): string {
  return `data "aws_caller_identity" "current" {}

resource "aws_cloudwatch_log_group" "flow_logs" {
  name = "/vpc/flow-logs"
}

data "aws_iam_policy_document" "flow_logs_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["${trust}"]
    }
${condition}  }
}

data "aws_iam_policy_document" "flow_logs" {
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${resource}"]
  }
}

resource "aws_iam_role" "flow_logs" {
  name               = "flow-logs"
  assume_role_policy = data.aws_iam_policy_document.flow_logs_trust.json
}

resource "aws_iam_role_policy" "flow_logs" {
  name   = "write-flow-logs"
  role   = aws_iam_role.flow_logs.id
  policy = data.aws_iam_policy_document.flow_logs.json
}

resource "aws_flow_log" "main" {
  vpc_id          = "vpc-0123456789abcdef0"
  traffic_type    = "ALL"
  log_destination = aws_cloudwatch_log_group.flow_logs.arn
  iam_role_arn    = aws_iam_role.flow_logs.arn
}
`;
}

const sourceAccount = `
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
`;

const flowLogs = 'vpc-flow-logs.amazonaws.com';
const streams = '${aws_cloudwatch_log_group.flow_logs.arn}:*';

/** Flow logs that go to a log group, with the role they write with as far as it is in the project. */
function groupLogs(project: Project): { log: Resource; role: Resource | undefined }[] {
  return (
    project
      .all('aws_flow_log')
      .filter((log) => (log.get('log_destination_type') ?? 'cloud-watch-logs') === 'cloud-watch-logs')
      // To another account it is delivered by two roles.
      .filter((log) => !log.has('deliver_cross_account_role'))
      .map((log) => ({ log, role: roleOf(log, 'iam_role_arn', project) }))
  );
}

const writer = defineRule({
  name: 'flow-log-role-writes-logs',
  severity: 'error',
  title: "a flow log's role may write to its log group",
  why: 'The flow log is made, its status turns to "Access error", and the log group stays empty.',
  remedy: 'Allow the role logs:CreateLogStream and logs:PutLogEvents on the ARN of the log group with ":*" behind it.',
  catalogue: ['S004-04'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html',
  example: {
    broken: groupLog(flowLogs, '${aws_cloudwatch_log_group.flow_logs.arn}'),
    sound: groupLog(flowLogs, streams),
  },
  check(project, { finding, abstain }) {
    for (const { log, role } of groupLogs(project)) {
      const group = groupOf(log);
      if (!role || !group) continue;
      for (const { action, answer } of refusedToWrite(project, role, group, ['eni-0123456789abcdef0-all'])) {
        if (answer === 'denied')
          finding(log, `writes as ${role.configAddress}, which may not ${action} in its log group`, 'iam_role_arn');
        else abstain(log, `it is not known whether its role may ${action}`);
      }
    }
  },
});

/** The log group that a flow log goes to, where it is in the project. */
function groupOf(log: Resource): Resource | undefined {
  const [group, ...others] = ['log_destination', 'log_group_name'].flatMap((argument) =>
    log.refs(argument, 'aws_cloudwatch_log_group'),
  );
  return group?.mode === 'managed' && others.length === 0 ? group : undefined;
}

const trusted = defineRule({
  name: 'flow-log-role-trust',
  severity: 'error',
  title: "a flow log's role can be assumed by the service for flow logs",
  why: 'The flow log is made, its status turns to "Access error", and the log group stays empty: the service cannot take the role.',
  remedy: "Name vpc-flow-logs.amazonaws.com in the role's trust policy.",
  catalogue: ['S004-04'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html',
  example: { broken: groupLog('ec2.amazonaws.com', streams), sound: groupLog(flowLogs, streams) },
  check(project, { finding, abstain }) {
    for (const { log, role } of groupLogs(project)) {
      const trust = role && readPolicy(role, 'assume_role_policy');
      if (!role || !trust) continue;
      const answer = decide([trust], {
        action: 'sts:AssumeRole',
        resource: role.computed('arn'),
        principal: { type: 'Service', value: flowLogs },
        context: { 'aws:sourceaccount': log.surroundings.account },
      });
      if (answer === 'denied')
        finding(role, `does not let ${flowLogs} assume it, for ${log.configAddress}`, 'assume_role_policy');
      else if (answer === 'unknown' && !admitsFlowLogs(trust)) abstain(role, 'what its trust policy says is not known');
    }
  },
});

function admitsFlowLogs({ statements }: Policy): boolean {
  return statements.some(
    ({ effect, principals = [] }) => effect === 'Allow' && principals.some(({ value }) => value === flowLogs),
  );
}

const source = defineRule({
  name: 'flow-log-role-source',
  severity: 'note',
  title: "a flow log's role serves the flow logs of the account only",
  why: 'The service for flow logs works for every account: without a condition it could be made to use the role on behalf of another (the confused deputy).',
  remedy: 'Add conditions to the trust policy: StringEquals on aws:SourceAccount, ArnLike on aws:SourceArn.',
  catalogue: ['S004-04'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html',
  example: {
    broken: groupLog(flowLogs, streams),
    sound: groupLog(flowLogs, streams, sourceAccount),
  },
  check(project, { finding }) {
    const roles = new Set(groupLogs(project).flatMap(({ role }) => (role ? [role] : [])));
    for (const role of roles) {
      const statement = readPolicy(role, 'assume_role_policy')?.statements.find(
        ({ effect, principals = [], conditions }) =>
          effect === 'Allow' && conditions.length === 0 && principals.some(({ value }) => value === flowLogs),
      );
      if (statement) finding(statement.at, `lets ${flowLogs} in on behalf of any account`, statement.argument);
    }
  },
});

export default defineRules(present, traffic, writer, trusted, source);
