import { ecsEndpoints, regionsWithEcsEndpoints } from '../../aws/vpc-endpoints.js';
import { defaultPortOf } from '../../aws/ports.js';
import { own } from '../../own.js';
import type { Project, Resource } from '../../terraform/project.js';
import { decodeJson, identity, isList, isMap, Many, type Value } from '../../terraform/value.js';
import { groupAllows, resourceNamed, securityGroupsOf, subnetsOf, type Peer } from './network.js';
import { addTo } from '../../terraform/groups.js';
import { oncePer } from '../../terraform/once-per.js';
import { writtenOut } from './written-out.js';

/** The arguments in which resources of a type name their place in the network. */
interface Place {
  groups: readonly string[];
  /** The argument that names subnets. */
  subnets?: string;
  /** The argument that names a subnet group, and the group's type. */
  subnetGroup?: readonly [argument: string, type: string];
}

const databasePlaces: Readonly<Record<string, Place>> = {
  aws_db_instance: {
    groups: ['vpc_security_group_ids'],
    subnetGroup: ['db_subnet_group_name', 'aws_db_subnet_group'],
  },
  aws_rds_cluster: {
    groups: ['vpc_security_group_ids'],
    subnetGroup: ['db_subnet_group_name', 'aws_db_subnet_group'],
  },
  aws_docdb_cluster: {
    groups: ['vpc_security_group_ids'],
    subnetGroup: ['db_subnet_group_name', 'aws_docdb_subnet_group'],
  },
  aws_neptune_cluster: {
    groups: ['vpc_security_group_ids'],
    subnetGroup: ['neptune_subnet_group_name', 'aws_neptune_subnet_group'],
  },
  aws_redshift_cluster: {
    groups: ['vpc_security_group_ids'],
    subnetGroup: ['cluster_subnet_group_name', 'aws_redshift_subnet_group'],
  },
  aws_elasticache_cluster: {
    groups: ['security_group_ids'],
    subnetGroup: ['subnet_group_name', 'aws_elasticache_subnet_group'],
  },
  aws_elasticache_replication_group: {
    groups: ['security_group_ids'],
    subnetGroup: ['subnet_group_name', 'aws_elasticache_subnet_group'],
  },
  aws_memorydb_cluster: {
    groups: ['security_group_ids'],
    subnetGroup: ['subnet_group_name', 'aws_memorydb_subnet_group'],
  },
};

const places: Readonly<Record<string, Place>> = {
  ...databasePlaces,
  aws_lb: { groups: ['security_groups'], subnets: 'subnets' },
  aws_alb: { groups: ['security_groups'], subnets: 'subnets' },
  aws_elb: { groups: ['security_groups'], subnets: 'subnets' },
  aws_ecs_service: { groups: ['network_configuration.security_groups'], subnets: 'network_configuration.subnets' },
  aws_lambda_function: { groups: ['vpc_config.security_group_ids'], subnets: 'vpc_config.subnet_ids' },
  aws_instance: { groups: ['vpc_security_group_ids', 'security_groups'], subnets: 'subnet_id' },
  aws_launch_template: { groups: ['vpc_security_group_ids', 'network_interfaces.security_groups'] },
  aws_autoscaling_group: { groups: [], subnets: 'vpc_zone_identifier' },
  aws_vpc_endpoint: { groups: ['security_group_ids'], subnets: 'subnet_ids' },
  aws_db_proxy: { groups: ['vpc_security_group_ids'], subnets: 'vpc_subnet_ids' },
  aws_efs_mount_target: { groups: ['security_groups'], subnets: 'subnet_id' },
  aws_eks_cluster: { groups: ['vpc_config.security_group_ids'], subnets: 'vpc_config.subnet_ids' },
  aws_mq_broker: { groups: ['security_groups'], subnets: 'subnet_ids' },
  aws_msk_cluster: {
    groups: ['broker_node_group_info.security_groups'],
    subnets: 'broker_node_group_info.client_subnets',
  },
  aws_opensearch_domain: { groups: ['vpc_options.security_group_ids'], subnets: 'vpc_options.subnet_ids' },
  aws_apigatewayv2_vpc_link: { groups: ['security_group_ids'], subnets: 'subnet_ids' },
  aws_dms_replication_instance: {
    groups: ['vpc_security_group_ids'],
    subnetGroup: ['replication_subnet_group_id', 'aws_dms_replication_subnet_group'],
  },
  aws_network_interface: { groups: ['security_groups'], subnets: 'subnet_id' },
};

/** The resources that have a place in a VPC: load balancers, services, functions, instances, endpoints, databases. */
export function placedResources(project: Project): Resource[] {
  return project.all(...Object.keys(places));
}

/** The databases and caches of a project. */
export function databases(project: Project): Resource[] {
  return project.all(...Object.keys(databasePlaces));
}

/** Whether a resource is a database or a cache. */
export function isDatabase(resource: Resource): boolean {
  return Object.hasOwn(databasePlaces, resource.type);
}

/** The argument in which a resource names its security groups. */
export function groupsArgument(resource: Resource): string | undefined {
  return own(places, resource.type)?.groups.find((argument) => resource.has(argument));
}

/**
 * The security groups of a resource; undefined where it names some that are not in the project, or none: then it has the
 * default one of its VPC. https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html
 */
export function groupsOf(project: Project, resource: Resource): readonly Resource[] | undefined {
  const argument = groupsArgument(resource);
  const groups = argument === undefined ? [] : securityGroupsOf(project, resource, argument);
  return groups?.length === 0 ? undefined : groups;
}

/** The subnets of a resource, its own or its subnet group's; undefined where some are not in the project. */
export function subnetsHolding(project: Project, resource: Resource): readonly Resource[] | undefined {
  const { subnets, subnetGroup } = own(places, resource.type) ?? {};
  if (subnets !== undefined) return resource.has(subnets) ? subnetsOf(project, resource, subnets) : undefined;
  if (!subnetGroup) return undefined;
  const [argument, type] = subnetGroup;
  const group = resourceNamed(project, resource, argument, [type]);
  return group && subnetsOf(project, group, 'subnet_ids');
}

/** Whether a resource names subnets of this type. */
export function refersToSubnets(resource: Resource, type: string): boolean {
  const argument = own(places, resource.type)?.subnets;
  return argument !== undefined && resource.refs(argument, type).length > 0;
}

const holdersByGroup = oncePer((project) => {
  const holders = new Map<string, Resource[]>();
  for (const resource of placedResources(project)) {
    for (const { address } of groupsOf(project, resource) ?? []) addTo(holders, address, resource);
  }
  return holders;
});

/** The resources that have a security group, as far as their groups are known. */
export function holdersOf(project: Project, group: Resource): readonly Resource[] {
  return holdersByGroup(project).get(group.address) ?? [];
}

/** Whether any of the groups lets connections pass: true, false, or undefined where that is not known. */
export function anyAllows(
  project: Project,
  groups: readonly Resource[],
  direction: 'ingress' | 'egress',
  port: number,
  peer: Peer,
): boolean | undefined {
  const answers = groups.map((group) => groupAllows(project, group, direction, port, peer));
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

/** The two sides of a connection, each true, false, or undefined where it is not known. */
export interface Passage {
  /** Whether the groups it starts from let it out. */
  leaves: boolean | undefined;
  /** Whether the groups it goes to let it in. */
  enters: boolean | undefined;
}

/** Whether what has the groups `from` reaches, on a port, what has the groups `to`; undefined for groups not known. */
export function passage(
  project: Project,
  from: readonly Resource[] | undefined,
  to: readonly Resource[] | undefined,
  port: number,
): Passage {
  const peer = (groups: readonly Resource[] | undefined): Peer => (groups ? { groups } : 'anyone');
  return {
    leaves: from && anyAllows(project, from, 'egress', port, peer(to)),
    enters: to && anyAllows(project, to, 'ingress', port, peer(from)),
  };
}

const balancerTypes = ['aws_lb', 'aws_alb'];
const listenerTypes = ['aws_lb_listener', 'aws_alb_listener'];
const targetGroupTypes = ['aws_lb_target_group', 'aws_alb_target_group'];

/** The load balancers of a project. */
export function loadBalancers(project: Project): Resource[] {
  return project.all(...balancerTypes);
}

/** The listeners of a load balancer, as far as it is known whose they are. */
export function listenersOf(project: Project, balancer: Resource): Resource[] {
  return listenersByBalancer(project).get(balancer) ?? [];
}

const listenersByBalancer = oncePer((project) => {
  const byBalancer = new Map<Resource, Resource[]>();
  for (const listener of project.all(...listenerTypes)) {
    const balancer = resourceNamed(project, listener, 'load_balancer_arn', balancerTypes);
    if (balancer) addTo(byBalancer, balancer, listener);
  }
  return byBalancer;
});

/** The load balancers that send requests to a target group. */
export function balancersBefore(project: Project, targetGroup: Resource): Resource[] {
  const sendersOf = (types: readonly string[], action: string) =>
    [`${action}.target_group_arn`, `${action}.forward.target_group.arn`].flatMap((path) =>
      project.linked(types, path, targetGroup),
    );
  const byRule = sendersOf(['aws_lb_listener_rule', 'aws_alb_listener_rule'], 'action').map((rule) =>
    resourceNamed(project, rule, 'listener_arn', listenerTypes),
  );
  const byDefault = sendersOf(listenerTypes, 'default_action');
  const balancers = [...byRule, ...byDefault].map(
    (listener) => listener && resourceNamed(project, listener, 'load_balancer_arn', balancerTypes),
  );
  return [...new Set(balancers.filter((balancer) => balancer !== undefined))];
}

/** What a load balancer sends requests to. */
export interface Target {
  /** The service, group or instance. */
  resource: Resource;
  targetGroup: Resource;
  groups: readonly Resource[] | undefined;
  /** The ports of requests and of health checks, as far as they are known. */
  ports: readonly number[];
}

/** Services, Auto Scaling groups and instances behind target groups. */
export const targets = oncePer((project): readonly Target[] => [
  ...project.all('aws_ecs_service').flatMap((service) => serviceTargets(project, service)),
  ...project.all('aws_autoscaling_group').flatMap((group) => scalingTargets(project, group)),
  ...project.all('aws_lb_target_group_attachment').flatMap((attachment) => instanceTargets(project, attachment)),
]);

function serviceTargets(project: Project, service: Resource): Target[] {
  // Without a network of its own a task is reached at its host, on a port that may be any.
  if (!service.has('network_configuration')) return [];
  return service.blocks('load_balancer').flatMap((block) => {
    const targetGroup = resourceNamed(project, block, 'target_group_arn', targetGroupTypes);
    if (!targetGroup) return [];
    const groups = groupsOf(project, service);
    return [{ resource: service, targetGroup, groups, ports: portsOf(targetGroup, block.number('container_port')) }];
  });
}

function scalingTargets(project: Project, scaling: Resource): Target[] {
  const [version] = scaling.blocks('launch_template');
  const template =
    version &&
    (resourceNamed(project, version, 'id', ['aws_launch_template']) ??
      resourceNamed(project, version, 'name', ['aws_launch_template']));
  if (!template) return [];
  return project.targets(scaling, 'target_group_arns', ...targetGroupTypes).map((targetGroup) => ({
    resource: scaling,
    targetGroup,
    groups: groupsOf(project, template),
    ports: portsOf(targetGroup, targetGroup.number('port')),
  }));
}

function instanceTargets(project: Project, attachment: Resource): Target[] {
  const targetGroup = resourceNamed(project, attachment, 'target_group_arn', targetGroupTypes);
  const instance = resourceNamed(project, attachment, 'target_id', ['aws_instance']);
  if (!targetGroup || !instance) return [];
  const port = attachment.number('port') ?? targetGroup.number('port');
  return [{ resource: instance, targetGroup, groups: groupsOf(project, instance), ports: portsOf(targetGroup, port) }];
}

/** A check goes to the port of the requests unless it has one of its own. */
function portsOf(targetGroup: Resource, port: number | undefined): number[] {
  // Rules for UDP are not read, and a check over TCP may be let in on a port of its own.
  if (/UDP|QUIC|GENEVE/.test(targetGroup.text('protocol') ?? '')) return [];
  return [...new Set([port, targetGroup.number('health_check.port')].filter((number) => number !== undefined))];
}

/** Attributes that hold the address of a database. */
const addressAttributes: readonly string[] = [
  'endpoint',
  'reader_endpoint',
  'address',
  'dns_name',
  'primary_endpoint_address',
  'reader_endpoint_address',
  'configuration_endpoint',
  'configuration_endpoint_address',
  'cluster_address',
  'cluster_endpoint',
  'cache_nodes',
];

/** The port that a database or a proxy before it listens on. */
export function databasePort(database: Resource): number | undefined {
  if (database.has('port')) return database.number('port');
  const engine = database.text('engine');
  switch (database.type) {
    case 'aws_db_proxy':
      return own({ MYSQL: 3306, POSTGRESQL: 5432, SQLSERVER: 1433 }, database.text('engine_family') ?? '');
    case 'aws_docdb_cluster':
      return 27017;
    case 'aws_neptune_cluster':
      return 8182;
    case 'aws_redshift_cluster':
      return 5439;
    case 'aws_memorydb_cluster':
    case 'aws_elasticache_replication_group':
      return 6379;
    case 'aws_elasticache_cluster':
      return engine === 'memcached' ? 11211 : engine === 'redis' || engine === 'valkey' ? 6379 : undefined;
    default:
      return engine === undefined ? undefined : defaultPortOf(engine);
  }
}

/** Something that runs and is told the address of a database. */
export interface Client {
  resource: Resource;
  database: Resource;
}

/** Services, functions and instances that are given the address of a database of the project. */
export function databaseClients(project: Project): Client[] {
  const known = [...databases(project), ...project.all('aws_db_proxy')].map((database) => ({
    database,
    addresses: addressesOf(database),
  }));
  return project
    .all('aws_ecs_service', 'aws_lambda_function', 'aws_instance', 'aws_launch_template')
    .flatMap((resource) => {
      const given = known.length > 0 ? writtenOut(configurationOf(project, resource)) : '';
      return known
        .filter(({ addresses }) => addresses.some((address) => given.includes(address)))
        .map(({ database }) => ({ resource, database }));
    });
}

function addressesOf(database: Resource): string[] {
  return addressAttributes.flatMap((name) => {
    const address = identity(database.computed(name));
    // Of a list, any element: `${aws_elasticache_cluster.c.cache_nodes[0].address}`.
    return address === undefined || address === ''
      ? []
      : [name === 'cache_nodes' ? address.replace(/\}$/, '') : address];
  });
}

function configurationOf(project: Project, resource: Resource): Value | undefined {
  if (resource.type === 'aws_lambda_function') return resource.get('environment.variables');
  if (resource.type !== 'aws_ecs_service') return resource.get('user_data') ?? resource.get('user_data_base64');
  return taskDefinitionOf(project, resource)?.get('container_definitions');
}

/** The task definition of a service, where it is in the project. */
function taskDefinitionOf(project: Project, service: Resource): Resource | undefined {
  const named = resourceNamed(project, service, 'task_definition', ['aws_ecs_task_definition']);
  if (named) return named;
  const refs = service.refs('task_definition', 'aws_ecs_task_definition');
  return refs.length === 1 && refs[0]?.mode === 'managed' ? refs[0] : undefined;
}

/** The services whose tasks run on Fargate, and so pull images and read secrets through their own network. */
export function fargateServices(project: Project): Resource[] {
  return project.all('aws_ecs_service').filter((service) => {
    if (service.has('launch_type')) return service.text('launch_type') === 'FARGATE';
    const providers = service.blocks('capacity_provider_strategy').map((block) => block.text('capacity_provider'));
    return providers.length > 0 && providers.every((provider) => provider?.startsWith('FARGATE'));
  });
}

/** What a Fargate task calls before and while it runs. */
export interface Needs {
  /** The ends of the names of endpoints, such as `ecr.api`. */
  services: readonly string[];
  /** Images that no endpoint leads to. */
  foreignImages: readonly string[];
}

/** What the tasks of a service need of AWS, as far as it is known; an image is always pulled. */
export function needsOf(project: Project, service: Resource): Needs {
  const written = decodeJson(taskDefinitionOf(project, service)?.get('container_definitions'));
  const containers = isList(written instanceof Error ? undefined : written)
    ? (written as readonly Value[]).filter(isMap)
    : [];
  const drivers = containers.map((container) => entry(entry(container, 'logConfiguration'), 'logDriver'));
  const secrets = containers
    .flatMap((container) => listed(entry(container, 'secrets')))
    .map((secret) => identity(entry(secret, 'valueFrom')) ?? '');
  const { region } = service.surroundings;
  const images = containers.map((container) => entry(container, 'image')).filter((image) => typeof image === 'string');
  return {
    services: [
      'ecr.api',
      'ecr.dkr',
      's3',
      ...(drivers.includes('awslogs') ? ['logs'] : []),
      ...(secrets.some((text) => /:secretsmanager:|aws_secretsmanager_secret|secret_arn/.test(text))
        ? ['secretsmanager']
        : []),
      ...(secrets.some((text) => /:ssm:|aws_ssm_parameter/.test(text)) ? ['ssm'] : []),
      ...(typeof region === 'string' && regionsWithEcsEndpoints.includes(region) ? ecsEndpoints : []),
    ],
    foreignImages: images.filter((image) => !image.includes('.dkr.ecr.')),
  };
}

function entry(value: Value | undefined, name: string): Value | undefined {
  return isMap(value) ? value.get(name) : undefined;
}

function listed(value: Value | undefined): readonly Value[] {
  if (value instanceof Many) return [value.each];
  return isList(value) ? value : [];
}

/** What an endpoint is for: `ecr.api` of `com.amazonaws.eu-west-1.ecr.api`; undefined where that is not known. */
export function endpointService(endpoint: Resource): string | undefined {
  const [data] = endpoint.refs('service_name').filter(({ type }) => type === 'aws_vpc_endpoint_service');
  const named = data?.text('service');
  if (named !== undefined) return named;
  // The region may be a reference, with dots in its name.
  const name = identity(endpoint.get('service_name'))?.replaceAll(/\$\{[^}]*(?:\}|$)/g, 'region');
  return name === undefined ? undefined : /^(?:com|cn\.com)\.amazonaws\.[^.]+\.(.+)$/.exec(name)?.[1];
}

/** Whether an endpoint puts network interfaces into subnets. */
export function isInterface(endpoint: Resource): boolean {
  return endpoint.get('vpc_endpoint_type') === 'Interface';
}
