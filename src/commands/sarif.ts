import path from 'node:path';
import { pathToFileURL } from 'node:url';

import type { CheckResult, Finding } from '../rules/check.js';
import type { Rule } from '../rules/rule.js';
import { shownPath, type ReportContext } from './check-report.js';

/**
 * The result as SARIF 2.1.0, which GitHub's code scanning and most review tools read.
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function sarifReport(result: CheckResult, context: ReportContext): string {
  const all = [
    ...result.findings.map((finding) => ({ finding, reason: undefined })),
    ...result.suppressed.map(({ finding, reason }) => ({ finding, reason })),
  ];
  const rules = [...new Set(all.map(({ finding }) => finding.rule))];
  const indexes = new Map(rules.map((rule, at) => [rule, at]));
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'create-secure-infra',
            semanticVersion: PACKAGE_VERSION,
            informationUri: 'https://www.npmjs.com/package/create-secure-infra',
            rules: rules.map(sarifRule),
          },
        },
        results: all.map(({ finding, reason }) => sarifResult(finding, reason, indexes.get(finding.rule)!, context)),
        columnKind: 'utf16CodeUnits',
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function sarifRule({ name, title, why, remedy, source, severity, catalogue }: Rule): object {
  return {
    id: name,
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: { text: remedy },
    helpUri: source,
    defaultConfiguration: { level: severity },
    properties: { tags: ['terraform', 'aws', ...catalogue] },
  };
}

function sarifResult(
  { rule, severity, message, address, location }: Finding,
  reason: string | undefined,
  ruleIndex: number,
  context: ReportContext,
): object {
  const physical = location && {
    artifactLocation: { uri: uriOf(shownPath(location, context)) },
    region: { startLine: Math.max(1, location.line), ...(location.endLine ? { endLine: location.endLine } : {}) },
  };
  return {
    ruleId: rule.name,
    ruleIndex,
    level: severity,
    message: { text: `${address === undefined ? '' : `${address} `}${message}.` },
    locations: [
      {
        ...(physical ? { physicalLocation: physical } : {}),
        ...(address === undefined ? {} : { logicalLocations: [{ fullyQualifiedName: address, kind: 'resource' }] }),
      },
    ],
    ...(reason === undefined ? {} : { suppressions: [{ kind: 'inSource', justification: reason }] }),
  };
}

/** Relative to the current directory, as scanners are expected to; of a folder that was given whole, whole too. */
function uriOf(shown: string): string {
  return path.isAbsolute(shown) ? pathToFileURL(shown).href : shown.split('/').map(encodeURIComponent).join('/');
}
