import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { Node } from 'typescript/unstable/ast';
import { API, type Checker } from 'typescript/unstable/sync';

/** A place in the sources, as `src/a.ts:12: table[name]`. */
export type Place = string;

/**
 * Calls `visit` with every node of the sources that `isWanted` by their names from the folder of a tsconfig.json, with the
 * compiler's types and with what says where a node of that file stands.
 */
export function eachNode(
  config: string,
  isWanted: (name: string) => boolean,
  visit: (node: Node, checker: Checker, place: (node: Node) => Place) => void,
): void {
  const api = new API({ cwd: path.dirname(config) });
  try {
    const project = api.updateSnapshot({ openProjects: [config] }).getProject(config);
    if (!project) throw new Error(`${config} describes no project`);
    const { checker, program } = project;
    for (const file of project.rootFiles) {
      const name = path.relative(path.dirname(config), file).split(path.sep).join('/');
      if (!isWanted(name) || name.endsWith('.d.ts')) continue;
      const text = readFileSync(file, 'utf8');
      const place = (node: Node): Place => {
        const [start, end] = [node.getStart(), node.end];
        const line = text.slice(0, start).split('\n').length;
        return `${name}:${line}: ${text.slice(start, end).replaceAll(/\s+/g, ' ')}`;
      };
      const each = (node: Node): void => {
        visit(node, checker, place);
        node.forEachChild(each);
      };
      const source = program.getSourceFile(file);
      if (source) each(source);
    }
  } finally {
    api.close();
  }
}
