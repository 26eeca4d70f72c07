import { soleTarget } from '../lib/databases.js';
import { decide, roleMay } from '../lib/permissions.js';
import { readPolicy } from '../lib/policies.js';
import type { Project, Resource } from '../../terraform/project.js';
import { joinText } from '../../terraform/value.js';
import { defineRules } from '../rule.js';

const monitoredTypes = ['aws_db_instance', 'aws_rds_cluster', 'aws_rds_cluster_instance'];

/** Databases with enhanced monitoring. */
function monitored(project: Project): Resource[] {
  return project.all(...monitoredTypes).filter((database) => (database.number('monitoring_interval') ?? 0) > 0);
}

/** Databases with enhanced monitoring and the role in the project that they do it with. */
function monitoringRoles(project: Project): [database: Resource, role: Resource][] {
  return monitored(project).flatMap((database) => {
    const role = soleTarget(project, database, 'monitoring_role_arn', 'aws_iam_role');
    return role ? [[database, role] as [Resource, Resource]] : [];
  });
}

const refusal =
  'AWS refuses the database: "IAM role ARN value is invalid or does not include the required permissions for: ENHANCED_MONITORING".';
const page = 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html';

export default defineRules(
  {
    name: 'enhanced-monitoring-role',
    severity: 'error',
    title: 'a database with enhanced monitoring has a role for it',
    why: 'AWS refuses the database: "A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0."',
    remedy: 'Set monitoring_role_arn to a role for monitoring.rds.amazonaws.com.',
    catalogue: ['S003-07'],
    stages: ['hcl', 'state'],
    source: page,
    example: {
      broken: `resource "aws_db_instance" "main" {
  engine              = "postgres"
  monitoring_interval = 60
}
`,
      sound: `resource "aws_db_instance" "main" {
  engine              = "postgres"
  monitoring_interval = 60
  monitoring_role_arn = "arn:aws:iam::123456789012:role/rds-monitoring"
}
`,
    },
    check(project, { finding }) {
      for (const database of monitored(project))
        if (!database.has('monitoring_role_arn'))
          finding(database, 'has a monitoring_interval and no monitoring_role_arn', 'monitoring_interval');
    },
  },
  {
    name: 'enhanced-monitoring-trust',
    severity: 'error',
    title: 'the role for enhanced monitoring trusts monitoring.rds.amazonaws.com',
    why: refusal,
    remedy: 'Let the service monitoring.rds.amazonaws.com assume the role (sts:AssumeRole).',
    catalogue: ['S003-07'],
    stages: ['hcl', 'plan', 'state'],
    source: page,
    example: {
      broken: `resource "aws_iam_role" "monitoring" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "rds.amazonaws.com" }
    }]
  })
}

resource "aws_db_instance" "main" {
  engine              = "postgres"
  monitoring_interval = 60
  monitoring_role_arn = aws_iam_role.monitoring.arn
}
`,
      sound: `resource "aws_iam_role" "monitoring" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "monitoring.rds.amazonaws.com" }
    }]
  })
}

resource "aws_db_instance" "main" {
  engine              = "postgres"
  monitoring_interval = 60
  monitoring_role_arn = aws_iam_role.monitoring.arn
}
`,
    },
    check(project, { finding }) {
      for (const [database, role] of monitoringRoles(project)) {
        const trust = readPolicy(role, 'assume_role_policy');
        const answer = trust && decide([trust], { ...assumption, resource: role.computed('arn') });
        if (answer === 'denied')
          finding(database, `has the role ${role.configAddress}, which does not trust it`, 'monitoring_role_arn');
      }
    },
  },
  {
    name: 'enhanced-monitoring-policy',
    severity: 'error',
    title: 'the role for enhanced monitoring may write to CloudWatch Logs',
    why: `${refusal} What it measures goes to the log group RDSOSMetrics.`,
    remedy: 'Attach arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole to the role.',
    catalogue: ['S003-07'],
    stages: ['hcl', 'plan', 'state'],
    source: page,
    example: {
      broken: `resource "aws_iam_role" "monitoring" {
  name               = "rds-monitoring"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_db_instance" "main" {
  engine              = "postgres"
  monitoring_interval = 60
  monitoring_role_arn = aws_iam_role.monitoring.arn
}
`,
      sound: `resource "aws_iam_role" "monitoring" {
  name               = "rds-monitoring"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy_attachment" "monitoring" {
  role       = aws_iam_role.monitoring.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}

resource "aws_db_instance" "main" {
  engine              = "postgres"
  monitoring_interval = 60
  monitoring_role_arn = aws_iam_role.monitoring.arn
}
`,
    },
    check(project, { finding, abstain }) {
      for (const [database, role] of monitoringRoles(project)) {
        const { region, account, partition } = database.surroundings;
        const stream = joinText([
          'arn:',
          partition,
          ':logs:',
          region,
          ':',
          account,
          ':log-group:RDSOSMetrics:log-stream:db-ABCDEFGHIJKLMNOPQRSTUVWXYZ',
        ]);
        const answer = roleMay(project, role, { action: 'logs:PutLogEvents', resource: stream });
        if (answer === 'denied')
          finding(database, `has the role ${role.configAddress}, which may not write logs`, 'monitoring_role_arn');
        else if (answer === 'unknown') abstain(database, `what ${role.configAddress} may do is not known`);
      }
    },
  },
  {
    name: 'enhanced-monitoring-on',
    severity: 'warning',
    scope: 'generated',
    title: 'every database instance has enhanced monitoring',
    why: 'The metrics of CloudWatch show what the host does in all, every minute; which process takes the memory or the processor is in enhanced monitoring only.',
    remedy: 'Set monitoring_interval to 60, and monitoring_role_arn.',
    catalogue: ['S003-07'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.html',
    example: {
      broken: `resource "aws_rds_cluster_instance" "main" {
  cluster_identifier = "main"
}
#>> .create-secure-infra.json
{}
`,
      sound: `resource "aws_rds_cluster_instance" "main" {
  cluster_identifier  = "main"
  monitoring_interval = 60
  monitoring_role_arn = "arn:aws:iam::123456789012:role/rds-monitoring"
}
#>> .create-secure-infra.json
{}
`,
    },
    check(project, { finding }) {
      for (const instance of project.all('aws_db_instance', 'aws_rds_cluster_instance')) {
        const interval = instance.has('monitoring_interval') ? instance.number('monitoring_interval') : 0;
        if (interval === 0) finding(instance, 'has no enhanced monitoring', 'monitoring_interval');
      }
    },
  },
);

/** What RDS does to become the role. */
const assumption = {
  action: 'sts:AssumeRole',
  principal: { type: 'Service', value: 'monitoring.rds.amazonaws.com' },
} as const;
