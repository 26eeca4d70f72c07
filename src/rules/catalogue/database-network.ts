import { own } from '../../own.js';
import { countable } from '../lib/counts.js';
import { isSet } from '../lib/databases.js';
import { defaultRoute, routeTableOf, subnetsOf, zoneOf } from '../lib/network.js';
import type { Project, Resource } from '../../terraform/project.js';
import { elements, identity } from '../../terraform/value.js';
import { defineRules } from '../rule.js';

/** The argument that says in which subnets a database or cache is, by resource type. */
const subnetGroupArguments: Readonly<Record<string, string>> = {
  aws_db_instance: 'db_subnet_group_name',
  aws_rds_cluster: 'db_subnet_group_name',
  aws_docdb_cluster: 'db_subnet_group_name',
  aws_neptune_cluster: 'neptune_subnet_group_name',
  aws_redshift_cluster: 'cluster_subnet_group_name',
  aws_elasticache_replication_group: 'subnet_group_name',
  aws_memorydb_cluster: 'subnet_group_name',
  aws_dax_cluster: 'subnet_group_name',
  aws_dms_replication_instance: 'replication_subnet_group_id',
};

/** Groups that AWS refuses unless they cover two availability zones. */
const twoZoneGroups = [
  'aws_db_subnet_group',
  'aws_docdb_subnet_group',
  'aws_neptune_subnet_group',
  'aws_dms_replication_subnet_group',
];

const databaseGroups = [
  'aws_db_subnet_group',
  'aws_docdb_subnet_group',
  'aws_neptune_subnet_group',
  'aws_redshift_subnet_group',
];

/** The subnets of a group that are in the project; there may be others. */
function knownSubnetsOf(project: Project, group: Resource): Resource[] {
  const ids = (elements(group.get('subnet_ids')) ?? []).map(identity);
  return project.inOrder(ids.flatMap((id) => project.having('id', id, 'aws_subnet')));
}

export default defineRules(
  {
    name: 'database-not-public',
    severity: 'error',
    title: 'a database has no public address',
    why: 'The database gets an address of the internet, and only a security group is left between it and everybody.',
    remedy: 'Set publicly_accessible to false, and reach the database from inside the VPC.',
    catalogue: ['S000-15', 'S004-10'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html',
    example: {
      broken: `resource "aws_db_instance" "main" {
  engine              = "postgres"
  publicly_accessible = true
}
`,
      sound: `resource "aws_db_instance" "main" {
  engine              = "postgres"
  publicly_accessible = false
}
`,
    },
    check(project, { finding, abstain }) {
      const databases = project.all(
        'aws_db_instance',
        'aws_rds_cluster_instance',
        'aws_neptune_cluster_instance',
        'aws_redshift_cluster',
        'aws_redshiftserverless_workgroup',
        'aws_dms_replication_instance',
      );
      for (const database of databases) {
        const open = database.truth('publicly_accessible');
        if (open === true) finding(database, 'has a public address', 'publicly_accessible');
        else if (open === undefined && database.has('publicly_accessible'))
          abstain(database, 'publicly_accessible is not known');
      }
    },
  },
  {
    name: 'database-in-subnet-group',
    severity: 'warning',
    title: 'a database is in a subnet group',
    why: 'Without one, AWS puts it in the default VPC, whose subnets are all public; where there is no default VPC the apply fails.',
    remedy: 'Make a subnet group of private subnets and name it.',
    catalogue: ['S000-15'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html',
    example: {
      broken: `resource "aws_db_instance" "main" {
  engine = "postgres"
}
`,
      sound: `resource "aws_db_instance" "main" {
  engine               = "postgres"
  db_subnet_group_name = aws_db_subnet_group.main.name
}

resource "aws_db_subnet_group" "main" {
  subnet_ids = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
}
`,
    },
    check(project, { finding }) {
      for (const database of project.all(...Object.keys(subnetGroupArguments))) {
        const argument = own(subnetGroupArguments, database.type) ?? '';
        // An expression that gives nothing here may give a group to another caller of the module.
        const isLeftOut =
          project.stage === 'hcl' ? !database.body.names().includes(argument) : !isSet(database, argument);
        // A replica of the same region is in its source's subnets, and may not name others.
        if (isLeftOut && !isSet(database, 'replicate_source_db')) finding(database, `has no ${argument}`);
      }
    },
  },
  {
    name: 'db-subnet-group-two-zones',
    severity: 'error',
    title: 'a database subnet group covers two availability zones',
    why: 'AWS refuses the group: "DBSubnetGroupDoesNotCoverEnoughAZs: The DB subnet group doesn\'t meet Availability Zone (AZ) coverage requirement. Current AZ coverage: eu-west-1a. Add subnets to cover at least 2 AZs." DMS answers ReplicationSubnetGroupDoesNotCoverEnoughAZs. Neither validate nor plan looks.',
    remedy: 'Give the group subnets of two or more zones.',
    catalogue: ['S000-11', 'S004-10', 'facts §11'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html',
    example: {
      broken: `resource "aws_db_subnet_group" "main" {
  subnet_ids = [aws_subnet.database.id]
}

resource "aws_subnet" "database" {
  vpc_id     = "vpc-0123456789abcdef0"
  cidr_block = "10.0.8.0/24"
}
`,
      sound: `data "aws_availability_zones" "available" {
  state = "available"
}

resource "aws_subnet" "database" {
  count = 2

  vpc_id            = "vpc-0123456789abcdef0"
  cidr_block        = cidrsubnet("10.0.0.0/16", 8, 8 + count.index)
  availability_zone = data.aws_availability_zones.available.names[count.index]
}

resource "aws_db_subnet_group" "main" {
  subnet_ids = aws_subnet.database[*].id
}
`,
    },
    check(project, { finding, abstain }) {
      for (const group of project.all(...twoZoneGroups)) {
        const ids = countable(group.get('subnet_ids'));
        if (ids?.length === 1) {
          finding(group, 'has one subnet, and so one availability zone', 'subnet_ids');
          continue;
        }
        const zones = ids && subnetsOf(project, group, 'subnet_ids')?.map(zoneOf);
        if (!zones || zones.some((zone) => zone === undefined))
          abstain(group, 'it is not known which availability zones its subnets are in');
        else if (new Set(zones).size === 1)
          finding(group, `has ${zones.length} subnets, all in the same availability zone`, 'subnet_ids');
      }
    },
  },
  {
    name: 'db-subnet-group-not-public',
    severity: 'warning',
    title: 'the subnets of a database subnet group have no route to the internet gateway',
    why: 'In a public subnet one argument (publicly_accessible) is all that keeps the database off the internet, and whoever changes it sees no other obstacle.',
    remedy: 'Use subnets whose route table has no route to an internet gateway.',
    catalogue: ['S000-13'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.Scenarios.html',
    example: {
      broken: `resource "aws_internet_gateway" "main" {
  vpc_id = "vpc-0123456789abcdef0"
}

resource "aws_route_table" "public" {
  vpc_id = "vpc-0123456789abcdef0"

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}

resource "aws_subnet" "a" {
  vpc_id     = "vpc-0123456789abcdef0"
  cidr_block = "10.0.0.0/24"
}

resource "aws_route_table_association" "a" {
  subnet_id      = aws_subnet.a.id
  route_table_id = aws_route_table.public.id
}

resource "aws_db_subnet_group" "main" {
  subnet_ids = [aws_subnet.a.id, "subnet-0123456789abcdef1"]
}
`,
      sound: `resource "aws_route_table" "database" {
  vpc_id = "vpc-0123456789abcdef0"
}

resource "aws_subnet" "a" {
  vpc_id     = "vpc-0123456789abcdef0"
  cidr_block = "10.0.8.0/24"
}

resource "aws_route_table_association" "a" {
  subnet_id      = aws_subnet.a.id
  route_table_id = aws_route_table.database.id
}

resource "aws_db_subnet_group" "main" {
  subnet_ids = [aws_subnet.a.id, "subnet-0123456789abcdef1"]
}
`,
    },
    check(project, { finding }) {
      for (const group of project.all(...databaseGroups)) {
        const open = knownSubnetsOf(project, group).find((subnet) => {
          const table = routeTableOf(project, subnet);
          return table !== undefined && defaultRoute(project, table) === 'internet';
        });
        if (open) finding(group, `has the public subnet ${open.configAddress}`, 'subnet_ids');
      }
    },
  },
  {
    name: 'database-subnets-isolated',
    severity: 'warning',
    scope: 'generated',
    title: 'the subnets of the databases are a tier of their own without a default route',
    why: 'A database starts no connections. With a way out, a taken-over database can send its data away.',
    remedy: 'Give the databases subnets of their own with a route table that has no default route.',
    catalogue: ['S000-13'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html',
    example: {
      broken: `resource "aws_subnet" "private" {
  vpc_id     = "vpc-0123456789abcdef0"
  cidr_block = "10.0.4.0/24"
}

resource "aws_route_table" "private" {
  vpc_id = "vpc-0123456789abcdef0"

  route {
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = "nat-0123456789abcdef0"
  }
}

resource "aws_route_table_association" "private" {
  subnet_id      = aws_subnet.private.id
  route_table_id = aws_route_table.private.id
}

resource "aws_db_subnet_group" "main" {
  subnet_ids = [aws_subnet.private.id, "subnet-0123456789abcdef1"]
}
#>> .create-secure-infra.json
{}
`,
      sound: `resource "aws_subnet" "database" {
  vpc_id     = "vpc-0123456789abcdef0"
  cidr_block = "10.0.8.0/24"
}

resource "aws_route_table" "database" {
  vpc_id = "vpc-0123456789abcdef0"
}

resource "aws_route_table_association" "database" {
  subnet_id      = aws_subnet.database.id
  route_table_id = aws_route_table.database.id
}

resource "aws_db_subnet_group" "main" {
  subnet_ids = [aws_subnet.database.id, "subnet-0123456789abcdef1"]
}
#>> .create-secure-infra.json
{}
`,
    },
    check(project, { finding }) {
      for (const group of project.all(...databaseGroups)) {
        for (const subnet of knownSubnetsOf(project, group)) {
          const table = routeTableOf(project, subnet);
          const route = table && defaultRoute(project, table);
          // That it leads to the internet gateway is a rule of its own.
          if (route !== 'nat' && route !== 'other') continue;
          finding(group, `has the subnet ${subnet.configAddress}, whose traffic has a way out`, 'subnet_ids');
        }
      }
    },
  },
);
