import { own } from '../own.js';
import type { SchemaKind } from './provider-schema.js';
import changes from './provider-changes.json' with { type: 'json' };

/**
 * What `version` of hashicorp/aws has and 5.100.0 has not (`added`), and the reverse (`removed`): by kind and by type
 * without `aws_`, the names of attributes and blocks; an empty text is the whole type. `added` has names of every level
 * of a resource, `removed` those of the first. `optional` has what is required in 5.100.0 and no more in 6. `region`, which 6.0 added to nearly every type, is left out.
 * Source: the two versions' schemas, that of the later one as @cdktf/provider-aws 21.22.1 carries it.
 * https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/guides/version-6-upgrade.html.markdown
 */
type Changes = Partial<Record<SchemaKind, Record<string, string>>>;

const added: Changes = changes.added;
const removed: Changes = changes.removed;
const optional: Changes = changes.optional;

/** The version 6 of hashicorp/aws that the changes are of. */
export const laterProviderVersion = changes.version;

/** Whether the type, or the attribute or block `name` of it, came after 5.100.0. */
export function isAddedLater(kind: SchemaKind, type: string, name?: string): boolean {
  return name === 'region' || isListed(added, kind, type, name);
}

/** Whether the type, or the attribute or block `name` of it, is gone in version 6. */
export function isRemovedLater(kind: SchemaKind, type: string, name?: string): boolean {
  return isListed(removed, kind, type, name);
}

/** Whether the attribute is required in 5.100.0 and no more in version 6. */
export function isOptionalLater(kind: SchemaKind, type: string, name: string): boolean {
  return isListed(optional, kind, type, name);
}

function isListed(list: Changes, kind: SchemaKind, type: string, name?: string): boolean {
  const types = list[kind] ?? {};
  const key = type.replace(/^aws_/, '');
  const names = own(types, key);
  return names === '' || (name !== undefined && names !== undefined && names.split(' ').includes(name));
}
