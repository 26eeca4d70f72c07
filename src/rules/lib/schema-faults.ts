import { oncePer } from '../../terraform/once-per.js';
import { isAddedLater, isOptionalLater } from '../../aws/provider-changes.js';
import { resourceSchema, schemaTypes, type BlockSchema, type SchemaKind } from '../../aws/provider-schema.js';
import { nearest } from '../../nearest.js';
import type { BlockSyntax, Body } from '../../terraform/syntax.js';
import { Block, type Location, type Project, type Resource } from '../../terraform/project.js';
import { lookedAt, providerChoice } from './provider-version.js';

/** Something in a block that the provider's schema does not take. */
export interface SchemaFault {
  kind: 'type' | 'unknown' | 'computed' | 'missing';
  at: Block;
  message: string;
}

/** A line of a resource, for a finding about what is written there. */
export class ResourceLine extends Block {
  constructor(
    resource: Resource,
    private readonly line: number,
  ) {
    super(resource.symbol, resource.body);
  }

  override location(): Location | undefined {
    const place = super.location();
    return place && { path: place.path, line: this.line };
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
 * What the schema of hashicorp/aws 5.100.0 does not take; nothing where the project is not to be run with a version 5,
 * or says nothing of the version. What came with version 6 is no fault where that may be used too.
 */
export const schemaFaults = oncePer((project): readonly SchemaFault[] => {
  const { stated, five, six } = providerChoice(project);
  const written = stated && five ? writtenResources(project) : [];
  return written.flatMap(({ resource, syntax }) => [...new Reader(resource, six).faults(syntax)]);
});

/** https://developer.hashicorp.com/terraform/language/meta-arguments */
const metaArguments = new Set(['count', 'for_each', 'depends_on', 'provider']);
const metaBlocks = new Set(['lifecycle', 'provisioner', 'connection', 'timeouts']);

/** Compares one resource's block with the schema of its type. */
class Reader {
  private readonly kind: SchemaKind;
  private readonly type: string;

  constructor(
    private readonly resource: Resource,
    private readonly six: boolean,
  ) {
    this.kind = schemaKind(resource);
    this.type = resource.type;
  }

  *faults(syntax: BlockSyntax): Generator<SchemaFault> {
    const schema = resourceSchema(this.kind, this.type);
    if (schema) {
      const body: Body = {
        attributes: syntax.body.attributes.filter(({ name }) => !metaArguments.has(name)),
        blocks: syntax.body.blocks.filter(({ type }) => !metaBlocks.has(type)),
      };
      yield* this.bodyFaults(body, schema, syntax.line, '');
    } else if (!(this.six && (this.kind === 'ephemeral' || isAddedLater(this.kind, this.type)))) {
      yield this.fault('type', syntax.line, `is of a type that is not${lookedAt(this.six)}${this.otherType()}`);
    }
  }

  private *bodyFaults(body: Body, schema: BlockSchema, line: number, inside: string): Generator<SchemaFault> {
    if (schema.open) return;
    for (const attribute of body.attributes) yield* this.attributeFaults(attribute, schema, inside);
    for (const block of body.blocks) yield* this.blockFaults(block, schema, inside);
    const written = new Set([
      ...body.attributes.map(({ name }) => name),
      ...body.blocks.map((block) => blockName(block)),
    ]);
    for (const name of [...schema.requiredAttributes(), ...schema.requiredBlocks()]) {
      if (written.has(name) || (this.six && isOptionalLater(this.kind, this.type, name))) continue;
      const what = schema.attribute(name) ? `argument ${JSON.stringify(name)}` : `block ${JSON.stringify(name)}`;
      yield this.fault('missing', line, `lacks the ${what}${inside}`);
    }
  }

  private *attributeFaults(
    { name, line }: Body['attributes'][number],
    schema: BlockSchema,
    inside: string,
  ): Generator<SchemaFault> {
    const attribute = schema.attribute(name);
    if (attribute?.computedOnly) {
      if (!this.isLater(name)) yield this.fault('computed', line, `sets ${name}${inside}, which only AWS can set`);
    } else if (!attribute && schema.block(name)) {
      yield this.fault('unknown', line, `sets ${name}${inside} as an argument, but it is a block: ${name} { … }`);
    } else if (!attribute && !this.isLater(name)) {
      yield this.fault('unknown', line, `has no argument ${this.nowhere(name, inside)}${otherName(name, schema)}`);
    }
  }

  private *blockFaults(block: BlockSyntax, schema: BlockSchema, inside: string): Generator<SchemaFault> {
    const name = blockName(block);
    const nested = schema.block(name);
    const content = contentOf(block);
    if (nested) {
      if (content) yield* this.bodyFaults(content, nested.schema, block.line, ` in ${name}`);
    } else if (schema.attribute(name)) {
      yield this.fault('unknown', block.line, `has ${name}${inside} as a block, but it is an argument: ${name} = …`);
    } else if (!this.isLater(name)) {
      yield this.fault('unknown', block.line, `has no block ${this.nowhere(name, inside)}${otherName(name, schema)}`);
    }
  }

  /** A name that was not found, and where it was not found. */
  private nowhere(name: string, inside: string): string {
    return `${JSON.stringify(name)}${inside === '' ? '' : `${inside},`}${lookedAt(this.six)}`;
  }

  private isLater(name: string): boolean {
    return this.six && isAddedLater(this.kind, this.type, name);
  }

  private otherType(): string {
    const kind = (['resource', 'data'] as const).find((other) => resourceSchema(other, this.type));
    if (kind)
      return kind === 'resource' ? ': there is a resource of that name' : ': there is a data source of that name';
    return suggestion(nearest(this.type, schemaTypes(this.kind)));
  }

  private fault(kind: SchemaFault['kind'], line: number, message: string): SchemaFault {
    return { kind, at: new ResourceLine(this.resource, line), message };
  }
}

function blockName({ type, labels }: BlockSyntax): string {
  return type === 'dynamic' ? (labels[0] ?? type) : type;
}

function contentOf({ type, body }: BlockSyntax): Body | undefined {
  return type === 'dynamic' ? body.blocks.find((block) => block.type === 'content')?.body : body;
}

function otherName(name: string, schema: BlockSchema): string {
  return suggestion(
    nearest(
      name,
      schema.names().filter((candidate) => !schema.attribute(candidate)?.computedOnly),
    ),
  );
}

/** The end of a message: what was probably meant. */
export function suggestion(name: string | undefined): string {
  return name === undefined ? '' : `; did you mean ${name}?`;
}

/** An argument or block as it is written, with what the schema says of it. */
export interface WrittenName {
  name: string;
  line: number;
  /** ` in rule`, for what is in a block. */
  inside: string;
  isDeprecated: boolean;
}

/** The arguments and blocks in a body that its schema knows, those of inner blocks too. */
export function* writtenNames(body: Body, schema: BlockSchema, inside = ''): Generator<WrittenName> {
  for (const { name, line } of body.attributes) {
    const known = schema.attribute(name);
    if (known) yield { name, line, inside, isDeprecated: known.deprecated };
  }
  for (const block of body.blocks) {
    const name = blockName(block);
    const known = schema.block(name);
    if (!known) continue;
    yield { name, line: block.line, inside, isDeprecated: known.deprecated };
    const content = contentOf(block);
    if (content && !known.deprecated) yield* writtenNames(content, known.schema, ` in ${name}`);
  }
}
