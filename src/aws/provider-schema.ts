import { own } from '../own.js';
import providerTable from './provider-schema.json' with { type: 'json' };

/**
 * What `terraform providers schema -json` says of hashicorp/aws, written by scripts/facts-provider.mjs. `types` has, by
 * type without `aws_`, the bodies of the resource, the data source and the ephemeral resource, split by `|`; one that
 * starts with `^` is deprecated. A body is four lists, split by commas: required, optional and computed attributes, then
 * blocks. An entry of a list is
 * - its name, then `^` if deprecated;
 * - of a block, how many there may be: at most one, `+` exactly one, `:1-5` from one to five, `:-` any number;
 * - the body of a block, or of the objects in an attribute: `{...}`, `@3` (the one with that index in `shared`), or `?`
 *   (not kept).
 */
const { version, shared, types }: { version: string; shared: string[]; types: Record<string, string> } = providerTable;

/** The version of hashicorp/aws that the schema is of. */
export const providerVersion = version;

const kinds = ['resource', 'data', 'ephemeral'] as const;

export type SchemaKind = (typeof kinds)[number];

export interface AttributeSchema {
  required: boolean;
  /** The provider sets it: it can be read, never written. */
  computedOnly: boolean;
  deprecated: boolean;
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
  deprecated: boolean;
  minItems: number;
  maxItems: number | undefined;
  body: (() => BlockSchema) | undefined;
}

const groups = ['required', 'optional', 'computed', 'block'] as const;

const unkept: BlockSchema = blockSchema(new Map(), { open: true });

function blockSchema(entries: ReadonlyMap<string, Entry>, { open = false, deprecated = false } = {}): BlockSchema {
  const namesOf = (wanted: (entry: Entry) => boolean) =>
    [...entries].filter(([, entry]) => wanted(entry)).map(([name]) => name);
  return {
    open,
    deprecated,
    attribute(name) {
      const entry = entries.get(name);
      if (!entry || entry.group === 'block') return undefined;
      return {
        required: entry.group === 'required',
        computedOnly: entry.group === 'computed',
        deprecated: entry.deprecated,
        ...(entry.body ? { fields: entry.body() } : {}),
      };
    },
    block(name) {
      const entry = entries.get(name);
      if (!entry?.body || entry.group === 'computed') return undefined;
      const { minItems, maxItems, deprecated } = entry;
      return { schema: entry.body(), minItems, ...(maxItems === undefined ? {} : { maxItems }), deprecated };
    },
    requiredAttributes: () => namesOf(({ group }) => group === 'required'),
    requiredBlocks: () => namesOf(({ group, minItems }) => group === 'block' && minItems > 0),
    names: () => [...entries.keys()],
  };
}

const parsedShared = new Map<number, BlockSchema>();

function sharedSchema(index: number): BlockSchema {
  const schema = parsedShared.get(index) ?? blockSchema(parse(shared[index]!));
  parsedShared.set(index, schema);
  return schema;
}

const entryPattern =
  /(?<name>\w+)(?<deprecated>\^?)(?<limits>\+|:(?<min>\d*)-(?<max>\d*)|)(?:@(?<index>\d+)|(?<body>[{?]))?/y;

function parse(text: string): Map<string, Entry> {
  let at = 0;
  return body();

  function body(): Map<string, Entry> {
    const entries = new Map<string, Entry>();
    for (let group = 0; at < text.length && text[at] !== '}';) {
      if (text[at] === ',') group++;
      if (text[at] === ',' || text[at] === ' ') at++;
      else entry(groups[group]!, entries);
    }
    return entries;
  }

  function entry(group: Entry['group'], entries: Map<string, Entry>): void {
    entryPattern.lastIndex = at;
    const parts = entryPattern.exec(text)!.groups!;
    at = entryPattern.lastIndex;
    const read: Entry = { group, deprecated: parts.deprecated === '^', ...itemsOf(group, parts), body: undefined };
    entries.set(parts.name!, read);
    if (parts.index) read.body = () => sharedSchema(Number(parts.index));
    if (parts.body === '?') read.body = () => unkept;
    if (parts.body !== '{') return;
    const schema = blockSchema(body());
    at++;
    read.body = () => schema;
  }
}

function itemsOf(group: Entry['group'], { limits, min, max }: Record<string, string | undefined>) {
  // Written as blocks, an attribute has as many as there are objects in its list.
  if (group !== 'block') return { minItems: group === 'required' ? 1 : 0, maxItems: undefined };
  if (limits === '') return { minItems: 0, maxItems: 1 };
  if (limits === '+') return { minItems: 1, maxItems: 1 };
  return { minItems: Number(min), maxItems: max ? Number(max) : undefined };
}

const parsedTypes = new Map<string, BlockSchema>();

/** The schema of `type` (`aws_lb`); undefined for a type that this version of the provider does not have. */
export function resourceSchema(kind: SchemaKind, type: string): BlockSchema | undefined {
  const key = `${kind} ${type}`;
  const known = parsedTypes.get(key);
  if (known) return known;
  const name = type.startsWith('aws_') ? type.slice('aws_'.length) : '';
  const text = own(types, name)?.split('|')[kinds.indexOf(kind)];
  if (!text) return undefined;
  const deprecated = text.startsWith('^');
  const schema = blockSchema(parse(deprecated ? text.slice(1) : text), { deprecated });
  parsedTypes.set(key, schema);
  return schema;
}

/** Every type of this kind, in alphabetical order. */
export function schemaTypes(kind: SchemaKind): string[] {
  return Object.keys(types)
    .map((name) => `aws_${name}`)
    .filter((type) => own(types, type.slice('aws_'.length))!.split('|')[kinds.indexOf(kind)]);
}
