import { oncePer } from '../../terraform/once-per.js';
import { laterProviderVersion } from '../../aws/provider-changes.js';
import { providerVersion } from '../../aws/provider-schema.js';
import type { Project } from '../../terraform/project.js';
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
