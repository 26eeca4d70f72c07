import { longestShortRegion } from '../aws/regions.js';
import { instanceRange, instancesOption, instanceTypeOption, zonesToExclude } from './lib/instances.js';
import { ofDatabase, ofLoadBalancer, ofNetwork } from './lib/options-taken.js';
import { rdsDatabase, rdsView, rdsWords } from './lib/rds.js';
import { auditLine, databaseLine, entryLine, networkLine } from './lib/summary-lines.js';
import type { Stack } from './stack.js';

declare module '../answers/answers.js' {
  interface Answers {
    /** `2-4`. */
    instances?: string;
    instanceType?: string;
  }
}

const servers = 'Web servers on EC2 Auto Scaling behind an ALB and WAF, with RDS MySQL';

const ec2Asg: Stack = {
  id: 'ec2-asg',
  place: 2,
  title: `${servers}, audited by CloudTrail`,
  takes: [...ofLoadBalancer, ...ofDatabase, 'databaseLogin', ...ofNetwork, 'alertEmail', 'cloudtrail'],
  options: [instanceTypeOption, instancesOption],
  database: () => rdsDatabase('mysql'),
  names: [
    { resource: 'load balancer', ending: '-alb' },
    { resource: 'target group', ending: '-443' },
    { resource: 'IAM role', ending: `AWSServiceRoleForAutoScaling_-${longestShortRegion}` },
    { resource: 'S3 bucket', ending: `-${longestShortRegion}-access-logs-123456789012` },
    { resource: 'database instance', ending: '-mysql' },
    { resource: 'WAF web ACL', ending: '' },
    { resource: 'launch template', ending: '-app' },
    { resource: 'Auto Scaling group', ending: '-app' },
    { resource: 'CloudTrail trail', ending: '' },
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
    'access-logs',
    'data-bucket',
    ...(answers.cloudtrail ? ['cloudtrail'] : []),
    'database',
    'rds',
    'ec2-asg',
    'sql-tunnel',
  ],
  readme: [
    'title',
    'not-encrypted',
    'contents',
    'first-deployment',
    'lock-file',
    'application',
    'release-pipeline',
    'variables',
    'outputs',
    'existing-vpc',
    'network',
    'cost',
    'encryption',
    'operating',
    'audit',
    'pipeline-role',
    'plan-policy',
    'sql',
    'restore',
    'teardown',
  ],
  words: () => ({
    workload: { one: 'instance', a: 'an instance', many: 'instances' },
    ...rdsWords('mysql'),
    privateCalls: 'Session Manager, secrets, logs and metrics',
    reaches: 'the VPC, S3 and the AWS APIs that `vpc_endpoints.tf` names',
    calls: 'Systems Manager, CloudWatch, CloudWatch Logs and Secrets Manager',
    deletionProtected: 'the database and the load balancer',
    forceDestroyed: 'the objects in the buckets',
    logsKept: 'in CloudWatch and in the buckets that hold logs',
    protects: { noun: 'load balancer', label: 'alb' },
  }),
  view: (answers) => ({
    ...(answers.cloudtrail ? {} : { title: servers }),
    tools: [],
    ...rdsView('mysql', answers),
    instanceRange: instanceRange(answers.instances ?? ''),
    zonesToExclude: zonesToExclude(answers),
  }),
  summary: (answers) => [
    entryLine(answers),
    networkLine(answers),
    ['Instances', `${answers.instances} of ${answers.instanceType}`],
    databaseLine('RDS MySQL', answers),
    auditLine(answers),
  ],
};

export default ec2Asg;
