import type { Project, Resource } from '../../terraform/project.js';
import { configurationsOf } from './buckets.js';
import { readPolicy, type Policy } from './policies.js';

export interface HeldPolicy {
  policy: Policy;
  holder: Resource;
}

/** The policies of a bucket; undefined where there may be one that is not in the project. */
export function policiesOfBucket(project: Project, bucket: Resource): HeldPolicy[] | undefined {
  const separate = configurationsOf(project, bucket, 'aws_s3_bucket_policy');
  const held = [bucket, ...(separate ?? [])].flatMap((holder) => {
    const policy = readPolicy(holder, 'policy');
    return policy ? [{ policy, holder }] : [];
  });
  return held.length > 0 || separate ? held : undefined;
}
