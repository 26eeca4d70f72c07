import { functionsNamed, permissionsFor } from '../lib/functions.js';
import { madeBefore } from '../lib/ordering.js';
import { isLeftOut } from '../lib/presence.js';
import type { Project, Resource } from '../../terraform/project.js';
import { argument, referencesIn } from '../../terraform/references.js';
import { isMap } from '../../terraform/value.js';
import { defineRules } from '../rule.js';

const api = (lines = '') => `resource "aws_api_gateway_rest_api" "orders" {
  name = "orders"
${lines}}
`;

const method = (lines = '') => `
resource "aws_api_gateway_method" "create" {
  rest_api_id   = aws_api_gateway_rest_api.orders.id
  resource_id   = aws_api_gateway_rest_api.orders.root_resource_id
  http_method   = "POST"
  authorization = "AWS_IAM"
${lines}}
`;

const integration = (uri = 'aws_lambda_function.orders.invoke_arn') => `
resource "aws_api_gateway_integration" "create" {
  rest_api_id             = aws_api_gateway_rest_api.orders.id
  resource_id             = aws_api_gateway_rest_api.orders.root_resource_id
  http_method             = aws_api_gateway_method.create.http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = ${uri}
}
`;

const deployment = (lines: string) => `
resource "aws_api_gateway_deployment" "orders" {
  rest_api_id = aws_api_gateway_rest_api.orders.id

  triggers = {
    redeployment = filesha1("\${path.module}/api.tf")
  }

  lifecycle {
    create_before_destroy = true
  }
${lines}}
`;

const lambda = (timeout: number) => `
resource "aws_lambda_function" "orders" {
  function_name = "orders"
  role          = "arn:aws:iam::111122223333:role/orders"
  timeout       = ${timeout}
}
`;

const models = '\n  request_models = {\n    "application/json" = "Order"\n  }\n';

const validator = `
resource "aws_api_gateway_request_validator" "body" {
  rest_api_id           = aws_api_gateway_rest_api.orders.id
  name                  = "body"
  validate_request_body = true
}
`;

const domain = `
resource "aws_api_gateway_domain_name" "api" {
  domain_name              = "api.example.com"
  regional_certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/example"
  security_policy          = "TLS_1_2"
}

resource "aws_api_gateway_base_path_mapping" "api" {
  api_id      = aws_api_gateway_rest_api.orders.id
  domain_name = aws_api_gateway_domain_name.api.domain_name
  stage_name  = "live"
}
`;

const limits = {
  aws_api_gateway_integration: { uri: 'uri', limit: 29_000 },
  aws_apigatewayv2_integration: { uri: 'integration_uri', limit: 30_000 },
} as const;

export default defineRules(
  {
    name: 'api-deployment-after-methods',
    severity: 'error',
    title: 'a deployment of an API is made after its methods and their integrations',
    why: 'Terraform makes them at the same time. The deployment is refused, "BadRequestException: The REST API doesn\'t contain any methods" or "No integration defined for method", or leaves out what came after it.',
    remedy: 'Name the methods and integrations in depends_on of the deployment, or refer to them in its triggers.',
    catalogue: ['S002-09', 'S001-23', 'facts §10'],
    stages: ['hcl'],
    source:
      'https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/api_gateway_deployment.html.markdown',
    example: {
      broken: api() + method() + integration() + deployment(''),
      sound: api() + method() + integration() + deployment('\n  depends_on = [aws_api_gateway_integration.create]\n'),
    },
    check(project, { finding }) {
      for (const deployment of project.all('aws_api_gateway_deployment')) {
        const [api, ...others] = project.targets(deployment, 'rest_api_id', 'aws_api_gateway_rest_api');
        if (!api || others.length > 0 || api.has('body')) continue;
        const before = madeBefore(project, deployment);
        const late = ['aws_api_gateway_integration', 'aws_api_gateway_method']
          .flatMap((type) => project.linked(type, 'rest_api_id', api))
          .filter(({ configAddress, uncertain }) => !uncertain && !before.has(configAddress))
          // A circle would have been told otherwise: what needs the deployment cannot come before it.
          .filter((one) => !madeBefore(project, one).has(deployment.configAddress));
        const [first] = late;
        if (first) finding(deployment, `does not depend on ${first.configAddress}`);
      }
    },
  },
  {
    name: 'api-deployment-triggers-stable',
    severity: 'note',
    title: 'a deployment of an API is made anew for what is written, not for what AWS answers',
    why: 'A hash of whole resources has in it what AWS fills in: the plan after the first apply deploys again, and one in which that changes stops with "Provider produced inconsistent final plan". One of ids alone stays as it is when a method changes.',
    remedy:
      'Hash what describes the API: filesha1() of the file that its methods are in, or jsonencode() of the local value that they are made of.',
    catalogue: ['S002-09', 'facts §10'],
    stages: ['hcl'],
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/29016',
    example: {
      broken:
        api() +
        method() +
        integration() +
        deployment('').replace('filesha1("${path.module}/api.tf")', 'sha1(jsonencode(aws_api_gateway_method.create))'),
      sound: api() + method() + integration() + deployment('\n  depends_on = [aws_api_gateway_integration.create]\n'),
    },
    check(project, { finding }) {
      for (const deployment of project.all('aws_api_gateway_deployment')) {
        const expression = deployment.syntax && argument(deployment.syntax.body, 'triggers')?.expression;
        if (!expression) continue;
        const paths = [...referencesIn(expression)].map(({ path }) => path);
        const ofApi = paths.filter(([type]) => type?.startsWith('aws_api_gateway_'));
        const whole = ofApi.find((path) => path.length === 2);
        if (whole) finding(deployment, `is made anew for all that AWS answers of ${whole.join('.')}`, 'triggers');
        else if (paths.length > 0 && ofApi.length === paths.length && ofApi.every((path) => path.at(-1) === 'id'))
          finding(deployment, 'is made anew only where the id of something changes', 'triggers');
      }
    },
  },
  {
    name: 'api-calls-function-by-post',
    severity: 'error',
    title: 'an integration with a function calls it by POST, whatever the method of the API is',
    why: 'Lambda is called by POST alone: with another method the API answers each request with 500, "Internal server error", and without one it refuses the integration, "BadRequestException: Enumeration value for HttpMethod must be non-empty".',
    remedy: 'Set integration_http_method to "POST".',
    catalogue: ['S002-09'],
    stages: ['hcl', 'plan', 'state'],
    source:
      'https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/api_gateway_integration.html.markdown',
    example: {
      broken: api() + method() + integration().replace('= "POST"\n  uri', '= "GET"\n  uri') + lambda(25),
      sound: api() + method() + integration() + lambda(25),
    },
    check(project, { finding }) {
      for (const integration of project.all('aws_api_gateway_integration')) {
        const isOfAws = ['AWS', 'AWS_PROXY'].includes(integration.text('type') ?? '');
        if (!isOfAws || functionsNamed(integration, 'uri').length === 0) continue;
        const method = integration.text('integration_http_method');
        if (method !== undefined && method !== 'POST')
          finding(integration, `calls a function by ${method}`, 'integration_http_method');
        else if (isLeftOut(project, integration, 'integration_http_method'))
          finding(integration, 'does not say by which method it calls a function', 'integration_http_method');
      }
    },
  },
  {
    name: 'api-model-of-validator',
    severity: 'warning',
    title: 'a method that names models or required parameters has a validator that checks them',
    why: 'Without a validator API Gateway checks nothing: whatever is sent reaches the function.',
    remedy:
      'Add aws_api_gateway_request_validator with validate_request_body or validate_request_parameters, and name it in request_validator_id of the method.',
    catalogue: ['S002-09'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html',
    example: {
      broken: api() + method(models),
      sound:
        api() + method(`\n  request_validator_id = aws_api_gateway_request_validator.body.id\n${models}`) + validator,
    },
    check(project, { finding, abstain }) {
      for (const method of project.all('aws_api_gateway_method')) {
        for (const { argument, validates, what } of validated) {
          if (!demandsValidation(method, argument)) continue;
          const validators = project.targets(method, 'request_validator_id', 'aws_api_gateway_request_validator');
          if (isLeftOut(project, method, 'request_validator_id'))
            finding(method, `names ${what} and has no validator`, argument);
          else if (validators.length !== 1) abstain(method, 'its validator is not in the project, or not known');
          else if (validators[0]!.truth(validates) === false || isLeftOut(project, validators[0]!, validates))
            finding(method, `names ${what}, which ${validators[0]!.configAddress} does not validate`, argument);
        }
      }
    },
  },
  {
    name: 'api-function-timeout',
    severity: 'note',
    title: 'a function behind an API does not work for longer than the API waits',
    why: 'API Gateway answers 504 after 29 seconds, or what timeout_milliseconds says: the function goes on, is paid for, and nobody hears what it did. The client may ask for the same again.',
    remedy: 'Set timeout of the function below that, such as 25.',
    catalogue: ['S002-09'],
    stages: ['hcl', 'plan', 'state'],
    source:
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html',
    example: {
      broken: api() + method() + integration() + lambda(60),
      sound: api() + method() + integration() + lambda(25),
    },
    check(project, { finding }) {
      const told = new Set<Resource>();
      for (const [type, { uri, limit }] of Object.entries(limits)) {
        for (const integration of project.all(type)) {
          const waits = integration.has('timeout_milliseconds') ? integration.number('timeout_milliseconds') : limit;
          if (waits === undefined || isAsynchronous(integration)) continue;
          for (const lambda of functionsNamed(integration, uri)) {
            const works = lambda.number('timeout');
            if (works === undefined || works * 1000 <= waits || told.has(lambda)) continue;
            if (lambda.mode !== 'managed' || isCalledOtherwise(project, lambda)) continue;
            told.add(lambda);
            finding(
              lambda,
              `may work for ${works} s, and ${integration.configAddress} waits ${waits / 1000} s`,
              'timeout',
            );
          }
        }
      }
    },
  },
  {
    name: 'api-default-endpoint-off',
    severity: 'note',
    title: 'an API with a domain of its own is not also reached by its default address',
    why: 'What the domain asks for can be gone round by the address under execute-api.<region>.amazonaws.com: its lowest version of TLS, and certificates of clients. A web ACL is on the stage, and holds for both.',
    remedy: 'Set disable_execute_api_endpoint to true, and deploy again: let it be among the triggers.',
    catalogue: ['S002-09', 'facts §10'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-disable-default-endpoint.html',
    example: { broken: api() + domain, sound: api('\n  disable_execute_api_endpoint = true\n') + domain },
    check(project, { finding }) {
      const told = new Set<Resource>();
      const mappings = project.all('aws_api_gateway_base_path_mapping', 'aws_apigatewayv2_api_mapping');
      for (const api of mappings.flatMap((mapping) =>
        mapping.refs('api_id', 'aws_api_gateway_rest_api', 'aws_apigatewayv2_api'),
      )) {
        if (api.mode !== 'managed' || told.has(api)) continue;
        told.add(api);
        const isOn =
          api.truth('disable_execute_api_endpoint') === false ||
          isLeftOut(project, api, 'disable_execute_api_endpoint');
        if (isOn) finding(api, 'has a domain, and its default address is open too', 'disable_execute_api_endpoint');
      }
    },
  },
);

const validated = [
  { argument: 'request_models', validates: 'validate_request_body', what: 'models of the body' },
  { argument: 'request_parameters', validates: 'validate_request_parameters', what: 'parameters that are required' },
] as const;

/** Whether a method names a model that asks for something, or a parameter that must be there. */
function demandsValidation(method: Resource, argument: (typeof validated)[number]['argument']): boolean {
  const named = method.get(argument);
  if (!isMap(named)) return false;
  if (argument === 'request_models') return [...named.values()].some((model) => model !== 'Empty');
  // A request without a parameter of its path is one for another path.
  return [...named].some(([name, required]) => !name.includes('.path.') && (required === true || required === 'true'));
}

/** Whether an integration answers before the function has done its work. */
function isAsynchronous(integration: Resource): boolean {
  const parameters = integration.get('request_parameters');
  const names = isMap(parameters) ? [...parameters.keys()] : [];
  return (
    names.some((name) => /x-amz-invocation-type/i.test(name)) ||
    integration.has('connection_id') ||
    integration.has('integration_subtype')
  );
}

/** Whether something else than an API calls a function. */
function isCalledOtherwise(project: Project, lambda: Resource): boolean {
  const principals = permissionsFor(project, lambda).map((permission) => permission.get('principal'));
  return (
    principals.some((principal) => principal !== 'apigateway.amazonaws.com') ||
    project.linked('aws_lambda_event_source_mapping', 'function_name', lambda).length > 0
  );
}
