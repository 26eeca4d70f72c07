import {
  SyntaxKind,
  type BinaryExpression,
  type CallExpression,
  type Expression,
  type Node,
  type PropertyAccessExpression,
} from 'typescript/unstable/ast';
import { TypeFlags, type Checker, type Type, type UnionType } from 'typescript/unstable/sync';

import { eachNode, type Place } from './typed-sources.js';

/**
 * Where what may not be known is compared with what may not be known either, or looked up among what may not: there
 * undefined is taken for the same as undefined. Found with the compiler's types in the sources below `folders`.
 */
export function comparisonsOfUnknown(config: string, folders: readonly string[]): Place[] {
  const found: Place[] = [];
  const isWanted = (name: string) => folders.some((folder) => name.startsWith(folder));
  eachNode(config, isWanted, (node, checker, place) => {
    if (comparesUnknown(node, checker)) found.push(place(node));
  });
  return found;
}

function comparesUnknown(node: Node, checker: Checker): boolean {
  if (node.kind === SyntaxKind.BinaryExpression) {
    const { left, operatorToken, right } = node as BinaryExpression;
    const compares = [SyntaxKind.EqualsEqualsEqualsToken, SyntaxKind.ExclamationEqualsEqualsToken];
    return compares.includes(operatorToken.kind) && [left, right].every((side) => mayBeUndefined(side, checker));
  }
  if (node.kind !== SyntaxKind.CallExpression) return false;
  const { expression, arguments: given } = node as CallExpression;
  if (expression.kind !== SyntaxKind.PropertyAccessExpression || !given[0]) return false;
  const method = (expression as PropertyAccessExpression).name.getText();
  return ['get', 'has', 'includes', 'indexOf'].includes(method) && mayBeUndefined(given[0], checker);
}

/** Whether an expression may be undefined and something else: `undefined` itself is written on purpose. */
function mayBeUndefined(expression: Expression, checker: Checker): boolean {
  const type = checker.getTypeAtLocation(expression);
  if (!type || (type.flags & TypeFlags.Union) === 0) return false;
  return (type as UnionType).getTypes().some((member: Type) => (member.flags & TypeFlags.Undefined) !== 0);
}
