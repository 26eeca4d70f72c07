import type { Json } from '../../aws/read-back.js';
import type { Block, Resource } from '../../terraform/project.js';
import { decodeJson, isList, Json as JsonText, Lazy, Many, Text, Unknown, type Value } from '../../terraform/value.js';
import { comesAfter } from './text-order.js';

/** Stands for what is not known. It has neither a letter nor a digit, and is none of the values that AWS knows. */
const mark = '\ue000';

/** A value as plain JSON; a mark stands for each part that is not known, one element for a list of unknown length. */
function plain(value: Value): Json {
  if (value instanceof Unknown || value instanceof Lazy) return mark;
  if (value instanceof Many) return [plain(value.each)];
  if (value instanceof Text) return value.parts.map((part) => (typeof part === 'string' ? part : mark)).join('');
  if (value instanceof JsonText) return JSON.stringify(plain(value.value));
  if (isList(value)) return value.map(plain);
  if (value instanceof Map) {
    return Object.fromEntries([...(value as ReadonlyMap<string, Value>)].map(([key, item]) => [key, plain(item)]));
  }
  return value as Json;
}

function ofBlock(block: Block): Json {
  return Object.fromEntries(block.body.names().map((name) => [name, partOf(block, name) ?? null]));
}

/** An argument, or the list of the blocks of that name; undefined where neither is written. */
function partOf(block: Block, name: string): Json | undefined {
  const value = block.get(name);
  if (value !== undefined) return plain(value);
  const blocks = block.blocks(name);
  return blocks.length === 0 ? undefined : blocks.map(ofBlock);
}

/** Attributes of resources that are always there. */
function isPresent(symbol: string): boolean {
  return comesAfter(symbol, /\baws_\w+\./, /\.(?:arn|id|key_id)$/);
}

/** What an argument, or the blocks of a name, are known to be, as a state would have it; undefined where nothing is. */
export function knownJson(block: Block, name: string, isJsonText = false): Json | undefined {
  const value = block.get(name);
  if (isJsonText) {
    const decoded = decodeJson(value);
    return decoded === undefined || decoded instanceof Error ? undefined : JSON.stringify(plain(decoded));
  }
  if (value instanceof Lazy || (value instanceof Unknown && !isPresent(value.symbol ?? ''))) return undefined;
  return partOf(block, name);
}

/** The values of a resource as a state would have them, each read when it is asked for. */
export function asInState(resource: Resource): Record<string, Json> {
  return new Proxy({}, { get: (_, name) => (typeof name === 'string' ? partOf(resource, name) : undefined) });
}
