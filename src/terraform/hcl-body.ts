import { limitIn, type Budget } from './budget.js';
import type { BlockSyntax, Body as BodySyntax } from './syntax.js';
import { evaluate, extend, FailedEvaluation, pairs, type Scope } from './evaluate.js';
import { EvaluationError } from './evaluation-error.js';
import { blockLocation, locationIn } from './location.js';
import { Resource, type Body, type Failure, type Location } from './project.js';
import { isList, isMap, Many, someElements, Unknown, unknown, type Value } from './value.js';

/** What one reading of a project's HCL shares. */
export class Reading {
  readonly failures: Failure[] = [];
  private readonly told = new Set<string>();
  private uses: Set<Resource>[] = [];

  /** `isFlattening`: see `Scope`. */
  constructor(
    readonly budget: Budget,
    readonly isFlattening = false,
  ) {}

  /** Evaluates and notes which resources were used on the way. */
  tracked<T>(evaluation: () => T): { value: T; uses: readonly Resource[] } {
    const uses = new Set<Resource>();
    this.uses.push(uses);
    try {
      return { value: evaluation(), uses: [...uses] };
    } finally {
      this.uses.pop();
    }
  }

  /** Tells whoever is tracking that these resources are used. */
  use(resources: Iterable<Resource>): void {
    const current = this.uses.at(-1);
    if (current) for (const resource of resources) current.add(resource);
  }

  /** The value of an evaluation, or unknown where Terraform would refuse it or a limit is reached, which is noted. */
  orFailure(path: string, line: number, evaluation: () => Value): Value {
    try {
      return this.budget.forOne(() => this.budget.made(evaluation()));
    } catch (error) {
      const limit = limitIn(error);
      if (limit !== undefined) {
        this.budget.cut(limit, { path, line });
        return unknown;
      }
      if (!(error instanceof EvaluationError)) throw error;
      const location = error instanceof FailedEvaluation ? locationIn(path, error.at) : { path, line };
      const key = `${path}:${location.line}: ${error.message}`;
      if (!this.told.has(key)) this.failures.push({ location, message: error.message });
      this.told.add(key);
      return unknown;
    }
  }
}

interface Read {
  value: Value;
  uses: readonly Resource[];
}

/** The body of a block in HCL, its expressions evaluated when they are asked for. */
export class HclBody implements Body {
  private readonly read = new Map<string, Read>();
  private readonly expanded = new Map<string, { bodies: Body[]; uses: readonly Resource[] }>();
  private readonly inProgress = new Set<string>();

  constructor(
    private readonly syntax: BodySyntax,
    private readonly place: Location,
    private readonly scope: Scope,
    private readonly reading: Reading,
    readonly uncertain: boolean,
  ) {}

  get budget(): Budget {
    return this.reading.budget;
  }

  value(name: string): Value | undefined {
    this.reading.budget.tick();
    return this.argument(name)?.value;
  }

  references(name: string): readonly Resource[] {
    this.reading.budget.tick();
    const argument = this.argument(name);
    if (argument) return argument.uses;
    const blocks = this.expand(name);
    return [
      ...new Set([
        ...blocks.uses,
        ...blocks.bodies.flatMap((body) => body.names().flatMap((inner) => body.references(inner))),
      ]),
    ];
  }

  blocks(name: string): Body[] {
    this.reading.budget.tick();
    const written = this.expand(name).bodies;
    if (written.length > 0) return written;
    const argument = this.argument(name);
    return argument ? objectBodies(argument.value, argument.uses, this.reading.budget, this.location(name)) : [];
  }

  names(): string[] {
    const blocks = this.syntax.blocks.map(({ type, labels }) => (type === 'dynamic' ? (labels[0] ?? type) : type));
    return [...new Set([...this.syntax.attributes.map(({ name }) => name), ...blocks])];
  }

  location(name?: string): Location | undefined {
    if (name === undefined) return this.place;
    const attribute = this.syntax.attributes.find((one) => one.name === name);
    if (attribute) return locationIn(this.place.path, attribute);
    const isNamed = ({ type, labels }: BlockSyntax) => type === name || (type === 'dynamic' && labels[0] === name);
    const block = this.syntax.blocks.find(isNamed);
    return block && blockLocation(this.place.path, block);
  }

  private argument(name: string): Read | undefined {
    const known = this.read.get(name);
    if (known) return known;
    const attribute = this.syntax.attributes.find((candidate) => candidate.name === name);
    // An argument that needs itself is a cycle, which a rule of its own tells.
    if (!attribute || this.inProgress.has(name)) return attribute ? { value: unknown, uses: [] } : undefined;
    this.inProgress.add(name);
    try {
      const read = this.reading.tracked(() => {
        const value = this.reading.orFailure(this.place.path, attribute.line, () =>
          evaluate(attribute.expression, this.scope),
        );
        // `depends_on` names resources without an attribute of theirs.
        this.reading.use(resourcesIn(value));
        return value;
      });
      this.read.set(name, read);
      return read;
    } finally {
      this.inProgress.delete(name);
    }
  }

  private expand(name: string): { bodies: Body[]; uses: readonly Resource[] } {
    const known = this.expanded.get(name);
    if (known) return known;
    const { value: bodies, uses } = this.reading.tracked(() =>
      this.syntax.blocks.flatMap((block) => {
        if (block.type === name) return [this.nested(block, block.body, this.scope, this.uncertain)];
        return block.type === 'dynamic' && block.labels[0] === name ? this.dynamic(block) : [];
      }),
    );
    const expanded = { bodies, uses };
    this.expanded.set(name, expanded);
    return expanded;
  }

  /** https://developer.hashicorp.com/terraform/language/expressions/dynamic-blocks */
  private dynamic(block: BlockSyntax): Body[] {
    const content = block.body.blocks.find(({ type }) => type === 'content');
    const forEach = block.body.attributes.find(({ name }) => name === 'for_each');
    if (!content || !forEach) return [];
    const iterator = block.body.attributes.find(({ name }) => name === 'iterator')?.expression;
    const name = iterator?.kind === 'name' ? iterator.name : block.labels[0]!;
    const collection = this.reading.orFailure(this.place.path, forEach.line, () =>
      evaluate(forEach.expression, this.scope),
    );
    const each = (key: Value, value: Value, uncertain: boolean) =>
      this.nested(
        block,
        content.body,
        extend(this.scope, {
          [name]: new Map([
            ['key', key],
            ['value', value],
          ]),
        }),
        uncertain,
      );
    const known = collection === null ? [] : pairs(collection);
    if (known) {
      const granted = this.reading.budget.grant(known.length, `${block.labels[0]} blocks`, this.place);
      return known.slice(0, granted).map(([key, value]) => each(key, value, this.uncertain));
    }
    return [each(unknown, collection instanceof Many ? collection.each : unknown, true)];
  }

  private nested(block: BlockSyntax, body: BodySyntax, scope: Scope, uncertain: boolean): Body {
    return new HclBody(body, blockLocation(this.place.path, block), scope, this.reading, uncertain);
  }
}

/** Blocks made of the objects in a value, as in `ingress = [{ … }]` and in the JSON of a plan. */
function objectBodies(value: Value | undefined, uses: readonly Resource[], budget: Budget, place?: Location): Body[] {
  const uncertain = value instanceof Many || value instanceof Unknown;
  return someElements(value)
    .filter((element) => isMap(element))
    .map((element) => new ObjectBody(element as ReadonlyMap<string, Value>, uses, budget, place, uncertain));
}

/** A block that is an object. */
class ObjectBody implements Body {
  constructor(
    private readonly object: ReadonlyMap<string, Value>,
    private readonly uses: readonly Resource[],
    readonly budget: Budget,
    private readonly place: Location | undefined,
    readonly uncertain: boolean,
  ) {}

  value(name: string): Value | undefined {
    return this.object.get(name);
  }

  blocks(name: string): Body[] {
    return objectBodies(this.object.get(name), this.uses, this.budget, this.place);
  }

  /** Which of the names in the object's expression belongs to which attribute is not known any more. */
  references(name: string): readonly Resource[] {
    return this.object.has(name) ? this.uses : [];
  }

  names(): string[] {
    return [...this.object.keys()];
  }

  location(): Location | undefined {
    return this.place;
  }
}

/** The resources that a value is or holds. */
export function resourcesIn(value: Value): Resource[] {
  if (value instanceof Resource) return [value];
  if (value instanceof Many) return resourcesIn(value.each);
  return isList(value) ? value.flatMap(resourcesIn) : [];
}
