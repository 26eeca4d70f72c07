import type { Option } from '../answers/option.js';
import { zonesWithoutFargate } from '../aws/fargate-zones.js';
import { longestShortRegion } from '../aws/regions.js';
import { regionsWithEcsEndpoints } from '../aws/vpc-endpoints.js';
import { ofDatabase, ofLoadBalancer, ofNetwork } from './lib/options-taken.js';
import { databaseLine, entryLine, networkLine } from './lib/summary-lines.js';
import type { Stack } from './stack.js';

declare module '../answers/answers.js' {
  interface Answers {
    containerPort?: number;
  }
}

const containerPort: Option<'containerPort'> = {
  key: 'containerPort',
  flag: 'container-port',
  group: 'Application',
  type: 'integer',
  placeholder: 'PORT',
  help: 'port that the container listens on',
  defaultText: '8080',
  default: () => 8080,
  check: (value) =>
    value >= 1024 && value <= 65535
      ? undefined
      : {
          why: 'is not a port from 1024 to 65535; those below are for root, and the container does not run as root',
          remedy: 'Let the application listen on a port such as 8080; clients still use 80 or 443.',
        },
};

const ecsFargate: Stack = {
  id: 'ecs-fargate',
  place: 1,
  title: 'Payments service on ECS Fargate behind an ALB and WAF, with Aurora PostgreSQL',
  takes: [...ofLoadBalancer, ...ofDatabase, 'databaseLogin', ...ofNetwork, 'alertEmail'],
  options: [containerPort],
  database: () => ({
    engine: 'aurora-postgresql',
    preferredClasses: {
      ephemeral: ['db.t4g.medium', 'db.t3.medium'],
      production: ['db.r7g.large', 'db.r6g.large'],
    },
  }),
  names: [
    { resource: 'load balancer', ending: '-alb' },
    { resource: 'target group', ending: '-65535' },
    { resource: 'IAM role', ending: `-${longestShortRegion}-rds-monitoring` },
    { resource: 'S3 bucket', ending: `-${longestShortRegion}-alb-logs-123456789012` },
    { resource: 'Aurora cluster', ending: '-aurora-15' },
    { resource: 'WAF web ACL', ending: '' },
    { resource: 'ECR repository', ending: '-app' },
    { resource: 'KMS alias', ending: 'alias/-database' },
  ],
  layers: (answers) => [
    answers.vpc === 'create' ? 'network' : 'network-existing',
    'secrets',
    'app-secret',
    'monitoring',
    'alb',
    'waf',
    ...(answers.route53 ? ['dns'] : []),
    'database',
    'aurora-postgresql',
    'ecs',
    'sql',
  ],
  readme: [
    'title',
    'not-encrypted',
    'contents',
    'first-deployment',
    'lock-file',
    'image',
    'variables',
    'outputs',
    'existing-vpc',
    'network',
    'cost',
    'encryption',
    'operating',
    'pipeline-role',
    'plan-policy',
    'sql',
    'restore',
    'teardown',
  ],
  words: () => ({
    workload: { one: 'task', a: 'a task', many: 'tasks' },
    database: 'Aurora',
    databaseEnding: 'aurora',
    privateCalls: 'Image pulls, logs and secrets',
    reaches: 'the VPC, S3 and the AWS APIs that `vpc_endpoints.tf` names',
    calls: 'ECR, CloudWatch Logs and Secrets Manager',
    deletionProtected: 'the database and the load balancer',
    forceDestroyed: 'the objects and images in the bucket and the repository',
    logsKept: "in CloudWatch and in the load balancer's bucket",
    protects: { noun: 'load balancer', label: 'alb' },
  }),
  view: ({ region }) => ({
    tools: ['Docker'],
    zonesToExclude: { ...zonesWithoutFargate, why: 'Two that some accounts still see have no Fargate' },
    regionsWithEcsEndpoints,
    ecsEndpoints: regionsWithEcsEndpoints.includes(region),
  }),
  summary: (answers) => [entryLine(answers), networkLine(answers), databaseLine('Aurora PostgreSQL', answers)],
};

export default ecsFargate;
