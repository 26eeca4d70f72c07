import { addTo } from '../terraform/groups.js';
import path from 'node:path';

import { jsonText, plainText, printable, shortened, workflowText, type Shown } from '../printable.js';
import { isComplete, type CheckResult, type Finding, type Suppressed } from '../rules/check.js';
import type { Cut, Location } from '../terraform/project.js';
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
export function textReport(result: CheckResult, context: ReportContext): Shown {
  const { paint } = context;
  const groups = new Map<string, Finding[]>();
  for (const finding of result.findings) {
    const place = finding.location ? shownPath(finding.location, context) : 'In the plan or state';
    addTo(groups, place, finding);
  }
  const sections = [...groups].map(
    ([place, findings]) => `${paint('bold', printable(place))}\n\n${findingsText(findings, paint)}\n`,
  );
  const rest = [untold(result, context), ...asides(result, context)].map(({ title, lines }) =>
    lines.length === 0 ? '' : `${title}:\n\n${lines.map((line) => `  ${line}\n`).join('')}\n`,
  );
  return plainText(`${sections.join('')}${rest.join('')}${summaryLine(result, paint)}\n`);
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

/** What stands below the findings, a line each. */
interface Aside {
  title: string;
  /** The same for a single line. */
  label: string;
  lines: readonly string[];
}

/** Where a rule could not tell, which only --verbose shows. */
function untold({ abstentions }: CheckResult, context: ReportContext): Aside {
  const lines = context.verbose
    ? abstentions.map((abstention) => {
        const { rule, why } = abstention;
        return `${rule.name}  ${where(abstention, context)}\n       ${printable(why)}`;
      })
    : [];
  return { title: 'Could not be told', label: 'could not be told', lines };
}

/** What a project could hide behind: what its comments put aside, and what was not looked at. */
function asides(
  { suppressed, unreadModules, unreadFiles, cuts, notUnderstood }: CheckResult,
  context: ReportContext,
): Aside[] {
  const { verbose } = context;
  const file = (name: string) => shownPath({ path: name, line: 1 }, context);
  const of = (title: string, label: string, lines: Iterable<string>): Aside => ({
    title,
    label,
    lines: bounded([...lines].map(printable), verbose),
  });
  return [
    // Each is named: whoever reviews the change has to see all that it puts aside.
    {
      title: 'Suppressed by comments of the project',
      label: 'suppressed',
      lines: suppressed.map((aside) => suppressedText(aside, context)),
    },
    of(
      'Modules that were not looked into, so that what they make or change is not known',
      'module not looked into',
      new Set(
        unreadModules.map(({ address, source, location, why }) =>
          [`${placeText(location, context)} ${address}  ${source}`, why].filter(Boolean).join('  '),
        ),
      ),
    ),
    of(
      'Files that were not looked into',
      'file not looked into',
      unreadFiles.map(({ path: name, why }) => `${file(name)}  ${why}`),
    ),
    of(
      'Limits that were reached, so that what is behind is not known',
      'limit reached',
      cuts.map((cut) => cutText(cut, context)),
    ),
    of(
      'Not understood, so that rules that need it tell nothing',
      'not understood',
      notUnderstood.map((cut) => cutText(cut, context)),
    ),
  ];
}

function cutText({ what, location }: Cut, context: ReportContext): string {
  return [location && placeText(location, context), what].filter(Boolean).join('  ');
}

function suppressedText({ finding, reason }: Suppressed, context: ReportContext): string {
  const why = printable(reason);
  return `${finding.rule.name}  ${where(finding, context)}  ${context.verbose ? why : shortened(why)}`;
}

/** The first of the lines, and how many more there are, unless all are wanted. */
function bounded(lines: readonly string[], all: boolean): readonly string[] {
  if (all || lines.length <= mostLines) return lines;
  return [...lines.slice(0, mostLines), `and ${lines.length - mostLines} more (--verbose)`];
}

const mostLines = 20;

function where({ address, location }: { address?: string; location?: Location }, context: ReportContext): string {
  return printable([location && placeText(location, context), address].filter(Boolean).join(' '));
}

function placeText(location: Location, context: ReportContext): string {
  return `${shownPath(location, context)}:${location.line}`;
}

/**
 * `2 errors and 1 warning in 135 resources, 1 suppressed, 3 that could not be told, 2 modules not looked into.` That nothing
 * is found is only said where something was looked at, and without reserve where that was everything.
 */
export function summaryLine(result: CheckResult, paint: Paint): string {
  const { findings, suppressed, abstentions, resources, awsResources } = result;
  const counts = severities
    .map((severity) => [severity, findings.filter((finding) => finding.severity === severity).length] as const)
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => plural(count, severity));
  const aside = [
    ...(suppressed.length > 0 ? [`${suppressed.length} suppressed`] : []),
    ...(abstentions.length > 0 ? [`${abstentions.length} that could not be told (--verbose)`] : []),
  ];
  const unseen = unseenCounts(result);
  const size = plural(resources, 'resource');
  if (counts.length > 0) return `${[`${paint('red', list(counts))} in ${size}`, ...aside, ...unseen].join(', ')}.`;
  if (resources === 0) {
    const why = unseen.length > 0 ? unseen.join(', ') : 'there is none in what was read';
    return `${paint('bold', 'No resource was looked at')}: ${[why, ...aside].join(', ')}.`;
  }
  if (awsResources === 0) {
    const others = `${plural(resources, 'resource')} of other providers`;
    return `${paint('bold', 'No resource of AWS was looked at')}: ${[others, ...aside, ...unseen].join(', ')}.`;
  }
  if (unseen.length === 0) return `${[`${paint('green', 'Nothing found')} in ${size}`, ...aside].join(', ')}.`;
  const seen = `${paint('bold', 'Nothing found')} in what was looked at: ${[size, ...aside].join(', ')}`;
  return `${seen}; ${unseen.join(', ')}.`;
}

/** What was not seen, counted: `2 modules and 1 file not looked into`, `1 limit reached`, `1 thing not understood`. */
function unseenCounts({ unreadModules, unreadFiles, cuts, notUnderstood }: CheckResult): string[] {
  const modules = new Set(unreadModules.map(({ address, source }) => `${address}  ${source}`)).size;
  const unread = [[modules, 'module'] as const, [unreadFiles.length, 'file'] as const]
    .filter(([count]) => count > 0)
    .map(([count, thing]) => plural(count, thing));
  return [
    ...(unread.length > 0 ? [`${list(unread)} not looked into`] : []),
    ...(cuts.length > 0 ? [`${plural(cuts.length, 'limit')} reached`] : []),
    ...(notUnderstood.length > 0 ? [`${plural(notUnderstood.length, 'thing')} not understood`] : []),
  ];
}

function plural(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

function list(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** The same for machines: one JSON object. */
export function jsonReport(result: CheckResult, context: ReportContext): Shown {
  const finding = ({ rule, severity, message, address, location, stages }: Finding) => ({
    rule: rule.name,
    severity,
    message,
    ...(address === undefined ? {} : { address }),
    ...placeOf(location, context),
    stages,
    why: rule.why,
    remedy: rule.remedy,
  });
  const cut = ({ what, location }: Cut) => ({
    what,
    ...placeOf(location, context),
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
      ...placeOf(location, context),
    })),
    complete: isComplete(result),
    unreadModules: result.unreadModules.map(({ address, source, location, why }) => ({
      address,
      source,
      ...(why === undefined ? {} : { why }),
      ...placeOf(location, context),
    })),
    unreadFiles: result.unreadFiles.map(({ path: file, why }) => ({
      file: shownPath({ path: file, line: 1 }, context),
      why,
    })),
    unfinished: result.unfinished,
    cuts: result.cuts.map(cut),
    notUnderstood: result.notUnderstood.map(cut),
    resources: result.resources,
    awsResources: result.awsResources,
  };
  return jsonText(report);
}

/** A place as the report for machines has it, with columns where they are known. */
function placeOf(location: Location | undefined, context: ReportContext): object {
  if (!location) return {};
  const { line, column, endLine, endColumn } = location;
  return { file: shownPath(location, context), line, column, endLine, endColumn };
}

/** The same for a workflow command, where columns have a meaning only within one line. */
function workflowPlace(location: Location | undefined, context: ReportContext): Record<string, string> {
  if (!location) return {};
  const { line, column, endLine = line, endColumn } = location;
  return {
    file: shownPath(location, context),
    line: String(line),
    ...(endLine === line && column !== undefined && endColumn !== undefined
      ? { col: String(column), endColumn: String(endColumn) }
      : {}),
  };
}

/**
 * Workflow commands, which GitHub shows beside the lines they are about, and below them what else there is to tell.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export function githubText(result: CheckResult, context: ReportContext): Shown {
  const commands = { error: 'error', warning: 'warning', note: 'notice' } as const;
  const found = result.findings.map(({ rule, severity, message, address, location }) => ({
    name: commands[severity],
    properties: {
      ...workflowPlace(location, context),
      title: rule.name,
    },
    message: [`${address === undefined ? '' : `${address} `}${message}.`, rule.why, rule.remedy],
  }));
  const rest = asides(result, context).flatMap(({ label, lines }) => lines.map((line) => `  ${label}: ${line}`));
  const summary = summaryLine(result, (_format, text) => text);
  // A log that nobody opens says it too.
  const unseen = isComplete(result)
    ? result.resources === 0 && found.length === 0
      ? [{ name: 'notice' as const, properties: { title: 'No resource was looked at' }, message: [summary] }]
      : []
    : [{ name: 'warning' as const, properties: { title: 'Not everything was looked at' }, message: [summary] }];
  return workflowText([...found, ...unseen], `${[summary, ...rest].join('\n')}\n`);
}
