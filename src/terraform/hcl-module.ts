import { expressionsOf, providerName, type BlockSyntax, type Expression } from './syntax.js';
import { deepestModules } from './addresses.js';
import { account, partitionOf, type Surroundings } from './aws-attributes.js';
import { evaluate, extend, pairs, quietly, referencePath, type Scope } from './evaluate.js';
import type { Files } from './functions.js';
import { installedFolder } from './installed-modules.js';
import { HclBody, resourcesIn, type Reading } from './hcl-body.js';
import { blockLocation } from './location.js';
import { folderOfSource } from './module-files.js';
import type { ModuleFolder, PlacedBlock } from './module-folder.js';
import { enabledIn } from './opentofu.js';
import { oncePer } from './once-per.js';
import { Resource, type Location, type UnreadModule } from './project.js';
import { convert } from './types.js';
import { identity, isList, Lazy, Many, OpenMap, Text, Unknown, unknown, type Value } from './value.js';

/** The folder of a module that is called, read; where it is elsewhere or not there, why, as far as that is known. */
export type FindFolder = (from: ModuleFolder, call: BlockSyntax) => ModuleFolder | string | undefined;

interface Calling {
  /** The values for the variables: from a caller, or from tfvars. */
  inputs(name: string): Value | undefined;
  /** Where the providers of this module work, by name: `aws`, `aws.replica`. */
  surroundings(provider: string): Surroundings | undefined;
  path: string;
  uncertain: boolean;
}

/** Something looked up by name, once. */
class Namespace extends Lazy {
  constructor(
    readonly symbol: string,
    private readonly find: (name: string) => Value | undefined,
  ) {
    super();
  }

  attribute(name: string): Value {
    const found = this.find(name);
    return found === undefined ? new Unknown(`${this.symbol}.${name}`) : found;
  }
}

interface Instances {
  /** What an expression that names the resource or module gets. */
  value: Value;
  uses: readonly Resource[];
}

interface Expansion {
  key?: string | number;
  each: Record<string, Value>;
  uncertain: boolean;
}

interface Expansions {
  expansions: readonly Expansion[];
  /** Whether the instances have names: for_each. */
  isMap: boolean;
  /** Whether they are all; more than a run looks at are left out. */
  isWhole: boolean;
  /** Whether there would be one without a name, and it is switched off: https://opentofu.org/docs/language/meta-arguments/enabled */
  isOff?: boolean;
}

/** One call of a module: its variables have values, its resources are instances. */
export class HclModule {
  readonly resources: Resource[] = [];
  readonly unread: UnreadModule[] = [];
  /** Those that were looked into where a manifest beside the project says that they are. */
  readonly fromManifest: UnreadModule[] = [];
  private readonly scope: Scope;
  private readonly remembered = new Map<string, Instances>();
  private readonly providers = new Map<string, Surroundings>();
  private readonly index = new Map<string, PlacedBlock>();
  private readonly configured = new Map<string, PlacedBlock>();
  private readonly locals = new Map<string, { block: PlacedBlock; expression: Expression }>();

  constructor(
    private readonly folder: ModuleFolder,
    private readonly calling: Calling,
    private readonly reading: Reading,
    private readonly files: Files,
    private readonly findFolder: FindFolder,
    private readonly depth = 0,
  ) {
    const { budget, isFlattening } = reading;
    this.scope = { files, budget, isFlattening, lookup: (name) => this.lookup(name) };
    for (const block of folder.blocks) {
      const key = [block.syntax.type, ...block.syntax.labels].join('.');
      if (!this.index.has(key)) this.index.set(key, block);
      if (block.syntax.type === 'provider' && !this.configured.has(providerName(block.syntax)))
        this.configured.set(providerName(block.syntax), block);
      if (block.syntax.type !== 'locals') continue;
      for (const { name, expression } of block.syntax.body.attributes) this.locals.set(name, { block, expression });
    }
  }

  /** Evaluates everything that makes resources, in this module and in those it calls. */
  expandAll(): void {
    const blocks = this.folder.blocks.map(({ syntax }) => syntax);
    for (const { type: kind, labels } of blocks) {
      const [type, name] = labels;
      if (['resource', 'data', 'ephemeral'].includes(kind) && type && name) this.resource(kind, type, name);
    }
    // However many resources the modules have, those beside them are all looked at.
    for (const { type, labels } of blocks) if (type === 'module' && labels[0]) this.module(labels[0]);
  }

  /** Evaluates locals and outputs that nothing has asked for, so that what Terraform would refuse in them is noted. */
  evaluateRest(): void {
    for (const { syntax } of this.folder.blocks) {
      if (syntax.type === 'locals') for (const { name } of syntax.body.attributes) this.local(name);
      if (syntax.type === 'output' && syntax.labels[0]) this.output(syntax.labels[0]);
    }
  }

  output(name: string): Value {
    return this.once(`output ${name}`, () => {
      const block = this.find('output', name);
      const expression = block?.syntax.body.attributes.find((attribute) => attribute.name === 'value')?.expression;
      return block && expression ? this.evaluateIn(block, expression, this.scope) : unknown;
    });
  }

  /**
   * The resources that the outputs hand on. A sentence or a command line is for people: no other project reads an id in it.
   */
  exported(): readonly Resource[] {
    const outputs = this.folder.blocks.filter(
      ({ syntax }) => syntax.type === 'output' && !hasWords(quietly(() => this.output(syntax.labels[0] ?? ''))),
    );
    return outputs.flatMap((block) => this.usedBy(block, () => this.output(block.syntax.labels[0] ?? '')));
  }

  /** The resources that an evaluation uses or gives; what Terraform would refuse in it is told elsewhere. */
  private usedBy({ file, syntax }: PlacedBlock, read: () => Value): readonly Resource[] {
    const { value, uses } = this.reading.tracked(() =>
      this.reading.orFailure(file, syntax.line, () => quietly(read) ?? unknown),
    );
    return [...uses, ...resourcesIn(value)];
  }

  private lookup(name: string): Value | undefined {
    switch (name) {
      case 'var':
        return new Namespace(`${this.calling.path}var`, (variable) => this.variable(variable));
      case 'local':
        return new Namespace(`${this.calling.path}local`, (local) => this.local(local));
      case 'module':
        return new Namespace(`${this.calling.path}module`, (module) => this.module(module));
      case 'data':
      case 'ephemeral':
        return new Namespace(`${this.calling.path}${name}`, (type) => this.ofType(name, type));
      case 'path':
        return new Map<string, Value>([
          ['module', this.folder.path === '' ? '.' : this.folder.path],
          ['root', '.'],
          ['cwd', unknown],
        ]);
      case 'terraform':
        return new Namespace('terraform', () => undefined);
      case 'self':
      case 'each':
      case 'count':
        return new Unknown(undefined);
      default:
        return this.ofType('resource', name);
    }
  }

  private ofType(kind: string, type: string): Value {
    const prefix = `${this.calling.path}${kind === 'resource' ? '' : `${kind}.`}`;
    return new Namespace(`${prefix}${type}`, (name) => this.resource(kind, type, name));
  }

  /** Remembers a value with the resources it came from, and tells whoever asks of both. */
  private once(key: string, evaluation: () => Value): Value {
    let known = this.remembered.get(key);
    if (!known) {
      // Whoever asks meanwhile goes round in a circle.
      this.remembered.set(key, { value: unknown, uses: [] });
      known = this.reading.tracked(evaluation);
      this.remembered.set(key, known);
    }
    this.reading.use(known.uses);
    return known.value;
  }

  private evaluateIn({ file, syntax }: PlacedBlock, expression: Expression, scope: Scope): Value {
    return this.reading.orFailure(file, expression.line || syntax.line, () => evaluate(expression, scope));
  }

  private find(type: string, ...labels: string[]): PlacedBlock | undefined {
    return this.index.get([type, ...labels].join('.'));
  }

  private variable(name: string): Value | undefined {
    const block = this.find('variable', name);
    if (!block) return undefined;
    return this.once(`var ${name}`, () => {
      const argument = (wanted: string) =>
        block.syntax.body.attributes.find((attribute) => attribute.name === wanted)?.expression;
      const fallback = argument('default');
      const nullable = argument('nullable');
      const given = this.calling.inputs(name);
      const refusesNull = nullable?.kind === 'literal' && nullable.value === false;
      if (given === undefined || (given === null && refusesNull && fallback)) {
        if (!fallback) return new Unknown(`${this.calling.path}var.${name}`);
        return this.converted(block, this.evaluateIn(block, fallback, this.scope), argument('type'));
      }
      return this.converted(block, given, argument('type'));
    });
  }

  /** A value brought to a variable's type. */
  private converted({ file, syntax }: PlacedBlock, value: Value, type: Expression | undefined): Value {
    return this.reading.orFailure(file, syntax.line, () => convert(value, type, this.scope));
  }

  private local(name: string): Value | undefined {
    const found = this.locals.get(name);
    return found && this.once(`local ${name}`, () => this.evaluateIn(found.block, found.expression, this.scope));
  }

  private resource(kind: string, type: string, name: string): Value | undefined {
    const block = this.find(kind, type, name);
    if (!block) return undefined;
    return this.once(`${kind} ${type}.${name}`, () => this.expandResource(block, kind, type, name));
  }

  private expandResource(block: PlacedBlock, kind: string, type: string, name: string): Value {
    const { syntax, file } = block;
    const place: Location = blockLocation(file, syntax);
    const expanded = this.expansions(block);
    const instances = expanded.expansions.map(({ key, each, uncertain }) => {
      const scope: Scope = extend(this.scope, each);
      const resource: Resource = new Resource({
        mode: kind === 'resource' ? 'managed' : (kind as 'data' | 'ephemeral'),
        type,
        name,
        modulePath: this.calling.path,
        ...(key === undefined ? {} : { key }),
        body: new HclBody(
          syntax.body,
          place,
          extend(scope, { self: new Namespace('self', (attribute) => resource.computed(attribute)) }),
          this.reading,
          uncertain || this.calling.uncertain,
        ),
        syntax,
        surroundings: this.surroundingsOf(block, scope),
      });
      resource.onUse = (used) => this.reading.use([used]);
      return resource;
    });
    for (const instance of instances) this.resources.push(instance);
    return gather(expanded, instances);
  }

  /** https://developer.hashicorp.com/terraform/language/meta-arguments/count and …/for_each */
  private expansions(block: PlacedBlock): Expansions {
    const argument = (name: string) => block.syntax.body.attributes.find((attribute) => attribute.name === name);
    const { labels } = block.syntax;
    const place = blockLocation(block.file, block.syntax);
    const what = `instances of ${labels.join('.')}`;
    const count = argument('count');
    if (count) {
      const value = this.evaluateIn(block, count.expression, this.scope);
      const number = typeof value === 'string' ? Number(value) : value;
      if (typeof number !== 'number' || Number.isNaN(number)) {
        const each = { count: new Map([['index', unknown]]) };
        return { expansions: [{ each, uncertain: true }], isMap: false, isWhole: true };
      }
      const wanted = Math.max(0, Math.floor(number));
      const granted = this.reading.budget.grant(wanted, what, place);
      const expansions = Array.from({ length: granted }, (_, index) => ({
        key: index,
        each: { count: new Map([['index', index]]) },
        uncertain: false,
      }));
      return notWhole({ expansions, isMap: false, isWhole: granted === wanted });
    }
    const forEach = argument('for_each');
    if (!forEach) return this.single(block);
    const collection = this.evaluateIn(block, forEach.expression, this.scope);
    const known = collection === null ? [] : pairs(collection);
    const each = (key: Value, value: Value) => ({
      each: new Map([
        ['key', key],
        ['value', value],
      ]),
    });
    if (!known) {
      const value = collection instanceof Many ? collection.each : unknown;
      const asked = keysAskedFor(this.folder).get(nameOf(block)) ?? new Set();
      const named = [...asked].slice(0, this.reading.budget.grant(asked.size, what, place));
      const expansions = [
        { each: each(unknown, value), uncertain: true },
        ...named.map((key) => ({ key, each: each(key, value), uncertain: true })),
      ];
      return { expansions, isMap: true, isWhole: true };
    }
    const granted = this.reading.budget.grant(known.length, what, place);
    const expansions = known.slice(0, granted).map(([mapKey, value]) => {
      const key = isList(collection) ? value : mapKey;
      return { key: identity(key) ?? `${String(mapKey)}?`, each: each(key, value), uncertain: false };
    });
    return notWhole({ expansions, isMap: true, isWhole: granted === known.length });
  }

  /** The one instance of what is not repeated, unless OpenTofu is told that it is not there. */
  private single(block: PlacedBlock): Expansions {
    const enabled = enabledIn(block.syntax);
    const value = enabled ? this.evaluateIn(block, enabled.expression, this.scope) : true;
    if (value === false || value === 'false') return { expansions: [], isMap: false, isWhole: true, isOff: true };
    return {
      expansions: [{ each: {}, uncertain: value !== true && value !== 'true' }],
      isMap: false,
      isWhole: true,
    };
  }

  private surroundingsOf(block: PlacedBlock, scope: Scope): Surroundings {
    const { syntax } = block;
    const provider = syntax.body.attributes.find(({ name }) => name === 'provider')?.expression;
    const named = provider && referencePath(provider)?.join('.');
    const surroundings = this.provider(named ?? 'aws');
    const region = syntax.body.attributes.find(({ name }) => name === 'region');
    // From version 6 of the provider on a resource can name a region of its own.
    const own = syntax.type === 'resource' && region ? this.evaluateIn(block, region.expression, scope) : null;
    return own === null ? surroundings : { ...surroundings, region: own };
  }

  private provider(name: string): Surroundings {
    const known = this.providers.get(name);
    if (known) return known;
    // A module that configures a provider itself does not get its caller's.
    const surroundings = this.configuredProvider(name) ?? this.calling.surroundings(name) ?? unknownSurroundings(name);
    this.providers.set(name, surroundings);
    return surroundings;
  }

  private configuredProvider(name: string): Surroundings | undefined {
    const block = this.configured.get(`provider.${name}`);
    const region = block?.syntax.body.attributes.find((attribute) => attribute.name === 'region')?.expression;
    if (!block || !region) return undefined;
    const value = this.evaluateIn(block, region, this.scope);
    const { attributes, blocks } = block.syntax.body;
    const otherAccount =
      blocks.some(({ type }) => type.startsWith('assume_role')) ||
      attributes.some((attribute) => attribute.name === 'profile' || attribute.name === 'access_key');
    return {
      region: value,
      account: name.includes('.') && otherAccount ? new Unknown(`account of ${name}`) : account,
      partition: partitionOf(value),
    };
  }

  private module(name: string): Value | undefined {
    const block = this.find('module', name);
    if (!block) return undefined;
    return this.once(`module ${name}`, () => this.expandModule(block, name));
  }

  private expandModule(block: PlacedBlock, name: string): Value {
    const { syntax, file } = block;
    const source = syntax.body.attributes.find((attribute) => attribute.name === 'source')?.expression;
    const text = source?.kind === 'literal' && typeof source.value === 'string' ? source.value : '';
    const folder = this.depth < deepestModules ? this.findFolder(this.folder, syntax) : undefined;
    const address = `${this.calling.path}module.${name}`;
    if (folder === undefined || typeof folder === 'string') {
      this.unread.push({
        address,
        source: text,
        location: blockLocation(file, syntax),
        ...(folder === undefined ? {} : { why: folder }),
        given: () =>
          syntax.body.attributes.flatMap(({ expression }) =>
            this.usedBy(block, () => evaluate(expression, this.scope)),
          ),
      });
      return new Unknown(address);
    }
    const expanded = this.expansions(block);
    const place = blockLocation(file, syntax);
    if (folder.path.startsWith(installedFolder) && folderOfSource(this.folder.path, text) === undefined)
      this.fromManifest.push({ address, source: text, location: place, why: onlyInstalled, given: () => [] });
    const entered = expanded.expansions.filter(() => this.reading.budget.grantModule(place));
    const values = entered.map((expansion) => this.callModule(block, folder, name, expansion));
    if (values.length === 0 && expanded.expansions.length > 0) return new Unknown(address);
    const isWhole = expanded.isWhole && values.length === expanded.expansions.length;
    return gather({ ...expanded, expansions: entered, isWhole }, values);
  }

  private callModule(
    block: PlacedBlock,
    folder: ModuleFolder,
    name: string,
    { key, each, uncertain }: Expansion,
  ): Value {
    const path = `${this.calling.path}module.${name}${key === undefined ? '' : `[${JSON.stringify(key)}]`}.`;
    const scope = extend(this.scope, each);
    const argument = (wanted: string) => block.syntax.body.attributes.find((attribute) => attribute.name === wanted);
    const module = new HclModule(
      folder,
      {
        path,
        uncertain: uncertain || this.calling.uncertain,
        inputs: (variable) => {
          const input = argument(variable);
          return input && this.evaluateIn(block, input.expression, scope);
        },
        surroundings: (provider) => this.provider(passedProvider(argument('providers')?.expression, provider)),
      },
      this.reading,
      this.files,
      this.findFolder,
      this.depth + 1,
    );
    // What a module's own blocks use is not used by whoever asks for one of its outputs.
    this.reading.tracked(() => {
      module.expandAll();
      return unknown;
    });
    for (const resource of module.resources) this.resources.push(resource);
    for (const unread of module.unread) this.unread.push(unread);
    for (const one of module.fromManifest) this.fromManifest.push(one);
    return new Namespace(path.slice(0, -1), (output) => module.output(output));
  }
}

const onlyInstalled =
  'only what .terraform/modules has in its place was looked at, which the project itself may have put there';

/** Of instances that are not all it is not known which one somebody means. */
function notWhole(expanded: Expansions): Expansions {
  if (expanded.isWhole) return expanded;
  return { ...expanded, expansions: expanded.expansions.map((expansion) => ({ ...expansion, uncertain: true })) };
}

/** What an expression that names the resource or module gets. */
function gather({ expansions, isMap, isWhole, isOff }: Expansions, values: readonly Value[]): Value {
  if (isOff) return null;
  const [first] = expansions;
  if (first && !('key' in first)) {
    if (!first.uncertain) return values[0]!;
    return isMap ? new OpenMap(values[0]!, byKey(expansions, values)) : new Many(values[0]!);
  }
  if (!isWhole) return isMap ? new OpenMap(unknown) : new Many(unknown);
  return isMap ? byKey(expansions, values) : values;
}

/** The instances that have a key, by it. */
function byKey(expansions: readonly Expansion[], values: readonly Value[]): Map<string, Value> {
  const found = new Map<string, Value>();
  for (const [at, { key }] of expansions.entries()) if (key !== undefined) found.set(String(key), values[at]!);
  return found;
}

/** By the name of a resource or module, the keys with which expressions of its folder ask for one of its instances. */
const keysAskedFor = oncePer((folder: ModuleFolder): ReadonlyMap<string, ReadonlySet<string>> => {
  const keys = new Map<string, Set<string>>();
  for (const expression of folder.blocks.flatMap(({ syntax }) => expressionsOf(syntax.body))) {
    if (expression.kind !== 'index' || expression.of.kind !== 'attribute' || expression.key.kind !== 'literal')
      continue;
    const name = referencePath(expression.of)?.join('.');
    const key = expression.key.value;
    if (name === undefined || typeof key !== 'string') continue;
    const found = keys.get(name) ?? new Set();
    keys.set(name, found.add(key));
  }
  return keys;
});

/** What expressions call a resource or module: `aws_vpc.this`, `data.aws_vpc.this`, `module.network`. */
function nameOf({ syntax: { type, labels } }: PlacedBlock): string {
  return [...(type === 'resource' ? [] : [type]), ...labels].join('.');
}

/** The caller's provider that a module gets as `provider`. */
function passedProvider(providers: Expression | undefined, provider: string): string {
  if (providers?.kind !== 'object') return provider;
  const entry = providers.entries.find(({ key }) => {
    const name = key.kind === 'literal' ? String(key.value) : referencePath(key)?.join('.');
    return name === provider;
  });
  return (entry && referencePath(entry.value)?.join('.')) ?? provider;
}

function unknownSurroundings(provider: string): Surroundings {
  const region = new Unknown(provider === 'aws' ? 'data.aws_region.current.name' : `region of ${provider}`);
  return { region, account, partition: partitionOf(region) };
}

/** Whether a value is a line with words of its own; a list of ids with blanks between them has none, and a file has lines. */
function hasWords(value: Value | undefined): boolean {
  if (!(value instanceof Text)) return false;
  const words = value.parts.filter((part) => typeof part === 'string');
  return words.some((text) => /[a-z] [a-z]/i.test(text)) && !words.some((text) => text.includes('\n'));
}
