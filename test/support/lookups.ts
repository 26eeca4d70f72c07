import {
  SyntaxKind,
  type AsExpression,
  type BinaryExpression,
  type CallExpression,
  type ElementAccessExpression,
  type Expression,
  type Node,
  type TemplateSpan,
} from 'typescript/unstable/ast';
import { TypeFlags, type Checker, type Type, type UnionType } from 'typescript/unstable/sync';

import { eachNode, type Place } from './typed-sources.js';

export interface Lookups {
  /** Where a name that may be any text is looked up in an object, or put into one, by anything but own(). */
  byAnyName: Place[];
  /** Where what may be an object of someone else's is made a text, which its own `toString` would spoil. */
  madeText: Place[];
}

/** Looks with the compiler's types through the sources below `folder` of the project that a tsconfig.json describes. */
export function lookupsIn(config: string, folder: string): Lookups {
  const found: Lookups = { byAnyName: [], madeText: [] };
  const isWanted = (name: string) => name.startsWith(folder) && !name.endsWith('/own.ts');
  eachNode(config, isWanted, (node, checker, place) => {
    if (isByAnyName(node, checker)) found.byAnyName.push(place(node));
    const made = madeText(node);
    if (made && mayBeForeign(checker.getTypeAtLocation(made), checker)) found.madeText.push(place(made));
  });
  return found;
}

function isByAnyName(node: Node, checker: Checker): boolean {
  if (node.kind === SyntaxKind.BinaryExpression) {
    const { left, operatorToken } = node as BinaryExpression;
    return operatorToken.kind === SyntaxKind.InKeyword && isAnyText(left, checker);
  }
  if (node.kind !== SyntaxKind.ElementAccessExpression) return false;
  const { expression, argumentExpression } = node as ElementAccessExpression;
  const table = checker.getTypeAtLocation(expression);
  const filled = table && checker.getNonNullableType(table);
  return filled !== undefined && !checker.isArrayLikeType(filled) && isAnyText(argumentExpression, checker);
}

/** Whether a key may be any text, whatever a cast says; one that is of a few names, or a number, may not. */
function isAnyText(key: Expression, checker: Checker): boolean {
  const type = checker.getTypeAtLocation(withoutCasts(key));
  const known = type && (checker.getBaseConstraintOfType(type) ?? type);
  const anyText = TypeFlags.String | TypeFlags.TemplateLiteral | TypeFlags.Any | TypeFlags.Unknown;
  return known === undefined || membersOf(known).some(({ flags }) => (flags & anyText) !== 0);
}

function withoutCasts(node: Expression): Expression {
  return node.kind === SyntaxKind.AsExpression || node.kind === SyntaxKind.NonNullExpression
    ? withoutCasts((node as AsExpression).expression)
    : node;
}

/** What String() or a template makes a text of. */
function madeText(node: Node): Expression | undefined {
  if (node.kind === SyntaxKind.TemplateSpan) return (node as TemplateSpan).expression;
  if (node.kind !== SyntaxKind.CallExpression) return undefined;
  const { expression, arguments: given } = node as CallExpression;
  return expression.getText() === 'String' ? given[0] : undefined;
}

/** Whether something may be an object whose keys someone else wrote. */
function mayBeForeign(type: Type | undefined, checker: Checker): boolean {
  const anything = TypeFlags.Any | TypeFlags.Unknown;
  return (
    type === undefined ||
    membersOf(type).some(
      (member) =>
        (member.flags & anything) !== 0 ||
        ((member.flags & TypeFlags.Object) !== 0 &&
          checker.getIndexInfosOfType(member).some(({ keyType }) => (keyType.flags & TypeFlags.String) !== 0)),
    )
  );
}

function membersOf(type: Type): readonly Type[] {
  return type.flags & TypeFlags.Union ? (type as UnionType).getTypes() : [type];
}
