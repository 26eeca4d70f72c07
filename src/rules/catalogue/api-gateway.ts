import { madeBefore } from '../lib/ordering.js';
import { createsBeforeDestroy, isLeftOut } from '../lib/presence.js';
import { isSwitchedOff } from '../lib/switched-off.js';
import type { Project, Resource } from '../../terraform/project.js';
import { isList, type Value } from '../../terraform/value.js';
import { defineRules } from '../rule.js';
import { addTo } from '../../terraform/groups.js';
import { oncePer } from '../../terraform/once-per.js';

const api = `resource "aws_api_gateway_rest_api" "orders" {
  name = "orders"
}
`;

const method = (lines: string) => `resource "aws_api_gateway_method" "list" {
  rest_api_id   = aws_api_gateway_rest_api.orders.id
  resource_id   = aws_api_gateway_rest_api.orders.root_resource_id
  http_method   = "GET"
${lines}}
`;

const deployment = (lines: string) => `resource "aws_api_gateway_deployment" "orders" {
  rest_api_id = aws_api_gateway_rest_api.orders.id
${lines}}
`;

const triggers = `
  triggers = {
    redeployment = filesha1("\${path.module}/api.tf")
  }
`;

const createFirst = `
  lifecycle {
    create_before_destroy = true
  }
`;

const stage = (lines: string) => `resource "aws_api_gateway_stage" "live" {
  rest_api_id   = aws_api_gateway_rest_api.orders.id
  deployment_id = aws_api_gateway_deployment.orders.id
  stage_name    = "live"
${lines}}
`;

const accessLogs = `
  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.api.arn
    format          = "$context.requestId $context.status"
  }
`;

const account = (lines = '') => `resource "aws_api_gateway_account" "this" {
${lines}  cloudwatch_role_arn = aws_iam_role.api_gateway_logs.arn
}
`;

const afterAccount = `
  depends_on = [aws_api_gateway_account.this]
`;

const settings = `resource "aws_api_gateway_method_settings" "all" {
  rest_api_id = aws_api_gateway_rest_api.orders.id
  stage_name  = aws_api_gateway_stage.live.stage_name
  method_path = "*/*"

  settings {
    metrics_enabled = true
  }
}
`;

const accountSource = 'https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html';

export default defineRules(
  {
    name: 'api-logging-after-account',
    severity: 'warning',
    title: 'what logs an API is created after the role for logging is set for the account',
    why: 'Terraform sets the role and makes the stage at the same time. Where the stage comes first in an account that has no such role yet, UpdateStage answers "BadRequestException: CloudWatch Logs role ARN must be set in account settings to enable logging". A second apply succeeds.',
    remedy: 'Add aws_api_gateway_account to depends_on of the stage.',
    catalogue: ['S001-23', 'S002-09', 'facts §10'],
    stages: ['hcl'],
    source: accountSource,
    example: {
      broken: [api, account(), stage(accessLogs)].join('\n'),
      sound: [api, account(), stage(accessLogs + afterAccount)].join('\n'),
    },
    check(project, { finding }) {
      const accounts = project.all('aws_api_gateway_account');
      if (accounts.length === 0) return;
      for (const { resource, argument } of loggers(project)) {
        const before = madeBefore(project, resource);
        if (!accounts.some(({ configAddress }) => before.has(configAddress)))
          finding(resource, `logs and does not depend on ${accounts[0]?.configAddress}`, argument);
      }
    },
  },
  {
    name: 'api-logging-account',
    severity: 'note',
    title: 'the role with which API Gateway logs is set somewhere',
    why: 'In a region in which nobody has set it yet the stage is refused: "BadRequestException: CloudWatch Logs role ARN must be set in account settings to enable logging". There is one for each account and region.',
    remedy:
      'Add aws_api_gateway_account, made only if a variable says so, or say in the README that it must be there before.',
    catalogue: ['S002-09', 'S002-16', 'facts §10'],
    stages: ['hcl'],
    source: accountSource,
    example: {
      broken: [api, stage(accessLogs)].join('\n'),
      sound: [api, account(), stage(accessLogs + afterAccount)].join('\n'),
    },
    check(project, { finding }) {
      if (project.all('aws_api_gateway_account').length > 0 || project.unreadModules.length > 0) return;
      if (isSwitchedOff(project, 'aws_api_gateway_account')) return;
      const all = loggers(project);
      if (all.length === 0 || hasModuleForAccount(project)) return;
      for (const { resource, argument } of all)
        finding(resource, 'logs, and no aws_api_gateway_account is in the project', argument);
    },
  },
  {
    name: 'api-account-optional',
    severity: 'note',
    title: 'a project sets the logging role of the account only where it is asked to',
    why: 'An account has one such setting for each region. A second project changes it, and the one that is destroyed first takes the logs of all other APIs away.',
    remedy: 'Give aws_api_gateway_account a count on a variable that is false by default.',
    catalogue: ['S002-16', 'facts §10'],
    stages: ['hcl'],
    source:
      'https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/guides/version-6-upgrade.html.markdown',
    example: {
      broken: [api, account(), stage(afterAccount)].join('\n'),
      sound: [
        `variable "set_api_gateway_account" {
  description = "Whether to set the role with which API Gateway logs, of which a region has one."
  type        = bool
  default     = false
}
`,
        api,
        account('  count = var.set_api_gateway_account ? 1 : 0\n\n'),
        stage(afterAccount),
      ].join('\n'),
    },
    check(project, { finding }) {
      if (project.all('aws_api_gateway_rest_api').length === 0) return;
      for (const account of project.all('aws_api_gateway_account')) {
        const isOptional = account.syntax?.body.attributes.some(({ name }) => name === 'count' || name === 'for_each');
        if (!isOptional && account.modulePath === '') finding(account, 'is set without being asked for');
      }
    },
  },
  {
    name: 'api-deployment-triggers',
    severity: 'warning',
    title: 'a deployment of an API says what it is made anew for',
    why: 'Terraform sees no reason to deploy again when a method changes: the stage goes on serving the API as it was on the first day.',
    remedy: 'Set triggers to a hash of the methods and integrations, or of the body of the API.',
    catalogue: ['S002-09', 'facts §10'],
    stages: ['hcl'],
    source:
      'https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/api_gateway_deployment.html.markdown',
    example: {
      broken: [api, deployment(createFirst)].join('\n'),
      sound: [api, deployment(triggers + createFirst)].join('\n'),
    },
    check(project, { finding }) {
      for (const deployment of project.all('aws_api_gateway_deployment')) {
        if (['triggers', 'variables'].every((name) => isLeftOut(project, deployment, name)))
          finding(deployment, 'has no triggers');
      }
    },
  },
  {
    name: 'api-deployment-replaced-first',
    severity: 'warning',
    title: 'a deployment of an API is there before the one that it replaces goes',
    why: 'API Gateway does not delete what a stage shows: "BadRequestException: Active stages pointing to this deployment must be moved or deleted".',
    remedy: 'Add lifecycle { create_before_destroy = true }.',
    catalogue: ['S002-09', 'facts §10'],
    stages: ['hcl'],
    source:
      'https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/api_gateway_deployment.html.markdown',
    example: {
      broken: [api, deployment(triggers)].join('\n'),
      sound: [api, deployment(triggers + createFirst)].join('\n'),
    },
    check(project, { finding }) {
      for (const deployment of project.all('aws_api_gateway_deployment')) {
        if (!createsBeforeDestroy(deployment)) finding(deployment, 'is destroyed before its replacement is there');
      }
    },
  },
  {
    name: 'api-access-logs',
    severity: 'warning',
    title: 'a stage of an API keeps access logs',
    why: 'Who asked for what, and what was answered, is nowhere.',
    remedy: 'Add access_log_settings with the ARN of a log group and a format.',
    catalogue: ['S002-09'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html',
    example: {
      broken: [api, stage('')].join('\n'),
      sound: [api, stage(accessLogs)].join('\n'),
    },
    check(project, { finding }) {
      for (const stage of project.all('aws_api_gateway_stage', 'aws_apigatewayv2_stage')) {
        if (isLeftOut(project, stage, 'access_log_settings')) finding(stage, 'keeps no access logs');
      }
    },
  },
  {
    name: 'api-tracing',
    severity: 'note',
    title: 'a stage of a REST API traces requests with X-Ray',
    why: 'Where the time of a slow request went, and in which service it failed, cannot be seen.',
    remedy: 'Set xray_tracing_enabled to true.',
    catalogue: ['S002-09'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-xray.html',
    example: {
      broken: [api, stage('')].join('\n'),
      sound: [api, stage('\n  xray_tracing_enabled = true\n')].join('\n'),
    },
    check(project, { finding }) {
      for (const stage of project.all('aws_api_gateway_stage')) {
        if (stage.truth('xray_tracing_enabled') === false || isLeftOut(project, stage, 'xray_tracing_enabled'))
          finding(stage, 'does not trace requests', 'xray_tracing_enabled');
      }
    },
  },
  {
    name: 'api-method-settings',
    severity: 'note',
    title: 'a stage of a REST API has method settings',
    why: 'Without metrics_enabled CloudWatch has no numbers for a method, only for the stage, and without throttling limits one client may use up what the account has.',
    remedy: 'Add aws_api_gateway_method_settings for the path "*/*", with metrics and throttling limits.',
    catalogue: ['S002-09'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-stages.html',
    example: {
      broken: [api, stage('')].join('\n'),
      sound: [api, stage(''), settings].join('\n'),
    },
    check(project, { finding }) {
      if (isSwitchedOff(project, 'aws_api_gateway_method_settings')) return;
      for (const stage of project.all('aws_api_gateway_stage')) {
        if (settingsOf(project, stage).length === 0 && !project.isGivenToUnread(stage))
          finding(stage, 'has no method settings');
      }
    },
  },
  {
    name: 'api-method-authorization',
    severity: 'warning',
    title: 'a method of a public API asks who is calling',
    why: 'Whoever knows the address can call it.',
    remedy:
      'Set authorization to AWS_IAM, COGNITO_USER_POOLS or CUSTOM, demand an API key, or limit the API with a resource policy.',
    catalogue: ['S002-09'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html',
    example: {
      broken: [api, method('  authorization = "NONE"\n')].join('\n'),
      sound: [api, method('  authorization = "AWS_IAM"\n')].join('\n'),
    },
    check(project, { finding }) {
      for (const method of project.all('aws_api_gateway_method')) {
        // Browsers ask with OPTIONS, without credentials, before they ask with them.
        if (method.text('authorization') !== 'NONE' || method.mayBe('http_method', 'OPTIONS')) continue;
        const [api] = method.refs('rest_api_id', 'aws_api_gateway_rest_api');
        const needsKey = method.has('api_key_required') && method.truth('api_key_required') !== false;
        if (api?.mode !== 'managed' || needsKey || isLimited(project, api)) continue;
        finding(method, 'answers anybody', 'authorization');
      }
    },
  },
);

interface Logger {
  resource: Resource;
  argument: string;
}

/** What API Gateway needs a role of the account for. HTTP and WebSocket APIs write access logs without one. */
function loggers(project: Project): Logger[] {
  const stages = project
    .all('aws_api_gateway_stage')
    .filter((stage) => stage.blocks('access_log_settings').some(({ uncertain }) => !uncertain))
    .map((resource) => ({ resource, argument: 'access_log_settings' }));
  const settings = project
    .all('aws_api_gateway_method_settings')
    .filter((resource) => ['INFO', 'ERROR'].includes(resource.text('settings.logging_level') ?? ''))
    .map((resource) => ({ resource, argument: 'settings' }));
  return [...stages, ...settings];
}

/** Whether a folder of the project is a module of its own that sets the role, to be applied once for an account. */
function hasModuleForAccount(project: Project): boolean {
  // Nobody keeps a module in a hidden folder, and what is in one may be anything.
  const folders = (project.foldersIn('') ?? []).filter((folder) => !folder.startsWith('.'));
  return folders.some((folder) =>
    (project.list(folder) ?? [])
      .filter((name) => name.endsWith('.tf'))
      .some((name) => /^resource\s+"aws_api_gateway_account"/m.test(project.read(`${folder}/${name}`) ?? '')),
  );
}

function settingsOf(project: Project, stage: Resource): Resource[] {
  const { open, byStage, byName } = methodSettings(project);
  return [...open, ...(byStage.get(stage) ?? []), ...(byName.get(stage.text('stage_name') ?? '') ?? [])];
}

const methodSettings = oncePer((project) => {
  const all = project.all('aws_api_gateway_method_settings');
  const byStage = new Map<Resource, Resource[]>();
  const byName = new Map<string | undefined, Resource[]>();
  for (const settings of all) {
    for (const stage of settings.refs('stage_name', 'aws_api_gateway_stage')) addTo(byStage, stage, settings);
    addTo(byName, settings.text('stage_name'), settings);
  }
  return { open: all.filter(({ uncertain }) => uncertain), byStage, byName };
});

/** Whether an API is not open to the internet: private, with a policy of its own, or with one that is not known. */
function isLimited(project: Project, api: Resource): boolean {
  const types = api.get('endpoint_configuration.types');
  if (api.has('policy') || (types !== undefined && !isPublic(types))) return true;
  return (
    project.linked('aws_api_gateway_rest_api_policy', 'rest_api_id', api).length > 0 || project.isGivenToUnread(api)
  );
}

function isPublic(types: Value): boolean {
  return isList(types) && types.every((type) => type === 'REGIONAL' || type === 'EDGE');
}
