/** The files of a project with about `size` resources, or other things that it is made of, by the shape's name. */
export const shapes: Record<string, (size: number) => Map<string, string>>;
/** The JSON of a plan of `size` buckets and what configures them, by reference or by name. */
export function planOf(size: number, linked?: 'reference' | 'name'): string;
/** The JSON of a state of the same. */
export function stateOf(size: number): string;
/** A plan of one resource whose address never closes its many brackets. */
export function planOfBrackets(count: number): string;
