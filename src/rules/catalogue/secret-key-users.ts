import { keyOfSecret, mayDecryptSecret, mayFetchSecret, namesExactly } from '../lib/secret-readers.js';
import { managedSecretArn, type StoredSecret } from '../lib/secrets.js';
import { isGranted, roleOf } from '../lib/permissions.js';
import { mayHaveMorePolicies } from '../lib/presence.js';
import { oncePer } from '../../terraform/once-per.js';
import type { Project, Resource } from '../../terraform/project.js';
import { show } from '../../terraform/value.js';
import { defineRule } from '../rule.js';

const example = (more: string) => `resource "aws_kms_key" "secrets" {
  description         = "Encrypts the secrets"
  enable_key_rotation = true
}

resource "aws_secretsmanager_secret" "mail" {
  name       = "mail"
  kms_key_id = aws_kms_key.secrets.arn
}

data "aws_iam_policy_document" "mail" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.mail.arn]
  }
${more}}

resource "aws_iam_role" "mail" {
  name               = "mail"
  assume_role_policy = "{}"
}

resource "aws_iam_role_policy" "mail" {
  role   = aws_iam_role.mail.id
  policy = data.aws_iam_policy_document.mail.json
}
`;

export default defineRule({
  name: 'secret-reader-may-use-key',
  severity: 'error',
  title: 'who may read a secret may decrypt with the key that encrypts it',
  why: 'Secrets Manager decrypts in the name of whoever reads: "AccessDeniedException: Access to KMS is not allowed". Its own key, aws/secretsmanager, is open to everybody in the account; a key of the project is not.',
  remedy:
    "Allow the role kms:Decrypt on the key's ARN, with kms:ViaService secretsmanager.<region>.amazonaws.com as a condition.",
  catalogue: ['S001-12'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html',
  example: {
    broken: example(''),
    sound: example(`
  statement {
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.secrets.arn]
  }
`),
  },
  check(project, { finding, abstain }) {
    const encrypted = secretsWithKeys(project);
    if (encrypted.length === 0) return;
    for (const role of project.all('aws_iam_role')) {
      if (executionRoles(project).has(role) || mayHaveMorePolicies(project, role)) continue;
      for (const { secret, title, key } of encrypted) {
        if (!namesExactly(project, role, secret) || mayFetchSecret(project, role, secret) !== 'allowed') continue;
        const answer = mayDecryptSecret(project, role, secret, key);
        if (answer === 'denied')
          finding(role, `may read ${title}, and not kms:Decrypt with ${key.configAddress}, which encrypts it`);
        else if (answer === 'unknown') abstain(role, `whether it may decrypt with ${key.configAddress} is not known`);
      }
    }
  },
});

interface EncryptedSecret {
  secret: StoredSecret;
  title: string;
  key: Resource;
}

/**
 * The secrets of a project, its own and those that RDS keeps for it, that are encrypted with a key of the project which
 * nobody is given by a grant.
 */
const secretsWithKeys = oncePer((project): readonly EncryptedSecret[] => {
  const own = project
    .all('aws_secretsmanager_secret')
    .map((secret) => ({ title: secret.configAddress, arn: secret.computed('arn') }));
  const managed = project
    .all('aws_rds_cluster', 'aws_db_instance')
    .filter((database) => database.truth('manage_master_user_password') === true)
    .map(managedSecretArn)
    .map((arn) => ({ title: show(arn), arn }));
  return [...own, ...managed].flatMap(({ title, arn }) => {
    const secret: StoredSecret = { service: 'secretsmanager', arn };
    const key = keyOfSecret(project, secret);
    return key?.mode === 'managed' && !isGranted(project, key) ? [{ secret, title, key }] : [];
  });
});

/** Roles that start tasks: what they need for the secrets of containers is a rule of its own. */
const executionRoles = oncePer(
  (project: Project) =>
    new Set(
      project.all('aws_ecs_task_definition').flatMap((task) => roleOf(task, 'execution_role_arn', project) ?? []),
    ),
);
