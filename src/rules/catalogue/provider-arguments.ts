import { resourceSchema } from '../../aws/provider-schema.js';
import { attributeReferences } from '../../terraform/attribute-references.js';
import { lookedAt, providerChoice } from '../lib/provider-version.js';
import { isGoneInSix, schemaFaults, unknownName, type SchemaFault } from '../lib/schema-faults.js';
import type { Project } from '../../terraform/project.js';
import { defineRules, type Report, type Rule } from '../rule.js';

const source = 'https://github.com/hashicorp/terraform-provider-aws/tree/v5.100.0/website/docs';

/** What the examples say of the provider, on which the schema depends. */
const required = `terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0, < 7.0.0"
    }
  }
}
`;

function tell(kind: SchemaFault['kind']): Rule['check'] {
  return (project: Project, { finding }: Report) => {
    for (const fault of schemaFaults(project)) if (fault.kind === kind) finding(fault.at, fault.message);
  };
}

export default defineRules(
  {
    name: 'resource-type-exists',
    severity: 'error',
    title: 'every resource and data source is of a type that the AWS provider has',
    why: 'terraform validate stops with "The provider hashicorp/aws does not support resource type …".',
    remedy:
      'Use a type of the provider. One that came with version 6 needs a constraint on hashicorp/aws that keeps 5 out.',
    catalogue: ['S003-06'],
    stages: ['hcl'],
    source,
    example: {
      broken: `${required}
resource "aws_rds_instance" "main" {
  engine         = "mysql"
  instance_class = "db.t4g.medium"
}
`,
      sound: `${required}
resource "aws_db_instance" "main" {
  engine         = "mysql"
  instance_class = "db.t4g.medium"
}
`,
    },
    check: tell('type'),
  },
  {
    name: 'argument-exists',
    severity: 'error',
    title: 'every argument and block is one that the type has',
    why: 'terraform validate stops with "An argument named … is not expected here", or "Blocks of type … are not expected here".',
    remedy:
      "Use what the type's page in the provider's documentation lists. What came later needs a constraint on hashicorp/aws that begins there.",
    catalogue: ['S003-06'],
    stages: ['hcl'],
    source,
    example: {
      broken: `${required}
resource "aws_lb" "app" {
  name    = "app"
  scheme  = "internet-facing"
  subnets = ["subnet-0123456789abcdef0", "subnet-0fedcba9876543210"]
}
`,
      sound: `${required}
resource "aws_lb" "app" {
  name     = "app"
  internal = false
  subnets  = ["subnet-0123456789abcdef0", "subnet-0fedcba9876543210"]
}
`,
    },
    check: tell('unknown'),
  },
  {
    name: 'argument-can-be-set',
    severity: 'error',
    title: 'no argument is set that only AWS can set',
    why: 'terraform validate stops with "Can\'t configure a value for …: its value will be decided automatically based on the result of applying this configuration".',
    remedy: 'Take the argument out; read the attribute where its value is needed.',
    catalogue: ['S003-06'],
    stages: ['hcl'],
    source,
    example: {
      broken: `${required}
resource "aws_sns_topic" "alerts" {
  name = "alerts"
  arn  = "arn:aws:sns:eu-west-1:123456789012:alerts"
}
`,
      sound: `${required}
resource "aws_sns_topic" "alerts" {
  name = "alerts"
}
`,
    },
    check: tell('computed'),
  },
  {
    name: 'required-arguments',
    severity: 'error',
    title: 'every argument and block that the type requires is written',
    why: 'terraform validate stops with "The argument … is required, but no definition was found", or "At least 1 … blocks are required".',
    remedy: 'Write the argument or block.',
    catalogue: ['S003-06'],
    stages: ['hcl'],
    source,
    example: {
      broken: `${required}
resource "aws_iam_role" "app" {
  name = "app"
}
`,
      sound: `${required}
resource "aws_iam_role" "app" {
  name               = "app"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}
`,
    },
    check: tell('missing'),
  },
  {
    name: 'attribute-exists',
    severity: 'error',
    title: 'every attribute that is referred to is one that the type has',
    why: 'terraform validate stops with "This object has no argument, nested block, or exported attribute named …".',
    remedy:
      "Use an attribute that the type's page in the provider's documentation lists. One that came later needs a constraint on hashicorp/aws that begins there.",
    catalogue: ['S003-06', 'facts §12'],
    stages: ['hcl'],
    source,
    example: {
      broken: `${required}
resource "aws_lb" "app" {
  name    = "app"
  subnets = ["subnet-0123456789abcdef0", "subnet-0fedcba9876543210"]
}

output "address" {
  value = aws_lb.app.dns
}
`,
      sound: `${required}
resource "aws_lb" "app" {
  name    = "app"
  subnets = ["subnet-0123456789abcdef0", "subnet-0fedcba9876543210"]
}

output "address" {
  value = aws_lb.app.dns_name
}
`,
    },
    check(project, { finding }) {
      const { schema: versions, isNewer } = providerChoice(project);
      if (!versions) return;
      for (const { address, kind, type, attribute, location } of attributeReferences(project)) {
        const schema = resourceSchema(kind, type, versions);
        if (!schema || attribute === 'timeouts' || schema.attribute(attribute) || schema.block(attribute)) continue;
        if (versions === 'six' && isGoneInSix(resourceSchema(kind, type), schema, attribute)) continue;
        const other = unknownName(attribute, () => schema.names(), isNewer);
        if (other === undefined) continue;
        finding(location, `${address} has no attribute ${JSON.stringify(attribute)}${lookedAt(versions)}${other}`);
      }
    },
  },
);
