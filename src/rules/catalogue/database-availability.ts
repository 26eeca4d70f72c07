import { answersOf } from '../lib/generated.js';
import { instancesOf, isCopy, isSet, mayBeSecondary } from '../lib/databases.js';
import type { Project } from '../../terraform/project.js';
import { defineRules } from '../rule.js';

/** Whether a project wants its databases to outlive a zone; one that was generated to be thrown away does not. */
function wantsAvailability(project: Project): boolean {
  return !project.believed || answersOf(project).profile !== 'ephemeral';
}

export default defineRules(
  {
    name: 'rds-multi-az',
    severity: 'warning',
    title: 'a database instance has a standby in another availability zone',
    why: 'When its zone or its host fails, the database is down until it is restored from a backup, and every maintenance interrupts it.',
    remedy: 'Set multi_az to true, or ignore this rule where an outage of hours is acceptable.',
    catalogue: ['S000-26'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZSingleStandby.html',
    example: {
      broken: `resource "aws_db_instance" "main" {
  engine         = "mysql"
  instance_class = "db.m7g.large"
}
`,
      sound: `resource "aws_db_instance" "main" {
  engine         = "mysql"
  instance_class = "db.m7g.large"
  multi_az       = true
}
`,
    },
    check(project, { finding }) {
      if (!wantsAvailability(project)) return;
      for (const instance of project.all('aws_db_instance')) {
        // A replica is a second copy already.
        if (isSet(instance, 'replicate_source_db')) continue;
        if (!isSet(instance, 'multi_az')) finding(instance, 'has no standby, for want of multi_az');
        else if (instance.truth('multi_az') === false) finding(instance, 'has no standby', 'multi_az');
      }
    },
  },
  {
    name: 'aurora-two-instances',
    severity: 'warning',
    title: 'an Aurora cluster has two instances',
    why: 'With one instance there is nothing to fail over to: the cluster is down until AWS has made a new one, and every maintenance interrupts it.',
    remedy: 'Add an aws_rds_cluster_instance, or ignore this rule where an outage of some minutes is acceptable.',
    catalogue: ['S000-26'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.AuroraHighAvailability.html',
    example: {
      broken: `resource "aws_rds_cluster" "main" {
  engine = "aurora-postgresql"
}

resource "aws_rds_cluster_instance" "main" {
  cluster_identifier = aws_rds_cluster.main.id
  engine             = aws_rds_cluster.main.engine
  instance_class     = "db.r7g.large"
}
`,
      sound: `resource "aws_rds_cluster" "main" {
  engine = "aurora-postgresql"
}

resource "aws_rds_cluster_instance" "main" {
  count = 2

  cluster_identifier = aws_rds_cluster.main.id
  engine             = aws_rds_cluster.main.engine
  instance_class     = "db.r7g.large"
}
`,
    },
    check(project, { finding, abstain }) {
      if (!wantsAvailability(project)) return;
      for (const cluster of project.all('aws_rds_cluster')) {
        if (isCopy(cluster) || mayBeSecondary(cluster)) continue;
        const instances = instancesOf(project, cluster);
        if (instances.some(({ uncertain }) => uncertain)) abstain(cluster, 'how many instances it has is not known');
        else if (instances.length === 1) finding(cluster, 'has one instance');
      }
    },
  },
);
