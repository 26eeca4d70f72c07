import type { Block } from '../../terraform/project.js';
import { identity, type Value } from '../../terraform/value.js';
import type { Policy } from './policies.js';

/**
 * What AWS's managed policies allow, for those that the services here are given; actions on all resources.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
 */
const allowed: Readonly<Record<string, string>> = {
  AdministratorAccess: '*',
  'service-role/AmazonECSTaskExecutionRolePolicy':
    'ecr:GetAuthorizationToken ecr:BatchCheckLayerAvailability ecr:GetDownloadUrlForLayer ecr:BatchGetImage logs:CreateLogStream logs:PutLogEvents',
  'service-role/AWSLambdaBasicExecutionRole': 'logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents',
  'service-role/AWSLambdaVPCAccessExecutionRole':
    'logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents ec2:CreateNetworkInterface ec2:DescribeNetworkInterfaces ec2:DescribeSubnets ec2:DeleteNetworkInterface ec2:AssignPrivateIpAddresses ec2:UnassignPrivateIpAddresses',
  'service-role/AmazonRDSEnhancedMonitoringRole':
    'logs:CreateLogGroup logs:PutRetentionPolicy logs:CreateLogStream logs:PutLogEvents logs:DescribeLogStreams logs:GetLogEvents',
  'service-role/AmazonAPIGatewayPushToCloudWatchLogs':
    'logs:CreateLogGroup logs:CreateLogStream logs:DescribeLogGroups logs:DescribeLogStreams logs:PutLogEvents logs:GetLogEvents logs:FilterLogEvents',
  'service-role/AmazonDMSVPCManagementRole':
    'ec2:CreateNetworkInterface ec2:DescribeAvailabilityZones ec2:DescribeInternetGateways ec2:DescribeSecurityGroups ec2:DescribeSubnets ec2:DescribeVpcs ec2:DeleteNetworkInterface ec2:ModifyNetworkInterfaceAttribute',
  AmazonSSMManagedInstanceCore:
    'ssm:DescribeAssociation ssm:GetDeployablePatchSnapshotForInstance ssm:GetDocument ssm:DescribeDocument ssm:GetManifest ssm:GetParameter ssm:GetParameters ssm:ListAssociations ssm:ListInstanceAssociations ssm:PutInventory ssm:PutComplianceItems ssm:PutConfigurePackageResult ssm:UpdateAssociationStatus ssm:UpdateInstanceAssociationStatus ssm:UpdateInstanceInformation ssmmessages:CreateControlChannel ssmmessages:CreateDataChannel ssmmessages:OpenControlChannel ssmmessages:OpenDataChannel ec2messages:AcknowledgeMessage ec2messages:DeleteMessage ec2messages:FailMessage ec2messages:GetEndpoint ec2messages:GetMessages ec2messages:SendReply',
  AmazonEC2ContainerRegistryReadOnly:
    'ecr:GetAuthorizationToken ecr:BatchCheckLayerAvailability ecr:GetDownloadUrlForLayer ecr:GetRepositoryPolicy ecr:DescribeRepositories ecr:ListImages ecr:DescribeImages ecr:BatchGetImage ecr:GetLifecyclePolicy ecr:GetLifecyclePolicyPreview ecr:ListTagsForResource ecr:DescribeImageScanFindings',
  CloudWatchAgentServerPolicy:
    'cloudwatch:PutMetricData ec2:DescribeVolumes ec2:DescribeTags logs:PutLogEvents logs:PutRetentionPolicy logs:DescribeLogStreams logs:DescribeLogGroups logs:CreateLogStream logs:CreateLogGroup xray:PutTraceSegments xray:PutTelemetryRecords xray:GetSamplingRules xray:GetSamplingTargets xray:GetSamplingStatisticSummaries ssm:GetParameter',
  SecretsManagerReadWrite: 'secretsmanager:*',
  AmazonS3FullAccess: 's3:* s3-object-lambda:*',
  AmazonDynamoDBFullAccess: 'dynamodb:*',
  CloudWatchLogsFullAccess: 'logs:*',
};

const names = new Map(Object.entries(allowed));

const beforeName = ':iam::aws:policy/';

/** The name and path of a policy of AWS's: `service-role/AWSLambdaBasicExecutionRole`. */
export function managedPolicyName(arn: Value): string | undefined {
  const text = identity(arn) ?? '';
  // A partition comes between; it may be a reference.
  const start = text.startsWith('arn:') ? text.indexOf(beforeName, 'arn:'.length + 1) : -1;
  return start < 0 ? undefined : text.slice(start + beforeName.length) || undefined;
}

/** The policy of AWS's with this ARN, as far as it is known here; `at` is what attaches it. */
export function managedPolicy(arn: Value, at: Block): Policy | undefined {
  const name = managedPolicyName(arn);
  const actions = name === undefined ? undefined : names.get(name);
  if (actions === undefined) return undefined;
  return {
    complete: true,
    statements: [
      {
        effect: 'Allow',
        actions: actions.split(' '),
        resources: ['*'],
        hasPrincipals: false,
        conditions: [],
        unknown: [],
        at,
      },
    ],
  };
}
