/** A variable or an output of the project, as its README lists it. */
export interface Declaration {
  name: string;
  description: string;
  /** The value in terraform.tfvars, else the default; absent for outputs. */
  value?: string;
}

/**
 * Reads what a project's variables.tf and outputs.tf declare, so that the README cannot say anything else.
 * Reads our own templates' output, one argument a line, and is no parser for other people's HCL.
 */
export function readDeclarations(files: ReadonlyMap<string, string>): {
  variables: Declaration[];
  outputs: Declaration[];
} {
  const variables = blocks(files.get('variables.tf') ?? '', 'variable').map(({ name, body }) => {
    const value = valueOf(files, name) ?? '';
    return { name, description: description(body), value: value.startsWith('{\n') ? 'a map' : `\`${value}\`` };
  });
  const outputs = blocks(files.get('outputs.tf') ?? '', 'output').map(({ name, body }) => ({
    name,
    description: description(body),
  }));
  return { variables, outputs };
}

/** The files of a project, of which only those are read that are asked for. */
interface Files {
  keys(): Iterable<string>;
  get(path: string): string | undefined;
}

/**
 * Reads in a project's files the number that a factor of its cost stands for:
 * - `3` is that;
 * - a variable or a member of one, `task_cpu` or `task_count.min`, is its value in terraform.tfvars, else its default; a
 *   list counts its items;
 * - `resources(aws_kms_key)` counts the blocks of a type in all .tf files, but for those with `count` or `for_each`; an
 *   alarm counts as many times as it has metrics, for AWS bills each.
 * Anything else throws. Reads our own templates' output, as readDeclarations does.
 */
export function numbersIn(files: Files): (factor: string) => number {
  return (factor) => {
    if (isNumber.test(factor)) return Number(factor);
    const type = /^resources\((\w+)\)$/.exec(factor)?.[1];
    if (type) return countResources(files, type);
    const [, name, member] = /^(\w+)(?:\.(\w+))?$/.exec(factor) ?? [];
    if (!name) throw new Error(`${factor} is no number, variable or resources(TYPE)`);
    const value = valueOf(files, name);
    if (value === undefined) throw new Error(`there is no variable ${name} with a value`);
    const text = member ? new RegExp(`^ +${member} += (.*)$`, 'm').exec(value)?.[1] : value;
    if (text?.startsWith('[')) return text.match(/"(?:[^"\\]|\\.)*"/g)?.length ?? 0;
    if (text === undefined || !isNumber.test(text)) throw new Error(`${factor} is no number: ${value}`);
    return Number(text);
  };
}

const isNumber = /^\d+(\.\d+)?$/;

/** The value of a variable as it is written: in terraform.tfvars, else its default; undefined where it has neither. */
function valueOf(files: Files, name: string): string | undefined {
  const given = argument(`\n${files.get('terraform.tfvars') ?? ''}`, '\n', name);
  if (given !== undefined) return given;
  const text = files.get('variables.tf') ?? '';
  const at = text.indexOf(`variable "${name}" {`);
  return at < 0 ? undefined : argument(text.slice(at, text.indexOf('\n}\n', at)), '\n  ', 'default');
}

/** The value of an argument whose line starts with `start`: the rest of the line, or all of a map. */
function argument(text: string, start: string, name: string): string | undefined {
  const at = text.indexOf(`${start}${name} `);
  if (at < 0) return undefined;
  const value = text.slice(text.indexOf('= ', at) + 2);
  const end = value.startsWith('{\n') ? `${start}}` : '\n';
  return value.slice(0, value.includes(end) ? value.indexOf(end) : undefined);
}

function countResources(files: Files, type: string): number {
  const start = `resource "${type}" "`;
  let count = 0;
  for (const path of files.keys()) {
    if (!path.endsWith('.tf')) continue;
    // Found by a plain search: a pattern over every file of a project takes longer than writing the project.
    const text = files.get(path)!;
    for (let at = text.indexOf(start); at >= 0; at = text.indexOf(start, at + 1)) {
      const body = text.slice(at, text.indexOf('\n}', at));
      if (body.includes('\n  count ') || body.includes('\n  for_each ')) continue;
      const metrics = type === 'aws_cloudwatch_metric_alarm' ? body.split('\n    metric {\n').length - 1 : 0;
      count += Math.max(1, metrics);
    }
  }
  return count;
}

function blocks(text: string, keyword: string): { name: string; body: string }[] {
  const pattern = new RegExp(`^${keyword} "(\\w+)" \\{\\n([\\s\\S]*?)^\\}`, 'gm');
  return [...text.matchAll(pattern)].map(([, name, body]) => ({ name: name!, body: body! }));
}

function description(body: string): string {
  return JSON.parse(/^ {2}description = (".*")$/m.exec(body)![1]!) as string;
}
