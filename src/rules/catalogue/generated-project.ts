import { recordFile } from '../../record/record.js';
import { answersOf } from '../lib/generated.js';
import { argument, declarationsOf, placeOf } from '../../terraform/references.js';
import { attributesIn } from '../lib/written.js';
import { defineRules } from '../rule.js';

/** Things that may be there before the project, by whether an answer said that they are. */
const existing: readonly {
  what: string;
  variables: RegExp;
  data: readonly string[];
  isAnswered(answers: Readonly<Record<string, unknown>>): boolean;
}[] = [
  {
    what: 'a network',
    variables: /(?:^|_)(?:vpc_id|subnet_ids?|security_group_ids?)$/,
    data: ['aws_vpc', 'aws_subnet', 'aws_subnets', 'aws_security_group', 'aws_route_table', 'aws_internet_gateway'],
    isAnswered: ({ vpc }) => vpc === 'existing',
  },
  {
    what: 'a certificate',
    variables: /(?:^|_)certificate_arn$/,
    data: ['aws_acm_certificate'],
    isAnswered: ({ https, route53 }) => https === true && route53 !== true,
  },
  {
    what: 'a hosted zone',
    variables: /(?:^|_)(?:hosted_)?zone_(?:id|name)$/,
    data: ['aws_route53_zone'],
    isAnswered: ({ route53 }) => route53 === true,
  },
  {
    what: 'something else',
    variables: /(?:^|_)(?:repository_url|cluster_arn|role_arn|kms_key_arn|topic_arn|bucket_name)$/,
    data: ['aws_ecr_repository', 'aws_ecs_cluster', 'aws_kms_key', 'aws_s3_bucket', 'aws_db_instance', 'aws_lb'],
    isAnswered: () => false,
  },
];

/** Attributes that a person or a pipeline needs after an apply, by the resource that has them. */
const neededOutputs: Readonly<Record<string, readonly string[]>> = {
  aws_lb: ['dns_name'],
  aws_rds_cluster: ['endpoint'],
  aws_db_instance: ['endpoint', 'address'],
  aws_ecr_repository: ['repository_url'],
  aws_ecs_cluster: ['name', 'arn'],
  aws_ecs_service: ['name', 'id'],
  aws_apigatewayv2_api: ['api_endpoint'],
  aws_dynamodb_table: ['name', 'arn'],
};

/** What README.md tells, by the words that a heading or a command of it has. */
const sections: readonly { what: string; words: RegExp; needs?: string }[] = [
  { what: 'how to deploy it', words: /^#+ .*deploy/im },
  { what: 'how to initialise the state', words: /init -backend-config=backend\.hcl/, needs: 'backend.hcl' },
  { what: 'what a 403 from init means', words: /403/, needs: 'backend.hcl' },
  { what: 'the variables', words: /^#+ variables/im },
  { what: 'the outputs', words: /^#+ outputs/im },
  { what: 'the cost', words: /^#+ .*cost/im },
  { what: 'what is encrypted', words: /^#+ .*encrypted/im },
  { what: 'how to operate it', words: /^#+ .*operating/im },
  { what: 'how to take it down', words: /^#+ .*(?:taking it down|teardown|destroy)/im },
];

const readme = 'README.md';
const record = `#>> ${recordFile}\n{}\n`;

export default defineRules(
  {
    name: 'self-sufficient',
    severity: 'warning',
    scope: 'generated',
    title: 'the project makes what it needs, but for what an answer said is there',
    why: 'A first apply in an empty account stops at what is not there: "no matching EC2 VPC found", or a question for an id that nobody has.',
    remedy: 'Make it in the project, or write the project again with the answer that names what is there.',
    catalogue: ['S001-01'],
    stages: ['hcl'],
    source: 'https://developer.hashicorp.com/terraform/language/values/variables#arguments',
    example: {
      broken: `variable "vpc_id" {
  description = "Id of the VPC."
  type        = string
}

resource "aws_security_group" "app" {
  vpc_id = var.vpc_id
}
${record}`,
      sound: `resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_security_group" "app" {
  vpc_id = aws_vpc.this.id
}
${record}`,
    },
    check(project, { finding }) {
      const [root] = project.folders;
      if (!root) return;
      const answers = answersOf(project);
      const { variables } = declarationsOf(root);
      for (const { what, variables: names, data, isAnswered } of existing) {
        if (isAnswered(answers)) continue;
        for (const [name, block] of variables)
          if (names.test(name) && !argument(block.syntax.body, 'default'))
            finding(placeOf(block), `the variable ${name} asks for ${what}, which no answer said is there`);
        // The default VPC is another rule's.
        for (const source of project.data(...data))
          if (source.truth('default') !== true) finding(source, `looks for ${what}, which no answer said is there`);
      }
    },
  },
  {
    name: 'project-outputs',
    severity: 'warning',
    scope: 'generated',
    title: 'what is needed after an apply is an output',
    why: 'The next step, such as a push of the image or a first request, needs names and addresses that AWS chose. Without an output one looks for them in the console.',
    remedy: 'Add the output to outputs.tf.',
    catalogue: ['S000-29', 'S001-11'],
    stages: ['hcl'],
    source: 'https://developer.hashicorp.com/terraform/language/values/outputs',
    example: {
      broken: `resource "aws_ecr_repository" "app" {
  name = "payments-dev1-app"
}
${record}`,
      sound: `resource "aws_ecr_repository" "app" {
  name = "payments-dev1-app"
}

output "ecr_repository_url" {
  description = "Repository to push the application's image to."
  value       = aws_ecr_repository.app.repository_url
}
${record}`,
    },
    check(project, { finding }) {
      const [root] = project.folders;
      if (!root) return;
      const { outputs } = declarationsOf(root);
      const handedOut = new Set(
        [...outputs.values()].flatMap(({ syntax }) => {
          const value = argument(syntax.body, 'value')?.expression;
          return value ? [...attributesIn(root, value)] : [];
        }),
      );
      for (const [type, attributes] of Object.entries(neededOutputs)) {
        for (const resource of project.all(type)) {
          const address = `${resource.type}.${resource.name}`;
          // By the Data API a cluster is called by its ARN.
          const needed = resource.truth('enable_http_endpoint') === true ? ['arn', ...attributes] : attributes;
          if (resource.modulePath === '' && !needed.some((name) => handedOut.has(`${address}.${name}`)))
            finding(resource, `no output hands out its ${needed[0]}`);
        }
      }
      // By a domain's name, or by the one that AWS gives.
      const [entry] = project.all('aws_lb', 'aws_api_gateway_stage');
      if (entry && !outputs.has('application_url')) finding(entry, 'there is no output application_url');
    },
  },
  {
    name: 'locals-file',
    severity: 'note',
    scope: 'generated',
    title: 'locals.tf holds the prefix of all names, the common tags and the zones',
    why: 'Where each file makes its own prefix, one of them is forgotten, and a second copy of the project meets the first by name.',
    remedy: 'Define name_prefix, common_tags, and azs where there is a VPC, in locals.tf, and use them everywhere.',
    catalogue: ['S001-18'],
    stages: ['hcl'],
    source: 'https://developer.hashicorp.com/terraform/language/values/locals',
    example: {
      broken: `#>> locals.tf
locals {
  common_tags = {}
}
${record}`,
      sound: `#>> locals.tf
locals {
  name_prefix = "payments-dev1"
  common_tags = {}
}
${record}`,
    },
    check(project, { finding }) {
      const [root] = project.folders;
      if (!root) return;
      const { locals } = declarationsOf(root);
      const wanted = ['name_prefix', 'common_tags', ...(project.all('aws_vpc').length > 0 ? ['azs'] : [])];
      for (const name of wanted)
        if (locals.get(name)?.file !== 'locals.tf') finding({ path: 'locals.tf', line: 1 }, `does not define ${name}`);
    },
  },
  {
    name: 'readme-sections',
    severity: 'note',
    scope: 'generated',
    title: 'the README tells how to deploy, operate and take down the project, what it costs and what goes wrong',
    why: 'Whoever inherits the project has nothing but its files. What is not in the README is found out by an outage, a bill or a destroy that AWS refuses.',
    remedy: 'Add the section, or take the README of a project that is written anew.',
    catalogue: ['S000-33', 'S002-12', 'S002-04b', 'S004-03b'],
    stages: ['hcl'],
    source: 'https://developer.hashicorp.com/terraform/language/modules/develop/structure',
    example: {
      broken: `#>> README.md
# payments

## Deploying it
## Variables
## Outputs
## What is encrypted and what is not
## Operating it
## Taking it down
${record}`,
      sound: `#>> README.md
# payments

## Deploying it
## Variables
## Outputs
## What it costs
## What is encrypted and what is not
## Operating it
## Taking it down
${record}`,
    },
    check(project, { finding }) {
      const text = project.read(readme);
      if (text === undefined) {
        finding({ path: readme, line: 1 }, 'there is no README.md');
        return;
      }
      for (const { what, words, needs } of sections)
        if ((needs === undefined || project.read(needs) !== undefined) && !words.test(text))
          finding({ path: readme, line: 1 }, `does not tell ${what}`);
    },
  },
  {
    name: 'readme-complete',
    severity: 'note',
    scope: 'generated',
    title: 'the README lists every variable and every output',
    why: 'A variable that is not listed is set by nobody, and an output that is not listed is looked up in the console.',
    remedy: 'Add a row to the table of variables or outputs.',
    catalogue: ['S000-33'],
    stages: ['hcl'],
    source: 'https://developer.hashicorp.com/terraform/language/modules/develop/structure',
    example: {
      broken: `variable "retention_days" {
  description = "Days that logs are kept."
  type        = number
  default     = 30
}
#>> README.md
## Variables
${record}`,
      sound: `variable "retention_days" {
  description = "Days that logs are kept."
  type        = number
  default     = 30
}
#>> README.md
## Variables

| Variable         | Meaning                  | Value |
| ---------------- | ------------------------ | ----- |
| \`retention_days\` | Days that logs are kept. | \`30\`  |
${record}`,
    },
    check(project, { finding }) {
      const text = project.read(readme);
      const [root] = project.folders;
      if (text === undefined || !root) return;
      const { variables, outputs } = declarationsOf(root);
      for (const [kind, declared] of [
        ['variable', variables],
        ['output', outputs],
      ] as const) {
        for (const [name, block] of declared)
          if (!text.includes(`\`${name}\``)) finding(placeOf(block), `the ${kind} ${name} is not in ${readme}`);
      }
    },
  },
);
