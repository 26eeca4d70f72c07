import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { Answers } from '../../src/answers/answers.js';
import { renderFiles } from '../../src/render/render.js';
import { templateNames } from '../../src/render/templates.js';
import { findStack, layersOf } from '../../src/stacks/index.js';
import { parseHcl } from '../../src/terraform/parse.js';
import { referencesIn } from '../../src/terraform/references.js';
import type { BlockSyntax, Body } from '../../src/terraform/syntax.js';
import { modulesBeside } from './modules.js';

/** What a layer says of itself in `templates/<layer>/layer.json`. */
export interface LayerFacts {
  /** What it names that is not its own, by the name under which another layer provides it. */
  needs: readonly string[];
  /** What others may name, as addresses: `aws_lb.alb`, `local.vpc_id`. */
  provides: Readonly<Record<string, readonly string[]>>;
  /** Parts that some layer of every project must bring, or what it writes is no Terraform. */
  asks?: readonly string[];
}

export function factsOf(layer: string, folder = 'templates'): LayerFacts {
  return JSON.parse(readFileSync(path.join(folder, layer, 'layer.json'), 'utf8')) as LayerFacts;
}

/** Of a project, what each layer declares and what it names, as addresses. */
export interface Composition {
  /** In their order in the project. */
  layers: readonly string[];
  declared: ReadonlyMap<string, ReadonlySet<string>>;
  named: ReadonlyMap<string, ReadonlySet<string>>;
  /** The parts that its layers bring, those of the README too. */
  parts: ReadonlySet<string>;
  /** The sections of the README that its stack lists. */
  readme: readonly string[];
}

/** Marks around the text that a layer brought. */
const [open, close] = ['\u{E000}', '\u{E001}'];

/** Reads in a rendered project which layer wrote each line, and so what each of them declares and names. */
export async function compositionOf(answers: Answers): Promise<Composition> {
  const layers = layersOf(answers);
  const declared = new Map(layers.map((layer) => [layer, new Set<string>()]));
  const named = new Map(layers.map((layer) => [layer, new Set<string>()]));
  const marked = renderFiles(answers, '1.2.3', (layer, text) => `${open}${layer}${open}${text}${close}`);
  const beside = modulesBeside(marked);
  for (const [file, text] of marked) {
    // What is beside the project, such as bootstrap/, is a project of its own.
    if (!/\.(tf|tfvars|hcl)$/.test(file) || beside.includes(file.split('/')[0]!)) continue;
    const { lines, owners } = ownersOf(text);
    const ownerAt = (line: number) => owners[line - 1]!;
    const [source] = await parseHcl(new Map([[file, lines.join('\n')]]));
    const { body } = source!;
    for (const { address, line } of declarationsIn(body)) declared.get(ownerAt(line))!.add(address);
    for (const { address, line } of namesIn(body)) named.get(ownerAt(line))!.add(address);
    if (file === 'terraform.tfvars')
      for (const { name, line } of body.attributes) named.get(ownerAt(line))!.add(`var.${name}`);
  }
  const parts = templateNames.flatMap((name) => {
    const [layer, folder, ...part] = name.split('/');
    return folder === '_parts' && layers.includes(layer!) ? part.join('/') : [];
  });
  return { layers, declared, named, parts: new Set(parts), readme: findStack(answers.stack).readme };
}

/** The lines of a marked text without the marks, and the layer that wrote the first visible character of each. */
function ownersOf(marked: string): { lines: string[]; owners: string[] } {
  const lines = [''];
  const owners: string[] = [];
  const stack: string[] = [];
  for (let at = 0; at < marked.length; at++) {
    const character = marked[at]!;
    if (character === open) {
      const end = marked.indexOf(open, at + 1);
      stack.push(marked.slice(at + 1, end));
      at = end;
    } else if (character === close) stack.pop();
    else if (character === '\n') lines.push('');
    else {
      lines[lines.length - 1] += character;
      if (/\S/.test(character)) owners[lines.length - 1] ??= stack.at(-1)!;
    }
  }
  return { lines, owners };
}

interface Address {
  address: string;
  line: number;
}

function* declarationsIn({ blocks }: Body): Generator<Address> {
  for (const { type, labels, line, body } of blocks) {
    if (type === 'resource') yield { address: labels.join('.'), line };
    if (type === 'data') yield { address: `data.${labels.join('.')}`, line };
    if (type === 'variable') yield { address: `var.${labels[0]}`, line };
    if (type === 'output') yield { address: `output.${labels[0]}`, line };
    if (type === 'locals')
      for (const attribute of body.attributes) yield { address: `local.${attribute.name}`, line: attribute.line };
  }
}

function* namesIn(body: Body): Generator<Address> {
  for (const { expression } of body.attributes) {
    for (const { path: names, line } of referencesIn(expression)) {
      if (names[0] === 'data') yield { address: names.slice(0, 3).join('.'), line };
      else if (/^(var|local|output|aws_\w+)$/.test(names[0])) yield { address: names.slice(0, 2).join('.'), line };
    }
  }
  for (const block of body.blocks as readonly BlockSyntax[]) yield* namesIn(block.body);
}

/**
 * What is wrong with how layers fit together: a name that is neither the layer's own nor provided under one of its
 * needs, a need that no layer below meets, a part that is missing or lost, and facts that no project bears out.
 */
export function faultsOfLayers(compositions: readonly Composition[], facts: ReadonlyMap<string, LayerFacts>): string[] {
  const faults = new Set<string>();
  const usedNeeds = new Map([...facts.keys()].map((layer) => [layer, new Set<string>()]));
  const everDeclared = new Map([...facts.keys()].map((layer) => [layer, new Set<string>()]));
  for (const { layers, declared, named, parts, readme } of compositions) {
    for (const layer of layers)
      for (const part of facts.get(layer)!.asks ?? [])
        if (!parts.has(part))
          faults.add(`${layer} asks for the part ${part}, which no layer of ${layers.join(', ')} brings`);
    for (const part of parts)
      if (part.startsWith('readme/') && !readme.includes(part.slice('readme/'.length)))
        faults.add(`${part} is brought by a layer and not among the sections that the stack lists`);
    for (const [at, layer] of layers.entries()) {
      const own = declared.get(layer)!;
      for (const address of own) everDeclared.get(layer)!.add(address);
      for (const address of named.get(layer)!) {
        if (own.has(address)) continue;
        const { needs } = facts.get(layer)!;
        const need = needs.find((name) =>
          layers.slice(0, at).some((below) => facts.get(below)!.provides[name]?.includes(address)),
        );
        if (need !== undefined) usedNeeds.get(layer)!.add(need);
        else {
          const owner = layers.find((other) => declared.get(other)!.has(address));
          const where = owner === undefined ? 'which no layer declares' : `which is ${owner}'s`;
          const up = owner !== undefined && layers.indexOf(owner) > at ? ', a layer above it' : '';
          faults.add(`${layer} names ${address}, ${where}${up}, and no need of it is met by that`);
        }
      }
    }
  }
  for (const [layer, { needs, provides }] of facts) {
    for (const need of needs)
      if (!usedNeeds.get(layer)!.has(need)) faults.add(`${layer} says that it needs ${need}, and names nothing of it`);
    for (const address of Object.values(provides).flat())
      if (!everDeclared.get(layer)!.has(address)) faults.add(`${layer} provides ${address}, which it does not declare`);
  }
  return [...faults].sort();
}
