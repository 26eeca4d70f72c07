import type { Block, Project, Resource } from '../../terraform/project.js';
import { roleOf } from './permissions.js';

/** The launch templates of the project that an Auto Scaling group starts instances from. */
export function templatesOf(group: Resource): Resource[] {
  const found = ['launch_template', 'mixed_instances_policy'].flatMap((name) =>
    group.refs(name, 'aws_launch_template'),
  );
  return [...new Set(found)].filter(({ mode }) => mode === 'managed');
}

/** The launch templates of Auto Scaling groups of the project: one for EKS must not have an instance profile. */
export function groupTemplates(project: Project): Resource[] {
  return [...new Set(project.all('aws_autoscaling_group').flatMap(templatesOf))];
}

/** The role of the instances of a launch template, where it is in the project. */
export function roleOfTemplate(project: Project, template: Resource): Resource | undefined {
  const [block] = template.blocks('iam_instance_profile');
  const profile = block && (profileOf(block, 'name') ?? profileOf(block, 'arn'));
  return profile && roleOf(profile, 'role', project);
}

function profileOf(block: Block, argument: string): Resource | undefined {
  return block.refs(argument, 'aws_iam_instance_profile')[0];
}
