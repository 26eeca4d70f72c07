import path from 'node:path';

/** Whether a file's blocks are merged into those of other files. */
export function isOverride(file: string): boolean {
  return /^(.*_)?override\.tf$/.test(path.posix.basename(file));
}

/** Whether a file of a module is read: Terraform reads no hidden files, such as an editor leaves. */
export function isRead(name: string): boolean {
  return name.endsWith('.tf') && !name.startsWith('.');
}

/** Whether a file holds values of variables. */
export function isVariables(name: string): boolean {
  return /\.tfvars(\.json)?$/.test(name);
}

/** Whether a file holds Terraform's own tests. */
export function isTest(name: string): boolean {
  return name.endsWith('.tftest.hcl') && !name.startsWith('.');
}

/** Whether a file is of the module all the same: in JSON, or for OpenTofu alone. */
export function isLeftUnread(name: string): boolean {
  return /\.(tf\.json|tofu|tofu\.json)$/.test(name) && !name.startsWith('.');
}

/**
 * The folder of a module that is called by path from the folder `from`; both are relative to the root module, which is
 * `''`. Undefined for a source that is no path.
 */
export function folderOfSource(from: string, source: string): string | undefined {
  if (!/^\.\.?\//.test(source)) return undefined;
  const joined = path.posix.join(from, source);
  return joined === '.' || joined === './' ? '' : joined.replace(/\/$/, '');
}
