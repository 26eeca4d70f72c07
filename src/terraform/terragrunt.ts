import path from 'node:path';

import type { Budget } from './budget.js';
import { isRead, joined } from './module-files.js';
import type { Sources } from './project.js';
import { belowTop, fromTop } from './surroundings.js';

/** How Terragrunt comes by a folder: https://terragrunt.gruntwork.io/docs/reference/hcl/blocks/#terraform */
export interface Terragrunt {
  /** The configuration that lies in the folder, or takes its files from it. */
  file: string;
  /** The names to which configuration of Terragrunt gives values; those of the folder's variables may be among them. */
  names: ReadonlySet<string>;
}

/** What is looked at to find the configuration: of a checkout that is larger, what is nearest to its top. */
const most = { folders: 5000, files: 2000, characters: 20_000_000 };

const units = new Set(['terragrunt.hcl', 'terragrunt.stack.hcl']);

/** Terragrunt's configuration for the folder; undefined where none is found. */
export function terragruntOf(given: Sources, budget: Budget): Terragrunt | undefined {
  const own = (given.list('') ?? []).find(isUnitFile);
  const sources = given.units ?? given;
  const files = configurations(sources, budget);
  const wanted = fromTop(sources, '');
  const taking = (leads: (source: string, file: string) => boolean) =>
    files.filter(({ file, text }) => quoted(text).some((one) => leads(one, file)));
  const inFolder = files.filter(({ file }) => path.posix.dirname(`/${file}`) === `/${wanted}`);
  let users = [...inFolder, ...taking((source, file) => leadsTo(source, file, wanted))];
  // Of the folders beside one another, one that no unit takes yet, or any more, is written as the others are.
  if (users.length === 0) users = taking((source, file) => isBeside(source, file, wanted));
  const file = own ?? (users[0] && belowTop(sources, users[0].file));
  if (file === undefined) return undefined;
  return { file, names: new Set(files.filter((one) => mayGive(one.file, users)).flatMap(({ text }) => namesIn(text))) };
}

/** Whether a file of this name is a unit or stack of Terragrunt. */
export function isUnitFile(name: string): boolean {
  return units.has(name);
}

/** Whether the folder holds configuration of Terragrunt. */
export function isUnit(names: readonly string[]): boolean {
  return names.some(isUnitFile);
}

/** The folder of the module that the configuration in the folder takes: where it is in the checkout, or what is written. */
export function moduleOfUnit(sources: Sources): { folder: string } | { source: string } | undefined {
  const text = sources.read('terragrunt.hcl') ?? '';
  const line = text.split('\n').find((one) => /^\s*source\s*=/.test(one));
  const texts = line === undefined ? [] : quoted(line);
  for (const one of texts) {
    const plain = withoutQuery(one);
    const folder = isRelative(plain)
      ? joined('', plain)
      : belowTop(sources, plain.split('//').at(-1)!.replace(/^\/+/, ''));
    if (folder !== '' && !plain.includes('${') && sources.list(folder)?.some(isRead)) return { folder };
  }
  return line === undefined ? undefined : { source: line.slice(line.indexOf('=') + 1).trim() };
}

interface Configuration {
  /** From the top of what is looked at. */
  file: string;
  text: string;
}

/** The files of Terragrunt in all of the checkout; none where there is no unit or stack. */
function configurations(sources: Sources, budget: Budget): Configuration[] {
  const files: string[] = [];
  const folders = [''];
  for (let at = 0; at < folders.length && at < most.folders && !budget.isOver(); at++) {
    const folder = belowTop(sources, folders[at]!);
    for (const name of sources.list(folder) ?? []) if (isConfiguration(name)) files.push(joined(folders[at]!, name));
    for (const name of sources.folders?.(folder) ?? [])
      if (!name.startsWith('.') && name !== 'node_modules') folders.push(joined(folders[at]!, name));
  }
  if (!isUnit(files.map((file) => path.posix.basename(file)))) return [];
  const read: Configuration[] = [];
  let left = most.characters;
  for (const file of files.slice(0, most.files)) {
    if (left < 0 || budget.isOver()) break;
    const text = sources.read(belowTop(sources, file)) ?? '';
    left -= text.length;
    read.push({ file, text });
  }
  return read;
}

/** A unit, or what units include and read: `root.hcl`, `env.hcl`. */
function isConfiguration(name: string): boolean {
  return name.endsWith('.hcl') && !name.startsWith('.') && !/\.(?:tftest|tofutest|tfquery|pkr|nomad)\.hcl$/.test(name);
}

/** Whether one file's values may reach a unit: it is the unit, lies above it, or is there to be included. */
function mayGive(file: string, users: readonly Configuration[]): boolean {
  if (!units.has(path.posix.basename(file))) return true;
  const folder = path.posix.dirname(`/${file}`);
  return users.some((user) => user.file === file || `/${user.file}`.startsWith(folder === '/' ? '/' : `${folder}/`));
}

function namesIn(text: string): string[] {
  return [...text.matchAll(/^[ \t]*"?([A-Za-z_][\w-]*)"?[ \t]*=/gm)].map(([, name]) => name!);
}

/** What stands between quotes, and between those in what is filled in. */
function quoted(text: string): string[] {
  return text.split(/["\n]/).filter((one) => one.includes('/'));
}

function isRelative(source: string): boolean {
  return /^\.\.?(?:\/|$)/.test(source);
}

/** `aws//queue?ref=v1` without the version. */
function withoutQuery(source: string): string {
  return source.split('?', 1)[0]!;
}

/** Whether a text in Terragrunt's configuration means a folder of the checkout. */
function leadsTo(written: string, file: string, wanted: string): boolean {
  const source = withoutQuery(written);
  const folder = path.posix.dirname(file);
  // What is before the bracket was filled in, and had quotes in it.
  const parts = source.replace(/^[^${]*\}/, '${}').split(/\$\{[^}]*(?:\}|$)/);
  if (parts.length === 1) {
    if (isRelative(source)) return joined(folder === '.' ? '' : folder, source) === wanted;
    // A copy of the same repository, as of a release: git::https://github.com/…//aws/queue?ref=v1.
    const [, ...below] = source.replace(/^[\w+:]*:\/\//, '').split('//');
    return below.length > 0 && wanted !== '' && joined('', below.join('/')) === wanted;
  }
  const names = parts.map((part) => part.replaceAll(/\/\.\.?(?=\/)/g, '').replaceAll(/\/{2,}/g, '/'));
  // A piece of the path that is known whole, or anything would do.
  if (!names.some((name) => /\/[\w.-]*[a-z][\w.-]*/i.test(name))) return false;
  return names[0] === '' && isInOrder(names, `/${wanted}`);
}

/** Whether a text is a path to a folder beside the one that is wanted. */
function isBeside(written: string, file: string, wanted: string): boolean {
  const source = withoutQuery(written);
  if (!isRelative(source) || source.includes('${') || !wanted.includes('/')) return false;
  return path.posix.dirname(joined(path.posix.dirname(file), source)) === path.posix.dirname(wanted);
}

/** Whether a path has the parts one after another, and ends with the last. */
function isInOrder(parts: readonly string[], whole: string): boolean {
  let at = 0;
  for (const part of parts) {
    const found = whole.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return whole.endsWith(parts.at(-1)!);
}
