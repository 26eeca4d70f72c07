import { findRegion } from '../aws/regions.js';
import { own } from '../own.js';
import { joinText, Text, Unknown, type Value } from './value.js';

/** Where a provider works. */
export interface Surroundings {
  region: Value;
  account: Value;
  partition: Value;
}

/** What attributes follow from: a resource, as far as it is needed here. */
interface Described {
  readonly mode: 'managed' | 'data' | 'ephemeral';
  readonly type: string;
  readonly address: string;
  readonly surroundings: Surroundings;
  /** The value of an argument; undefined where it is not set. */
  get(name: string): Value | undefined;
}

/** The account that a provider without further words works in: all such providers share it. */
export const account = new Unknown('data.aws_caller_identity.current.account_id');

/** The partition of a region where it is known. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
export function partitionOf(region: Value): Value {
  if (typeof region !== 'string') return new Unknown('data.aws_partition.current.partition');
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  if (region.startsWith('eusc-')) return 'aws-eusc';
  return findRegion(region) ? 'aws' : new Unknown('data.aws_partition.current.partition');
}

/** How AWS makes the ARN of a resource from its name, for resources whose name is all there is to it. */
const arns: Record<
  string,
  { argument: string; service: string; resource: string; global?: true; accountless?: true; random?: true }
> = {
  aws_cloudwatch_log_group: { argument: 'name', service: 'logs', resource: 'log-group:' },
  aws_s3_bucket: { argument: 'bucket', service: 's3', resource: '', global: true, accountless: true },
  aws_sns_topic: { argument: 'name', service: 'sns', resource: '' },
  aws_sqs_queue: { argument: 'name', service: 'sqs', resource: '' },
  aws_iam_role: { argument: 'name', service: 'iam', resource: 'role/', global: true },
  aws_iam_policy: { argument: 'name', service: 'iam', resource: 'policy/', global: true },
  aws_ecr_repository: { argument: 'name', service: 'ecr', resource: 'repository/' },
  aws_lambda_function: { argument: 'function_name', service: 'lambda', resource: 'function:' },
  aws_dynamodb_table: { argument: 'name', service: 'dynamodb', resource: 'table/' },
  aws_ecs_cluster: { argument: 'name', service: 'ecs', resource: 'cluster/' },
  aws_cloudtrail: { argument: 'name', service: 'cloudtrail', resource: 'trail/' },
  aws_cloudwatch_metric_alarm: { argument: 'alarm_name', service: 'cloudwatch', resource: 'alarm:' },
  aws_rds_cluster: { argument: 'cluster_identifier', service: 'rds', resource: 'cluster:' },
  aws_rds_cluster_instance: { argument: 'identifier', service: 'rds', resource: 'db:' },
  aws_db_instance: { argument: 'identifier', service: 'rds', resource: 'db:' },
  aws_secretsmanager_secret: { argument: 'name', service: 'secretsmanager', resource: 'secret:', random: true },
};

/** Types whose `id` is the argument that names them. */
const named: Record<string, string> = {
  aws_s3_bucket: 'bucket',
  aws_iam_role: 'name',
  aws_iam_instance_profile: 'name',
  aws_cloudwatch_log_group: 'name',
  aws_db_subnet_group: 'name',
  aws_elasticache_subnet_group: 'name',
  aws_dynamodb_table: 'name',
  aws_ecr_repository: 'name',
  aws_lambda_function: 'function_name',
  aws_rds_cluster: 'cluster_identifier',
  aws_autoscaling_group: 'name',
};

/** Attributes that follow from what is written: ARNs from names, zones from the region. */
export function fromArguments(resource: Described, name: string): Value | undefined {
  if (resource.mode === 'data') return fromDataSource(resource, name);
  if (name === 'arn') return arnOf(resource);
  if (name === 'id') {
    const argument = own(named, resource.type);
    return argument === undefined ? undefined : (resource.get(argument) ?? undefined);
  }
  return undefined;
}

/**
 * The ARN of the role that Auto Scaling has in an account, or of one of those with a suffix that it can have beside it.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/autoscaling-service-linked-role.html
 */
export function autoScalingRoleArn({ partition, account: owner }: Surroundings, suffix?: Value): Value {
  const name = ':role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling';
  return joinText(['arn:', partition, ':iam::', owner, name, ...(suffix === undefined ? [] : ['_', suffix])]);
}

function serviceLinkedRoleArn(role: Described): Value | undefined {
  return role.get('aws_service_name') === 'autoscaling.amazonaws.com'
    ? autoScalingRoleArn(role.surroundings, role.get('custom_suffix'))
    : undefined;
}

function arnOf(resource: Described): Value | undefined {
  if (resource.type === 'aws_iam_service_linked_role') return serviceLinkedRoleArn(resource);
  const recipe = own(arns, resource.type);
  if (!recipe) return undefined;
  const name = resource.get(recipe.argument);
  if (!(typeof name === 'string' || name instanceof Text || (name instanceof Unknown && name.symbol !== undefined)))
    return undefined;
  // A path stands before the name of what IAM holds; only the plain one is written out here.
  if (recipe.service === 'iam' && resource.get('path') !== undefined && resource.get('path') !== '/') return undefined;
  const { region, account: owner, partition } = resource.surroundings;
  return joinText([
    'arn:',
    partition,
    `:${recipe.service}:`,
    recipe.global ? '' : region,
    ':',
    recipe.accountless ? '' : owner,
    `:${recipe.resource}`,
    name,
    ...(recipe.random ? ['-', new Unknown(`${resource.address}.arn suffix`)] : []),
  ]);
}

function fromDataSource(source: Described, name: string): Value | undefined {
  const { type, surroundings } = source;
  switch (`${type}.${name}`) {
    case 'aws_caller_identity.account_id':
    case 'aws_caller_identity.id':
      return surroundings.account;
    case 'aws_partition.partition':
    case 'aws_partition.id':
      return surroundings.partition;
    case 'aws_partition.dns_suffix':
      return surroundings.partition === 'aws' ? 'amazonaws.com' : undefined;
    case 'aws_region.name':
    case 'aws_region.region':
    case 'aws_region.id':
      return source.get('name') ?? source.get('region') ?? surroundings.region;
    case 'aws_availability_zones.names':
    case 'aws_availability_zones.zone_ids':
      return zones(surroundings, name);
    default:
      return undefined;
  }
}

/** As many zones as an account can be counted on to see in the region; what they are called differs. */
function zones({ region }: Surroundings, name: string): Value | undefined {
  const known = typeof region === 'string' ? findRegion(region) : undefined;
  if (!known) return undefined;
  return Array.from(
    { length: known.zones },
    (_, at) => new Unknown(`data.aws_availability_zones.${String(region)}.${name}[${at}]`),
  );
}
