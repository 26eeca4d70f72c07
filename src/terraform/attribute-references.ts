import { oncePer } from './once-per.js';
import type { SchemaKind } from '../aws/provider-schema.js';
import { expressionsOf, type Expression } from './syntax.js';
import { locationIn, type Location } from './location.js';

/** A place where an attribute of an AWS resource or data source is read: `aws_lb.app.arn`. */
export interface AttributeReference {
  /** As it is written, without keys: `data.aws_vpc.main`. */
  address: string;
  kind: SchemaKind;
  type: string;
  attribute: string;
  location: Location;
}

/** Every such place in the files of the project. */
export const attributeReferences = oncePer((project): readonly AttributeReference[] =>
  project.files(true).flatMap(({ path, body }) =>
    expressionsOf(body).flatMap((expression) => {
      const reference = read(expression);
      return reference ? [{ ...reference, location: locationIn(path, expression) }] : [];
    }),
  ),
);

/** The attribute of a whole resource that an expression reads; of `aws_lb.app[0].subnet_mapping[0].x` only the first. */
function read(expression: Expression): Omit<AttributeReference, 'location'> | undefined {
  if (expression.kind === 'attribute') return of(withoutKeys(expression.of), expression.name);
  if (expression.kind !== 'splat') return undefined;
  const first = firstOfItem(expression.each);
  return first === undefined ? undefined : of(withoutKeys(expression.of), first);
}

/** The attribute that is read of each element of a splat: `arn` in `aws_lb.app[*].arn`. */
function firstOfItem(each: Expression): string | undefined {
  if (each.kind === 'attribute') return each.of.kind === 'splat-item' ? each.name : firstOfItem(each.of);
  return each.kind === 'index' ? firstOfItem(each.of) : undefined;
}

function withoutKeys(expression: Expression): Expression {
  return expression.kind === 'index' ? withoutKeys(expression.of) : expression;
}

/** What `aws_lb.app` and `data.aws_vpc.main` are; undefined for anything else. */
function of(resource: Expression, attribute: string): Omit<AttributeReference, 'location'> | undefined {
  if (resource.kind !== 'attribute') return undefined;
  const { of: parent, name } = resource;
  const isType = (type: string) => /^aws_[a-z0-9_]+$/.test(type);
  if (parent.kind === 'name' && isType(parent.name))
    return { address: `${parent.name}.${name}`, kind: 'resource', type: parent.name, attribute };
  if (parent.kind !== 'attribute' || parent.of.kind !== 'name' || !isType(parent.name)) return undefined;
  const kind = parent.of.name;
  if (kind !== 'data' && kind !== 'ephemeral') return undefined;
  return { address: `${kind}.${parent.name}.${name}`, kind, type: parent.name, attribute };
}
