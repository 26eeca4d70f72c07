import { addTo } from './groups.js';
import { Budget, LimitReached } from './budget.js';
import { own, wordOf } from '../own.js';
import { account as anyAccount, partitionOf, type Surroundings } from './aws-attributes.js';
import { modulePathOf, withoutKeys } from './addresses.js';
import { Project, Resource, type Body } from './project.js';
import {
  deepestJson,
  fromPlain,
  identity,
  isList,
  isMap,
  someElements,
  tooDeep,
  Unknown,
  unknown,
  type Value,
} from './value.js';

/** A file that is no plan or state as `terraform show -json` prints them; the message says what it is, or is not. */
export class NotReadable extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NotReadable';
  }
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads a plan as `terraform show -json` prints it: `text` is the content of the file, `budget` what looking at it may
 * cost. Throws NotReadable.
 * https://developer.hashicorp.com/terraform/internals/json-format
 */
export function readPlan(text: string, budget = new Budget()): Project {
  return withinTime(budget, () => planFrom(readShown(text, budget), budget));
}

function withinTime(budget: Budget, read: () => Project): Project {
  try {
    return budget.interruptible(read);
  } catch (error) {
    if (!(error instanceof LimitReached)) throw error;
    throw new NotReadable(`is not read to its end: ${error.message}`);
  }
}

function planFrom(plan: Json, budget: Budget): Project {
  if (!isObject(plan.planned_values)) {
    throw new NotReadable(isObject(plan.values) ? 'is a state, not a plan; give it with --state' : 'is no plan');
  }
  const changes = new Map(
    objects(plan.resource_changes).map((change) => [
      wordOf(change.address),
      isObject(change.change) ? change.change : {},
    ]),
  );
  const configuration = new Configuration(plan);
  const prior =
    isObject(plan.prior_state) && isObject(plan.prior_state.values) ? plan.prior_state.values.root_module : undefined;
  const found = [
    ...resourcesIn(plan.planned_values.root_module),
    ...resourcesIn(prior).filter(({ mode }) => mode === 'data'),
  ];
  return new JsonProject(
    'plan',
    found,
    (resource) => changes.get(wordOf(resource.address))?.after_unknown,
    budget,
    configuration,
  ).project;
}

/** Reads a state as `terraform show -json` prints it, as readPlan() does a plan. Throws NotReadable. */
export function readState(text: string, budget = new Budget()): Project {
  return withinTime(budget, () => stateFrom(readShown(text, budget), budget));
}

function stateFrom(state: Json, budget: Budget): Project {
  if (isObject(state.planned_values)) throw new NotReadable('is a plan, not a state; give it with --plan');
  if (!isObject(state.values)) {
    // A state that nothing has been applied to.
    if ('format_version' in state && Object.keys(state).length <= 2)
      return new JsonProject('state', [], () => false, budget).project;
    throw new NotReadable('is no state');
  }
  return new JsonProject('state', resourcesIn(state.values.root_module), () => false, budget).project;
}

/** Takes out of parsed JSON what is nested deeper than any plan is: what reads it goes as deep as it is. */
function prune(content: object, budget: Budget): void {
  let level: object[] = [content];
  for (let depth = 1; level.length > 0; depth++) {
    const next: object[] = [];
    for (const container of level) {
      for (const [key, value] of Object.entries(container)) {
        if (typeof value !== 'object' || value === null) continue;
        if (depth < deepestJson) next.push(value as object);
        else {
          // An assignment to __proto__ would be none.
          Object.defineProperty(container, key, { value: tooDeep, enumerable: true });
          budget.cut(`what is nested more than ${deepestJson} levels deep in the plan or state is not looked at`);
        }
      }
    }
    level = next;
  }
}

function readShown(text: string, budget: Budget): Json {
  let content: unknown;
  try {
    content = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const binary = text.startsWith('PK');
    throw new NotReadable(
      binary
        ? 'is a plan as terraform keeps it; make JSON of it with terraform show -json'
        : `is not JSON: ${(error as Error).message}`,
    );
  }
  if (!isObject(content)) throw new NotReadable('is no JSON object');
  prune(content, budget);
  if ('lineage' in content && 'serial' in content) {
    throw new NotReadable('is a state file as terraform keeps it; make JSON of it with terraform show -json');
  }
  return content;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objects(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The resources of a module and of those it calls. */
function resourcesIn(module: unknown): Json[] {
  if (!isObject(module)) return [];
  return [...objects(module.resources), ...objects(module.child_modules).flatMap(resourcesIn)];
}

/** Of so many instances each is looked at for each instance of another block. */
const fewInstances = 1000;

/** An identifier that more resources have, such as a placeholder, means none of them for sure. */
const mostOfOneIdentifier = 100;

class JsonProject {
  readonly project: Project;
  private byIdentifier: Map<string, Resource[]> | undefined;
  private readonly byConfigAddress = new Map<string, Resource[]>();
  private readonly byKey = new Map<string, Map<string | number | undefined, Resource>>();

  constructor(
    stage: 'plan' | 'state',
    resources: readonly Json[],
    unknownsOf: (resource: Json) => unknown,
    private readonly budget: Budget,
    configuration?: Configuration,
  ) {
    const region = configuration?.region() ?? commonPart(resources, 3);
    const general: Surroundings = {
      region: region ?? new Unknown('data.aws_region.current.name'),
      account: accountIn(resources) ?? commonPart(resources, 4) ?? anyAccount,
      partition: partitionOf(region ?? unknown),
    };
    const made = resources.map((resource) => {
      const address = wordOf(resource.address);
      const modulePath = modulePathOf(address);
      const configAddress = withoutKeys(address);
      const values = isObject(resource.values) ? resource.values : {};
      const key = resource.index;
      return new Resource({
        mode: resource.mode === 'data' ? 'data' : 'managed',
        type: wordOf(resource.type),
        name: wordOf(resource.name),
        modulePath,
        ...(typeof key === 'string' || typeof key === 'number' ? { key } : {}),
        body: new JsonBody(merged(values, unknownsOf(resource)), budget, {
          written: configuration?.expressions(configAddress),
          byText: (text) => this.identified(text),
          byExpression: (name) =>
            configuration
              ?.references(configAddress, name)
              .flatMap((target) => this.instances(target, resource.index)) ?? [],
          dependsOn: () =>
            [...named(resource.depends_on), ...(configuration?.references(configAddress, 'depends_on') ?? [])].flatMap(
              (target) => this.instances(target, resource.index),
            ),
        }),
        surroundings: surroundingsOf(values, configuration?.otherRegion(configAddress), general),
      });
    });
    for (const resource of made) {
      addTo(this.byConfigAddress, resource.configAddress, resource);
    }
    this.project = new Project({ stage, resources: made, budget });
  }

  /**
   * The instances of a block that an instance with `key` of another may refer to. The configuration does not say which.
   * Where they are so many that all for each would be too many, it is the one with the same key, which is noted.
   */
  private instances(configAddress: string, key: unknown): readonly Resource[] {
    const all = this.byConfigAddress.get(configAddress) ?? [];
    if (all.length <= fewInstances) return all;
    this.budget.cut(
      `which of the ${all.length.toLocaleString('en-US')} instances of ${configAddress} others refer to is taken from their keys`,
    );
    let byKey = this.byKey.get(configAddress);
    if (!byKey) this.byKey.set(configAddress, (byKey = new Map(all.map((resource) => [resource.key, resource]))));
    const same = typeof key === 'string' || typeof key === 'number' ? byKey.get(key) : undefined;
    return same ? [same] : all;
  }

  /** The resources that have this id, ARN or URL: what AWS's own answers name others by. */
  private identified(text: string): readonly Resource[] {
    if (!this.byIdentifier) {
      this.byIdentifier = new Map();
      for (const resource of this.project.resources) {
        const texts = new Set(['id', 'arn', 'key_id', 'bucket', 'json'].map((name) => identity(resource.get(name))));
        for (const key of texts) {
          if (key === undefined || key.startsWith('${')) continue;
          addTo(this.byIdentifier, key, resource);
        }
      }
    }
    const found = this.byIdentifier.get(text) ?? [];
    if (found.length <= mostOfOneIdentifier) return found;
    this.budget.cut(
      `what more than ${mostOfOneIdentifier} resources have for their identifier is taken for the name of none of them`,
    );
    return [];
  }
}

/** The addresses in a state's `depends_on`, without keys. */
function named(addresses: unknown): string[] {
  return strings(addresses).map(withoutKeys);
}

/** The account that the data source of a plan or state names. */
function accountIn(resources: readonly Json[]): string | undefined {
  const identityOfCaller = resources.find(({ type }) => type === 'aws_caller_identity');
  const values = identityOfCaller && isObject(identityOfCaller.values) ? identityOfCaller.values : {};
  return typeof values.account_id === 'string' ? values.account_id : undefined;
}

/** What most ARNs of the resources have at a place: 3 is the region, 4 the account. */
function commonPart(resources: readonly Json[], place: 3 | 4): string | undefined {
  const counts = new Map<string, number>();
  for (const { values } of resources) {
    const part = isObject(values) && typeof values.arn === 'string' ? values.arn.split(':')[place] : undefined;
    if (part) counts.set(part, (counts.get(part) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}

/** Where a resource is: as its ARN says, its own region (version 6 of the provider), its provider, or the rest. */
function surroundingsOf(values: Json, ofProvider: Value | undefined, general: Surroundings): Surroundings {
  const { arn } = values;
  const [, , , inArn, account] = typeof arn === 'string' && arn.startsWith('arn:') ? arn.split(':') : [];
  const inValues = typeof values.region === 'string' ? values.region : undefined;
  const region = inArn || inValues || ofProvider || general.region;
  return {
    region,
    account: account || general.account,
    partition: region === general.region ? general.partition : partitionOf(region),
  };
}

/** Planned values, with Unknown where the plan says that only the apply will tell. */
function merged(values: unknown, unknowns: unknown): ReadonlyMap<string, Value> {
  const known = fromPlain(values);
  const result = withUnknowns(isMap(known) ? known : new Map<string, Value>(), unknowns);
  return isMap(result) ? result : new Map();
}

function withUnknowns(value: Value, unknowns: unknown): Value {
  if (unknowns === true) return unknown;
  if (Array.isArray(unknowns)) {
    const items = isList(value) ? value : [];
    return Array.from({ length: Math.max(items.length, unknowns.length) }, (_, at) =>
      withUnknowns(items[at] ?? null, unknowns[at]),
    );
  }
  if (!isObject(unknowns)) return value;
  const map = new Map(isMap(value) ? value : []);
  for (const [key, inner] of Object.entries(unknowns)) {
    const filled = withUnknowns(map.get(key) ?? null, inner);
    if (filled !== null) map.set(key, filled);
  }
  return map;
}

interface Lookups {
  /** What is written in the configuration, by name; absent where there is none to look into. */
  written?: unknown;
  byText(text: string): readonly Resource[];
  byExpression(name: string): readonly Resource[];
  dependsOn(): readonly Resource[];
}

/** A block in JSON. What is not set is there all the same, as null, "" or []. */
class JsonBody implements Body {
  readonly uncertain = false;
  private readonly referred = new Map<string, readonly Resource[]>();

  constructor(
    private readonly values: ReadonlyMap<string, Value>,
    readonly budget: Budget,
    private readonly lookups: Lookups,
  ) {}

  value(name: string): Value | undefined {
    this.budget.tick();
    const value = this.values.get(name);
    if (value === undefined || isUnset(value)) return undefined;
    // A plan also lists what only AWS sets.
    const { written } = this.lookups;
    return value instanceof Unknown && isObject(written) && !Object.hasOwn(written, name) ? undefined : value;
  }

  blocks(name: string): Body[] {
    const value = this.values.get(name);
    if (value === undefined || value === null) return [];
    return someElements(value)
      .filter(isMap)
      .map((object, at) => new JsonBody(object, this.budget, this.nested(name, at)));
  }

  private nested(name: string, at: number): Lookups {
    const { written } = this.lookups;
    const blocks = isObject(written) ? own(written, name) : undefined;
    // The blocks of a `dynamic` one are written once.
    const block = Array.isArray(blocks) ? (blocks.length === 1 ? blocks[0] : blocks[at]) : blocks;
    return { ...this.lookups, written: block, byExpression: () => this.lookups.byExpression(name) };
  }

  references(name: string): readonly Resource[] {
    let found = this.referred.get(name);
    if (!found) {
      found = name === 'depends_on' ? this.lookups.dependsOn() : this.find(name);
      this.referred.set(name, found);
    }
    return found;
  }

  private find(name: string): readonly Resource[] {
    const named = textsIn(this.values.get(name)).flatMap((text) => this.lookups.byText(text));
    return [...new Set([...named, ...this.lookups.byExpression(name)])];
  }

  names(): string[] {
    return [...this.values.keys()].filter((name) => this.value(name) !== undefined);
  }

  location(): undefined {
    return undefined;
  }
}

function isUnset(value: Value): boolean {
  return value === null || value === '' || (isList(value) && value.length === 0) || (isMap(value) && value.size === 0);
}

function textsIn(value: Value | undefined): string[] {
  if (typeof value === 'string') return [value];
  if (isList(value)) return value.flatMap(textsIn);
  return isMap(value) ? [...value.values()].flatMap(textsIn) : [];
}

/** The part of a plan that repeats the configuration: which expression refers to what. */
class Configuration {
  private readonly root: Json;
  private byAddress: Map<string, Json> | undefined;

  constructor(private readonly plan: Json) {
    const configuration = isObject(plan.configuration) ? plan.configuration : {};
    this.root = isObject(configuration.root_module) ? configuration.root_module : {};
  }

  /** The region of a resource whose provider is another one than `aws`; undefined for all others. */
  otherRegion(address: string): Value | undefined {
    const key = this.resource(address)?.provider_config_key;
    return typeof key === 'string' && key !== 'aws' ? (this.region(key) ?? new Unknown(`region of ${key}`)) : undefined;
  }

  /** The region of a provider, where it is a constant or a variable of the root module. */
  region(provider = 'aws'): string | undefined {
    const configuration = isObject(this.plan.configuration) ? this.plan.configuration : {};
    const providers = isObject(configuration.provider_config) ? configuration.provider_config : {};
    const named = own(providers, provider);
    const aws = isObject(named) ? named : {};
    const expression = isObject(aws.expressions) && isObject(aws.expressions.region) ? aws.expressions.region : {};
    if (typeof expression.constant_value === 'string') return expression.constant_value;
    const variables = isObject(this.plan.variables) ? this.plan.variables : {};
    for (const reference of strings(expression.references)) {
      const variable = own(variables, reference.replace(/^var\./, ''));
      if (isObject(variable) && typeof variable.value === 'string') return variable.value;
    }
    return undefined;
  }

  /** The addresses, without keys, of the resources that an argument of a resource refers to. */
  references(address: string, argument: string): string[] {
    const path = modulesIn(address);
    const resource = this.resource(address);
    const expressions = this.expressions(address) ?? {};
    if (argument === 'depends_on') return this.resolve(strings(resource?.depends_on), path);
    return this.resolve(referencesIn(own(expressions, argument)), path);
  }

  /** What is written in a resource's block, by argument and block; undefined where the plan does not say. */
  expressions(address: string): Json | undefined {
    const resource = this.resource(address);
    return resource && isObject(resource.expressions) ? resource.expressions : undefined;
  }

  private resource(address: string): Json | undefined {
    if (!this.byAddress) {
      this.byAddress = new Map();
      this.index(this.byAddress, this.root, '');
    }
    return this.byAddress.get(address);
  }

  private index(byAddress: Map<string, Json>, module: Json, prefix: string): void {
    for (const resource of objects(module.resources)) byAddress.set(`${prefix}${wordOf(resource.address)}`, resource);
    for (const [name, call] of Object.entries(isObject(module.module_calls) ? module.module_calls : {})) {
      if (isObject(call) && isObject(call.module)) this.index(byAddress, call.module, `${prefix}module.${name}.`);
    }
  }

  private module(path: readonly string[]): Json | undefined {
    let module: Json | undefined = this.root;
    for (const name of path) {
      const call: unknown = isObject(module?.module_calls) ? own(module.module_calls, name) : undefined;
      module = isObject(call) && isObject(call.module) ? call.module : undefined;
    }
    return module;
  }

  /** The resources that references come to, through variables and outputs of modules, however these refer to one another. */
  private resolve(references: readonly string[], path: readonly string[]): string[] {
    const found = new Set<string>();
    const seen = new Set<string>();
    const waiting: Written[] = references.map((reference) => ({ reference, path }));
    for (let one = waiting.pop(); one; one = waiting.pop()) {
      const reference = withoutKeys(one.reference);
      const prefix = one.path.map((name) => `module.${name}.`).join('');
      if (seen.has(`${prefix} ${reference}`)) continue;
      seen.add(`${prefix} ${reference}`);
      const [first, second, third] = reference.split('.');
      if (!first || !second) continue;
      if (first === 'data') {
        if (third) found.add(`${prefix}data.${second}.${third}`);
      } else if (first === 'var') for (const next of this.input(second, one.path)) waiting.push(next);
      else if (first === 'module') for (const next of this.output(third, [...one.path, second])) waiting.push(next);
      else if (!['local', 'each', 'count', 'self', 'path', 'terraform'].includes(first))
        found.add(`${prefix}${first}.${second}`);
    }
    return [...found];
  }

  /** What an output of a module refers to. */
  private output(name: string | undefined, path: readonly string[]): Written[] {
    const outputs = this.module(path)?.outputs;
    const output = isObject(outputs) && name !== undefined ? own(outputs, name) : undefined;
    return isObject(output) ? referencesIn(output.expression).map((reference) => ({ reference, path })) : [];
  }

  /** What a caller gives to a variable of its module refers to. */
  private input(name: string, path: readonly string[]): Written[] {
    if (path.length === 0) return [];
    const caller = path.slice(0, -1);
    const calls = this.module(caller)?.module_calls;
    const call = isObject(calls) ? own(calls, path.at(-1)!) : undefined;
    const expressions = isObject(call) && isObject(call.expressions) ? call.expressions : {};
    return referencesIn(own(expressions, name)).map((reference) => ({ reference, path: caller }));
  }
}

/** A reference, and the module that it is written in. */
interface Written {
  reference: string;
  path: readonly string[];
}

function modulesIn(address: string): string[] {
  return [...address.matchAll(/module\.([^.]+)\./g)].map(([, name]) => name!);
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** The references in an expression, or in the blocks of that name. */
function referencesIn(expression: unknown): string[] {
  if (Array.isArray(expression)) return expression.flatMap(referencesIn);
  if (!isObject(expression)) return [];
  if ('references' in expression) return strings(expression.references);
  return 'constant_value' in expression ? [] : Object.values(expression).flatMap(referencesIn);
}
