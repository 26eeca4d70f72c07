import { parse } from '@cdktn/hcl2json';

import type { Body, Expression } from '../../src/terraform/syntax.js';

/** What HashiCorp's parser reads in a file, brought to the form that comparable() gives. */
export async function oracle(path: string, text: string): Promise<unknown> {
  return normal(await parse(path, text));
}

/** A body in the form of hcl2json: blocks by type and labels, literal values as JSON, expressions as "${text}". */
export function comparable(body: Body): unknown {
  const root: Record<string, unknown> = {};
  for (const { name, expression } of body.attributes) root[name] = value(expression);
  for (const block of body.blocks) {
    let at = root;
    const path = [block.type, ...block.labels];
    for (const key of path.slice(0, -1)) at = (at[key] ??= {}) as Record<string, unknown>;
    const last = path.at(-1)!;
    at[last] = [...((at[last] as unknown[] | undefined) ?? []), comparable(block.body)];
  }
  return normal(root);
}

function value(expression: Expression): unknown {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'list':
      return expression.items.map(value);
    case 'object':
      return Object.fromEntries(expression.entries.map(({ key, value: item }) => [objectKey(key), value(item)]));
    case 'template':
      return inner(expression.parts);
    default:
      return `\${${print(expression)}}`;
  }
}

function objectKey(key: Expression): string {
  return key.kind === 'attribute' ? print(key) : String(value(key));
}

function inner(parts: readonly Expression[]): string {
  return parts.map((part) => (part.kind === 'literal' ? String(part.value) : `\${${print(part)}}`)).join('');
}

/** An expression as text; blanks and brackets that only group do not matter to the comparison. */
function print(expression: Expression): string {
  switch (expression.kind) {
    case 'literal':
      return typeof expression.value === 'string' ? JSON.stringify(expression.value) : String(expression.value);
    case 'template':
      return JSON.stringify(inner(expression.parts));
    case 'list':
      return `[${expression.items.map(print).join(',')}]`;
    case 'object':
      return `{${expression.entries.map(({ key, value: item }) => `${print(key)}=${print(item)}`).join(',')}}`;
    case 'name':
      return expression.name;
    case 'attribute':
      return `${print(expression.of)}.${expression.name}`;
    case 'index':
      return `${print(expression.of)}[${print(expression.key)}]`;
    case 'splat':
      return `${print(expression.of)}[*]${print(expression.each)}`;
    case 'splat-item':
      return '';
    case 'call':
      return `${expression.name}(${expression.arguments.map(print).join(',')}${expression.expandLast ? '...' : ''})`;
    case 'conditional':
      return `${print(expression.condition)}?${print(expression.yes)}:${print(expression.no)}`;
    case 'unary':
      return `${expression.operator}${print(expression.operand)}`;
    case 'binary':
      return `${print(expression.left)}${expression.operator}${print(expression.right)}`;
    case 'for': {
      const names =
        expression.keyName === undefined ? expression.valueName : `${expression.keyName},${expression.valueName}`;
      const [open, close] = expression.key ? ['{', '}'] : ['[', ']'];
      const key = expression.key ? `${print(expression.key)}=>` : '';
      const condition = expression.condition ? `if${print(expression.condition)}` : '';
      return `${open}for${names}in${print(expression.collection)}:${key}${print(expression.value)}${expression.grouped ? '...' : ''}${condition}${close}`;
    }
    case 'directive':
      return '%';
  }
}

/** Texts without what may be written one way or the other: blanks, grouping, quotes of keys, comments, legacy splats. */
function normal(read: unknown): unknown {
  if (Array.isArray(read)) return read.map(normal);
  if (typeof read === 'object' && read !== null) {
    return Object.fromEntries(Object.entries(read).map(([key, item]) => [String(normal(key)), normal(item)]));
  }
  if (typeof read !== 'string') return read;
  return read
    .replaceAll(/(?:#|\/\/) .*$/gm, '')
    .replaceAll(/\\[nt"\\]|[\s(),"~$%]/g, '')
    .replaceAll('.*', '[*]')
    .replaceAll(/\{(?:if|for|else|endif|endfor)[^}]*\}/g, '')
    .replaceAll(/=(?!=)|:(?=\w)/g, '=');
}
