/**
 * Longest names that AWS takes, in characters.
 * Sources: the `max` constraints of AWS's service models (botocore), as quoted in each service's API reference.
 */
export const nameLimits = {
  'load balancer': 32,
  'target group': 32,
  'IAM role': 64,
  'S3 bucket': 63,
  'Aurora cluster': 63,
  'WAF web ACL': 128,
  'ECR repository': 256,
  'KMS alias': 256,
} as const;

/** What a stack appends to `<project>-<suffix>` to name one resource; the longest it can get. */
export interface ResourceName {
  resource: keyof typeof nameLimits;
  ending: string;
}

/**
 * How long `<project>-<suffix>` may be for every name in `names` to fit.
 * Returns the length in characters and the name that sets it.
 */
export function prefixBudget(names: readonly ResourceName[]): { length: number; tightest: ResourceName } {
  const room = (name: ResourceName) => nameLimits[name.resource] - name.ending.length;
  const tightest = names.reduce((tight, name) => (room(name) < room(tight) ? name : tight));
  return { length: room(tightest), tightest };
}

/** What the provider or AWS takes for the name of a resource. */
export interface NameRule {
  types: readonly string[];
  argument: string;
  /** What it names, with its article: `a target group`. What shares a noun shares its names. */
  noun: string;
  /** In characters. */
  min?: number;
  max: number;
  /** One character that may be in it. */
  characters?: CharacterClass;
  /** What it must begin and end with, as one character each. */
  first?: CharacterClass;
  last?: CharacterClass;
  /** Texts that must not be in it, begin it or end it. */
  never?: readonly string[];
  notStart?: readonly string[];
  notEnd?: readonly string[];
  /** What it must begin with. */
  start?: string;
  /** The argument that takes the beginning of a name, to which Terraform adds 26 characters or so. */
  prefix?: { argument: string; max: number };
  /** Whether AWS has only one of a name: in the world, an account, a region, or in what an argument names. */
  unique?: 'world' | 'account' | 'region' | 'within';
  /** With 'within': the argument that says in what. */
  within?: string;
  source: string;
}

/** One character, and the words for it. */
export interface CharacterClass {
  pattern: RegExp;
  words: string;
}

const lettersAndHyphens = { pattern: /[A-Za-z0-9-]/, words: 'letters, digits and hyphens' };
const lettersHyphensUnderscores = { pattern: /[A-Za-z0-9_-]/, words: 'letters, digits, hyphens and underscores' };
const lettersDotsHyphensUnderscores = {
  pattern: /[A-Za-z0-9._-]/,
  words: 'letters, digits, dots, hyphens and underscores',
};
const lowerAndHyphens = { pattern: /[a-z0-9-]/, words: 'lower-case letters, digits and hyphens' };
const letterOrDigit = { pattern: /[A-Za-z0-9]/, words: 'a letter or digit' };
const lowerOrDigit = { pattern: /[a-z0-9]/, words: 'a lower-case letter or digit' };
const letter = { pattern: /[A-Za-z]/, words: 'a letter' };
const lowerLetter = { pattern: /[a-z]/, words: 'a lower-case letter' };
const iamCharacters = { pattern: /[\w+=,.@-]/, words: 'letters, digits and _ + = , . @ -' };

const iamLimits = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html';
const rdsLimits = 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html';
const api = 'https://docs.aws.amazon.com';

/** An RDS identifier: letters in lower case, because RDS keeps it so. */
const rdsIdentifier = {
  characters: lowerAndHyphens,
  first: lowerLetter,
  last: lowerOrDigit,
  never: ['--'],
  unique: 'region',
  source: rdsLimits,
} as const;

const parameterGroup = {
  argument: 'name',
  max: 255,
  characters: { pattern: /[a-z0-9.-]/, words: 'lower-case letters, digits, dots and hyphens' },
  first: lowerLetter,
  last: { pattern: /[^-]/, words: 'no hyphen' },
  never: ['--'],
  prefix: { argument: 'name_prefix', max: 226 },
  unique: 'region',
  source: `${api}/AmazonRDS/latest/APIReference/API_CreateDBParameterGroup.html`,
} as const;

const webAclPart = {
  argument: 'name',
  max: 128,
  characters: lettersHyphensUnderscores,
  unique: 'within',
  within: 'scope',
  source: `${api}/waf/latest/APIReference/API_CreateIPSet.html`,
} as const;

const dmsIdentifier = { characters: lettersAndHyphens, first: letter, last: letterOrDigit, never: ['--'] } as const;

/**
 * Names that AWS restricts. The lengths and characters are those that hashicorp/aws 5.100.0 checks; where it does not,
 * they are from the page that is named.
 */
export const nameRules: readonly NameRule[] = [
  {
    types: ['aws_lb', 'aws_alb'],
    argument: 'name',
    noun: 'a load balancer',
    max: nameLimits['load balancer'],
    characters: lettersAndHyphens,
    first: letterOrDigit,
    last: letterOrDigit,
    notStart: ['internal-'],
    prefix: { argument: 'name_prefix', max: 6 },
    unique: 'region',
    source: `${api}/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html`,
  },
  {
    types: ['aws_lb_target_group', 'aws_alb_target_group'],
    argument: 'name',
    noun: 'a target group',
    max: nameLimits['target group'],
    characters: lettersAndHyphens,
    first: letterOrDigit,
    last: letterOrDigit,
    prefix: { argument: 'name_prefix', max: 6 },
    unique: 'region',
    source: `${api}/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html`,
  },
  {
    types: ['aws_elb'],
    argument: 'name',
    noun: 'a Classic Load Balancer',
    max: 32,
    characters: lettersAndHyphens,
    first: letterOrDigit,
    last: letterOrDigit,
    notStart: ['internal-'],
    prefix: { argument: 'name_prefix', max: 6 },
    unique: 'region',
    source: `${api}/elasticloadbalancing/2012-06-01/APIReference/API_CreateLoadBalancer.html`,
  },
  {
    types: ['aws_iam_role'],
    argument: 'name',
    noun: 'an IAM role',
    max: nameLimits['IAM role'],
    characters: iamCharacters,
    prefix: { argument: 'name_prefix', max: 38 },
    unique: 'account',
    source: iamLimits,
  },
  {
    types: ['aws_iam_policy'],
    argument: 'name',
    noun: 'an IAM policy',
    max: 128,
    characters: iamCharacters,
    prefix: { argument: 'name_prefix', max: 102 },
    unique: 'account',
    source: iamLimits,
  },
  {
    types: ['aws_iam_role_policy'],
    argument: 'name',
    noun: 'an inline policy',
    max: 128,
    characters: iamCharacters,
    prefix: { argument: 'name_prefix', max: 102 },
    unique: 'within',
    within: 'role',
    source: iamLimits,
  },
  {
    types: ['aws_iam_instance_profile'],
    argument: 'name',
    noun: 'an instance profile',
    max: 128,
    characters: iamCharacters,
    prefix: { argument: 'name_prefix', max: 102 },
    unique: 'account',
    source: iamLimits,
  },
  {
    types: ['aws_iam_user'],
    argument: 'name',
    noun: 'an IAM user',
    max: 64,
    characters: iamCharacters,
    unique: 'account',
    source: iamLimits,
  },
  {
    types: ['aws_iam_group'],
    argument: 'name',
    noun: 'an IAM group',
    max: 128,
    characters: iamCharacters,
    unique: 'account',
    source: iamLimits,
  },
  {
    types: ['aws_s3_bucket'],
    argument: 'bucket',
    noun: 'a bucket',
    min: 3,
    max: nameLimits['S3 bucket'],
    characters: { pattern: /[a-z0-9.-]/, words: 'lower-case letters, digits, dots and hyphens' },
    first: lowerOrDigit,
    last: lowerOrDigit,
    never: ['..'],
    notStart: ['xn--', 'sthree-'],
    notEnd: ['-s3alias', '--ol-s3', '--x-s3', '.mrap'],
    prefix: { argument: 'bucket_prefix', max: 37 },
    unique: 'world',
    source: `${api}/AmazonS3/latest/userguide/bucketnamingrules.html`,
  },
  {
    types: ['aws_db_instance', 'aws_rds_cluster_instance'],
    argument: 'identifier',
    noun: 'a database instance',
    max: 63,
    prefix: { argument: 'identifier_prefix', max: 37 },
    ...rdsIdentifier,
  },
  {
    types: ['aws_rds_cluster'],
    argument: 'cluster_identifier',
    noun: 'a database cluster',
    max: nameLimits['Aurora cluster'],
    prefix: { argument: 'cluster_identifier_prefix', max: 37 },
    ...rdsIdentifier,
  },
  {
    types: ['aws_rds_global_cluster'],
    argument: 'global_cluster_identifier',
    noun: 'a global database cluster',
    max: 63,
    ...rdsIdentifier,
    unique: 'account',
  },
  {
    types: ['aws_docdb_cluster', 'aws_neptune_cluster'],
    argument: 'cluster_identifier',
    noun: 'a database cluster',
    max: 63,
    ...rdsIdentifier,
  },
  {
    types: ['aws_redshift_cluster'],
    argument: 'cluster_identifier',
    noun: 'a Redshift cluster',
    max: 63,
    ...rdsIdentifier,
  },
  {
    types: ['aws_db_subnet_group'],
    argument: 'name',
    noun: 'a database subnet group',
    max: 255,
    characters: { pattern: /[a-z0-9._ -]/, words: 'lower-case letters, digits, dots, hyphens, underscores and spaces' },
    prefix: { argument: 'name_prefix', max: 229 },
    unique: 'region',
    source: `${api}/AmazonRDS/latest/APIReference/API_CreateDBSubnetGroup.html`,
  },
  { types: ['aws_db_parameter_group'], noun: 'a parameter group', ...parameterGroup },
  { types: ['aws_rds_cluster_parameter_group'], noun: 'a cluster parameter group', ...parameterGroup },
  {
    types: ['aws_dms_replication_instance'],
    argument: 'replication_instance_id',
    noun: 'a replication instance',
    max: 63,
    ...dmsIdentifier,
    unique: 'region',
    source: `${api}/dms/latest/APIReference/API_CreateReplicationInstance.html`,
  },
  {
    types: ['aws_dms_endpoint', 'aws_dms_s3_endpoint'],
    argument: 'endpoint_id',
    noun: 'an endpoint',
    max: 255,
    ...dmsIdentifier,
    unique: 'region',
    source: `${api}/dms/latest/APIReference/API_CreateEndpoint.html`,
  },
  {
    types: ['aws_dms_replication_task'],
    argument: 'replication_task_id',
    noun: 'a replication task',
    max: 255,
    ...dmsIdentifier,
    unique: 'region',
    source: `${api}/dms/latest/APIReference/API_CreateReplicationTask.html`,
  },
  {
    types: ['aws_dms_replication_subnet_group'],
    argument: 'replication_subnet_group_id',
    noun: 'a replication subnet group',
    max: 255,
    characters: { pattern: /[A-Za-z0-9._ -]/, words: 'letters, digits, dots, hyphens, underscores and spaces' },
    unique: 'region',
    source: `${api}/dms/latest/APIReference/API_CreateReplicationSubnetGroup.html`,
  },
  {
    types: ['aws_lambda_function'],
    argument: 'function_name',
    noun: 'a function',
    max: 64,
    characters: lettersHyphensUnderscores,
    unique: 'region',
    source: `${api}/lambda/latest/api/API_CreateFunction.html`,
  },
  {
    types: ['aws_ecs_cluster'],
    argument: 'name',
    noun: 'an ECS cluster',
    max: 255,
    characters: lettersHyphensUnderscores,
    unique: 'region',
    source: `${api}/AmazonECS/latest/APIReference/API_CreateCluster.html`,
  },
  {
    types: ['aws_ecs_service'],
    argument: 'name',
    noun: 'an ECS service',
    max: 255,
    characters: lettersHyphensUnderscores,
    unique: 'within',
    within: 'cluster',
    source: `${api}/AmazonECS/latest/APIReference/API_CreateService.html`,
  },
  {
    types: ['aws_ecs_task_definition'],
    argument: 'family',
    noun: 'a task definition',
    max: 255,
    characters: lettersHyphensUnderscores,
    source: `${api}/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html`,
  },
  {
    types: ['aws_wafv2_web_acl'],
    argument: 'name',
    noun: 'a web ACL',
    max: nameLimits['WAF web ACL'],
    characters: lettersHyphensUnderscores,
    unique: 'within',
    within: 'scope',
    source: `${api}/waf/latest/APIReference/API_CreateWebACL.html`,
  },
  { types: ['aws_wafv2_ip_set'], noun: 'an IP set', ...webAclPart },
  { types: ['aws_wafv2_rule_group'], noun: 'a rule group', ...webAclPart },
  { types: ['aws_wafv2_regex_pattern_set'], noun: 'a regex pattern set', ...webAclPart },
  {
    types: ['aws_launch_template'],
    argument: 'name',
    noun: 'a launch template',
    min: 3,
    max: 125,
    characters: { pattern: /[A-Za-z0-9()./_-]/, words: 'letters, digits and ( ) . / _ -' },
    prefix: { argument: 'name_prefix', max: 99 },
    unique: 'region',
    source: `${api}/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html`,
  },
  {
    types: ['aws_security_group'],
    argument: 'name',
    noun: 'a security group',
    max: 255,
    characters: {
      pattern: /[A-Za-z0-9 ._\-:/()#,@[\]+=&;{}!$*]/,
      words: 'letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*',
    },
    notStart: ['sg-'],
    prefix: { argument: 'name_prefix', max: 229 },
    unique: 'within',
    within: 'vpc_id',
    source: `${api}/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html`,
  },
  {
    types: ['aws_ecr_repository'],
    argument: 'name',
    noun: 'an ECR repository',
    min: 2,
    max: nameLimits['ECR repository'],
    characters: {
      pattern: /[a-z0-9._/-]/,
      words: 'lower-case letters, digits, dots, hyphens, underscores and slashes',
    },
    first: lowerOrDigit,
    last: lowerOrDigit,
    never: ['..', '//', '___', '._', '_.', '.-', '-.', '_-', '-_', '/.', './', '/-', '-/', '/_', '_/'],
    unique: 'region',
    source: `${api}/AmazonECR/latest/APIReference/API_CreateRepository.html`,
  },
  {
    types: ['aws_cloudtrail'],
    argument: 'name',
    noun: 'a trail',
    min: 3,
    max: 128,
    characters: lettersDotsHyphensUnderscores,
    first: letterOrDigit,
    last: letterOrDigit,
    never: ['--', '..', '__', '._', '-_', '_-', '.-', '-.', '_.'],
    unique: 'region',
    source: `${api}/awscloudtrail/latest/APIReference/API_CreateTrail.html`,
  },
  {
    types: ['aws_sns_topic'],
    argument: 'name',
    noun: 'a topic',
    max: 256,
    characters: lettersDotsHyphensUnderscores,
    prefix: { argument: 'name_prefix', max: 230 },
    unique: 'region',
    source: `${api}/sns/latest/api/API_CreateTopic.html`,
  },
  {
    types: ['aws_sqs_queue'],
    argument: 'name',
    noun: 'a queue',
    max: 80,
    characters: lettersDotsHyphensUnderscores,
    prefix: { argument: 'name_prefix', max: 54 },
    unique: 'region',
    source: `${api}/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html`,
  },
  {
    types: ['aws_cloudwatch_metric_alarm', 'aws_cloudwatch_composite_alarm'],
    argument: 'alarm_name',
    noun: 'an alarm',
    max: 255,
    unique: 'region',
    source: `${api}/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html`,
  },
  {
    types: ['aws_cloudwatch_dashboard'],
    argument: 'dashboard_name',
    noun: 'a dashboard',
    max: 255,
    characters: lettersHyphensUnderscores,
    unique: 'region',
    source: `${api}/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html`,
  },
  {
    types: ['aws_cloudwatch_log_group'],
    argument: 'name',
    noun: 'a log group',
    max: 512,
    characters: { pattern: /[A-Za-z0-9._/#-]/, words: 'letters, digits, dots, hyphens, underscores, slashes and #' },
    prefix: { argument: 'name_prefix', max: 483 },
    unique: 'region',
    source: `${api}/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html`,
  },
  {
    types: ['aws_kms_alias'],
    argument: 'name',
    noun: 'a key alias',
    max: nameLimits['KMS alias'],
    characters: { pattern: /[A-Za-z0-9/_-]/, words: 'letters, digits, hyphens, underscores and slashes' },
    start: 'alias/',
    notStart: ['alias/aws/'],
    prefix: { argument: 'name_prefix', max: 230 },
    unique: 'region',
    source: `${api}/kms/latest/APIReference/API_CreateAlias.html`,
  },
  {
    types: ['aws_secretsmanager_secret'],
    argument: 'name',
    noun: 'a secret',
    max: 512,
    characters: { pattern: /[A-Za-z0-9/_+=.@-]/, words: 'letters, digits and / _ + = . @ -' },
    prefix: { argument: 'name_prefix', max: 486 },
    unique: 'region',
    source: `${api}/secretsmanager/latest/apireference/API_CreateSecret.html`,
  },
  {
    types: ['aws_dynamodb_table'],
    argument: 'name',
    noun: 'a table',
    min: 3,
    max: 255,
    characters: lettersDotsHyphensUnderscores,
    unique: 'region',
    source: `${api}/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html`,
  },
  {
    types: ['aws_cloudwatch_event_rule'],
    argument: 'name',
    noun: 'an EventBridge rule',
    max: 64,
    characters: lettersDotsHyphensUnderscores,
    prefix: { argument: 'name_prefix', max: 38 },
    unique: 'within',
    within: 'event_bus_name',
    source: `${api}/eventbridge/latest/APIReference/API_PutRule.html`,
  },
  {
    types: ['aws_sfn_state_machine'],
    argument: 'name',
    noun: 'a state machine',
    max: 80,
    characters: lettersHyphensUnderscores,
    unique: 'region',
    source: `${api}/step-functions/latest/apireference/API_CreateStateMachine.html`,
  },
  {
    types: ['aws_kinesis_stream'],
    argument: 'name',
    noun: 'a stream',
    max: 128,
    characters: lettersDotsHyphensUnderscores,
    unique: 'region',
    source: `${api}/kinesis/latest/APIReference/API_CreateStream.html`,
  },
  {
    types: ['aws_kinesis_firehose_delivery_stream'],
    argument: 'name',
    noun: 'a delivery stream',
    max: 64,
    characters: lettersDotsHyphensUnderscores,
    unique: 'region',
    source: `${api}/firehose/latest/APIReference/API_CreateDeliveryStream.html`,
  },
  {
    types: ['aws_elasticache_replication_group'],
    argument: 'replication_group_id',
    noun: 'a replication group',
    max: 40,
    characters: lettersAndHyphens,
    first: letter,
    last: letterOrDigit,
    never: ['--'],
    unique: 'region',
    source: `${api}/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html`,
  },
  {
    types: ['aws_elasticache_cluster'],
    argument: 'cluster_id',
    noun: 'a cache cluster',
    max: 50,
    characters: lowerAndHyphens,
    first: lowerLetter,
    last: lowerOrDigit,
    never: ['--'],
    unique: 'region',
    source: `${api}/AmazonElastiCache/latest/APIReference/API_CreateCacheCluster.html`,
  },
  {
    types: ['aws_eks_cluster'],
    argument: 'name',
    noun: 'an EKS cluster',
    max: 100,
    characters: lettersHyphensUnderscores,
    first: letterOrDigit,
    unique: 'region',
    source: `${api}/eks/latest/APIReference/API_CreateCluster.html`,
  },
  {
    types: ['aws_eks_node_group'],
    argument: 'node_group_name',
    noun: 'a node group',
    max: 63,
    prefix: { argument: 'node_group_name_prefix', max: 37 },
    unique: 'within',
    within: 'cluster_name',
    source: `${api}/eks/latest/APIReference/API_CreateNodegroup.html`,
  },
  {
    types: ['aws_autoscaling_group'],
    argument: 'name',
    noun: 'an Auto Scaling group',
    max: 255,
    prefix: { argument: 'name_prefix', max: 229 },
    unique: 'region',
    source: `${api}/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html`,
  },
  {
    types: ['aws_opensearch_domain', 'aws_elasticsearch_domain'],
    argument: 'domain_name',
    noun: 'a domain',
    min: 3,
    max: 28,
    characters: lowerAndHyphens,
    first: lowerLetter,
    unique: 'region',
    source: `${api}/opensearch-service/latest/APIReference/API_CreateDomain.html`,
  },
  {
    types: ['aws_codebuild_project'],
    argument: 'name',
    noun: 'a build project',
    min: 2,
    max: 150,
    characters: lettersHyphensUnderscores,
    first: letterOrDigit,
    unique: 'region',
    source: `${api}/codebuild/latest/APIReference/API_CreateProject.html`,
  },
  {
    types: ['aws_codepipeline'],
    argument: 'name',
    noun: 'a pipeline',
    max: 100,
    characters: { pattern: /[A-Za-z0-9.@_-]/, words: 'letters, digits, dots, hyphens, underscores and @' },
    unique: 'region',
    source: `${api}/codepipeline/latest/APIReference/API_PipelineDeclaration.html`,
  },
  {
    types: ['aws_backup_vault'],
    argument: 'name',
    noun: 'a backup vault',
    min: 2,
    max: 50,
    characters: lettersHyphensUnderscores,
    unique: 'region',
    source: `${api}/aws-backup/latest/devguide/API_CreateBackupVault.html`,
  },
  {
    types: ['aws_athena_workgroup'],
    argument: 'name',
    noun: 'a workgroup',
    max: 128,
    characters: lettersDotsHyphensUnderscores,
    unique: 'region',
    source: `${api}/athena/latest/APIReference/API_CreateWorkGroup.html`,
  },
  {
    types: ['aws_scheduler_schedule'],
    argument: 'name',
    noun: 'a schedule',
    max: 64,
    characters: lettersDotsHyphensUnderscores,
    unique: 'within',
    within: 'group_name',
    source: `${api}/scheduler/latest/APIReference/API_CreateSchedule.html`,
  },
  {
    types: ['aws_mq_broker'],
    argument: 'broker_name',
    noun: 'a broker',
    max: 50,
    characters: lettersHyphensUnderscores,
    unique: 'region',
    source: `${api}/amazon-mq/latest/api-reference/brokers.html`,
  },
];
