import { field, objectsIn } from '../lib/containers.js';
import { isLeftOut } from '../lib/presence.js';
import type { Project, Resource } from '../../terraform/project.js';
import { decodeJson, identity, type Value } from '../../terraform/value.js';
import { defineRules } from '../rule.js';

const repository = `resource "aws_ecr_repository" "app" {
  name                 = "app"
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }
}
`;

const lifecycle = (rules: string) => `resource "aws_ecr_lifecycle_policy" "app" {
  repository = aws_ecr_repository.app.name

  policy = jsonencode({
    rules = [
${rules}    ]
  })
}
`;

const expire = (priority: number, status: string, count: string) => `      {
        rulePriority = ${priority}
        selection    = { tagStatus = "${status}", ${count} }
        action       = { type = "expire" }
      },
`;

const untagged = 'countType = "sinceImagePushed", countUnit = "days", countNumber = 7';
const newest = 'countType = "imageCountMoreThan", countNumber = 50';

export default defineRules(
  {
    name: 'ecr-scan-on-push',
    severity: 'warning',
    title: 'a repository scans images for vulnerabilities when they are pushed',
    why: 'Nobody learns that an image has a known vulnerability before it runs.',
    remedy:
      'Set scan_on_push in image_scanning_configuration to true, or scan for the whole registry with aws_ecr_registry_scanning_configuration.',
    catalogue: ['S001-06'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html',
    example: {
      broken: `resource "aws_ecr_repository" "app" {
  name                 = "app"
  image_tag_mutability = "IMMUTABLE"
}
`,
      sound: repository,
    },
    check(project, { finding }) {
      if (project.all('aws_ecr_registry_scanning_configuration').length > 0) return;
      for (const repository of project.all('aws_ecr_repository')) {
        if (
          repository.truth('image_scanning_configuration.scan_on_push') === false ||
          isLeftOut(project, repository, 'image_scanning_configuration')
        )
          finding(repository, 'does not scan images when they are pushed', 'image_scanning_configuration');
      }
    },
  },
  {
    name: 'ecr-immutable-tags',
    severity: 'warning',
    title: 'the tags of a repository cannot be moved to another image',
    why: 'Whoever may push can put other code under the tag that runs in production. A rollback to a tag may run something else than it ran before. Left out, tags are mutable.',
    remedy: 'Set image_tag_mutability to "IMMUTABLE", and give every build a tag of its own.',
    catalogue: ['S001-06'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html',
    example: {
      broken: `resource "aws_ecr_repository" "app" {
  name                 = "app"
  image_tag_mutability = "MUTABLE"
}
`,
      sound: repository,
    },
    check(project, { finding }) {
      for (const repository of project.all('aws_ecr_repository')) {
        const mutability = repository.text('image_tag_mutability');
        if (mutability === 'MUTABLE' || isLeftOut(project, repository, 'image_tag_mutability'))
          finding(repository, 'has tags that can be moved', 'image_tag_mutability');
      }
    },
  },
  {
    name: 'ecr-expires-untagged',
    severity: 'warning',
    title: 'a repository expires images that have no tag',
    why: 'Images that lost their tag, or never got one, pile up and are billed by the gigabyte and month.',
    remedy: 'Add a rule with tagStatus "untagged", or "any", to the lifecycle policy of the repository.',
    catalogue: ['S001-06'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html',
    example: {
      broken: repository,
      sound: `${repository}
${lifecycle(expire(1, 'untagged', untagged))}`,
    },
    check(project, { finding }) {
      for (const repository of project.all('aws_ecr_repository')) {
        const policies = project.linked('aws_ecr_lifecycle_policy', 'repository', repository);
        if (policies.length === 0) {
          if (!isManagedElsewhere(project, repository)) finding(repository, 'has no lifecycle policy');
          continue;
        }
        for (const policy of policies) {
          const rules = rulesOf(policy);
          if (!Array.isArray(rules) || rules.some(({ status }) => status === undefined)) continue;
          if (!rules.some(({ status }) => status === 'untagged' || status === 'any'))
            finding(policy, 'has no rule for images without a tag', 'policy');
        }
      }
    },
  },
  {
    name: 'ecr-lifecycle-valid',
    severity: 'error',
    title: 'the rules of a lifecycle policy have priorities of their own, and one for any image comes last',
    why: 'PutLifecyclePolicy answers "InvalidParameterException: Invalid parameter at \'LifecyclePolicyText\' failed to satisfy constraint". Priorities are unique, a rule with tagStatus "any" has the highest of them, and one with "tagged" names prefixes or patterns. Neither validate nor plan looks into the JSON.',
    remedy: 'Number the rules from 1, that with tagStatus "any" last, and give those with "tagged" a tagPatternList.',
    catalogue: ['S001-06'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html',
    example: {
      broken: `${repository}
${lifecycle(expire(1, 'any', newest) + expire(2, 'untagged', untagged))}`,
      sound: `${repository}
${lifecycle(expire(1, 'untagged', untagged) + expire(2, 'any', newest))}`,
    },
    check(project, { finding }) {
      for (const policy of project.all('aws_ecr_lifecycle_policy')) {
        const rules = rulesOf(policy);
        const wrong = typeof rules === 'string' ? rules : rules && faultOfRules(rules);
        if (wrong) finding(policy, wrong, 'policy');
      }
    },
  },
);

interface LifecycleRule {
  priority: number | undefined;
  /** `tagged`, `untagged`, `any`. */
  status: string | undefined;
  /** Whether it names tags; undefined where that is not known. */
  namesTags: boolean | undefined;
  /** Whether it says for which storage class it is: of each, one rule may be for any image. */
  namesStorage: boolean;
}

/** The rules of a lifecycle policy; what is wrong with its text; undefined where it is not known. */
function rulesOf(policy: Resource): LifecycleRule[] | string | undefined {
  const value = policy.get('policy');
  const document = policy
    .refs('policy', 'aws_ecr_lifecycle_policy_document')
    .find(({ address }) => identity(value) === `\${${address}.json}`);
  if (document) return rulesOfDocument(document);
  const decoded = decodeJson(value);
  if (decoded === undefined) return undefined;
  if (decoded instanceof Error) return `has a policy that is not JSON: ${decoded.message}`;
  return objectsIn(decoded, 'rules')?.map((rule) => {
    const selection = field(rule, 'selection');
    const tags = [field(selection, 'tagPrefixList'), field(selection, 'tagPatternList')];
    return {
      priority: numberOf(field(rule, 'rulePriority')),
      status: textOf(field(selection, 'tagStatus')),
      namesTags: selection === undefined ? undefined : tags.some((list) => list !== undefined),
      namesStorage: field(selection, 'storageClass') !== undefined,
    };
  });
}

function rulesOfDocument(document: Resource): LifecycleRule[] | undefined {
  const blocks = document.blocks('rule');
  if (blocks.some(({ uncertain }) => uncertain)) return undefined;
  return blocks.map((rule) => ({
    priority: rule.number('priority'),
    status: rule.text('selection.tag_status'),
    namesTags: rule.has('selection.tag_prefix_list') || rule.has('selection.tag_pattern_list'),
    namesStorage: rule.has('selection.storage_class'),
  }));
}

function faultOfRules(rules: readonly LifecycleRule[]): string | undefined {
  const priorities = rules.map(({ priority }) => priority).filter((priority) => priority !== undefined);
  const twice = priorities.find((priority, at) => priorities.indexOf(priority) !== at);
  if (twice !== undefined) return `has two rules of priority ${twice}`;
  const any = rules.find(({ status }) => status === 'any')?.priority;
  if (any !== undefined && any < Math.max(...priorities) && !rules.some(({ namesStorage }) => namesStorage))
    return `has a rule for any image, of priority ${any}, before others`;
  const vague = rules.find(({ status, namesTags }) => status === 'tagged' && namesTags === false);
  return vague ? 'has a rule for tagged images that names no tags' : undefined;
}

function textOf(value: Value | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function numberOf(value: Value | undefined): number | undefined {
  return typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value)) ? Number(value) : undefined;
}

/** Whether a lifecycle policy may be that of a repository, though it is not known to be. */
function isManagedElsewhere(project: Project, repository: Resource): boolean {
  if (project.isGivenToUnread(repository)) return true;
  return project.all('aws_ecr_lifecycle_policy').some((policy) => policy.uncertain || repository.uncertain);
}
