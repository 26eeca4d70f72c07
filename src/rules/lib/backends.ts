import type { BlockSyntax, Expression } from '../../terraform/syntax.js';
import { blockLocation } from '../../terraform/location.js';
import type { Location, Project } from '../../terraform/project.js';
import { argument } from '../../terraform/references.js';

/** The file beside the project that `terraform init -backend-config=backend.hcl` reads. */
export const backendFile = 'backend.hcl';

/** Where the state of a project is kept. */
export interface Backend {
  type: string;
  syntax: BlockSyntax;
  location: Location;
}

/** The `backend` blocks of the root module. */
export function backendsOf(project: Project): Backend[] {
  return (project.folders[0]?.blocks ?? []).flatMap(({ syntax, file }) =>
    (syntax.type === 'terraform' ? syntax.body.blocks : [])
      .filter(({ type }) => type === 'backend')
      .map((backend) => ({
        type: backend.labels[0] ?? '',
        syntax: backend,
        location: blockLocation(file, backend),
      })),
  );
}

/** A line of backend.hcl. */
export interface Setting {
  /** As it is written, without quotes. */
  value: string;
  location: Location;
}

/** What backend.hcl sets; undefined where there is no such file. */
export function backendSettings(project: Project): ReadonlyMap<string, Setting> | undefined {
  const text = project.read(backendFile);
  if (text === undefined) return undefined;
  const settings = new Map<string, Setting>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [, name, rest = ''] = /^\s*([\w-]+)\s*=(.*)$/s.exec(line) ?? [];
    const value = settingValue(rest.trim());
    if (name !== undefined && value !== undefined)
      settings.set(name, { value, location: { path: backendFile, line: index + 1 } });
  }
  return settings;
}

/** What is before a comment, with or without quotes; undefined where more than a comment comes after a quote. */
function settingValue(text: string): string | undefined {
  const written = text.startsWith('"') ? text.slice(1) : text;
  const end = written.search(/["#]/);
  if (end < 0) return written;
  if (written[end] === '#') return written.slice(0, end).trimEnd();
  const after = written.slice(end + 1).trimStart();
  return after === '' || after.startsWith('#') ? written.slice(0, end) : undefined;
}

/** Whether the rest of a backend's settings comes from elsewhere: it names no bucket, and backend.hcl is not there. */
export function isSetElsewhere(project: Project, { syntax }: Backend): boolean {
  return !argument(syntax.body, 'bucket') && !backendSettings(project)?.has('bucket');
}

/** Whether the block, or backend.hcl, sets an argument to something other than false or nothing. */
export function backendSets(project: Project, { syntax }: Backend, name: string): boolean {
  const written = argument(syntax.body, name)?.expression;
  if (written) return !isOff(written);
  const { value } = backendSettings(project)?.get(name) ?? {};
  return value !== undefined && !['', 'false', 'null'].includes(value);
}

function isOff(expression: Expression): boolean {
  return expression.kind === 'literal' && [false, 'false', null, ''].includes(expression.value as string);
}
