import path from 'node:path';
import { own } from '../../own.js';

import { children, type Body, type Expression } from '../../terraform/syntax.js';
import { locationIn } from '../../terraform/location.js';
import { argument, declarationsOf, referencesIn } from '../../terraform/references.js';
import { regionOfArn, regionOfZone, regionsIn } from '../lib/regions.js';
import type { ModuleFolder } from '../../terraform/module-folder.js';
import type { Project, Resource } from '../../terraform/project.js';
import { show, someElements } from '../../terraform/value.js';
import { defineRules } from '../rule.js';

/** Arguments that name something which must be in the resource's own region, and how the region is told from it. */
const regional: readonly {
  types: readonly string[];
  argument: string;
  regionOf: (text: string) => string | undefined;
}[] = [
  { types: ['aws_lb_listener', 'aws_alb_listener'], argument: 'certificate_arn', regionOf: regionOfArn },
  { types: ['aws_lb_listener_certificate'], argument: 'certificate_arn', regionOf: regionOfArn },
  {
    types: ['aws_cloudwatch_log_group', 'aws_db_instance', 'aws_rds_cluster'],
    argument: 'kms_key_id',
    regionOf: regionOfArn,
  },
  { types: ['aws_cloudwatch_metric_alarm'], argument: 'alarm_actions', regionOf: regionOfArn },
  {
    types: ['aws_wafv2_web_acl_association'],
    argument: 'resource_arn',
    // The web ACL of an Amplify app is in us-east-1, wherever the app is.
    regionOf: (arn) => (arn.includes(':amplify:') ? undefined : regionOfArn(arn)),
  },
  {
    types: ['aws_subnet', 'aws_instance', 'aws_ebs_volume', 'aws_db_instance', 'aws_rds_cluster_instance'],
    argument: 'availability_zone',
    regionOf: regionOfZone,
  },
  {
    types: ['aws_autoscaling_group', 'aws_rds_cluster', 'aws_elb'],
    argument: 'availability_zones',
    regionOf: regionOfZone,
  },
];

/** The region that an argument of a resource points into, where it is not the resource's own. */
function otherRegion(
  resource: Resource,
  name: string,
  regionOf: (text: string) => string | undefined,
): string | undefined {
  const { region } = resource.surroundings;
  if (typeof region !== 'string') return undefined;
  const regions = someElements(resource.get(name)).map((value) =>
    typeof value === 'string' ? regionOf(value) : undefined,
  );
  return regions.find((found) => found !== undefined && found !== region);
}

/** Files of a generated project in which a region may be written. */
const regionFiles = new Set(['variables.tf', 'backend.tf']);

function* literalsIn(body: Body): Generator<Expression & { kind: 'literal' }> {
  for (const { expression } of body.attributes) yield* literals(expression);
  for (const block of body.blocks) yield* literalsIn(block.body);
}

/** The literals that are values: not those that something is compared with, nor the keys of a map. */
function* literals(expression: Expression): Generator<Expression & { kind: 'literal' }> {
  if (expression.kind === 'literal') yield expression;
  if (expression.kind === 'binary' || (expression.kind === 'call' && expression.name === 'contains')) return;
  if (expression.kind === 'list' && areRegions(expression.items)) return;
  const parts = expression.kind === 'object' ? expression.entries.map(({ value }) => value) : children(expression);
  for (const part of parts) yield* literals(part);
}

/** Whether items are a list of regions to look in, which the project's own is not taken from. */
function areRegions(items: readonly Expression[]): boolean {
  const regions = items.flatMap((item) => (item.kind === 'literal' ? regionsIn(String(item.value)) : []));
  return regions.length === items.length && new Set(regions).size > 1;
}

/** The name of a zone that is put together by hand in an expression or in the local values it comes from. */
function writtenZone(folder: ModuleFolder, expression: Expression, seen = new Set<string>()): string | undefined {
  if (expression.kind === 'literal') {
    const text = String(expression.value);
    return regionOfZone(text) === undefined ? undefined : text;
  }
  if (expression.kind === 'template') {
    const [first, last] = expression.parts;
    const isRegionAndLetter =
      expression.parts.length === 2 &&
      first !== undefined &&
      first.kind !== 'literal' &&
      last?.kind === 'literal' &&
      /^[a-f]$/.test(String(last.value));
    return isRegionAndLetter ? `the region and "${String(last.value)}"` : undefined;
  }
  for (const {
    path: [kind, name = ''],
  } of referencesIn(expression)) {
    if (kind !== 'local' || seen.has(name)) continue;
    seen.add(name);
    const local = declarationsOf(folder).locals.get(name)?.attribute.expression;
    const zone = local && writtenZone(folder, local, seen);
    if (zone !== undefined) return zone;
  }
  // What a condition or a map's key says is not the zone.
  const parts = expression.kind === 'object' ? expression.entries.map(({ value }) => value) : children(expression);
  return parts.map((part) => writtenZone(folder, part, seen)).find((zone) => zone !== undefined);
}

const zoneArguments: Readonly<Record<string, readonly string[]>> = {
  resource: ['availability_zone', 'availability_zones'],
  module: ['availability_zone', 'availability_zones', 'azs'],
};

/** The region that the project is for, as terraform.tfvars has it. */
function regionOf(project: Project): string | undefined {
  return /^[ \t]*aws_region[ \t]*=[ \t]*"([^"]+)"/m.exec(project.read('terraform.tfvars') ?? '')?.[1];
}

export default defineRules(
  {
    name: 'same-region',
    severity: 'error',
    title: 'certificates, keys, zones and alarm actions are in the region of what uses them',
    why: 'AWS refuses them: these arguments take nothing from another region. The usual cause is a region that was changed in one place and copied to others.',
    remedy:
      'Build the value from var.aws_region or take it from a resource, or give the provider the region that is meant.',
    catalogue: ['S003-03', 'S001-07'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html',
    example: {
      broken: `provider "aws" {
  region = "eu-west-1"
}

resource "aws_subnet" "private" {
  vpc_id            = "vpc-0123456789abcdef0"
  cidr_block        = "10.0.0.0/24"
  availability_zone = "us-east-1a"
}
`,
      sound: `provider "aws" {
  region = "eu-west-1"
}

data "aws_availability_zones" "available" {
  state = "available"
}

resource "aws_subnet" "private" {
  vpc_id            = "vpc-0123456789abcdef0"
  cidr_block        = "10.0.0.0/24"
  availability_zone = data.aws_availability_zones.available.names[0]
}
`,
    },
    check(project, { finding }) {
      for (const { types, argument: name, regionOf: read } of regional) {
        for (const resource of project.all(...types)) {
          const region = otherRegion(resource, name, read);
          const own = show(resource.surroundings.region);
          if (region !== undefined) finding(resource, `is in ${own}, and ${name} names something in ${region}`, name);
        }
      }
    },
  },
  {
    name: 'zones-not-by-letter',
    severity: 'warning',
    title: 'names of availability zones are looked up',
    why: 'Which letters there are differs by region and by account: ap-northeast-1 has no b for most, and in us-west-1 some accounts have a and c, others b and c. The apply then fails with "Value (us-west-1b) for parameter availabilityZone is invalid".',
    remedy: 'Take them from data "aws_availability_zones" with state = "available".',
    catalogue: ['S000-11', 'facts §3'],
    stages: ['hcl'],
    source: 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html',
    example: {
      broken: `variable "aws_region" {
  type    = string
  default = "us-west-1"
}

resource "aws_subnet" "a" {
  vpc_id            = "vpc-0123456789abcdef0"
  cidr_block        = "10.0.0.0/24"
  availability_zone = "\${var.aws_region}a"
}
`,
      sound: `data "aws_availability_zones" "available" {
  state = "available"
}

resource "aws_subnet" "a" {
  vpc_id            = "vpc-0123456789abcdef0"
  cidr_block        = "10.0.0.0/24"
  availability_zone = data.aws_availability_zones.available.names[0]
}
`,
    },
    check(project, { finding }) {
      for (const folder of project.folders) {
        for (const { syntax, file } of folder.blocks) {
          for (const name of own(zoneArguments, syntax.type) ?? []) {
            const attribute = argument(syntax.body, name);
            const zone = attribute && writtenZone(folder, attribute.expression);
            if (attribute && zone !== undefined) finding(locationIn(file, attribute), `${name} is made of ${zone}`);
          }
        }
      }
    },
  },
  {
    name: 'region-variable',
    severity: 'warning',
    scope: 'generated',
    title: 'the region is var.aws_region, and is written nowhere else',
    why: 'Whoever changes the region in terraform.tfvars leaves half of the project in the old one.',
    remedy: 'Use var.aws_region, and keep the code of the region in terraform.tfvars and backend.hcl.',
    catalogue: ['S001-07', 'S003-03'],
    stages: ['hcl'],
    source:
      'https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/index.html.markdown#provider-configuration',
    example: {
      broken: `variable "aws_region" {
  type = string
}

provider "aws" {
  region = var.aws_region
}

data "aws_iam_policy_document" "key" {
  statement {
    actions   = ["kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.eu-west-1.amazonaws.com"]
    }
  }
}
#>> .create-secure-infra.json
{}
`,
      sound: `variable "aws_region" {
  type = string
}

provider "aws" {
  region = var.aws_region
}

data "aws_iam_policy_document" "key" {
  statement {
    actions   = ["kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.\${var.aws_region}.amazonaws.com"]
    }
  }
}
#>> .create-secure-infra.json
{}
`,
    },
    check(project, { finding }) {
      for (const { path: file, body } of project.files()) {
        if (regionFiles.has(path.posix.basename(file))) continue;
        for (const literal of literalsIn(body)) {
          const [region] = typeof literal.value === 'string' ? regionsIn(literal.value) : [];
          if (region !== undefined) finding(locationIn(file, literal), `${region} is written out, not var.aws_region`);
        }
      }
      for (const { syntax, file } of project.folders[0]?.blocks ?? []) {
        const [type] = syntax.labels;
        const region = argument(syntax.body, 'region');
        if (syntax.type !== 'provider' || type !== 'aws' || argument(syntax.body, 'alias') || !region) continue;
        const [reference] = referencesIn(region.expression);
        if (reference && reference.path.join('.') !== 'var.aws_region')
          finding(locationIn(file, region), `the provider's region is ${reference.path.join('.')}, not var.aws_region`);
      }
    },
  },
  {
    name: 'region-agrees',
    severity: 'warning',
    scope: 'generated',
    title: 'the README names the region that the project is for',
    why: 'Commands of the README go to a region in which the project is not, and answer that nothing is there.',
    remedy: 'Write the project again with the region that is meant, or name it in terraform.tfvars and README alike.',
    catalogue: ['S003-03'],
    stages: ['hcl'],
    source: 'https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-options.html',
    example: {
      broken: `#>> terraform.tfvars
aws_region = "eu-central-1"
#>> README.md
aws logs tail /ecs/app --follow --region eu-west-1
#>> .create-secure-infra.json
{}
`,
      sound: `#>> terraform.tfvars
aws_region = "eu-central-1"
#>> README.md
aws logs tail /ecs/app --follow --region eu-central-1
#>> .create-secure-infra.json
{}
`,
    },
    check(project, { finding }) {
      const region = regionOf(project);
      if (region === undefined) return;
      const lines = (project.read('README.md') ?? '').split(/\r?\n/);
      for (const [index, text] of lines.entries()) {
        const other = regionsIn(text).find((found) => found !== region);
        if (other !== undefined)
          finding({ path: 'README.md', line: index + 1 }, `${other} is named; the project is for ${region}`);
      }
    },
  },
);
