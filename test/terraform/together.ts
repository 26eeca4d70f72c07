// Many projects in one run of terraform: each is a module of one root, so that provider and schema are loaded once.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { texts, type ProjectFiles } from '../../src/render/project-files.js';
import { writeFiles } from '../support/files.js';
import { moduleBeside, modulesBeside } from '../support/modules.js';
import { lockFile as lockFileName, terraform, type Outcome } from './terraform.js';

/** A project, or a module beside it, by the name that its faults are reported under. */
export interface Root {
  name: string;
  files: ProjectFiles;
}

/** The folders of projects that terraform runs in, each as a project: its own, and those beside it, such as bootstrap/. */
export function rootsOf(projects: readonly Root[]): Root[] {
  return projects.flatMap(({ name, files }) => {
    const beside = modulesBeside(files);
    const own = new Map([...files].filter(([file]) => !beside.some((module) => file.startsWith(`${module}/`))));
    return [
      { name, files: own },
      ...beside.map((module) => ({ name: `${name}/${module}`, files: moduleBeside(files, module) })),
    ];
  });
}

/** What a module may not have, or should not: a provider's configuration, and a backend. */
const ofRootsAlone = /^provider "\w+" \{\n[\s\S]*?^\}\n|^ +backend "\w+" \{[\s\S]*?\}\n/gm;

/** What validateTogether() does not look at in a project; once for each such text, its own root has to be validated. */
export function textOfRootAlone({ files }: Root): string {
  return terraformFiles(files)
    .flatMap(([, text]) => text.match(ofRootsAlone) ?? [])
    .join('');
}

/** The first of the projects that has it, for each text that only a root may have. */
export function withDistinctRoots(roots: readonly Root[]): Root[] {
  const byText = new Map<string, Root>();
  for (const root of roots) if (!byText.has(textOfRootAlone(root))) byText.set(textOfRootAlone(root), root);
  return [...byText.values()];
}

function terraformFiles(files: ProjectFiles): [file: string, text: string][] {
  return [...texts(files)].filter(([file]) => /^[^/]+\.tf$/.test(file));
}

export function moduleName(index: number): string {
  return `project_${index}`;
}

/**
 * Writes a root into `folder` that calls each of these as a module, with the values in its terraform.tfvars. Where it is
 * said where the resources of each are, that module gets a provider of its own.
 */
export function placeTogether(
  roots: readonly Root[],
  folder: string,
  providerOf?: (index: number) => { region: string; more: string },
): void {
  for (const [index, { files }] of roots.entries()) {
    const name = moduleName(index);
    // What Terraform reads by file() is among them.
    const module = terraformFiles(files).map(([file, text]) => [file, text.replaceAll(ofRootsAlone, '')] as const);
    writeFiles(new Map([...files, ...module]), path.join(folder, name));
    const provider = providerOf?.(index);
    const text = `${provider ? `provider "aws" {\n  alias  = "${name}"\n  region = "${provider.region}"\n  ${provider.more}\n}\n\n` : ''}module "${name}" {
  source = "./${name}"
${provider ? `\n  providers = {\n    aws = aws.${name}\n  }\n` : ''}
${texts(files).get('terraform.tfvars') ?? ''}}
`;
    writeFileSync(path.join(folder, `${name}.tf`), text);
  }
}

/**
 * What `terraform validate` has to say, errors and warnings, each as a line that begins with its project's name and file.
 * A value in a terraform.tfvars that no variable takes is an error too.
 */
export async function validateTogether(
  roots: readonly Root[],
  { folder, dataFolder, lockFile }: { folder: string; dataFolder: string; lockFile: string },
): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  placeTogether(roots, folder);
  copyFileSync(lockFile, path.join(folder, lockFileName));
  // Of its own, because the list of modules is kept there; the provider is the one of all.
  const ownData = path.join(folder, '.terraform');
  const init = await terraform(
    folder,
    ownData,
    'init',
    '-input=false',
    '-no-color',
    `-plugin-dir=${path.join(dataFolder, 'providers')}`,
  );
  if (init.status !== 0) return [init.output];
  return diagnostics(await terraform(folder, ownData, 'validate', '-json'), (file) => {
    const [, index, inModule] = /^project_(\d+)(?:\.tf|\/(.*))$/.exec(file) ?? [];
    return index === undefined ? file : `${roots[Number(index)]!.name}: ${inModule ?? 'terraform.tfvars'}`;
  });
}

interface Diagnostic {
  severity: string;
  summary: string;
  detail: string;
  range?: { filename: string; start: { line: number } };
}

/** What `terraform validate -json` said, each as a line; `named` says what a file is called in it. */
export function diagnostics({ output }: Outcome, named: (file: string) => string): string[] {
  const { valid, diagnostics: found } = JSON.parse(output) as { valid: boolean; diagnostics: Diagnostic[] };
  const lines = found.map(
    ({ severity, summary, detail, range }) =>
      `${range ? `${named(range.filename)}:${range.start.line}: ` : ''}${severity}: ${summary}: ${detail}`,
  );
  return valid || lines.length > 0 ? lines : ['not valid'];
}
