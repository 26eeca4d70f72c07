import { managedGroupCapacity, webAclCapacity } from '../../aws/waf-capacity.js';
import { covers } from '../lib/patterns.js';
import { readPolicy, type Statement } from '../lib/policies.js';
import type { Block, Project, Resource } from '../../terraform/project.js';
import { identity, show, Unknown } from '../../terraform/value.js';
import { defineRules } from '../rule.js';

const visibility = (name: string, indent = '  ') => `${indent}visibility_config {
${indent}  cloudwatch_metrics_enabled = true
${indent}  metric_name                = "${name}"
${indent}  sampled_requests_enabled   = true
${indent}}
`;

const managed = (name: string, priority: number, action: string, group = 'AWSManagedRulesCommonRuleSet') => `  rule {
    name     = "${name}"
    priority = ${priority}

    ${action}

    statement {
      managed_rule_group_statement {
        vendor_name = "AWS"
        name        = "${group}"
      }
    }

${visibility(name, '    ')}  }

`;

const override = `override_action {
      none {}
    }`;

const block = `action {
      block {}
    }`;

const allow = `  default_action {
    allow {}
  }

`;

const acl = (rules: string, scope = 'REGIONAL', action = allow) => `resource "aws_wafv2_web_acl" "main" {
  name  = "main"
  scope = "${scope}"

${action}${rules}${visibility('main')}}
`;

const common = managed('common', 1, override);

const logs = (name: string) => `resource "aws_cloudwatch_log_group" "waf" {
  name              = "${name}"
  retention_in_days = 30
}

resource "aws_wafv2_web_acl_logging_configuration" "main" {
  resource_arn            = aws_wafv2_web_acl.main.arn
  log_destination_configs = [aws_cloudwatch_log_group.waf.arn]
}
`;

const resourcePolicy = `data "aws_iam_policy_document" "waf_logs" {
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["\${aws_cloudwatch_log_group.waf.arn}:*"]

    principals {
      type        = "Service"
      identifiers = ["delivery.logs.amazonaws.com"]
    }
  }
}

resource "aws_cloudwatch_log_resource_policy" "waf" {
  policy_name     = "waf-logs"
  policy_document = data.aws_iam_policy_document.waf_logs.json
}
`;

const association = (name: string) => `resource "aws_wafv2_web_acl_association" "${name}" {
  resource_arn = aws_lb.app.arn
  web_acl_arn  = aws_wafv2_web_acl.main.arn
}
`;

const lb = `resource "aws_lb" "app" {
  name    = "app"
  subnets = ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0aaaaaaaaaaaaaaa2"]
}
`;

const allGroups = [
  ['common', 'AWSManagedRulesCommonRuleSet'],
  ['inputs', 'AWSManagedRulesKnownBadInputsRuleSet'],
  ['sql', 'AWSManagedRulesSQLiRuleSet'],
  ['linux', 'AWSManagedRulesLinuxRuleSet'],
  ['windows', 'AWSManagedRulesWindowsRuleSet'],
  ['admin', 'AWSManagedRulesAdminProtectionRuleSet'],
] as const;

export default defineRules(
  {
    name: 'waf-priorities-distinct',
    severity: 'error',
    title: 'the rules of a web ACL have priorities of their own',
    why: 'CreateWebACL answers with a WAFInvalidParameterException. Neither validate nor plan looks.',
    remedy: 'Give each rule another priority; the lowest is looked at first.',
    catalogue: ['S001-22', 'facts §6'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/waf/latest/APIReference/API_Rule.html',
    example: {
      broken: acl(common + managed('sql', 1, override, 'AWSManagedRulesSQLiRuleSet')),
      sound: acl(common + managed('sql', 2, override, 'AWSManagedRulesSQLiRuleSet')),
    },
    check(project, { finding }) {
      for (const acl of project.all('aws_wafv2_web_acl', 'aws_wafv2_rule_group')) {
        const priorities = acl
          .blocks('rule')
          .filter(({ uncertain }) => !uncertain)
          .map((rule) => rule.number('priority'))
          .filter((priority) => priority !== undefined);
        const twice = new Set(priorities.filter((priority, at) => priorities.indexOf(priority) !== at));
        for (const priority of twice) finding(acl, `has two rules of priority ${priority}`, 'rule');
      }
    },
  },
  {
    name: 'waf-rule-actions',
    severity: 'error',
    title: 'a rule that takes a rule group has override_action, every other rule has action',
    why: 'CreateWebACL answers with a WAFInvalidParameterException: rules in a group have actions of their own, which the rule that takes the group can only override.',
    remedy: 'Write override_action { none {} } for a managed or own rule group, and action { … } for a statement.',
    catalogue: ['S001-22', 'facts §6'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/waf/latest/APIReference/API_Rule.html',
    example: { broken: acl(managed('common', 1, block)), sound: acl(common) },
    check(project, { finding }) {
      for (const acl of project.all('aws_wafv2_web_acl', 'aws_wafv2_rule_group')) {
        for (const rule of acl.blocks('rule')) {
          const wrong = faultOfAction(rule);
          if (wrong) finding(rule, wrong);
        }
      }
    },
  },
  {
    name: 'waf-default-action',
    severity: 'error',
    title: 'the default action of a web ACL is either allow or block',
    why: 'AWS WAF refuses a web ACL whose default action says neither, or both.',
    remedy: 'Write default_action { allow {} }, or block {} where only what a rule allows may pass.',
    catalogue: ['S001-22', 'facts §6'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/waf/latest/APIReference/API_DefaultAction.html',
    example: { broken: acl(common, 'REGIONAL', '  default_action {}\n\n'), sound: acl(common) },
    check(project, { finding }) {
      for (const acl of project.all('aws_wafv2_web_acl')) {
        for (const action of acl.blocks('default_action')) {
          const chosen = ['allow', 'block'].flatMap((name) => action.blocks(name));
          if (action.uncertain || chosen.some(({ uncertain }) => uncertain) || chosen.length === 1) continue;
          finding(acl, `has a default action that says ${chosen.length === 0 ? 'neither' : 'both'}`, 'default_action');
        }
      }
    },
  },
  {
    name: 'waf-capacity',
    severity: 'warning',
    title: 'the rules of a web ACL fit into the capacity that its price covers',
    why: 'Above 1,500 capacity units AWS bills every request higher, and above 5,000 it refuses the web ACL.',
    remedy: 'Leave groups out that do not fit the application, such as those for Windows, PHP or WordPress.',
    catalogue: ['S001-22', 'facts §6'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/waf/latest/developerguide/aws-waf-capacity-units.html',
    example: {
      broken: acl(allGroups.map(([name, group], at) => managed(name, at, override, group)).join('')),
      sound: acl(
        allGroups
          .slice(0, 4)
          .map(([name, group], at) => managed(name, at, override, group))
          .join(''),
      ),
    },
    check(project, { finding }) {
      for (const acl of project.all('aws_wafv2_web_acl')) {
        const units = acl
          .blocks('rule')
          .filter(({ uncertain }) => !uncertain)
          .reduce((sum, rule) => sum + leastCapacity(rule), 0);
        const { included, most } = webAclCapacity;
        if (units > included)
          finding(
            acl,
            `has rules of at least ${units} capacity units, ${units > most ? `above the limit of ${most}` : `above the ${included} that are included`}`,
            'rule',
          );
      }
    },
  },
  {
    name: 'waf-log-destination-name',
    severity: 'error',
    title: 'AWS WAF logs to a destination whose name starts with aws-waf-logs-',
    why: 'PutLoggingConfiguration answers "WAFInvalidParameterException: Error reason: The ARN isn\'t valid. A valid ARN begins with arn: and includes other information separated by colons or slashes., field: LOG_DESTINATION", for log groups, buckets and Firehose streams alike. Neither validate nor plan looks.',
    remedy: 'Give the log group, bucket or stream a name that starts with aws-waf-logs-.',
    catalogue: ['S001-22', 'facts §6'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://github.com/aws/aws-cdk/issues/35311',
    example: {
      broken: `${acl(common)}
${logs('/aws/waf/main')}`,
      sound: `${acl(common)}
${logs('aws-waf-logs-main')}`,
    },
    check(project, { finding }) {
      for (const configuration of project.all('aws_wafv2_web_acl_logging_configuration')) {
        for (const target of configuration.refs('log_destination_configs', ...destinationTypes)) {
          const argument = ['name', 'bucket', 'name_prefix', 'bucket_prefix'].find((name) => target.has(name));
          const name = argument && target.get(argument);
          if (name !== undefined && covers(`${requiredStart}*`, name) === false)
            finding(
              configuration,
              `logs to ${target.configAddress}, which is called ${show(name)}`,
              'log_destination_configs',
            );
        }
      }
    },
  },
  {
    name: 'waf-scope',
    severity: 'error',
    title: 'a web ACL has the scope of what it protects',
    why: 'AWS WAF refuses the association: a distribution takes only a web ACL of scope CLOUDFRONT, everything else only one of scope REGIONAL in its own region.',
    remedy: 'Set scope to "CLOUDFRONT" for a distribution, and to "REGIONAL" for load balancers and API stages.',
    catalogue: ['S001-22', 'facts §6'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html',
    example: {
      broken: [acl(common, 'CLOUDFRONT'), lb, association('app')].join('\n'),
      sound: [acl(common), lb, association('app')].join('\n'),
    },
    check(project, { finding }) {
      for (const association of project.all('aws_wafv2_web_acl_association')) {
        for (const acl of association.refs('web_acl_arn', 'aws_wafv2_web_acl')) {
          // Amplify has its apps behind CloudFront, and takes web ACLs of that scope by an association.
          if (acl.text('scope') === 'CLOUDFRONT' && !mayBeOfAmplify(association))
            finding(association, `takes ${acl.configAddress}, which has scope CLOUDFRONT`, 'web_acl_arn');
        }
      }
      for (const distribution of project.all('aws_cloudfront_distribution')) {
        for (const acl of distribution.refs('web_acl_id', 'aws_wafv2_web_acl')) {
          if (acl.text('scope') === 'REGIONAL')
            finding(distribution, `takes ${acl.configAddress}, which has scope REGIONAL`, 'web_acl_id');
        }
      }
    },
  },
  {
    name: 'waf-cloudfront-region',
    severity: 'error',
    title: 'a web ACL of scope CLOUDFRONT is in us-east-1',
    why: 'CreateWebACL answers "WAFInvalidParameterException: Error reason: The scope is not valid., field: SCOPE_VALUE, parameter: CLOUDFRONT".',
    remedy: 'Make it with a provider whose region is us-east-1.',
    catalogue: ['S001-22', 'facts §6'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/wafv2_web_acl.html.markdown',
    example: {
      broken: `provider "aws" {
  region = "eu-west-1"
}

${acl(common, 'CLOUDFRONT')}`,
      sound: `provider "aws" {
  region = "us-east-1"
}

${acl(common, 'CLOUDFRONT')}`,
    },
    check(project, { finding }) {
      for (const resource of project.all(
        'aws_wafv2_web_acl',
        'aws_wafv2_rule_group',
        'aws_wafv2_ip_set',
        'aws_wafv2_regex_pattern_set',
      )) {
        const { region } = resource.surroundings;
        if (resource.text('scope') === 'CLOUDFRONT' && typeof region === 'string' && region !== 'us-east-1')
          finding(resource, `has scope CLOUDFRONT and is in ${region}`, 'scope');
      }
    },
  },
  {
    name: 'waf-log-group-policy',
    severity: 'note',
    title: 'a policy of the project lets log delivery write to the log group of a web ACL',
    why: 'Otherwise it is left to AWS WAF to write one, with the rights of whoever applies: for the log group, or, before March 2026, as one of the ten that a region holds.',
    remedy:
      'Add an aws_cloudwatch_log_resource_policy that lets delivery.logs.amazonaws.com create streams and put events.',
    catalogue: ['S001-22', 'facts §6'],
    stages: ['hcl'],
    source: 'https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html',
    example: {
      broken: `${acl(common)}
${logs('aws-waf-logs-main')}`,
      sound: [acl(common), logs('aws-waf-logs-main'), resourcePolicy].join('\n'),
    },
    check(project, { finding }) {
      if (project.all('aws_cloudwatch_log_resource_policy').some(admitsLogDelivery)) return;
      for (const configuration of project.all('aws_wafv2_web_acl_logging_configuration')) {
        const [group] = configuration.refs('log_destination_configs', 'aws_cloudwatch_log_group');
        if (group)
          finding(
            configuration,
            `logs to ${group.configAddress}, whose policy AWS WAF has to write itself`,
            'log_destination_configs',
          );
      }
    },
  },
  {
    name: 'waf-one-logging-configuration',
    severity: 'error',
    title: 'a web ACL has one logging configuration',
    why: 'The second replaces the first: one destination stays empty, and every plan wants to change it back.',
    remedy: 'Keep one aws_wafv2_web_acl_logging_configuration for each web ACL.',
    catalogue: ['S001-22', 'facts §6'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/waf/latest/APIReference/API_PutLoggingConfiguration.html',
    example: {
      broken: `${acl(common)}
${logs('aws-waf-logs-main')}
${logs('aws-waf-logs-other')
  .replaceAll(/"(waf|main)" \{/g, '"other" {')
  .replace('group.waf', 'group.other')}`,
      sound: `${acl(common)}
${logs('aws-waf-logs-main')}`,
    },
    check(project, { finding }) {
      for (const twice of repeated(project, 'aws_wafv2_web_acl_logging_configuration'))
        finding(twice, 'is the second logging configuration of its web ACL', 'resource_arn');
    },
  },
  {
    name: 'waf-one-web-acl',
    severity: 'error',
    title: 'a load balancer, API stage or user pool has one web ACL',
    why: 'The second association replaces the first, whose rules then protect nothing, and every plan wants to change it back.',
    remedy: 'Put all rules into one web ACL and associate that.',
    catalogue: ['S001-22', 'facts §6'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html',
    example: {
      broken: [acl(common), lb, association('first'), association('second')].join('\n'),
      sound: [acl(common), lb, association('first')].join('\n'),
    },
    check(project, { finding }) {
      for (const twice of repeated(project, 'aws_wafv2_web_acl_association'))
        finding(twice, 'is the second web ACL of its resource', 'resource_arn');
    },
  },
);

const requiredStart = 'aws-waf-logs-';
const destinationTypes = ['aws_cloudwatch_log_group', 'aws_s3_bucket', 'aws_kinesis_firehose_delivery_stream'];

/** What a rule's statement is: of a rule group or of its own; undefined where that is not known. */
function takesGroup(rule: Block): boolean | undefined {
  const statements = rule.blocks('statement');
  const groups = ['managed_rule_group_statement', 'rule_group_reference_statement'].flatMap((name) =>
    statements.flatMap((statement) => statement.blocks(name)),
  );
  if (statements.length === 0 || [...statements, ...groups].some(({ uncertain }) => uncertain)) return undefined;
  return groups.length > 0;
}

function faultOfAction(rule: Block): string | undefined {
  const ofGroup = takesGroup(rule);
  if (ofGroup === undefined || rule.uncertain) return undefined;
  const [wanted, other] = ofGroup ? (['override_action', 'action'] as const) : (['action', 'override_action'] as const);
  if (!rule.body.names().includes(wanted) && rule.blocks(wanted).length === 0) return `has no ${wanted}`;
  return rule.blocks(other).some(({ uncertain }) => !uncertain) ? `has ${other}` : undefined;
}

/** The units that a rule takes for certain. */
function leastCapacity(rule: Block): number {
  if (takesGroup(rule) !== true) return 1;
  const [group] = rule.blocks('statement.managed_rule_group_statement');
  const name = group?.text('vendor_name') === 'AWS' ? group.text('name') : undefined;
  return (name === undefined ? undefined : managedGroupCapacity(name)) ?? 1;
}

function admitsLogDelivery(resource: Resource): boolean {
  const policy = readPolicy(resource, 'policy_document');
  return !policy || !policy.complete || policy.statements.some(namesLogDelivery);
}

function namesLogDelivery({ principals, unknown }: Statement): boolean {
  if (unknown.includes('principals')) return true;
  return (principals ?? []).some(({ value }) => ['*', 'delivery.logs.amazonaws.com'].includes(identity(value) ?? ''));
}

/** The resources of a type after the first that are of the same resource. */
/** Whether what a web ACL is associated with is an app of Amplify, or not known at all. */
function mayBeOfAmplify(association: Resource): boolean {
  const target = association.get('resource_arn');
  if (/amplify/.test(identity(target) ?? '')) return true;
  return target instanceof Unknown && !association.refs('resource_arn').some(({ type }) => type.startsWith('aws_'));
}

function repeated(project: Project, type: string): Resource[] {
  const seen = new Set<string>();
  return project.all(type).filter((resource) => {
    const target = identity(resource.get('resource_arn'));
    if (target === undefined || resource.uncertain) return false;
    return seen.has(target) || !seen.add(target);
  });
}
