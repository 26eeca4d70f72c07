import { own } from '../own.js';
import providerTable from './provider-schema.json' with { type: 'json' };

/**
 * What hashicorp/aws takes, in the last version 5 and in a version 6, written by scripts/facts-provider.mjs. `types` has,
 * by type without `aws_`, the bodies of the resource, the data source and the ephemeral resource, split by `|`; one that
 * starts with `-:` is gone in version 6, one with `+:` came with it, and `^` after that is deprecated. A body is four lists,
 * split by commas: required, optional and computed attributes, then blocks. An entry of a list is
 * - `-` if only version 5 has it so, `+` if only version 6 has;
 * - its name, then `^` if deprecated;
 * - of an attribute that can be set, its type: text where nothing is said, `!` truth value, `~` number, `?` not known;
 *   before that of the elements `[` list, `(` set, `<` map; objects have a body;
 * - of a block, how many there may be: at most one, `+` exactly one, `:1-5` from one to five, `:-` any number;
 * - the body of a block, or of the objects in an attribute: `{...}`, `@3` (the one with that index in `shared`), or `?`
 *   (not kept).
 * What is deprecated is known of version 5 only.
 */
const { versions, shared, types }: { versions: string[]; shared: string[]; types: Record<string, string> } =
  providerTable;

/** The versions of hashicorp/aws that the schema is of. */
export const providerVersions = { five: versions[0]!, six: versions[1]! };

/** Version 5, version 6, or either of them: what one has is there, and what both require is required. */
export type ProviderVersions = 'five' | 'six' | 'either';

const kinds = ['resource', 'data', 'ephemeral'] as const;

export type SchemaKind = (typeof kinds)[number];

/** What an argument takes: `fields` are those of an object. */
export type ArgumentType =
  | { kind: 'string' | 'number' | 'bool' | 'any' }
  | { kind: 'list' | 'set' | 'map'; of: ArgumentType }
  | { kind: 'object'; fields: BlockSchema };

export interface AttributeSchema {
  required: boolean;
  /** The provider sets it: it can be read, never written. */
  computedOnly: boolean;
  deprecated: boolean;
  type: ArgumentType;
  /** What each object in it holds, where it is a list or set of objects and the schema keeps that. */
  fields?: BlockSchema;
}

export interface NestedBlock {
  schema: BlockSchema;
  minItems: number;
  /** Absent where there is no limit. */
  maxItems?: number;
  deprecated: boolean;
}

/**
 * What may stand in a block. Terraform's own arguments and blocks (count, for_each, provider, depends_on, lifecycle,
 * connection, provisioner, dynamic) are not in it.
 */
export interface BlockSchema {
  /** Nothing is kept of this block: that a name is not found says nothing. */
  open: boolean;
  /** Of a whole resource or data source. */
  deprecated: boolean;
  attribute(name: string): AttributeSchema | undefined;
  /**
   * The block `name`. An attribute that holds objects and may be written as blocks too (`ingress = []`, `ingress {}`)
   * is found both here and as an attribute; in the block form none of its fields is required.
   */
  block(name: string): NestedBlock | undefined;
  /** Attributes that must be set; one that block() finds too may be given as a block instead. */
  requiredAttributes(): string[];
  /** Blocks of which there must be one or more. */
  requiredBlocks(): string[];
  /** Attributes, computed ones too, and blocks: all that can be referenced. */
  names(): string[];
}

interface Entry {
  group: 'required' | 'optional' | 'computed' | 'block';
  /** Whether every version that is asked about has it so. */
  always: boolean;
  deprecated: boolean;
  minItems: number;
  maxItems: number | undefined;
  type: ArgumentType;
  body: (() => BlockSchema) | undefined;
}

/** By name. An attribute or block that is another one in version 6 has two entries. */
type Entries = ReadonlyMap<string, readonly Entry[]>;

const groups = ['required', 'optional', 'computed', 'block'] as const;

const any: ArgumentType = { kind: 'any' };

const unkept: BlockSchema = blockSchema(new Map(), { open: true });

function blockSchema(entries: Entries, { open = false, deprecated = false } = {}): BlockSchema {
  const namesOf = (isWanted: (found: readonly Entry[]) => boolean) =>
    [...entries].filter(([, found]) => isWanted(found)).map(([name]) => name);
  return {
    open,
    deprecated,
    attribute(name) {
      const all = entries.get(name) ?? [];
      const found = all.filter(({ group }) => group !== 'block');
      const [first, second] = found;
      if (!first) return undefined;
      const fields = second ? undefined : first.body?.();
      return {
        required: isEvery(all, ({ group }) => group === 'required'),
        computedOnly: all.every(({ group }) => group === 'computed'),
        deprecated: first.deprecated,
        type: second ? any : first.type,
        ...(fields ? { fields } : {}),
      };
    },
    block(name) {
      const [first, second] = (entries.get(name) ?? []).filter((entry) => isWrittenAsBlock(entry));
      if (!first?.body) return undefined;
      const { minItems, maxItems, deprecated } = first;
      if (second) return { schema: unkept, minItems: Math.min(minItems, second.minItems), deprecated };
      return { schema: first.body(), minItems, ...(maxItems === undefined ? {} : { maxItems }), deprecated };
    },
    requiredAttributes: () => namesOf((found) => isEvery(found, ({ group }) => group === 'required')),
    requiredBlocks: () =>
      namesOf((found) => isEvery(found, ({ group, minItems }) => group === 'block' && minItems > 0)),
    names: () => [...entries.keys()],
  };
}

/** Whether something is so in every version: one entry is of all, or there is one for each. */
function isEvery(found: readonly Entry[], is: (entry: Entry) => boolean): boolean {
  return (found[0]?.always === true || found.length > 1) && found.every(is);
}

function isWrittenAsBlock({ group, type }: Entry): boolean {
  if (group === 'block') return true;
  return group !== 'computed' && (type.kind === 'list' || type.kind === 'set') && type.of.kind === 'object';
}

const entryPattern =
  /(?<only>[-+]?)(?<name>\w+)(?<deprecated>\^?)(?<limits>\+|:(?<min>\d*)-(?<max>\d*)|)(?<type>[[(<!~]*)(?:@(?<index>\d+)|(?<body>[{?]))?/y;

/** What `versions` have of one text of the table. */
function parse(text: string, versions: ProviderVersions): Map<string, Entry[]> {
  let at = 0;
  return body();

  function body(): Map<string, Entry[]> {
    const entries = new Map<string, Entry[]>();
    for (let group = 0; at < text.length && text[at] !== '}';) {
      if (text[at] === ',') group++;
      if (text[at] === ',' || text[at] === ' ') at++;
      else entry(groups[group]!, entries);
    }
    return entries;
  }

  function entry(group: Entry['group'], entries: Map<string, Entry[]>): void {
    entryPattern.lastIndex = at;
    const parts = entryPattern.exec(text)!.groups!;
    at = entryPattern.lastIndex;
    const inside = bodyOf(group, parts);
    if (!isIn(parts.only!, versions)) return;
    const read: Entry = {
      group,
      always: versions !== 'either' || parts.only === '',
      deprecated: parts.deprecated === '^',
      ...itemsOf(group, parts),
      type: typeOf(parts.type!, parts.body === '?' ? any : inside ? objectOf(inside) : { kind: 'string' }),
      body: inside,
    };
    entries.set(parts.name!, [...(entries.get(parts.name!) ?? []), read]);
  }

  function bodyOf(group: Entry['group'], { index, body: start }: Record<string, string | undefined>): Entry['body'] {
    if (index) return () => sharedSchema(Number(index), versions);
    if (start === '?') return group === 'block' ? () => unkept : undefined;
    if (start !== '{') return undefined;
    const schema = blockSchema(body());
    at++;
    return () => schema;
  }
}

function isIn(mark: string, versions: ProviderVersions): boolean {
  return mark === '' || versions === 'either' || (mark === '-') === (versions === 'five');
}

function objectOf(fields: () => BlockSchema): ArgumentType {
  return {
    kind: 'object',
    get fields() {
      return fields();
    },
  };
}

const collections: Readonly<Record<string, 'list' | 'set' | 'map'>> = { '[': 'list', '(': 'set', '<': 'map' };

function typeOf(marks: string, innermost: ArgumentType): ArgumentType {
  const mark = marks[0];
  if (mark === undefined) return innermost;
  const kind = own(collections, mark);
  return kind ? { kind, of: typeOf(marks.slice(1), innermost) } : { kind: mark === '!' ? 'bool' : 'number' };
}

function itemsOf(group: Entry['group'], { limits, min, max }: Record<string, string | undefined>) {
  // Written as blocks, an attribute has as many as there are objects in its list.
  if (group !== 'block') return { minItems: group === 'required' ? 1 : 0, maxItems: undefined };
  if (limits === '') return { minItems: 0, maxItems: 1 };
  if (limits === '+') return { minItems: 1, maxItems: 1 };
  return { minItems: Number(min), maxItems: max ? Number(max) : undefined };
}

const parsedShared = new Map<string, BlockSchema>();

function sharedSchema(index: number, versions: ProviderVersions): BlockSchema {
  const key = `${versions} ${index}`;
  const schema = parsedShared.get(key) ?? blockSchema(parse(shared[index]!, versions));
  parsedShared.set(key, schema);
  return schema;
}

const parsedTypes = new Map<string, BlockSchema>();

/** The schema of `type` (`aws_lb`); undefined for a type that these versions of the provider do not have. */
export function resourceSchema(
  kind: SchemaKind,
  type: string,
  versions: ProviderVersions = 'five',
): BlockSchema | undefined {
  const key = `${versions} ${kind} ${type}`;
  const known = parsedTypes.get(key);
  if (known) return known;
  const text = textOf(kind, type.startsWith('aws_') ? type.slice('aws_'.length) : '', versions);
  if (text === undefined) return undefined;
  const deprecated = text.startsWith('^');
  const schema = blockSchema(parse(deprecated ? text.slice(1) : text, versions), { deprecated });
  parsedTypes.set(key, schema);
  return schema;
}

/** The text of a type without its mark; undefined where these versions do not have it. */
function textOf(kind: SchemaKind, name: string, versions: ProviderVersions): string | undefined {
  const text = own(types, name)?.split('|')[kinds.indexOf(kind)];
  const [, mark = '', rest] = /^(?:([-+]):)?([^]+)$/.exec(text ?? '') ?? [];
  return isIn(mark, versions) ? rest : undefined;
}

/** Every type of this kind, in alphabetical order. */
export function schemaTypes(kind: SchemaKind, versions: ProviderVersions = 'five'): string[] {
  return Object.keys(types)
    .filter((name) => textOf(kind, name, versions) !== undefined)
    .map((name) => `aws_${name}`);
}
