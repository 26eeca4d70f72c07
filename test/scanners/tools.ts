import { scannerVersions } from '../../src/render/pipeline-tools.js';
import { pythonWith } from '../support/python.js';
import { checkovTools, prepareGrammar } from './checkov.js';
import type { Scanners } from './scan.js';
import { awsRulesetFor, tflintOf } from './tflint.js';
import { trivyOnPath } from './trivy.js';

/** Finds or installs the scanners, in the versions that generated projects run. Throws where one cannot be had. */
export async function prepareScanners(): Promise<Scanners> {
  const tflint = tflintOf(scannerVersions.tflint);
  const checkov = pythonWith(checkovTools);
  prepareGrammar(checkov);
  const trivy = trivyOnPath();
  return { checkov, tflint, awsRuleset: await awsRulesetFor(tflint), ...(trivy ? { trivy } : {}) };
}
