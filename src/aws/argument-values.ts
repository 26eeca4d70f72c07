/** The values that an argument takes. */
export interface ArgumentValues {
  types: readonly string[];
  /** The path of the argument, through blocks with dots. */
  argument: string;
  /** Texts and numbers that it may be. */
  allowed?: readonly (string | number)[];
  /** Both included; `allowed` are taken besides. */
  range?: readonly [least: number, most: number];
  /** An argument or block of the resource with which other values are taken. */
  unless?: string;
  source: string;
}

/**
 * Days that CloudWatch Logs keeps a log; 0 is for ever.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
 */
const retentionDays = [
  0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const loadBalancers = ['aws_lb', 'aws_alb'];
const targetGroups = ['aws_lb_target_group', 'aws_alb_target_group'];
const api = 'https://docs.aws.amazon.com';
const elb = `${api}/elasticloadbalancing/latest/APIReference`;
const sqs = `${api}/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html`;
const cloudWatch = `${api}/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html`;

/**
 * Values that AWS restricts, as hashicorp/aws 5.100.0 and botocore's service models have them. Left out is what AWS
 * adds to often, such as engines and runtimes.
 */
export const argumentValues: readonly ArgumentValues[] = [
  {
    types: ['aws_cloudwatch_log_group'],
    argument: 'retention_in_days',
    allowed: retentionDays,
    source: `${api}/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html`,
  },
  {
    types: ['aws_kms_key', 'aws_kms_external_key', 'aws_kms_replica_key', 'aws_kms_replica_external_key'],
    argument: 'deletion_window_in_days',
    range: [7, 30],
    source: `${api}/kms/latest/APIReference/API_ScheduleKeyDeletion.html`,
  },
  {
    types: ['aws_secretsmanager_secret'],
    argument: 'recovery_window_in_days',
    range: [7, 30],
    allowed: [0],
    source: `${api}/secretsmanager/latest/apireference/API_DeleteSecret.html`,
  },
  {
    types: ['aws_cloudwatch_metric_alarm'],
    argument: 'comparison_operator',
    allowed: [
      'GreaterThanOrEqualToThreshold',
      'GreaterThanThreshold',
      'LessThanThreshold',
      'LessThanOrEqualToThreshold',
      'LessThanLowerOrGreaterThanUpperThreshold',
      'LessThanLowerThreshold',
      'GreaterThanUpperThreshold',
    ],
    source: cloudWatch,
  },
  {
    types: ['aws_cloudwatch_metric_alarm'],
    argument: 'statistic',
    allowed: ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'],
    source: cloudWatch,
  },
  {
    types: ['aws_cloudwatch_metric_alarm'],
    argument: 'treat_missing_data',
    allowed: ['breaching', 'ignore', 'missing', 'notBreaching'],
    source: cloudWatch,
  },
  {
    types: loadBalancers,
    argument: 'load_balancer_type',
    allowed: ['application', 'network', 'gateway'],
    source: `${elb}/API_CreateLoadBalancer.html`,
  },
  {
    types: loadBalancers,
    argument: 'ip_address_type',
    allowed: ['ipv4', 'dualstack', 'dualstack-without-public-ipv4'],
    source: `${elb}/API_CreateLoadBalancer.html`,
  },
  {
    types: loadBalancers,
    argument: 'desync_mitigation_mode',
    allowed: ['monitor', 'defensive', 'strictest'],
    source: `${elb}/API_LoadBalancerAttribute.html`,
  },
  { types: loadBalancers, argument: 'idle_timeout', range: [1, 4000], source: `${elb}/API_LoadBalancerAttribute.html` },
  {
    types: targetGroups,
    argument: 'target_type',
    allowed: ['instance', 'ip', 'lambda', 'alb'],
    source: `${elb}/API_CreateTargetGroup.html`,
  },
  {
    types: targetGroups,
    argument: 'protocol',
    allowed: ['HTTP', 'HTTPS', 'TCP', 'TLS', 'UDP', 'TCP_UDP', 'GENEVE', 'QUIC', 'TCP_QUIC'],
    source: `${elb}/API_CreateTargetGroup.html`,
  },
  {
    types: targetGroups,
    argument: 'deregistration_delay',
    range: [0, 3600],
    source: `${elb}/API_TargetGroupAttribute.html`,
  },
  {
    types: targetGroups,
    argument: 'slow_start',
    range: [30, 900],
    allowed: [0],
    source: `${elb}/API_TargetGroupAttribute.html`,
  },
  {
    types: targetGroups,
    argument: 'health_check.interval',
    range: [5, 300],
    source: `${elb}/API_CreateTargetGroup.html`,
  },
  {
    types: targetGroups,
    argument: 'health_check.timeout',
    range: [2, 120],
    source: `${elb}/API_CreateTargetGroup.html`,
  },
  {
    types: targetGroups,
    argument: 'health_check.healthy_threshold',
    range: [2, 10],
    source: `${elb}/API_CreateTargetGroup.html`,
  },
  {
    types: targetGroups,
    argument: 'health_check.unhealthy_threshold',
    range: [2, 10],
    source: `${elb}/API_CreateTargetGroup.html`,
  },
  { types: ['aws_sqs_queue'], argument: 'visibility_timeout_seconds', range: [0, 43_200], source: sqs },
  { types: ['aws_sqs_queue'], argument: 'message_retention_seconds', range: [60, 1_209_600], source: sqs },
  { types: ['aws_sqs_queue'], argument: 'delay_seconds', range: [0, 900], source: sqs },
  { types: ['aws_sqs_queue'], argument: 'receive_wait_time_seconds', range: [0, 20], source: sqs },
  {
    types: ['aws_lambda_function'],
    argument: 'timeout',
    range: [1, 900],
    source: `${api}/lambda/latest/api/API_CreateFunction.html`,
  },
  {
    types: ['aws_lambda_function'],
    argument: 'memory_size',
    range: [128, 10_240],
    // Managed instances have up to 32 GB.
    unless: 'capacity_provider_config',
    source: `${api}/lambda/latest/api/API_CreateFunction.html`,
  },
  {
    types: ['aws_dynamodb_table'],
    argument: 'billing_mode',
    allowed: ['PROVISIONED', 'PAY_PER_REQUEST'],
    source: `${api}/amazondynamodb/latest/APIReference/API_CreateTable.html`,
  },
  {
    types: ['aws_wafv2_web_acl', 'aws_wafv2_ip_set', 'aws_wafv2_rule_group', 'aws_wafv2_regex_pattern_set'],
    argument: 'scope',
    allowed: ['CLOUDFRONT', 'REGIONAL'],
    source: `${api}/waf/latest/APIReference/API_CreateWebACL.html`,
  },
  {
    types: ['aws_iam_role'],
    argument: 'max_session_duration',
    range: [3600, 43_200],
    source: `${api}/IAM/latest/APIReference/API_CreateRole.html`,
  },
  {
    types: ['aws_flow_log'],
    argument: 'traffic_type',
    allowed: ['ACCEPT', 'REJECT', 'ALL'],
    source: `${api}/AWSEC2/latest/APIReference/API_CreateFlowLogs.html`,
  },
  {
    types: ['aws_flow_log'],
    argument: 'max_aggregation_interval',
    allowed: [60, 600],
    source: `${api}/AWSEC2/latest/APIReference/API_CreateFlowLogs.html`,
  },
  {
    types: ['aws_vpc'],
    argument: 'instance_tenancy',
    allowed: ['default', 'dedicated'],
    source: `${api}/AWSEC2/latest/APIReference/API_CreateVpc.html`,
  },
  {
    types: ['aws_s3_bucket_versioning'],
    argument: 'versioning_configuration.status',
    allowed: ['Enabled', 'Suspended', 'Disabled'],
    source: `${api}/AmazonS3/latest/API/API_PutBucketVersioning.html`,
  },
  {
    types: ['aws_s3_bucket_ownership_controls'],
    argument: 'rule.object_ownership',
    allowed: ['BucketOwnerPreferred', 'ObjectWriter', 'BucketOwnerEnforced'],
    source: `${api}/AmazonS3/latest/API/API_PutBucketOwnershipControls.html`,
  },
  {
    types: ['aws_s3_bucket_lifecycle_configuration'],
    argument: 'rule.status',
    allowed: ['Enabled', 'Disabled'],
    source: `${api}/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html`,
  },
  {
    types: ['aws_launch_template', 'aws_instance'],
    argument: 'metadata_options.http_tokens',
    allowed: ['optional', 'required'],
    source: `${api}/AWSEC2/latest/APIReference/API_ModifyInstanceMetadataOptions.html`,
  },
  {
    types: ['aws_launch_template', 'aws_instance'],
    argument: 'metadata_options.http_put_response_hop_limit',
    range: [1, 64],
    source: `${api}/AWSEC2/latest/APIReference/API_ModifyInstanceMetadataOptions.html`,
  },
  {
    types: ['aws_dms_endpoint'],
    argument: 'endpoint_type',
    allowed: ['source', 'target'],
    source: `${api}/dms/latest/APIReference/API_CreateEndpoint.html`,
  },
  {
    types: ['aws_dms_endpoint'],
    argument: 'ssl_mode',
    allowed: ['none', 'require', 'verify-ca', 'verify-full'],
    source: `${api}/dms/latest/APIReference/API_CreateEndpoint.html`,
  },
];
