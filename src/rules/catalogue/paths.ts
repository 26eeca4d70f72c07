import { mayLeadElsewhere, reachesInternet, withoutEndpoint } from '../lib/aws-reach.js';
import { wayOut } from '../lib/network.js';
import { roleOfTemplate, templatesOf } from '../lib/launch-templates.js';
import { roleMay } from '../lib/permissions.js';
import { agentCalls } from '../lib/session-manager.js';
import {
  anyAllows,
  balancersBefore,
  databaseClients,
  databasePort,
  fargateServices,
  groupsArgument,
  groupsOf,
  listenersOf,
  loadBalancers,
  needsOf,
  passage,
  subnetsHolding,
  targets,
} from '../lib/paths.js';
import type { Project, Resource } from '../../terraform/project.js';
import { defineRules } from '../rule.js';

/** What tasks need and do not reach from a subnet; undefined where that is not known. */
function missingIn(project: Project, service: Resource, subnet: Resource): string[] | undefined {
  const argument = 'network_configuration.assign_public_ip';
  const online = reachesInternet(project, subnet, service.has(argument) ? service.truth(argument) : false);
  if (online !== false) return online === undefined ? undefined : [];
  const { services, foreignImages } = needsOf(project, service);
  const missing = withoutEndpoint(project, services, subnet);
  return missing && [...missing, ...foreignImages];
}

/** What the agent of Systems Manager calls before a session reaches its instance. */
const sessionServices = ['ssm', 'ssmmessages'];

/** What Session Manager needs and instances in a private subnet do not reach; undefined where that is not known. */
function missingForSessions(project: Project, subnet: Resource): string[] | undefined {
  const way = wayOut(project, subnet);
  if (way === undefined) return undefined;
  // What is in a public subnet may have an address of its own.
  if (way !== 'none') return [];
  return mayLeadElsewhere(project, subnet) ? undefined : withoutEndpoint(project, sessionServices, subnet);
}

/** The side of a connection that is shut, in words. */
function shutSide({ leaves, enters }: ReturnType<typeof passage>): 'leaves' | 'enters' | undefined {
  if (leaves === false) return 'leaves';
  return enters === false ? 'enters' : undefined;
}

const group = (name: string) => `resource "aws_security_group" "${name}" {
  name        = "${name}"
  description = "Members of ${name}"
  vpc_id      = "vpc-0123456789abcdef0"
}

`;

const clientsIn = (port: number) => `resource "aws_vpc_security_group_ingress_rule" "alb" {
  security_group_id = aws_security_group.alb.id
  description       = "Clients"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = ${port}
  to_port           = ${port}
}

`;

const listener = `resource "aws_lb" "app" {
  name            = "app"
  security_groups = [aws_security_group.alb.id]
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.app.arn
  protocol          = "HTTPS"
  port              = 443

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.app.arn
  }
}

resource "aws_lb_target_group" "app" {
  name        = "app"
  target_type = "ip"
  protocol    = "HTTP"
  port        = 8080
}
`;

/** Both rules that let members of one group connect to those of another. */
const connection = (from: string, to: string, portOut: number, portIn: number) => `
resource "aws_vpc_security_group_egress_rule" "${from}_to_${to}" {
  security_group_id            = aws_security_group.${from}.id
  description                  = "To ${to}"
  referenced_security_group_id = aws_security_group.${to}.id
  ip_protocol                  = "tcp"
  from_port                    = ${portOut}
  to_port                      = ${portOut}
}

resource "aws_vpc_security_group_ingress_rule" "${to}_from_${from}" {
  security_group_id            = aws_security_group.${to}.id
  description                  = "From ${from}"
  referenced_security_group_id = aws_security_group.${from}.id
  ip_protocol                  = "tcp"
  from_port                    = ${portIn}
  to_port                      = ${portIn}
}
`;

const service = `
resource "aws_ecs_service" "app" {
  name            = "app"
  task_definition = "app"

  network_configuration {
    subnets         = ["subnet-0123456789abcdef0"]
    security_groups = [aws_security_group.app.id]
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.app.arn
    container_name   = "app"
    container_port   = 8080
  }
}
`;

const database = `
resource "aws_db_instance" "main" {
  engine                 = "postgres"
  instance_class         = "db.t4g.micro"
  vpc_security_group_ids = [aws_security_group.database.id]
}

resource "aws_lambda_function" "app" {
  function_name = "app"
  role          = "arn:aws:iam::111122223333:role/app"

  vpc_config {
    subnet_ids         = ["subnet-0123456789abcdef0"]
    security_group_ids = [aws_security_group.app.id]
  }

  environment {
    variables = {
      DB_HOST = aws_db_instance.main.address
    }
  }
}
`;

const privateSubnet = (route: string) => `resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "private" {
  vpc_id     = aws_vpc.this.id
  cidr_block = "10.0.0.0/24"
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.this.id
${route}}

resource "aws_route_table_association" "private" {
  subnet_id      = aws_subnet.private.id
  route_table_id = aws_route_table.private.id
}

`;

const fargate = (route: string) => `${privateSubnet(route)}resource "aws_ecs_service" "app" {
  name            = "app"
  task_definition = "app"
  launch_type     = "FARGATE"

  network_configuration {
    subnets = [aws_subnet.private.id]
  }
}
`;

const throughNat = `
  route {
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = "nat-0123456789abcdef0"
  }
`;

const managed = (route: string) => `${privateSubnet(route)}resource "aws_iam_role" "app" {
  name = "app"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ec2.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "app" {
  role       = aws_iam_role.app.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_instance_profile" "app" {
  name = "app"
  role = aws_iam_role.app.name
}

resource "aws_launch_template" "app" {
  name          = "app"
  image_id      = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
  instance_type = "t4g.small"

  iam_instance_profile {
    name = aws_iam_instance_profile.app.name
  }
}

resource "aws_autoscaling_group" "app" {
  min_size            = 1
  max_size            = 1
  vpc_zone_identifier = [aws_subnet.private.id]

  launch_template {
    id      = aws_launch_template.app.id
    version = aws_launch_template.app.latest_version
  }
}
`;

const fargateGroup = (rule: string) => `${group('app')}${rule}resource "aws_ecs_service" "app" {
  name            = "app"
  task_definition = "app"
  launch_type     = "FARGATE"

  network_configuration {
    subnets         = ["subnet-0123456789abcdef0"]
    security_groups = [aws_security_group.app.id]
  }
}
`;

const httpsOut = `resource "aws_vpc_security_group_egress_rule" "https" {
  security_group_id = aws_security_group.app.id
  description       = "HTTPS"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

`;

export default defineRules(
  {
    name: 'load-balancer-admits-clients',
    severity: 'error',
    title: 'the security groups of a load balancer let clients in on every port that it listens on',
    why: 'Connections to that port are dropped without an answer: clients wait until they give up.',
    remedy: "Add an ingress rule for the listener's port.",
    catalogue: ['S000-06', 'S001-09'],
    stages: ['hcl', 'plan', 'state'],
    source:
      'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html',
    example: {
      broken: group('alb') + clientsIn(80) + listener,
      sound: group('alb') + clientsIn(443) + listener,
    },
    check(project, { finding, abstain }) {
      for (const lb of loadBalancers(project)) {
        if (lb.get('load_balancer_type') === 'gateway') continue;
        // Clients that come by PrivateLink may be let in past the groups.
        if ((lb.get('enforce_security_group_inbound_rules_on_private_link_traffic') ?? 'on') !== 'on') continue;
        const groups = groupsOf(project, lb);
        if (!groups) {
          abstain(lb, 'some of its security groups are not in the project');
          continue;
        }
        for (const listener of listenersOf(project, lb)) {
          const port = listener.number('port');
          const isUdp = /UDP|QUIC/.test(listener.text('protocol') ?? '');
          if (port === undefined || isUdp || listener.uncertain) continue;
          if (anyAllows(project, groups, 'ingress', port, 'anyone') === false)
            finding(
              listener,
              `listens on port ${port}, on which no security group of ${lb.configAddress} lets anybody in`,
              'port',
            );
        }
      }
    },
  },
  {
    name: 'load-balancer-reaches-targets',
    severity: 'error',
    title: 'a load balancer reaches its targets, on the port of requests and on that of health checks',
    why: 'Targets stay unhealthy with "Request timed out" and clients get 502 or 504; ECS stops the tasks and starts new ones for ever.',
    remedy:
      "Let the port out of the load balancer's group to the group of the targets, and into theirs from the load balancer's.",
    catalogue: ['S001-17', 'S000-06'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-register-targets.html',
    example: {
      broken: group('alb') + group('app') + listener + service + connection('alb', 'app', 8080, 80),
      sound: group('alb') + group('app') + listener + service + connection('alb', 'app', 8080, 8080),
    },
    check(project, { finding }) {
      for (const { resource, targetGroup, groups, ports } of targets(project)) {
        for (const lb of balancersBefore(project, targetGroup)) {
          const from = groupsOf(project, lb);
          // A network load balancer without groups sends from addresses, its own or its clients'.
          if (!from && lb.get('load_balancer_type') === 'network') continue;
          for (const port of ports) {
            const side = shutSide(passage(project, from, groups, port));
            if (side === 'leaves')
              finding(lb, `lets no traffic out to ${resource.configAddress} on port ${port}`, groupsArgument(lb));
            if (side === 'enters')
              finding(resource, `does not let ${lb.configAddress} in on port ${port}`, groupsArgument(resource));
          }
        }
      }
    },
  },
  {
    name: 'database-in-reach-of-clients',
    severity: 'error',
    title: 'what is given the address of a database reaches its port',
    why: 'Every connection to the database times out; nothing before the first request shows it.',
    remedy:
      "Let the port out of the client's security group to the database's, and into the database's from the client's.",
    catalogue: ['S000-08', 'S001-17'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.RDSSecurityGroups.html',
    example: {
      broken: group('app') + group('database') + database + connection('app', 'database', 5432, 3306),
      sound: group('app') + group('database') + database + connection('app', 'database', 5432, 5432),
    },
    check(project, { finding }) {
      for (const { resource, database } of databaseClients(project)) {
        const port = databasePort(database);
        const from = groupsOf(project, resource);
        if (port === undefined || !from) continue;
        const side = shutSide(passage(project, from, groupsOf(project, database), port));
        if (side === 'leaves')
          finding(
            resource,
            `lets no traffic out to ${database.configAddress} on port ${port}`,
            groupsArgument(resource),
          );
        if (side === 'enters')
          finding(database, `does not let ${resource.configAddress} in on port ${port}`, groupsArgument(database));
      }
    },
  },
  {
    name: 'tasks-reach-aws-apis',
    severity: 'error',
    title: 'Fargate tasks reach the registry, their log group and their secrets',
    why: 'Tasks stop before they start: "ResourceInitializationError: unable to pull secrets or registry auth" or "CannotPullContainerError". In a public subnet a task without a public address reaches nothing either.',
    remedy:
      'Give the subnets a default route to a NAT gateway, or endpoints for ecr.api, ecr.dkr, logs and secretsmanager and a gateway endpoint for s3 in their route tables, in newer regions also for ecs, ecs-agent and ecs-telemetry; in public subnets set assign_public_ip.',
    catalogue: ['S000-12', 'S001-19', 'facts §7'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html',
    example: { broken: fargate(''), sound: fargate(throughNat) },
    check(project, { finding, abstain }) {
      for (const service of fargateServices(project)) {
        const subnets = subnetsHolding(project, service);
        if (!subnets) {
          abstain(service, 'some of its subnets are not in the project');
          continue;
        }
        const missing = subnets.map((subnet) => missingIn(project, service, subnet));
        const at = missing.findIndex((names) => names !== undefined && names.length > 0);
        if (at >= 0)
          finding(
            service,
            `has tasks in ${subnets[at]?.address}, which has no way out and no endpoint for ${missing[at]?.join(', ')}`,
            'network_configuration',
          );
        else if (missing.includes(undefined))
          abstain(service, 'it is not known where its subnets lead, and which endpoints there are');
      }
    },
  },
  {
    name: 'tasks-let-https-out',
    severity: 'error',
    title: 'the security groups of Fargate tasks let HTTPS out to the AWS APIs that they call',
    why: 'The image is pulled, secrets are read and logs are written through the task\'s own network: it stops with "ResourceInitializationError" or "CannotPullContainerError".',
    remedy:
      'Add an egress rule for port 443 to the groups of the endpoints, or to 0.0.0.0/0 where a NAT gateway is the way out.',
    catalogue: ['S001-17', 'S001-19'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html',
    example: { broken: fargateGroup(''), sound: fargateGroup(httpsOut) },
    check(project, { finding }) {
      for (const service of fargateServices(project)) {
        const groups = groupsOf(project, service);
        if (groups && anyAllows(project, groups, 'egress', 443, 'anyone') === false)
          finding(service, 'lets no traffic out on port 443', groupsArgument(service));
      }
    },
  },
  {
    name: 'session-manager-reachable',
    severity: 'warning',
    title: 'instances that Session Manager is to reach can call it',
    why: 'The agent on the instance calls Session Manager, not the other way round: without a way out of its subnet it is never in the list of instances that can be reached, and nobody gets in.',
    remedy:
      'Add interface endpoints for ssm and ssmmessages with private DNS names, or give the subnets a default route to a NAT gateway.',
    catalogue: ['S000-12', 'S001-19'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-create-vpc.html',
    example: { broken: managed(''), sound: managed(throughNat) },
    check(project, { finding, abstain }) {
      for (const scaling of project.all('aws_autoscaling_group')) {
        const isManaged = templatesOf(scaling).some((template) => {
          const role = roleOfTemplate(project, template);
          return role && agentCalls(role).every((call) => roleMay(project, role, call) === 'allowed');
        });
        if (!isManaged) continue;
        const missing = (subnetsHolding(project, scaling) ?? []).map((subnet) => ({
          subnet,
          names: missingForSessions(project, subnet),
        }));
        const [found] = missing.filter(({ names }) => names !== undefined && names.length > 0);
        if (found)
          finding(
            scaling,
            `has instances in ${found.subnet.address}, which has no way out and no endpoint for ${found.names?.join(', ')}`,
            'vpc_zone_identifier',
          );
        else if (missing.some(({ names }) => names === undefined))
          abstain(scaling, 'it is not known where its subnets lead, and which endpoints there are');
      }
    },
  },
);
