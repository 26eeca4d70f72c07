import { circlesIn, dependenciesOf } from '../../terraform/dependencies.js';
import { defineRule } from '../rule.js';

export default defineRule({
  name: 'no-dependency-cycle',
  severity: 'error',
  title: 'nothing depends on itself, not by way of others either',
  why: 'Terraform cannot tell what to make first and stops: "Error: Cycle: aws_security_group.a, aws_security_group.b", or "Self-referential block: Configuration for aws_security_group.app may not refer to itself." It names all that is in the circle, not the way round.',
  remedy:
    'Take one step of the circle out: build an ARN from names in place of a reference, or move a rule, policy or attachment into a resource of its own.',
  catalogue: ['S000-31'],
  stages: ['hcl'],
  source: 'https://developer.hashicorp.com/terraform/internals/graph',
  example: {
    broken: `resource "aws_security_group" "app" {
  vpc_id = "vpc-0123456789abcdef0"

  egress {
    from_port       = 5432
    to_port         = 5432
    protocol        = "tcp"
    security_groups = [aws_security_group.database.id]
  }
}

resource "aws_security_group" "database" {
  vpc_id = "vpc-0123456789abcdef0"

  ingress {
    from_port       = 5432
    to_port         = 5432
    protocol        = "tcp"
    security_groups = [aws_security_group.app.id]
  }
}
`,
    sound: `resource "aws_security_group" "app" {
  vpc_id = "vpc-0123456789abcdef0"
}

resource "aws_security_group" "database" {
  vpc_id = "vpc-0123456789abcdef0"
}

resource "aws_vpc_security_group_egress_rule" "app_to_database" {
  security_group_id            = aws_security_group.app.id
  referenced_security_group_id = aws_security_group.database.id
  from_port                    = 5432
  to_port                      = 5432
  ip_protocol                  = "tcp"
}

resource "aws_vpc_security_group_ingress_rule" "database_from_app" {
  security_group_id            = aws_security_group.database.id
  referenced_security_group_id = aws_security_group.app.id
  from_port                    = 5432
  to_port                      = 5432
  ip_protocol                  = "tcp"
}
`,
  },
  check(project, { finding }) {
    for (const circle of circlesIn(dependenciesOf(project))) {
      const [first] = circle;
      if (!first) continue;
      const way = [...circle, first].map(({ address }) => address).join(' → ');
      finding(
        first.location,
        circle.length === 1 ? `${first.address} refers to itself` : `goes round in a circle: ${way}`,
      );
    }
  },
});
