import { addTo } from './groups.js';
import { Budget } from './budget.js';
import type { Cut, Location } from './location.js';
import type { BlockSyntax, SourceFile } from './syntax.js';
import type { Tool } from './module-files.js';
import type { ModuleFolder } from './module-folder.js';
import { modulePathOf, withoutKeys } from './addresses.js';
import { fromArguments, type Surroundings } from './aws-attributes.js';
import { admitsOnlyBefore, type PinnedVersion } from './version-constraints.js';
import { identity, Lazy, same, Unknown, type Value } from './value.js';

/** Files by path below the root module, `../` for those beside it; what check reads, from disk or from memory. */
export interface Sources {
  /** The names of the files in a folder; undefined where there is no such folder. */
  list(folder: string): readonly string[] | undefined;
  /** The text of a file; undefined where there is none, or none that is read. */
  read(file: string): string | undefined;
  /** The names of the folders in a folder; undefined where there is no such folder. */
  folders?(folder: string): readonly string[] | undefined;
  /** Where the root module is in all that is looked at, such as a checkout of git: `aws/queue`; `''` where it is all. */
  readonly within?: string;
  /** What was asked for, is there or may be, and was not read. */
  unread?(): readonly UnreadFile[];
  /** The same folder with the units of Terragrunt alone, where these may also be above all that is looked at. */
  readonly units?: Sources;
}

export type { Cut, Location } from './location.js';

/** Where a project was read from; what can be known differs. */
export type Stage = 'hcl' | 'plan' | 'state';

/** What a block's arguments are read from: HCL, or the JSON of a plan or state. */
export interface Body {
  /** The value of an argument; undefined or null where it is not set. */
  value(name: string): Value | undefined;
  /** The blocks of a name, `dynamic` ones written out. */
  blocks(name: string): Body[];
  /** The resources that an argument's expression refers to, or that the blocks of that name do. */
  references(name: string): readonly Resource[];
  /** The names of all arguments and blocks that are there. */
  names(): string[];
  location(name?: string): Location | undefined;
  /** Whether it is not known that, or how often, this block will be there. */
  readonly uncertain: boolean;
  /** What looking at it may cost. */
  readonly budget: Budget;
}

/** A block of a project: a resource, or a nested block of one. */
export class Block extends Lazy {
  constructor(
    readonly symbol: string,
    readonly body: Body,
  ) {
    super();
  }

  /** Whether it is not known that, or how often, this block will be there. */
  get uncertain(): boolean {
    return this.body.uncertain;
  }

  /**
   * The value of an argument; undefined where it is not set or null. A dotted path goes through the first block of
   * each name: `get('access_logs.bucket')`.
   */
  get(path: string): Value | undefined {
    const [name, ...rest] = path.split('.') as [string, ...string[]];
    if (rest.length > 0) return this.blocks(name)[0]?.get(rest.join('.'));
    return this.body.value(name) ?? undefined;
  }

  /** The value of an argument where it is a known text, number or truth value. */
  text(path: string): string | undefined {
    const value = this.get(path);
    return typeof value === 'string' ? value : undefined;
  }

  /** The value of an argument where it is a known number, or a text that is one. */
  number(path: string): number | undefined {
    const value = this.get(path);
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof number === 'number' && !Number.isNaN(number) ? number : undefined;
  }

  /** The value of an argument where it is known to be true or false. */
  truth(path: string): boolean | undefined {
    const value = this.get(path);
    if (value === true || value === 'true') return true;
    return value === false || value === 'false' ? false : undefined;
  }

  /** Whether an argument is this, or has a value of which it is not known what it is. */
  mayBe(path: string, wanted: string | number | boolean): boolean {
    const value = this.get(path);
    if (value === undefined) return false;
    if (typeof wanted === 'boolean') return this.truth(path) !== !wanted;
    if (typeof wanted === 'number') return (this.number(path) ?? wanted) === wanted;
    return same(value, wanted) !== false;
  }

  /** Whether an argument has a value, whatever it is; undefined where it may be null. */
  isSet(path: string): boolean | undefined {
    const value = this.get(path);
    return value instanceof Unknown && mayBeNull(value) ? undefined : value !== undefined;
  }

  /** Whether an argument or block of this name is written and not null. */
  has(path: string): boolean {
    return this.get(path) !== undefined || this.blocks(path).length > 0;
  }

  /** The blocks at a dotted path, `dynamic` ones written out; arguments that hold objects count as blocks. */
  blocks(path: string): Block[] {
    const [name, ...rest] = path.split('.') as [string, ...string[]];
    const found = this.body.blocks(name).map((body, at) => new Block(`${this.symbol}.${name}[${at}]`, body));
    return rest.length === 0 ? found : found.flatMap((block) => block.blocks(rest.join('.')));
  }

  /** The resources that the argument or blocks of this name refer to, through locals, variables and modules. */
  refs(path: string, ...types: string[]): Resource[] {
    const [name, ...rest] = path.split('.') as [string, ...string[]];
    if (rest.length > 0) return this.blocks(name).flatMap((block) => block.refs(rest.join('.'), ...types));
    const found = this.body.references(name);
    return types.length === 0 ? [...found] : found.filter(({ type }) => types.includes(type));
  }

  /** Where an argument, or else the block itself, stands. */
  location(name?: string): Location | undefined {
    return (name === undefined ? undefined : this.body.location(name)) ?? this.body.location();
  }

  attribute(name: string): Value {
    return this.get(name) ?? new Unknown(`${this.symbol}.${name}`);
  }
}

/** Whether a value that is not known may be null: a choice, or the output of a module that was not read. */
function mayBeNull({ symbol }: Unknown): boolean {
  if (symbol === undefined) return true;
  const modules = modulePathOf(symbol);
  const names = withoutKeys(symbol.slice(modules.length)).split('.');
  // Of a resource there are its type and its name before the attribute.
  return modules !== '' && names[0] !== 'var' && names.length < 3;
}

/** What a resource is made of, whatever it was read from. */
export interface ResourceParts {
  mode: 'managed' | 'data' | 'ephemeral';
  type: string;
  name: string;
  /** `''` or `module.network.`, with keys. */
  modulePath: string;
  /** What `count` or `for_each` made of it; absent without them, or where it is not known. */
  key?: string | number;
  body: Body;
  /** The block in the user's files, where there is one. */
  syntax?: BlockSyntax;
  /** Region, account and partition that the resource's provider works in. */
  surroundings: Surroundings;
}

/** One instance of a resource or data source. */
export class Resource extends Block {
  readonly mode: ResourceParts['mode'];
  readonly type: string;
  readonly name: string;
  readonly modulePath: string;
  readonly key: string | number | undefined;
  /** Without the keys of `count` and `for_each`: `module.network.aws_subnet.public`. */
  readonly configAddress: string;
  readonly syntax: BlockSyntax | undefined;
  readonly surroundings: Surroundings;
  /** Set by the HCL reader: told when an expression uses an attribute. */
  onUse?: (resource: Resource) => void;

  constructor(parts: ResourceParts) {
    const plain = `${parts.modulePath}${parts.mode === 'managed' ? '' : `${parts.mode}.`}${parts.type}.${parts.name}`;
    super(parts.key === undefined ? plain : `${plain}[${JSON.stringify(parts.key)}]`, parts.body);
    this.mode = parts.mode;
    this.type = parts.type;
    this.name = parts.name;
    this.modulePath = parts.modulePath;
    this.key = parts.key;
    this.configAddress = withoutKeys(plain);
    this.syntax = parts.syntax;
    this.surroundings = parts.surroundings;
  }

  /** `module.network.aws_subnet.public[0]`. */
  get address(): string {
    return this.symbol;
  }

  /** What an expression that names the attribute gets: the argument as it is set, what follows from it, or a symbol. */
  override attribute(name: string): Value {
    this.onUse?.(this);
    return this.computed(name);
  }

  /** The same for a rule that looks at the resource from outside. */
  computed(name: string): Value {
    const symbol = new Unknown(`${this.address}.${name}`);
    const value = this.get(name);
    if (value !== undefined && !(value instanceof Unknown && value.symbol === undefined)) return value;
    if (this.body.blocks(name).length > 0) return symbol;
    return fromArguments(this, name) ?? symbol;
  }

  /** The addresses in `depends_on`, without keys. */
  dependsOn(): string[] {
    return this.refs('depends_on').map(({ configAddress }) => configAddress);
  }
}

/** Something that Terraform would refuse while it evaluates an expression. */
export interface Failure {
  location: Location;
  message: string;
}

/** A module that is called and was not looked into. */
export interface UnreadModule {
  address: string;
  source: string;
  location: Location;
  /** Why, where more is known than that it is elsewhere; a clause. */
  why?: string;
  /** The resources that its arguments refer to: what it may add to or change. */
  given(): readonly Resource[];
}

/** A file of the project that was not looked into, and why. */
export interface UnreadFile {
  path: string;
  /** A clause, such as `is outside of the project`. */
  why: string;
  /** Set where it is not the project's to name, so that nothing of it was looked at. */
  isElsewhere?: true;
}

export interface ProjectParts {
  stage: Stage;
  resources: readonly Resource[];
  /** The folders it was read from, the root first; none for a plan or state. */
  folders?: readonly ModuleFolder[];
  /** Terraform's own tests beside it. */
  tests?: readonly SourceFile[];
  /** The files of the project beside its HCL, where it was read from a folder. */
  sources?: Sources;
  unreadModules?: readonly UnreadModule[];
  /** The modules that were looked into where a manifest beside the project says that they are, and why that is told. */
  fromManifest?: readonly UnreadModule[];
  /** What runs it, which is Terraform unless something says otherwise. */
  tool?: Tool;
  /** What holds down the version of Terraform. */
  pins?: readonly PinnedVersion[];
  /** What adds files of its own to the folder before it runs that. */
  filledBy?: 'terragrunt' | undefined;
  /** What was seen and not understood, each with its place. */
  notUnderstood?: readonly Cut[];
  /** The folders of modules that `terraform init` brought, each with the call in the user's files that it is there for. */
  installed?: ReadonlyMap<string, Location>;
  /** Asked once all was looked at, since files and values are read when they are needed. */
  unreadFiles?: () => readonly UnreadFile[];
  /** What reading it may cost, and what looking at it may. */
  budget?: Budget;
  /** The resources that the outputs of the root module refer to. */
  exported?: () => readonly Resource[];
  failures?: () => readonly Failure[];
}

/** A Terraform project as rules see it. */
export class Project {
  /** Whether rules take the project's word where it says that something is not meant to be looked at. */
  readonly believed: boolean = true;
  readonly stage: Stage;
  readonly resources: readonly Resource[];
  readonly folders: readonly ModuleFolder[];
  /** Terraform's own tests of it, as far as they can be read. */
  readonly tests: readonly SourceFile[];
  readonly unreadModules: readonly UnreadModule[];
  /** The modules that were looked into where a manifest beside the project says that they are, and why that is told. */
  readonly fromManifest: readonly UnreadModule[];
  /** What runs it: what Terraform refuses OpenTofu may take. */
  readonly tool: Tool;
  /**
   * What adds files to the root module before it is run, so that variables, providers, the backend and versions may be
   * declared where nobody sees it.
   */
  readonly filledBy: 'terragrunt' | undefined;
  /** What was seen and not understood. */
  readonly notUnderstood: readonly Cut[];
  /** The folders of modules that `terraform init` brought, each with the call in the user's files that it is there for. */
  readonly installed: ReadonlyMap<string, Location>;
  readonly budget: Budget;
  private readonly pins: readonly PinnedVersion[];
  private readonly sources: Sources | undefined;
  private readonly byType = new Map<string, Resource[]>();
  private readonly pointers = new Map<string, ReadonlyMap<string, Resource[]>>();
  private readonly identified = new Map<string, ReadonlyMap<string, Resource[]>>();
  private readonly addressed = new Map<string, ReadonlyMap<string, Resource[]>>();
  private readonly values = new Map<string, ReadonlyMap<string, Resource[]>>();
  private positions: ReadonlyMap<Resource, number> | undefined;
  private readonly failuresSoFar: () => readonly Failure[];
  private readonly findUnreadFiles: () => readonly UnreadFile[];
  private readonly findExported: () => readonly Resource[];
  private exported: ReadonlySet<Resource> | undefined;
  private given: ReadonlySet<Resource> | undefined;

  constructor(parts: ProjectParts) {
    this.stage = parts.stage;
    this.resources = parts.resources;
    this.folders = parts.folders ?? [];
    this.tests = parts.tests ?? [];
    this.unreadModules = parts.unreadModules ?? [];
    this.fromManifest = parts.fromManifest ?? [];
    this.tool = parts.tool ?? 'terraform';
    this.pins = parts.pins ?? [];
    this.filledBy = parts.filledBy;
    this.notUnderstood = parts.notUnderstood ?? [];
    this.installed = parts.installed ?? new Map();
    this.findUnreadFiles = parts.unreadFiles ?? (() => []);
    this.budget = parts.budget ?? new Budget();
    this.sources = parts.sources;
    this.failuresSoFar = parts.failures ?? (() => []);
    this.findExported = parts.exported ?? (() => []);
    for (const resource of parts.resources) addTo(this.byType, `${resource.mode} ${resource.type}`, resource);
  }

  /** The same project, whose word is not taken: for changes by those who would hide something. */
  disbelieved(): Project {
    const copy = Object.create(Project.prototype) as Project;
    return Object.assign(copy, this, { believed: false });
  }

  /** The resources of these types, each instance one. */
  all(...types: string[]): Resource[] {
    return types.flatMap((type) => this.byType.get(`managed ${type}`) ?? []);
  }

  /** The data sources of these types. */
  data(...types: string[]): Resource[] {
    return types.flatMap((type) => this.byType.get(`data ${type}`) ?? []);
  }

  /** The files of the root module, and with `everywhere` of the modules it calls by path. */
  files(everywhere = false): readonly SourceFile[] {
    return (everywhere ? this.folders : this.folders.slice(0, 1)).flatMap(({ files }) => files);
  }

  /** The text of another file of the project, such as `backend.hcl`; undefined where there is none. */
  read(file: string): string | undefined {
    return this.sources?.read(file);
  }

  /** The names of the files in a folder of the project; undefined where there is none of that name. */
  list(folder: string): readonly string[] | undefined {
    return this.sources?.list(folder);
  }

  /** The names of the folders in a folder of the project; undefined where there is none of that name. */
  foldersIn(folder: string): readonly string[] | undefined {
    return this.sources?.folders?.(folder);
  }

  /** The resources of `type` whose argument `path` points at `target`: by reference, or by its name, id or ARN. */
  linked(type: string | readonly string[], path: string, target: Resource): Resource[] {
    const types = typeof type === 'string' ? [type] : type;
    const keys = [...referenceKeys(target, true), ...identifiers(target)];
    return types.flatMap((one) => {
      const pointers = this.pointersOf(one, path);
      const candidates = new Set(keys.flatMap((key) => pointers.get(key) ?? []));
      return [...candidates].filter((resource) => pointsAt(resource, path, target));
    });
  }

  /** The resources of these types that an argument points at: by reference, or by name, id or ARN. */
  pointedAt(block: Block, path: string, ...types: string[]): Resource[] {
    const value = identity(block.get(path));
    return types.flatMap((type) => {
      const named = value === undefined || value === '' ? [] : (this.identifiedBy(type).get(value) ?? []);
      const addressed = this.addressedBy(type);
      const referenced = block
        .refs(path, type)
        .flatMap((one) => referenceKeys(one, true).flatMap((key) => addressed.get(key) ?? []));
      return [...new Set([...referenced, ...named])];
    });
  }

  /** The same in the order of the project, for a rule that looks at the first. */
  targets(block: Block, path: string, ...types: string[]): Resource[] {
    return types.flatMap((type) => this.inOrder(this.pointedAt(block, path, type)));
  }

  /** Resources, each once, in the order in which the project has them. */
  inOrder(resources: Iterable<Resource>): Resource[] {
    const distinct = [...new Set(resources)];
    if (distinct.length < 2) return distinct;
    this.positions ??= new Map(this.resources.map((resource, at) => [resource, at]));
    const { positions } = this;
    const positionOf = (resource: Resource) => positions.get(resource) ?? 0;
    return distinct.sort((a, b) => positionOf(a) - positionOf(b));
  }

  /**
   * The managed resources of these types one of whose attributes is this, as `identity` writes it. Of each type, those
   * come first that the project has first.
   */
  having(attributes: string | readonly string[], text: string | undefined, ...types: string[]): readonly Resource[] {
    if (text === undefined) return [];
    const names = typeof attributes === 'string' ? [attributes] : attributes;
    return types.flatMap((type) => {
      const byValue = remembered(this.values, `${type} ${names.join(' ')}`, () =>
        grouped(this.all(type), (resource) =>
          names.map((name) => identity(resource.computed(name))).filter((value) => value !== undefined),
        ),
      );
      return byValue.get(text) ?? [];
    });
  }

  /** The resources of a type by what their argument refers to, and by its value. */
  private pointersOf(type: string, path: string): ReadonlyMap<string, Resource[]> {
    return remembered(this.pointers, `${type} ${path}`, () =>
      grouped(this.all(type), (resource) => [
        ...resource.refs(path).flatMap((one) => referenceKeys(one)),
        identity(resource.get(path)) ?? '',
      ]),
    );
  }

  /** The resources of a type by the keys of references that may mean them. */
  private addressedBy(type: string): ReadonlyMap<string, Resource[]> {
    return remembered(this.addressed, type, () => grouped(this.all(type), (resource) => referenceKeys(resource)));
  }

  private identifiedBy(type: string): ReadonlyMap<string, Resource[]> {
    return remembered(this.identified, type, () => grouped(this.all(type), identifiers));
  }

  /** Whether a module that was not looked into is given the resource, and so may add to it. */
  isGivenToUnread(resource: Resource): boolean {
    this.given ??= new Set(this.unreadModules.flatMap((module) => module.given()));
    return this.given.has(resource);
  }

  /** Whether an output of the root module hands the resource on, so that another project may add to it. */
  isExported(resource: Resource): boolean {
    this.exported ??= new Set(this.findExported());
    return this.exported.has(resource);
  }

  /** Whether the project is only run with versions of Terraform that come before this one. */
  isBefore(version: string): boolean {
    return this.tool === 'terraform' && this.pins.some(({ constraint }) => admitsOnlyBefore(constraint, version));
  }

  /** The files that were not looked into, as far as they were needed so far. */
  unreadFiles(): readonly UnreadFile[] {
    return this.findUnreadFiles();
  }

  /** What Terraform would refuse while it evaluates; every argument that was read so far has been evaluated. */
  failures(): readonly Failure[] {
    return this.failuresSoFar();
  }
}

/** Whether an argument of `block` points at `target`: by reference, or by its name, id or ARN. */
export function pointsAt(block: Block, path: string, target: Resource): boolean {
  const refs = block.refs(path);
  if (refs.some((resource) => isSame(resource, target))) return true;
  const value = identity(block.get(path));
  if (value === undefined || value === '') return false;
  return identifiers(target).includes(value);
}

/** Whether two resources are one, as far as that is known: an instance of unknown key may be any. */
export function isSame(a: Resource, b: Resource): boolean {
  if (a.address === b.address) return true;
  return a.configAddress === b.configAddress && (a.uncertain || b.uncertain);
}

/**
 * What a resource is kept under for those that may be the same by `isSame`, or with `wanted` what they are looked for
 * under. Instances of one block share no key unless it is not known which of them they are.
 */
function referenceKeys({ address, configAddress, uncertain }: Resource, wanted = false): string[] {
  const [any, open] = [`${configAddress}[*]`, `${configAddress}[?]`];
  if (wanted) return [address, uncertain ? any : open];
  return [address, any, ...(uncertain ? [open] : [])];
}

const knownIdentifiers = new WeakMap<Resource, readonly string[]>();
const identifying = [
  'id',
  'arn',
  'name',
  'bucket',
  'identifier',
  'cluster_identifier',
  'function_name',
  'key_id',
  'url',
];

/** What other resources may call a resource by. */
export function identifiers(resource: Resource): readonly string[] {
  return remembered(knownIdentifiers, resource, () => {
    const texts = identifying.map((name) => identity(resource.computed(name)));
    return [...new Set(texts.filter((text) => text !== undefined))];
  });
}

/** What is kept under a key; made, where there is nothing yet. */
function remembered<K extends WeakKey, V>(kept: WeakMap<K, V>, key: K, make: () => V): V;
function remembered<K, V>(kept: Map<K, V>, key: K, make: () => V): V;
function remembered<V>(
  kept: { get(key: unknown): V | undefined; set(key: unknown, value: V): unknown },
  key: unknown,
  make: () => V,
): V {
  const known = kept.get(key);
  if (known !== undefined) return known;
  const made = make();
  kept.set(key, made);
  return made;
}

/** Resources by each of their keys. */
function grouped(
  resources: readonly Resource[],
  keysOf: (resource: Resource) => readonly string[],
): ReadonlyMap<string, Resource[]> {
  const groups = new Map<string, Resource[]>();
  for (const resource of resources) {
    for (const key of new Set(keysOf(resource))) addTo(groups, key, resource);
  }
  return groups;
}
