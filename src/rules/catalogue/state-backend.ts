import { within, type Expression } from '../../terraform/syntax.js';
import { backendFile, backendSets, backendSettings, backendsOf, isSetElsewhere } from '../lib/backends.js';
import { locationIn } from '../../terraform/location.js';
import { argument, literalText } from '../../terraform/references.js';
import type { Location, Project, Resource } from '../../terraform/project.js';
import { isGenerated } from '../lib/generated.js';
import { textParts } from '../lib/names.js';
import { identity, isMap } from '../../terraform/value.js';
import { defineRules } from '../rule.js';

const s3Backend = 'https://developer.hashicorp.com/terraform/language/backend/s3';

/** Arguments that hold credentials, in the S3 backend and in the provider. */
const credentials = ['access_key', 'secret_key', 'token'];

/** Whether an expression is a text that is written out and not empty. */
function isWritten(expression: Expression | undefined): boolean {
  return expression?.kind === 'literal' && typeof expression.value === 'string' && expression.value !== '';
}

/** Values that stand for credentials where none are asked for, such as those of LocalStack and moto. */
const noCredentials = new Set([
  'test',
  'testing',
  'mock',
  'mock_access_key',
  'mock_secret_key',
  'fake',
  'dummy',
  'foo',
]);

function* writtenCredentials(project: Project): Generator<{ what: string; location: Location }> {
  const places = project.folders.flatMap(({ blocks }) =>
    blocks.flatMap(({ syntax, file }) => {
      if (syntax.type === 'provider' && syntax.labels[0] === 'aws') return [{ what: 'the provider', syntax, file }];
      const backends = syntax.type === 'terraform' ? syntax.body.blocks.filter(({ type }) => type === 'backend') : [];
      return backends.map((backend) => ({ what: 'the backend', syntax: backend, file }));
    }),
  );
  for (const { what, syntax, file } of places) {
    for (const name of credentials) {
      const attribute = argument(syntax.body, name);
      const { expression } = attribute ?? {};
      const isMock = expression?.kind === 'literal' && noCredentials.has(String(expression.value).toLowerCase());
      if (attribute && isWritten(expression) && !isMock)
        yield { what: `${what} has its ${name} written out`, location: locationIn(file, attribute) };
    }
  }
  for (const name of credentials) {
    const setting = backendSettings(project)?.get(name);
    if (setting && setting.value !== '' && !noCredentials.has(setting.value.toLowerCase()))
      yield { what: `${backendFile} has ${name} in it`, location: setting.location };
  }
}

/** What the backend's arguments, but for names and operators, may not refer to. */
function referenceIn(expression: Expression): string | undefined {
  for (const part of within(expression)) {
    if (part.kind === 'attribute' && part.of.kind === 'name') return `${part.of.name}.${part.name}`;
    if (part.kind === 'name') return part.name;
    if (part.kind === 'call') return `${part.name}()`;
  }
  return undefined;
}

/** The names of the buckets that the project's own state is in. */
function stateBuckets(project: Project): Set<string> {
  const blocks = backendsOf(project).filter(({ type }) => type === 's3');
  const names = blocks.map(({ syntax }) => literalText(syntax.body, 'bucket'));
  return new Set([...names, backendSettings(project)?.get('bucket')?.value].filter((name) => name !== undefined));
}

/** Where a bucket is called one for state: in its own name, its name in the project or its tags. */
function callsItselfState(bucket: Resource): boolean {
  const names = ['bucket', 'bucket_prefix'].map((name) =>
    (textParts(bucket.get(name)) ?? []).filter((part) => typeof part === 'string').join(' '),
  );
  const tags = bucket.get('tags');
  const tag = isMap(tags) ? identity(tags.get('Name')) : undefined;
  return [bucket.name, ...names, tag ?? ''].some(
    (name) => /(^|[^a-z])(tf|terraform|tofu|remote)[-_. ]?state/i.test(name) && !/log|example|test/i.test(name),
  );
}

/** What a generated backend.hcl has in it, beside the lock that a rule of its own looks for and bootstrap/'s bucket. */
const wantedSettings = ['key', 'region', 'encrypt'];

export default defineRules(
  {
    name: 'backend-literal',
    severity: 'error',
    title: 'a backend block holds nothing but values that are written out',
    why: 'terraform init stops: "Variables not allowed: Variables may not be used here." A pipeline that runs init -backend=false and validate does not see it.',
    remedy: 'Leave the argument out and give it to init: terraform init -backend-config=backend.hcl.',
    catalogue: ['S004-02', 'facts §4', 'facts §13'],
    stages: ['hcl'],
    source: 'https://developer.hashicorp.com/terraform/language/backend#define-a-backend-block',
    example: {
      broken: `variable "state_bucket" {
  type = string
}

terraform {
  backend "s3" {
    bucket       = var.state_bucket
    key          = "prod/terraform.tfstate"
    region       = "eu-west-1"
    use_lockfile = true
  }
}
`,
      sound: `terraform {
  backend "s3" {
    key          = "prod/terraform.tfstate"
    region       = "eu-west-1"
    use_lockfile = true
  }
}
`,
    },
    check(project, { finding, abstain }) {
      for (const { syntax, location } of backendsOf(project)) {
        for (const attribute of syntax.body.attributes) {
          const reference = referenceIn(attribute.expression);
          if (reference === undefined) continue;
          // https://opentofu.org/docs/language/settings/backends/configuration/#variables-and-locals
          if (project.tool === 'opentofu') abstain(location, 'OpenTofu takes variables in a backend');
          else if (project.filledBy)
            abstain(location, 'Terragrunt runs OpenTofu where it finds it, which takes variables');
          else finding(locationIn(location.path, attribute), `the backend's ${attribute.name} refers to ${reference}`);
        }
      }
    },
  },
  {
    name: 'backend-lock',
    severity: 'warning',
    title: 'the S3 backend locks the state',
    why: "Two runs at the same time, such as a pipeline and a colleague, overwrite each other's state. What one of them made is then known to nobody, and the next apply makes it again or fails because it is there.",
    remedy: 'Set use_lockfile = true.',
    catalogue: ['facts §4'],
    stages: ['hcl'],
    source: `${s3Backend}#state-locking`,
    example: {
      broken: `terraform {
  backend "s3" {
    bucket  = "payments-terraform-state-123456789012"
    key     = "prod/terraform.tfstate"
    region  = "eu-west-1"
    encrypt = true
  }
}
`,
      sound: `terraform {
  backend "s3" {
    bucket       = "payments-terraform-state-123456789012"
    key          = "prod/terraform.tfstate"
    region       = "eu-west-1"
    encrypt      = true
    use_lockfile = true
  }
}
`,
    },
    check(project, { finding, abstain }) {
      for (const backend of backendsOf(project)) {
        if (backend.type !== 's3') continue;
        if (['use_lockfile', 'dynamodb_table', 'lock_table'].some((name) => backendSets(project, backend, name)))
          continue;
        if (project.filledBy)
          abstain(backend.location, "what Terragrunt's remote_state gives the backend is not known");
        // Our own backend.hcl says whether there is a lock, with or without the bucket.
        else if (isSetElsewhere(project, backend) && !isGenerated(project))
          abstain(backend.location, 'what init is given as -backend-config is not known');
        else finding(backend.location, 'the state is kept in S3 without use_lockfile');
      }
    },
  },
  {
    name: 'backend-lock-table',
    severity: 'note',
    title: 'the S3 backend locks with a file, not with a DynamoDB table',
    why: 'Terraform 1.11 warns "Deprecated Parameter: The parameter "dynamodb_table" is deprecated. Use parameter "use_lockfile" instead." A later minor version takes the argument out, and init then fails.',
    remedy: 'Set use_lockfile = true, apply once with both, and take dynamodb_table and the table out.',
    catalogue: ['facts §4'],
    stages: ['hcl'],
    source: `${s3Backend}#state-locking`,
    example: {
      broken: `terraform {
  backend "s3" {
    bucket         = "payments-terraform-state-123456789012"
    key            = "prod/terraform.tfstate"
    region         = "eu-west-1"
    dynamodb_table = "terraform-locks"
  }
}
`,
      sound: `terraform {
  backend "s3" {
    bucket       = "payments-terraform-state-123456789012"
    key          = "prod/terraform.tfstate"
    region       = "eu-west-1"
    use_lockfile = true
  }
}
`,
    },
    check(project, { finding }) {
      for (const backend of backendsOf(project)) {
        // OpenTofu has no plans to do without it. With both, the project is on its way.
        if (backend.type !== 's3' || project.tool === 'opentofu' || backendSets(project, backend, 'use_lockfile'))
          continue;
        if (backendSets(project, backend, 'dynamodb_table'))
          finding(backend.location, 'the state is locked with a DynamoDB table, which is deprecated');
      }
    },
  },
  {
    name: 'no-written-credentials',
    severity: 'error',
    title: 'no credentials of AWS are written into the backend or the provider',
    why: 'Whoever can read the repository can act as their owner. Terraform also keeps what the backend is given in .terraform/ and in every plan file.',
    remedy:
      'Take them out, replace the key in IAM, and give Terraform a profile, a role or the environment variables of the AWS CLI.',
    catalogue: ['S002-04b', 'facts §4'],
    stages: ['hcl'],
    source: `${s3Backend}#credentials-and-shared-configuration`,
    example: {
      broken: `provider "aws" {
  region     = "eu-west-1"
  access_key = "AKIAIOSFODNN7EXAMPLE"
  secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
}
`,
      sound: `provider "aws" {
  region  = "eu-west-1"
  profile = "payments"
}
`,
    },
    check(project, { finding }) {
      for (const { what, location } of writtenCredentials(project)) finding(location, what);
    },
  },
  {
    name: 'backend-settings',
    severity: 'warning',
    scope: 'generated',
    title: 'backend.tf leaves everything to backend.hcl, which sets key, region, encryption and lock',
    why: 'The block takes no variables, so what differs between environments has to be beside it. Without one of the settings init asks for it, the state is not encrypted with a setting of its own, or two runs overwrite each other.',
    remedy:
      'Keep backend "s3" {} empty and set key, region, encrypt = true and use_lockfile = true in backend.hcl; the bucket comes from bootstrap/ or from you.',
    catalogue: ['S004-03b'],
    stages: ['hcl'],
    source: 'https://developer.hashicorp.com/terraform/language/backend#partial-configuration',
    example: {
      broken: `#>> backend.tf
terraform {
  backend "s3" {}
}
#>> backend.hcl
key          = "payments/dev/terraform.tfstate"
region       = "eu-west-1"
use_lockfile = true
#>> .create-secure-infra.json
{}
`,
      sound: `#>> backend.tf
terraform {
  backend "s3" {}
}
#>> backend.hcl
key          = "payments/dev/terraform.tfstate"
region       = "eu-west-1"
encrypt      = true
use_lockfile = true
#>> .create-secure-infra.json
{}
`,
    },
    check(project, { finding }) {
      const settings = backendSettings(project);
      for (const { type, syntax, location } of backendsOf(project)) {
        if (type !== 's3') continue;
        for (const attribute of syntax.body.attributes.filter(({ name }) => name !== 'key'))
          finding(
            locationIn(location.path, attribute),
            `the backend sets ${attribute.name}, which is for ${backendFile} to set`,
          );
        if (!settings) {
          finding(location, `there is no ${backendFile}`);
          continue;
        }
        for (const name of wantedSettings) {
          if (argument(syntax.body, name)) continue;
          const value = settings.get(name)?.value ?? '';
          if (value === '' || (name === 'encrypt' && value !== 'true'))
            finding({ path: backendFile, line: settings.get(name)?.location.line ?? 1 }, `${name} is not set`);
        }
      }
    },
  },
  {
    name: 'state-bucket-own',
    severity: 'note',
    scope: 'generated',
    title: "the name of the state's bucket holds the id of the account",
    why: 'Bucket names are taken for all of AWS: one that anybody else may have thought of is theirs. init then fails with 403, which does not say why.',
    remedy: 'Let bootstrap/ make the bucket and write backend.hcl, or name one that ends in the id of your account.',
    catalogue: ['S002-04b'],
    stages: ['hcl'],
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html',
    example: {
      broken: `#>> backend.hcl
bucket       = "terraform-state"
key          = "payments/dev/terraform.tfstate"
region       = "eu-west-1"
encrypt      = true
use_lockfile = true
#>> .create-secure-infra.json
{}
`,
      sound: `#>> backend.hcl
bucket       = "payments-terraform-state-123456789012"
key          = "payments/dev/terraform.tfstate"
region       = "eu-west-1"
encrypt      = true
use_lockfile = true
#>> .create-secure-infra.json
{}
`,
    },
    check(project, { finding }) {
      const bucket = backendSettings(project)?.get('bucket');
      if (bucket && !/(?<!\d)\d{12}(?!\d)/.test(bucket.value))
        finding(bucket.location, `the bucket ${bucket.value} may be anybody's`);
    },
  },
  {
    name: 'state-bucket-kept',
    severity: 'warning',
    title: 'a bucket with Terraform state in it is not emptied by a destroy',
    why: 'With force_destroy = true a destroy or replacement deletes the state with all its versions: what it describes stays, is paid for, and is no longer managed.',
    remedy: 'Set force_destroy to false, and empty the bucket by hand when nothing is left that its states are of.',
    catalogue: ['facts §4'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/s3_bucket.html.markdown',
    example: {
      broken: `resource "aws_s3_bucket" "state" {
  bucket        = "payments-terraform-state-123456789012"
  force_destroy = true
}
`,
      sound: `resource "aws_s3_bucket" "state" {
  bucket        = "payments-terraform-state-123456789012"
  force_destroy = false
}
`,
    },
    check(project, { finding }) {
      const named = stateBuckets(project);
      for (const bucket of project.all('aws_s3_bucket')) {
        if (bucket.truth('force_destroy') !== true) continue;
        if (named.has(bucket.text('bucket') ?? '') || callsItselfState(bucket))
          finding(bucket, 'holds Terraform state, and has force_destroy = true', 'force_destroy');
      }
    },
  },
);
