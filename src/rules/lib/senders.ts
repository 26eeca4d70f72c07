import { elements, type Value } from '../../terraform/value.js';
import type { Project, Resource } from '../../terraform/project.js';

/** A kind of resource that makes a service send to a queue or a topic as itself. */
interface SenderKind {
  type: string;
  /** The block and argument that name the queue or topic. */
  path: string;
  service: string;
  /** The argument that names what AWS says it sends for; absent where AWS sets no such condition key. */
  about?: string;
}

const kinds: readonly SenderKind[] = [
  { type: 'aws_s3_bucket_notification', path: 'queue.queue_arn', service: 's3.amazonaws.com', about: 'bucket' },
  { type: 'aws_s3_bucket_notification', path: 'topic.topic_arn', service: 's3.amazonaws.com', about: 'bucket' },
  { type: 'aws_sns_topic_subscription', path: 'endpoint', service: 'sns.amazonaws.com', about: 'topic_arn' },
  { type: 'aws_cloudwatch_event_target', path: 'arn', service: 'events.amazonaws.com' },
  { type: 'aws_db_event_subscription', path: 'sns_topic', service: 'events.rds.amazonaws.com', about: 'source_ids' },
];

/** A service that sends to a queue or a topic of the project, and what asks it to. */
export interface Sender {
  resource: Resource;
  service: string;
  target: Resource;
  /** The condition keys that say for what it sends, for each thing that it sends for. */
  contexts: readonly Readonly<Record<string, Value>>[];
}

/** What services send to the project's queues and topics as themselves, beside the alarms of CloudWatch. */
export function senders(project: Project): Sender[] {
  return kinds.flatMap(({ type, path, service, about }) =>
    project
      .all(type)
      // With a role EventBridge sends as that role.
      .filter((resource) => !resource.has('role_arn'))
      .flatMap((resource) => {
        const contexts = about === undefined ? [{}] : contextsOf(resource, about);
        const targets = resource.refs(path, 'aws_sqs_queue', 'aws_sns_topic');
        return targets
          .filter(({ mode }) => mode === 'managed')
          .map((target) => ({ resource, service, target, contexts }));
      }),
  );
}

const sources = ['aws_s3_bucket', 'aws_sns_topic', 'aws_rds_cluster', 'aws_rds_cluster_instance', 'aws_db_instance'];

function contextsOf(sender: Resource, about: string): Record<string, Value>[] {
  const account = { 'aws:sourceaccount': sender.surroundings.account };
  const named = sender.refs(about, ...sources);
  const count = elements(sender.get(about))?.length ?? 1;
  if (named.length === 0 || named.length !== count) return [account];
  return named.map((source) => ({ ...account, 'aws:sourcearn': source.computed('arn') }));
}
