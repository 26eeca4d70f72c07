import { supportsPerformanceInsights, type DatabaseEngine } from '../../aws/database-classes.js';
import { clusterOf, engineOf } from '../lib/databases.js';
import type { Project, Resource } from '../../terraform/project.js';
import { defineRules } from '../rule.js';

/** Days that Performance Insights keeps data at least for the advanced mode of Database Insights. */
const advancedRetention = 465;

/** Whether Performance Insights is on for an instance: by itself, or by its cluster for all. */
function hasInsights(project: Project, instance: Resource): boolean {
  if (instance.truth('performance_insights_enabled') === true) return true;
  const cluster = instance.type === 'aws_rds_cluster_instance' ? clusterOf(project, instance) : undefined;
  return cluster?.truth('performance_insights_enabled') === true;
}

/** 7, the 2 years, or whole months of 31 days. */
function isRetention(days: number): boolean {
  return days === 7 || days === 731 || (days % 31 === 0 && days >= 31 && days <= 713);
}

/** What keeps a database from the advanced mode, if anything; an unknown value is taken for right. */
function missingForAdvanced(database: Resource): string | undefined {
  const isOn = database.has('performance_insights_enabled') ? database.truth('performance_insights_enabled') : false;
  if (isOn === false) return 'has Performance Insights off';
  if (!database.has('performance_insights_retention_period'))
    return 'keeps the data of Performance Insights for 7 days';
  const days = database.number('performance_insights_retention_period');
  return days !== undefined && days < advancedRetention
    ? `keeps the data of Performance Insights for ${days} days`
    : undefined;
}

export default defineRules(
  {
    name: 'performance-insights-class',
    severity: 'error',
    title: 'Performance Insights is on only where the instance class has it',
    why: 'AWS refuses the instance: "InvalidParameterCombination: Performance Insights not supported for this configuration." RDS for MySQL and MariaDB have none on the micro and small classes of t2, t3 and t4g; Aurora MySQL none on t2, t3 and the smaller t4g.',
    remedy: 'Take a larger class (db.t4g.medium), or set performance_insights_enabled to false.',
    catalogue: ['S001-14', 'facts §1'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DatabaseInsights.Engines.html',
    example: {
      broken: `resource "aws_db_instance" "main" {
  engine                       = "mysql"
  instance_class               = "db.t3.micro"
  performance_insights_enabled = true
}
`,
      sound: `resource "aws_db_instance" "main" {
  engine                       = "mysql"
  instance_class               = "db.t4g.medium"
  performance_insights_enabled = true
}
`,
    },
    check(project, { finding }) {
      for (const instance of project.all('aws_db_instance', 'aws_rds_cluster_instance')) {
        const engine = engineOf(project, instance);
        const name = instance.text('instance_class');
        if (engine === undefined || name === undefined || !hasInsights(project, instance)) continue;
        // An engine that is not in the table has no such class there.
        if (!supportsPerformanceInsights(engine as DatabaseEngine, name))
          finding(
            instance,
            `has Performance Insights on, which ${engine} has not on ${name}`,
            'performance_insights_enabled',
          );
      }
    },
  },
  {
    name: 'performance-insights-retention',
    severity: 'error',
    title: 'Performance Insights keeps its data for 7 days, whole months of 31 days, or 731 days',
    why: 'AWS refuses any other number of days in performance_insights_retention_period.',
    remedy: 'Set it to 7, a multiple of 31 up to 713, or 731.',
    catalogue: ['S001-14', 'facts §1'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html',
    example: {
      broken: `resource "aws_db_instance" "main" {
  engine                                = "postgres"
  performance_insights_enabled          = true
  performance_insights_retention_period = 30
}
`,
      sound: `resource "aws_db_instance" "main" {
  engine                                = "postgres"
  performance_insights_enabled          = true
  performance_insights_retention_period = 31
}
`,
    },
    check(project, { finding }) {
      for (const database of project.all('aws_db_instance', 'aws_rds_cluster', 'aws_rds_cluster_instance')) {
        const days = database.number('performance_insights_retention_period');
        // A state says 0 where it is off.
        if (days === undefined || days === 0 || isRetention(days)) continue;
        finding(database, `keeps its data for ${days} days`, 'performance_insights_retention_period');
      }
    },
  },
  {
    name: 'database-insights-advanced',
    severity: 'error',
    title:
      'the advanced mode of Database Insights comes with Performance Insights that keeps data for 465 days or more',
    why: 'AWS refuses database_insights_mode = "advanced" unless Performance Insights is on for the cluster or the instance and keeps its data for at least 465 days.',
    remedy:
      'Set performance_insights_enabled to true and performance_insights_retention_period to 465 beside it, or the mode to standard.',
    catalogue: ['S001-14', 'facts §1'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_DatabaseInsights.TurningOnAdvanced.html',
    example: {
      broken: `resource "aws_rds_cluster" "main" {
  engine                                = "aurora-postgresql"
  database_insights_mode                = "advanced"
  performance_insights_enabled          = true
  performance_insights_retention_period = 93
}
`,
      sound: `resource "aws_rds_cluster" "main" {
  engine                                = "aurora-postgresql"
  database_insights_mode                = "advanced"
  performance_insights_enabled          = true
  performance_insights_retention_period = 465
}
`,
    },
    check(project, { finding }) {
      for (const database of project.all('aws_db_instance', 'aws_rds_cluster')) {
        if (database.get('database_insights_mode') !== 'advanced') continue;
        const missing = missingForAdvanced(database);
        if (missing !== undefined) finding(database, `${missing}, and is in advanced mode`, 'database_insights_mode');
      }
    },
  },
);
