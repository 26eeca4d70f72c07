import { resourceSchema, type ArgumentType } from '../../aws/provider-schema.js';
import { own } from '../../own.js';
import type { ModuleFolder } from '../../terraform/module-folder.js';
import { declarationsOf } from '../../terraform/references.js';
import type { Expression } from '../../terraform/syntax.js';

/**
 * What `terraform validate` knows of an expression, to which variables have a type and no value, and what AWS sets has
 * neither value nor, here, a type.
 */
export type StaticType =
  | { kind: 'unknown' | 'null' | 'number' | 'bool' }
  /** `value` where the whole text is written. */
  | { kind: 'string'; value?: string }
  /** Elements of one type each: a list, a set or a map. */
  | { kind: 'list' | 'set' | 'map'; of: StaticType }
  | { kind: 'tuple'; items: readonly StaticType[] }
  /** `isOpen` where there may be more in it than is known. */
  | { kind: 'object'; fields: ReadonlyMap<string, StaticType>; isOpen: boolean }
  /** One of two, which a condition decides. */
  | { kind: 'either'; types: readonly [StaticType, StaticType] };

const unknown: StaticType = { kind: 'unknown' };
const text: StaticType = { kind: 'string' };
const number: StaticType = { kind: 'number' };
const bool: StaticType = { kind: 'bool' };
const list: StaticType = { kind: 'list', of: unknown };
const set: StaticType = { kind: 'set', of: unknown };
const map: StaticType = { kind: 'map', of: unknown };
const object: StaticType = { kind: 'object', fields: new Map(), isOpen: true };

/** Expressions and chains of local values that are deeper are written by no person. */
const deepest = 50;

/** What functions return, of those that return one type only: https://developer.hashicorp.com/terraform/language/functions */
const returned: Readonly<Record<string, StaticType>> = {
  ...of(
    text,
    'base64encode base64gzip base64sha256 base64sha512 basename chomp cidrhost cidrnetmask cidrsubnet dirname ' +
      'file filebase64 filemd5 filesha1 filesha256 format formatdate indent join jsonencode lower md5 pathexpand ' +
      'replace sha1 sha256 sha512 strrev substr templatefile timeadd timestamp title tostring trim trimprefix ' +
      'trimspace trimsuffix upper urlencode uuid uuidv5 yamlencode',
  ),
  ...of(number, 'abs ceil floor length log parseint pow signum sum timecmp tonumber'),
  ...of(bool, 'alltrue anytrue can contains endswith fileexists startswith strcontains tobool'),
  ...of({ kind: 'list', of: text }, 'cidrsubnets compact formatlist split'),
  ...of(list, 'chunklist concat distinct flatten keys matchkeys range reverse slice sort tolist values'),
  ...of(set, 'fileset setintersection setproduct setsubtract setunion toset'),
  // What merge() gives is an object or a map, whatever it holds.
  ...of(map, 'tomap'),
  ...of(object, 'merge zipmap'),
};

function of(type: StaticType, names: string): Record<string, StaticType> {
  return Object.fromEntries(names.split(' ').map((name) => [name, type]));
}

/** The types of expressions in a module. */
export class StaticTypes {
  private readonly locals = new Map<string, StaticType>();

  constructor(private readonly folder: ModuleFolder) {}

  of(expression: Expression, depth = 0): StaticType {
    if (depth > deepest) return unknown;
    const inner = (part: Expression) => this.of(part, depth + 1);
    switch (expression.kind) {
      case 'literal':
        return literal(expression.value);
      case 'template':
        return this.template(expression.parts, depth);
      case 'list':
        return { kind: 'tuple', items: expression.items.map(inner) };
      case 'object':
        return this.object(expression.entries, depth);
      case 'for':
        return expression.key ? object : { kind: 'list', of: unknown };
      case 'splat':
        return { kind: 'list', of: unknown };
      case 'call':
        return own(returned, expression.name) ?? unknown;
      case 'conditional':
        return { kind: 'either', types: [inner(expression.yes), inner(expression.no)] };
      case 'unary':
        return expression.operator === '!' ? bool : number;
      case 'binary':
        return /^[-+*/%]$/.test(expression.operator) ? number : bool;
      case 'attribute':
        return this.attribute(expression, depth);
      default:
        return unknown;
    }
  }

  /** What is alone in a text is not made one: `"${var.list}"` is the list. */
  private template(parts: readonly Expression[], depth: number): StaticType {
    const [only, second] = parts;
    return only && !second && only.kind !== 'directive' ? this.of(only, depth + 1) : text;
  }

  private object(entries: readonly { key: Expression; value: Expression }[], depth: number): StaticType {
    const fields = new Map<string, StaticType>();
    let isOpen = false;
    for (const { key, value } of entries) {
      if (key.kind === 'literal') fields.set(String(key.value), this.of(value, depth + 1));
      else isOpen = true;
    }
    return { kind: 'object', fields, isOpen };
  }

  private attribute({ of: parent, name }: Expression & { kind: 'attribute' }, depth: number): StaticType {
    if (parent.kind === 'name') return this.named(parent.name, name, depth);
    if (parent.kind === 'attribute' && parent.of.kind === 'name' && parent.of.name === 'data')
      return this.resource(`data.${parent.name}.${name}`);
    return attributeOf(parent, name);
  }

  private named(namespace: string, name: string, depth: number): StaticType {
    const declared = declarationsOf(this.folder);
    switch (namespace) {
      case 'local':
        return this.local(name, depth);
      case 'var': {
        const variable = declared.variables.get(name);
        const type = variable?.syntax.body.attributes.find((attribute) => attribute.name === 'type')?.expression;
        return type ? constraint(type) : unknown;
      }
      case 'path':
      case 'terraform':
        return text;
      case 'count':
        return number;
      case 'each':
        return name === 'key' ? text : unknown;
      default:
        return this.resource(`${namespace}.${name}`);
    }
  }

  /** A whole resource is an object, or a list or map of them. */
  private resource(address: string): StaticType {
    const declared = declarationsOf(this.folder).resources.get(address)?.syntax.body.attributes;
    if (!declared) return unknown;
    return declared.some(({ name }) => name === 'count') ? list : object;
  }

  private local(name: string, depth: number): StaticType {
    const known = this.locals.get(name);
    if (known) return known;
    const expression = declarationsOf(this.folder).locals.get(name)?.attribute.expression;
    // A value that refers to itself is told elsewhere.
    this.locals.set(name, unknown);
    const type = expression ? this.of(expression, depth + 1) : unknown;
    this.locals.set(name, type);
    return type;
  }
}

function literal(value: string | number | boolean | null): StaticType {
  if (value === null) return { kind: 'null' };
  if (typeof value === 'string') return { kind: 'string', value };
  return typeof value === 'number' ? number : bool;
}

/** What `aws_lb.app.arn` and `data.aws_vpc.main.id` are: a text, or what both versions of the provider take there. */
function attributeOf(resource: Expression, name: string): StaticType {
  const whole = resource.kind === 'index' ? resource.of : resource;
  if (whole.kind !== 'attribute') return unknown;
  const { of: parent, name: label } = whole;
  const isData = parent.kind === 'attribute' && parent.of.kind === 'name' && parent.of.name === 'data';
  const type = isData ? parent.name : parent.kind === 'name' ? parent.name : undefined;
  if (type === undefined || label === '') return unknown;
  const attribute = resourceSchema(isData ? 'data' : 'resource', type, 'either')?.attribute(name);
  if (!attribute) return unknown;
  if (attribute.computedOnly) return name === 'id' || name === 'arn' ? text : unknown;
  return given(attribute.type);
}

function given(type: ArgumentType): StaticType {
  switch (type.kind) {
    case 'list':
    case 'set':
    case 'map':
      return { kind: type.kind, of: given(type.of) };
    case 'object':
      return object;
    case 'any':
      return unknown;
    default:
      return { kind: type.kind };
  }
}

/** What a variable's type says: https://developer.hashicorp.com/terraform/language/expressions/type-constraints */
function constraint(type: Expression, depth = 0): StaticType {
  if (depth > deepest) return unknown;
  if (type.kind === 'name') {
    if (type.name === 'string' || type.name === 'number' || type.name === 'bool') return { kind: type.name };
    if (type.name === 'list' || type.name === 'set' || type.name === 'map') return { kind: type.name, of: unknown };
    return unknown;
  }
  if (type.kind !== 'call') return unknown;
  const [inner] = type.arguments;
  const element = inner ? constraint(inner, depth + 1) : unknown;
  switch (type.name) {
    case 'list':
    case 'set':
    case 'map':
      return { kind: type.name, of: element };
    case 'tuple':
      return list;
    case 'object':
      return object;
    default:
      return unknown;
  }
}

/** Comparing stops after so many parts of a value, which says nothing then. */
const mostParts = 300;

/**
 * Why a value of this type cannot become what an argument takes, such as `a list where a text is wanted`; undefined where
 * it can, or may. https://developer.hashicorp.com/terraform/language/expressions/types#type-conversion
 */
export function misfit(type: StaticType, wanted: ArgumentType): string | undefined {
  let parts = 0;
  return of(type, wanted);

  function of(type: StaticType, wanted: ArgumentType): string | undefined {
    if (++parts > mostParts) return undefined;
    if (wanted.kind === 'any' || type.kind === 'unknown' || type.kind === 'null') return undefined;
    if (type.kind === 'either') {
      // Both become one type before that is converted, which a value of the other may hide.
      const [first, second] = type.types.filter(({ kind }) => kind !== 'null');
      const why = first && of(first, wanted);
      return second && why !== undefined ? of(second, wanted) : why;
    }
    switch (wanted.kind) {
      case 'string':
        return isPrimitive(type) ? undefined : `${named(type)} where a text is taken`;
      case 'number':
        if (type.kind === 'string' && (type.value === undefined || isNumeric(type.value))) return undefined;
        return type.kind === 'number' ? undefined : `${named(type)} where a number is taken`;
      case 'bool':
        if (type.kind === 'string' && (type.value === undefined || /^(?:true|false|[01])$/.test(type.value)))
          return undefined;
        return type.kind === 'bool' ? undefined : `${named(type)} where true or false is taken`;
      case 'list':
      case 'set':
        if (type.kind === 'list' || type.kind === 'set') return of(type.of, wanted.of);
        if (type.kind === 'tuple') return first(type.items, wanted.of);
        return `${named(type)} where a ${wanted.kind} is taken`;
      case 'map':
        if (type.kind === 'map') return of(type.of, wanted.of);
        if (type.kind === 'object') return first(type.fields.values(), wanted.of);
        return `${named(type)} where a map is taken`;
      case 'object':
        return fields(type, wanted);
    }
  }

  function first(types: Iterable<StaticType>, wanted: ArgumentType): string | undefined {
    for (const type of types) {
      const why = of(type, wanted);
      if (why !== undefined || parts > mostParts) return why && `in it, ${why.replace(/^in it, /, '')}`;
    }
    return undefined;
  }

  function fields(type: StaticType, wanted: ArgumentType & { kind: 'object' }): string | undefined {
    if (type.kind === 'map') return undefined;
    if (type.kind !== 'object') return `${named(type)} where an object is taken`;
    for (const name of wanted.fields.names()) {
      const field = type.fields.get(name);
      if (!field && !type.isOpen) return `an object without ${name}`;
      const why = field && of(field, wanted.fields.attribute(name)?.type ?? { kind: 'any' });
      if (why !== undefined) return `in ${name}, ${why}`;
    }
    return undefined;
  }
}

function isPrimitive({ kind }: StaticType): boolean {
  return kind === 'string' || kind === 'number' || kind === 'bool';
}

/** A text that Terraform turns into a number; infinity is a number that the provider refuses. */
function isNumeric(value: string): boolean {
  return /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?$/i.test(value) || /^[-+]?inf/i.test(value);
}

function named(type: StaticType): string {
  switch (type.kind) {
    case 'string':
      return type.value === undefined ? 'a text' : JSON.stringify(type.value.slice(0, 40));
    case 'bool':
      return 'a truth value';
    case 'tuple':
      return 'a list';
    case 'object':
      return 'an object';
    default:
      return `a ${type.kind}`;
  }
}
