import { databaseClassExists, databaseClassOffered } from '../../aws/database-classes.js';
import { engineOf, isSet } from '../lib/databases.js';
import { defineRules } from '../rule.js';

export default defineRules(
  {
    name: 'database-class-offered',
    severity: 'error',
    title: "a database's engine and region offer its instance class",
    why: 'AWS refuses the instance: "RDS does not support creating a DB instance with the following combination: DBInstanceClass=db.t3.micro, Engine=aurora-postgresql, …". Neither validate nor plan looks. Aurora PostgreSQL has no db.m classes and nothing below medium in the db.t classes.',
    remedy: 'Take a class that the engine has there: db.t4g.medium is the smallest for Aurora PostgreSQL.',
    catalogue: ['S001-13', 'facts §2'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://github.com/aws/aws-cdk/issues/23431',
    example: {
      broken: `resource "aws_rds_cluster_instance" "main" {
  cluster_identifier = "main"
  engine             = "aurora-postgresql"
  instance_class     = "db.t3.micro"
}
`,
      sound: `resource "aws_rds_cluster_instance" "main" {
  cluster_identifier = "main"
  engine             = "aurora-postgresql"
  instance_class     = "db.t4g.medium"
}
`,
    },
    check(project, { finding, abstain }) {
      for (const instance of project.all('aws_db_instance', 'aws_rds_cluster_instance')) {
        const engine = engineOf(project, instance);
        const name = instance.text('instance_class');
        if (engine === undefined || name === undefined) {
          abstain(instance, 'its engine or its class is not known');
          continue;
        }
        const { region } = instance.surroundings;
        if (databaseClassExists(engine, name) === false)
          finding(instance, `is of class ${name}, which ${engine} has not`, 'instance_class');
        else if (typeof region === 'string' && databaseClassOffered(engine, region, name) === false)
          finding(instance, `is of class ${name}, which ${engine} has not in ${region}`, 'instance_class');
      }
    },
  },
  {
    name: 'aurora-no-cluster-class',
    severity: 'error',
    title: 'an Aurora cluster names no instance class, its instances do',
    why: 'AWS refuses the cluster: "InvalidParameterCombination: DBClusterInstanceClass isn\'t supported for DB engine aurora-postgresql." The argument is for Multi-AZ clusters of RDS.',
    remedy: 'Move the class to instance_class of the aws_rds_cluster_instance resources.',
    catalogue: ['S001-13', 'facts §2'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/30596',
    example: {
      broken: `resource "aws_rds_cluster" "main" {
  engine                    = "aurora-postgresql"
  db_cluster_instance_class = "db.r7g.large"
}
`,
      sound: `resource "aws_rds_cluster" "main" {
  engine = "aurora-postgresql"
}

resource "aws_rds_cluster_instance" "main" {
  cluster_identifier = aws_rds_cluster.main.id
  engine             = aws_rds_cluster.main.engine
  instance_class     = "db.r7g.large"
}
`,
    },
    check(project, { finding }) {
      for (const cluster of project.all('aws_rds_cluster')) {
        const name = cluster.text('db_cluster_instance_class');
        const isAurora = engineOf(project, cluster)?.startsWith('aurora') ?? false;
        // Aurora Limitless has the class on its cluster.
        const isLimitless = isSet(cluster, 'cluster_scalability_type');
        if (isAurora && name !== undefined && name !== '' && !isLimitless)
          finding(cluster, `names the class ${name}`, 'db_cluster_instance_class');
      }
    },
  },
);
