import { oncePer } from '../../terraform/once-per.js';
import { compare, type CompareOperator } from 'compare-versions';

import { laterProviderVersion } from '../../aws/provider-changes.js';
import { providerVersion } from '../../aws/provider-schema.js';
import type { Project } from '../../terraform/project.js';
import { isDeployed, literalText } from '../../terraform/references.js';
import { requiredProviders } from '../../terraform/terraform-versions.js';

/** Which versions of hashicorp/aws a project may be run with. */
export interface ProviderChoice {
  /** Whether it may be a version 5, of which 5.100.0, whose schema is at hand, is the last. */
  five: boolean;
  /** Whether it may be a version 6. */
  six: boolean;
  /** Whether `terraform init` surely installs a version 6 or newer. */
  surelySix: boolean;
  /** Whether the project says anything about the version. */
  stated: boolean;
}

/** What the lock file says, or else the constraints in all folders of the project together. */
export const providerChoice = oncePer(choose);

/** The versions that were looked at to say that something is not there: ` in hashicorp/aws 5.100.0 and 6.25.0`. */
export function lookedAt(six: boolean): string {
  return ` in hashicorp/aws ${providerVersion}${six ? ` and ${laterProviderVersion}` : ''}`;
}

/** Some of the versions 6, the last of which stands for all to come. */
const sixes = ['6.0.0', laterProviderVersion, '6.999.0'];

function choose(project: Project): ProviderChoice {
  const locked = lockedVersion(project);
  if (locked !== undefined) {
    const major = Number(locked.split('.')[0]);
    return { five: major === 5, six: major === 6, surelySix: major === 6, stated: true };
  }
  const constraints = constraintsOf(project);
  const isAdmitted = (version: string) => constraints.every((constraint) => admits(constraint, version) === true);
  const six = sixes.some(isAdmitted);
  return {
    five: isAdmitted(providerVersion),
    six,
    // A module that was not looked into may hold the version down, and so may the caller of a module that says nothing.
    surelySix: six && project.unreadModules.length === 0 && (constraints.length > 0 || isDeployed(project)),
    stated: constraints.length > 0,
  };
}

/** https://developer.hashicorp.com/terraform/language/files/dependency-lock */
function lockedVersion(project: Project): string | undefined {
  const text = project.read('.terraform.lock.hcl');
  return text && /provider "[^"]*\/hashicorp\/aws" \{\s*version\s*=\s*"(\d+\.\d+\.\d+)/.exec(text)?.[1];
}

function constraintsOf(project: Project): string[] {
  return project.folders.flatMap((folder) => {
    const required = requiredProviders(folder).filter(({ name }) => name === 'aws');
    // Where old projects say it.
    const providers = folder.blocks.filter(({ syntax }) => syntax.type === 'provider' && syntax.labels[0] === 'aws');
    const versions = [
      ...required.map(({ version }) => version),
      ...providers.map(({ syntax }) => literalText(syntax.body, 'version')),
    ];
    return versions.filter((version) => version !== undefined);
  });
}

/**
 * Whether a version satisfies a constraint such as `>= 5.0, < 7.0.0`; undefined where the constraint cannot be read.
 * https://developer.hashicorp.com/terraform/language/expressions/version-constraints
 */
export function admits(constraint: string, version: string): boolean | undefined {
  const answers = constraint.split(',').map((part) => admitsPart(part, version));
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

function admitsPart(part: string, version: string): boolean | undefined {
  const [, operator = '=', wanted] = /^(=|!=|>=|<=|>|<|~>)?\s*v?(\d+(?:\.\d+){0,2})$/.exec(part.trim()) ?? [];
  if (wanted === undefined) return undefined;
  if (operator === '~>') return compare(version, wanted, '>=') && hasSameStart(version, wanted);
  return compare(version, wanted, operator as CompareOperator);
}

/** `~>` lets only the last part that is written grow. */
function hasSameStart(version: string, wanted: string): boolean {
  const fixed = wanted.split('.').slice(0, -1);
  return version.split('.').slice(0, fixed.length).join('.') === fixed.join('.');
}
