import path from 'node:path';

/** What runs the project. */
export type Tool = 'terraform' | 'opentofu';

/** `queue.tf.json` in two, `queue` and `.tf.json`; undefined for what is no file of a module, to neither of the tools. */
function partsOf(name: string): { stem: string; ending: string } | undefined {
  // As an editor leaves them: https://github.com/hashicorp/terraform/blob/main/internal/configs/parser_file_matcher.go
  if (name.startsWith('.') || name.endsWith('~') || (name.startsWith('#') && name.endsWith('#'))) return undefined;
  const ending = ['.tf.json', '.tofu.json', '.tf', '.tofu'].find((one) => name.endsWith(one));
  return ending === undefined ? undefined : { stem: name.slice(0, -ending.length), ending };
}

/** Whether a file's blocks are merged into those of other files. */
export function isOverride(file: string): boolean {
  const stem = partsOf(path.posix.basename(file))?.stem;
  return stem !== undefined && (stem === 'override' || stem.endsWith('_override'));
}

/** Whether a file of this name is one of a module: HCL or JSON, for Terraform or for OpenTofu alone. */
export function isRead(name: string): boolean {
  return partsOf(name) !== undefined;
}

/** Whether a file of a module is for OpenTofu alone. */
export function isForOpenTofu(name: string): boolean {
  return partsOf(name)?.ending.startsWith('.tofu') ?? false;
}

/** Whether a file of a module is in JSON. */
export function isJson(file: string): boolean {
  return file.endsWith('.json');
}

/**
 * The files of a module that the tool reads. For OpenTofu `queue.tofu` takes the place of `queue.tf`, and
 * `queue.tofu.json` that of `queue.tf.json`: https://opentofu.org/docs/language/files/#extension-precedence
 */
export function filesOfModule(names: readonly string[], tool: Tool): string[] {
  const files = names.filter(isRead);
  if (tool === 'terraform') return files.filter((name) => !isForOpenTofu(name));
  const all = new Set(files);
  return files.filter((name) => {
    const { stem, ending } = partsOf(name)!;
    return isForOpenTofu(name) || !all.has(`${stem}${ending.replace('.tf', '.tofu')}`);
  });
}

/** Tools that make files of templates, by the ending of those; of some endings there are several. */
const templateTools = new Map([
  ...['jinja', 'jinja2', 'j2'].map((ending) => [ending, 'Jinja'] as const),
  ['erb', 'ERB'],
  ['mustache', 'Mustache'],
  ['hbs', 'Handlebars'],
  ...['tmpl', 'tpl', 'template', 'gotmpl'].map((ending) => [ending, 'another tool'] as const),
]);

/**
 * The file of a module that a template is filled in to be, and what by: `main.tf` of `main.tf.jinja`; undefined for what
 * is no such template.
 */
export function madeOfTemplate(name: string): { file: string; tool: string } | undefined {
  const dot = name.lastIndexOf('.');
  const file = name.slice(0, Math.max(0, dot));
  const tool = templateTools.get(name.slice(dot + 1));
  return tool !== undefined && isRead(file) ? { file, tool } : undefined;
}

/** Whether a file of this name is one of a module, or becomes one. */
export function isOfModule(name: string): boolean {
  return isRead(name) || madeOfTemplate(name) !== undefined;
}

/** Why the tool does not read a file of a module that the other tool would read; a clause. */
export function whyPassedOver(name: string): string {
  if (isForOpenTofu(name)) return 'is for OpenTofu alone, and this is read as Terraform reads it';
  const instead = name.replace(/\.tf(\.json)?$/, '.tofu$1');
  return `is read by Terraform, and not by OpenTofu, for which ${instead} takes its place`;
}

/** Whether a file holds values of variables. */
export function isVariables(name: string): boolean {
  return /\.tfvars(\.json)?$/.test(name);
}

/** Whether a file holds Terraform's own tests. */
export function isTest(name: string): boolean {
  return name.endsWith('.tftest.hcl') && !name.startsWith('.');
}

/**
 * The folder of a module that is called by path from the folder `from`; both are relative to the root module, which is
 * `''`. Undefined for a source that is no path.
 */
export function folderOfSource(from: string, source: string): string | undefined {
  if (!/^\.\.?\//.test(source)) return undefined;
  return joined(from, source);
}

/** A path behind a folder, as `Project.folders` names folders: `''` for the root module. */
export function joined(folder: string, relative: string): string {
  const whole = path.posix.join(folder, relative);
  return whole === '.' || whole === './' ? '' : whole.replace(/\/$/, '');
}
