import { runtimeDeprecated } from '../../aws/lambda-runtimes.js';
import { sourceCovers } from '../lib/api-calls.js';
import { functionsNamed, isAtEdge, isInVpc, permissionsFor } from '../lib/functions.js';
import { attachmentTypes } from '../lib/load-balancers.js';
import { covers } from '../lib/patterns.js';
import { roleMay, roleOf } from '../lib/permissions.js';
import { holdsSecret } from '../lib/plain-secrets.js';
import { mayHaveMorePolicies } from '../lib/presence.js';
import { isReadFromLeftAlone } from '../lib/stand-ins.js';
import { isSwitchedOff } from '../lib/switched-off.js';
import type { Block, Project, Resource } from '../../terraform/project.js';
import { identity, isKnown, isMap, joinText, same, show, type Value } from '../../terraform/value.js';
import { defineRules } from '../rule.js';

const lambda = (lines: string, settings: Record<string, string> = {}) => {
  const all = {
    function_name: '"orders"',
    role: 'aws_iam_role.orders.arn',
    runtime: '"nodejs24.x"',
    handler: '"index.handler"',
    filename: '"orders.zip"',
    ...settings,
  };
  const width = Math.max(...Object.keys(all).map((name) => name.length));
  const written = Object.entries(all).map(([name, value]) => `  ${name.padEnd(width)} = ${value}\n`);
  return `resource "aws_lambda_function" "orders" {
${written.join('')}${lines}}
`;
};

const logGroup = (name: string) => `resource "aws_cloudwatch_log_group" "orders" {
  name              = "${name}"
  retention_in_days = 30
}
`;

const role = (policy: string) => `resource "aws_iam_role" "orders" {
  name = "orders"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "orders" {
  role       = aws_iam_role.orders.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/${policy}"
}
`;

const vpcConfig = `
  vpc_config {
    subnet_ids         = ["subnet-0aaaaaaaaaaaaaaa1"]
    security_group_ids = ["sg-0123456789abcdef0"]
  }
`;

const permission = (lines: string) => `resource "aws_lambda_permission" "events" {
  function_name = aws_lambda_function.orders.function_name
  action        = "lambda:InvokeFunction"
  principal     = "events.amazonaws.com"
${lines}}
`;

const schedule = `resource "aws_cloudwatch_event_rule" "nightly" {
  name                = "nightly"
  schedule_expression = "cron(0 3 * * ? *)"
}

resource "aws_cloudwatch_event_target" "nightly" {
  rule = aws_cloudwatch_event_rule.nightly.name
  arn  = aws_lambda_function.orders.arn
}
`;

const archive = (file: string) => `data "archive_file" "orders" {
  type        = "zip"
  source_file = "\${path.module}/src/${file}"
  output_path = "\${path.module}/orders.zip"
}
`;

export default defineRules(
  {
    name: 'lambda-log-group',
    severity: 'warning',
    title: 'the log group of a function is in the project',
    why: 'Otherwise Lambda makes it at the first call: it keeps logs for ever, without the key of the project, and a destroy leaves it behind.',
    remedy: 'Add aws_cloudwatch_log_group with name "/aws/lambda/<function_name>" and retention_in_days.',
    catalogue: ['S003-09', 'S002-03'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html',
    example: {
      broken: lambda(''),
      sound: `${logGroup('/aws/lambda/orders')}
${lambda('')}`,
    },
    check(project, { finding }) {
      if (project.unreadModules.length > 0 || isSwitchedOff(project, 'aws_cloudwatch_log_group')) return;
      const groups = project.all('aws_cloudwatch_log_group').map((group) => group.computed('name'));
      // Of names that are known, `having` tells.
      const open = groups.filter((group) => !isKnown(group));
      for (const lambda of project.all('aws_lambda_function')) {
        if (isAtEdge(project, lambda)) continue;
        const name = logGroupName(lambda);
        const isThere =
          project.having('name', identity(name), 'aws_cloudwatch_log_group').length > 0 ||
          project.pointedAt(lambda, 'logging_config.log_group', 'aws_cloudwatch_log_group').length > 0 ||
          (isKnown(name) ? open : groups).some((group) => same(group, name) !== false);
        if (!isThere) finding(lambda, `logs to ${show(name)}, which is not in the project`);
      }
    },
  },
  {
    name: 'lambda-role-writes-logs',
    severity: 'warning',
    title: 'the role of a function may write its log',
    why: 'The function runs and says nothing: neither its output nor its errors reach CloudWatch Logs, and no message tells why.',
    remedy:
      'Allow logs:CreateLogStream and logs:PutLogEvents on the group and its streams, or attach AWSLambdaBasicExecutionRole.',
    catalogue: ['S003-09'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html',
    example: {
      broken: [
        logGroup('/aws/lambda/orders'),
        lambda(''),
        role('AWSXRayDaemonWriteAccess').replace(/\nresource "aws_iam_role_policy_attachment"[^]*/, ''),
      ].join('\n'),
      sound: [logGroup('/aws/lambda/orders'), lambda(''), role('AWSLambdaBasicExecutionRole')].join('\n'),
    },
    check(project, { finding, abstain }) {
      for (const lambda of project.all('aws_lambda_function')) {
        const role = roleOf(lambda, 'role', project);
        if (!role || isAtEdge(project, lambda) || mayHaveMorePolicies(project, role)) continue;
        const { region, account, partition } = lambda.surroundings;
        const stream = joinText([
          'arn:',
          partition,
          ':logs:',
          region,
          ':',
          account,
          ':log-group:',
          logGroupName(lambda),
          ':log-stream:x',
        ]);
        const answer = roleMay(project, role, { action: 'logs:PutLogEvents', resource: stream });
        if (answer === 'denied') finding(lambda, `has role ${role.configAddress}, which may not write its log`, 'role');
        else if (answer === 'unknown') abstain(lambda, `what ${role.configAddress} may do is not known`);
      }
    },
  },
  {
    name: 'lambda-vpc-permissions',
    severity: 'error',
    title: 'the role of a function in a VPC may make network interfaces there',
    why: 'CreateFunction answers "InvalidParameterValueException: The provided execution role does not have permissions to call CreateNetworkInterface on EC2".',
    remedy: 'Attach AWSLambdaVPCAccessExecutionRole, or allow the actions of ec2 that it holds.',
    catalogue: ['S003-09', 'facts §10'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html',
    example: {
      broken: `${lambda(vpcConfig)}
${role('AWSLambdaBasicExecutionRole')}`,
      sound: `${lambda(vpcConfig)}
${role('AWSLambdaVPCAccessExecutionRole')}`,
    },
    check(project, { finding, abstain }) {
      for (const lambda of project.all('aws_lambda_function')) {
        if (!isInVpc(lambda)) continue;
        const role = roleOf(lambda, 'role', project);
        if (!role || mayHaveMorePolicies(project, role)) continue;
        const answers = wishesInVpc(lambda).map((wish) => ({ wish, answer: roleMay(project, role, wish) }));
        const denied = answers.find(({ answer }) => answer === 'denied');
        if (denied)
          finding(lambda, `has role ${role.configAddress}, which is not allowed ${denied.wish.action}`, 'role');
        else if (answers.some(({ answer }) => answer === 'unknown'))
          abstain(lambda, `what ${role.configAddress} may do is not known`);
      }
    },
  },
  {
    name: 'lambda-runtime-supported',
    severity: 'warning',
    title: 'the runtime of a function is supported',
    why: 'AWS patches it no more. First functions with it can no longer be created, then not be updated either: "The runtime parameter of nodejs12.x is no longer supported for creating or updating AWS Lambda functions".',
    remedy: 'Take a runtime that AWS supports, such as nodejs24.x or python3.14.',
    catalogue: ['S003-09'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html',
    example: { broken: lambda('', { runtime: '"nodejs16.x"' }), sound: lambda('') },
    check(project, { finding }) {
      for (const lambda of project.all('aws_lambda_function')) {
        const runtime = lambda.text('runtime');
        const since = runtime === undefined ? undefined : runtimeDeprecated(runtime);
        if (since) finding(lambda, `has runtime ${runtime}, which AWS deprecated on ${since}`, 'runtime');
      }
    },
  },
  {
    name: 'lambda-handler-file',
    severity: 'error',
    title: "the file that a function's handler names is in its archive",
    why: 'Every call fails: "Runtime.ImportModuleError: Unable to import module" or "Cannot find module".',
    remedy: 'Let the part of handler before its dot be the name of the file, without its ending.',
    catalogue: ['S003-08b'],
    stages: ['hcl'],
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-deployment.html',
    example: {
      broken: `${archive('orders.js')}
${lambda('', { filename: 'data.archive_file.orders.output_path' })}`,
      sound: `${archive('index.js')}
${lambda('', { filename: 'data.archive_file.orders.output_path' })}`,
    },
    check(project, { finding }) {
      for (const lambda of project.all('aws_lambda_function')) {
        const [archive, ...others] = lambda.refs('filename', 'archive_file');
        const wanted = handlerModule(lambda);
        const files = archive && others.length === 0 ? filesInArchive(archive) : undefined;
        if (!files || !wanted || files.some((file) => file.replace(/\.[^./]+$/, '') === wanted)) continue;
        finding(lambda, `has handler ${lambda.text('handler')}; its archive holds ${files.join(', ')}`, 'handler');
      }
    },
  },
  {
    name: 'function-no-plain-secrets',
    severity: 'warning',
    title: 'no secret is in the plain environment of a function',
    why: 'The environment is encrypted, and shown to everybody with lambda:GetFunctionConfiguration; it stands in the state, and a new value takes a deployment.',
    remedy: 'Put the value in Secrets Manager, give the function its ARN, and let it read it when it starts.',
    catalogue: ['S003-05b'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html',
    example: {
      broken: lambda(`
  environment {
    variables = {
      DB_PASSWORD = "TempPassword123!"
    }
  }
`),
      sound: lambda(`
  environment {
    variables = {
      DB_SECRET_ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders-AbCdEf"
    }
  }
`),
    },
    check(project, { finding }) {
      for (const lambda of project.all('aws_lambda_function')) {
        const variables = lambda.get('environment.variables');
        for (const [name, value] of isMap(variables) ? variables : []) {
          if (!holdsSecret(name, value) || namesSecret(project, value)) continue;
          if (typeof value === 'string' && isReadFromLeftAlone(lambda, 'environment', value)) continue;
          finding(lambda, `gets ${name} as plain text`, 'environment');
        }
      }
    },
  },
  {
    name: 'lambda-caller-permitted',
    severity: 'error',
    title: 'a service that calls a function of the project is permitted to',
    why: 'Everything is created, and the service is refused when it calls: API Gateway answers 500 with "Invalid permissions on Lambda function", EventBridge and SNS drop the event, a bucket or target group cannot be set up at all.',
    remedy:
      "Add aws_lambda_permission for the function, with the principal of the service and its source_arn: for a load balancer the target group's ARN.",
    catalogue: ['S003-09', 'S002-09', 'facts §10'],
    stages: ['hcl'],
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html',
    example: {
      broken: `${lambda('')}
${schedule}`,
      sound: [lambda(''), schedule, permission('  source_arn    = aws_cloudwatch_event_rule.nightly.arn\n')].join('\n'),
    },
    check(project, { finding }) {
      if (isSwitchedOff(project, 'aws_lambda_permission')) return;
      for (const { caller, block, argument, principal } of callers(project)) {
        for (const lambda of functionsNamed(block, argument)) {
          // Where a function is made that is only looked up, somebody else may have permitted it.
          if (lambda.mode !== 'managed' || project.isGivenToUnread(lambda)) continue;
          const permissions = permissionsFor(project, lambda).filter(
            (permission) =>
              covers(`${principal}.*`, permission.get('principal') ?? '') !== false ||
              permission.get('principal') === '*',
          );
          if (mayBePermitted(project)) continue;
          if (permissions.length === 0)
            finding(caller, `calls ${lambda.configAddress}, which does not let ${principal}.amazonaws.com call it`);
          else if (permissions.every((one) => sourceCovers(project, one.get('source_arn'), caller) === false))
            finding(
              caller,
              `calls ${lambda.configAddress}, which lets ${principal}.amazonaws.com call it for ${show(permissions[0]?.get('source_arn'))} and not for this`,
            );
        }
      }
    },
  },
);

/** Where a function logs to. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html */
function logGroupName(lambda: Resource): Value {
  return lambda.get('logging_config.log_group') ?? joinText(['/aws/lambda/', lambda.computed('function_name')]);
}

function wishesInVpc(lambda: Resource): { action: string; resource: Value; absent: string[] }[] {
  const { region, account, partition } = lambda.surroundings;
  const networkInterface = joinText(['arn:', partition, ':ec2:', region, ':', account, ':network-interface/eni-1']);
  // Lambda asks itself, and not the code of the function.
  // https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
  const absent = ['lambda:sourcefunctionarn'];
  return [
    { action: 'ec2:CreateNetworkInterface', resource: networkInterface, absent },
    { action: 'ec2:DescribeNetworkInterfaces', resource: '*', absent },
  ];
}

/** The file that a handler names, without its ending, for languages in which it names one. */
function handlerModule(lambda: Resource): string | undefined {
  const handler = lambda.text('handler');
  const language = /^(nodejs|python)/.exec(lambda.text('runtime') ?? '')?.[1];
  // A layer may bring a handler of its own, which then calls the function's.
  if (handler === undefined || !language || lambda.has('layers')) return undefined;
  if (language === 'python') return handler.replace(/\.[^.]*$/, '').replaceAll('.', '/');
  // Node.js takes what follows the first dot for a path in what the file exports.
  const dot = handler.indexOf('.', handler.lastIndexOf('/') + 1);
  return handler.slice(0, dot < 0 ? undefined : dot).replace(/^\.\//, '');
}

/** The names of the files in an archive that Terraform makes of single files; undefined where they are not known. */
function filesInArchive(archive: Resource): string[] | undefined {
  if (archive.has('source_dir')) return undefined;
  const single = archive.get('source_file');
  if (single !== undefined) {
    const name = identity(single)?.replace(/^.*\//, '');
    return name === undefined || name.includes('${') ? undefined : [name];
  }
  const names = archive.blocks('source').map((source) => (source.uncertain ? undefined : source.text('filename')));
  return names.length > 0 && names.every((name) => name !== undefined) ? names : undefined;
}

/** Whether a value is the name of a secret or parameter, which is none itself. */
function namesSecret(project: Project, value: Value): boolean {
  if (typeof value === 'string' && value.includes('/')) return true;
  const named = project.having(['name', 'id'], identity(value), 'aws_secretsmanager_secret', 'aws_ssm_parameter');
  return named.length > 0;
}

interface Caller {
  caller: Resource;
  /** The block in which it names the function. */
  block: Block;
  argument: string;
  /** The service that calls: `events`, before `.amazonaws.com`. */
  principal: string;
}

/** With any of these API Gateway calls as a role. */
const credentials = ['credentials', 'credentials_arn', 'authorizer_credentials', 'authorizer_credentials_arn'];

/** What makes a service call a function by the function's own policy. */
function callers(project: Project): Caller[] {
  const of = (type: string, argument: string, principal: string) =>
    project.all(type).map((caller): Caller => ({ caller, block: caller, argument, principal }));
  return [
    // With a role of its own EventBridge needs no permission of the function.
    ...of('aws_cloudwatch_event_target', 'arn', 'events').filter(({ caller }) => !caller.has('role_arn')),
    ...attachmentTypes.flatMap((type) => of(type, 'target_id', 'elasticloadbalancing')),
    ...of('aws_sns_topic_subscription', 'endpoint', 'sns'),
    ...[
      ...of('aws_api_gateway_integration', 'uri', 'apigateway'),
      ...of('aws_apigatewayv2_integration', 'integration_uri', 'apigateway'),
      // With a role of its own API Gateway needs no permission of the function.
      ...of('aws_api_gateway_authorizer', 'authorizer_uri', 'apigateway'),
      ...of('aws_apigatewayv2_authorizer', 'authorizer_uri', 'apigateway'),
    ].filter(({ caller }) => !credentials.some((name) => caller.has(name))),
    ...project
      .all('aws_s3_bucket_notification')
      .flatMap((caller) =>
        caller
          .blocks('lambda_function')
          .map((block): Caller => ({ caller, block, argument: 'lambda_function_arn', principal: 's3' })),
      ),
  ];
}

/** Whether there are permissions of which it is not known which function they are for. */
function mayBePermitted(project: Project): boolean {
  return project
    .all('aws_lambda_permission')
    .some((permission) => permission.uncertain || identity(permission.get('function_name')) === undefined);
}
