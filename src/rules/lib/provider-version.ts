import { oncePer } from '../../terraform/once-per.js';
import { compare } from 'compare-versions';

import { providerVersions, type ProviderVersions } from '../../aws/provider-schema.js';
import { blockLocation } from '../../terraform/location.js';
import type { Location, Project } from '../../terraform/project.js';
import { isDeployed, literalText } from '../../terraform/references.js';
import { requiredProviders } from '../../terraform/terraform-versions.js';
import { admits } from '../../terraform/version-constraints.js';

export { admits };

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
  /** Whose arguments are compared with; undefined where neither 5 nor 6 can be used. */
  schema: ProviderVersions | undefined;
  /** Whether it can only be a version 6 that came after the one whose schema is at hand. */
  isNewer: boolean;
}

/** What the lock file says, or else the constraints in all folders of the project together. */
export const providerChoice = oncePer(choose);

/** The versions that were looked at to say that something is not there: ` in hashicorp/aws 5.100.0 and 6.66.0`. */
export function lookedAt(versions: ProviderVersions): string {
  const { five, six } = providerVersions;
  return ` in hashicorp/aws ${versions === 'either' ? `${five} and ${six}` : versions === 'five' ? five : six}`;
}

function choose(project: Project): ProviderChoice {
  // From version 3 on init brings it to Terraform 0.12 and later alone:
  // https://github.com/hashicorp/terraform-provider-aws/releases/tag/v3.0.0
  if (project.isBefore('0.12')) return onlyOlder;
  const locked = lockedVersion(project)?.version;
  const constraints = partsOf(constraintsOf(project).map(({ version }) => version));
  const isTooLong = locked === undefined && constraints.length > mostParts;
  const candidates = isTooLong ? [] : locked === undefined ? candidatesOf(constraints) : [locked];
  const isAdmitted = (version: string) => constraints.every((constraint) => admits(constraint, version) === true);
  const admitted = locked === undefined ? candidates.filter(isAdmitted) : candidates;
  const fives = admitted.filter((version) => version.startsWith('5.'));
  const sixes = admitted.filter((version) => version.startsWith('6.'));
  const [five, six] = [fives.length > 0, sixes.length > 0];
  // A module that was not looked into may hold the version down, and so may the caller of a module that says nothing.
  const isNewest = project.unreadModules.length === 0 && (constraints.length > 0 || isDeployed(project));
  return {
    five,
    six,
    surelySix: six && (!five || isNewest),
    stated: locked !== undefined || constraints.length > 0,
    schema: five ? (six ? 'either' : 'five') : six ? 'six' : undefined,
    isNewer: !five && six && sixes.every((version) => compare(version, providerVersions.six, '>')),
  };
}

const onlyOlder: ProviderChoice = {
  five: false,
  six: false,
  surelySix: false,
  stated: true,
  schema: undefined,
  isNewer: false,
};

/** No project states as many different constraints, or names as many versions in them; a hostile one may. */
const mostParts = 1000;
const mostNamed = 100;

/** All that constraints ask for together, each once: `>= 5.0` and `< 7.0.0`. */
function partsOf(constraints: readonly string[]): string[] {
  return [...new Set(constraints.flatMap((constraint) => constraint.split(',').map((part) => part.trim())))];
}

/**
 * Versions 5 and 6 that stand for all: the first, the last (of 6 whatever is to come), those whose schemas are at hand,
 * and those that the constraints name, with the ones that follow them.
 */
function candidatesOf(constraints: readonly string[]): string[] {
  const named = constraints.flatMap((constraint) =>
    [...constraint.matchAll(/\b([56])(?:\.(\d+))?(?:\.(\d+))?/g)].flatMap(([, major, minor = 0, patch = 0]) => [
      `${major}.${minor}.${patch}`,
      `${major}.${minor}.${Number(patch) + 1}`,
      `${major}.${Number(minor) + 1}.0`,
    ]),
  );
  return [...new Set(['5.0.0', '6.0.0', '6.9999.0', ...Object.values(providerVersions), ...named.slice(0, mostNamed)])];
}

/** What the schema rules do not know of the version that the project asks for, in words; nothing where they know it. */
export function unknownProviderVersion(project: Project): { what: string; location?: Location } | undefined {
  const { schema, isNewer } = providerChoice(project);
  if ((schema && !isNewer) || project.isBefore('0.12')) return undefined;
  if (!project.resources.some(({ type }) => type.startsWith('aws_'))) return undefined;
  const locked = lockedVersion(project);
  const known = `${providerVersions.five} and ${providerVersions.six}`;
  if (locked) {
    const what = `hashicorp/aws ${locked.version} is locked; the schema rules know the arguments of ${known}`;
    return { what, location: { path: lockFile, line: locked.line } };
  }
  const constraints = constraintsOf(project);
  const parts = partsOf(constraints.map(({ version }) => version));
  const shown = parts.slice(0, mostShown).map((part) => part.slice(0, longestShown));
  const asked = [...shown, ...(parts.length > mostShown ? [`and ${parts.length - mostShown} more`] : [])].join(', ');
  const what = `hashicorp/aws ${asked} is asked for; the schema rules know the arguments of ${known}`;
  const location = constraints[0]?.location;
  return { what, ...(location ? { location } : {}) };
}

/** Of what is asked for, how much is told. */
const mostShown = 10;
const longestShown = 100;

/** https://developer.hashicorp.com/terraform/language/files/dependency-lock */
const lockFile = '.terraform.lock.hcl';

function lockedVersion(project: Project): { version: string; line: number } | undefined {
  const text = project.read(lockFile) ?? '';
  const found = /provider "[^"]*\/hashicorp\/aws" \{\s*version\s*=\s*"(\d+\.\d+\.\d+)/.exec(text);
  return found ? { version: found[1]!, line: text.slice(0, found.index).split('\n').length } : undefined;
}

function constraintsOf(project: Project): { version: string; location: Location | undefined }[] {
  return project.folders.flatMap((folder) => {
    const required = requiredProviders(folder).filter(({ name }) => name === 'aws');
    // Where old projects say it.
    const providers = folder.blocks.filter(({ syntax }) => syntax.type === 'provider' && syntax.labels[0] === 'aws');
    return [
      ...required.map(({ version, location }) => ({ version, location })),
      ...providers.map(({ file, syntax }) => ({
        version: literalText(syntax.body, 'version'),
        location: blockLocation(file, syntax),
      })),
    ].flatMap(({ version, location }) => (version === undefined ? [] : [{ version, location }]));
  });
}
