import type { Draft } from '../answers/answers.js';
import type { Option } from '../answers/option.js';
import { lambdaRuntimes } from '../aws/lambda-runtimes.js';
import { longestShortRegion } from '../aws/regions.js';
import { ofDatabase, ofLoadBalancer, ofNetwork } from './lib/options-taken.js';
import { rdsDatabase, rdsView, rdsWords, type RdsEngine } from './lib/rds.js';
import { auditLine, databaseLine, entryLine, networkLine } from './lib/summary-lines.js';
import type { Stack } from './stack.js';

declare module '../answers/answers.js' {
  interface Answers {
    databaseEngine?: 'mysql' | 'postgresql';
  }
}

const databaseEngine: Option<'databaseEngine'> = {
  key: 'databaseEngine',
  flag: 'database-engine',
  group: 'Database',
  type: 'choice',
  choices: ['mysql', 'postgresql'],
  help: 'what the database is: RDS for MySQL or for PostgreSQL',
  defaultText: 'mysql',
  default: () => 'mysql',
  prompt: 'Engine of the database',
  promptChoices: () => [
    { value: 'mysql', name: 'mysql       RDS for MySQL 8.4' },
    { value: 'postgresql', name: 'postgresql  RDS for PostgreSQL 17' },
  ],
};

/** The engine as RDS calls it. */
const engineOf = ({ databaseEngine: engine }: Draft): RdsEngine => (engine === 'postgresql' ? 'postgres' : 'mysql');

const functions = 'Python on Lambda behind an ALB and WAF, with a data bucket and an RDS database';

const albLambda: Stack = {
  id: 'alb-lambda',
  place: 4,
  title: `${functions}, audited by CloudTrail`,
  takes: [...ofLoadBalancer, ...ofDatabase, ...ofNetwork, 'reservedConcurrency', 'alertEmail', 'cloudtrail'],
  options: [databaseEngine],
  // The function calls nobody but AWS, and has endpoints for that.
  defaults: { region: 'us-west-2', vpcCidr: '172.16.0.0/16', nat: 'none' },
  database: (draft) => rdsDatabase(engineOf(draft)),
  names: [
    { resource: 'load balancer', ending: '-alb' },
    { resource: 'target group', ending: '-lambda' },
    { resource: 'IAM role', ending: `-${longestShortRegion}-rds-monitoring` },
    { resource: 'S3 bucket', ending: `-${longestShortRegion}-access-logs-123456789012` },
    { resource: 'database instance', ending: '-postgresql' },
    { resource: 'WAF web ACL', ending: '' },
    { resource: 'Lambda function', ending: '-app' },
    { resource: 'CloudTrail trail', ending: '' },
    { resource: 'KMS alias', ending: 'alias/-functions' },
  ],
  layers: (answers) => [
    answers.vpc === 'create' ? 'network' : 'network-existing',
    'secrets',
    'monitoring',
    'alb',
    'waf',
    ...(answers.route53 ? ['dns'] : []),
    'access-logs',
    'data-bucket',
    ...(answers.cloudtrail ? ['cloudtrail'] : []),
    'database',
    'rds',
    'functions-python',
    'lambda',
    'alb-function',
    'site',
    `site-${answers.databaseEngine}`,
  ],
  readme: [
    'title',
    'not-encrypted',
    'open-site',
    'contents',
    'first-deployment',
    'lock-file',
    'calling',
    'functions',
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
    'restore',
    'teardown',
  ],
  words: (answers) => ({
    workload: { one: 'function', a: 'a function', many: 'functions' },
    ...rdsWords(engineOf(answers)),
    privateCalls: 'Reads of secrets',
    reaches: 'the database, the names in the data bucket and Secrets Manager',
    calls: 'Secrets Manager',
    deletionProtected: 'the database and the load balancer',
    forceDestroyed: 'the objects in the buckets',
    logsKept: 'in CloudWatch and in the buckets that hold logs',
    protects: { noun: 'load balancer', label: 'alb' },
  }),
  view: (answers) => ({
    ...(answers.cloudtrail ? {} : { title: functions }),
    ...rdsView(engineOf(answers), answers),
    tools: ['Python 3.10 or newer with pip', 'curl', 'jq'],
    runtime: lambdaRuntimes.python,
  }),
  warning: () =>
    'Whoever reaches the load balancer may list the names in the data bucket: set allowed_ingress_cidr_blocks in terraform.tfvars to those who may. README.md says more.',
  summary: (answers) => [
    entryLine(answers),
    networkLine(answers),
    databaseLine(`RDS ${rdsWords(engineOf(answers)).database}`, answers),
    auditLine(answers),
  ],
};

export default albLambda;
