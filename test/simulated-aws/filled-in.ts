import { eachContainer, inJson, type Json, type ReadBack } from '../../src/aws/read-back.js';

/**
 * What AWS fills in, or puts into another order, where a stack of ours writes nothing or any form will do. No rule looks at
 * it: the provider is to cope, and the proof sees whether it does.
 */
export type FilledIn = Omit<ReadBack, 'plan' | 'notWritten'>;

const apiGateway = 'https://docs.aws.amazon.com/apigateway/latest/api';

export const filledIn: readonly FilledIn[] = [
  {
    id: 'container-defaults',
    types: ['aws_ecs_task_definition'],
    argument: 'container_definitions',
    answer: 'a container with its empty lists, `cpu: 0`, the host ports, and its variables in any order',
    source:
      'https://github.com/aws/aws-cli/blob/develop/awscli/examples/ecs/register-task-definition.rst; ' +
      'systemControls, cpu and the order from the provider: internal/service/ecs/container_definitions.go',
    returns: (sent) =>
      eachContainer(sent, (container: Container) => ({
        cpu: 0,
        mountPoints: [],
        volumesFrom: [],
        systemControls: [],
        ...container,
        portMappings: (container.portMappings ?? []).map((port) => ({
          hostPort: port.containerPort,
          protocol: 'tcp',
          ...port,
        })),
        environment: (container.environment ?? []).toReversed(),
        ...(container.secrets ? { secrets: container.secrets.toReversed() } : {}),
      })),
  },
  {
    id: 'service-platform-version',
    types: ['aws_ecs_service'],
    argument: 'platform_version',
    answer: 'LATEST where none was named',
    source: 'https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html',
    returns: otherwise('LATEST'),
  },
  {
    id: 'scaling-role',
    types: ['aws_appautoscaling_target'],
    argument: 'role_arn',
    answer: 'the service-linked role',
    source:
      'https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-service-linked-roles.html',
    returns: otherwise(
      'arn:aws:iam::123456789012:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService',
    ),
  },
  {
    id: 'scaling-suspended',
    types: ['aws_appautoscaling_target'],
    argument: 'suspended_state',
    answer: 'that nothing is suspended',
    source:
      'https://github.com/aws/aws-cli/blob/develop/awscli/examples/application-autoscaling/describe-scalable-targets.rst',
    returns: otherwise([
      {
        dynamic_scaling_in_suspended: false,
        dynamic_scaling_out_suspended: false,
        scheduled_scaling_suspended: false,
      },
    ]),
  },
  {
    id: 'log-group-class',
    types: ['aws_cloudwatch_log_group'],
    argument: 'log_group_class',
    answer: 'STANDARD',
    source: 'https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html',
    returns: otherwise('STANDARD'),
  },
  {
    id: 'key-rotation-period',
    types: ['aws_kms_key'],
    argument: 'rotation_period_in_days',
    answer: '365 days',
    source: 'https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html',
    returns: otherwise(365),
  },
  {
    id: 'policy-order',
    types: ['aws_kms_key', 'aws_iam_role_policy', 'aws_s3_bucket_policy', 'aws_sns_topic_policy', 'aws_vpc_endpoint'],
    argument: 'policy',
    answer: 'statements and their lists in any order, a list of one as a text',
    source: 'Knowledge; the provider compares policies with github.com/hashicorp/awspolicyequivalence for that',
    returns: inAnotherOrder,
  },
  {
    id: 'trust-policy-order',
    types: ['aws_iam_role'],
    argument: 'assume_role_policy',
    answer: 'the same',
    source: 'As of policy-order',
    returns: inAnotherOrder,
  },
  {
    id: 'log-policy-order',
    types: ['aws_cloudwatch_log_resource_policy'],
    argument: 'policy_document',
    answer: 'the same',
    source: 'As of policy-order',
    returns: inAnotherOrder,
  },
  {
    id: 'database-zones',
    types: ['aws_rds_cluster'],
    argument: 'availability_zones',
    answer: 'three zones, whatever the subnet group has',
    source: 'https://github.com/aws/aws-cli/blob/develop/awscli/examples/rds/create-db-cluster.rst',
    // moto answers with a, b and c.
    returns: (zones) => (Array.isArray(zones) ? zones.map((zone) => String(zone).replace(/c$/, 'd')) : zones),
  },
  {
    id: 'database-storage-type',
    types: ['aws_rds_cluster'],
    argument: 'storage_type',
    answer: 'nothing for Aurora Standard',
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html',
    returns: () => '',
  },
  {
    id: 'database-version',
    types: ['aws_rds_cluster', 'aws_rds_cluster_instance', 'aws_db_instance'],
    argument: 'engine_version_actual',
    answer: 'the minor version that runs, later another one',
    source: 'Knowledge; the provider keeps the prefix that was written: internal/service/rds/cluster.go',
    returns: (version) => `${String(version)}.7`,
  },
  {
    id: 'database-members',
    types: ['aws_rds_cluster'],
    argument: 'cluster_members',
    answer: 'the instances that came after it',
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBCluster.html',
    returns: (_, { resource }) => [0, 1].map((index) => `${String(resource.cluster_identifier)}-${index}`),
  },
  {
    id: 'database-network-type',
    types: ['aws_rds_cluster_instance', 'aws_db_instance'],
    argument: 'network_type',
    answer: 'IPV4',
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html',
    returns: otherwise('IPV4'),
  },
  {
    id: 'database-certificate',
    types: ['aws_rds_cluster_instance', 'aws_db_instance'],
    argument: 'ca_cert_identifier',
    answer: 'the authority that issues by default',
    source:
      'https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.SSL.html (which it is was not seen there)',
    returns: () => 'rds-ca-rsa2048-g1',
  },
  {
    id: 'database-parameters',
    types: ['aws_rds_cluster_instance'],
    argument: 'db_parameter_group_name',
    answer: 'the default group of the version',
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html',
    returns: (_, { resource }) => `default.${String(resource.engine)}${String(resource.engine_version)}`,
  },
  {
    id: 'database-license',
    types: ['aws_db_instance'],
    argument: 'license_model',
    answer: 'the licence of the engine: postgresql-license of PostgreSQL, general-public-license of MySQL',
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html (moto knows one alone)',
    returns: (_, { resource }) => (resource.engine === 'postgres' ? 'postgresql-license' : 'general-public-license'),
  },
  {
    id: 'database-iops',
    types: ['aws_db_instance'],
    argument: 'iops',
    answer: 'the 3,000 that gp3 has where none are written',
    source:
      'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html (that it names them was not seen there)',
    returns: otherwise(3000),
  },
  {
    id: 'database-throughput',
    types: ['aws_db_instance'],
    argument: 'storage_throughput',
    answer: 'the 125 MiB/s that gp3 has where none are written',
    source: 'As of database-iops',
    returns: otherwise(125),
  },
  {
    id: 'database-storage-grown',
    types: ['aws_db_instance'],
    argument: 'allocated_storage',
    answer: 'more than was written, once storage autoscaling has added to it',
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html',
    returns: (size, { resource }) =>
      typeof size === 'number' && resource.max_allocated_storage !== 0 ? size + 10 : size,
  },
  {
    id: 'database-backup-target',
    types: ['aws_db_instance'],
    argument: 'backup_target',
    answer: 'the region',
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html',
    returns: otherwise('region'),
  },
  ...['http_protocol_ipv6', 'instance_metadata_tags'].map((argument): FilledIn => ({
    id: `metadata-${argument.replaceAll('_', '-')}`,
    types: ['aws_launch_template'],
    argument: `metadata_options.${argument}`,
    answer: 'disabled',
    source:
      'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LaunchTemplateInstanceMetadataOptions.html ' +
      '(that the template answers with it was not seen there)',
    returns: otherwise('disabled'),
  })),
  {
    id: 'template-version',
    types: ['aws_launch_template'],
    argument: 'default_version',
    answer: 'the version that somebody made the default',
    source: 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyLaunchTemplate.html',
    returns: (version) => Number(version) + 1,
  },
  {
    id: 'group-traffic-sources',
    types: ['aws_autoscaling_group'],
    argument: 'traffic_source',
    answer: 'its target groups, once more',
    source: 'https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AutoScalingGroup.html',
    returns: (_, { resource }) =>
      [resource.target_group_arns ?? []].flat().map((identifier) => ({ identifier, type: 'elbv2' })),
  },
  {
    id: 'group-zone-distribution',
    types: ['aws_autoscaling_group'],
    argument: 'availability_zone_distribution',
    answer: 'that it launches in another zone where one has no capacity',
    source: 'https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AvailabilityZoneDistribution.html',
    returns: () => [{ capacity_distribution_strategy: 'balanced-best-effort' }],
  },
  {
    id: 'group-capacity-reservations',
    types: ['aws_autoscaling_group'],
    argument: 'capacity_reservation_specification',
    answer: 'that it uses reservations as they come',
    source: 'https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CapacityReservationSpecification.html',
    returns: () => [{ capacity_reservation_preference: 'default', capacity_reservation_target: [] }],
  },
  ...['vpc_zone_identifier', 'enabled_metrics'].map((argument): FilledIn => ({
    id: `group-${argument.replaceAll('_', '-')}`,
    types: ['aws_autoscaling_group'],
    argument,
    answer: 'the list in any order',
    source: 'Knowledge; the provider takes it for a set',
    returns: backwards,
  })),
  {
    id: 'trail-selector-fields',
    types: ['aws_cloudtrail'],
    argument: 'advanced_event_selector.field_selector',
    answer: 'the fields of a selector in any order',
    source: 'Knowledge; the provider takes them for a set',
    returns: backwards,
  },
  {
    id: 'database-log-exports',
    types: ['aws_db_instance'],
    argument: 'enabled_cloudwatch_logs_exports',
    answer: 'the list in any order',
    source: 'Knowledge; the provider takes it for a set',
    returns: backwards,
  },
  {
    id: 'parameter-order',
    types: ['aws_db_parameter_group'],
    argument: 'parameter',
    answer: 'the parameters in the order of their names',
    source: 'Knowledge; the provider takes them for a set',
    returns: backwards,
  },
  {
    id: 'lifecycle-minimum-size',
    types: ['aws_s3_bucket_lifecycle_configuration'],
    argument: 'transition_default_minimum_object_size',
    answer: 'all_storage_classes_128K',
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html',
    returns: otherwise('all_storage_classes_128K'),
  },
  {
    id: 'subnet-group-network-types',
    types: ['aws_db_subnet_group'],
    argument: 'supported_network_types',
    answer: 'IPV4',
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBSubnetGroup.html',
    returns: () => ['IPV4'],
  },
  {
    id: 'bucket-key',
    types: ['aws_s3_bucket_server_side_encryption_configuration'],
    argument: 'rule.bucket_key_enabled',
    answer: 'false where it was not set',
    source: 'Knowledge: what GetBucketEncryption answers since 2023',
    returns: otherwise(false),
  },
  {
    id: 'load-balancer-cross-zone',
    types: ['aws_lb'],
    argument: 'enable_cross_zone_load_balancing',
    answer: 'true of an Application Load Balancer, whatever was sent',
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html',
    returns: (sent, { resource }) => (resource.load_balancer_type === 'application' ? true : sent),
  },
  {
    id: 'target-group-health',
    types: ['aws_lb_target_group'],
    argument: 'target_group_health',
    answer: 'one healthy target as the least',
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html',
    returns: () => [
      {
        dns_failover: [{ minimum_healthy_targets_count: '1', minimum_healthy_targets_percentage: 'off' }],
        unhealthy_state_routing: [{ minimum_healthy_targets_count: 1, minimum_healthy_targets_percentage: 'off' }],
      },
    ],
  },
  {
    id: 'target-group-anomalies',
    types: ['aws_lb_target_group'],
    argument: 'load_balancing_anomaly_mitigation',
    answer: 'off',
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html',
    returns: otherwise('off'),
  },
  {
    id: 'target-group-stickiness',
    types: ['aws_lb_target_group'],
    argument: 'stickiness',
    answer: 'a day that would be stuck for, if it were on',
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html',
    returns: () => [{ cookie_duration: 86400, cookie_name: '', enabled: false, type: 'lb_cookie' }],
  },
  {
    id: 'listener-policy',
    types: ['aws_lb_listener'],
    argument: 'ssl_policy',
    answer: 'none of a listener without TLS',
    source: 'https://github.com/aws/aws-cli/blob/develop/awscli/examples/elbv2/describe-listeners.rst',
    returns: (policy, { resource }) => (resource.protocol === 'HTTP' ? '' : policy),
  },
  {
    id: 'listener-server-header',
    types: ['aws_lb_listener'],
    argument: 'routing_http_response_server_enabled',
    answer: 'that the header is sent',
    source:
      'https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ListenerAttribute.html (the default was not seen there)',
    returns: otherwise(true),
  },
  {
    id: 'listener-client-certificates',
    types: ['aws_lb_listener'],
    argument: 'mutual_authentication',
    answer: 'that a listener with TLS wants none',
    source: 'Knowledge: what DescribeListeners answers of an HTTPS listener since 2023',
    returns: (sent, { resource }) =>
      resource.protocol === 'HTTPS'
        ? [
            {
              advertise_trust_store_ca_names: '',
              ignore_client_certificate_expiry: false,
              mode: 'off',
              trust_store_arn: '',
            },
          ]
        : sent,
  },
  {
    id: 'address-pool',
    types: ['aws_eip'],
    argument: 'public_ipv4_pool',
    answer: "Amazon's pool",
    source: 'Knowledge: what DescribeAddresses answers of an address that is not brought along',
    returns: otherwise('amazon'),
  },
  {
    id: 'address-of-gateway',
    types: ['aws_eip'],
    argument: 'network_interface',
    answer: 'the interface of the NAT gateway that took it',
    source: 'https://github.com/aws/aws-cli/blob/develop/awscli/examples/ec2/describe-addresses.rst (of an instance)',
    returns: otherwise('eni-0123456789abcdef0'),
  },
  {
    id: 'endpoint-address-type',
    types: ['aws_vpc_endpoint'],
    argument: 'ip_address_type',
    answer: 'ipv4',
    source:
      'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcEndpoint.html (the value was not seen there)',
    returns: otherwise('ipv4'),
  },
  {
    id: 'endpoint-names',
    types: ['aws_vpc_endpoint'],
    argument: 'dns_options',
    answer: 'names for IPv4',
    source: 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DnsOptions.html (the value was not seen there)',
    returns: otherwise([{ dns_record_ip_type: 'ipv4', private_dns_only_for_inbound_resolver_endpoint: false }]),
  },
  {
    id: 'flow-log-group',
    types: ['aws_flow_log'],
    argument: 'log_group_name',
    answer: 'the name of the log group beside its ARN',
    source: 'https://github.com/aws/aws-cli/blob/develop/awscli/examples/ec2/describe-flow-logs.rst',
    returns: (_, { resource }) => String(resource.log_destination).split(':log-group:')[1] ?? '',
  },
  {
    id: 'vpc-dhcp-options',
    types: ['aws_vpc'],
    argument: 'dhcp_options_id',
    answer: "the id of the region's default set",
    source: 'https://docs.aws.amazon.com/vpc/latest/userguide/VPC_DHCP_Options.html',
    returns: () => 'dopt-0123456789abcdef0',
  },
  ...['source_ids', 'event_categories'].map((argument): FilledIn => ({
    id: `event-subscription-${argument.replace('_', '-')}`,
    types: ['aws_db_event_subscription'],
    argument,
    answer: 'the list in any order',
    source:
      'https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_EventSubscription.html (the order was not seen there)',
    returns: backwards,
  })),
  {
    id: 'event-subscription-account',
    types: ['aws_db_event_subscription'],
    argument: 'customer_aws_id',
    answer: 'the account',
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_EventSubscription.html',
    returns: otherwise('123456789012'),
  },
  {
    id: 'subscription-pending',
    types: ['aws_sns_topic_subscription'],
    argument: 'pending_confirmation',
    answer: 'that an address has not confirmed yet',
    source: 'https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html',
    returns: (pending, { resource }) => (resource.protocol === 'email' ? true : pending),
  },
  {
    id: 'api-key-source',
    types: ['aws_api_gateway_rest_api'],
    argument: 'api_key_source',
    answer: 'HEADER',
    source: `${apiGateway}/API_RestApi.html (that it is answered where none was sent was not seen there)`,
    returns: otherwise('HEADER'),
  },
  {
    id: 'api-address-type',
    types: ['aws_api_gateway_rest_api', 'aws_api_gateway_domain_name'],
    argument: 'endpoint_configuration.ip_address_type',
    answer: 'ipv4 of a regional one',
    source: `${apiGateway}/API_EndpointConfiguration.html`,
    returns: otherwise('ipv4'),
  },
  {
    id: 'integration-cache-namespace',
    types: ['aws_api_gateway_integration'],
    argument: 'cache_namespace',
    answer: 'the id of the resource',
    source: `${apiGateway}/API_Integration.html (that it is the id was not seen there)`,
    returns: (sent, { resource }) => (sent === null || sent === '' ? (resource.resource_id ?? 'namespace') : sent),
  },
  {
    id: 'integration-passthrough',
    types: ['aws_api_gateway_integration'],
    argument: 'passthrough_behavior',
    answer: 'WHEN_NO_MATCH',
    source: `${apiGateway}/API_Integration.html`,
    returns: otherwise('WHEN_NO_MATCH'),
  },
  ...(
    [
      ['cache_ttl_in_seconds', 300],
      ['require_authorization_for_cache_control', true],
      ['unauthorized_cache_control_header_strategy', 'SUCCEED_WITH_RESPONSE_HEADER'],
    ] as const
  ).map(([argument, answer]): FilledIn => ({
    id: `method-${argument.replaceAll('_', '-')}`,
    types: ['aws_api_gateway_method_settings'],
    argument: `settings.${argument}`,
    answer: String(answer),
    source: `${apiGateway}/API_MethodSetting.html (that it is answered without a cache was not seen there)`,
    // A truth value that was not written is false in the state.
    returns: (sent) => (sent === null || sent === '' || sent === 0 || sent === false ? answer : sent),
  })),
  {
    id: 'model-white-space',
    types: ['aws_api_gateway_model'],
    argument: 'schema',
    answer: 'the same JSON with other blanks',
    source: 'Knowledge; the provider compares the JSON',
    // A text that is JSON, whatever it says.
    returns: (sent) =>
      typeof sent === 'string' && sent.startsWith('{') ? JSON.stringify(JSON.parse(sent), undefined, 1) : sent,
  },
  {
    id: 'function-ephemeral-storage',
    types: ['aws_lambda_function'],
    argument: 'ephemeral_storage',
    answer: '512 MB',
    source: 'https://docs.aws.amazon.com/lambda/latest/api/API_EphemeralStorage.html',
    returns: otherwise([{ size: 512 }]),
  },
  ...['application_log_level', 'system_log_level'].map((argument): FilledIn => ({
    id: `json-${argument.replaceAll('_', '-')}`,
    types: ['aws_lambda_function'],
    argument: `logging_config.${argument}`,
    answer: 'INFO for logs as JSON',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html',
    // Only for a function that logs as JSON: the row `function-application-log-level` is of the others.
    returns: (sent, { resource }) =>
      (sent === null || sent === '') && !JSON.stringify(resource.logging_config ?? null).includes('"Text"')
        ? 'INFO'
        : sent,
  })),
  {
    id: 'table-recovery-days',
    types: ['aws_dynamodb_table'],
    argument: 'point_in_time_recovery.recovery_period_in_days',
    answer: '35 days where recovery is on',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PointInTimeRecoveryDescription.html',
    returns: (sent, { resource }) =>
      (sent === null || sent === 0) && !JSON.stringify(resource.point_in_time_recovery ?? null).includes('false')
        ? 35
        : sent,
  },
  {
    id: 'auto-pause-seconds',
    types: ['aws_rds_cluster'],
    argument: 'serverlessv2_scaling_configuration.seconds_until_auto_pause',
    answer: '300 where the least capacity is 0',
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-auto-pause.html',
    returns: (sent, { resource }) =>
      (sent === null || sent === 0) &&
      !/"min_capacity":(0\.\d|[1-9])/.test(JSON.stringify(resource.serverlessv2_scaling_configuration ?? null))
        ? 300
        : sent,
  },
];

interface Container {
  [other: string]: Json;
  portMappings?: { containerPort: number }[];
  environment?: Json[];
  secrets?: Json[];
}

/** What stands in for nothing. */
function otherwise(answer: Json): FilledIn['returns'] {
  return (sent) =>
    sent === null || sent === '' || sent === 0 || (Array.isArray(sent) && sent.length === 0) ? answer : sent;
}

function backwards(sent: Json): Json {
  return Array.isArray(sent) ? sent.toReversed() : sent;
}

/** A policy that says the same. */
function inAnotherOrder(policy: Json): Json {
  const reversed = (value: Json): Json => {
    if (Array.isArray(value)) return value.length === 1 ? reversed(value[0]!) : value.map(reversed).toReversed();
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, reversed(inner)]));
  };
  return inJson(policy, reversed);
}
