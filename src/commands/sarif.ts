import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { jsonText, type Shown } from '../printable.js';
import { isComplete, type CheckResult, type Finding } from '../rules/check.js';
import type { Rule } from '../rules/rule.js';
import type { Location } from '../terraform/project.js';
import { shownPath, type ReportContext } from './check-report.js';

/**
 * The result as SARIF 2.1.0, which GitHub's code scanning and most review tools read.
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function sarifReport(result: CheckResult, context: ReportContext): Shown {
  const all = [
    ...result.findings.map((finding) => ({ finding, reason: undefined })),
    ...result.suppressed.map(({ finding, reason }) => ({ finding, reason })),
  ];
  const indexes = new Map<Rule, number>();
  for (const { finding } of all) if (!indexes.has(finding.rule)) indexes.set(finding.rule, indexes.size);
  return jsonText({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'create-secure-infra',
            semanticVersion: PACKAGE_VERSION,
            informationUri: 'https://www.npmjs.com/package/create-secure-infra',
            rules: [...indexes.keys()].map(sarifRule),
          },
        },
        invocations: [
          {
            executionSuccessful: result.unfinished.length === 0,
            toolExecutionNotifications: notifications(result, context),
          },
        ],
        properties: { complete: isComplete(result), resources: result.resources },
        results: all.map(({ finding, reason }) => sarifResult(finding, reason, indexes.get(finding.rule)!, context)),
        columnKind: 'utf16CodeUnits',
      },
    ],
  });
}

/** What was not looked at, so that no results do not mean that nothing is wrong. */
function notifications(result: CheckResult, context: ReportContext): object[] {
  const { unreadModules, unreadFiles, cuts, notUnderstood } = result;
  const notification = (text: string, location?: Location) => ({
    level: 'warning',
    message: { text: plainMessage(text) },
    ...(location ? { locations: [{ physicalLocation: physicalLocation(location, context) }] } : {}),
  });
  // Where a call makes several, each is the same to who reads of it.
  const modules = new Map(
    unreadModules.map(({ address, source, location, why }) => [
      `${address} was not looked into: ${[source, why].filter(Boolean).join(' ')}.`,
      location,
    ]),
  );
  return [
    ...[...modules].map(([text, location]) => notification(text, location)),
    ...unreadFiles.map(({ path: file, why }) => {
      const location = { path: file, line: 1 };
      return notification(`${shownPath(location, context)} was not looked into: ${why}.`, location);
    }),
    ...cuts.map(({ what, location }) =>
      notification(`A limit was reached, and what is behind is not known: ${what}.`, location),
    ),
    ...notUnderstood.map(({ what, location }) => notification(`Not understood: ${what}.`, location)),
    ...(result.resources === 0 ? [notification('No resource was looked at.')] : []),
  ];
}

function sarifRule({ name, title, why, remedy, source, severity, catalogue }: Rule): object {
  return {
    id: name,
    shortDescription: { text: plainMessage(title) },
    fullDescription: { text: plainMessage(why) },
    help: { text: plainMessage(remedy) },
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
  return {
    ruleId: rule.name,
    ruleIndex,
    level: severity,
    message: { text: plainMessage(`${address === undefined ? '' : `${address} `}${message}.`) },
    locations: [
      {
        ...(location ? { physicalLocation: physicalLocation(location, context) } : {}),
        ...(address === undefined ? {} : { logicalLocations: [{ fullyQualifiedName: address, kind: 'resource' }] }),
      },
    ],
    ...(reason === undefined ? {} : { suppressions: [{ kind: 'inSource', justification: reason }] }),
  };
}

/**
 * A text in which nothing is a link, for readers of SARIF (§3.11.6, "Messages with embedded links") and for those that
 * take it for Markdown. The parenthesis is escaped too, for readers that only look for `](`.
 */
export function plainMessage(text: string): string {
  return text.replaceAll(/[\\[\]]/g, String.raw`\$&`).replaceAll('](', String.raw`]\(`);
}

function physicalLocation(location: Location, context: ReportContext): object {
  return {
    artifactLocation: { uri: uriOf(shownPath(location, context), context) },
    region: regionOf(location),
  };
}

/** From the first character to behind the last one (§3.30.6 to §3.30.8), where that is known. */
function regionOf({ line, column, endLine, endColumn }: Location): object {
  return {
    startLine: Math.max(1, line),
    ...(column === undefined ? {} : { startColumn: column }),
    ...(endLine === undefined ? {} : { endLine }),
    ...(endColumn === undefined ? {} : { endColumn }),
  };
}

/**
 * Relative to the current directory, as scanners are expected to; of a folder that was given whole, whole too. A file's
 * name alone never makes it another scheme's or another host's.
 */
function uriOf(shown: string, { folder }: ReportContext): string {
  if (path.isAbsolute(folder)) return pathToFileURL(shown).href;
  // What is not well-formed has no encoding.
  return shown.toWellFormed().replace(/^\/+/, '').split('/').map(encodeURIComponent).join('/');
}
