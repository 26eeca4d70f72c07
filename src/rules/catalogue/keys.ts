import { isLeftOut } from '../lib/presence.js';
import { applies, isAccount, keyPolicy } from '../lib/permissions.js';
import { coversAction } from '../lib/patterns.js';
import { policiesOf, type Principal, type Statement } from '../lib/policies.js';
import { isSwitchedOff } from '../lib/switched-off.js';
import type { Resource } from '../../terraform/project.js';
import { unknown } from '../../terraform/value.js';
import { defineRule, defineRules } from '../rule.js';

const accountStatement = `  statement {
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::\${data.aws_caller_identity.current.account_id}:root"]
    }
  }
`;

/** A key with a policy of these statements, in HCL. */
function keyExample(statements: string): string {
  return `data "aws_caller_identity" "current" {}

data "aws_iam_policy_document" "key" {
${statements}}

resource "aws_kms_key" "data" {
  enable_key_rotation = true
  policy              = data.aws_iam_policy_document.key.json
}
`;
}

/** Whether KMS can rotate a key: symmetric, for encryption, with material of its own. */
function canRotate(key: Resource): boolean | undefined {
  const spec = key.get('customer_master_key_spec') ?? 'SYMMETRIC_DEFAULT';
  const usage = key.get('key_usage') ?? 'ENCRYPT_DECRYPT';
  if (typeof spec !== 'string' || typeof usage !== 'string') return undefined;
  return spec === 'SYMMETRIC_DEFAULT' && usage === 'ENCRYPT_DECRYPT' && !key.has('custom_key_store_id');
}

const rotation = defineRule({
  name: 'key-rotation',
  severity: 'warning',
  title: 'a symmetric KMS key is rotated',
  why: 'The same key material then encrypts everything for as long as the key exists. Rotation keeps the key, its ARN and its old material, so that nothing has to be encrypted anew.',
  remedy: 'Set enable_key_rotation to true.',
  catalogue: ['S000-10', 'facts §5'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html',
  example: {
    broken: `resource "aws_kms_key" "data" {
  description = "Encrypts the data"
}
`,
    sound: `resource "aws_kms_key" "data" {
  description         = "Encrypts the data"
  enable_key_rotation = true
}
`,
  },
  check(project, { finding, abstain }) {
    for (const key of project.all('aws_kms_key')) {
      const rotates = key.truth('enable_key_rotation');
      const can = canRotate(key);
      if (can === false || rotates === true) continue;
      if (can === undefined || (rotates === undefined && key.has('enable_key_rotation')))
        abstain(key, 'enable_key_rotation or the kind of key is not known');
      else finding(key, 'is never rotated', 'enable_key_rotation');
    }
  },
});

const written = defineRule({
  name: 'key-policy-written',
  severity: 'note',
  title: "a key's policy is written out",
  why: "AWS's default policy leaves the key to the IAM policies of the account and lets no service in. Nobody who reads the project sees who may use the key.",
  remedy:
    "Set policy: a statement for the account's root user with kms:*, and one for each service that uses the key on its own.",
  catalogue: ['facts §5'],
  stages: ['hcl', 'plan'],
  source: 'https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html',
  example: {
    broken: `resource "aws_kms_key" "data" {
  enable_key_rotation = true
}
`,
    sound: keyExample(accountStatement),
  },
  check(project, { finding, abstain }) {
    for (const key of project.all('aws_kms_key', 'aws_kms_replica_key')) {
      if (keyPolicy(project, key)) continue;
      const elsewhere = isSwitchedOff(project, 'aws_kms_key_policy') || project.isGivenToUnread(key);
      if (elsewhere || !isLeftOut(project, key, 'policy')) abstain(key, 'its policy may be given elsewhere');
      else finding(key, 'has no policy of its own');
    }
  },
});

const lockout = defineRule({
  name: 'key-policy-keeps-administrator',
  severity: 'error',
  title: "a key's policy lets somebody change it",
  why: 'KMS refuses the key: "MalformedPolicyDocumentException: The new key policy will not allow you to update the key policy in the future". A key that nobody may administer could only be given up by way of AWS support.',
  remedy:
    "Allow the account's root user (arn:aws:iam::<account>:root) kms:*, so that IAM policies can admit administrators.",
  catalogue: ['facts §5'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html',
  example: {
    broken: keyExample(`  statement {
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }
  }
`),
    sound: keyExample(accountStatement),
  },
  check(project, { finding, abstain }) {
    for (const { kind, holder, argument, statements, complete, malformed } of policiesOf(project)) {
      if (kind !== 'key' || malformed !== undefined) continue;
      if (holder.mayBe('bypass_policy_lockout_safety_check', true) || statements.some(mayAdminister)) continue;
      if (complete) finding(holder, 'has a policy that lets nobody change the policy', argument);
      else abstain(holder, 'not all of its policy is known');
    }
  },
});

/** Whether a statement may let a principal other than a service change the key's policy. */
function mayAdminister(statement: Statement): boolean {
  if (statement.effect === 'Deny') return false;
  if (applies(statement, { action: 'kms:PutKeyPolicy', resource: unknown }) === false) return false;
  return !statement.principals || statement.principals.some(({ type }) => type !== 'Service');
}

/** Condition keys that hold a grant to what is meant: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html */
const grantConditions = [
  'kms:grantisforawsresource',
  'kms:encryptioncontext',
  'kms:grantoperations',
  'kms:grantconstrainttype',
  'kms:granteeprincipal',
  'kms:retiringprincipal',
  'kms:viaservice',
  // One that is not known.
  '?',
];

const grants = defineRule({
  name: 'key-grants-conditioned',
  severity: 'warning',
  title: 'who may create grants on a key may do so for a purpose only',
  why: 'A grant hands the use of the key on to anybody, past its policy and past IAM, and lasts until it is retired. kms:CreateGrant without a condition is as good as administering the key.',
  remedy:
    'Add a condition: Bool on kms:GrantIsForAWSResource for AWS services, or kms:EncryptionContext and kms:GrantOperations.',
  catalogue: ['S002-02'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html',
  example: {
    broken: keyExample(`${accountStatement}
  statement {
    actions   = ["kms:CreateGrant", "kms:Decrypt"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.eu-west-1.amazonaws.com"]
    }
  }
`),
    sound: keyExample(`${accountStatement}
  statement {
    actions   = ["kms:CreateGrant"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::\${data.aws_caller_identity.current.account_id}:role/app"]
    }

    condition {
      test     = "Bool"
      variable = "kms:GrantIsForAWSResource"
      values   = ["true"]
    }
  }
`),
  },
  check(project, { finding }) {
    for (const { kind, statements } of policiesOf(project)) {
      if (kind !== 'key' && kind !== 'identity') continue;
      for (const statement of statements) {
        if (statement.effect !== 'Allow' || isConditioned(statement) || isForAccount(statement.principals)) continue;
        if (mentionsGrants(statement)) finding(statement.at, 'allows kms:CreateGrant without a condition on the grant');
      }
    }
  },
});

function isConditioned(statement: Statement): boolean {
  return statement.conditions.some(({ variable }) =>
    grantConditions.some((prefix) => variable.toLowerCase().startsWith(prefix)),
  );
}

/** Whether a statement is for the account as a whole, which leaves it to IAM policies. */
function isForAccount(principals: readonly Principal[] | undefined): boolean {
  if (!principals || principals.length === 0) return false;
  return principals.every(({ type, value }) => type === 'AWS' && isAccount(value));
}

/**
 * Whether a statement is meant to allow kms:CreateGrant: it names grants, or lets a service do anything that covers it.
 * Wider patterns for people, such as kms:Create*, are what AWS's own console gives administrators.
 */
function mentionsGrants({ actions = [], principals = [] }: Statement): boolean {
  const toService = principals.some(({ type }) => type === 'Service');
  return actions.some(
    (action) =>
      typeof action === 'string' &&
      coversAction(action, 'kms:CreateGrant') === true &&
      (toService || /grant/i.test(action)),
  );
}

export default defineRules(rotation, written, lockout, grants);
