import { containersOf, field, objectsIn, taskOf, type JsonObject } from '../lib/containers.js';
import { forwardersTo, targetGroupsOf } from '../lib/load-balancers.js';
import { madeBefore } from '../lib/ordering.js';
import { roleOf } from '../lib/permissions.js';
import { ignoresChanges, isLeftOut } from '../lib/presence.js';
import { isSame, type Block, type Project, type Resource } from '../../terraform/project.js';
import { isKnown, type Value } from '../../terraform/value.js';
import { defineRules } from '../rule.js';
import { addTo } from '../../terraform/groups.js';

const task = `resource "aws_ecs_task_definition" "app" {
  family                   = "app"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = aws_iam_role.execution.arn

  container_definitions = jsonencode([
    {
      name         = "app"
      image        = "public.ecr.aws/nginx/nginx:1.29"
      portMappings = [{ containerPort = 80 }]
    },
  ])
}
`;

const targetGroup = (type: string) => `resource "aws_lb_target_group" "app" {
  name        = "app"
  vpc_id      = "vpc-0123456789abcdef0"
  target_type = "${type}"
  protocol    = "HTTP"
  port        = 80
}
`;

const listener = `resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.app.arn
  protocol          = "HTTP"
  port              = 80

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.app.arn
  }
}
`;

const service = (lines: string) => `resource "aws_ecs_service" "app" {
  name            = "app"
  task_definition = aws_ecs_task_definition.app.arn
  desired_count   = 2
${lines}}
`;

const network = `
  network_configuration {
    subnets = ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0aaaaaaaaaaaaaaa2"]
  }
`;

const balanced = (container: string, port = 80) => `
  load_balancer {
    target_group_arn = aws_lb_target_group.app.arn
    container_name   = "${container}"
    container_port   = ${port}
  }
`;

const executionRole = `resource "aws_iam_role_policy_attachment" "execution" {
  role       = aws_iam_role.execution.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}
`;

export default defineRules(
  {
    name: 'service-container-exists',
    severity: 'error',
    title: "the container and port that a service's load balancer goes to are in its task definition",
    why: 'CreateService answers "InvalidParameterException: The container web does not exist in the task definition", or "The container app did not have a container port 8080 defined". Neither validate nor plan looks into the JSON.',
    remedy:
      'Give container_name and container_port the name and the containerPort of a container in the task definition.',
    catalogue: ['facts §7'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LoadBalancer.html',
    example: {
      broken: `${task}
${service(network + balanced('web'))}`,
      sound: `${task}
${service(network + balanced('app'))}`,
    },
    check(project, { finding }) {
      for (const service of project.all('aws_ecs_service')) {
        const task = taskOf(service);
        const containers = task && containersOf(task);
        if (!containers) continue;
        for (const block of service.blocks('load_balancer')) {
          const wrong = faultOfTarget(containers, block);
          if (wrong) finding(service, wrong, 'load_balancer');
        }
      }
    },
  },
  {
    name: 'service-target-type',
    severity: 'error',
    title: "a service's target group has the target type that the network mode of its tasks needs",
    why: 'CreateService answers "InvalidParameterException: The provided target group … has target type instance, which is incompatible with the awsvpc network mode specified in the task definition". Left out, the target type is instance.',
    remedy: 'Set target_type to "ip" for tasks in network mode awsvpc, and to "instance" for bridge and host.',
    catalogue: ['facts §7'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/alb.html',
    example: {
      broken: `${targetGroup('instance')}
${task}
${service(network + balanced('app'))}`,
      sound: `${targetGroup('ip')}
${task}
${service(network + balanced('app'))}`,
    },
    check(project, { finding }) {
      for (const service of project.all('aws_ecs_service')) {
        const mode = taskOf(service)?.text('network_mode');
        if (mode === undefined || mode === 'none') continue;
        const wanted = mode === 'awsvpc' ? 'ip' : 'instance';
        for (const block of service.blocks('load_balancer')) {
          for (const group of targetGroupsOf(block, 'target_group_arn')) {
            const type = group.get('target_type') ?? 'instance';
            if (typeof type === 'string' && type !== wanted)
              finding(
                group,
                `has target type ${type}; the tasks of ${service.configAddress} have network mode ${mode}`,
                'target_type',
              );
          }
        }
      }
    },
  },
  {
    name: 'service-network-configuration',
    severity: 'error',
    title: 'a service whose tasks have network mode awsvpc says which subnets they are in',
    why: 'CreateService answers "InvalidParameterException: Network Configuration must be provided when networkMode \'awsvpc\' is specified".',
    remedy: 'Add a network_configuration block with subnets and security_groups.',
    catalogue: ['facts §7'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html',
    example: {
      broken: `${task}
${service('')}`,
      sound: `${task}
${service(network)}`,
    },
    check(project, { finding }) {
      for (const service of project.all('aws_ecs_service')) {
        const task = taskOf(service);
        if (task?.text('network_mode') === 'awsvpc' && isLeftOut(project, service, 'network_configuration'))
          finding(service, `has no network_configuration; ${task.configAddress} has network mode awsvpc`);
      }
    },
  },
  {
    name: 'service-circuit-breaker',
    severity: 'note',
    title: 'a service stops a deployment whose tasks do not become healthy',
    why: 'Without a deployment circuit breaker ECS starts the failing tasks again for ever, and terraform apply is green or times out.',
    remedy: 'Add deployment_circuit_breaker with enable and rollback true.',
    catalogue: ['facts §7'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html',
    example: {
      broken: service(''),
      sound: service(`
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
`),
    },
    check(project, { finding }) {
      for (const service of project.all('aws_ecs_service')) {
        const controller = service.get('deployment_controller.type') ?? 'ECS';
        if (controller !== 'ECS' || service.has('alarms')) continue;
        if (isLeftOut(project, service, 'deployment_circuit_breaker'))
          finding(service, 'has no deployment_circuit_breaker');
        else if (service.truth('deployment_circuit_breaker.enable') === false)
          finding(service, 'has its deployment circuit breaker off', 'deployment_circuit_breaker');
      }
    },
  },
  {
    name: 'scaled-service-count',
    severity: 'note',
    title: 'Terraform leaves the task count of a service alone that auto scaling sets',
    why: 'Every apply sets the count back to desired_count, in the middle of the load that it was raised for.',
    remedy: 'Add lifecycle { ignore_changes = [desired_count] }, or leave desired_count away.',
    catalogue: ['S001-28'],
    stages: ['hcl'],
    source:
      'https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/ecs_service.html.markdown#ignoring-changes-to-desired-count',
    example: {
      broken: `${service('')}
resource "aws_appautoscaling_target" "app" {
  service_namespace  = "ecs"
  resource_id        = "service/main/\${aws_ecs_service.app.name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = 2
  max_capacity       = 6
}
`,
      sound: `${service(`
  lifecycle {
    ignore_changes = [desired_count]
  }
`)}
resource "aws_appautoscaling_target" "app" {
  service_namespace  = "ecs"
  resource_id        = "service/main/\${aws_ecs_service.app.name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = 2
  max_capacity       = 6
}
`,
    },
    check(project, { finding }) {
      const scaled = new Map<string, Resource[]>();
      for (const target of project.all('aws_appautoscaling_target'))
        for (const service of target.refs('resource_id', 'aws_ecs_service'))
          addTo(scaled, service.configAddress, service);
      for (const service of project.all('aws_ecs_service')) {
        if (!service.has('desired_count') || ignoresChanges(service, 'desired_count')) continue;
        if (scaled.get(service.configAddress)?.some((other) => isSame(other, service)))
          finding(service, 'has a desired_count that auto scaling changes', 'desired_count');
      }
    },
  },
  {
    name: 'service-after-listener',
    severity: 'warning',
    title: 'a service is created after a listener that forwards to its target group',
    why: 'Terraform makes the listener and the service at the same time, and until the listener is there CreateService answers "InvalidParameterException: The target group with targetGroupArn … does not have an associated load balancer". The provider tries again for four minutes upon just this answer, which is enough beside a load balancer that is there already, and may not be while a new one is made.',
    remedy: 'Add the listener, or the listener rule, to depends_on of the service.',
    catalogue: ['S001-23'],
    stages: ['hcl'],
    // serviceCreateWithRetry
    source: 'https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/ecs/service.go',
    example: {
      broken: `${targetGroup('ip')}
${listener}
${service(network + balanced('app'))}`,
      sound: `${targetGroup('ip')}
${listener}
${service(`${network}${balanced('app')}
  depends_on = [aws_lb_listener.http]
`)}`,
    },
    check(project, { finding, abstain }) {
      for (const service of project.all('aws_ecs_service')) {
        for (const group of service
          .blocks('load_balancer')
          .flatMap((block) => targetGroupsOf(block, 'target_group_arn'))) {
          const listeners = forwardersTo(project, group);
          if (listeners.length === 0) {
            abstain(service, `no listener in the project forwards to ${group.configAddress}`);
            continue;
          }
          const before = madeBefore(project, service);
          if (!listeners.some(({ configAddress }) => before.has(configAddress)))
            finding(service, `does not depend on ${namesOf(listeners, ' or ')}`);
        }
      }
    },
  },
  {
    name: 'service-after-execution-policy',
    severity: 'warning',
    title: 'a service is created after the policies of its execution role',
    why: 'The first tasks start while their role may neither pull the image nor write the log, and fail until ECS tries again. A destroy takes the policies away while tasks still stop.',
    remedy: 'Add the policy or its attachment to depends_on of the service.',
    catalogue: ['S001-23'],
    stages: ['hcl'],
    source: 'https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/ecs_service.html.markdown',
    example: {
      broken: `${executionRole}
resource "aws_iam_role" "execution" {
  name               = "execution"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

${task}
${service(network)}`,
      sound: `${executionRole}
resource "aws_iam_role" "execution" {
  name               = "execution"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

${task}
${service(`${network}
  depends_on = [aws_iam_role_policy_attachment.execution]
`)}`,
    },
    check(project, { finding }) {
      for (const service of project.all('aws_ecs_service')) {
        const task = taskOf(service);
        const role = task && roleOf(task, 'execution_role_arn', project);
        if (!role) continue;
        const before = madeBefore(project, service);
        const missing = policiesOfRole(project, role).filter(({ configAddress }) => !before.has(configAddress));
        if (missing.length > 0) finding(service, `does not depend on ${namesOf(missing, ' and ')}`);
      }
    },
  },
);

function faultOfTarget(containers: readonly JsonObject[], block: Block): string | undefined {
  const name = block.text('container_name');
  if (name === undefined || !containers.every((container) => typeof field(container, 'name') === 'string'))
    return undefined;
  const container = containers.find((candidate) => field(candidate, 'name') === name);
  if (!container)
    return `names container ${name}; its task definition has ${containers.map((other) => String(field(other, 'name'))).join(', ')}`;
  const port = block.number('container_port');
  const mappings = objectsIn(container, 'portMappings');
  if (mappings?.some((mapping) => field(mapping, 'containerPortRange') !== undefined)) return undefined;
  const ports = mappings?.map((mapping) => field(mapping, 'containerPort') ?? null);
  if (port === undefined || !ports?.every((value: Value) => isKnown(value))) return undefined;
  return ports.some((value) => Number(value) === port)
    ? undefined
    : `names port ${port}, which container ${name} does not map`;
}

function namesOf(resources: readonly Resource[], joined: string): string {
  return [...new Set(resources.map(({ configAddress }) => configAddress))].join(joined);
}

/** What gives a role its policies. */
function policiesOfRole(project: Project, role: Resource): Resource[] {
  return [
    ...project.linked(['aws_iam_role_policy', 'aws_iam_role_policy_attachment'], 'role', role),
    ...project.linked('aws_iam_policy_attachment', 'roles', role),
  ];
}
