import { reachesInternet, withoutEndpoint } from '../lib/aws-reach.js';
import { allowedByName, functionsWithRole } from '../lib/code-roles.js';
import { isInVpc } from '../lib/functions.js';
import { anyAllows, groupsOf, subnetsHolding } from '../lib/paths.js';
import { madeBefore } from '../lib/ordering.js';
import { managedPolicy } from '../lib/managed-policies.js';
import { coversAction } from '../lib/patterns.js';
import { roleOf } from '../lib/permissions.js';
import { readPolicy, type Policy } from '../lib/policies.js';
import type { Project, Resource } from '../../terraform/project.js';
import { defineRules } from '../rule.js';

const network = (more: string) => `resource "aws_vpc" "this" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_subnet" "private" {
  vpc_id     = aws_vpc.this.id
  cidr_block = "10.0.0.0/24"
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.this.id
}

resource "aws_route_table_association" "private" {
  subnet_id      = aws_subnet.private.id
  route_table_id = aws_route_table.private.id
}

resource "aws_security_group" "orders" {
  name   = "orders"
  vpc_id = aws_vpc.this.id
${more}}
`;

const lambda = `
resource "aws_lambda_function" "orders" {
  function_name = "orders"
  role          = aws_iam_role.orders.arn

  vpc_config {
    subnet_ids         = [aws_subnet.private.id]
    security_group_ids = [aws_security_group.orders.id]
  }
}

resource "aws_iam_role" "orders" {
  name = "orders"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "orders" {
  role       = aws_iam_role.orders.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"
}
`;

const readsSecret = `
resource "aws_iam_role_policy" "orders" {
  name = "orders"
  role = aws_iam_role.orders.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "secretsmanager:GetSecretValue"
      Resource = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders-AbCdEf"
    }]
  })
}
`;

const endpoint = `
resource "aws_vpc_endpoint" "secretsmanager" {
  vpc_id              = aws_vpc.this.id
  service_name        = "com.amazonaws.eu-west-1.secretsmanager"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = [aws_subnet.private.id]
}
`;

export default defineRules(
  {
    name: 'functions-reach-aws-apis',
    severity: 'warning',
    title: 'a function in a VPC reaches the AWS APIs that its role is allowed to call',
    why: 'A function in a VPC has no public address, in a public subnet neither: the call waits until the function times out, and no error says why.',
    remedy:
      'Give the subnets a default route to a NAT gateway, or an interface endpoint for each API, for s3 and dynamodb a gateway endpoint in their route tables. A permission that the code does not use can go.',
    catalogue: ['S001-19', 'S000-12', 'facts §10'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc-internet.html',
    example: { broken: network('') + lambda + readsSecret, sound: network('') + lambda + readsSecret + endpoint },
    check(project, { finding, abstain }) {
      for (const lambda of project.all('aws_lambda_function')) {
        const role = roleOf(lambda, 'role', project);
        const needed = role && isInVpc(lambda) ? apisCalled(project, lambda, role) : [];
        if (!role || needed.length === 0) continue;
        // Another function with the same role may be the one that calls.
        if (functionsWithRole(project, role).length > 1) {
          abstain(lambda, `${role.configAddress} is the role of other functions too`);
          continue;
        }
        const subnets = subnetsHolding(project, lambda);
        if (!subnets) {
          abstain(lambda, 'some of its subnets are not in the project');
          continue;
        }
        const missing = subnets.map((subnet) => missingIn(project, needed, subnet));
        const at = missing.findIndex((names) => names !== undefined && names.length > 0);
        if (at >= 0)
          finding(
            lambda,
            `is in ${subnets[at]?.address}, which has no way out and no endpoint for ${missing[at]?.join(', ')}, which ${role.configAddress} may call`,
            'vpc_config',
          );
        else if (missing.includes(undefined))
          abstain(lambda, 'it is not known where its subnets lead, and which endpoints there are');
      }
    },
  },
  {
    name: 'functions-let-https-out',
    severity: 'warning',
    title: 'the security groups of a function let HTTPS out to the AWS APIs that its role is allowed to call',
    why: 'The call waits until the function times out, and no error says why: endpoints and NAT gateways are beyond the security group of the function.',
    remedy:
      'Add an egress rule for port 443 to the groups of the endpoints, to the prefix lists of s3 and dynamodb, or to 0.0.0.0/0 where a NAT gateway is the way out.',
    catalogue: ['S001-17', 'S001-19'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html',
    example: {
      broken: network('') + lambda + readsSecret,
      sound:
        network(`
  egress {
    description = "HTTPS"
    cidr_blocks = ["0.0.0.0/0"]
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
  }
`) +
        lambda +
        readsSecret,
    },
    check(project, { finding }) {
      for (const lambda of project.all('aws_lambda_function')) {
        const role = roleOf(lambda, 'role', project);
        if (!role || !isInVpc(lambda) || functionsWithRole(project, role).length > 1) continue;
        const [api] = apisCalled(project, lambda, role);
        const groups = groupsOf(project, lambda);
        if (api !== undefined && groups && anyAllows(project, groups, 'egress', 443, 'anyone') === false)
          finding(lambda, `lets no traffic out on port 443, by which it is to call ${api}`, 'vpc_config');
      }
    },
  },
  {
    name: 'function-interfaces-released',
    severity: 'note',
    title: 'the security group of a function goes before the policy by which its network interfaces are deleted',
    why: 'Lambda deletes a function\'s network interfaces with the function\'s role, up to 20 minutes after the function. A destroy takes the policy away right after the function: the interfaces stay, and the security group and the subnets cannot be deleted: "DependencyViolation".',
    remedy:
      'Name the policy or attachment that allows ec2:DeleteNetworkInterface in depends_on of the security group, and give the group timeouts { delete = "45m" }.',
    catalogue: ['facts §10'],
    stages: ['hcl'],
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html',
    example: {
      broken: network('') + lambda,
      sound: network('\n  depends_on = [aws_iam_role_policy_attachment.orders]\n') + lambda,
    },
    check(project, { finding }) {
      const told = new Set<string>();
      for (const lambda of project.all('aws_lambda_function')) {
        const role = roleOf(lambda, 'role', project);
        // Before the function goes, the provider can give it the default group of the VPC.
        const isReleased = lambda.has('replace_security_groups_on_destroy');
        if (!role || !isInVpc(lambda) || isReleased) continue;
        const holders = interfaceDeleters(project, role);
        if (holders.length === 0) continue;
        for (const group of groupsOf(project, lambda) ?? []) {
          const before = madeBefore(project, group);
          if (group.mode !== 'managed' || holders.some((holder) => before.has(holder)) || told.has(group.configAddress))
            continue;
          told.add(group.configAddress);
          finding(
            group,
            `is the group of ${lambda.configAddress}, and does not depend on ${holders[0]}, by which Lambda deletes its network interfaces`,
          );
        }
      }
    },
  },
);

/** Which of these services the interfaces of a function in the subnet do not reach; undefined where that is not known. */
function missingIn(project: Project, services: readonly string[], subnet: Resource): string[] | undefined {
  const online = reachesInternet(project, subnet, false);
  if (online !== false) return online === undefined ? undefined : [];
  return withoutEndpoint(project, services, subnet);
}

/** APIs by the prefix of their actions, where that is the name of the endpoint too. */
const apis = ['dynamodb', 'events', 'rds-data', 's3', 'secretsmanager', 'sns', 'sqs', 'ssm', 'states', 'sts'];

/** Actions by which Lambda itself reads a queue or stream for the function. */
const ofPoller =
  /^(sqs:(ReceiveMessage|DeleteMessage|GetQueueAttributes|GetQueueUrl|ChangeMessageVisibility)|dynamodb:(GetRecords|GetShardIterator|DescribeStream|ListStreams|ListShards))$/i;

/** The APIs that a function's own code is to call, as far as its role's policies name actions of them. */
function apisCalled(project: Project, lambda: Resource, role: Resource): string[] {
  const mappings = project.linked('aws_lambda_event_source_mapping', 'function_name', lambda);
  const isPolled = (api: string) =>
    mappings.some((one) => {
      const sources = one.refs('event_source_arn');
      return sources.length === 0 || sources.some(({ type }) => type.startsWith(`aws_${api}_`));
    });
  const named = new Set(
    allowedByName(project, role)
      .flatMap(({ actions }) => actions)
      .filter((action) => !ofPoller.test(action))
      .map((action) => action.toLowerCase().split(':'))
      // What is allowed on all of a service that calls the function may be there for that alone.
      .filter(([api = '', name]) => name !== undefined && !(name.endsWith('*') && isPolled(api)))
      .map(([api]) => api),
  );
  const byService = calledByService(project, lambda, mappings);
  // The Data API reads the secret for the function.
  const behind = new Set(named.has('rds-data') ? ['secretsmanager'] : []);
  return apis.filter((api) => named.has(api) && !byService.has(api) && !behind.has(api));
}

/** What Lambda calls for a function with its role: where failed calls go, and the secrets by which it reads brokers. */
function calledByService(project: Project, lambda: Resource, mappings: readonly Resource[]): ReadonlySet<string> {
  const configs = project.linked('aws_lambda_function_event_invoke_config', 'function_name', lambda);
  const sendsOn =
    lambda.has('dead_letter_config') || [...configs, ...mappings].some((one) => one.has('destination_config'));
  return new Set([
    ...(sendsOn ? ['sqs', 'sns', 'events', 's3'] : []),
    ...(mappings.some((one) => one.has('source_access_configuration')) ? ['secretsmanager'] : []),
  ]);
}

/** The addresses of what gives a role the right to delete network interfaces. */
function interfaceDeleters(project: Project, role: Resource): string[] {
  return [
    ...project.linked('aws_iam_role_policy', 'role', role),
    ...project.linked('aws_iam_role_policy_attachment', 'role', role),
  ]
    .filter((holder) => policiesIn(project, holder).some(deletesInterfaces))
    .map(({ configAddress }) => configAddress);
}

function policiesIn(project: Project, holder: Resource): (Policy | undefined)[] {
  if (holder.type === 'aws_iam_role_policy') return [readPolicy(holder, 'policy')];
  const arn = holder.get('policy_arn');
  const policies = project.pointedAt(holder, 'policy_arn', 'aws_iam_policy');
  return [
    arn === undefined ? undefined : managedPolicy(arn, holder),
    ...policies.map((policy) => readPolicy(policy, 'policy')),
  ];
}

function deletesInterfaces(policy: Policy | undefined): boolean {
  return (policy?.statements ?? []).some(
    ({ effect, actions = [] }) =>
      effect === 'Allow' && actions.some((action) => coversAction(action, 'ec2:DeleteNetworkInterface') === true),
  );
}
