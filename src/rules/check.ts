import { rules as allRules } from 'virtual:rules';

import {
  Block,
  type Cut,
  type Location,
  type Project,
  type Stage,
  type UnreadFile,
  type UnreadModule,
  type Resource,
} from '../terraform/project.js';
import { limitIn, LimitReached, type Budget } from '../terraform/budget.js';
import { isGenerated } from './lib/generated.js';
import { unknownProviderVersion } from './lib/provider-version.js';
import { deepestModules, withoutKeys } from '../terraform/addresses.js';
import { addTo } from '../terraform/groups.js';
import { severities, type Report, type Rule, type Severity } from './rule.js';
import { ignoreFinder, readIgnores, type Ignore } from './ignores.js';

/** One place where a rule is broken. */
export interface Finding {
  rule: Rule;
  severity: Severity;
  message: string;
  /** The resource, without the keys of count and for_each; absent for what is in no resource. */
  address?: string;
  /** Where it stands; absent for a plan or state without its folder. */
  location?: Location;
  stages: Stage[];
}

/** A place where a rule could not tell. */
export interface Abstention {
  rule: Rule;
  why: string;
  address?: string;
  location?: Location;
}

/** A finding that a comment in the project puts aside. */
export interface Suppressed {
  finding: Finding;
  reason: string;
}

export interface CheckResult {
  findings: Finding[];
  suppressed: Suppressed[];
  abstentions: Abstention[];
  /** Resources and data sources that were looked at. */
  resources: number;
  /** Those of AWS among them, which most rules are about. */
  awsResources: number;
  /** Modules that were not looked into, with their source. */
  unreadModules: Project['unreadModules'];
  /** Files that were not looked into, and why. */
  unreadFiles: readonly UnreadFile[];
  /** Limits of the run that were reached. */
  cuts: readonly Cut[];
  /** What was seen and not understood, so that rules that need it tell nothing. */
  notUnderstood: readonly Cut[];
  /** The names of rules that have not looked at everything, since the run had no time left. */
  unfinished: readonly string[];
}

/** Whether all was looked at that there is, so that no finding means that nothing is wrong, as far as rules can tell. */
export function isComplete(
  result: Pick<CheckResult, 'unreadModules' | 'unreadFiles' | 'cuts' | 'notUnderstood' | 'unfinished'>,
): boolean {
  const { unreadModules, unreadFiles, cuts, notUnderstood, unfinished } = result;
  return [unreadModules, unreadFiles, cuts, notUnderstood, unfinished].every((list) => list.length === 0);
}

/** Every rule, by name. */
export const rules: ReadonlyMap<string, Rule> = new Map(
  [...allRules].sort((a, b) => (a.name < b.name ? -1 : 1)).map((rule) => [rule.name, rule]),
);

/** How the rules are run. */
export interface CheckOptions {
  /**
   * Whether the project may put findings aside [true]: by an ignore comment, by an option that is off, or by what the
   * record of its answers says or by having none. Where it may not, every rule is held against it.
   */
  suppressions?: boolean;
}

/**
 * Runs the rules on a project as it was read from one or more of HCL, plan and state. Findings that several of them
 * show are one; the place of each is the one in the HCL, where there is HCL.
 */
export function check(
  given: readonly Project[],
  selection: Iterable<Rule> = rules.values(),
  { suppressions = true }: CheckOptions = {},
): CheckResult {
  const projects = suppressions ? given : given.map((project) => project.disbelieved());
  const selected = [...selection];
  const hcl = projects.find(({ stage }) => stage === 'hcl');
  // A plan without its HCL shows no record; where no word is taken, that is no reason to leave rules out.
  const generated = !suppressions || (hcl !== undefined && isGenerated(hcl));
  const { found, abstentions, unfinished } = runRules(
    selected.filter(({ scope }) => scope !== 'generated' || generated),
    projects,
    placesByAddress(hcl),
    hcl?.installed ?? new Map(),
  );
  const all = withoutEchoes(found);
  const { kept, suppressed } = suppressions ? applyIgnores(all, hcl, selected) : { kept: all, suppressed: [] };
  const cuts = budgetsOf(projects).flatMap((budget) => budget.cuts);
  return {
    findings: kept.sort(byPlace),
    suppressed,
    abstentions: distinct(abstentions),
    resources: Math.max(0, ...projects.map((project) => project.resources.length)),
    awsResources: Math.max(0, ...projects.map(({ resources }) => resources.filter(isOfAws).length)),
    unreadModules: modulesUnseen(projects),
    unreadFiles: projects.flatMap((project) => project.unreadFiles()),
    // What is about the whole run comes first, where no list of places hides it.
    cuts: cuts.toSorted((a, b) => Number(a.location !== undefined) - Number(b.location !== undefined)),
    notUnderstood: projects.flatMap(notUnderstoodIn),
    unfinished,
  };
}

/** What a project has that nobody here understands, and what rules would have to know of it. */
function notUnderstoodIn(project: Project): readonly Cut[] {
  // A plan or state is of arguments that the provider took.
  const provider = project.stage === 'hcl' ? unknownProviderVersion(project) : undefined;
  return provider ? [...project.notUnderstood, provider] : project.notUnderstood;
}

/**
 * The modules that were not looked into. A plan has all resources of all modules, with most of their values: what it shows
 * of a module is looked at there.
 */
function modulesUnseen(projects: readonly Project[]): UnreadModule[] {
  const unread = projects.flatMap(({ unreadModules, fromManifest, believed }) =>
    believed ? unreadModules : [...unreadModules, ...fromManifest],
  );
  if (unread.length === 0) return [];
  const planned = new Set<string>();
  for (const { stage, resources } of projects)
    if (stage === 'plan') for (const { modulePath } of resources) addModules(planned, withoutKeys(modulePath));
  return unread.filter(({ address }) => !planned.has(withoutKeys(address)));
}

/** Adds `module.a` and `module.a.module.b` for `module.a.module.b.`, as deep as calls in HCL are looked at. */
function addModules(to: Set<string>, modulePath: string): void {
  let end = modulePath === '' ? -1 : 0;
  for (let depth = 0; depth <= deepestModules && end >= 0; depth++) {
    end = modulePath.indexOf('.module.', end + 1);
    to.add(modulePath.slice(0, end < 0 ? modulePath.length : end).replace(/\.$/, ''));
  }
}

function isOfAws({ type }: Resource): boolean {
  return type.startsWith('aws_');
}

function budgetsOf(projects: readonly Project[]): Budget[] {
  return [...new Set(projects.map(({ budget }) => budget))];
}

/** What rules find and cannot tell in projects, and the names of those that the budgets ended before their own end. */
function runRules(
  selected: readonly Rule[],
  projects: readonly Project[],
  places: ReadonlyMap<string, Location>,
  installed: ReadonlyMap<string, Location>,
) {
  const ruleNames = allRules.map(({ name }) => name);
  const found = new Map<string, Finding>();
  const abstentions: Abstention[] = [];
  const unfinished = new Map<string, string[]>();
  const run = (rule: Rule, project: Project) => {
    const report: Report = {
      finding(at, given, argument) {
        const told = toldAt(placeOf(at, argument, places), given, installed);
        if (!told) return;
        const { place, message } = told;
        const key = [
          rule.name,
          place.location ? `${place.location.path}:${place.location.line}` : place.address,
          message,
        ].join('\n');
        const before = found.get(key);
        if (!before) found.set(key, { rule, severity: rule.severity, message, ...place, stages: [project.stage] });
        else if (!before.stages.includes(project.stage)) before.stages.push(project.stage);
      },
      abstain(at, why) {
        abstentions.push({ rule, why, ...placeOf(at, undefined, places) });
      },
      ruleNames,
    };
    const ended = endedBy(() => rule.check(project, report), project.budget);
    if (ended !== undefined) addTo(unfinished, ended, rule.name);
  };
  const budgets = budgetsOf(projects);
  const clocks = budgets.map((budget) => budget.startClock());
  const waiting = new Set(selected);
  const runAll = () => {
    for (const rule of selected) {
      for (const project of projects) if (isAbout(rule, project)) run(rule, project);
      waiting.delete(rule);
    }
  };
  try {
    if (budgets[0]) budgets[0].interruptible(runAll);
  } catch (error) {
    if (!(error instanceof LimitReached)) throw error;
    for (const { name } of waiting) addTo(unfinished, error.message, name);
  } finally {
    for (const end of clocks) end();
  }
  for (const [why, names] of unfinished) budgets[0]?.cut(notFinished(why, [...new Set(names)]));
  return {
    found: [...found.values()],
    abstentions,
    unfinished: [...new Set([...unfinished.values()].flat())],
  };
}

/** Whether a project is of a kind that a rule can be seen in, and run with a Terraform that it is true of. */
function isAbout({ stages, since }: Rule, project: Project): boolean {
  return stages.includes(project.stage) && (since === undefined || !project.isBefore(since));
}

/** What ended a rule before it had looked at everything; undefined where it has. */
function endedBy(rule: () => void, budget: Budget): string | undefined {
  if (budget.isOver()) return budget.timeUp();
  try {
    rule();
    return undefined;
  } catch (error) {
    const limit = limitIn(error);
    if (limit === undefined) throw error;
    return limit;
  }
}

function notFinished(why: string, names: readonly string[]): string {
  const shown = names.length > 10 ? `${names.slice(0, 10).join(', ')} and ${names.length - 10} more` : names.join(', ');
  return `${why}, and these rules have not looked at everything: ${shown}`;
}

interface Place {
  address?: string;
  location?: Location;
}

/** A resource's address, with or without a block of it behind. */
const resourceAddress = /^(?:module\.[^.]+\.)*(?:(?:data|ephemeral)\.)?[^.]+\.[^.]+/;

function placeOf(at: Block | Location, argument: string | undefined, places: ReadonlyMap<string, Location>): Place {
  if (!(at instanceof Block)) return { location: at };
  const path = withoutKeys(at.symbol);
  const address = resourceAddress.exec(path)?.[0] ?? path;
  const location = at.location(argument) ?? places.get(address);
  return { address, ...(location ? { location } : {}) };
}

/**
 * Where a finding is told. What is wrong with a resource of a module that `terraform init` brought is told at the call, since
 * it is deployed all the same and can only be changed there; how such a module is written is for its authors.
 */
function toldAt(
  place: Place,
  message: string,
  installed: ReadonlyMap<string, Location>,
): { place: Place; message: string } | undefined {
  const file = place.location?.path;
  // What a project itself calls by path is its own, wherever it lies.
  const call = file === undefined ? undefined : installed.get(folderOf(file));
  if (!call) return { place, message };
  if (place.address === undefined) return undefined;
  return { place: { ...place, location: call }, message: `${message}, in ${file}:${place.location!.line}` };
}

function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf('/'));
}

function placesByAddress(hcl: Project | undefined): Map<string, Location> {
  const places = new Map<string, Location>();
  for (const resource of hcl?.resources ?? []) {
    const location = resource.location();
    if (location) places.set(resource.configAddress, location);
  }
  return places;
}

/** What HCL and a plan both show, in words that differ by what each knows, is told once. */
function withoutEchoes(findings: readonly Finding[]): Finding[] {
  const keyOf = ({ rule, address }: Finding) => (address === undefined ? undefined : `${rule.name} ${address}`);
  const isInHcl = ({ stages }: Finding) => stages.includes('hcl');
  const told = new Set(findings.filter(isInHcl).map(keyOf));
  return findings.filter((finding) => {
    const key = keyOf(finding);
    return isInHcl(finding) || key === undefined || !told.has(key);
  });
}

/** Puts aside what the project's comments name, and tells of comments that name nothing that was found. */
function applyIgnores(findings: readonly Finding[], hcl: Project | undefined, selected: readonly Rule[]) {
  const ignores = hcl ? readIgnores(hcl) : [];
  const suppressed: Suppressed[] = [];
  const used = new Set<Ignore>();
  const ignoreOf = hcl && ignores.length > 0 ? ignoreFinder(hcl, ignores) : undefined;
  const kept = findings.filter((finding) => {
    const { rule, location } = finding;
    const ignore = location && ignoreOf?.(rule.name, location);
    if (!ignore) return true;
    suppressed.push({ finding, reason: ignore.reason });
    used.add(ignore);
    return false;
  });
  const aboutIgnores = selected.find(({ name }) => name === 'ignore-comment');
  const names = new Set(selected.map(({ name }) => name));
  const idle = ignores.filter((ignore) => !used.has(ignore) && ignore.reason !== '' && names.has(ignore.rule));
  const told = aboutIgnores ? idle.map((ignore) => idleFinding(aboutIgnores, ignore)) : [];
  return { kept: [...kept, ...told], suppressed };
}

function idleFinding(rule: Rule, ignore: Ignore): Finding {
  return {
    rule,
    severity: rule.severity,
    message: `an ignore comment is for ${ignore.rule}, which finds nothing here`,
    location: ignore.location,
    stages: ['hcl'],
  };
}

/** Whether a severity is at least as grave as another. */
export function isAtLeast(severity: Severity, threshold: Severity): boolean {
  return severities.indexOf(severity) <= severities.indexOf(threshold);
}

function byPlace(a: Finding, b: Finding): number {
  return (
    compared(a.location?.path ?? '', b.location?.path ?? '') ||
    (a.location?.line ?? 0) - (b.location?.line ?? 0) ||
    compared(a.address ?? '', b.address ?? '') ||
    compared(a.rule.name, b.rule.name)
  );
}

function compared(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function distinct(abstentions: readonly Abstention[]): Abstention[] {
  const seen = new Set<string>();
  return abstentions.filter(({ rule, why, address, location }) => {
    const key = `${rule.name} ${address ?? `${location?.path}:${location?.line}`} ${why}`;
    return !seen.has(key) && seen.add(key);
  });
}
