import {
  internetInWords,
  isFromInternet,
  isOfDatabase,
  mayBeFromInternet,
  openPorts,
  portsInWords,
  rangesNotKnown,
} from '../lib/open-ports.js';
import { databasePort, holdersOf, isDatabase } from '../lib/paths.js';
import { show } from '../../terraform/value.js';
import { defineRules } from '../rule.js';

const source = 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.RDSSecurityGroups.html';

const groups = `resource "aws_security_group" "app" {
  name        = "app"
  description = "Application"
  vpc_id      = "vpc-0123456789abcdef0"
}

resource "aws_security_group" "database" {
  name        = "database"
  description = "Database"
  vpc_id      = "vpc-0123456789abcdef0"
}

resource "aws_db_instance" "main" {
  engine                 = "postgres"
  instance_class         = "db.t4g.micro"
  vpc_security_group_ids = [aws_security_group.database.id]
}

`;

const sound = `${groups}resource "aws_vpc_security_group_ingress_rule" "database" {
  security_group_id            = aws_security_group.database.id
  description                  = "PostgreSQL from the application"
  referenced_security_group_id = aws_security_group.app.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}
`;

export default defineRules(
  {
    name: 'database-closed-to-internet',
    severity: 'error',
    title: "a database's security group does not let the internet in",
    why: 'Nothing but the route and the public address that it happens not to have keeps the internet from the database.',
    remedy: "Name the security group of the application as the rule's source.",
    catalogue: ['S000-08', 'S000-06'],
    stages: ['hcl', 'plan', 'state'],
    source,
    example: {
      broken: `${groups}resource "aws_vpc_security_group_ingress_rule" "database" {
  security_group_id = aws_security_group.database.id
  description       = "PostgreSQL"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
}
`,
      sound,
    },
    check(project, { finding, abstain }) {
      for (const open of openPorts(project)) {
        const { rule } = open;
        const internet = internetInWords(rule);
        if ((!internet && !mayBeFromInternet(rule)) || !isOfDatabase(project, rule.group)) continue;
        if (internet) finding(rule.at, `lets ${internet} in on ${portsInWords(open)} of a database`);
        else abstain(rule.at, rangesNotKnown);
      }
    },
  },
  {
    name: 'database-ingress-from-groups',
    severity: 'warning',
    title: "a database's security group lets in security groups, not address ranges",
    why: 'Everything in the range reaches the database, whatever else will run there.',
    remedy: 'Name the security group of each client as the source of a rule.',
    catalogue: ['S000-08'],
    stages: ['hcl', 'plan', 'state'],
    source,
    example: {
      broken: `${groups}resource "aws_vpc_security_group_ingress_rule" "database" {
  security_group_id = aws_security_group.database.id
  description       = "PostgreSQL from the VPC"
  cidr_ipv4         = "10.0.0.0/16"
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
}
`,
      sound,
    },
    check(project, { finding, abstain }) {
      for (const { rule } of openPorts(project)) {
        if (isFromInternet(rule) || !isOfDatabase(project, rule.group)) continue;
        const [first] = rule.ranges ?? [];
        if (first !== undefined) finding(rule.at, `lets the addresses ${show(first)} in instead of a security group`);
        else if (!rule.ranges) abstain(rule.at, rangesNotKnown);
      }
    },
  },
  {
    name: 'database-ingress-engine-port',
    severity: 'warning',
    title: "a database's security group opens the database's port only",
    why: 'Other ports are of no use to a client, and where it is the wrong port the client waits until it gives up.',
    remedy: 'Set from_port and to_port to the port of the engine.',
    catalogue: ['S000-08', 'S000-07'],
    stages: ['hcl', 'plan', 'state'],
    source,
    example: {
      broken: `${groups}resource "aws_vpc_security_group_ingress_rule" "database" {
  security_group_id            = aws_security_group.database.id
  description                  = "From the application"
  referenced_security_group_id = aws_security_group.app.id
  ip_protocol                  = "-1"
}
`,
      sound,
    },
    check(project, { finding }) {
      for (const open of openPorts(project)) {
        const { rule, from, to } = open;
        const holders = holdersOf(project, rule.group);
        // Other holders of the group may have other ports, and its members may talk among themselves.
        if (holders.length === 0 || !holders.every(isDatabase) || rule.groups.includes(rule.group)) continue;
        const ports = holders.map(databasePort);
        if (ports.includes(undefined) || isFromInternet(rule)) continue;
        const known = new Set(ports);
        const others = Array.from({ length: Math.min(to - from + 1, known.size + 1) }, (_, at) => from + at);
        if (others.some((port) => !known.has(port)))
          finding(rule.at, `opens ${portsInWords(open)}; the database listens on ${[...known].join(' and ')}`);
      }
    },
  },
);
