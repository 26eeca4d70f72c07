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
  const values = new Map<string, string>();
  for (const [, name, value] of (files.get('terraform.tfvars') ?? '').matchAll(/^(\w+) +?= (.*)$/gm))
    values.set(name!, value!);
  const variables = blocks(files.get('variables.tf') ?? '', 'variable').map(({ name, body }) => {
    const value = values.get(name) ?? /^ {2}default +?= (.*)$/m.exec(body)?.[1] ?? '';
    return { name, description: description(body), value: value === '{' ? 'a map' : `\`${value.trim()}\`` };
  });
  const outputs = blocks(files.get('outputs.tf') ?? '', 'output').map(({ name, body }) => ({
    name,
    description: description(body),
  }));
  return { variables, outputs };
}

function blocks(text: string, keyword: string): { name: string; body: string }[] {
  const pattern = new RegExp(`^${keyword} "(\\w+)" \\{\\n([\\s\\S]*?)^\\}`, 'gm');
  return [...text.matchAll(pattern)].map(([, name, body]) => ({ name: name!, body: body! }));
}

function description(body: string): string {
  return JSON.parse(/^ {2}description = (".*")$/m.exec(body)![1]!) as string;
}
