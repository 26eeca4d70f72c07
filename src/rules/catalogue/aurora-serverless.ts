import { clusterOf, isSet } from '../lib/databases.js';
import type { Block } from '../../terraform/project.js';
import { defineRules } from '../rule.js';

/** What is wrong with a range of Aurora capacity units, if anything; unknown bounds are taken for right. */
function wrongCapacity(range: Block): string | undefined {
  const min = range.number('min_capacity');
  const max = range.number('max_capacity');
  if (min !== undefined && (min < 0 || min > 256)) return `min_capacity is ${min}`;
  if (max !== undefined && (max < 1 || max > 256)) return `max_capacity is ${max}`;
  if ([min, max].some((bound) => bound !== undefined && (bound * 2) % 1 !== 0))
    return `${min} or ${max} is not a multiple of 0.5`;
  if (min !== undefined && max !== undefined && min > max) return `min_capacity ${min} is above max_capacity ${max}`;
  return undefined;
}

export default defineRules(
  {
    name: 'serverless-v2-scaling',
    severity: 'error',
    title: 'a cluster with instances of class db.serverless has a range to scale in',
    why: 'AWS refuses the instance: "InvalidDBClusterStateFault: Set the Serverless v2 scaling configuration on the parent DB cluster before creating a Serverless v2 DB instance."',
    remedy: 'Add a serverlessv2_scaling_configuration block with min_capacity and max_capacity to the cluster.',
    catalogue: ['S002-07'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.create.html',
    example: {
      broken: `resource "aws_rds_cluster" "main" {
  engine = "aurora-postgresql"
}

resource "aws_rds_cluster_instance" "main" {
  cluster_identifier = aws_rds_cluster.main.id
  engine             = aws_rds_cluster.main.engine
  instance_class     = "db.serverless"
}
`,
      sound: `resource "aws_rds_cluster" "main" {
  engine = "aurora-postgresql"

  serverlessv2_scaling_configuration {
    min_capacity = 0.5
    max_capacity = 8
  }
}

resource "aws_rds_cluster_instance" "main" {
  cluster_identifier = aws_rds_cluster.main.id
  engine             = aws_rds_cluster.main.engine
  instance_class     = "db.serverless"
}
`,
    },
    check(project, { finding, abstain }) {
      for (const instance of project.all('aws_rds_cluster_instance')) {
        if (instance.get('instance_class') !== 'db.serverless') continue;
        const cluster = clusterOf(project, instance);
        if (!cluster) abstain(instance, 'its cluster is not in the project');
        else if (!isSet(cluster, 'serverlessv2_scaling_configuration'))
          finding(
            instance,
            `is of class db.serverless, and ${cluster.configAddress} has no serverlessv2_scaling_configuration`,
            'instance_class',
          );
      }
    },
  },
  {
    name: 'serverless-v2-capacity',
    severity: 'error',
    title: 'the range of an Aurora Serverless v2 cluster is from 0 to 256 units in steps of 0.5, and max at least 1',
    why: 'AWS refuses the cluster: the minimum is 0 or 0.5 and up, the maximum 1 to 256, and the minimum is not above the maximum.',
    remedy: 'Set min_capacity and max_capacity within these bounds.',
    catalogue: ['S002-07'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ServerlessV2ScalingConfiguration.html',
    example: {
      broken: `resource "aws_rds_cluster" "main" {
  engine = "aurora-mysql"

  serverlessv2_scaling_configuration {
    min_capacity = 4
    max_capacity = 2
  }
}
`,
      sound: `resource "aws_rds_cluster" "main" {
  engine = "aurora-mysql"

  serverlessv2_scaling_configuration {
    min_capacity = 0.5
    max_capacity = 16
  }
}
`,
    },
    check(project, { finding }) {
      for (const cluster of project.all('aws_rds_cluster')) {
        for (const range of cluster.blocks('serverlessv2_scaling_configuration')) {
          const wrong = wrongCapacity(range);
          if (wrong !== undefined) finding(range, `cannot be: ${wrong}`);
        }
      }
    },
  },
  {
    name: 'aurora-no-serverless-v1',
    severity: 'error',
    title: 'an Aurora cluster is provisioned, serverless or not',
    why: 'engine_mode = "serverless" is Aurora Serverless v1, which AWS ended in 2025: no such cluster can be created. Serverless v2 is a provisioned cluster with instances of class db.serverless.',
    remedy:
      'Drop engine_mode and scaling_configuration, add serverlessv2_scaling_configuration and an aws_rds_cluster_instance of class db.serverless.',
    catalogue: ['S002-07'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.upgrade.html',
    example: {
      broken: `resource "aws_rds_cluster" "main" {
  engine      = "aurora-postgresql"
  engine_mode = "serverless"
}
`,
      sound: `resource "aws_rds_cluster" "main" {
  engine      = "aurora-postgresql"
  engine_mode = "provisioned"

  serverlessv2_scaling_configuration {
    min_capacity = 0.5
    max_capacity = 8
  }
}
`,
    },
    check(project, { finding }) {
      for (const cluster of project.all('aws_rds_cluster'))
        if (cluster.get('engine_mode') === 'serverless') finding(cluster, 'is of Aurora Serverless v1', 'engine_mode');
    },
  },
);
