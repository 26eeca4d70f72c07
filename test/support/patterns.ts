import { readFileSync } from 'node:fs';
import path from 'node:path';

import {
  SyntaxKind,
  type Expression,
  type NewExpression,
  type Node,
  type NoSubstitutionTemplateLiteral,
  type StringLiteral,
  type TemplateExpression,
} from 'typescript/unstable/ast';
import { API } from 'typescript/unstable/sync';

/** A regular expression in the sources, at a place as `src/a.ts:12`. */
export interface Pattern {
  file: string;
  line: number;
  source: string;
  flags: string;
}

/**
 * Every regular expression in the sources below `folder` of the project that a tsconfig.json describes. What is put
 * into the text of one stands there as `parts` says by its name, and otherwise as a word.
 */
export function patternsIn(config: string, folder: string, parts: Readonly<Record<string, string>>): Pattern[] {
  const api = new API({ cwd: path.dirname(config) });
  try {
    const project = api.updateSnapshot({ openProjects: [config] }).getProject(config);
    if (!project) throw new Error(`${config} describes no project`);
    const found: Pattern[] = [];
    for (const name of project.rootFiles) {
      const file = path.relative(path.dirname(config), name).split(path.sep).join('/');
      if (!file.startsWith(folder) || file.endsWith('.d.ts')) continue;
      const text = readFileSync(name, 'utf8');
      const add = (node: Node, source: string, flags: string) =>
        found.push({ file, line: text.slice(0, node.getStart()).split('\n').length, source, flags });
      const visit = (node: Node): void => {
        if (node.kind === SyntaxKind.RegularExpressionLiteral) {
          const [, source, flags] = /^\/(.*)\/(\w*)$/s.exec(node.getText())!;
          add(node, source!, flags!);
        }
        if (node.kind === SyntaxKind.NewExpression) {
          const { expression, arguments: given } = node as NewExpression;
          if (expression.getText() === 'RegExp' && given?.[0]) {
            add(node, textOf(given[0], parts), given[1] ? textOf(given[1], parts) : '');
          }
        }
        node.forEachChild(visit);
      };
      const source = project.program.getSourceFile(name);
      if (source) visit(source);
    }
    return found;
  } finally {
    api.close();
  }
}

/** The text that an expression makes, with what is known of what is put into it. */
function textOf(node: Expression, parts: Readonly<Record<string, string>>): string {
  if (node.kind === SyntaxKind.StringLiteral || node.kind === SyntaxKind.NoSubstitutionTemplateLiteral) {
    return (node as StringLiteral | NoSubstitutionTemplateLiteral).text;
  }
  if (node.kind === SyntaxKind.TemplateExpression) {
    const { head, templateSpans } = node as TemplateExpression;
    return (
      head.text +
      [...templateSpans].map((span) => (parts[span.expression.getText()] ?? 'name') + span.literal.text).join('')
    );
  }
  return parts[node.getText()] ?? 'name';
}
