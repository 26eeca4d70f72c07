import path from 'node:path';

import { printable } from '../printable.js';
import type { CheckResult, Finding } from '../rules/check.js';
import type { Location } from '../terraform/project.js';
import { severities } from '../rules/rule.js';
import { wrap } from './columns.js';
import type { Paint } from './paint.js';

/** What a report needs beside the result. */
export interface ReportContext {
  /** The folder that was looked at, as it was given. */
  folder: string;
  verbose: boolean;
  paint: Paint;
}

/** A file of the project as somebody in the current directory would name it, with forward slashes. */
export function shownPath({ path: file }: Location, { folder }: Pick<ReportContext, 'folder'>): string {
  return (path.isAbsolute(file) ? file : path.join(folder, file)).split(path.sep).join('/');
}

/** What was found, for people: by file, each with line, rule, what is wrong, what AWS would answer and what would do. */
export function textReport(result: CheckResult, context: ReportContext): string {
  const { paint } = context;
  const groups = new Map<string, Finding[]>();
  for (const finding of result.findings) {
    const place = finding.location ? shownPath(finding.location, context) : 'In the plan or state';
    const group = groups.get(place);
    if (group) group.push(finding);
    else groups.set(place, [finding]);
  }
  const sections = [...groups].map(
    ([place, findings]) => `${paint('bold', printable(place))}\n\n${findingsText(findings, paint)}\n`,
  );
  return `${sections.join('')}${verboseText(result, context)}${unreadText(result, context)}${summaryLine(result, paint)}\n`;
}

function findingsText(findings: readonly Finding[], paint: Paint): string {
  const explained = new Set<string>();
  return findings
    .map((finding) => {
      const { rule, severity, message, address, location } = finding;
      const colour = severity === 'error' ? 'red' : 'bold';
      const head = [
        location ? String(location.line).padStart(5) : '    -',
        paint(colour, severity.padEnd(7)),
        paint('bold', rule.name),
      ].join('  ');
      const sentence = `${address === undefined ? '' : `${address} `}${message}.`;
      const lines = [head, ...wrapped(printable(sentence))];
      if (!explained.has(rule.name)) lines.push(...wrapped(rule.why, 'Why:    '), ...wrapped(rule.remedy, 'Remedy: '));
      explained.add(rule.name);
      return `${lines.join('\n')}\n`;
    })
    .join('\n');
}

/** A text in lines of at most 110 characters, indented; what follows the label stays right of it. */
function wrapped(text: string, label = ''): string[] {
  return wrap(text, 103 - label.length).map(
    (line, at) => `       ${at === 0 ? label : ' '.repeat(label.length)}${line}`,
  );
}

function verboseText({ abstentions, suppressed }: CheckResult, context: ReportContext): string {
  if (!context.verbose) return '';
  const where = ({ address, location }: { address?: string; location?: Location }) =>
    printable(
      [location ? `${shownPath(location, context)}:${location.line}` : undefined, address].filter(Boolean).join(' '),
    );
  const untold = abstentions.map(
    (abstention) => `  ${abstention.rule.name}  ${where(abstention)}\n       ${printable(abstention.why)}`,
  );
  const aside = suppressed.map(
    ({ finding, reason }) => `  ${finding.rule.name}  ${where(finding)}\n       ${printable(reason)}`,
  );
  return [section('Could not be told', untold), section('Suppressed', aside)].join('');
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${title}:\n\n${lines.join('\n')}\n\n`;
}

function unreadText({ unreadModules, unreadFiles, cuts }: CheckResult, context: ReportContext): string {
  const modules = unreadModules.map(({ address, source }) => `  ${printable(`${address}  ${source}`)}`);
  const files = unreadFiles.map(({ path: file, why }) =>
    printable(`  ${shownPath({ path: file, line: 1 }, context)}  ${why}`),
  );
  const limits = cuts.map(({ what, location }) =>
    printable(`  ${location ? `${shownPath(location, context)}:${location.line}  ` : ''}${what}`),
  );
  return [
    section('Modules that were not looked into', [...new Set(modules)]),
    section('Files that were not looked into', files),
    section('Limits that were reached, so that what is behind is not known', limits),
  ].join('');
}

/** `2 errors and 1 warning in 135 resources, 1 suppressed, 3 that could not be told.` */
export function summaryLine(result: CheckResult, paint: Paint): string {
  const counts = severities
    .map((severity) => [severity, result.findings.filter((finding) => finding.severity === severity).length] as const)
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => plural(count, severity));
  const found = counts.length === 0 ? paint('green', 'Nothing found') : paint('red', list(counts));
  const rest = [
    ...(result.suppressed.length > 0 ? [`${result.suppressed.length} suppressed`] : []),
    ...(result.abstentions.length > 0 ? [`${result.abstentions.length} that could not be told (--verbose)`] : []),
  ];
  return `${[`${found} in ${plural(result.resources, 'resource')}`, ...rest].join(', ')}.`;
}

function plural(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

function list(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** The same for machines: one JSON object. */
export function jsonReport(result: CheckResult, context: ReportContext): string {
  const finding = ({ rule, severity, message, address, location, stages }: Finding) => ({
    rule: rule.name,
    severity,
    message,
    ...(address === undefined ? {} : { address }),
    ...(location ? { file: shownPath(location, context), line: location.line } : {}),
    stages,
    why: rule.why,
    remedy: rule.remedy,
  });
  const report = {
    ok: true,
    version: PACKAGE_VERSION,
    findings: result.findings.map(finding),
    suppressed: result.suppressed.map(({ finding: aside, reason }) => ({ ...finding(aside), reason })),
    abstentions: result.abstentions.map(({ rule, why, address, location }) => ({
      rule: rule.name,
      why,
      ...(address === undefined ? {} : { address }),
      ...(location ? { file: shownPath(location, context), line: location.line } : {}),
    })),
    unreadModules: result.unreadModules.map(({ address, source }) => ({ address, source })),
    unreadFiles: result.unreadFiles.map(({ path: file, why }) => ({
      file: shownPath({ path: file, line: 1 }, context),
      why,
    })),
    cuts: result.cuts.map(({ what, location }) => ({
      what,
      ...(location ? { file: shownPath(location, context), line: location.line } : {}),
    })),
    resources: result.resources,
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

/**
 * Workflow commands, which GitHub shows beside the lines they are about.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export function githubText(result: CheckResult, context: ReportContext): string {
  const commands = { error: 'error', warning: 'warning', note: 'notice' } as const;
  const lines = result.findings.map(({ rule, severity, message, address, location }) => {
    const properties = [
      ...(location ? [`file=${property(shownPath(location, context))}`, `line=${location.line}`] : []),
      `title=${property(rule.name)}`,
    ];
    const text = `${address === undefined ? '' : `${address} `}${message}.\n${rule.why}\n${rule.remedy}`;
    return `::${commands[severity]} ${properties.join(',')}::${data(text)}`;
  });
  return `${[...lines, summaryLine(result, (_format, text) => text)].join('\n')}\n`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
