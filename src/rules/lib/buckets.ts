import { oncePer } from '../../terraform/once-per.js';
import { identifiers, type Block, type Project, type Resource } from '../../terraform/project.js';
import { identity, isKnown, type Value } from '../../terraform/value.js';
import { isSwitchedOff } from './switched-off.js';
import { addTo } from '../../terraform/groups.js';

/** Everything that is known of where buckets of a project are named. */
class Buckets {
  private readonly byName = new Map<string, Resource[]>();
  private readonly byType = new Map<string, { of: Map<Resource, Resource[]>; strays: boolean }>();
  /** What writes its logs to a bucket. */
  readonly logs: Map<Resource, LogSource[]>;

  constructor(private readonly project: Project) {
    for (const bucket of project.all('aws_s3_bucket')) {
      for (const name of new Set(identifiers(bucket))) addTo(this.byName, name, bucket);
    }
    this.logs = this.readLogs();
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

  private readLogs(): Map<Resource, LogSource[]> {
    const logs = new Map<Resource, LogSource[]>();
    for (const [type, argument, kind] of logArguments) {
      for (const source of this.project.all(type)) {
        const [name = '', inner] = argument.split('.') as [string, string?];
        for (const block of inner === undefined ? [source] : source.blocks(name)) {
          if (block.truth('enabled') === false) continue;
          for (const bucket of this.named(block, inner ?? name))
            addTo(logs, bucket, { kind: kindOf(source, kind), source });
        }
      }
    }
    return logs;
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
