import { argument, calledFolder, isDeployed, isReadWhole } from '../../terraform/references.js';
import { providerName, type Attribute, type BlockSyntax, type Body, type Expression } from '../../terraform/syntax.js';
import { blockLocation, locationIn, type Location } from '../../terraform/location.js';
import type { ModuleFolder } from '../../terraform/module-folder.js';
import type { Project } from '../../terraform/project.js';

/** A configuration of a provider with an alias that is needed and not there. */
export interface MissingConfiguration {
  location: Location;
  message: string;
}

/** `aws.replica` of an expression that is written so, or as a text. */
function configurationName(expression: Expression | undefined): string | undefined {
  if (expression?.kind === 'literal' && typeof expression.value === 'string') return expression.value;
  if (expression?.kind === 'name') return expression.name;
  return expression?.kind === 'attribute' && expression.of.kind === 'name'
    ? `${expression.of.name}.${expression.name}`
    : undefined;
}

/** The entry of an object that is written out. */
function entry(object: Expression | undefined, name: string): Expression | undefined {
  if (object?.kind !== 'object') return undefined;
  return object.entries.find(({ key }) => key.kind === 'literal' && key.value === name)?.value;
}

/** What a module says that its caller gives it: `configuration_aliases`. */
function awaited({ blocks }: ModuleFolder): string[] {
  return blocks
    .flatMap(({ syntax }) => (syntax.type === 'terraform' ? syntax.body.blocks : []))
    .filter(({ type }) => type === 'required_providers')
    .flatMap(({ body }) => body.attributes)
    .flatMap(({ expression }) => {
      const aliases = entry(expression, 'configuration_aliases');
      return aliases?.kind === 'list' ? aliases.items : [];
    })
    .map(configurationName)
    .filter((name) => name !== undefined);
}

/** The configurations with an alias that a module has, by name: its own, and those that it waits for. */
function configurations(folder: ModuleFolder): Set<string> {
  const own = folder.blocks
    .filter(({ syntax }) => syntax.type === 'provider')
    .map(({ syntax }) => providerName(syntax).replace(/^provider\./, ''));
  return new Set([...own, ...awaited(folder)]);
}

/** The same with what calls give a module, which need not wait for it. */
function allConfigurations(project: Project): Map<string, Set<string>> {
  const known = new Map(project.folders.map((folder) => [folder.path, configurations(folder)]));
  for (const folder of project.folders) {
    for (const { syntax } of folder.blocks) {
      const called = syntax.type === 'module' ? known.get(calledFolder(folder, syntax) ?? '?') : undefined;
      for (const { key } of called ? givenIn(syntax) : []) {
        const name = configurationName(key);
        if (name !== undefined) called?.add(name);
      }
    }
  }
  return known;
}

function givenIn({ body }: BlockSyntax): { key: Expression; value: Expression }[] {
  const providers = argument(body, 'providers')?.expression;
  return providers?.kind === 'object' ? providers.entries : [];
}

/** Where a configuration that is not there is used, or is not given to a module that waits for it. */
export function* missingConfigurations(project: Project): Generator<MissingConfiguration> {
  const folders = new Map(project.folders.map((folder) => [folder.path, folder]));
  const configured = allConfigurations(project);
  for (const folder of project.folders) {
    if (!isReadWhole(project, folder)) continue;
    // Whoever calls a module gives it providers, or a tool writes them into a copy of it.
    const there = folder.path !== '' || isDeployed(project) ? configured.get(folder.path) : undefined;
    for (const { syntax, file } of folder.blocks) {
      if (syntax.type === 'module') yield* missingInCall(project, folders, folder, { syntax, file, there });
      if (!['resource', 'data', 'ephemeral', 'action', 'import'].includes(syntax.type)) continue;
      const name = aliasedName(syntax.body);
      if (name !== undefined && there && !there.has(name.name))
        yield {
          location: locationIn(file, name.at),
          message: `uses the provider ${name.name}, which is not configured`,
        };
    }
  }
}

function aliasedName(body: Body): { name: string; at: Attribute } | undefined {
  const at = argument(body, 'provider');
  const name = at && configurationName(at.expression);
  return at && name?.includes('.') ? { name, at } : undefined;
}

function* missingInCall(
  project: Project,
  folders: ReadonlyMap<string, ModuleFolder>,
  folder: ModuleFolder,
  { syntax, file, there }: { syntax: BlockSyntax; file: string; there: ReadonlySet<string> | undefined },
): Generator<MissingConfiguration> {
  const providers = argument(syntax.body, 'providers');
  const given = givenIn(syntax);
  for (const { value } of given) {
    const name = configurationName(value);
    if (name?.includes('.') && there && !there.has(name))
      yield {
        location: locationIn(file, value),
        message: `gives the module the provider ${name}, which is not configured`,
      };
  }
  const called = folders.get(calledFolder(folder, syntax) ?? '?');
  if (!called || !isReadWhole(project, called) || (providers && providers.expression.kind !== 'object')) return;
  const names = new Set(given.map(({ key }) => configurationName(key)));
  const missing = [...new Set(awaited(called))].filter((name) => name.includes('.') && !names.has(name));
  if (missing.length > 0)
    yield {
      location: blockLocation(file, syntax),
      message: `calls a module without the providers that it waits for: ${missing.join(', ')}`,
    };
}
