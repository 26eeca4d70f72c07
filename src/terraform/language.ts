import type { Attribute, BlockSyntax, Body, Span } from './syntax.js';

/** What Terraform's own language takes in a kind of block. */
interface BlockLanguage {
  /** How many labels it has. */
  labels: number;
  required: readonly string[];
  optional: readonly string[];
  blocks: ReadonlyMap<string, BlockLanguage>;
  /** Whether a provider, a backend or a called module says what else there may be: arguments, or blocks too. */
  takes: 'nothing else' | 'arguments' | 'anything';
  /** Arguments and blocks that would be a provider's, and that Terraform keeps for itself. */
  reserved: readonly string[];
  /** Nested blocks of which there is one at most. */
  once: readonly string[];
}

type Parts = Partial<Omit<BlockLanguage, 'blocks'>> & { blocks?: Readonly<Record<string, BlockLanguage>> };

function block({ blocks = {}, ...parts }: Parts = {}): BlockLanguage {
  const nothing = { labels: 0, required: [], optional: [], takes: 'nothing else', reserved: [], once: [] } as const;
  return { ...nothing, ...parts, blocks: new Map(Object.entries(blocks)) };
}

const anything = block({ takes: 'anything' });
const condition = block({ required: ['condition', 'error_message'] });
const provisioner = block({
  labels: 1,
  optional: ['when', 'on_failure'],
  blocks: { connection: anything, _: anything },
  takes: 'arguments',
  reserved: ['lifecycle'],
  once: ['connection', '_'],
});
const conditions = { precondition: condition, postcondition: condition };
/** Where nothing is made, nothing is replaced or kept from being destroyed. `enabled` is OpenTofu's. */
const lifecycleOfRead = block({ optional: ['enabled'], blocks: conditions });
const repeated = ['count', 'for_each', 'provider', 'depends_on'];
const readOnly = block({
  labels: 2,
  optional: repeated,
  blocks: { lifecycle: lifecycleOfRead, _: anything },
  takes: 'anything',
  reserved: ['locals'],
  once: ['lifecycle', '_'],
});

/**
 * The blocks of Terraform's language, with what newer versions and OpenTofu add to it.
 * https://github.com/hashicorp/terraform/blob/main/internal/configs/parser_config.go and beside it;
 * https://github.com/opentofu/opentofu/tree/main/internal/configs
 */
const language = block({
  blocks: {
    terraform: block({
      optional: ['required_version', 'experiments', 'language'],
      blocks: {
        backend: block({ labels: 1, takes: 'anything' }),
        cloud: anything,
        required_providers: block({ takes: 'arguments' }),
        state_store: block({ labels: 1, takes: 'anything' }),
        provider_meta: block({ labels: 1, takes: 'anything' }),
        encryption: anything,
      },
    }),
    provider: block({
      labels: 1,
      optional: ['alias', 'version', 'for_each'],
      blocks: { _: anything },
      takes: 'anything',
      reserved: ['count', 'depends_on', 'source', 'lifecycle', 'locals'],
      once: ['_'],
    }),
    variable: block({
      labels: 1,
      optional: ['description', 'default', 'type', 'sensitive', 'ephemeral', 'nullable', 'deprecated', 'const'],
      blocks: { validation: condition },
    }),
    locals: block({ takes: 'arguments' }),
    output: block({
      labels: 1,
      required: ['value'],
      optional: ['description', 'depends_on', 'sensitive', 'ephemeral', 'deprecated', 'type'],
      blocks: { precondition: condition },
    }),
    module: block({
      labels: 1,
      required: ['source'],
      blocks: { _: anything, lifecycle: block({ optional: ['enabled'] }) },
      takes: 'arguments',
      once: ['_', 'lifecycle'],
    }),
    resource: block({
      labels: 2,
      optional: repeated,
      blocks: {
        lifecycle: block({
          optional: [
            'create_before_destroy',
            'prevent_destroy',
            'ignore_changes',
            'replace_triggered_by',
            'destroy',
            'enabled',
          ],
          blocks: {
            ...conditions,
            action_trigger: block({ required: ['events', 'actions'], optional: ['condition', 'on_failure'] }),
          },
        }),
        connection: anything,
        provisioner,
        _: anything,
      },
      takes: 'anything',
      reserved: ['locals'],
      once: ['lifecycle', 'connection', '_'],
    }),
    data: readOnly,
    ephemeral: readOnly,
    action: block({ labels: 2, optional: repeated, blocks: { config: anything }, once: ['config'] }),
    moved: block({ required: ['from', 'to'] }),
    removed: block({
      required: ['from'],
      blocks: { lifecycle: block({ optional: ['destroy'] }), connection: anything, provisioner },
      once: ['lifecycle', 'connection'],
    }),
    import: block({ required: ['to'], optional: ['provider', 'for_each', 'id', 'identity'] }),
    check: block({ labels: 1, blocks: { data: readOnly, assert: condition }, once: ['data'] }),
    language: anything,
  },
});

/** https://developer.hashicorp.com/terraform/language/v1.1.x/upgrade-guides/0-15 */
const goneProvisioners = new Set(['chef', 'habitat', 'puppet', 'salt-masterless']);

/** Something in a file that Terraform's own language does not take. */
export interface LanguageFault {
  kind: 'labels' | 'unknown' | 'missing' | 'reserved' | 'repeated';
  /** The argument, or the header of the block. */
  at: Span;
  /** What continues "the file" or a finding's place. */
  message: string;
  /** What was expected, for a name that is nearly one of them. */
  known?: { name: string; names: readonly string[] };
}

/**
 * What in a file's blocks Terraform's own language does not take. A file that overrides others leaves out what those
 * have.
 */
export function languageFaults(body: Body, isOverride: boolean): Generator<LanguageFault> {
  return bodyFaults(body, language, { where: 'at the top of a file', isOverride });
}

interface Place {
  /** `in a lifecycle block of a data block`. */
  where: string;
  /** The kind of block that it is in; undefined at the top of a file. */
  type?: string;
  isOverride: boolean;
}

function* bodyFaults(body: Body, takes: BlockLanguage, place: Place): Generator<LanguageFault> {
  for (const attribute of body.attributes) {
    const fault = attributeFault(attribute, takes, place.where);
    if (fault) yield fault;
  }
  const seen = new Map<string, BlockSyntax>();
  for (const nested of body.blocks) {
    const { type, header } = nested;
    const first = takes.once.includes(type) ? seen.get(type) : undefined;
    if (first)
      yield {
        kind: 'repeated',
        at: header,
        message: `there is a second ${type} block; the first is in line ${first.line}`,
      };
    else seen.set(type, nested);
    yield* blockFaults(nested, takes, place);
  }
}

function attributeFault(attribute: Attribute, takes: BlockLanguage, where: string): LanguageFault | undefined {
  const { name } = attribute;
  if (takes.reserved.includes(name))
    return { kind: 'reserved', at: attribute, message: `${name} is kept for Terraform itself ${where}` };
  const known = [...takes.required, ...takes.optional];
  if (takes.takes !== 'nothing else' || known.includes(name)) return undefined;
  const isBlock = takes.blocks.has(name);
  return {
    kind: 'unknown',
    at: attribute,
    message: isBlock ? `${name} is a block ${where}, not an argument` : `there is no argument ${name} ${where}`,
    ...(isBlock ? {} : { known: { name, names: known } }),
  };
}

function* blockFaults(nested: BlockSyntax, takes: BlockLanguage, place: Place): Generator<LanguageFault> {
  const { type, labels, body, header } = nested;
  const { where, isOverride } = place;
  if (takes.reserved.includes(type)) {
    yield { kind: 'reserved', at: header, message: `a ${type} block is kept for Terraform itself ${where}` };
    return;
  }
  const inner = takes.blocks.get(type);
  if (!inner) {
    if (takes.takes === 'anything') return;
    const isArgument = takes.required.includes(type) || takes.optional.includes(type);
    yield {
      kind: 'unknown',
      at: header,
      message: isArgument ? `${type} is an argument ${where}, not a block` : `there is no block ${type} ${where}`,
      ...(isArgument ? {} : { known: { name: type, names: [...takes.blocks.keys()] } }),
    };
    return;
  }
  if (labels.length !== inner.labels)
    yield {
      kind: 'labels',
      at: header,
      message: `a ${type} block has ${labels.length} of the ${inner.labels} labels it must have`,
    };
  if (type === 'provisioner' && goneProvisioners.has(labels[0] ?? ''))
    yield { kind: 'unknown', at: header, message: `there is no provisioner ${labels[0]} any more` };
  if (type === 'check' && !body.blocks.some((one) => one.type === 'assert'))
    yield { kind: 'missing', at: header, message: 'the check block has no assert' };
  const there = new Set(body.attributes.map(({ name }) => name));
  for (const name of isOverride ? [] : inner.required) {
    if (!there.has(name)) yield { kind: 'missing', at: header, message: `the ${type} block has no ${name}` };
  }
  const inside = place.type === undefined ? '' : ` of a ${place.type} block`;
  yield* bodyFaults(body, inner, { where: `in a ${type} block${inside}`, type, isOverride });
}
