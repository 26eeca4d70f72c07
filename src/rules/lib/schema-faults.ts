import { oncePer } from '../../terraform/once-per.js';
import {
  resourceSchema,
  schemaTypes,
  type BlockSchema,
  type ProviderVersions,
  type SchemaKind,
} from '../../aws/provider-schema.js';
import { nearest } from '../../nearest.js';
import { locationIn } from '../../terraform/location.js';
import type { BlockSyntax, Body, Expression, Span } from '../../terraform/syntax.js';
import { Unknown } from '../../terraform/value.js';
import { Block, type Location, type Project, type Resource } from '../../terraform/project.js';
import { lookedAt, providerChoice } from './provider-version.js';

/** Something in a block that the provider's schema does not take. */
export interface SchemaFault {
  kind: 'type' | 'unknown' | 'computed' | 'missing';
  at: Block;
  message: string;
}

/** A part of a resource, for a finding about what is written there. */
export class ResourcePart extends Block {
  constructor(
    resource: Resource,
    private readonly at: Span,
  ) {
    super(resource.symbol, resource.body);
  }

  override location(): Location | undefined {
    const place = super.location();
    return place && locationIn(place.path, this.at);
  }
}

const kinds: Record<Resource['mode'], SchemaKind> = { managed: 'resource', data: 'data', ephemeral: 'ephemeral' };

/** Which of the schema's bodies a resource has. */
export function schemaKind(resource: Resource): SchemaKind {
  return kinds[resource.mode];
}

/** The blocks of AWS types as they are written, each with the first of the resources it makes. */
export function writtenResources(project: Project): { resource: Resource; syntax: BlockSyntax }[] {
  const seen = new Map<BlockSyntax, Resource>();
  for (const resource of project.resources) {
    const { syntax, type } = resource;
    if (syntax && type.startsWith('aws_') && !seen.has(syntax)) seen.set(syntax, resource);
  }
  return [...seen].map(([syntax, resource]) => ({ resource, syntax }));
}

/**
 * What the schema of hashicorp/aws does not take: that of version 5 or 6, if only one of them may be used, or else what
 * both refuse. Nothing where neither may be used.
 */
export const schemaFaults = oncePer((project): readonly SchemaFault[] => {
  const choice = providerChoice(project);
  const { schema } = choice;
  if (!schema) return [];
  return writtenResources(project).flatMap(({ resource, syntax }) => [
    ...new Reader(resource, { ...choice, schema }).faults(syntax),
  ]);
});

/** Whether version 5 has the name and 6 has not: argument-gone-in-provider-6 tells that where 6 gets installed. */
export function isGoneInSix(five: BlockSchema | undefined, six: BlockSchema | undefined, name: string): boolean {
  const isIn = (schema: BlockSchema) => schema.open || (schema.attribute(name) ?? schema.block(name)) !== undefined;
  return five !== undefined && six !== undefined && !five.open && isIn(five) && !isIn(six);
}

/**
 * The end of a message about a name that the schema does not have; undefined where it is no fault. What a version has
 * that came after the table is not known: there only what is a misspelling by all appearance is one.
 */
export function unknownName(name: string, known: () => readonly string[], isNewer: boolean): string | undefined {
  if (!isNewer) return suggestion(nearest(name, known()));
  const other = nearest(name, known(), 2);
  const isPlural = other !== undefined && (`${other}s` === name || `${name}s` === other);
  return other === undefined || isPlural ? undefined : suggestion(other);
}

/**
 * https://developer.hashicorp.com/terraform/language/meta-arguments, and how long the provider may take, which is not
 * in the table.
 */
const metaArguments = new Set(['count', 'for_each', 'depends_on', 'provider', 'timeouts']);
const metaBlocks = new Set(['lifecycle', 'provisioner', 'connection', 'timeouts']);

/** Compares one resource's block with the schema of its type. */
class Reader {
  private readonly kind: SchemaKind;
  private readonly type: string;
  private readonly versions: ProviderVersions;
  private readonly isNewer: boolean;

  constructor(
    private readonly resource: Resource,
    { schema, isNewer }: { schema: ProviderVersions; isNewer: boolean },
  ) {
    this.kind = schemaKind(resource);
    this.type = resource.type;
    this.versions = schema;
    this.isNewer = isNewer;
  }

  *faults(syntax: BlockSyntax): Generator<SchemaFault> {
    const schema = resourceSchema(this.kind, this.type, this.versions);
    const before = this.versions === 'six' ? resourceSchema(this.kind, this.type) : undefined;
    if (schema) yield* this.bodyFaults(ownBody(syntax), { schema, before, at: syntax.header, inside: '' });
    else if (!before) yield* this.typeFaults(syntax);
  }

  private *typeFaults(syntax: BlockSyntax): Generator<SchemaFault> {
    const other = this.otherKind() ?? unknownName(this.type, () => schemaTypes(this.kind, this.versions), this.isNewer);
    if (other !== undefined)
      yield this.fault('type', syntax.header, `is of a type that is not${lookedAt(this.versions)}${other}`);
  }

  private *bodyFaults(body: Body, place: Place): Generator<SchemaFault> {
    const { schema, at, inside } = place;
    if (schema.open) return;
    for (const attribute of body.attributes) yield* this.attributeFaults(attribute, place);
    for (const block of body.blocks) yield* this.blockFaults(block, place);
    if (this.isNewer) return;
    const written = new Set([
      ...body.attributes.map(({ name }) => name),
      ...body.blocks.map((block) => blockName(block)),
    ]);
    for (const name of [...schema.requiredAttributes(), ...schema.requiredBlocks()]) {
      if (written.has(name)) continue;
      const what = schema.attribute(name) ? `argument ${JSON.stringify(name)}` : `block ${JSON.stringify(name)}`;
      yield this.fault('missing', at, `lacks the ${what}${inside}`);
    }
  }

  /** Whether an argument may be left out after all: by null, or a variable that may be. */
  private mayBeNull(name: string, expression: Expression, inside: string): boolean {
    if (inside !== '')
      return expression.kind !== 'template' && !(expression.kind === 'literal' && expression.value !== null);
    const value = this.resource.get(name);
    if (value instanceof Unknown) return value.symbol === undefined || /(^|\.)var\./.test(value.symbol);
    return value === undefined;
  }

  private *attributeFaults(
    written: Body['attributes'][number],
    { schema, before, inside }: Place,
  ): Generator<SchemaFault> {
    const { name } = written;
    const attribute = schema.attribute(name);
    if (attribute?.computedOnly) {
      if (!this.isNewer && !this.mayBeNull(name, written.expression, inside))
        yield this.fault('computed', written, `sets ${name}${inside}, which only AWS can set`);
    } else if (!attribute && schema.block(name)) {
      yield this.fault('unknown', written, `sets ${name}${inside} as an argument, but it is a block: ${name} { … }`);
    } else if (!attribute && !isGoneInSix(before, schema, name)) {
      const other = unknownName(name, () => settable(schema), this.isNewer);
      if (other !== undefined)
        yield this.fault('unknown', written, `has no argument ${this.nowhere(name, inside)}${other}`);
    }
  }

  private *blockFaults(block: BlockSyntax, { schema, before, inside }: Place): Generator<SchemaFault> {
    const name = blockName(block);
    const nested = schema.block(name);
    const content = contentOf(block);
    if (nested) {
      const place = { schema: nested.schema, before: before?.block(name)?.schema, at: block.header };
      if (content) yield* this.bodyFaults(content, { ...place, inside: ` in ${name}` });
    } else if (schema.attribute(name)) {
      yield this.fault('unknown', block.header, `has ${name}${inside} as a block, but it is an argument: ${name} = …`);
    } else if (!isGoneInSix(before, schema, name)) {
      const other = unknownName(name, () => settable(schema), this.isNewer);
      if (other !== undefined)
        yield this.fault('unknown', block.header, `has no block ${this.nowhere(name, inside)}${other}`);
    }
  }

  /** A name that was not found, and where it was not found. */
  private nowhere(name: string, inside: string): string {
    return `${JSON.stringify(name)}${inside === '' ? '' : `${inside},`}${lookedAt(this.versions)}`;
  }

  private otherKind(): string | undefined {
    const kind = (['resource', 'data'] as const).find((other) => resourceSchema(other, this.type, this.versions));
    if (kind === undefined || this.isNewer) return undefined;
    return kind === 'resource' ? ': there is a resource of that name' : ': there is a data source of that name';
  }

  private fault(kind: SchemaFault['kind'], at: Span, message: string): SchemaFault {
    return { kind, at: new ResourcePart(this.resource, at), message };
  }
}

/** A body of a resource: its schema, that of version 5 where only 6 is used, and how a message names it. */
interface Place {
  schema: BlockSchema;
  before: BlockSchema | undefined;
  at: Span;
  inside: string;
}

/** What a resource's block holds that is not Terraform's own. */
export function ownBody({ body }: BlockSyntax): Body {
  return {
    attributes: body.attributes.filter(({ name }) => !metaArguments.has(name)),
    blocks: body.blocks.filter((block) => !metaBlocks.has(blockName(block))),
  };
}

export function blockName({ type, labels }: BlockSyntax): string {
  return type === 'dynamic' ? (labels[0] ?? type) : type;
}

export function contentOf({ type, body }: BlockSyntax): Body | undefined {
  return type === 'dynamic' ? body.blocks.find((block) => block.type === 'content')?.body : body;
}

function settable(schema: BlockSchema): string[] {
  return schema.names().filter((name) => !schema.attribute(name)?.computedOnly);
}

/** The end of a message: what was probably meant. */
export function suggestion(name: string | undefined): string {
  return name === undefined ? '' : `; did you mean ${name}?`;
}

/** An argument or block as it is written, with what the schemas say of it. */
export interface WrittenName {
  name: string;
  at: Span;
  /** ` in rule`, for what is in a block. */
  inside: string;
  isDeprecated: boolean;
  isGone: boolean;
}

/** The arguments and blocks in a body that version 5 knows, those of inner blocks too. */
export function* writtenNames(
  body: Body,
  five: BlockSchema,
  six: BlockSchema | undefined,
  inside = '',
): Generator<WrittenName> {
  for (const attribute of body.attributes) {
    const { name } = attribute;
    const known = five.attribute(name);
    if (known)
      yield { name, at: attribute, inside, isDeprecated: known.deprecated, isGone: isGoneInSix(five, six, name) };
  }
  for (const block of body.blocks) {
    const name = blockName(block);
    const known = five.block(name);
    if (!known) continue;
    const isGone = isGoneInSix(five, six, name);
    yield { name, at: block.header, inside, isDeprecated: known.deprecated, isGone };
    const content = contentOf(block);
    if (!content || known.deprecated || isGone) continue;
    yield* writtenNames(content, known.schema, six?.block(name)?.schema, ` in ${name}`);
  }
}
