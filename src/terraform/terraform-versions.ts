import type { Body, Expression } from './syntax.js';
import type { ModuleFolder } from './module-folder.js';
import { blockLocation, locationIn, type Location } from './location.js';
import { argument, literalText } from './references.js';
import { isOlder } from './version-constraints.js';

/** An entry of `required_providers`. */
export interface RequiredProvider {
  name: string;
  source?: string;
  version?: string;
  location: Location;
}

/** The entries of a module's `required_providers`, in all of its `terraform` blocks. */
export function requiredProviders(folder: ModuleFolder): RequiredProvider[] {
  return folder.blocks.flatMap(({ syntax, file }) =>
    (syntax.type === 'terraform' ? syntax.body.blocks : [])
      .filter(({ type }) => type === 'required_providers')
      .flatMap(({ body }) => body.attributes)
      .map((attribute) => {
        const { name, expression } = attribute;
        const [source, version] = [entryText(expression, 'source'), entryText(expression, 'version')];
        const short =
          expression.kind === 'literal' && typeof expression.value === 'string' ? expression.value : version;
        return {
          name,
          location: locationIn(file, attribute),
          ...(source === undefined ? {} : { source }),
          ...(short === undefined ? {} : { version: short }),
        };
      }),
  );
}

function entryText(expression: Expression, name: string): string | undefined {
  if (expression.kind !== 'object') return undefined;
  const value = expression.entries.find(({ key }) => key.kind === 'literal' && key.value === name)?.value;
  return value?.kind === 'literal' && typeof value.value === 'string' ? value.value : undefined;
}

/** The constraints on Terraform's own version in a module. */
export function requiredVersions(folder: ModuleFolder): { constraint: string; location: Location }[] {
  return folder.blocks.flatMap(({ syntax, file }) => {
    const constraint = syntax.type === 'terraform' ? literalText(syntax.body, 'required_version') : undefined;
    const place = argument(syntax.body, 'required_version') ?? syntax.header;
    return constraint === undefined ? [] : [{ constraint, location: locationIn(file, place) }];
  });
}

export interface Limits {
  /** The lowest version that is let in, as it is written. */
  floor?: string;
  /** Whether some version is too new. */
  hasCeiling: boolean;
}

/** How far a constraint such as `>= 5.0, < 7.0` reaches; undefined where it cannot be read. */
export function limitsOf(constraint: string): Limits | undefined {
  const parts = constraint.split(',').map((part) => /^(=|!=|>=|<=|>|<|~>)?\s*v?(\d[\w.+-]*)$/.exec(part.trim()));
  const limits: Limits = { hasCeiling: false };
  for (const part of parts) {
    const version = part?.[2];
    if (version === undefined) return undefined;
    const operator = part?.[1] ?? '=';
    // `~> 5` lets in 6.0 and all that follow.
    if (['=', '<', '<='].includes(operator) || (operator === '~>' && version.includes('.'))) limits.hasCeiling = true;
    if (['=', '>', '>=', '~>'].includes(operator) && !(limits.floor && isOlder(version, limits.floor)))
      limits.floor = version;
  }
  return limits;
}

/** The providers that a module's blocks use, by name, each with the place of its first use. */
export function providersUsed(folder: ModuleFolder): Map<string, Location> {
  const used = new Map<string, Location>();
  const add = (name: string, location: Location) => {
    if (!used.has(name)) used.set(name, location);
  };
  for (const { syntax, file } of folder.blocks) {
    const location = blockLocation(file, syntax);
    if (syntax.type === 'provider') add(syntax.labels[0] ?? '', location);
    if (!['resource', 'data', 'ephemeral'].includes(syntax.type)) continue;
    const name = providerOf(syntax.labels[0] ?? '', syntax.body);
    if (name !== undefined) add(name, location);
  }
  // terraform_data and terraform_remote_state come with Terraform.
  used.delete('terraform');
  used.delete('');
  return used;
}

function providerOf(type: string, body: Body): string | undefined {
  const written = argument(body, 'provider')?.expression;
  if (!written) return type.split('_')[0];
  if (written.kind === 'name') return written.name;
  return written.kind === 'attribute' && written.of.kind === 'name' ? written.of.name : undefined;
}
