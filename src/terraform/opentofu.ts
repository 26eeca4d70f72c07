import { isForOpenTofu, type Tool } from './module-files.js';
import type { Sources } from './project.js';
import { upwards } from './surroundings.js';
import type { BlockSyntax } from './syntax.js';

/** Files in which tools that install others are told which: https://mise.jdx.dev, https://asdf-vm.com */
const toolVersions = ['.tool-versions', 'mise.toml', '.mise.toml'];

/**
 * What the project is run with, as far as the files beside it tell. A file that only OpenTofu reads tells, and so do the
 * version of OpenTofu that tofuenv or tenv is to take, and a lock file with providers of OpenTofu's registry.
 */
export function toolOf(sources: Sources): Tool {
  if ((sources.list('') ?? []).some(isForOpenTofu)) return 'opentofu';
  if ((sources.read('.terraform.lock.hcl') ?? '').includes('"registry.opentofu.org/')) return 'opentofu';
  for (const folder of upwards(sources)) {
    const names = sources.list(folder) ?? [];
    if (names.includes('.opentofu-version')) return 'opentofu';
    const file = toolVersions.find((name) => names.includes(name));
    const text = file === undefined ? '' : (sources.read(folder === '' ? file : `${folder}/${file}`) ?? '');
    const named = new Set(text.split('\n').map((line) => line.split(/[\s="]+/).find((word) => word !== '')));
    // Of a project with both it is not known.
    if (named.has('opentofu') && !named.has('terraform')) return 'opentofu';
  }
  return 'terraform';
}

/**
 * Whether a block is one that OpenTofu alone takes, by its documentation: the encryption of state and plan (1.7), a
 * provider's for_each (1.9), and `enabled` in a lifecycle block (1.11).
 * https://opentofu.org/docs/language/state/encryption, https://opentofu.org/docs/language/providers/configuration,
 * https://opentofu.org/docs/language/meta-arguments/enabled
 */
export function isOfOpenTofu({ type, body }: BlockSyntax): boolean {
  if (type === 'terraform') return body.blocks.some((block) => block.type === 'encryption');
  if (type === 'provider') return body.attributes.some(({ name }) => name === 'for_each');
  return enabledIn({ type, body }) !== undefined;
}

/** What says whether the only instance of a resource or module is there. */
export function enabledIn({ type, body }: Pick<BlockSyntax, 'type' | 'body'>) {
  if (!['resource', 'data', 'ephemeral', 'module'].includes(type)) return undefined;
  return body.blocks
    .filter((block) => block.type === 'lifecycle')
    .flatMap((block) => block.body.attributes)
    .find(({ name }) => name === 'enabled');
}
