import { blockVersions, functionVersions, lockFileVersion, writeOnlyVersion } from '../../aws/terraform-features.js';
import { own } from '../../own.js';
import { expressionsOf } from '../../terraform/syntax.js';
import { argument, isDeployed, isFilled, isReadWhole, placeOf } from '../../terraform/references.js';
import { limitsOf, providersUsed, requiredProviders, requiredVersions } from '../../terraform/terraform-versions.js';
import { isOlder } from '../../terraform/version-constraints.js';
import type { ModuleFolder, PlacedBlock } from '../../terraform/module-folder.js';
import { defineRules } from '../rule.js';

interface Feature {
  /** Whether and how: `removed blocks are`, `use_lockfile is`. */
  what: string;
  since: string;
}

/** The parts of Terraform's language in a block that not every version 1 has. */
function* featuresIn({ syntax }: PlacedBlock): Generator<Feature> {
  const { type, body } = syntax;
  const since = own(blockVersions, type);
  if (since !== undefined) yield { what: `${type} blocks are`, since };
  for (const expression of expressionsOf(body)) {
    const version = expression.kind === 'call' ? own(functionVersions, expression.name) : undefined;
    if (expression.kind === 'call' && version !== undefined)
      yield { what: `the function ${expression.name}() is`, since: version };
  }
  if (type === 'terraform') {
    const backend = body.blocks.find((block) => block.type === 'backend');
    if (backend && argument(backend.body, 'use_lockfile')) yield { what: 'use_lockfile is', since: lockFileVersion };
  }
  if (type === 'resource') {
    const writeOnly = body.attributes.find(({ name }) => name.endsWith('_wo') && argument(body, `${name}_version`));
    if (writeOnly) yield { what: `the write-only argument ${writeOnly.name} is`, since: writeOnlyVersion };
  }
}

function newestFeature(folders: readonly ModuleFolder[]): Feature | undefined {
  let newest: Feature | undefined;
  for (const block of folders.flatMap(({ blocks }) => blocks)) {
    for (const feature of featuresIn(block)) if (!newest || isOlder(newest.since, feature.since)) newest = feature;
  }
  return newest;
}

const requirements = 'https://developer.hashicorp.com/terraform/language/providers/requirements';

export default defineRules(
  {
    name: 'providers-declared',
    severity: 'warning',
    title: 'every provider that is used is in required_providers, with its source',
    why: 'Terraform takes an undeclared provider to be hashicorp/<name>, in whatever version is the newest: a release with breaking changes comes with the next init. For a provider of somebody else init fails: "provider registry registry.terraform.io does not have a provider named registry.terraform.io/hashicorp/…".',
    remedy: 'Declare it in required_providers with source and version.',
    catalogue: ['S000-02'],
    since: '0.13',
    stages: ['hcl'],
    source: requirements,
    example: {
      broken: `resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

provider "aws" {
  region = "eu-west-1"
}
`,
      sound: `terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0, < 7.0.0"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}

resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}
`,
    },
    check(project, { finding }) {
      const [root] = project.folders;
      if (!root || !isDeployed(project) || !isReadWhole(project, root)) return;
      const declared = requiredProviders(root);
      const names = new Set(declared.map(({ name }) => name));
      for (const [name, location] of providersUsed(root))
        if (!names.has(name)) finding(location, `uses the provider ${name}, which is not in required_providers`);
      for (const { name, source, location } of declared)
        if (source === undefined) finding(location, `the provider ${name} is required without its source`);
    },
  },
  {
    name: 'module-provider-source',
    severity: 'error',
    title: 'a module names the source of a provider that is not of HashiCorp',
    why: 'Sources are not inherited: init looks for hashicorp/<name> and fails with "Could not retrieve the list of available versions for provider …: provider registry registry.terraform.io does not have a provider named registry.terraform.io/hashicorp/…".',
    remedy: "Repeat the provider's source in required_providers of the module that uses it.",
    catalogue: ['S000-02'],
    since: '0.13',
    stages: ['hcl'],
    source: requirements,
    example: {
      broken: `terraform {
  required_providers {
    datadog = {
      source  = "DataDog/datadog"
      version = "~> 3.60"
    }
  }
}

module "alarms" {
  source = "./alarms"
}
#>> alarms/main.tf
resource "datadog_monitor" "errors" {
  name    = "errors"
  type    = "metric alert"
  query   = "avg(last_5m):sum:aws.applicationelb.httpcode_elb_5xx{*} > 10"
  message = "Too many errors."
}
`,
      sound: `terraform {
  required_providers {
    datadog = {
      source  = "DataDog/datadog"
      version = "~> 3.60"
    }
  }
}

module "alarms" {
  source = "./alarms"
}
#>> alarms/main.tf
terraform {
  required_providers {
    datadog = {
      source = "DataDog/datadog"
    }
  }
}

resource "datadog_monitor" "errors" {
  name    = "errors"
  type    = "metric alert"
  query   = "avg(last_5m):sum:aws.applicationelb.httpcode_elb_5xx{*} > 10"
  message = "Too many errors."
}
`,
    },
    check(project, { finding }) {
      const foreign = new Map<string, string>();
      for (const { name, source } of project.folders.flatMap(requiredProviders)) {
        if (source && !/^(?:registry\.[^/]+\/)?hashicorp\//i.test(source)) foreign.set(name, source);
      }
      for (const folder of project.folders) {
        if (!isReadWhole(project, folder)) continue;
        const declared = new Set(requiredProviders(folder).map(({ name }) => name));
        for (const [name, location] of providersUsed(folder)) {
          const source = foreign.get(name);
          if (source && !declared.has(name))
            finding(location, `uses the provider ${name}, and does not say that its source is ${source}`);
        }
      }
    },
  },
  {
    name: 'provider-version-range',
    severity: 'warning',
    title: 'the project that is applied bounds the version of the AWS provider at both ends',
    why: 'Without an upper bound an init without a lock file installs the next major version, which removes arguments: plans fail or change what nobody touched. Without a lower bound a version may be in use that lacks what the project needs.',
    remedy: 'Name the oldest version that was tried and the next major one: version = ">= 5.100.0, < 7.0.0".',
    catalogue: ['S000-03'],
    stages: ['hcl'],
    source: 'https://developer.hashicorp.com/terraform/language/expressions/version-constraints',
    example: {
      broken: `terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}
`,
      sound: `terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}
`,
    },
    check(project, { finding }) {
      const [root] = project.folders;
      // Where Terragrunt runs it the lock file, and often the constraint, is in another folder.
      if (!root || !isDeployed(project) || isFilled(project, root)) return;
      const locked = project.read('.terraform.lock.hcl') ?? '';
      for (const { name, source, version, location } of requiredProviders(root)) {
        // Of others it is not known that a new major version breaks anything.
        if (!/(^|\/)hashicorp\/aws$/i.test(source ?? `hashicorp/${name}`)) continue;
        // The lock file holds the version until somebody asks for an upgrade.
        if (locked.includes('/hashicorp/aws"')) continue;
        const limits = version === undefined ? { hasCeiling: false } : limitsOf(version);
        if (!limits) continue;
        if (version === undefined) finding(location, `any version of the provider ${name} will do`);
        else if (!limits.hasCeiling) finding(location, `the provider ${name} may be any version that is ${version}`);
        else if (!limits.floor) finding(location, `the provider ${name} may be as old as anyone has it (${version})`);
      }
    },
  },
  {
    name: 'terraform-version-floor',
    severity: 'warning',
    title: 'required_version lets in no Terraform that lacks what the project is written with',
    why: 'An older Terraform does not stop at once with the reason, but with errors such as "Unsupported block type" or "Call to unknown function", or it takes no lock on the state.',
    remedy: 'Raise the floor to the version that has it: required_version = ">= 1.11.0".',
    catalogue: ['S000-03', 'facts §13'],
    stages: ['hcl'],
    source: 'https://developer.hashicorp.com/terraform/language/terraform#terraform-required_version',
    example: {
      broken: `terraform {
  required_version = ">= 1.4.0"

  backend "s3" {
    bucket       = "payments-terraform-state-123456789012"
    key          = "prod/terraform.tfstate"
    region       = "eu-west-1"
    use_lockfile = true
  }
}
`,
      sound: `terraform {
  required_version = ">= 1.11.0"

  backend "s3" {
    bucket       = "payments-terraform-state-123456789012"
    key          = "prod/terraform.tfstate"
    region       = "eu-west-1"
    use_lockfile = true
  }
}
`,
    },
    check(project, { finding, abstain }) {
      // Terraform holds to what every module of the project asks for.
      const constraints = project.folders.flatMap(requiredVersions);
      const constraint = constraints.map((required) => required.constraint).join(', ');
      const limits = limitsOf(constraint);
      const newest = newestFeature(project.folders);
      if (!newest || !constraints[0] || !limits) return;
      if (project.tool === 'opentofu')
        abstain(constraints[0].location, "OpenTofu's versions are others than Terraform's");
      else if (isFilled(project, project.folders[0]))
        abstain(constraints[0].location, 'Terragrunt may ask for a version too');
      else if (!limits.floor || isOlder(limits.floor, newest.since))
        finding(
          constraints[0].location,
          `lets in Terraform ${constraint}, and ${newest.what} not in versions before ${newest.since}`,
        );
    },
  },
  {
    name: 'terraform-version-required',
    severity: 'note',
    title: 'the project that is applied says which Terraform it is for',
    why: 'Whoever runs it with an older Terraform gets errors that do not name the cause.',
    remedy: 'Set required_version in the terraform block: required_version = ">= 1.11.0".',
    catalogue: ['S000-03', 'facts §13'],
    stages: ['hcl'],
    source: 'https://developer.hashicorp.com/terraform/language/terraform#terraform-required_version',
    example: {
      broken: `terraform {
  backend "s3" {}
}
`,
      sound: `terraform {
  required_version = ">= 1.11.0"

  backend "s3" {}
}
`,
    },
    check(project, { finding }) {
      const [root] = project.folders;
      if (!root || !isDeployed(project) || !isReadWhole(project, root) || requiredVersions(root).length > 0) return;
      const block =
        root.blocks.find(({ syntax }) => syntax.type === 'terraform') ??
        root.blocks.find(({ syntax }) => syntax.type === 'provider');
      if (block) finding(placeOf(block), 'there is no required_version');
    },
  },
);
