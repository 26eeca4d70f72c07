import { stackRows } from '../../scripts/samples.mjs';
import { isSample } from './projects.js';
import type { Scan } from './scan.js';
import { askedByTrivy } from './trivy.js';

/**
 * So many checks may the samples of the first stack suppress, and those of each other beside what earlier ones may, unless
 * its row says otherwise: more would be a way of working and not an exception.
 */
const mostInSamples = { first: 12, other: 6 };

/**
 * What is wrong with the suppressions of all projects together. What a stack may suppress is in its row of
 * golden/samples.json; another one is a decision to be made there. None is about encryption at rest, public access to data
 * or wildcards in IAM. CKV_AWS_145 and AWS-0132 come close, and ask which key: an Application Load Balancer delivers access
 * logs only to buckets with S3-managed keys.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
 */
export function faultsTogether(scans: readonly Scan[]): string[] {
  const faults = new Set<string>();
  const inSamples = new Map<string, Set<string>>();
  for (const { sample, suppressions } of scans) {
    const [stack = ''] = sample.split('/');
    const settled = new Set([...(stackRows[stack]?.suppressed ?? []), ...Object.keys(askedByTrivy)]);
    const ofStack = inSamples.get(stack) ?? new Set();
    inSamples.set(stack, ofStack);
    for (const { scanner, check } of suppressions) {
      if (!settled.has(check)) faults.add(`${check} may not be suppressed in ${stack}`);
      if (scanner === 'checkov' && isSample(sample)) ofStack.add(check);
    }
  }
  for (const [stack, checks] of inSamples) {
    const earlier = checksOfEarlier(stack);
    const own = [...checks].filter((check) => !earlier.has(check));
    const most = mostOf(stack);
    if (own.length > most)
      faults.add(
        `the samples of ${stack} suppress ${own.length} checks that those of no earlier stack do, and ${most} may be: ${own.join(', ')}`,
      );
  }
  return [...faults];
}

/** How many checks the samples of a stack may suppress that no earlier stack does. */
export function mostOf(stack: string): number {
  return (
    stackRows[stack]?.mostSuppressed ?? mostInSamples[Object.keys(stackRows).indexOf(stack) === 0 ? 'first' : 'other']
  );
}

/** The checks that the stacks may suppress which golden/samples.json has before this one. */
function checksOfEarlier(stack: string): ReadonlySet<string> {
  const rows = Object.entries(stackRows);
  const at = rows.findIndex(([name]) => name === stack);
  return new Set(rows.slice(0, at).flatMap(([, { suppressed = [] }]) => suppressed));
}
