// What fast-check makes for the tests: texts, answers, HCL, plans and states that nobody would write by mistake.
import fc, { type Arbitrary } from 'fast-check';

import { options } from '../../src/answers/options.js';
import { inheritedNames } from './inherited-names.js';

/** Texts that like to end a string and begin something else. */
const hostile = fc.oneof(
  fc.constantFrom(
    '"',
    '\\',
    '${',
    '%{',
    '$${',
    '"\n}\nresource "x" "y" {',
    '${file("/etc/passwd")}',
    '%{for x in y}',
    '\\"',
    '\u0000',
    '\r\n',
    '\u2028',
    '<<EOT\n',
    '*/',
    '#',
    '{{name}}',
    '\\u0022',
  ),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
);

export const hostileText = fc.array(hostile, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));

/** Raw values for every option, of the right type and of others. */
export const anyAnswers = fc.record(
  Object.fromEntries(
    options.map((option) => [
      option.key,
      fc.oneof(
        hostileText,
        fc.constantFrom(
          ...((option.choices as readonly (string | number)[] | undefined) ?? [
            'us-east-1',
            'eu-west-1',
            'a-name',
            'example.com',
            '10.0.0.0/16',
          ]),
        ),
        fc.boolean(),
        fc.integer(),
        fc.array(hostileText, { maxLength: 3 }),
        fc.dictionary(hostileText, hostileText, { maxKeys: 3 }),
        fc.constant(null),
      ),
    ]),
  ),
  { requiredKeys: [] },
);

const words = (text: string) => text.trim().split(/\s+/);

const functions = words(`
  abs abspath alltrue anytrue base64decode base64encode base64gzip base64sha256 base64sha512 basename bcrypt can ceil
  chomp chunklist cidrhost cidrnetmask cidrsubnet cidrsubnets coalesce coalescelist compact concat contains csvdecode
  dirname distinct element endswith file filebase64 fileexists filemd5 fileset flatten floor format formatdate
  formatlist indent index issensitive join jsondecode jsonencode keys length list log lookup lower map matchkeys max md5
  merge min nonsensitive one parseint pathexpand plantimestamp pow range regex regexall replace reverse rsadecrypt
  sensitive setintersection setproduct setsubtract setunion sha1 sha256 signum slice sort split startswith strcontains
  strrev substr sum templatefile templatestring textdecodebase64 textencodebase64 timeadd timecmp timestamp title tobool
  tolist tomap tonumber toset tostring transpose trim trimprefix trimspace trimsuffix try type upper urlencode uuid uuidv5
  values yamldecode yamlencode zipmap core::length provider::aws::arn_parse ephemeralasnull nowhere
`);

const inherited = Object.keys(inheritedNames);

const identifiers = [
  ...words(
    'a b this main x1 name id arn each count self var local data module path terraform for in if else null true',
  ),
  ...inherited,
];

const types = words(`
  aws_vpc aws_subnet aws_lb aws_lb_listener aws_s3_bucket aws_s3_bucket_policy aws_iam_role aws_iam_policy
  aws_iam_role_policy aws_db_instance aws_rds_cluster aws_rds_cluster_instance aws_ecs_service aws_ecs_task_definition
  aws_security_group aws_security_group_rule aws_vpc_security_group_ingress_rule aws_route_table aws_nat_gateway
  aws_kms_key aws_kms_alias aws_cloudwatch_log_group aws_cloudwatch_metric_alarm aws_wafv2_web_acl aws_lambda_function
  aws_sqs_queue aws_sns_topic aws_cloudtrail aws_secretsmanager_secret aws_acm_certificate aws_route53_record aws_instance
  aws_dynamodb_table aws_ecr_repository aws_appautoscaling_target aws_autoscaling_group aws_launch_template
  aws_db_subnet_group aws_db_proxy aws_api_gateway_rest_api aws_dms_endpoint aws_vpc_endpoint aws_vpc_peering_connection
  aws_flow_log aws_iam_policy_document aws_caller_identity aws_region aws_availability_zones terraform_data null_resource
`).concat(inherited.slice(0, 4));

const argumentNames = words(`
  count for_each depends_on provider lifecycle name name_prefix policy assume_role_policy bucket region tags engine
  engine_version instance_class storage_encrypted kms_key_id subnets subnet_ids security_groups vpc_id cidr_block
  cidr_blocks from_port to_port protocol port type container_definitions cpu memory network_mode execution_role_arn
  desired_count schedule retention_in_days log_group_name runtime handler environment statement actions resources effect
  principals condition rule priority default_action certificate_arn ssl_policy load_balancer_type internal access_logs
  enabled username password master_username backup_retention_period multi_az deletion_protection publicly_accessible
  availability_zone availability_zones vpc_security_group_ids target_group_arn role managed_policy_arns source version
  value default sensitive validation required_version backend bucket_key_enabled dimensions metric_name threshold alarm_actions
`).concat(inherited.slice(0, 4));

const word = fc.constantFrom(...identifiers);
const numbers = fc
  .oneof(fc.integer({ min: -3, max: 70_000 }), fc.constantFrom(0, 0.5, -0.1, 443, 5432, 2 ** 53))
  .map(String);

const texts = fc.oneof(
  fc.constantFrom(
    '',
    '*',
    'arn:aws:s3:::x/*',
    'arn:aws:iam::123456789012:root',
    's3:*',
    'iam:PassRole',
    '10.0.0.0/16',
    '0.0.0.0/0',
    '::/0',
    'us-east-1',
    'us-east-1a',
    'mysql',
    'aurora-postgresql',
    '16.4',
    'db.t3.micro',
    'tcp',
    'HTTPS',
    'alias/aws/s3',
    'lambda.amazonaws.com',
    '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
    '{"Statement":[null,1,[],{"Action":{},"Principal":[]}]}',
    '[{"name":null,"environment":{}}]',
    '/a(b|c)?/',
    'cron(0 0 * * ? *)',
    ...inherited,
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);

/** A text as HCL writes it. */
const literal = texts.map((text) =>
  JSON.stringify(text.replaceAll(/[$%]\{/g, '')).replaceAll(/[\u007f-\u009f\u2028\u2029]/g, ''),
);

const key: Arbitrary<string> = fc.oneof(
  fc.constantFrom(...identifiers, ...words('Statement Effect Action Resource Principal Condition Version AWS Service')),
  literal,
);

/** Expressions of every kind, with every function. */
const { expression } = fc.letrec<{ expression: string }>((tie) => {
  const inner = tie('expression');
  const leaf: Arbitrary<string> = fc.oneof(
    literal,
    numbers,
    fc.constantFrom(
      'true',
      'false',
      'null',
      '[]',
      '{}',
      'each.key',
      'each.value',
      'count.index',
      'path.module',
      'self.id',
    ),
    word.map((name) => `var.${name}`),
    word.map((name) => `local.${name}`),
    fc.tuple(word, word).map((names) => `module.${names.join('.')}`),
    fc
      .tuple(fc.constantFrom('', 'data.'), fc.constantFrom(...types), word, word)
      .map(([kind, ...names]) => kind + names.join('.')),
  );
  const several = fc.array(inner, { maxLength: 3 });
  return {
    expression: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      {
        arbitrary: fc
          .tuple(fc.constantFrom(...functions), several, fc.constantFrom('', '', '...'))
          .map(([name, args, end]) => `${name}(${args.join(', ')}${args.length > 0 ? end : ''})`),
        weight: 3,
      },
      several.map((items) => `[${items.join(', ')}]`),
      fc
        .array(
          fc.tuple(
            fc.oneof(
              key,
              inner.map((text) => `(${text})`),
            ),
            inner,
          ),
          { maxLength: 4 },
        )
        .map((entries) => `{ ${entries.map((entry) => entry.join(' = ')).join(', ')} }`),
      fc.tuple(inner, inner, inner).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      fc
        .tuple(inner, fc.constantFrom(...words('+ - * / % == != < > <= >= && ||')), inner)
        .map((parts) => `(${parts.join(' ')})`),
      fc.tuple(fc.constantFrom('!', '-'), inner).map(([sign, of]) => `${sign}(${of})`),
      fc.tuple(inner, word).map(([of, name]) => `(${of}).${name}`),
      fc.tuple(inner, inner).map(([of, at]) => `(${of})[${at}]`),
      fc.tuple(inner, word).map(([of, name]) => `(${of})[*].${name}`),
      fc
        .tuple(literal, inner)
        .map(([text, of]) => `"${text.slice(1, -1)}\${${of}}-%{ if ${of} }x%{ else }y%{ endif }"`),
      fc
        .tuple(word, inner, inner, inner)
        .map(([name, of, value, only]) => `[for ${name} in ${of} : ${value} if ${only}]`),
      fc.tuple(word, inner, inner).map(([name, of, value]) => `{ for k, ${name} in ${of} : k => ${value} }`),
      fc.tuple(word, inner, inner).map(([name, of, value]) => `{ for ${name} in ${of} : ${value} => ${name}... }`),
      inner.map((of) => `<<-EOT\n    {"Statement": "\${${of}}"}\n  EOT\n`),
      fc.constant(`jsonencode({ Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })`),
    ),
  };
});

/** A body: arguments and blocks, blocks of blocks, and dynamic ones. */
const { body } = fc.letrec<{ body: string }>((tie) => ({
  body: fc
    .tuple(
      fc.uniqueArray(fc.tuple(fc.constantFrom(...argumentNames), expression), {
        maxLength: 6,
        selector: ([name]) => name,
      }),
      fc.oneof(
        { depthSize: 'small' },
        fc.constant<string[]>([]),
        fc.array(
          fc.oneof(
            fc.tuple(fc.constantFrom(...argumentNames), tie('body')).map(([type, inner]) => `${type} {\n${inner}}\n`),
            fc
              .tuple(fc.constantFrom(...argumentNames), expression, tie('body'))
              .map(([type, each, inner]) => `dynamic "${type}" {\nfor_each = ${each}\ncontent {\n${inner}}\n}\n`),
          ),
          { maxLength: 3 },
        ),
      ),
    )
    .map(([own, blocks]) => `${own.map(([name, value]) => `${name} = ${value}\n`).join('')}${blocks.join('')}`),
}));

const block = fc.oneof(
  {
    arbitrary: fc
      .tuple(fc.constantFrom('resource', 'resource', 'data', 'ephemeral'), fc.constantFrom(...types), word, body)
      .map(([kind, type, name, inner]) => `${kind} "${type}" "${name}" {\n${inner}}\n`),
    weight: 5,
  },
  fc
    .tuple(
      fc.constantFrom(...words('variable output module provider check run action moved removed import'), ...inherited),
      word,
      body,
    )
    .map(([kind, name, inner]) => `${kind} "${name}" {\n${inner}}\n`),
  fc
    .tuple(fc.constantFrom(...words('terraform locals moved removed import')), body)
    .map(([kind, inner]) => `${kind} {\n${inner}}\n`),
  fc
    .uniqueArray(fc.tuple(word, expression), { maxLength: 6, selector: ([name]) => name })
    .map((locals) => `locals {\n${locals.map((one) => `${one.join(' = ')}\n`).join('')}}\n`),
);

/** The text of a file of Terraform's. */
export const hclFile = fc.array(block, { minLength: 1, maxLength: 8 }).map((blocks) => blocks.join(''));

/** The text of a file of values. */
export const valuesFile = fc
  .uniqueArray(fc.tuple(word, expression), { maxLength: 5, selector: ([name]) => name })
  .map((values) => values.map((one) => `${one.join(' = ')}\n`).join(''));

/** Any JSON, with names and texts that say something. */
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small' },
    fc.oneof(texts, fc.integer(), fc.double(), fc.boolean(), fc.constant(null)),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(fc.constantFrom(...argumentNames, ...inherited, 'references', 'constant_value'), texts),
      tie('json'),
      { maxKeys: 5 },
    ),
  ),
}));

/** What should be there, and now and then anything else. */
function mostly<T>(right: Arbitrary<T>): Arbitrary<unknown> {
  return fc.oneof({ arbitrary: right, weight: 12 }, { arbitrary: json, weight: 1 });
}

function objectOf(fields: Readonly<Record<string, Arbitrary<unknown>>>): Arbitrary<unknown> {
  return fc.record(Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, mostly(field)])), {
    requiredKeys: [],
  });
}

const jsonText = json.map((value) => JSON.stringify(value));
const reference = fc.oneof(
  fc.tuple(fc.constantFrom(...types), word).map((names) => names.join('.')),
  fc
    .tuple(fc.constantFrom('var', 'local', 'module.a', 'module.b', 'data.aws_vpc', 'each'), word)
    .map((names) => names.join('.')),
);
const address = fc
  .tuple(
    fc.constantFrom('', 'module.a.', 'module.b[0].', 'module.a.module.b["x"].'),
    fc.constantFrom('', 'data.'),
    fc.constantFrom(...types),
    word,
    fc.constantFrom('', '[0]', '["a.b"]', '["]"]'),
  )
  .map((parts) => parts[0] + parts[1] + parts[2] + '.' + parts[3] + parts[4]);
const values = fc.dictionary(fc.constantFrom(...argumentNames, 'arn', 'id'), fc.oneof(json, jsonText, fc.boolean()), {
  maxKeys: 10,
});
const resource = objectOf({
  address,
  mode: fc.constantFrom('managed', 'data'),
  type: fc.constantFrom(...types),
  name: word,
  index: fc.oneof(fc.nat(3), texts),
  values,
  depends_on: fc.array(address, { maxLength: 2 }),
});

const { module } = fc.letrec<{ module: unknown }>((tie) => ({
  module: objectOf({
    resources: fc.array(resource, { maxLength: 6 }),
    child_modules: fc.oneof({ depthSize: 'small' }, fc.constant([]), fc.array(tie('module'), { maxLength: 2 })),
  }),
}));

const expressionJson = objectOf({ references: fc.array(reference, { maxLength: 4 }), constant_value: json });
const expressionsJson = fc.dictionary(
  fc.constantFrom(...argumentNames),
  fc.oneof(
    expressionJson,
    fc.array(fc.dictionary(fc.constantFrom(...argumentNames), expressionJson, { maxKeys: 3 }), { maxLength: 2 }),
  ),
  { maxKeys: 6 },
);

const { configured } = fc.letrec<{ configured: unknown }>((tie) => ({
  configured: objectOf({
    resources: fc.array(
      objectOf({
        address,
        provider_config_key: word,
        depends_on: fc.array(reference, { maxLength: 2 }),
        expressions: expressionsJson,
      }),
      { maxLength: 5 },
    ),
    outputs: fc.dictionary(word, objectOf({ expression: expressionJson }), { maxKeys: 3 }),
    module_calls: fc.oneof(
      { depthSize: 'small' },
      fc.constant({}),
      fc.dictionary(
        fc.constantFrom('a', 'b', ...inherited.slice(0, 3)),
        objectOf({ expressions: expressionsJson, module: tie('configured') }),
        { maxKeys: 2 },
      ),
    ),
  }),
}));

/** A plan as terraform shows it, with something else in places. */
export const planJson = objectOf({
  format_version: fc.constant('1.2'),
  planned_values: objectOf({ root_module: module }),
  prior_state: objectOf({ values: objectOf({ root_module: module }) }),
  resource_changes: fc.array(objectOf({ address, change: objectOf({ after_unknown: json }) }), { maxLength: 4 }),
  configuration: objectOf({
    provider_config: fc.dictionary(
      fc.constantFrom('aws', ...identifiers),
      objectOf({ expressions: objectOf({ region: expressionJson }) }),
      { maxKeys: 3 },
    ),
    root_module: configured,
  }),
  variables: fc.dictionary(word, objectOf({ value: json }), { maxKeys: 3 }),
}).map((plan) => JSON.stringify(plan));

/** A state as terraform shows it, with something else in places. */
export const stateJson = objectOf({
  format_version: fc.constant('1.0'),
  values: objectOf({ root_module: module, outputs: json }),
}).map((state) => JSON.stringify(state));
