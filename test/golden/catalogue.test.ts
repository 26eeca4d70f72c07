import { describe, expect, it } from 'vitest';

import { readHcl, statements, type Block, type HclProject } from '../support/hcl-project.js';
import { samples } from '../support/samples.js';

/** What a project can be found guilty of, by the catalogue's ids. Each returns the places that break the rule. */
const rules: Record<string, (project: HclProject) => string[]> = {
  'S000-01 one terraform block with providers, one provider, neither in main.tf': ({ text }) =>
    (text.match(/required_providers \{/g) ?? []).length === 1 && (text.match(/^provider "aws"/gm) ?? []).length === 1
      ? []
      : ['provider.tf'],

  'S000-04 no wildcard in an allowed action, but for the account in a key policy': (project) =>
    statements(project)
      .filter(({ statement }) => statement.effect !== 'Deny' && statement.sid !== 'AccountAdministration')
      .filter(({ statement }) =>
        (statement.actions as string[]).some((action) => action === '*' || action.endsWith(':*')),
      )
      .map(({ document }) => document),

  'S000-05 no wildcard resource, but in key policies and for the login to ECR': (project) =>
    statements(project)
      .filter(({ document }) => !keyPolicies(project).has(document))
      .filter(({ statement }) => (statement.resources as string[] | undefined)?.includes('*'))
      .filter(({ statement }) => String(statement.actions) !== 'ecr:GetAuthorizationToken')
      .map(({ document }) => document),

  'S000-06 the internet reaches ports 80 and 443 only': ({ resources }) =>
    resources
      .filter(({ type, body }) => type === 'aws_vpc_security_group_ingress_rule' && body.cidr_ipv4 !== undefined)
      .filter(({ body }) => ![80, 443].includes(body.from_port as number) || body.from_port !== body.to_port)
      .map(({ name }) => name),

  'S000-08 the database takes connections from the tasks only': ({ resources }) =>
    resources
      .filter(
        ({ type, body }) =>
          type === 'aws_vpc_security_group_ingress_rule' &&
          String(body.security_group_id).includes('aws_security_group.database'),
      )
      .filter(
        ({ body }) =>
          body.referenced_security_group_id !== '${aws_security_group.app.id}' ||
          body.from_port !== 5432 ||
          body.to_port !== 5432,
      )
      .map(({ name }) => name),

  'S000-09 every key rotates and has a policy': ({ resources }) =>
    resources
      .filter(
        ({ type, body }) => type === 'aws_kms_key' && (body.enable_key_rotation !== true || body.policy === undefined),
      )
      .map(({ name }) => name),

  'S000-10, -22, -23 every bucket is encrypted, versioned and closed': ({ resources }) =>
    resources
      .filter(({ type }) => type === 'aws_s3_bucket')
      .flatMap(({ name }) =>
        [
          'server_side_encryption_configuration',
          'versioning',
          'public_access_block',
          'lifecycle_configuration',
          'ownership_controls',
          'policy',
        ]
          .filter(
            (kind) =>
              !resources.some(
                ({ type, body }) => type === `aws_s3_bucket_${kind}` && body.bucket === `\${aws_s3_bucket.${name}.id}`,
              ),
          )
          .map((kind) => `${name}: ${kind}`),
      ),

  'S000-24 bucket names end in the account id': ({ resources }) =>
    resources
      .filter(({ type, body }) => type === 'aws_s3_bucket' && !String(body.bucket).endsWith('${local.account_id}'))
      .map(({ name }) => name),

  'S000-28 every variable is described, typed and used': ({ variables, text }) =>
    variables
      .filter(
        ({ name, body }) =>
          !body.description ||
          !body.type ||
          !new RegExp(`var\\.${name}\\b`).test(text.replaceAll(/^variable [\s\S]*?^\}/gm, '')),
      )
      .map(({ name }) => name),

  'S000-28 every variable that is used is declared': ({ variables, text }) =>
    [...text.matchAll(/\bvar\.(\w+)/g)]
      .map(([, name]) => name!)
      .filter((name) => !variables.some((variable) => variable.name === name)),

  'S000-29 every output is described': ({ outputs }) =>
    outputs.filter(({ body }) => !body.description).map(({ name }) => name),

  'S001-07 no region is written out, but in the table of regions with endpoints of their own': ({ text }) =>
    [
      ...text
        .replaceAll(/ecs_endpoint_regions = .*/g, '')
        .matchAll(/"[^"\n]*\b(?:us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d[^"\n]*"/g),
    ]
      .map(([found]) => found)
      .filter((found) => !found.includes('such as')),

  'S001-19 endpoints for what tasks call': ({ text, resources }) =>
    !resources.some(({ type }) => type === 'aws_vpc')
      ? []
      : ['ecr.api', 'ecr.dkr', 'logs', 'secretsmanager']
          .filter((service) => !text.includes(`"${service}"`))
          .concat(resources.some(({ type, name }) => type === 'aws_vpc_endpoint' && name === 's3') ? [] : ['s3']),

  'S001-21 the keys of the database secret are those that RDS makes': ({ text }) =>
    [...text.matchAll(/master_user_secret\[0\]\.secret_arn\}:([^"]*)"/g)]
      .map(([, rest]) => rest!)
      .filter((rest) => !['password::', 'username::'].includes(rest)),

  'S001-22 WAF priorities are distinct; managed groups are overridden, own rules act': ({ resources }) =>
    resources
      .filter(({ type }) => type === 'aws_wafv2_web_acl')
      .flatMap(({ body }) => {
        const rules = body.rule as Block[];
        const priorities = rules.map((rule) => rule.priority);
        const wrong = rules.filter((rule) =>
          JSON.stringify(rule.statement).includes('managed_rule_group_statement')
            ? !rule.override_action || rule.action
            : !rule.action || rule.override_action,
        );
        return [
          ...(new Set(priorities).size < priorities.length ? ['priorities'] : []),
          ...wrong.map((rule) => String(rule.name)),
        ];
      }),

  'S001-23 what AWS needs first is waited for': ({ resources }) => {
    const waits: Record<string, string> = {
      'aws_lb.alb': 'aws_s3_bucket_policy.alb_logs',
      'aws_ecs_service.app': 'aws_lb_listener.',
      'aws_nat_gateway.this': 'aws_internet_gateway.this',
      'aws_rds_cluster.aurora': 'aws_cloudwatch_log_group.aurora',
      'aws_wafv2_web_acl_logging_configuration.alb': 'aws_cloudwatch_log_resource_policy.waf',
    };
    return resources
      .filter(
        ({ type, name, body }) =>
          waits[`${type}.${name}`] && !JSON.stringify(body.depends_on ?? []).includes(waits[`${type}.${name}`]!),
      )
      .map(({ type, name }) => `${type}.${name}`);
  },

  'S001-26 alarms tell somebody': ({ resources }) =>
    resources
      .filter(
        ({ type, body }) => type === 'aws_cloudwatch_metric_alarm' && (!body.alarm_actions || !body.treat_missing_data),
      )
      .map(({ name }) => name),

  'S001-28 scaling cooldowns are 300 in and 60 out': ({ resources }) =>
    resources
      .filter(({ type }) => type === 'aws_appautoscaling_policy')
      .filter(({ body }) => {
        const [configuration] = body.target_tracking_scaling_policy_configuration as Block[];
        return configuration!.scale_in_cooldown !== 300 || configuration!.scale_out_cooldown !== 60;
      })
      .map(({ name }) => name),

  'S002-01 every log group is encrypted, expires, and is named in the key policy': ({ resources, data }) => {
    const policy = JSON.stringify(data.find(({ name }) => name === 'key_logs')?.body);
    return resources
      .filter(({ type }) => type === 'aws_cloudwatch_log_group')
      .filter(
        ({ body }) =>
          body.kms_key_id !== '${aws_kms_key.logs.arn}' ||
          body.retention_in_days !== '${var.log_retention_days}' ||
          !policy.includes(JSON.stringify(body.name).slice(1, -1)),
      )
      .map(({ name }) => name);
  },

  'S003-05b no password in the code': ({ text }) =>
    [...text.matchAll(/^\s*(?:master_)?password\s*=.*$/gm)].map(([line]) => line),

  'S004-02 the backend names nothing but literals': ({ text }) =>
    /backend "s3" \{\}/.test(text) ? [] : ['backend.tf'],

  'S004-04 the VPC has flow logs of all traffic': ({ resources }) =>
    resources.some(({ type }) => type === 'aws_vpc') &&
    !resources.some(({ type, body }) => type === 'aws_flow_log' && body.traffic_type === 'ALL')
      ? ['aws_vpc.this']
      : [],

  'S003-02 every tier of an existing VPC is checked for two zones': ({ text, data }) =>
    ['public', 'private', 'database'].filter(
      (tier) =>
        data.some(({ type, name }) => type === 'aws_subnet' && name === tier) &&
        !text.includes(`distinct([for subnet in data.aws_subnet.${tier} : subnet.availability_zone])) >= 2`),
    ),

  'aws-facts §12 nothing that provider 6 has deprecated or dropped': ({ text }) =>
    [
      ...text.matchAll(
        /data\.aws_region|aws_elb_service_account|managed_policy_arns|inline_policy|log_group_name\s*=|vpc\s+= true/g,
      ),
    ].map(([found]) => found),

  'one provider only': ({ resources, data }) =>
    [...resources, ...data].filter(({ type }) => !type.startsWith('aws_')).map(({ type }) => type),

  'every SG rule says why': ({ resources }) =>
    resources
      .filter(({ type, body }) => /^aws_vpc_security_group_\w+_rule$/.test(type) && !body.description)
      .map(({ name }) => name),
};

/** The documents that are, or are part of, the policy of a key. */
function keyPolicies({ resources, data }: HclProject): Set<string> {
  const named = (text: unknown) =>
    [...JSON.stringify(text ?? '').matchAll(/aws_iam_policy_document\.(\w+)\.json/g)].map(([, name]) => name!);
  const whole = resources.filter(({ type }) => type === 'aws_kms_key').flatMap(({ body }) => named(body.policy));
  const parts = data
    .filter(({ name }) => whole.includes(name))
    .flatMap(({ body }) => named(body.source_policy_documents));
  return new Set([...whole, ...parts]);
}

const projects = samples();

describe.each(projects)('$name keeps the catalogue', ({ files }) => {
  it.each(Object.entries(rules))('%s', async (_title, check) => {
    expect(check(await readHcl(files))).toEqual([]);
  });
});

/** Each rule's way to be broken in the sample with everything on: a replacement that it must notice. */
const mutations: Record<string, [file: string, from: string | RegExp, to: string]> = {
  'S003-02': ['ecs.tf', 'data.aws_subnet.private', 'data.aws_subnet.public'],
  'S000-01': ['provider.tf', 'provider "aws" {', 'provider "aws" {}\nprovider "aws" {'],
  'S000-04': ['iam.tf', '"ecr:BatchGetImage"', '"ecr:*"'],
  'S000-05': ['iam.tf', '[aws_ecr_repository.app.arn]', '["*"]'],
  'S000-06': [
    'security_groups.tf',
    'from_port         = 443\n  to_port           = 443',
    'from_port         = 22\n  to_port           = 22',
  ],
  'S000-08': [
    'security_groups.tf',
    /(security_group_id += aws_security_group.database.id[\s\S]*?referenced_security_group_id = aws_security_group.)app/,
    '$1alb',
  ],
  'S000-09': ['kms.tf', 'enable_key_rotation     = true', 'enable_key_rotation     = false'],
  'S000-10': ['alb_logs.tf', 'resource "aws_s3_bucket_versioning"', 'resource "aws_s3_bucket_metric"'],
  'S000-24': ['alb_logs.tf', '-${local.account_id}"', '"'],
  'S000-28 every variable is': ['waf.tf', 'var.waf_rate_limit', '2000'],
  'S000-28 every variable that': ['waf.tf', 'var.waf_rate_limit', 'var.waf_limit'],
  'S000-29': ['outputs.tf', /description = "Id of the VPC."\n/, ''],
  'S001-07': ['waf.tf', 'var.aws_region', '"eu-west-1"'],
  'S001-19': ['vpc_endpoints.tf', '"ecr.dkr", ', ''],
  'S001-21': ['ecs.tf', ':password::', ':connection_string::'],
  'S001-22': ['waf.tf', 'priority = 20', 'priority = 10'],
  'S001-23': ['alb.tf', 'aws_s3_bucket_policy.alb_logs, ', ''],
  'S001-26': ['monitoring.tf', 'alarm_actions       = [aws_sns_topic.alerts.arn]', ''],
  'S001-28': ['autoscaling.tf', 'scale_in_cooldown  = 300', 'scale_in_cooldown  = 30'],
  'S002-01': ['kms.tf', '"aws-waf-logs-${local.name_prefix}",', ''],
  'S003-05b': ['aurora.tf', 'manage_master_user_password   = true', 'master_password = "secret"'],
  'S004-02': ['backend.tf', '{}', '{\n bucket = var.b\n}'],
  'S004-04': ['flow_logs.tf', '"ALL"', '"REJECT"'],
  'aws-facts §12': ['flow_logs.tf', 'log_destination          =', 'log_group_name ='],
  'one provider only': ['secrets.tf', 'resource "aws_secretsmanager_secret"', 'resource "random_password"'],
  'every SG rule': ['security_groups.tf', 'description                  = "PostgreSQL from the tasks"', ''],
};

describe('a broken project is found out', () => {
  /** The sample with everything on, but for what only an existing VPC has. */
  const sampleFor = (title: string) =>
    projects.find(({ name }) => name.endsWith(title.startsWith('S003-02') ? 'existing-vpc' : 'production-everything'))!;

  it.each(Object.entries(rules))('%s', async (title, check) => {
    const [, [file, from, to]] = Object.entries(mutations).find(([start]) => title.startsWith(start))!;
    const whole = sampleFor(title);
    const broken = whole.files.get(file)!.replace(from, to);
    expect(broken).not.toBe(whole.files.get(file));
    expect(check(await readHcl(new Map([...whole.files, [file, broken]])))).not.toEqual([]);
  });
});
