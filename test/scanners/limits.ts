import { declinedInsights } from './projects.js';
import type { Scan } from './scan.js';
import { askedByTrivy } from './trivy.js';

/** More would be a way of working and not an exception. */
const mostInSamples = 12;

/**
 * What may be suppressed; another one is a decision to be made here. None is about encryption at rest, public access to
 * data or wildcards in IAM. CKV_AWS_145 and AWS-0132 come close, and ask which key: an Application Load Balancer delivers
 * access logs only to buckets with S3-managed keys.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
 */
const settled = new Set([
  'CKV_AWS_2',
  'CKV_AWS_18',
  'CKV_AWS_103',
  'CKV_AWS_139',
  'CKV_AWS_144',
  'CKV_AWS_145',
  'CKV_AWS_150',
  'CKV_AWS_260',
  'CKV_AWS_353',
  'CKV_AWS_378',
  'CKV2_AWS_8',
  'CKV2_AWS_20',
  'CKV2_AWS_57',
  ...Object.keys(askedByTrivy),
]);

/** What is wrong with the suppressions of all projects together. */
export function faultsTogether(scans: readonly Scan[]): string[] {
  const faults = new Set<string>();
  const inSamples = new Set<string>();
  for (const { sample, suppressions } of scans) {
    for (const { scanner, check } of suppressions) {
      if (!settled.has(check)) faults.add(`${check} may not be suppressed`);
      if (scanner === 'checkov' && sample !== declinedInsights.name) inSamples.add(check);
    }
  }
  if (inSamples.size > mostInSamples)
    faults.add(
      `the samples suppress ${inSamples.size} checks, and ${mostInSamples} may be: ${[...inSamples].join(', ')}`,
    );
  return [...faults];
}
