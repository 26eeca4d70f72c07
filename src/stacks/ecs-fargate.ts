import type { Stack } from './stack.js';

export const ecsFargate: Stack = {
  id: 'ecs-fargate',
  title: 'Payments service on ECS Fargate behind an ALB and WAF, with Aurora PostgreSQL',
  databaseEngine: 'aurora-postgresql',
  preferredDatabaseClasses: {
    ephemeral: ['db.t4g.medium', 'db.t3.medium'],
    production: ['db.r7g.large', 'db.r6g.large'],
  },
  names: [
    { resource: 'load balancer', ending: '-alb' },
    { resource: 'target group', ending: '-65535' },
    { resource: 'IAM role', ending: '-rds-monitoring' },
    { resource: 'S3 bucket', ending: '-alb-logs-123456789012' },
    { resource: 'Aurora cluster', ending: '-aurora-15' },
    { resource: 'WAF web ACL', ending: '' },
    { resource: 'ECR repository', ending: '-app' },
    { resource: 'KMS alias', ending: 'alias/-database' },
  ],
  layers: (answers) => [
    'base',
    ...(answers.stateBucket === undefined ? ['bootstrap'] : []),
    answers.vpc === 'create' ? 'network' : 'network-existing',
    'alb',
    'waf',
    ...(answers.route53 ? ['dns'] : []),
    'aurora-postgresql',
    'ecs-fargate',
    ...(answers.ci === 'none' ? [] : [`ci-${answers.ci}`]),
  ],
};
