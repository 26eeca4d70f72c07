/**
 * Longest names that AWS takes, in characters, of what stacks are built of.
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
  'database instance': 63,
  'instance profile': 128,
  'launch template': 125,
  'Auto Scaling group': 255,
  'Lambda function': 64,
  'DynamoDB table': 255,
  'CloudTrail trail': 128,
  'EventBridge rule': 64,
  'SNS topic': 256,
  'SQS queue': 80,
  'replication instance': 63,
  'replication task': 255,
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
