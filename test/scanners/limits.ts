import { declinedInsights } from './projects.js';
import type { Scan } from './scan.js';

/** More would be a way of working and not an exception. */
const mostChecks = 12;

/** What is never suppressed: encryption at rest, public access to data, wildcards in IAM. */
const never = /\b(encrypt(ed|ion)?|KMS|CMK|public(ly)?|IAM)\b|"\*"/i;

/**
 * About which key, not about whether: the load balancer's access logs are encrypted, and Elastic Load Balancing delivers
 * them only to buckets with S3-managed keys.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
 */
const admitted = new Set(['CKV_AWS_145']);

/** What is wrong with the suppressions of all samples together. */
export function faultsTogether(scans: readonly Scan[]): string[] {
  const asked = new Map<string, string>();
  for (const { sample, suppressions } of scans)
    for (const { scanner, check, asks } of suppressions)
      if (scanner === 'checkov' && sample !== declinedInsights.name) asked.set(check, asks ?? '');
  const faults = [...asked]
    .filter(([check, asks]) => never.test(asks) && !admitted.has(check))
    .map(([check, asks]) => `${check} may not be suppressed: ${asks}`);
  if (asked.size > mostChecks)
    faults.push(`${asked.size} checks are suppressed, and ${mostChecks} may be: ${[...asked.keys()].join(', ')}`);
  return faults;
}
