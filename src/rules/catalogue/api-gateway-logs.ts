import { isKnown, joinText, same, show, type Value } from '../../terraform/value.js';
import { madeBefore } from '../lib/ordering.js';
import { isSwitchedOff } from '../lib/switched-off.js';
import { writtenOut } from '../lib/written-out.js';
import type { Block, Project, Resource } from '../../terraform/project.js';
import { defineRules } from '../rule.js';

const stage = (format: string) => `resource "aws_api_gateway_stage" "live" {
  rest_api_id   = aws_api_gateway_rest_api.orders.id
  deployment_id = aws_api_gateway_deployment.orders.id
  stage_name    = "live"

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.api.arn
    format          = ${format}
  }
}
`;

const settings = (lines: string, more = '') => `resource "aws_api_gateway_rest_api" "orders" {
  name = "orders"
}

resource "aws_api_gateway_method_settings" "all" {
  rest_api_id = aws_api_gateway_rest_api.orders.id
  stage_name  = "live"
  method_path = "*/*"

  settings {
${lines}  }
${more}}
`;

const executionLogs = '    metrics_enabled = true\n    logging_level   = "ERROR"\n';

const executionGroup = `
resource "aws_cloudwatch_log_group" "execution" {
  name              = "API-Gateway-Execution-Logs_\${aws_api_gateway_rest_api.orders.id}/live"
  retention_in_days = 30
}
`;

const afterGroup = '\n  depends_on = [aws_cloudwatch_log_group.execution]\n';

const throttles = '    throttling_burst_limit = 100\n    throttling_rate_limit  = 50\n';

export default defineRules(
  {
    name: 'api-execution-logs-group',
    severity: 'warning',
    title: 'the log group of the execution logs of an API is in the project, and there before they are switched on',
    why: 'Otherwise API Gateway makes it: it keeps logs for ever, without the key of the project, and a destroy leaves it behind. Where Terraform makes it later, it finds it there: "ResourceAlreadyExistsException".',
    remedy:
      'Add aws_cloudwatch_log_group with name "API-Gateway-Execution-Logs_<API id>/<stage>" and retention_in_days, and name it in depends_on of the method settings.',
    catalogue: ['S002-09', 'S002-03', 'facts §10'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html',
    example: { broken: settings(executionLogs), sound: settings(executionLogs, afterGroup) + executionGroup },
    check(project, { finding }) {
      if (project.unreadModules.length > 0 || isSwitchedOff(project, 'aws_cloudwatch_log_group')) return;
      const groups = project.all('aws_cloudwatch_log_group');
      for (const settings of project.all('aws_api_gateway_method_settings')) {
        const level = settings.text('settings.logging_level') ?? 'OFF';
        const [api, name] = [settings.get('rest_api_id'), settings.get('stage_name')];
        if (level === 'OFF' || api === undefined || name === undefined) continue;
        // Where an API is made that is only looked up, the group may be made too.
        if (settings.refs('rest_api_id').some(({ mode }) => mode === 'data')) continue;
        const wanted = joinText(['API-Gateway-Execution-Logs_', api, '/', name]);
        const found = groups.filter((group) => same(group.computed('name'), wanted) !== false);
        if (found.length === 0) finding(settings, `logs to ${show(wanted)}, which is not in the project`, 'settings');
        else if (project.stage === 'hcl' && !isBefore(project, settings, found))
          finding(settings, `switches logs on and does not depend on ${found[0]?.configAddress}`, 'settings');
      }
    },
  },
  {
    name: 'api-access-log-format',
    severity: 'error',
    title: 'the format of access logs is one line, and has the id of the request in it',
    why: 'API Gateway refuses the stage: "BadRequestException: Access Log format must be single line, new line character is allowed only at end of the format", or "… must contain $context.requestId or $context.extendedRequestId". Neither validate nor plan looks.',
    remedy: 'Write the format with jsonencode({ requestId = "$context.requestId", … }), which makes one line of it.',
    catalogue: ['S002-09', 'facts §10'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-access-logging.html',
    example: {
      broken: stage('"$context.identity.sourceIp $context.status"'),
      sound: stage('"$context.requestId $context.identity.sourceIp $context.status"'),
    },
    check(project, { finding, abstain }) {
      for (const stage of project.all('aws_api_gateway_stage', 'aws_apigatewayv2_stage')) {
        for (const logs of stage.blocks('access_log_settings')) {
          const format = logs.get('format');
          if (format === undefined || logs.uncertain) continue;
          const text = writtenOut(format);
          if (typeof format === 'string' && text.trimEnd().includes('\n'))
            finding(logs, 'has a format of several lines', 'format');
          else if (/\$context\.(?:requestId|extendedRequestId)\b/.test(text)) continue;
          else if (isKnown(format)) finding(logs, 'has a format without $context.requestId', 'format');
          else abstain(logs, 'the format is not known');
        }
      }
    },
  },
  {
    name: 'api-throttling',
    severity: 'note',
    title: 'the methods of a REST API have limits of their own',
    why: 'Without both limits one client may use up what the account has for all its APIs in the region.',
    remedy: 'Set throttling_rate_limit and throttling_burst_limit in the settings for "*/*".',
    catalogue: ['S002-09', 'facts §10'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html',
    example: {
      broken: settings('    metrics_enabled = true\n'),
      sound: settings(`    metrics_enabled        = true\n${throttles}`),
    },
    check(project, { finding }) {
      const all = project.all('aws_api_gateway_method_settings');
      for (const settings of all) {
        const [block] = settings.blocks('settings');
        const others = all.filter(
          (one) => one !== settings && same(one.get('stage_name'), settings.get('stage_name')) !== false,
        );
        if (!block || block.uncertain || others.some(hasLimits)) continue;
        if (!hasLimits(settings)) finding(block, 'sets no throttling limits');
      }
    },
  },
);

function isBefore(project: Project, settings: Resource, groups: readonly Resource[]): boolean {
  const before = madeBefore(project, settings);
  return groups.some(({ configAddress }) => before.has(configAddress));
}

/** Whether both limits are set, or may be. */
function hasLimits(settings: Resource): boolean {
  return settings
    .blocks('settings')
    .some((block: Block) =>
      ['throttling_burst_limit', 'throttling_rate_limit'].every((name) => isLimit(block.get(name), block.number(name))),
    );
}

/** -1, the default, is no limit. */
function isLimit(value: Value | undefined, number: number | undefined): boolean {
  return value !== undefined && (number === undefined || number >= 0);
}
