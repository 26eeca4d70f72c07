import { parse } from '@cdktn/hcl2json';

import type { ProjectFiles } from '../../src/render/render.js';

/** A block as hcl2json gives it: arguments by name, nested blocks as lists. */
export type Block = Record<string, unknown>;

export interface HclProject {
  resources: { type: string; name: string; body: Block; file: string }[];
  data: { type: string; name: string; body: Block; file: string }[];
  variables: { name: string; body: Block }[];
  outputs: { name: string; body: Block }[];
  /** All of the project's own .tf text, bootstrap left out. */
  text: string;
}

/** Reads the root module of a project with HashiCorp's own parser. */
export async function readHcl(files: ProjectFiles): Promise<HclProject> {
  const project: HclProject = { resources: [], data: [], variables: [], outputs: [], text: '' };
  for (const [file, text] of files) {
    if (!/^[\w-]+\.tf$/.test(file)) continue;
    project.text += text;
    const root = (await parse(file, text)) as Record<string, Record<string, unknown>>;
    for (const kind of ['resource', 'data'] as const) {
      for (const [type, byName] of Object.entries(root[kind] ?? {})) {
        for (const [name, [body]] of Object.entries(byName as Record<string, [Block]>)) {
          (kind === 'data' ? project.data : project.resources).push({ type, name, body, file });
        }
      }
    }
    for (const [name, [body]] of Object.entries((root.variable ?? {}) as Record<string, [Block]>))
      project.variables.push({ name, body });
    for (const [name, [body]] of Object.entries((root.output ?? {}) as Record<string, [Block]>))
      project.outputs.push({ name, body });
  }
  return project;
}

/** The statements of every policy document of a project. */
export function statements(project: HclProject): { document: string; statement: Block }[] {
  return project.data
    .filter((block) => block.type === 'aws_iam_policy_document')
    .flatMap((block) =>
      ((block.body.statement ?? []) as Block[]).map((statement) => ({ document: block.name, statement })),
    );
}
