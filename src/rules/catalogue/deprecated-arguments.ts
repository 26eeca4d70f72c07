import { resourceSchema, type BlockSchema, type SchemaKind } from '../../aws/provider-schema.js';
import { own } from '../../own.js';
import { argumentAt } from '../lib/argument-paths.js';
import { attributeReferences } from '../../terraform/attribute-references.js';
import { providerChoice } from '../lib/provider-version.js';
import {
  isGoneInSix,
  ownBody,
  ResourcePart,
  schemaKind,
  writtenNames,
  writtenResources,
} from '../lib/schema-faults.js';
import type { Block, Location, Project } from '../../terraform/project.js';
import { identity, isKnown, someElements } from '../../terraform/value.js';
import { defineRules } from '../rule.js';

const upgradeGuide =
  'https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/guides/version-6-upgrade.html.markdown';

/** What to write instead, by type and name. */
const instead: Readonly<Record<string, string>> = {
  'aws_eip.vpc': 'domain = "vpc"',
  'aws_flow_log.log_group_name': 'log_destination with the ARN of the log group',
  'aws_api_gateway_deployment.stage_name': 'a resource aws_api_gateway_stage',
  'aws_api_gateway_deployment.stage_description': 'a resource aws_api_gateway_stage',
  'aws_api_gateway_deployment.canary_settings': 'canary_settings of aws_api_gateway_stage',
  'aws_api_gateway_deployment.invoke_url': 'invoke_url of aws_api_gateway_stage',
  'aws_api_gateway_deployment.execution_arn': 'execution_arn of aws_api_gateway_stage',
  'aws_dms_endpoint.s3_settings': 'aws_dms_s3_endpoint',
  'aws_iam_role.managed_policy_arns': 'aws_iam_role_policy_attachment',
  'aws_iam_role.inline_policy': 'aws_iam_role_policy',
  'aws_instance.cpu_core_count': 'cpu_options',
  'aws_instance.cpu_threads_per_core': 'cpu_options',
  'aws_eks_addon.resolve_conflicts': 'resolve_conflicts_on_create and resolve_conflicts_on_update',
  'aws_s3_bucket_lifecycle_configuration.prefix': 'filter',
  'aws_s3_bucket.acl': 'aws_s3_bucket_acl',
  'aws_s3_bucket.policy': 'aws_s3_bucket_policy',
  'aws_s3_bucket.versioning': 'aws_s3_bucket_versioning',
  'aws_s3_bucket.logging': 'aws_s3_bucket_logging',
  'aws_s3_bucket.lifecycle_rule': 'aws_s3_bucket_lifecycle_configuration',
  'aws_s3_bucket.server_side_encryption_configuration': 'aws_s3_bucket_server_side_encryption_configuration',
  'aws_s3_bucket.cors_rule': 'aws_s3_bucket_cors_configuration',
  'aws_s3_bucket.website': 'aws_s3_bucket_website_configuration',
  'aws_s3_bucket.replication_configuration': 'aws_s3_bucket_replication_configuration',
  'aws_s3_bucket.object_lock_configuration': 'aws_s3_bucket_object_lock_configuration',
};

/** What the documentation calls deprecated and the schema does not. */
const deprecatedDataSources: Readonly<Record<string, string>> = {
  aws_elb_service_account:
    'names accounts that the load balancers of regions opened after August 2022 do not have; name the service logdelivery.elasticloadbalancing.amazonaws.com',
};

interface Use {
  at: Block | Location;
  /** What the finding begins with: `sets vpc`, or the address with its attribute. */
  what: string;
  type: string;
  name: string;
  removed: boolean;
  deprecated: boolean;
}

/** Every argument, block and attribute that is deprecated in version 5 or gone in version 6. */
function outdated(project: Project): Use[] {
  const uses = writtenResources(project).flatMap(({ resource, syntax }): Use[] => {
    const kind = schemaKind(resource);
    const [five, six] = schemasOf(kind, resource.type);
    if (!five) return [];
    const whole = { removed: !six, deprecated: five.deprecated };
    if (whole.removed || whole.deprecated)
      return [{ at: resource, what: `is a ${resource.type}`, type: resource.type, name: '', ...whole }];
    return [...writtenNames(ownBody(syntax), five, six)].map(({ name, at, inside, isDeprecated, isGone }) => ({
      at: new ResourcePart(resource, at),
      what: `sets ${name}${inside}`,
      type: resource.type,
      name,
      removed: isGone,
      deprecated: isDeprecated,
    }));
  });
  const reads = attributeReferences(project).map(({ address, kind, type, attribute, location }): Use => ({
    at: location,
    what: `${address}.${attribute} is read`,
    type,
    name: attribute,
    removed: isGoneInSix(...schemasOf(kind, type), attribute),
    deprecated: false,
  }));
  return [...uses, ...reads].filter(({ removed, deprecated }) => removed || deprecated);
}

/** What versions 5 and 6 have of a type. */
function schemasOf(kind: SchemaKind, type: string): [BlockSchema | undefined, BlockSchema | undefined] {
  return [resourceSchema(kind, type), resourceSchema(kind, type, 'six')];
}

function advice({ type, name }: Use): string {
  const other = own(instead, `${type}.${name}`);
  return other === undefined ? '' : `; use ${other}`;
}

/** Arguments in which version 6 takes true and false, and no more 1 and 0. */
const onlyTruth: readonly { type: string; path: string }[] = [
  { type: 'aws_launch_template', path: 'ebs_optimized' },
  { type: 'aws_launch_template', path: 'block_device_mappings.ebs.encrypted' },
  { type: 'aws_launch_template', path: 'block_device_mappings.ebs.delete_on_termination' },
  { type: 'aws_launch_template', path: 'network_interfaces.associate_public_ip_address' },
  { type: 'aws_lb_target_group', path: 'preserve_client_ip' },
  { type: 'aws_alb_target_group', path: 'preserve_client_ip' },
];

export default defineRules(
  {
    name: 'argument-gone-in-provider-6',
    severity: 'error',
    title: 'nothing is used that version 6 of the AWS provider has removed, where that is what gets installed',
    why: 'terraform init installs the newest version that the constraint admits, and validate then stops with "An argument named … is not expected here" or "This object does not have an attribute named …".',
    remedy:
      'Use what has taken its place, or keep version 6 out with "< 6.0.0" in the constraint on hashicorp/aws until you have.',
    catalogue: ['facts §12', 'S000-31', 'S003-06'],
    stages: ['hcl'],
    source: upgradeGuide,
    example: {
      broken: `terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

resource "aws_eip" "nat" {
  vpc = true
}
`,
      sound: `terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

resource "aws_eip" "nat" {
  domain = "vpc"
}
`,
    },
    check(project, { finding }) {
      if (!providerChoice(project).surelySix) return;
      for (const use of outdated(project))
        if (use.removed) finding(use.at, `${use.what}, which version 6 does not have${advice(use)}`);
      for (const { type, path } of onlyTruth) {
        for (const resource of project.all(type)) {
          const { blocks, argument } = argumentAt(resource, path);
          for (const block of blocks) {
            const value = identity(block.get(argument));
            if (value === '0' || value === '1')
              finding(block, `sets ${argument} to ${value}; version 6 takes only true and false`, argument);
          }
        }
      }
    },
  },
  {
    name: 'deprecated-argument',
    severity: 'warning',
    title: 'nothing is used that the AWS provider has deprecated',
    why: 'terraform validate and plan warn "Argument is deprecated", and a later version of the provider stops at it.',
    remedy: 'Use what the documentation names in its place.',
    catalogue: ['facts §12', 'S000-31'],
    stages: ['hcl'],
    source: upgradeGuide,
    example: {
      broken: `resource "aws_iam_role" "app" {
  name                = "app"
  assume_role_policy  = data.aws_iam_policy_document.trust.json
  managed_policy_arns = ["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"]
}

data "aws_iam_policy_document" "trust" {}
`,
      sound: `resource "aws_iam_role" "app" {
  name               = "app"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy_attachment" "app" {
  role       = aws_iam_role.app.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

data "aws_iam_policy_document" "trust" {}
`,
    },
    check(project, { finding }) {
      const { five, six, surelySix } = providerChoice(project);
      if (!five && !six) return;
      for (const use of outdated(project)) {
        if (use.removed && surelySix) continue;
        const state = use.removed ? 'deprecated, and gone in version 6' : 'deprecated';
        finding(use.at, `${use.what}, which is ${state}${advice(use)}`);
      }
      for (const [type, why] of Object.entries(deprecatedDataSources))
        for (const source of project.data(type)) finding(source, why);
      if (!six) return;
      // Version 5 has no `region` to read instead.
      const regionSource = five ? "the variable that holds the provider's region" : 'region';
      for (const { address, kind, type, attribute, location } of attributeReferences(project)) {
        if (kind === 'data' && type === 'aws_region' && attribute === 'name')
          finding(location, `${address}.name is read, which is deprecated in version 6; use ${regionSource}`);
      }
    },
  },
  {
    name: 'ami-owner',
    severity: 'error',
    title: 'the newest of several machine images is looked for among the images of a named owner',
    why: 'Anyone can publish an image whose name fits, and the newest is taken. Version 6 of the provider refuses: "most_recent" is set to "true" and results are not filtered by owner or image ID.',
    remedy:
      'Set owners, to ["amazon"] or an account id; or read the id from a public parameter of SSM that AWS keeps, such as /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64.',
    catalogue: ['S000-30', 'facts §12'],
    stages: ['hcl', 'plan', 'state'],
    source: upgradeGuide,
    example: {
      broken: `data "aws_ami" "linux" {
  most_recent = true

  filter {
    name   = "name"
    values = ["al2023-ami-2023.*-x86_64"]
  }
}
`,
      sound: `data "aws_ami" "linux" {
  most_recent = true
  owners      = ["amazon"]

  filter {
    name   = "name"
    values = ["al2023-ami-2023.*-x86_64"]
  }
}
`,
    },
    check(project, { finding, abstain }) {
      for (const image of project.data('aws_ami')) {
        if (image.truth('most_recent') !== true) continue;
        const owners = image.get('owners');
        if (owners !== undefined && (!isKnown(owners) || someElements(owners).length > 0)) continue;
        const filters = image.blocks('filter');
        const names = filters.map((filter) => filter.text('name'));
        if (names.some((name) => name !== undefined && /^(owner-id|owner-alias|image-id)$/.test(name))) continue;
        if (filters.some((filter) => filter.uncertain || filter.text('name') === undefined))
          abstain(image, 'its filters are not known');
        else finding(image, 'takes the newest image of any owner', 'most_recent');
      }
    },
  },
);
