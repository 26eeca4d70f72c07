import type { Body, BlockSyntax, Expression } from '../../terraform/syntax.js';
import { referencePath } from '../../terraform/evaluate.js';
import { blockLocation, type Location } from '../../terraform/location.js';
import type { Project, Resource } from '../../terraform/project.js';
import { argument, literalText } from '../../terraform/references.js';
import { addTo } from '../../terraform/groups.js';
import { oncePer } from '../../terraform/once-per.js';

/** A `provider "aws"` block of the root module. */
export interface AwsProvider {
  /** As resources name it: `aws`, or `aws.<alias>`. */
  name: string;
  location: Location;
  /** The expression of its default tags; undefined where it has none. */
  tags: Expression | undefined;
  /** Whether it has a block for them at all. */
  hasDefaultTags: boolean;
}

/** The blocks that configure hashicorp/aws in the root module. */
export function awsProviders(project: Project): AwsProvider[] {
  const blocks = project.folders[0]?.blocks ?? [];
  return blocks
    .filter(({ syntax }) => syntax.type === 'provider' && syntax.labels[0] === 'aws')
    .map(({ syntax, file }) => {
      const block = syntax.body.blocks.find(isDefaultTags);
      const alias = literalText(syntax.body, 'alias');
      return {
        name: alias === undefined ? 'aws' : `aws.${alias}`,
        location: blockLocation(file, syntax),
        tags: block && tagsIn(block.body),
        hasDefaultTags: block !== undefined,
      };
    });
}

/**
 * The name in the root module of the provider that makes a resource; undefined for those of modules that are given
 * providers or name one.
 */
export function providerNameOf(project: Project, { syntax, modulePath }: Resource): string | undefined {
  const written = syntax && argument(syntax.body, 'provider')?.expression;
  if (modulePath === '') return written ? referencePath(written)?.join('.') : 'aws';
  const [, call] = modulePath.split(/[.[]/);
  const caller = rootCalls(project).get(call ?? '');
  return written || !caller || argument(caller.syntax.body, 'providers') ? undefined : 'aws';
}

/** The first call of each name in the root module. */
const rootCalls = oncePer((project) => {
  const calls = (project.folders[0]?.blocks ?? []).filter(({ syntax }) => syntax.type === 'module');
  return new Map(calls.toReversed().map((call) => [call.syntax.labels[0], call]));
});

function isDefaultTags({ type, labels }: BlockSyntax): boolean {
  return type === 'default_tags' || (type === 'dynamic' && labels[0] === 'default_tags');
}

function tagsIn(body: Body): Expression | undefined {
  return body.attributes.find(({ name }) => name === 'tags')?.expression;
}

/** What an expression for tags is made of, as far as it is written in the root module. */
export interface TagSources {
  /** Keys that are written out, whatever their value. */
  keys: ReadonlySet<string>;
  /** Variables whose keys come on top. */
  variables: ReadonlySet<string>;
}

/** The keys and variables in an expression, through the locals of the root module. */
export function tagSources(project: Project, expression: Expression): TagSources {
  const keys = new Set<string>();
  const variables = new Set<string>();
  const seen = new Set<string>();
  const waiting = [expression];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (next.kind === 'object') {
      for (const { key } of next.entries) {
        const name = key.kind === 'literal' ? String(key.value) : referencePath(key)?.join('.');
        if (name !== undefined) keys.add(name);
      }
    } else if (next.kind === 'call') waiting.push(...next.arguments);
    else if (next.kind === 'conditional') waiting.push(next.yes, next.no);
    const [scope, name] = referencePath(next) ?? [];
    if (name === undefined || seen.has(`${scope}.${name}`)) continue;
    seen.add(`${scope}.${name}`);
    if (scope === 'var') variables.add(name);
    if (scope === 'local') waiting.push(...localsNamed(project, name));
  }
  return { keys, variables };
}

function localsNamed(project: Project, name: string): Expression[] {
  return rootLocals(project).get(name) ?? [];
}

const rootLocals = oncePer((project) => {
  const byName = new Map<string, Expression[]>();
  for (const { syntax } of project.folders[0]?.blocks ?? []) {
    if (syntax.type !== 'locals') continue;
    for (const { name, expression } of syntax.body.attributes) addTo(byName, name, expression);
  }
  return byName;
});
