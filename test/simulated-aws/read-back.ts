import { cpSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { readBacks, type Json } from '../../src/aws/read-back.js';
import type { Outcome } from '../support/process.js';
import { lockFile, withoutChecksums } from '../terraform/terraform.js';
import { filledIn, type FilledIn } from './filled-in.js';

/** What is looked at of a state, as `terraform state pull` prints it. */
interface State {
  resources: StateResource[];
}

interface StateResource {
  module?: string;
  mode: 'managed' | 'data';
  type: string;
  name: string;
  instances: { index_key?: string | number; attributes: Attributes }[];
}

type Attributes = Record<string, Json>;

/** A state with what AWS would have returned in it. */
export interface RewrittenState {
  text: string;
  /** By the address of a resource, the rows that changed something in it. */
  applied: ReadonlyMap<string, readonly string[]>;
}

/** What is known of what AWS returns: of what may be written otherwise, and of what it fills in. */
const table: readonly FilledIn[] = [...filledIn, ...readBacks];

/** A simulator returns what it was sent. This puts into a state what AWS would have returned instead. */
export function asAwsReturns(text: string): RewrittenState {
  const state = JSON.parse(text) as State;
  const keyArn = keysOf(state);
  const applied = new Map<string, string[]>();
  for (const resource of state.resources.filter(({ mode }) => mode === 'managed')) {
    const rows = table.filter(({ types }) => types.includes(resource.type));
    for (const instance of resource.instances) {
      const address = addressOf(resource, instance.index_key);
      for (const { id, argument, returns } of rows) {
        const sent = instance.attributes;
        const look = { resource: sent, keyArn };
        const returned = rewritten(sent, argument.split('.'), (value) => returns(value, look)) as Attributes;
        if (JSON.stringify(returned) === JSON.stringify(sent)) continue;
        instance.attributes = returned;
        applied.set(address, [...(applied.get(address) ?? []), id]);
      }
    }
  }
  return { text: JSON.stringify(state), applied };
}

/** The value with another one at the path, in every block that the path goes through. */
function rewritten(value: Json, [name, ...rest]: readonly string[], returns: (sent: Json) => Json): Json {
  if (name === undefined) return returns(value);
  if (Array.isArray(value)) return value.map((block) => rewritten(block, [name, ...rest], returns));
  // An argument that this version of the provider does not have could not be read back from the state.
  if (typeof value !== 'object' || value === null || !(name in value)) return value;
  return { ...value, [name]: rewritten(value[name]!, rest, returns) };
}

/** Finds a key's ARN by its id, its ARN, or the name or ARN of an alias of it; what names no key of the state stays. */
function keysOf({ resources }: State): (named: string) => string {
  const arns = new Map<Json | undefined, Json | undefined>();
  for (const { type, instances } of resources)
    for (const { attributes } of instances) {
      if (type === 'aws_kms_key') arns.set(attributes.key_id, attributes.arn);
      if (type === 'aws_kms_alias')
        for (const name of [attributes.name, attributes.arn]) arns.set(name, attributes.target_key_arn);
    }
  return (named) => String(arns.get(named) ?? named);
}

function addressOf({ module, type, name }: StateResource, key: string | number | undefined): string {
  return `${module ? `${module}.` : ''}${type}.${name}${key === undefined ? '' : `[${JSON.stringify(key)}]`}`;
}

const planFile = 'read-back.bin';

/**
 * Plans a project over a state that says what AWS returns, in a copy beside it. Returns what is wrong, a line each: what
 * would change, or why there is no plan. `terraform` runs a command in a folder.
 *
 * It does not refresh, for the simulator would answer as before. So it does not see either that a few resources keep what
 * was written while they refresh, where that means the same: `ip_protocol = "6"` for tcp. A row must tell of more than that.
 */
export async function changesOver(
  state: RewrittenState,
  module: string,
  copy: string,
  providers: string,
  terraform: (folder: string, args: string[]) => Promise<Outcome>,
): Promise<string[]> {
  const isLeft = (file: string) =>
    path.dirname(file) === module &&
    (path.basename(file) === '.terraform' || existsSync(path.join(file, 'provider.tf')));
  cpSync(module, copy, { recursive: true, filter: (file) => !isLeft(file) });
  writeFileSync(path.join(copy, 'read_back_override.tf'), 'terraform {\n  backend "local" {}\n}\n');
  writeFileSync(path.join(copy, 'terraform.tfstate'), state.text);
  const failed = (command: string, { output }: Outcome) => [`terraform ${command} failed:\n${output}`];
  if (!existsSync(path.join(copy, '.terraform'))) {
    const init = await terraform(copy, ['init', `-plugin-dir=${providers}`]);
    if (init.status !== 0) return failed('init', init);
    withoutChecksums(path.join(copy, lockFile));
  }
  const plan = await terraform(copy, ['plan', '-refresh=false', '-detailed-exitcode', `-out=${planFile}`]);
  if (plan.status === 0) return [];
  if (plan.status !== 2) return failed('plan', plan);
  const shown = await terraform(copy, ['show', '-json', planFile]);
  if (shown.status !== 0) return failed('show', shown);
  const changes = changesOf(shown.stdout, state.applied);
  return changes.length > 0 ? changes : [plan.output];
}

interface Plan {
  resource_changes?: { address: string; change: Change }[];
  output_changes?: Record<string, Change>;
}

interface Change {
  actions: string[];
  before: Json;
  after: Json;
  after_unknown: Json;
  /** The arguments that cannot be changed in place; absent where there are none. */
  replace_paths?: (string | number)[][];
}

/** What a plan changes, a line for each resource and output: its arguments, and the rows that rewrote it. */
function changesOf(text: string, applied: RewrittenState['applied']): string[] {
  const { resource_changes: resources = [], output_changes: outputs = {} } = JSON.parse(text) as Plan;
  const changing = ({ change: { actions } }: { change: Change }) => !['no-op', 'read'].includes(actions.join());
  return [
    ...resources.filter(changing).map(({ address, change }) => {
      const what = change.actions.length > 1 ? 'replaced' : `${change.actions[0]}d`;
      const places = change.replace_paths?.map((path) => path.join('.')) ?? differences(change);
      return `${address} is ${what}: ${places.join(', ')} (rows: ${applied.get(address)?.join(', ') ?? 'none'})`;
    }),
    ...Object.entries(outputs)
      .filter(([, change]) => changing({ change }))
      .map(([name]) => `output.${name} is another`),
  ];
}

/** The dotted paths of what a change sets to another value, or to one that is not known yet. */
function differences({ before, after, after_unknown: unknown }: Change): string[] {
  const below = (value: Json, key: string) =>
    typeof value === 'object' && value !== null ? ((value as Attributes)[key] ?? null) : null;
  const walk = (old: Json, now: Json, later: Json, at: string): string[] => {
    if (later === true) return [at];
    const blocks = [old, now].filter((value) => typeof value === 'object' && value !== null);
    if (blocks.length < 2) return JSON.stringify(old) === JSON.stringify(now) ? [] : [at];
    const keys = new Set([...blocks, later ?? {}].flatMap((value) => Object.keys(value)));
    return [...keys].flatMap((key) =>
      walk(below(old, key), below(now, key), below(later, key), at ? `${at}.${key}` : key),
    );
  };
  return walk(before, after, unknown, '');
}
