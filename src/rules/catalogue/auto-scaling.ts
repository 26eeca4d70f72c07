import { countable } from '../lib/counts.js';
import { defaultRoute, routeTableOf, subnetsOf } from '../lib/network.js';
import { isLeftOut } from '../lib/presence.js';
import { pointsAt, type Block, type Project, type Resource } from '../../terraform/project.js';
import { isSwitchedOff } from '../lib/switched-off.js';
import { defineRules } from '../rule.js';

const target = (min: number, max: number) => `resource "aws_appautoscaling_target" "app" {
  service_namespace  = "ecs"
  resource_id        = "service/main/app"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = ${min}
  max_capacity       = ${max}
}
`;

const policy = (cooldowns: string) => `resource "aws_appautoscaling_policy" "cpu" {
  name               = "cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = "ecs"
  resource_id        = "service/main/app"
  scalable_dimension = "ecs:service:DesiredCount"

  target_tracking_scaling_policy_configuration {
${cooldowns === '' ? '    target_value = 60\n' : `    target_value       = 60\n${cooldowns}`}
    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}
`;

const cooldowns = (into: number, out: number) => `    scale_in_cooldown  = ${into}
    scale_out_cooldown = ${out}
`;

const group = (lines: string, subnets = '["subnet-0aaaaaaaaaaaaaaa1", "subnet-0aaaaaaaaaaaaaaa2"]') =>
  `resource "aws_autoscaling_group" "app" {
  min_size            = 2
  max_size            = 4
  vpc_zone_identifier = ${subnets}
${lines}}
`;

const templated = (version: string, rest = '') => `
  launch_template {
    id      = aws_launch_template.app.id
    version = ${version}
  }
${rest}`;

const refresh = `
  instance_refresh {
    strategy = "Rolling"
  }
`;

const preferences = (least: number, most: number) => `
  instance_refresh {
    strategy = "Rolling"

    preferences {
      min_healthy_percentage = ${least}
      max_healthy_percentage = ${most}
    }
  }
`;

const network = (gateway: 'gateway_id' | 'nat_gateway_id') => `resource "aws_subnet" "app" {
  count = 2

  vpc_id     = "vpc-0123456789abcdef0"
  cidr_block = cidrsubnet("10.0.0.0/16", 8, count.index)
}

resource "aws_route_table" "app" {
  vpc_id = "vpc-0123456789abcdef0"

  route {
    ${'cidr_block'.padEnd(gateway.length)} = "0.0.0.0/0"
    ${gateway} = "${gateway === 'gateway_id' ? 'igw' : 'nat'}-0123456789abcdef0"
  }
}

resource "aws_route_table_association" "app" {
  count = 2

  subnet_id      = aws_subnet.app[count.index].id
  route_table_id = aws_route_table.app.id
}
`;

/** What tells a project that this generator wrote. */
const generated = '#>> .create-secure-infra.json\n{}\n';

export default defineRules(
  {
    name: 'scaling-range',
    severity: 'error',
    title: 'the range of auto scaling is one: its minimum is not above its maximum',
    why: 'RegisterScalableTarget and CreateAutoScalingGroup refuse a minimum above the maximum, and a desired capacity outside of them. Neither validate nor plan looks.',
    remedy: 'Make the minimum at most the maximum, and keep the desired capacity between them.',
    catalogue: ['S000-16', 'S001-28'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html',
    example: { broken: target(4, 2), sound: target(2, 4) },
    check(project, { finding }) {
      for (const target of project.all('aws_appautoscaling_target'))
        checkRange(target, ['min_capacity', 'max_capacity']);
      for (const group of project.all('aws_autoscaling_group')) {
        checkRange(group, ['min_size', 'max_size']);
        checkRange(group, ['min_size', 'desired_capacity']);
        checkRange(group, ['desired_capacity', 'max_size']);
      }

      function checkRange(block: Resource, [low, high]: readonly [string, string]): void {
        const [least, most] = [block.number(low), block.number(high)];
        if (least !== undefined && most !== undefined && least > most)
          finding(block, `has ${low} ${least} above ${high} ${most}`, low);
      }
    },
  },
  {
    name: 'scaling-cooldowns',
    severity: 'note',
    title: 'a scaling policy says how long it waits between two steps',
    why: 'Left to the defaults it scales in as fast as out, and takes tasks away that the next wave of requests needs.',
    remedy: 'Set scale_in_cooldown and scale_out_cooldown, such as 300 and 60 seconds.',
    catalogue: ['S001-28'],
    stages: ['hcl', 'plan', 'state'],
    source:
      'https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html',
    example: { broken: policy(''), sound: policy(cooldowns(300, 60)) },
    check(project, { finding }) {
      for (const { policy, configuration } of trackingPolicies(project)) {
        const missing = cooldownNames.filter((name) => isLeftOut(project, configuration, name));
        if (missing.length > 0) finding(policy, `has no ${missing.join(' and no ')}`);
      }
    },
  },
  {
    name: 'scaling-cooldown-values',
    severity: 'note',
    scope: 'generated',
    title: 'the cooldowns of a service are 300 seconds in and 60 out',
    why: 'The project promises to scale out fast and in slowly.',
    remedy: 'Set scale_in_cooldown to 300 and scale_out_cooldown to 60.',
    catalogue: ['S001-28'],
    stages: ['hcl', 'plan', 'state'],
    source:
      'https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html',
    example: {
      broken: policy(cooldowns(60, 60)) + generated,
      sound: policy(cooldowns(300, 60)) + generated,
    },
    check(project, { finding }) {
      for (const { policy, configuration } of trackingPolicies(project)) {
        for (const name of cooldownNames) {
          const seconds = configuration.number(name);
          if (seconds !== undefined && seconds !== promised[name]) finding(policy, `has ${name} ${seconds}`);
        }
      }
    },
  },
  {
    name: 'asg-launch-template',
    severity: 'warning',
    title: 'an Auto Scaling group uses a launch template',
    why: 'Accounts created since October 2024 cannot make launch configurations: "The Launch Configuration creation operation is not available in your account. Use launch templates to create configuration templates for your Auto Scaling groups."',
    remedy: 'Use aws_launch_template instead of aws_launch_configuration.',
    catalogue: ['S000-16'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/autoscaling/ec2/userguide/launch-configurations.html',
    example: {
      broken: `resource "aws_launch_configuration" "app" {
  image_id      = data.aws_ssm_parameter.al2023.value
  instance_type = "t3.small"
}
`,
      sound: group(templated('aws_launch_template.app.latest_version')),
    },
    check(project, { finding }) {
      for (const configuration of project.all('aws_launch_configuration'))
        finding(configuration, 'is a launch configuration');
    },
  },
  {
    name: 'asg-two-zones',
    severity: 'warning',
    title: 'an Auto Scaling group is in two subnets or more',
    why: 'With one subnet all instances are in one availability zone, and gone with it.',
    remedy: 'Give vpc_zone_identifier a subnet in each of two zones.',
    catalogue: ['S000-16', 'S000-11'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html',
    example: {
      broken: group(templated('aws_launch_template.app.latest_version'), '["subnet-0aaaaaaaaaaaaaaa1"]'),
      sound: group(templated('aws_launch_template.app.latest_version')),
    },
    check(project, { finding }) {
      for (const group of project.all('aws_autoscaling_group')) {
        if (group.mayBe('max_size', 1)) continue;
        if (countable(group.get('vpc_zone_identifier'))?.length === 1 && group.has('vpc_zone_identifier'))
          finding(group, 'is in one subnet', 'vpc_zone_identifier');
      }
    },
  },
  {
    name: 'asg-private-subnets',
    severity: 'warning',
    title: 'the instances of an Auto Scaling group are in private subnets',
    why: 'In a subnet with a route to an internet gateway only a security group stands between an instance with an address and the internet.',
    remedy:
      'Give vpc_zone_identifier private subnets, with a load balancer in front where the instances serve requests.',
    catalogue: ['S000-16'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-in-vpc.html',
    example: {
      broken: `${network('gateway_id')}
${group(templated('aws_launch_template.app.latest_version'), 'aws_subnet.app[*].id')}`,
      sound: `${network('nat_gateway_id')}
${group(templated('aws_launch_template.app.latest_version'), 'aws_subnet.app[*].id')}`,
    },
    check(project, { finding }) {
      for (const group of project.all('aws_autoscaling_group')) {
        const open = (subnetsOf(project, group, 'vpc_zone_identifier') ?? []).find((subnet) => {
          const table = routeTableOf(project, subnet);
          return table && defaultRoute(project, table) === 'internet';
        });
        if (open)
          finding(group, `is in ${open.configAddress}, which has a route to the internet`, 'vpc_zone_identifier');
      }
    },
  },
  {
    name: 'asg-template-version',
    severity: 'warning',
    title: 'a group that refreshes its instances names the version of its launch template',
    why: 'With "$Latest" Terraform sees no change of the group when the template changes, so no refresh starts and the instances stay as they were.',
    remedy: 'Set version to aws_launch_template.<name>.latest_version.',
    catalogue: ['S000-16'],
    stages: ['hcl', 'plan', 'state'],
    source:
      'https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/autoscaling_group.html.markdown',
    example: {
      broken: group(templated('"$Latest"', refresh)),
      sound: group(templated('aws_launch_template.app.latest_version', refresh)),
    },
    check(project, { finding }) {
      for (const group of project.all('aws_autoscaling_group')) {
        const version = group.text('launch_template.version');
        if (group.has('instance_refresh') && (version === '$Latest' || version === '$Default'))
          finding(
            group,
            `refreshes its instances and has version ${version} of its launch template`,
            'launch_template',
          );
      }
    },
  },
  {
    name: 'launch-template-version',
    severity: 'error',
    title: 'the version of a launch template is a number, $Latest or $Default',
    why: "AWS answers \"ValidationError: Invalid launch template version: either '$Default', '$Latest', or a numeric version are allowed.\" A plan takes any text.",
    remedy: 'Set version to aws_launch_template.<name>.latest_version, or to "$Latest" or "$Default".',
    catalogue: ['S000-16'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LaunchTemplateSpecification.html',
    example: { broken: group(templated('"latest"')), sound: group(templated('"$Latest"')) },
    check(project, { finding }) {
      for (const [type, path] of templateUses) {
        for (const resource of project.all(type)) {
          for (const use of resource.blocks(path)) {
            const version = use.text('version');
            if (version !== undefined && version !== '' && !/^(\d+|\$Latest|\$Default)$/.test(version))
              finding(resource, `has version ${version} of its launch template`, path.split('.')[0]);
          }
        }
      }
    },
  },
  {
    name: 'instance-refresh-possible',
    severity: 'error',
    title: 'an instance refresh is asked for what it can do',
    why: 'StartInstanceRefresh answers "ValidationError: … The AutoRollback parameter cannot be set to true when the DesiredConfiguration parameter is empty", and the like for an image in Parameter Store and for percentages more than 100 apart.',
    remedy:
      'Take auto_rollback out, or use a launch template with the id of an image; keep max_healthy_percentage within 100 of min_healthy_percentage (90 by default).',
    catalogue: ['S000-16'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html',
    example: {
      broken: group(templated('aws_launch_template.app.latest_version', preferences(50, 200))),
      sound: group(templated('aws_launch_template.app.latest_version', preferences(100, 200))),
    },
    check(project, { finding }) {
      for (const group of project.all('aws_autoscaling_group')) {
        for (const preferences of group.blocks('instance_refresh.preferences')) {
          const fault = preferences.uncertain ? undefined : faultOfRefresh(group, preferences);
          if (fault !== undefined) finding(group, fault, 'instance_refresh');
        }
      }
    },
  },
  {
    name: 'asg-waits-for-load-balancer',
    severity: 'warning',
    title: 'a group that waits until a load balancer finds its instances healthy has one',
    why: 'With min_elb_capacity or wait_for_elb_capacity the provider counts the instances that every load balancer of the group finds healthy. Of a group that has none it counts all that run: the apply ends and nothing serves requests.',
    remedy: 'Give the group target_group_arns, or take min_elb_capacity and wait_for_elb_capacity out.',
    catalogue: ['S000-16'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/autoscaling/group.go',
    example: {
      broken: group('  min_elb_capacity    = 2\n'),
      sound: group('  target_group_arns   = [aws_lb_target_group.app.arn]\n  min_elb_capacity    = 2\n'),
    },
    check(project, { finding, abstain }) {
      for (const group of project.all('aws_autoscaling_group')) {
        const waits = ['min_elb_capacity', 'wait_for_elb_capacity'].find((name) => (group.number(name) ?? 0) > 0);
        if (waits === undefined) continue;
        const attached = isAttached(project, group);
        if (attached === false) finding(group, `has ${waits} ${group.number(waits)} and no load balancer`, waits);
        else if (attached === undefined) abstain(group, 'whether it has a load balancer is not known');
      }
    },
  },
  {
    name: 'asg-load-balancer-health',
    severity: 'warning',
    title: 'a group behind a load balancer replaces instances that the load balancer finds unhealthy',
    why: 'By default the group looks at the machine alone: an instance whose application hangs stays, gets no requests, and is not replaced.',
    remedy: 'Set health_check_type to "ELB", with a health_check_grace_period as long as an instance takes to start.',
    catalogue: ['S000-16'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/autoscaling-controls.html#autoscaling-1',
    example: {
      broken: group('  target_group_arns   = [aws_lb_target_group.app.arn]\n'),
      sound: group('  target_group_arns   = [aws_lb_target_group.app.arn]\n  health_check_type   = "ELB"\n'),
    },
    check(project, { finding, abstain }) {
      for (const group of project.all('aws_autoscaling_group')) {
        const type = group.text('health_check_type');
        if (type !== 'EC2' && !isLeftOut(project, group, 'health_check_type')) continue;
        const attached = isAttached(project, group);
        if (attached) finding(group, 'is behind a load balancer and has health_check_type EC2', 'health_check_type');
        else if (attached === undefined) abstain(group, 'whether it has a load balancer is not known');
      }
    },
  },
);

/** Where a type names a launch template with a version of it. */
const templateUses = [
  ['aws_autoscaling_group', 'launch_template'],
  ['aws_autoscaling_group', 'mixed_instances_policy.launch_template.launch_template_specification'],
  ['aws_instance', 'launch_template'],
  ['aws_spot_fleet_request', 'launch_template_config.launch_template_specification'],
] as const;

function faultOfRefresh(group: Resource, preferences: Block): string | undefined {
  const rollsBack = preferences.truth('auto_rollback') === true;
  if (rollsBack && group.has('launch_configuration')) return 'rolls a refresh back, and has a launch configuration';
  const [template, ...others] = group.refs('launch_template', 'aws_launch_template');
  const image = others.length === 0 ? template?.text('image_id') : undefined;
  if (rollsBack && image?.startsWith('resolve:ssm:')) return `rolls a refresh back, and starts from ${image}`;
  const most = preferences.number('max_healthy_percentage');
  const least = preferences.has('min_healthy_percentage') ? preferences.number('min_healthy_percentage') : 90;
  if (most === undefined || least === undefined || most - least <= 100) return undefined;
  return `refreshes its instances between ${least} and ${most} percent`;
}

const cooldownNames = ['scale_in_cooldown', 'scale_out_cooldown'] as const;
const promised = { scale_in_cooldown: 300, scale_out_cooldown: 60 };

/** The policies that keep a metric of a service at a value. */
function trackingPolicies(project: Project): { policy: Resource; configuration: Block }[] {
  return project.all('aws_appautoscaling_policy').flatMap((policy) =>
    policy
      .blocks('target_tracking_scaling_policy_configuration')
      .filter(({ uncertain }) => !uncertain)
      .map((configuration) => ({ policy, configuration })),
  );
}

const trafficSources = ['target_group_arns', 'load_balancers', 'traffic_source'];

const attachmentTypes = ['aws_autoscaling_attachment', 'aws_autoscaling_traffic_source_attachment'];

/** Whether a group is behind a load balancer; undefined where that is not known. */
function isAttached(project: Project, group: Resource): boolean | undefined {
  const own = trafficSources.map((name) => {
    if (isLeftOut(project, group, name)) return 0;
    const blocks = group.blocks(name);
    if (blocks.length > 0) return blocks.some(({ uncertain }) => !uncertain) ? 1 : undefined;
    return group.has(name) ? countable(group.get(name))?.length : undefined;
  });
  if (own.some((count) => count !== undefined && count > 0)) return true;
  const attachments = project.all(...attachmentTypes);
  if (attachments.some((one) => pointsAt(one, 'autoscaling_group_name', group))) return true;
  // Another project may attach it later, which is too late for what the first apply waits for.
  const isOpen = attachments.length > 0 || project.isGivenToUnread(group);
  const isOption = attachmentTypes.some((type) => isSwitchedOff(project, type));
  return isOpen || isOption || own.includes(undefined) ? undefined : false;
}
