import type { Rule } from '../rules/rule.js';
import { columns, wrap } from './columns.js';
import type { Paint } from './paint.js';

/** A rule for people: why, the fault and its remedy, and where it is from. */
export function explainText(rule: Rule, paint: Paint): string {
  const paragraph = (text: string) => wrap(text, 100).join('\n');
  const code = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => (line === '' ? '' : `    ${line}`))
      .join('\n');
  return `${paint('bold', rule.name)}  (${rule.severity})

${paragraph(sentence(rule.title))}

${paragraph(rule.why)}

${paint('bold', 'Broken')}

${code(rule.example.broken)}

${paint('bold', 'Sound')}

${code(rule.example.sound)}

${paint('bold', 'Remedy')}

${paragraph(rule.remedy)}

Seen in     ${rule.stages.join(', ')}${rule.scope === 'generated' ? ', in projects of this generator only' : ''}
Lessons     ${rule.catalogue.join(', ')}
Source      ${rule.source}
To suppress # create-secure-infra:ignore ${rule.name} <your reason>
`;
}

/** "a load balancer is …" as a sentence. */
export function sentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}

/** Every rule, a line each. */
export function ruleList(rules: Iterable<Rule>): string {
  const rows = [...rules].map(({ name, severity, title }): [string, string] => [
    name,
    `${severity.padEnd(8)} ${title}`,
  ]);
  return `${columns(rows, 44)}\n`;
}

/** A rule's metadata for machines. */
export function ruleJson(rule: Rule): object {
  const { name, severity, title, why, remedy, catalogue, scope, stages, source, example } = rule;
  return { name, severity, title, why, remedy, catalogue, scope, stages, source, example };
}
