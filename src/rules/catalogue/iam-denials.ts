import { coversAction } from '../lib/patterns.js';
import type { Statement } from '../lib/policies.js';
import {
  actionsOf,
  few,
  isNarrowed,
  namesEverybody,
  statementsOf,
  tell,
  type HeldStatement,
} from '../lib/statements.js';
import { defineRule } from '../rule.js';

/** Actions that read the same as another does, by that one. */
const alike: Readonly<Record<string, readonly string[]>> = {
  's3:GetObject': ['s3:GetObjectVersion'],
  'ssm:GetParameter': ['ssm:GetParameters', 'ssm:GetParametersByPath', 'ssm:GetParameterHistory'],
  'dynamodb:GetItem': ['dynamodb:BatchGetItem', 'dynamodb:Query', 'dynamodb:Scan', 'dynamodb:PartiQLSelect'],
  'logs:GetLogEvents': ['logs:FilterLogEvents', 'logs:StartLiveTail'],
};

/** Whether a statement names an action, or is not known not to. */
function mayName(statement: Statement, action: string): boolean {
  if (!statement.actions) return true;
  return statement.actions.some((pattern) => coversAction(pattern, action) !== false);
}

/** Whether a denial takes something back of what the same policy allows those whom it denies: no more is left than that. */
function takesBack({ statement, policy }: HeldStatement, action: string): boolean {
  return policy.statements.some(
    (other) =>
      other !== statement &&
      other.effect !== 'Deny' &&
      mayName(other, action) &&
      (policy.kind !== 'resource' || !other.principals || namesEverybody(other)),
  );
}

const document = (actions: string) => `data "aws_iam_policy_document" "reader" {
  statement {
    sid       = "NoState"
    effect    = "Deny"
    actions   = [${actions}]
    resources = ["arn:aws:s3:::payments-terraform-state/*"]
  }
}

resource "aws_iam_policy" "reader" {
  name   = "reader"
  policy = data.aws_iam_policy_document.reader.json
}
`;

export default defineRule({
  name: 'denied-read-complete',
  severity: 'warning',
  title: 'a denial of reading covers every action that reads the same',
  why: 'What is denied is read all the same: s3:GetObjectVersion fetches every object, in a bucket without versions too, as version null.',
  remedy: 'Name the other actions beside it, or a pattern such as s3:GetObject*.',
  catalogue: ['S000-05'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html',
  example: { broken: document('"s3:GetObject"'), sound: document('"s3:GetObject", "s3:GetObjectVersion"') },
  check(project, report) {
    for (const { statement, policy } of statementsOf(project, 'identity', 'resource')) {
      if (statement.effect !== 'Deny' || !policy.complete) continue;
      // How somebody calls, such as without TLS, is denied for the sake of the connection.
      if (statement.conditions.length > 0 && !isNarrowed(statement)) continue;
      for (const action of actionsOf(statement)) {
        const others = Object.entries(alike).find(([name]) => name.toLowerCase() === action.toLowerCase())?.[1];
        if (!others || statement.notActions) continue;
        if (takesBack({ statement, policy }, action)) continue;
        const missing = others.filter(
          (other) => !policy.statements.some((one) => one.effect === 'Deny' && mayName(one, other)),
        );
        if (missing.length > 0) tell(report, statement, `denies ${action} and not ${few(missing)}`, 'actions');
      }
    }
  },
});
