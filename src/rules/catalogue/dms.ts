import { own } from '../../own.js';
import { isKeyOfAws, isSet } from '../lib/databases.js';
import type { Project, Resource } from '../../terraform/project.js';
import { elements, identity, same } from '../../terraform/value.js';
import { defineRules } from '../rule.js';
import { addTo } from '../../terraform/groups.js';
import { oncePer } from '../../terraform/once-per.js';

/** The roles that DMS looks for, by the policy of AWS's that each is for. */
const serviceRoles: Readonly<Record<string, string>> = {
  AmazonDMSVPCManagementRole: 'dms-vpc-role',
  AmazonDMSCloudWatchLogsRole: 'dms-cloudwatch-logs-role',
  AmazonDMSRedshiftS3Role: 'dms-access-for-endpoint',
};

/** Where an endpoint names the role with which DMS reaches what it is of. */
const accessRoles = ['service_access_role', 'service_access_role_arn', 'redshift_settings', 's3_settings'];

/** Engines whose endpoints have ssl_mode; the others are reached over TLS anyway, or have settings of their own. */
const tlsEngines = [
  'aurora',
  'aurora-postgresql',
  'azuredb',
  'babelfish',
  'db2',
  'docdb',
  'mariadb',
  'mongodb',
  'mysql',
  'oracle',
  'postgres',
  'sqlserver',
  'sybase',
];

/** A role that has one of AWS's policies for DMS, and what attaches it. */
interface ServiceRole {
  role: Resource;
  attachment: Resource;
  /** What the role must be called. */
  wanted: string;
}

function wantedName(policy: string | undefined): string | undefined {
  const [, name = ''] = /:policy\/service-role\/(\w+)$/.exec(policy ?? '') ?? [];
  return own(serviceRoles, name);
}

function dmsRoles(project: Project): ServiceRole[] {
  const attached = project.all('aws_iam_role_policy_attachment').flatMap((attachment) => {
    const wanted = wantedName(identity(attachment.get('policy_arn')));
    const role = wanted === undefined ? undefined : attachedRole(project, attachment);
    return wanted === undefined || !role ? [] : [{ role, attachment, wanted }];
  });
  const within = project.all('aws_iam_role').flatMap((role) =>
    (elements(role.get('managed_policy_arns')) ?? []).flatMap((policy) => {
      const wanted = wantedName(identity(policy));
      return wanted === undefined ? [] : [{ role, attachment: role, wanted }];
    }),
  );
  return [...attached, ...within];
}

function attachedRole(project: Project, attachment: Resource): Resource | undefined {
  const [referred, ...others] = attachment.refs('role', 'aws_iam_role');
  if (referred) return others.length === 0 ? referred : undefined;
  const name = identity(attachment.get('role'));
  return name === undefined ? undefined : rolesByName(project).get(name);
}

/** The first role of each name that is known. */
const rolesByName = oncePer(
  (project) =>
    new Map(
      project
        .all('aws_iam_role')
        .toReversed()
        .map((role) => [identity(role.get('name')), role]),
    ),
);

const byConfigAddress = oncePer((project) => new Map(project.resources.map((one) => [one.configAddress, one])));

/** The addresses of what a resource comes after by depends_on, through others such as time_sleep. */
function comingBefore(project: Project, resource: Resource): ReadonlySet<string> {
  const byAddress = byConfigAddress(project);
  const seen = new Set<string>();
  const waiting = resource.dependsOn();
  for (let address = waiting.pop(); address !== undefined; address = waiting.pop()) {
    if (seen.has(address)) continue;
    seen.add(address);
    for (const needed of byAddress.get(address)?.dependsOn() ?? []) waiting.push(needed);
  }
  return seen;
}

function isNoneIn(addresses: ReadonlySet<string>, resources: readonly Resource[]): boolean {
  return !resources.some(({ configAddress }) => addresses.has(configAddress));
}

export default defineRules(
  {
    name: 'dms-customer-key',
    severity: 'warning',
    title: 'DMS encrypts with a key of the customer',
    why: "What is migrated lies on the replication instance, and the credentials in the endpoint, under AWS's own key for DMS, which nobody can restrict. It cannot be changed later without replacing the instance.",
    remedy: 'Set kms_key_arn to an aws_kms_key with enable_key_rotation = true.',
    catalogue: ['S004-10', 'facts §11'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Security.html',
    example: {
      broken: `resource "aws_dms_replication_instance" "main" {
  replication_instance_id    = "main"
  replication_instance_class = "dms.t3.medium"
}
`,
      sound: `resource "aws_dms_replication_instance" "main" {
  replication_instance_id    = "main"
  replication_instance_class = "dms.t3.medium"
  kms_key_arn                = aws_kms_key.dms.arn
}

resource "aws_kms_key" "dms" {
  enable_key_rotation = true
}
`,
    },
    check(project, { finding }) {
      for (const resource of project.all('aws_dms_replication_instance', 'aws_dms_endpoint'))
        if (!isSet(resource, 'kms_key_arn') || isKeyOfAws(resource, 'kms_key_arn'))
          finding(resource, "is encrypted with AWS's key", 'kms_key_arn');
    },
  },
  {
    name: 'dms-endpoint-tls',
    severity: 'warning',
    title: 'DMS reaches its endpoints over TLS',
    why: 'ssl_mode is none unless it is set: the data and the credentials of the migration cross the network in clear.',
    remedy:
      'Set ssl_mode to require or verify-full, with certificate_arn where the engine wants one (MySQL has verify-ca and verify-full only).',
    catalogue: ['S004-10', 'facts §11'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Security.SSL.html',
    example: {
      broken: `resource "aws_dms_endpoint" "source" {
  endpoint_id   = "source"
  endpoint_type = "source"
  engine_name   = "postgres"
}
`,
      sound: `resource "aws_dms_endpoint" "source" {
  endpoint_id   = "source"
  endpoint_type = "source"
  engine_name   = "postgres"
  ssl_mode      = "require"
}
`,
    },
    check(project, { finding, abstain }) {
      for (const endpoint of project.all('aws_dms_endpoint')) {
        if (!tlsEngines.includes(endpoint.text('engine_name') ?? '')) continue;
        const mode = endpoint.get('ssl_mode') ?? 'none';
        if (mode === 'none' || mode === '') finding(endpoint, 'has no TLS', 'ssl_mode');
        else if (typeof mode !== 'string') abstain(endpoint, 'ssl_mode is not known');
      }
    },
  },
  {
    name: 'dms-endpoint-tls-mode',
    severity: 'error',
    title: 'a DMS endpoint has an ssl_mode that its engine has',
    why: 'MySQL, MariaDB and Aurora MySQL have no mode require: AWS refuses the endpoint, which a plan does not see.',
    remedy: 'Set ssl_mode to verify-ca or verify-full, and certificate_arn to an aws_dms_certificate.',
    catalogue: ['S004-10', 'facts §11'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Security.SSL.html',
    example: {
      broken: `resource "aws_dms_endpoint" "source" {
  engine_name = "mysql"
  ssl_mode    = "require"
}
`,
      sound: `resource "aws_dms_endpoint" "source" {
  engine_name     = "mysql"
  ssl_mode        = "verify-full"
  certificate_arn = aws_dms_certificate.source.certificate_arn
}
`,
    },
    check(project, { finding }) {
      for (const endpoint of project.all('aws_dms_endpoint')) {
        const engine = endpoint.text('engine_name') ?? '';
        if (['mysql', 'mariadb', 'aurora'].includes(engine) && endpoint.text('ssl_mode') === 'require')
          finding(endpoint, `is of ${engine}, which has no ssl_mode require`, 'ssl_mode');
      }
    },
  },
  {
    name: 'dms-endpoint-secret',
    severity: 'warning',
    title: 'a DMS endpoint takes its credentials from Secrets Manager',
    why: 'The password of the endpoint is kept in the state, and in DMS until somebody changes it by hand: it cannot be rotated.',
    remedy: 'Set secrets_manager_arn and secrets_manager_access_role_arn instead of username and password.',
    catalogue: ['S004-10', 'facts §11'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/dms/latest/userguide/security_iam_secretsmanager.html',
    example: {
      broken: `variable "password" {
  type      = string
  sensitive = true
}

resource "aws_dms_endpoint" "source" {
  endpoint_id   = "source"
  endpoint_type = "source"
  engine_name   = "postgres"
  username      = "migration"
  password      = var.password
}
`,
      sound: `resource "aws_dms_endpoint" "source" {
  endpoint_id                     = "source"
  endpoint_type                   = "source"
  engine_name                     = "postgres"
  secrets_manager_arn             = aws_secretsmanager_secret.source.arn
  secrets_manager_access_role_arn = aws_iam_role.dms_secrets.arn
}
`,
    },
    check(project, { finding, abstain }) {
      for (const endpoint of project.all('aws_dms_endpoint')) {
        // A password that is written out is an error of its own.
        const isLiteral = project.stage === 'hcl' && endpoint.text('password') !== undefined;
        if (!isSet(endpoint, 'password') || isLiteral || isSet(endpoint, 'secrets_manager_arn')) continue;
        if (endpoint.isSet('password') === undefined) abstain(endpoint, 'whether password is set is not known');
        else finding(endpoint, 'has a password of its own', 'password');
      }
    },
  },
  {
    name: 'dms-role-names',
    severity: 'error',
    title: 'the roles of DMS have the names that it looks for',
    why: 'DMS finds its roles by name alone: without dms-vpc-role it refuses the subnet group ("The IAM Role arn:aws:iam::…:role/dms-vpc-role is not configured properly."), without dms-cloudwatch-logs-role tasks write no log.',
    remedy:
      'Name the roles dms-vpc-role, dms-cloudwatch-logs-role and dms-access-for-endpoint, once in an account: without prefix and suffix.',
    catalogue: ['S004-15', 'S004-10', 'facts §11'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/dms/latest/userguide/security-iam.html#CHAP_Security.APIRole',
    example: {
      broken: `resource "aws_iam_role" "dms_vpc" {
  name               = "orders-dms-vpc-role"
  assume_role_policy = data.aws_iam_policy_document.dms_trust.json
}

resource "aws_iam_role_policy_attachment" "dms_vpc" {
  role       = aws_iam_role.dms_vpc.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonDMSVPCManagementRole"
}
`,
      sound: `resource "aws_iam_role" "dms_vpc" {
  name               = "dms-vpc-role"
  assume_role_policy = data.aws_iam_policy_document.dms_trust.json
}

resource "aws_iam_role_policy_attachment" "dms_vpc" {
  role       = aws_iam_role.dms_vpc.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonDMSVPCManagementRole"
}
`,
    },
    check(project, { finding, abstain }) {
      const endpoints = project.all('aws_dms_endpoint', 'aws_dms_s3_endpoint');
      for (const { role, wanted } of dmsRoles(project)) {
        // An endpoint may name a role of its own for its bucket, whatever policies that has beside.
        if (
          endpoints.some((endpoint) => accessRoles.some((name) => endpoint.refs(name, 'aws_iam_role').includes(role)))
        )
          continue;
        const isNamed = role.has('name') ? same(role.get('name'), wanted) : false;
        if (isNamed === false) finding(role, `is for DMS, which looks for ${wanted}`, 'name');
        else if (isNamed === undefined) abstain(role, 'its name is not known');
      }
    },
  },
  {
    name: 'dms-role-first',
    severity: 'warning',
    title: 'a DMS subnet group comes after the policy of dms-vpc-role',
    why: 'Nothing in the subnet group refers to the role, so Terraform may make it first: "The IAM Role arn:aws:iam::…:role/dms-vpc-role is not configured properly." The second apply works, and a destroy may take the role away too early.',
    remedy: 'Add depends_on = [aws_iam_role_policy_attachment.<name>] to the subnet group.',
    catalogue: ['S001-23', 'S004-10', 'facts §11'],
    stages: ['hcl'],
    source:
      'https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/dms_replication_subnet_group.html.markdown',
    example: {
      broken: `resource "aws_iam_role" "dms_vpc" {
  name               = "dms-vpc-role"
  assume_role_policy = data.aws_iam_policy_document.dms_trust.json
}

resource "aws_iam_role_policy_attachment" "dms_vpc" {
  role       = aws_iam_role.dms_vpc.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonDMSVPCManagementRole"
}

resource "aws_dms_replication_subnet_group" "main" {
  replication_subnet_group_id          = "main"
  replication_subnet_group_description = "Private subnets"
  subnet_ids                           = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
}
`,
      sound: `resource "aws_iam_role" "dms_vpc" {
  name               = "dms-vpc-role"
  assume_role_policy = data.aws_iam_policy_document.dms_trust.json
}

resource "aws_iam_role_policy_attachment" "dms_vpc" {
  role       = aws_iam_role.dms_vpc.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonDMSVPCManagementRole"
}

resource "aws_dms_replication_subnet_group" "main" {
  replication_subnet_group_id          = "main"
  replication_subnet_group_description = "Private subnets"
  subnet_ids                           = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]

  depends_on = [aws_iam_role_policy_attachment.dms_vpc]
}
`,
    },
    check(project, { finding, abstain }) {
      const attachments = dmsRoles(project)
        .filter(({ wanted }) => wanted === 'dms-vpc-role')
        .map(({ attachment }) => attachment);
      if (attachments.length === 0) return;
      const byModule = new Map<string, Resource[]>();
      for (const attachment of attachments) addTo(byModule, attachment.modulePath, attachment);
      for (const group of project.all('aws_dms_replication_subnet_group')) {
        const beside = byModule.get(group.modulePath) ?? [];
        const namesOthers = group.has('depends_on') && group.dependsOn().length === 0;
        // A module can come after another as a whole.
        if (beside.length === 0 || namesOthers) abstain(group, 'whether the role comes before it is not known');
        else if (isNoneIn(comingBefore(project, group), beside))
          finding(group, `does not wait for ${beside[0]?.configAddress}`);
      }
    },
  },
);
