import { argumentValues, type ArgumentValues } from '../../aws/argument-values.js';
import { argumentAt } from '../lib/argument-paths.js';
import type { Block, Project } from '../../terraform/project.js';
import { identity, isKnown } from '../../terraform/value.js';
import { defineRules } from '../rule.js';

function takes({ allowed, range }: ArgumentValues, block: Block, argument: string): boolean {
  const text = identity(block.get(argument));
  if (text !== undefined && allowed?.some((value) => String(value) === text)) return true;
  const number = block.number(argument);
  return range !== undefined && number !== undefined && number >= range[0] && number <= range[1];
}

/** What an argument takes, in words: `7 to 30`, `optional or required`. */
function choice({ allowed = [], range }: ArgumentValues): string {
  const choices = [...allowed.map(String), ...(range ? [`${range[0]} to ${range[1]}`] : [])];
  const last = choices.pop();
  return choices.length === 0 ? String(last) : `${choices.join(', ')} or ${last}`;
}

/** The arguments of a project that are known to be something that AWS does not take. */
function* refused(project: Project) {
  for (const rule of argumentValues) {
    for (const resource of project.all(...rule.types)) {
      const { blocks, argument } = argumentAt(resource, rule.argument);
      if (rule.unless !== undefined && resource.has(rule.unless)) continue;
      for (const block of blocks) {
        const value = block.get(argument);
        if (value === undefined || value === '' || !isKnown(value) || takes(rule, block, argument)) continue;
        yield { block, argument, message: `sets ${rule.argument} to ${identity(value)}; it takes ${choice(rule)}` };
      }
    }
  }
}

export default defineRules(
  {
    name: 'argument-value-allowed',
    severity: 'error',
    title: 'an argument that takes only some values has one of them',
    why: 'The provider stops with "expected … to be one of […], got …" or "expected … to be in the range (…)": at validate where the value is literal, at plan where it comes from a variable.',
    remedy: 'Set one of the values that are named.',
    catalogue: ['S002-03', 'S003-06'],
    stages: ['hcl'],
    source: 'https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html',
    example: {
      broken: `variable "log_retention_days" {
  type    = number
  default = 10
}

resource "aws_cloudwatch_log_group" "app" {
  name              = "/ecs/app"
  retention_in_days = var.log_retention_days
}
`,
      sound: `variable "log_retention_days" {
  type    = number
  default = 14
}

resource "aws_cloudwatch_log_group" "app" {
  name              = "/ecs/app"
  retention_in_days = var.log_retention_days
}
`,
    },
    check(project, { finding }) {
      for (const { block, argument, message } of refused(project)) finding(block, message, argument);
    },
  },
  {
    name: 'log-group-retention',
    severity: 'warning',
    title: 'a log group keeps its logs for a number of days that is set',
    why: 'Without retention_in_days CloudWatch Logs keeps everything for ever, and bills for it every month.',
    remedy: 'Set retention_in_days, to 30, 90 or 365 for example.',
    catalogue: ['S002-03'],
    stages: ['hcl', 'plan', 'state'],
    source:
      'https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html#SettingLogRetention',
    example: {
      broken: `resource "aws_cloudwatch_log_group" "app" {
  name = "/ecs/app"
}
`,
      sound: `resource "aws_cloudwatch_log_group" "app" {
  name              = "/ecs/app"
  retention_in_days = 90
}
`,
    },
    check(project, { finding, abstain }) {
      for (const group of project.all('aws_cloudwatch_log_group')) {
        // Groups of this class keep their logs for two days, whatever is set.
        if (group.mayBe('log_group_class', 'DELIVERY')) continue;
        if (!group.has('retention_in_days') || group.number('retention_in_days') === 0)
          finding(group, 'keeps its logs for ever', 'retention_in_days');
        else if (group.number('retention_in_days') === undefined) abstain(group, 'its retention is not known');
      }
    },
  },
);
