import { templatesOf } from '../lib/launch-templates.js';
import { resourceSchema } from '../../aws/provider-schema.js';
import { answersOf } from '../lib/generated.js';
import { awsProviders, providerNameOf, tagSources } from '../lib/default-tags.js';
import type { Expression } from '../../terraform/syntax.js';
import type { Project, Resource } from '../../terraform/project.js';
import { defineRule, defineRules } from '../rule.js';

function providerExample(tags: string): string {
  return `provider "aws" {
  region = "eu-west-1"
${tags}}
`;
}

function withTags(...lines: string[]): string {
  return `
  default_tags {
    tags = {
${lines.map((line) => `      ${line}\n`).join('')}    }
  }
`;
}

const ownTags = withTags('Project     = "payments"', 'Environment = "dev"', 'ManagedBy   = "terraform"');

const defaultTags = defineRule({
  name: 'provider-default-tags',
  severity: 'note',
  title: 'the provider, or every resource, sets tags',
  why: "A tag that each resource has to repeat is missing on some of them, and what has no tag is in nobody's bill and nobody's inventory.",
  remedy: 'Add default_tags to the provider block, with at least the project, the environment and who manages it.',
  catalogue: ['S001-24', 'S000-33'],
  stages: ['hcl'],
  source:
    'https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/guides/resource-tagging.html.markdown',
  example: {
    broken: `${providerExample('')}
resource "aws_ecs_cluster" "main" {
  name = "app"
}
`,
    sound: providerExample(ownTags),
  },
  check(project, { finding }) {
    const providers = awsProviders(project).filter(({ hasDefaultTags }) => !hasDefaultTags);
    if (providers.length === 0) return;
    const firsts = new Map<string | undefined, Resource>();
    for (const resource of project.resources) {
      const name = isUntagged(resource) ? providerNameOf(project, resource) : undefined;
      if (name !== undefined && !firsts.has(name)) firsts.set(name, resource);
    }
    for (const { name, location } of providers) {
      const untagged = firsts.get(name);
      if (untagged) finding(location, `provider ${name} has no default_tags, and ${untagged.configAddress} no tags`);
    }
  },
});

/** Whether a resource could have tags of its own, and none are written. */
function isUntagged({ mode, type, body }: Resource): boolean {
  return (
    mode === 'managed' &&
    resourceSchema('resource', type, 'either')?.attribute('tags') !== undefined &&
    !body.names().includes('tags')
  );
}

const required = ['Project', 'Environment', 'ManagedBy'];

const defaultKeys = defineRule({
  name: 'default-tags-keys',
  severity: 'note',
  title: 'everything is tagged with its project, its environment and who manages it',
  why: 'The bill cannot be split by project and environment, and nobody can tell what Terraform manages from what was made by hand.',
  remedy: 'Keep Project, Environment and ManagedBy in local.common_tags, and local.common_tags in default_tags.',
  catalogue: ['S000-33'],
  scope: 'generated',
  stages: ['hcl'],
  source: 'https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/tagging-best-practices.html',
  example: {
    broken: `${providerExample(withTags('Project = "payments"'))}
#>> .create-secure-infra.json
{}
`,
    sound: `${providerExample(ownTags)}
#>> .create-secure-infra.json
{}
`,
  },
  check(project, { finding }) {
    for (const { location, tags } of awsProviders(project)) {
      if (!tags) continue;
      const { keys } = tagSources(project, tags);
      const missing = required.filter((key) => !keys.has(key));
      if (missing.length > 0) finding(location, `default_tags are without ${missing.join(', ')}`);
    }
  },
});

/** Tags that say how data must be handled. */
const compliance = /^(data[-_ ]?classification|compliance)$/i;

const complianceTags = defineRule({
  name: 'compliance-tags',
  severity: 'warning',
  title: 'tags for compliance that were asked for are on everything',
  why: 'Stores of sensitive data are then not found by whoever looks for them by tag: an auditor, a backup plan, a policy that guards them.',
  remedy: 'Set the tag in tags in terraform.tfvars again, and keep var.tags in local.common_tags.',
  catalogue: ['S002-10'],
  scope: 'generated',
  stages: ['hcl'],
  source: 'https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/tagging-best-practices.html',
  example: {
    broken: complianceExample(''),
    sound: complianceExample('  DataClassification = "confidential"\n'),
  },
  check(project, { finding }) {
    for (const key of askedTags(project).filter((asked) => compliance.test(asked))) {
      for (const { location, tags } of awsProviders(project)) {
        if (tags && !carries(project, tags, key))
          finding(location, `default_tags are without ${key}, which was asked for`);
      }
    }
  },
});

function carries(project: Project, tags: Expression, key: string): boolean {
  const { keys, variables } = tagSources(project, tags);
  return keys.has(key) || [...variables].some((variable) => isInVariable(project, variable, key));
}

function complianceExample(tag: string): string {
  return `variable "tags" {
  type = map(string)
}

provider "aws" {
  region = "eu-west-1"

  default_tags {
    tags = merge(var.tags, { Project = "payments" })
  }
}

#>> terraform.tfvars
tags = {
${tag}}

#>> .create-secure-infra.json
{ "answers": { "tags": { "DataClassification": "confidential" } } }
`;
}

function askedTags(project: Project): string[] {
  const tags = answersOf(project).tags;
  return typeof tags === 'object' && tags !== null ? Object.keys(tags) : [];
}

/** Whether terraform.tfvars, which the generator lays out with a key a line, sets a key of a variable. */
function isInVariable(project: Project, variable: string, key: string): boolean {
  const text = project.read('terraform.tfvars') ?? '';
  const start = new RegExp(`^${variable}\\s*=\\s*\\{`, 'm').exec(text);
  const end = start ? text.indexOf('}', start.index) : -1;
  if (!start || end < 0) return false;
  const body = text.slice(start.index + start[0].length, end);
  return body.split('\n').some((line) => line.split('=')[0]?.trim().replaceAll('"', '') === key);
}

const group = `resource "aws_launch_template" "app" {
  name_prefix   = "app-"
  image_id      = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
  instance_type = "t3.micro"
}

resource "aws_autoscaling_group" "app" {
  name_prefix         = "app-"
  min_size            = 2
  max_size            = 4
  vpc_zone_identifier = ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0aaaaaaaaaaaaaaa2"]

  launch_template {
    id      = aws_launch_template.app.id
    version = aws_launch_template.app.latest_version
  }
`;

const propagated = defineRule({
  name: 'autoscaling-group-tags-instances',
  severity: 'warning',
  title: 'an Auto Scaling group tags the instances that it launches',
  why: "The default_tags of the provider reach neither the group nor its instances, which AWS launches and not Terraform: they run without a tag, in nobody's bill and outside of every rule that goes by tags.",
  remedy: 'Add tag blocks with propagate_at_launch = true, or tag_specifications for instances to the launch template.',
  catalogue: ['S001-24'],
  stages: ['hcl', 'plan', 'state'],
  source:
    'https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/guides/resource-tagging.html.markdown',
  example: {
    broken: `${group}}
`,
    sound: `${group}
  tag {
    key                 = "Project"
    value               = "payments"
    propagate_at_launch = true
  }
}
`,
  },
  check(project, { finding, abstain }) {
    for (const resource of project.all('aws_autoscaling_group')) {
      const tags = resource.blocks('tag');
      if (tags.some((tag) => tag.uncertain || tag.truth('propagate_at_launch') !== false)) continue;
      const templates = templatesOf(resource);
      if (templates.some(tagsInstances)) continue;
      if (templates.length === 0 && !resource.has('launch_configuration'))
        abstain(resource, 'its launch template is not in the project');
      else
        finding(
          resource,
          tags.length === 0 ? 'tags no instance that it launches' : 'keeps its tags from its instances',
        );
    }
  },
});

function tagsInstances(template: Resource): boolean {
  return template
    .blocks('tag_specifications')
    .some(
      (block) =>
        block.uncertain || (block.get('resource_type') ?? 'instance') === 'instance' || !block.text('resource_type'),
    );
}

export default defineRules(defaultTags, defaultKeys, complianceTags, propagated);
