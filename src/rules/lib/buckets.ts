import { oncePer } from '../../terraform/once-per.js';
import { identifiers, type Block, type Project, type Resource } from '../../terraform/project.js';
import { identity, isKnown, type Value } from '../../terraform/value.js';
import { coversAction } from './patterns.js';
import type { Statement } from './policies.js';
import { namesEverybody, statementsOf } from './statements.js';
import { isSwitchedOff } from './switched-off.js';
import { addTo } from '../../terraform/groups.js';

/** Everything that is known of where buckets of a project are named. */
class Buckets {
  private readonly byName = new Map<string, Resource[]>();
  private readonly byType = new Map<string, { of: Map<Resource, Resource[]>; strays: boolean }>();
  /** What writes its logs to a bucket. */
  readonly logs = new Map<Resource, LogSource[]>();
  /** Buckets for the logs of what does not write any for now. */
  readonly spare = new Set<Resource>();

  constructor(private readonly project: Project) {
    for (const bucket of project.all('aws_s3_bucket')) {
      for (const name of new Set(identifiers(bucket))) addTo(this.byName, name, bucket);
    }
    this.readLogs();
  }

  /** The buckets of the project that an argument names, by reference, name or ARN. */
  named(block: Block, argument: string): Resource[] {
    const referred = block.refs(argument, 'aws_s3_bucket').filter(({ mode }) => mode === 'managed');
    const name = identity(block.get(argument));
    return [...new Set([...referred, ...(name === undefined ? [] : (this.byName.get(name) ?? []))])];
  }

  /** The resources of a type by the bucket they configure. */
  configurations(type: string): { of: Map<Resource, Resource[]>; strays: boolean } {
    let known = this.byType.get(type);
    if (!known) {
      known = { of: new Map(), strays: isSwitchedOff(this.project, type) };
      for (const configuration of this.project.all(type)) {
        const buckets = this.named(configuration, 'bucket');
        for (const bucket of buckets) addTo(known.of, bucket, configuration);
        const value = configuration.get('bucket');
        if (buckets.length === 0 && (value === undefined || !isKnown(value)) && identity(value) === undefined)
          known.strays = true;
      }
      this.byType.set(type, known);
    }
    return known;
  }

  private readLogs(): void {
    for (const [type, path, kind] of logArguments) {
      const argument = path.slice(path.lastIndexOf('.') + 1);
      for (const source of this.project.all(type)) {
        for (const block of argument === path ? [source] : source.blocks(path.slice(0, -argument.length - 1))) {
          for (const bucket of this.named(block, argument)) {
            if (block.truth('enabled') === false) this.spare.add(bucket);
            else addTo(this.logs, bucket, { kind: kindOf(source, kind), source });
          }
        }
      }
    }
  }
}

export type LogKind =
  | 'application load balancer'
  | 'network load balancer'
  | 'classic load balancer'
  | 'S3'
  /** What auditors ask for: CloudTrail and AWS Config. */
  | 'audit'
  | 'other';

export interface LogSource {
  kind: LogKind;
  source: Resource;
}

/** Arguments that name the bucket for logs. */
const logArguments: readonly (readonly [type: string, argument: string, kind: LogKind])[] = [
  ['aws_lb', 'access_logs.bucket', 'application load balancer'],
  ['aws_lb', 'connection_logs.bucket', 'application load balancer'],
  ['aws_alb', 'access_logs.bucket', 'application load balancer'],
  ['aws_alb', 'connection_logs.bucket', 'application load balancer'],
  ['aws_elb', 'access_logs.bucket', 'classic load balancer'],
  ['aws_s3_bucket_logging', 'target_bucket', 'S3'],
  ['aws_s3_bucket', 'logging.target_bucket', 'S3'],
  ['aws_cloudfront_distribution', 'logging_config.bucket', 'other'],
  ['aws_flow_log', 'log_destination', 'other'],
  ['aws_wafv2_web_acl_logging_configuration', 'log_destination_configs', 'other'],
  ['aws_redshift_cluster', 'logging.bucket_name', 'other'],
  ['aws_redshift_logging', 'bucket_name', 'other'],
  ['aws_route53_resolver_query_log_config', 'destination_arn', 'other'],
  ['aws_globalaccelerator_accelerator', 'attributes.flow_logs_s3_bucket', 'other'],
  ['aws_msk_cluster', 'logging_info.broker_logs.s3.bucket', 'other'],
  ['aws_cloudwatch_log_delivery_destination', 'delivery_destination_configuration.destination_resource_arn', 'other'],
  ['aws_cloudtrail', 's3_bucket_name', 'audit'],
  ['aws_config_delivery_channel', 's3_bucket_name', 'audit'],
];

function kindOf(source: Resource, kind: LogKind): LogKind {
  if (kind !== 'application load balancer') return kind;
  const type = source.get('load_balancer_type') ?? 'application';
  if (type === 'application') return kind;
  return type === 'network' ? 'network load balancer' : 'other';
}

const bucketsOf = oncePer((project) => new Buckets(project));

/**
 * The resources of a type that configure a bucket. Undefined where there is none to be seen and there may be one all
 * the same: in a module that was not looked into, switched off, or for a bucket that is not known.
 */
export function configurationsOf(project: Project, bucket: Resource, type: string): Resource[] | undefined {
  const { of, strays } = bucketsOf(project).configurations(type);
  const found = of.get(bucket);
  if (found) return found;
  return strays || project.isGivenToUnread(bucket) ? undefined : [];
}

/** The buckets of the project that an argument names. */
export function bucketsIn(project: Project, block: Block, argument: string): Resource[] {
  return bucketsOf(project).named(block, argument);
}

/** What writes its logs to a bucket. */
export function logSources(project: Project, bucket: Resource): readonly LogSource[] {
  return bucketsOf(project).logs.get(bucket) ?? [];
}

/** What the access control lists and the policies of a project's buckets say of what is in them. */
interface Contents {
  /** Buckets to which services may deliver logs. */
  logs: Set<Resource>;
  /** Buckets that are read by whoever has no right to use a key: anybody, or an origin access identity. */
  open: Set<Resource>;
}

const contentsOf = oncePer((project): Contents => {
  const contents = { logs: new Set<Resource>(), open: new Set<Resource>() };
  for (const list of project.all('aws_s3_bucket', 'aws_s3_bucket_acl')) {
    const buckets = list.type === 'aws_s3_bucket' ? [list] : bucketsIn(project, list, 'bucket');
    const grantees = [...list.blocks('grant'), ...list.blocks('access_control_policy.grant.grantee')];
    if (list.get('acl') === 'log-delivery-write' || grantees.some(isLogDelivery)) addAll(contents.logs, buckets);
    if (isPublicList(list.get('acl')) || grantees.some(isEverybody)) addAll(contents.open, buckets);
  }
  for (const { statement, policy } of statementsOf(project, 'resource')) {
    const { holder } = policy;
    if (statement.effect !== 'Allow' || !/^aws_s3_bucket(_policy)?$/.test(holder.type)) continue;
    const buckets = holder.type === 'aws_s3_bucket' ? [holder] : bucketsIn(project, holder, 'bucket');
    if (deliversLogs(statement)) addAll(contents.logs, buckets);
    if (isRead(statement)) addAll(contents.open, buckets);
  }
  return contents;
});

function addAll<T>(set: Set<T>, items: readonly T[]): void {
  for (const item of items) set.add(item);
}

/**
 * Whether a bucket's access control list lets S3 deliver access logs; undefined where there may be a list that is not known.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html#grant-log-delivery-permissions-acl
 */
export function listAdmitsLogDelivery(project: Project, bucket: Resource): boolean | undefined {
  const separate = configurationsOf(project, bucket, 'aws_s3_bucket_acl');
  const lists = [bucket, ...(separate ?? [])];
  const grantees = lists.flatMap((list) => [
    ...list.blocks('grant'),
    ...list.blocks('access_control_policy.grant.grantee'),
  ]);
  if (lists.some((list) => list.get('acl') === 'log-delivery-write') || grantees.some(isLogDelivery)) return true;
  const known = lists.every((list) => !list.has('acl') || list.text('acl') !== undefined);
  return separate && known && grantees.every((grantee) => !grantee.uncertain) ? false : undefined;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#specifying-grantee-predefined-groups */
function isLogDelivery(grantee: Block): boolean {
  if (grantee.text('uri')?.endsWith('/groups/s3/LogDelivery')) return true;
  // CloudFront's account for logs:
  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html
  const canonical = 'c4c1ede66af53448b93c283ce9448c4ba468c9432aa01d700d3878632f77d2d0';
  return (
    grantee.text('id') === canonical || grantee.refs('id', 'aws_cloudfront_log_delivery_canonical_user_id').length > 0
  );
}

function isEverybody(grantee: Block): boolean {
  return /\/groups\/global\/(?:AllUsers|AuthenticatedUsers)$/.test(grantee.text('uri') ?? '');
}

/** Services that deliver logs and reports, and may be set up elsewhere. */
const deliverers =
  /^(?:cloudtrail|config|delivery\.logs|logdelivery\.elasticloadbalancing|logging\.s3|redshift)\.amazonaws\.com$/;

/** Whether a statement of a bucket's policy lets a service write logs there, or load balancers by their account. */
function deliversLogs({ actions = [], resources = [], principals = [] }: Statement): boolean {
  if (!actions.some((action) => typeof action === 'string' && coversAction(action, 's3:PutObject'))) return false;
  return (
    principals.some(({ type, value }) => type === 'Service' && deliverers.test(identity(value) ?? '')) ||
    principals.some(({ value }) => identity(value)?.includes('aws_elb_service_account.')) ||
    resources.some((resource) => identity(resource)?.includes('/AWSLogs/'))
  );
}

/** Whether a statement of a bucket's policy lets those read who cannot decrypt what is encrypted with a key of KMS. */
function isRead(statement: Statement): boolean {
  const { actions = [], principals = [] } = statement;
  if (!actions.some((action) => typeof action === 'string' && coversAction(action, 's3:GetObject'))) return false;
  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
  const isIdentity = (text: string) => text.includes(':iam::cloudfront:user/') || text.includes(originIdentity);
  return (
    (namesEverybody(statement) && statement.conditions.length === 0) ||
    principals.some(({ value }) => isIdentity(identity(value) ?? ''))
  );
}

const originIdentity = 'aws_cloudfront_origin_access_identity.';

/** Whether services deliver logs to a bucket, or may by its access control list or its policy. */
export function takesLogs(project: Project, bucket: Resource): boolean {
  const { logs, spare } = bucketsOf(project);
  return logs.has(bucket) || spare.has(bucket) || contentsOf(project).logs.has(bucket);
}

/** Whether a bucket is open to whoever could not decrypt what a key of KMS encrypts. */
export function isReadWithoutKey(project: Project, bucket: Resource): boolean {
  return contentsOf(project).open.has(bucket);
}

export interface Encryption {
  /** `AES256`, `aws:kms`; undefined where it is not known. */
  algorithm: string | undefined;
  /** The rule it is written in. */
  rule: Block;
}

/** A bucket's default encryption as it is written, in it or beside it: `none`, or undefined where it is not known. */
export function encryptionOf(project: Project, bucket: Resource): Encryption | 'none' | undefined {
  const separate = configurationsOf(project, bucket, 'aws_s3_bucket_server_side_encryption_configuration');
  const [rule] = [
    ...(separate ?? []).flatMap((configuration) => configuration.blocks('rule')),
    ...bucket.blocks('server_side_encryption_configuration.rule'),
  ];
  if (rule) return { algorithm: rule.text('apply_server_side_encryption_by_default.sse_algorithm'), rule };
  return separate?.length === 0 ? 'none' : undefined;
}

/** Whether a bucket keeps versions: what is written, `none`, or undefined where it is not known. */
export function versioningOf(project: Project, bucket: Resource): 'Enabled' | 'Suspended' | 'none' | undefined {
  const separate = configurationsOf(project, bucket, 'aws_s3_bucket_versioning');
  const [configuration] = separate ?? [];
  if (configuration) {
    const status = configuration.text('versioning_configuration.status');
    if (status === undefined) return undefined;
    return status === 'Enabled' ? 'Enabled' : 'Suspended';
  }
  const [inline] = bucket.blocks('versioning');
  if (inline) {
    const enabled = inline.truth('enabled');
    if (enabled !== undefined || !inline.has('enabled')) return enabled === true ? 'Enabled' : 'Suspended';
    return undefined;
  }
  return separate?.length === 0 ? 'none' : undefined;
}

export interface LifecycleRule {
  at: Block;
  expires: boolean;
  moves: boolean;
  expiresNoncurrent: boolean;
  abortsUploads: boolean;
}

/** The enabled lifecycle rules of a bucket, written in it or beside it; undefined where they are not known. */
export function lifecycleOf(project: Project, bucket: Resource): LifecycleRule[] | undefined {
  const separate = configurationsOf(project, bucket, 'aws_s3_bucket_lifecycle_configuration');
  const rules = [
    ...(separate ?? [])
      .flatMap((configuration) => configuration.blocks('rule'))
      .filter((rule) => (rule.text('status') ?? 'Enabled') === 'Enabled'),
    ...bucket.blocks('lifecycle_rule').filter((rule) => rule.truth('enabled') !== false),
  ];
  if (rules.length === 0) return separate?.length === 0 ? [] : undefined;
  return rules.map((rule) => ({
    at: rule,
    // An expiration may also be about nothing but delete markers.
    expires: rule.blocks('expiration').some((expiration) => expiration.has('days') || expiration.has('date')),
    moves: rule.has('transition'),
    expiresNoncurrent: rule.has('noncurrent_version_expiration'),
    abortsUploads: rule.has('abort_incomplete_multipart_upload') || rule.has('abort_incomplete_multipart_upload_days'),
  }));
}

/** Whether a bucket serves a website, of its own or as the origin of CloudFront. */
export function servesWeb(project: Project, bucket: Resource): boolean {
  return websiteOf(project, bucket) !== undefined || webOrigins(project).has(bucket);
}

/** Where a bucket is made a website; undefined where it is none. */
export function websiteOf(project: Project, bucket: Resource): Block | undefined {
  const [separate] = configurationsOf(project, bucket, 'aws_s3_bucket_website_configuration') ?? [];
  return separate ?? bucket.blocks('website')[0];
}

const webOrigins = oncePer(
  (project) =>
    new Set(
      project
        .all('aws_cloudfront_distribution')
        .flatMap((distribution) => distribution.refs('origin', 'aws_s3_bucket')),
    ),
);

/** Access control lists that open a bucket to everybody, or to everybody who has an AWS account. */
const publicLists: ReadonlySet<Value> = new Set(['public-read', 'public-read-write', 'authenticated-read']);

/** Whether an `acl` argument is such a list. */
export function isPublicList(value: Value | undefined): boolean {
  return value !== undefined && publicLists.has(value);
}
