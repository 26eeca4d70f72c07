import {
  architectureOf,
  instanceTypeExists,
  instanceTypeOffered,
  type Architecture,
} from '../../aws/instance-types.js';
import { imageArgument, namesIn } from '../lib/amis.js';
import { someElements } from '../../terraform/value.js';
import type { Project, Resource } from '../../terraform/project.js';
import { defineRules } from '../rule.js';

const template = (image: string, type: string, region = 'eu-south-1') => `provider "aws" {
  region = "${region}"
}

resource "aws_launch_template" "app" {
  name          = "app"
  image_id      = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${image}"
  instance_type = "${type}"
}
`;

export default defineRules(
  {
    name: 'instance-type-offered',
    severity: 'warning',
    title: 'a region offers the type of its instances',
    why: 'No instance starts: "The requested configuration is currently not supported", or "Invalid value for instanceType". Plan does not look, and a launch template is made all the same. What a region offers changes, so this is no error.',
    remedy: 'Take a type of the same size that the region has; aws ec2 describe-instance-type-offerings lists them.',
    catalogue: ['S000-16'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/9113',
    example: {
      broken: template('arm64', 'm7g.large'),
      sound: template('arm64', 'm6g.large'),
    },
    check(project, { finding, abstain }) {
      for (const instance of project.all('aws_instance', 'aws_launch_template', 'aws_launch_configuration')) {
        if (!instance.has('instance_type')) continue;
        const type = instance.text('instance_type');
        if (type === undefined) {
          abstain(instance, 'its type is not known');
          continue;
        }
        const { region } = instance.surroundings;
        if (instanceTypeExists(type) === false)
          finding(instance, `is of type ${type}, which there is not`, 'instance_type');
        else if (typeof region === 'string' && instanceTypeOffered(region, type) === false)
          finding(instance, `is of type ${type}, which ${region} does not offer`, 'instance_type');
      }
    },
  },
  {
    name: 'instance-image-architecture',
    severity: 'error',
    title: 'the image of an instance is made for its processor',
    why: "AWS refuses the instance, or the Auto Scaling group of the template: \"The architecture 'arm64' of the specified instance type does not match the architecture 'x86_64' of the specified AMI.\" Plan does not look. A g after the number of a family means Graviton, which is arm64.",
    remedy: 'Take the image of the same name for the other architecture, or a type of another family.',
    catalogue: ['S000-16', 'S000-30'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://github.com/eksctl-io/eksctl/issues/8235',
    example: {
      broken: template('x86_64', 't4g.small', 'us-east-1'),
      sound: template('arm64', 't4g.small', 'us-east-1'),
    },
    check(project, { finding }) {
      for (const instance of project.all('aws_instance', 'aws_launch_template', 'aws_launch_configuration')) {
        const type = instance.text('instance_type');
        const argument = imageArgument(instance.type);
        const image = imageArchitecture(instance, argument);
        // Macs have architectures of their own.
        if (
          type === undefined ||
          image === undefined ||
          !/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/.test(type) ||
          type.startsWith('mac') ||
          isOverridden(project, instance)
        )
          continue;
        if (image !== architectureOf(type))
          finding(
            instance,
            `is of type ${type}, which is ${architectureOf(type)}, and starts from an image for ${image}`,
            argument,
          );
      }
    },
  },
);

/** Whether a group or a fleet may start the template with other types than its own. */
function isOverridden(project: Project, template: Resource): boolean {
  return mixedUses.some(([type, path]) =>
    project.all(type).some((user) => user.refs(path, template.type).includes(template)),
  );
}

const mixedUses = [
  ['aws_autoscaling_group', 'mixed_instances_policy.launch_template.launch_template_specification'],
  ['aws_ec2_fleet', 'launch_template_config.launch_template_specification'],
  ['aws_spot_fleet_request', 'launch_template_config.launch_template_specification'],
] as const;

/** What the image of an instance is for, where its name or what it is found by says it and nothing says otherwise. */
function imageArchitecture(instance: Resource, argument: string): Architecture | undefined {
  const literal = instance.text(argument) ?? '';
  const sources = instance.refs(argument, 'aws_ami', 'aws_ssm_parameter');
  if (sources.length > 1) return undefined;
  const texts = literal.startsWith('resolve:ssm:')
    ? [literal]
    : sources.flatMap((source) => [...namesIn(source), ...filtered(source)]);
  const said = new Set(texts.flatMap(architecturesIn));
  return said.size === 1 ? [...said][0] : undefined;
}

/** The architectures that a data source asks for. */
function filtered(source: Resource): string[] {
  return source
    .blocks('filter')
    .filter((filter) => filter.text('name') === 'architecture')
    .flatMap((filter) => someElements(filter.get('values')))
    .filter((value) => typeof value === 'string');
}

function architecturesIn(text: string): Architecture[] {
  const words = text.match(/(?<![a-z0-9])(?:arm64|aarch64|x86_64|amd64)(?![a-z0-9])/g) ?? [];
  return words.map((word) => (word === 'arm64' || word === 'aarch64' ? 'arm64' : 'x86_64'));
}
