import { own, wordOf } from '../own.js';
import { findRegion } from './regions.js';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What `returns` may look at beside the value. */
export interface Look {
  /** The values of the whole resource, as a state has them. */
  resource: Record<string, Json>;
  /** The ARN of the key that an id, the name of an alias, or an alias's ARN stands for. */
  keyArn(named: string): string;
}

/** What AWS answers in another form than an argument may be sent in. */
export interface ReadBack {
  /** Short and unique: `container-capabilities`. */
  id: string;
  /** The resource types whose argument it is. */
  types: readonly string[];
  /** The argument, through blocks with dots; the name of a block stands for the list of all its blocks. */
  argument: string;
  /** What AWS returns, as it follows on "AWS returns". */
  answer: string;
  /** What every plan then does with the resource. */
  plan: 'replaced' | 'updated';
  /** Where this is said. In brackets, what of it was not seen there. */
  source: string;
  /** The value that AWS returns where this one was sent; itself where nothing differs. Texts of JSON stay texts. */
  returns(sent: Json, look: Look): Json;
  /** No stack writes such an argument yet. */
  notWritten?: true;
  /** The rule that tells of it; absent where another rule does, nothing of it shows in the code, or nobody saw it. */
  rule?: string;
  /** The argument is a text of JSON. */
  json?: true;
  /** The argument names a key, and the provider's own check lets nothing but an ARN through. */
  arnOnly?: true;
}

const provider = 'https://github.com/hashicorp/terraform-provider-aws';
const terraform = 'https://github.com/hashicorp/terraform';
const aws = 'https://docs.aws.amazon.com';

type JsonObject = { [key: string]: Json };

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Each object of a list, or the one object, changed. */
function eachObject(sent: Json, change: (object: JsonObject) => Json): Json {
  if (Array.isArray(sent)) return sent.map((item) => (isObject(item) ? change(item) : item));
  return isObject(sent) ? change(sent) : sent;
}

/** A text of JSON with its value changed; the text itself where the value stays, or where it is no JSON. */
export function inJson(sent: Json, change: (value: Json) => Json): Json {
  if (typeof sent !== 'string') return sent;
  let before: Json;
  try {
    before = JSON.parse(sent) as Json;
  } catch {
    return sent;
  }
  const after = JSON.stringify(change(before));
  return after === JSON.stringify(before) ? sent : after;
}

/** The first block, or the one object, of what a resource holds under a name. */
function blockOf(value: Json | undefined): JsonObject | undefined {
  const [first] = Array.isArray(value) ? value : [value];
  return isObject(first) ? first : undefined;
}

function isSet(value: Json | undefined): boolean {
  return value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);
}

function isFalse(value: Json | undefined): boolean {
  return value === false || value === 'false';
}

function isTrue(value: Json | undefined): boolean {
  return value === true || value === 'true';
}

const withoutStar = (sent: Json): Json => (typeof sent === 'string' ? sent.replace(/:\*$/, '') : sent);
const lowerCase = (sent: Json): Json => (typeof sent === 'string' ? sent.toLowerCase() : sent);
const trimmed = (sent: Json): Json => (typeof sent === 'string' ? sent.trimEnd() : sent);

const keyArnPattern = /^arn:[^:]*:kms:[^:]*:[^:]*:key\/(.+)$/;

interface KeyArgument {
  id: string;
  types: readonly string[];
  argument: string;
  plan: ReadBack['plan'];
  source: string;
  arnOnly?: true;
  notWritten?: true;
}

/** An argument that takes more names of a key than the one that AWS returns. */
function keyRow(row: KeyArgument): ReadBack {
  return {
    ...row,
    answer: "the key's ARN",
    rule: 'kms-key-as-returned',
    returns: (sent, look) =>
      typeof sent !== 'string' || sent === '' || keyArnPattern.test(sent) ? sent : look.keyArn(sent),
  };
}

const keyArguments: readonly KeyArgument[] = [
  {
    id: 'fargate-storage-key',
    types: ['aws_ecs_cluster'],
    argument: 'configuration.managed_storage_configuration.fargate_ephemeral_storage_kms_key_id',
    plan: 'updated',
    source: `${provider}/issues/45545`,
  },
  {
    id: 'managed-storage-key',
    types: ['aws_ecs_cluster'],
    argument: 'configuration.managed_storage_configuration.kms_key_id',
    plan: 'updated',
    source: `${provider}/pull/45590`,
    notWritten: true,
  },
  {
    id: 'repository-key',
    types: ['aws_ecr_repository'],
    argument: 'encryption_configuration.kms_key',
    plan: 'replaced',
    source: 'https://github.com/navapbc/template-infra/pull/244',
  },
  {
    id: 'master-secret-key',
    types: ['aws_db_instance', 'aws_rds_cluster'],
    argument: 'master_user_secret_kms_key_id',
    plan: 'updated',
    source: `${aws}/AmazonRDS/latest/APIReference/API_MasterUserSecret.html (that it is the ARN was not seen there)`,
  },
  {
    id: 'database-key',
    types: ['aws_db_instance', 'aws_rds_cluster', 'aws_docdb_cluster'],
    argument: 'kms_key_id',
    plan: 'replaced',
    source: `${terraform}/issues/15883`,
    arnOnly: true,
  },
  {
    id: 'graph-key',
    types: ['aws_neptune_cluster'],
    argument: 'kms_key_arn',
    plan: 'replaced',
    source: `${terraform}/issues/15883 (of RDS, whose API Neptune has)`,
    arnOnly: true,
    notWritten: true,
  },
  {
    id: 'insights-key',
    types: ['aws_db_instance', 'aws_rds_cluster', 'aws_rds_cluster_instance'],
    argument: 'performance_insights_kms_key_id',
    plan: 'updated',
    source: `${terraform}/issues/15883 (of kms_key_id)`,
    arnOnly: true,
  },
  {
    id: 'table-key',
    types: ['aws_dynamodb_table'],
    argument: 'server_side_encryption.kms_key_arn',
    plan: 'updated',
    source: `${aws}/amazondynamodb/latest/APIReference/API_SSEDescription.html`,
    arnOnly: true,
  },
  {
    id: 'dms-key',
    types: ['aws_dms_endpoint', 'aws_dms_s3_endpoint', 'aws_dms_replication_instance'],
    argument: 'kms_key_arn',
    plan: 'replaced',
    source: `${aws}/dms/latest/APIReference/API_ReplicationInstance.html (that it is the ARN was not seen there)`,
    arnOnly: true,
    notWritten: true,
  },
  {
    id: 'volume-key',
    types: ['aws_ebs_volume'],
    argument: 'kms_key_id',
    plan: 'replaced',
    source: `${terraform}/pull/7842`,
    arnOnly: true,
    notWritten: true,
  },
  {
    id: 'root-volume-key',
    types: ['aws_instance'],
    argument: 'root_block_device.kms_key_id',
    plan: 'replaced',
    source: `${provider}/issues/13761`,
    notWritten: true,
  },
  {
    id: 'more-volume-key',
    types: ['aws_instance'],
    argument: 'ebs_block_device.kms_key_id',
    plan: 'replaced',
    source: `${provider}/issues/13761`,
    notWritten: true,
  },
  {
    id: 'trail-key',
    types: ['aws_cloudtrail'],
    argument: 'kms_key_id',
    plan: 'updated',
    source: `${aws}/awscloudtrail/latest/APIReference/API_CreateTrail.html`,
    arnOnly: true,
  },
  {
    id: 'warehouse-key',
    types: ['aws_redshift_cluster'],
    argument: 'kms_key_id',
    plan: 'updated',
    source: `${terraform}/issues/9626`,
    arnOnly: true,
    notWritten: true,
  },
];

/** A list of capabilities that is left out beside the other one. */
function withBothLists(capabilities: JsonObject): JsonObject {
  const { add = null, drop = null } = capabilities;
  if (add === null && drop === null) return capabilities;
  return { ...capabilities, add: add ?? [], drop: drop ?? [] };
}

/** The containers of a task definition, each changed. */
export function eachContainer(sent: Json, change: (container: JsonObject) => JsonObject): Json {
  return inJson(sent, (containers) => eachObject(containers, change));
}

/** The linuxParameters of each container, changed. */
function eachLinux(sent: Json, change: (parameters: JsonObject, capabilities: JsonObject) => JsonObject): Json {
  return eachContainer(sent, (container) => {
    const linux = container.linuxParameters;
    if (!isObject(linux) || !isObject(linux.capabilities)) return container;
    return { ...container, linuxParameters: change(linux, linux.capabilities) };
  });
}

const securityGroupRules = ['aws_vpc_security_group_ingress_rule', 'aws_vpc_security_group_egress_rule'];
const listeners = ['aws_lb_listener', 'aws_alb_listener'];
const listenerRules = ['aws_lb_listener_rule', 'aws_alb_listener_rule'];
const apiStages = ['aws_api_gateway_stage', 'aws_apigatewayv2_stage'];
const databases = ['aws_db_instance', 'aws_rds_cluster', 'aws_rds_cluster_instance'];
const parameterGroups = ['aws_db_parameter_group', 'aws_rds_cluster_parameter_group'];

/** The stickiness of a forward, which has no duration where it is off. */
const withoutDuration = (sent: Json): Json =>
  eachObject(sent, (block) =>
    isFalse(block.enabled ?? false) && isSet(block.duration) ? { ...block, duration: 0 } : block,
  );

/** Whether Performance Insights is surely off. An instance of a cluster that says nothing has what the cluster has. */
function isWithoutInsights(resource: Record<string, Json>): boolean {
  const { performance_insights_enabled: enabled, database_insights_mode: mode, cluster_identifier: cluster } = resource;
  if (isSet(mode) && mode !== 'standard') return false;
  return isFalse(enabled) || (!isSet(enabled) && !isSet(cluster));
}

/** Parameters that take effect at a restart only, by what the family of their group is called. */
const staticParameters: readonly (readonly [family: RegExp, names: readonly string[]])[] = [
  [
    /postgres/,
    [
      'max_connections',
      'max_replication_slots',
      'max_wal_senders',
      'rds.logical_replication',
      'shared_buffers',
      'shared_preload_libraries',
      'track_activity_query_size',
    ],
  ],
  [/mysql|mariadb/, ['lower_case_table_names', 'performance_schema', 'skip_name_resolve']],
];

function isStatic(parameter: JsonObject, family: Json | undefined): boolean {
  return staticParameters.some(
    ([pattern, names]) => pattern.test(wordOf(family)) && names.includes(wordOf(parameter.name).toLowerCase()),
  );
}

/** Parameters of MySQL that are on or off. */
const switches = ['general_log', 'local_infile', 'performance_schema', 'slow_query_log'];
const onOrOff: Readonly<Record<string, string>> = { on: '1', true: '1', off: '0', false: '0' };

/** The value of a parameter in the spelling that RDS has it in. */
function spelled({ name, value }: JsonObject): Json | undefined {
  if (typeof name !== 'string' || (typeof value !== 'string' && typeof value !== 'boolean')) return value;
  if (name.toLowerCase() === 'log_output') return String(value).toUpperCase();
  return switches.includes(name.toLowerCase()) ? (own(onOrOff, String(value).toLowerCase()) ?? value) : value;
}

/** A version that stands for a later one of the same release: the last part of it as high as none is. */
function upgraded(version: Json): Json {
  return typeof version === 'string' ? version.replace(/\.\d+$/, '.99') : version;
}

/** The policy with every statement changed. */
function eachStatement(sent: Json, change: (statement: JsonObject) => JsonObject): Json {
  return inJson(sent, (policy) =>
    isObject(policy) && policy.Statement !== undefined
      ? { ...policy, Statement: eachObject(policy.Statement, change) }
      : policy,
  );
}

/**
 * What AWS answers in another form than it was sent, or changes by itself later, where the provider compares the two as
 * they are.
 */
export const readBacks: readonly ReadBack[] = [
  ...keyArguments.map(keyRow),
  {
    id: 'key-policy-key',
    types: ['aws_kms_key_policy'],
    argument: 'key_id',
    answer: "the key's id",
    plan: 'updated',
    source: `${provider}/issues/31297`,
    rule: 'kms-key-as-returned',
    notWritten: true,
    returns(sent, look) {
      if (typeof sent !== 'string' || sent === '') return sent;
      const arn = /^arn:|^alias\//.test(sent) && !keyArnPattern.test(sent) ? look.keyArn(sent) : sent;
      return keyArnPattern.exec(arn)?.[1] ?? arn;
    },
  },
  {
    id: 'container-capabilities',
    types: ['aws_ecs_task_definition'],
    argument: 'container_definitions',
    answer: 'an empty list for the one of `add` and `drop` that capabilities leave out',
    plan: 'replaced',
    source: 'https://github.com/braintrustdata/terraform-aws-braintrust-data-plane/pull/335',
    rule: 'container-definition-as-returned',
    json: true,
    returns: (sent) =>
      eachLinux(sent, (linux, capabilities) => ({ ...linux, capabilities: withBothLists(capabilities) })),
  },
  {
    id: 'container-no-capabilities',
    types: ['aws_ecs_task_definition'],
    argument: 'container_definitions',
    answer: 'no capabilities where they are an empty object',
    plan: 'replaced',
    source: 'https://github.com/TerraConstructs/base/pull/158',
    rule: 'container-definition-as-returned',
    json: true,
    returns: (sent) =>
      eachLinux(sent, (linux, capabilities) => {
        if (Object.values(capabilities).some((list) => list !== null)) return linux;
        const { capabilities: _, ...others } = linux;
        return others;
      }),
  },
  {
    id: 'container-valueless-variables',
    types: ['aws_ecs_task_definition'],
    argument: 'container_definitions',
    answer: 'no environment variables whose value is left out or null',
    plan: 'replaced',
    source: 'https://github.com/aws-actions/amazon-ecs-deploy-task-definition/pull/224',
    rule: 'container-definition-as-returned',
    json: true,
    returns: (sent) =>
      eachContainer(sent, (container) =>
        Array.isArray(container.environment)
          ? {
              ...container,
              environment: container.environment.filter(
                (variable) => !isObject(variable) || !isSet(variable.name) || (variable.value ?? null) !== null,
              ),
            }
          : container,
      ),
  },
  {
    id: 'flow-log-destination',
    types: ['aws_flow_log'],
    argument: 'log_destination',
    answer: 'the ARN of the log group without ":*"',
    plan: 'replaced',
    source: `${provider}/issues/26479`,
    rule: 'log-group-arn-form',
    returns: withoutStar,
  },
  {
    id: 'waf-log-destinations',
    types: ['aws_wafv2_web_acl_logging_configuration'],
    argument: 'log_destination_configs',
    answer: 'the ARN of the log group without ":*"',
    plan: 'replaced',
    source: `${aws}/waf/latest/developerguide/logging-cw-logs.html (that ":*" goes was not seen there)`,
    rule: 'log-group-arn-form',
    returns: (sent) => (Array.isArray(sent) ? sent.map(withoutStar) : sent),
  },
  {
    id: 'stage-log-destination',
    types: apiStages,
    argument: 'access_log_settings.destination_arn',
    answer: 'the ARN of the log group without ":*"',
    plan: 'updated',
    source: `${provider}/pull/4369`,
    rule: 'log-group-arn-form',
    returns: withoutStar,
  },
  {
    id: 'stage-log-format',
    types: apiStages,
    argument: 'access_log_settings.format',
    answer: 'the format without the newline at its end',
    plan: 'updated',
    source: `${aws}/apigateway/latest/developerguide/set-up-logging.html (that the newline goes was not seen there)`,
    returns: trimmed,
  },
  {
    id: 'dms-instance-name',
    types: ['aws_dms_replication_instance'],
    argument: 'replication_instance_id',
    answer: 'it in lower case',
    plan: 'replaced',
    source: `${aws}/dms/latest/APIReference/API_CreateReplicationInstance.html`,
    rule: 'identifier-lower-case',
    notWritten: true,
    returns: lowerCase,
  },
  {
    id: 'dms-subnet-group-name',
    types: ['aws_dms_replication_subnet_group'],
    argument: 'replication_subnet_group_id',
    answer: 'it in lower case',
    plan: 'replaced',
    source: `${aws}/dms/latest/APIReference/API_CreateReplicationSubnetGroup.html`,
    rule: 'identifier-lower-case',
    notWritten: true,
    returns: lowerCase,
  },
  {
    id: 'dms-task-name',
    types: ['aws_dms_replication_task'],
    argument: 'replication_task_id',
    answer: 'it in lower case',
    plan: 'replaced',
    source: 'https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2561',
    rule: 'identifier-lower-case',
    notWritten: true,
    returns: lowerCase,
  },
  {
    id: 'api-domain-name',
    types: ['aws_api_gateway_domain_name', 'aws_apigatewayv2_domain_name'],
    argument: 'domain_name',
    answer: 'it in lower case',
    plan: 'replaced',
    source: `${aws}/apigateway/latest/developerguide/how-to-custom-domains.html (that it is lowered was not seen there)`,
    rule: 'identifier-lower-case',
    returns: lowerCase,
  },
  {
    id: 'dms-window',
    types: ['aws_dms_replication_instance'],
    argument: 'preferred_maintenance_window',
    answer: 'it in lower case',
    plan: 'updated',
    source: `${aws}/dms/latest/APIReference/API_ReplicationInstance.html (that it is lowered was not seen there)`,
    rule: 'identifier-lower-case',
    notWritten: true,
    returns: lowerCase,
  },
  ...['from_port', 'to_port'].map((argument): ReadBack => ({
    id: `rule-${argument.replace('_', '-')}`,
    types: securityGroupRules,
    argument,
    answer: '-1 for a rule of every protocol',
    plan: 'updated',
    source: `${provider}/blob/main/website/docs/r/vpc_security_group_ingress_rule.html.markdown`,
    rule: 'argument-as-returned',
    // The provider takes the -1 for nothing where no port is written.
    returns: (sent, { resource }) => (isSet(sent) && wordOf(resource.ip_protocol) === '-1' ? -1 : sent),
  })),
  {
    id: 'redrive-count',
    types: ['aws_sqs_queue', 'aws_sqs_queue_redrive_policy'],
    argument: 'redrive_policy',
    answer: 'maxReceiveCount as a number',
    plan: 'updated',
    source: `${provider}/blob/main/website/docs/r/sqs_queue.html.markdown`,
    rule: 'argument-as-returned',
    json: true,
    notWritten: true,
    returns: (sent) =>
      inJson(sent, (policy) =>
        isObject(policy) && typeof policy.maxReceiveCount === 'string' && /^\d+$/.test(policy.maxReceiveCount)
          ? { ...policy, maxReceiveCount: Number(policy.maxReceiveCount) }
          : policy,
      ),
  },
  {
    id: 'bucket-policy-everybody',
    types: ['aws_s3_bucket_policy'],
    argument: 'policy',
    answer: '"Principal": "*" for {"*": "*"}',
    plan: 'updated',
    source: `${terraform}/issues/9335`,
    rule: 'argument-as-returned',
    json: true,
    returns: (sent) =>
      eachStatement(sent, (statement) =>
        isObject(statement.Principal) && [statement.Principal['*']].flat().includes('*')
          ? { ...statement, Principal: '*' }
          : statement,
      ),
  },
  {
    id: 'api-policy-resource',
    types: ['aws_api_gateway_rest_api'],
    argument: 'policy',
    answer: 'the ARN in full for "execute-api:/…"',
    plan: 'updated',
    source: `${provider}/issues/15602`,
    rule: 'argument-as-returned',
    json: true,
    notWritten: true,
    returns: (sent, { resource }) =>
      eachStatement(sent, (statement) => {
        if (statement.Resource === undefined) return statement;
        const inFull = (one: Json): Json =>
          typeof one === 'string' ? one.replace(/^execute-api:(?=\/)/, () => wordOf(resource.execution_arn)) : one;
        const { Resource: named } = statement;
        return { ...statement, Resource: Array.isArray(named) ? named.map(inFull) : inFull(named) };
      }),
  },
  {
    id: 'listener-stickiness',
    types: listeners,
    argument: 'default_action.forward.stickiness',
    answer: 'duration 0 for stickiness that is off',
    plan: 'updated',
    source: `${provider}/issues/15144`,
    rule: 'argument-kept',
    notWritten: true,
    returns: withoutDuration,
  },
  {
    id: 'listener-rule-stickiness',
    types: listenerRules,
    argument: 'action.forward.stickiness',
    answer: 'duration 0 for stickiness that is off',
    plan: 'updated',
    source: `${provider}/issues/15144`,
    rule: 'argument-kept',
    notWritten: true,
    returns: withoutDuration,
  },
  ...(['performance_insights_kms_key_id', 'performance_insights_retention_period'] as const).map(
    (argument): ReadBack => ({
      id: argument.includes('kms') ? 'no-insights-key' : 'no-insights-retention',
      types: databases,
      argument,
      answer: 'none while Performance Insights is off',
      plan: 'updated',
      source: `${aws}/AmazonRDS/latest/APIReference/API_DBInstance.html (that it is left out was not seen there)`,
      rule: 'argument-kept',
      returns: (sent, { resource }) => (isSet(sent) && sent !== 0 && isWithoutInsights(resource) ? null : sent),
    }),
  ),
  {
    id: 'static-parameters',
    types: parameterGroups,
    argument: 'parameter',
    answer: 'pending-reboot as the apply_method of a static parameter',
    plan: 'updated',
    source: `${terraform}/issues/8018`,
    rule: 'static-parameter-method',
    returns: (sent, { resource }) =>
      eachObject(sent, (parameter) =>
        isStatic(parameter, resource.family) && [undefined, null, 'immediate'].includes(parameter.apply_method as null)
          ? { ...parameter, apply_method: 'pending-reboot' }
          : parameter,
      ),
  },
  {
    id: 'parameter-values',
    types: parameterGroups,
    argument: 'parameter',
    answer: 'log_output in upper case, and 1 or 0 for what is on or off',
    plan: 'updated',
    source: `${aws}/AmazonRDS/latest/UserGuide/USER_WorkingWithParamGroups.html (whether RDS refuses another spelling or returns its own was not seen)`,
    returns: (sent) =>
      eachObject(sent, (parameter) => {
        const value = spelled(parameter);
        return value === undefined || value === parameter.value ? parameter : { ...parameter, value };
      }),
  },
  {
    id: 'function-key',
    types: ['aws_lambda_function'],
    argument: 'kms_key_arn',
    answer: 'none for a function without environment variables',
    plan: 'updated',
    source: `${provider}/issues/6366`,
    rule: 'argument-kept',
    // Lambda encrypts images and snapshots with it too.
    returns: (sent, { resource }) =>
      !isSet(sent) ||
      isSet(resource.environment) ||
      isSet(resource.snap_start) ||
      ![undefined, null, 'Zip'].includes(resource.package_type as null)
        ? sent
        : '',
  },
  {
    id: 'function-no-snap-start',
    types: ['aws_lambda_function'],
    argument: 'snap_start',
    answer: 'None for a function without it, of which the provider keeps no block',
    plan: 'updated',
    source: `${provider}/blob/main/internal/service/lambda/function.go`,
    rule: 'argument-kept',
    notWritten: true,
    returns: (sent) => (blockOf(sent)?.apply_on === 'None' ? [] : sent),
  },
  ...['application_log_level', 'system_log_level'].map((argument): ReadBack => ({
    id: `function-${argument.replaceAll('_', '-')}`,
    types: ['aws_lambda_function'],
    argument: `logging_config.${argument}`,
    answer: 'none for logs as text',
    plan: 'updated',
    source: `${aws}/lambda/latest/api/API_LoggingConfig.html`,
    rule: 'argument-kept',
    notWritten: true,
    returns: (sent, { resource }) => (blockOf(resource.logging_config)?.log_format === 'Text' ? null : sent),
  })),
  {
    id: 'auto-pause',
    types: ['aws_rds_cluster'],
    argument: 'serverlessv2_scaling_configuration.seconds_until_auto_pause',
    answer: 'none for a least capacity above 0',
    plan: 'updated',
    source: `${aws}/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-auto-pause.html`,
    rule: 'argument-kept',
    returns: (sent, { resource }) =>
      Number(blockOf(resource.serverlessv2_scaling_configuration)?.min_capacity) > 0 ? null : sent,
    notWritten: true,
  },
  {
    id: 'mock-method',
    types: ['aws_api_gateway_integration'],
    argument: 'integration_http_method',
    answer: 'none for a MOCK integration',
    plan: 'replaced',
    source: `${provider}/issues/5697`,
    rule: 'argument-kept',
    returns: (sent, { resource }) => (isSet(sent) && resource.type === 'MOCK' ? '' : sent),
  },
  {
    id: 'dms-database-name',
    types: ['aws_dms_endpoint'],
    argument: 'database_name',
    answer: 'none for MySQL, MariaDB and Aurora MySQL with secrets_manager_arn',
    plan: 'updated',
    source: `${provider}/issues/36866`,
    rule: 'argument-kept',
    notWritten: true,
    returns: (sent, { resource }) =>
      isSet(sent) &&
      isSet(resource.secrets_manager_arn) &&
      ['aurora', 'mariadb', 'mysql'].includes(wordOf(resource.engine_name))
        ? ''
        : sent,
  },
  {
    id: 'dms-certificate',
    types: ['aws_dms_certificate'],
    argument: 'certificate_pem',
    answer: 'it without the newline at its end',
    plan: 'replaced',
    source: `${aws}/dms/latest/APIReference/API_Certificate.html (that the newline goes was not seen there)`,
    notWritten: true,
    returns: trimmed,
  },
  {
    id: 'dms-rule-ids',
    types: ['aws_dms_replication_task'],
    argument: 'table_mappings',
    answer: 'the "rule-id" of a table mapping as a text',
    plan: 'updated',
    source: `${aws}/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.Selections.html (that it is a text was not seen there)`,
    json: true,
    notWritten: true,
    returns: (sent) =>
      inJson(sent, (mappings) =>
        isObject(mappings) && Array.isArray(mappings.rules)
          ? {
              ...mappings,
              rules: eachObject(mappings.rules, (rule) =>
                typeof rule['rule-id'] === 'number' ? { ...rule, 'rule-id': String(rule['rule-id']) } : rule,
              ),
            }
          : mappings,
      ),
  },
  {
    id: 'dms-task-settings',
    types: ['aws_dms_replication_task'],
    argument: 'replication_task_settings',
    answer: 'no TTSettings.FailTaskOnTTFailure, which it does not know',
    plan: 'updated',
    source: `${provider}/issues/43974`,
    rule: 'argument-as-returned',
    json: true,
    notWritten: true,
    returns: (sent) =>
      inJson(sent, (settings) => {
        if (!isObject(settings) || !isObject(settings.TTSettings)) return settings;
        const { FailTaskOnTTFailure: _, ...known } = settings.TTSettings;
        return { ...settings, TTSettings: known };
      }),
  },
  {
    id: 'rotation-days',
    types: ['aws_secretsmanager_secret_rotation'],
    argument: 'rotation_rules',
    answer: 'a schedule_expression once somebody saved the schedule in the console',
    plan: 'updated',
    source: `${provider}/issues/32405`,
    returns: (sent) =>
      eachObject(sent, (block) =>
        isSet(block.automatically_after_days) && !isSet(block.schedule_expression)
          ? {
              ...block,
              automatically_after_days: null,
              schedule_expression: `rate(${wordOf(block.automatically_after_days)} days)`,
            }
          : block,
      ),
  },
  {
    id: 'scaled-capacity',
    types: ['aws_autoscaling_group'],
    argument: 'desired_capacity',
    answer: 'the number that a scaling policy or a schedule set',
    plan: 'updated',
    source: `${aws}/autoscaling/ec2/userguide/asg-capacity-limits.html`,
    rule: 'value-left-to-aws',
    notWritten: true,
    returns: (sent, { resource }) =>
      isSet(sent) && Number(resource.max_size) > Number(resource.min_size) ? resource.max_size! : sent,
  },
  {
    id: 'multi-az-zone',
    types: ['aws_db_instance'],
    argument: 'availability_zone',
    answer: 'another zone after a failover',
    plan: 'replaced',
    source: `${provider}/issues/39225`,
    rule: 'multi-az-names-no-zone',
    notWritten: true,
    // z is in no zone's name, so that the one it stands for is another than any that was written.
    returns: (sent, { resource }) =>
      typeof sent === 'string' && isTrue(resource.multi_az) ? sent.replace(/(?<=\d)[a-y]$/, 'z') : sent,
  },
  {
    id: 'cluster-zones',
    types: ['aws_rds_cluster', 'aws_docdb_cluster'],
    argument: 'availability_zones',
    answer: 'three zones',
    plan: 'replaced',
    source: `${provider}/issues/29149`,
    rule: 'value-left-to-aws',
    notWritten: true,
    returns(sent) {
      if (!Array.isArray(sent) || typeof sent[0] !== 'string') return sent;
      const region = /^(.+\d)[a-z]$/.exec(sent[0])?.[1];
      if (region === undefined) return sent;
      const more = ['a', 'b', 'c', 'd', 'e'].map((letter) => region + letter).filter((zone) => !sent.includes(zone));
      const wanted = Math.min(3, findRegion(region)?.zones ?? 3);
      return [...sent, ...more.slice(0, Math.max(0, wanted - sent.length))];
    },
  },
  {
    id: 'instance-version',
    types: ['aws_db_instance'],
    argument: 'engine_version',
    answer: 'a later minor version after it upgraded the database',
    plan: 'updated',
    source: 'https://github.com/nationalarchives/ds-caselaw-data-enrichment-service/issues/167',
    rule: 'value-left-to-aws',
    returns: (sent, { resource }) =>
      !isFalse(resource.auto_minor_version_upgrade ?? true) && isMinorVersion(wordOf(resource.engine), sent)
        ? upgraded(sent)
        : sent,
  },
  {
    id: 'cluster-version',
    types: ['aws_rds_cluster'],
    argument: 'engine_version',
    answer: 'a later minor version after it upgraded the cluster',
    plan: 'updated',
    source: `${aws}/AmazonRDS/latest/AuroraUserGuide/Aurora.VersionPolicy.Versioning.html`,
    returns: (sent, { resource }) => (isMinorVersion(wordOf(resource.engine), sent) ? upgraded(sent) : sent),
  },
  {
    id: 'dms-version',
    types: ['aws_dms_replication_instance'],
    argument: 'engine_version',
    answer: 'a later version after it upgraded the instance',
    plan: 'updated',
    source: `${aws}/dms/latest/userguide/CHAP_ReleaseNotes.html`,
    rule: 'value-left-to-aws',
    notWritten: true,
    returns: (sent, { resource }) => (isFalse(resource.auto_minor_version_upgrade ?? true) ? sent : upgraded(sent)),
  },
];

/** Whether a version names the minor one too, as AWS upgrades it: `17.4` of PostgreSQL, `8.4.3` of MySQL. */
function isMinorVersion(engine: string, version: Json): boolean {
  if (typeof version !== 'string') return false;
  if (/^(?:aurora-)?postgres(?:ql)?$/.test(engine)) return /^\d{2}\.\d+$/.test(version);
  return /^(?:mysql|mariadb)$/.test(engine) && /^\d+\.\d+\.\d+$/.test(version);
}

/** Arguments beside those above that take nothing but a key's ARN, by the provider's own check or AWS's answer. */
export const arnOnlyKeyArguments: Readonly<Record<string, string>> = {
  aws_backup_vault: 'kms_key_arn',
  aws_cloudwatch_log_group: 'kms_key_id',
  aws_efs_file_system: 'kms_key_id',
  aws_fsx_lustre_file_system: 'kms_key_id',
  aws_lambda_function: 'kms_key_arn',
  aws_memorydb_cluster: 'kms_key_arn',
  aws_s3_object: 'kms_key_id',
};
