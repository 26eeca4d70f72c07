import { findRegion } from '../../aws/regions.js';
import { gatewayServices, otherPorts } from '../../aws/vpc-endpoints.js';
import { groupAllows, resourceNamed, securityGroupsOf, subnetsOf, vpcOf, zoneOf } from '../lib/network.js';
import {
  anyAllows,
  endpointService,
  fargateServices,
  groupsOf,
  isInterface,
  needsOf,
  subnetsHolding,
} from '../lib/paths.js';
import type { Project, Resource } from '../../terraform/project.js';
import { elements, identity } from '../../terraform/value.js';
import { defineRules } from '../rule.js';

/** The groups of an interface endpoint, its own and those that are associated with it. */
function endpointGroups(project: Project, endpoint: Resource): readonly Resource[] | undefined {
  const own = endpoint.has('security_group_ids') ? securityGroupsOf(project, endpoint, 'security_group_ids') : [];
  const more = project
    .linked('aws_vpc_endpoint_security_group_association', 'vpc_endpoint_id', endpoint)
    .map((one) => resourceNamed(project, one, 'security_group_id', ['aws_security_group']));
  if (!own || more.includes(undefined)) return undefined;
  const groups = [...own, ...more.filter((group) => group !== undefined)];
  return groups.length > 0 ? groups : defaultGroups(project, endpoint);
}

/** Whether it is sure that an endpoint is for a service of AWS that is called on port 443. */
function speaksHttps(endpoint: Resource): boolean {
  const service = endpointService(endpoint);
  return service !== undefined && !service.includes('vpce-svc-') && !otherPorts.test(service);
}

/** An endpoint without groups gets the default one of its VPC. */
function defaultGroups(project: Project, endpoint: Resource): readonly Resource[] | undefined {
  const vpc = identity(endpoint.get('vpc_id'));
  const found = project
    .all('aws_default_security_group')
    .filter((group) => vpc !== undefined && identity(group.get('vpc_id')) === vpc);
  return found.length > 0 ? found : undefined;
}

/** The Fargate services that call AWS through an endpoint: those of its VPC that need what it is for. */
function callersOf(project: Project, endpoint: Resource): Resource[] {
  const vpc = vpcOf(project, endpoint);
  const name = endpointService(endpoint);
  if (!vpc || name === undefined || endpoint.truth('private_dns_enabled') !== true) return [];
  return fargateServices(project).filter((service) => {
    const [subnet] = subnetsHolding(project, service) ?? [];
    return subnet && vpcOf(project, subnet) === vpc && needsOf(project, service).services.includes(name);
  });
}

const groupWith = (port: number) => `resource "aws_security_group" "endpoints" {
  name        = "endpoints"
  description = "VPC endpoints"
  vpc_id      = "vpc-0123456789abcdef0"
}

resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  security_group_id = aws_security_group.endpoints.id
  description       = "HTTPS from the VPC"
  cidr_ipv4         = "10.0.0.0/16"
  ip_protocol       = "tcp"
  from_port         = ${port}
  to_port           = ${port}
}

resource "aws_vpc_endpoint" "logs" {
  vpc_id              = "vpc-0123456789abcdef0"
  service_name        = "com.amazonaws.eu-west-1.logs"
  vpc_endpoint_type   = "Interface"
  security_group_ids  = [aws_security_group.endpoints.id]
  private_dns_enabled = true
}
`;

const s3Endpoint = (region: string) => `provider "aws" {
  region = "eu-west-1"
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id          = "vpc-0123456789abcdef0"
  service_name    = "com.amazonaws.${region}.s3"
  route_table_ids = ["rtb-0123456789abcdef0"]
}
`;

const endpointIn = (second: string) => `resource "aws_subnet" "a" {
  vpc_id            = "vpc-0123456789abcdef0"
  cidr_block        = "10.0.0.0/24"
  availability_zone = "eu-west-1a"
}

resource "aws_subnet" "b" {
  vpc_id            = "vpc-0123456789abcdef0"
  cidr_block        = "10.0.1.0/24"
  availability_zone = "${second}"
}

resource "aws_vpc_endpoint" "logs" {
  vpc_id              = "vpc-0123456789abcdef0"
  service_name        = "com.amazonaws.eu-west-1.logs"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = [aws_subnet.a.id, aws_subnet.b.id]
  private_dns_enabled = true
}
`;

export default defineRules(
  {
    name: 'endpoint-admits-https',
    severity: 'error',
    title: "an interface endpoint's security groups let in HTTPS from those who call the service",
    why: 'The private DNS name leads every call of the service to the endpoint, NAT gateway or not, and the calls time out: tasks stop with "ResourceInitializationError: unable to pull secrets or registry auth".',
    remedy: "Let the callers' security groups, or the range of the VPC, in on port 443.",
    catalogue: ['S001-19', 'facts §7'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html',
    example: { broken: groupWith(80), sound: groupWith(443) },
    check(project, { finding, abstain }) {
      for (const endpoint of project.all('aws_vpc_endpoint')) {
        if (!isInterface(endpoint) || !speaksHttps(endpoint)) continue;
        const groups = endpointGroups(project, endpoint);
        if (!groups) {
          abstain(endpoint, 'some of its security groups are not in the project');
          continue;
        }
        if (groups.every((group) => groupAllows(project, group, 'ingress', 443, 'anyone') === false)) {
          finding(endpoint, 'lets nobody in on port 443', 'security_group_ids');
          continue;
        }
        for (const service of callersOf(project, endpoint)) {
          const from = groupsOf(project, service);
          if (from && anyAllows(project, groups, 'ingress', 443, { groups: from }) === false)
            finding(
              endpoint,
              `does not let the tasks of ${service.configAddress} in on port 443`,
              'security_group_ids',
            );
        }
      }
    },
  },
  {
    name: 'endpoint-in-own-region',
    severity: 'error',
    title: 'the service of an endpoint is of the region that the endpoint is made in',
    why: 'The endpoint is refused: "InvalidServiceName: The Vpc Endpoint Service \'com.amazonaws.…\' does not exist".',
    remedy: "Write the provider's region into service_name, best by the variable that the provider uses.",
    catalogue: ['S001-19', 'S003-03'],
    stages: ['hcl', 'plan'],
    source: 'https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html',
    example: { broken: s3Endpoint('us-east-1'), sound: s3Endpoint('eu-west-1') },
    check(project, { finding }) {
      for (const endpoint of project.all('aws_vpc_endpoint')) {
        const named = /^com\.amazonaws\.([^.]+)\./.exec(endpoint.text('service_name') ?? '')?.[1];
        const { region } = endpoint.surroundings;
        if (endpoint.has('service_region') || typeof region !== 'string') continue;
        if (!findRegion(named) || !findRegion(region)) continue;
        if (named !== region) finding(endpoint, `is made in ${region} for a service of ${named}`, 'service_name');
      }
    },
  },
  {
    name: 'endpoint-type',
    severity: 'error',
    title: 'endpoints are of type Interface, but for S3 and DynamoDB',
    why: 'Without vpc_endpoint_type it is a gateway endpoint, which is refused: "InvalidParameter: Endpoint type (Gateway) does not match available service types ([Interface])."',
    remedy: 'Set vpc_endpoint_type = "Interface".',
    catalogue: ['S001-19'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html',
    example: {
      broken: `resource "aws_vpc_endpoint" "logs" {
  vpc_id             = "vpc-0123456789abcdef0"
  service_name       = "com.amazonaws.eu-west-1.logs"
  subnet_ids         = ["subnet-0123456789abcdef0"]
  security_group_ids = ["sg-0123456789abcdef0"]
}
`,
      sound: `resource "aws_vpc_endpoint" "logs" {
  vpc_id             = "vpc-0123456789abcdef0"
  service_name       = "com.amazonaws.eu-west-1.logs"
  vpc_endpoint_type  = "Interface"
  subnet_ids         = ["subnet-0123456789abcdef0"]
  security_group_ids = ["sg-0123456789abcdef0"]
}
`,
    },
    check(project, { finding }) {
      for (const endpoint of project.all('aws_vpc_endpoint')) {
        const service = endpointService(endpoint);
        if (service === undefined || endpoint.has('service_region') || endpoint.has('resource_configuration_arn'))
          continue;
        if ((endpoint.get('vpc_endpoint_type') ?? 'Gateway') === 'Gateway' && !gatewayServices.includes(service))
          finding(endpoint, `is a gateway endpoint for ${service}`, 'vpc_endpoint_type');
      }
    },
  },
  {
    name: 'endpoint-one-subnet-a-zone',
    severity: 'error',
    title: 'an interface endpoint has one subnet of each zone',
    why: 'The endpoint is refused: "DuplicateSubnetsInSameZone: Found another VPC endpoint subnet in the availability zone of subnet-…".',
    remedy: 'Give one subnet of each zone, such as the private ones.',
    catalogue: ['S001-19'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html',
    example: { broken: endpointIn('eu-west-1a'), sound: endpointIn('eu-west-1b') },
    check(project, { finding }) {
      for (const endpoint of project.all('aws_vpc_endpoint')) {
        if (!isInterface(endpoint)) continue;
        const zones = (subnetsOf(project, endpoint, 'subnet_ids') ?? [])
          .filter(({ uncertain }) => !uncertain)
          .map(zoneOf)
          .filter((zone) => zone !== undefined);
        if (new Set(zones).size < zones.length) finding(endpoint, 'has two subnets of the same zone', 'subnet_ids');
      }
    },
  },
  {
    name: 'gateway-endpoint-has-route-tables',
    severity: 'warning',
    title: 'a gateway endpoint is associated with route tables',
    why: 'It is nothing but a route: without a table that has it, every call goes on as before, through the NAT gateway or nowhere.',
    remedy: 'Give it the route tables of the private subnets in route_table_ids.',
    catalogue: ['S001-19'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html',
    example: {
      broken: `resource "aws_vpc_endpoint" "s3" {
  vpc_id       = "vpc-0123456789abcdef0"
  service_name = "com.amazonaws.eu-west-1.s3"
}
`,
      sound: s3Endpoint('eu-west-1'),
    },
    check(project, { finding, abstain }) {
      const associations = project.all('aws_vpc_endpoint_route_table_association');
      for (const endpoint of project.all('aws_vpc_endpoint')) {
        const service = endpointService(endpoint);
        const isGateway = (endpoint.get('vpc_endpoint_type') ?? 'Gateway') === 'Gateway';
        if (!isGateway || service === undefined || !gatewayServices.includes(service)) continue;
        if (elements(endpoint.get('route_table_ids'))?.length !== 0) continue;
        if (project.linked('aws_vpc_endpoint_route_table_association', 'vpc_endpoint_id', endpoint).length > 0)
          continue;
        if (associations.length > 0 || project.isGivenToUnread(endpoint) || project.isExported(endpoint))
          abstain(endpoint, 'its route tables may be given to it elsewhere');
        else finding(endpoint, 'is in no route table');
      }
    },
  },
);
