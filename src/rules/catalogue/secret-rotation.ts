import type { Project, Resource } from '../../terraform/project.js';
import { identity, Text } from '../../terraform/value.js';
import { defineRule, defineRules } from '../rule.js';

const rotationFunction = `resource "aws_lambda_function" "rotate" {
  function_name = "rotate-secret"
  role          = "arn:aws:iam::123456789012:role/rotate-secret"
  runtime       = "python3.13"
  handler       = "rotate.handler"
  filename      = "rotate.zip"
}
`;

function rotation(lambda: string): string {
  return `
resource "aws_secretsmanager_secret_rotation" "api" {
  secret_id           = "example/api"
  rotation_lambda_arn = ${lambda}

  rotation_rules {
    automatically_after_days = 30
  }
}
`;
}

const ownFunction = rotation('aws_lambda_function.rotate.arn');

/** Whatever names a function to rotate a secret with. */
function rotations(project: Project): Resource[] {
  return project
    .all('aws_secretsmanager_secret_rotation', 'aws_secretsmanager_secret')
    .filter((resource) => resource.has('rotation_lambda_arn'));
}

function functionsOf(project: Project, resource: Resource): Resource[] {
  return project.targets(resource, 'rotation_lambda_arn', 'aws_lambda_function');
}

const exists = defineRule({
  name: 'rotation-function-in-project',
  severity: 'warning',
  title: 'the function that rotates a secret is one of the project',
  why: 'A name that is only written down is of a function that somebody has yet to deploy: the apply fails with "ResourceNotFoundException", or the secret is never rotated.',
  remedy:
    'Make the function in the project, or take its ARN from a variable or a data source. For the password of a database, manage_master_user_password needs no function at all.',
  catalogue: ['S003-04'],
  stages: ['hcl'],
  source: 'https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda.html',
  example: {
    broken: rotation('"arn:aws:lambda:eu-west-1:123456789012:function:SecretsManagerRotation"').trimStart(),
    sound: `${rotationFunction}${ownFunction}`,
  },
  check(project, { finding }) {
    for (const resource of rotations(project)) {
      if (functionsOf(project, resource).length > 0) continue;
      const name = writtenFunction(resource);
      if (name !== undefined)
        finding(resource, `is rotated by ${name}, which is in no file of the project`, 'rotation_lambda_arn');
    }
  },
});

/** The name of a function in an ARN that is composed by hand. */
function writtenFunction(resource: Resource): string | undefined {
  const arn = resource.get('rotation_lambda_arn');
  if (typeof arn !== 'string' && !(arn instanceof Text)) return undefined;
  // A value from a variable of the caller or from a file of values is no name that is only written down.
  const written = resource.syntax?.body.attributes.find(({ name }) => name === 'rotation_lambda_arn')?.expression;
  if (written?.kind !== 'literal' && written?.kind !== 'template') return undefined;
  const text = identity(arn) ?? '';
  const last = text.lastIndexOf(':function:');
  if (last < 0 || !/^arn:.*:lambda:/.test(text.slice(0, last))) return undefined;
  return /^[\w-]+$/.exec(text.slice(last + ':function:'.length))?.[0];
}

const permission = defineRule({
  name: 'rotation-function-permission',
  severity: 'error',
  title: 'Secrets Manager may invoke the function that rotates a secret',
  why: 'The apply fails: "AccessDeniedException: Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com".',
  remedy: 'Add an aws_lambda_permission for principal secretsmanager.amazonaws.com, and let the rotation depend on it.',
  catalogue: ['S003-04'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot_rotation.html',
  example: {
    broken: `${rotationFunction}${ownFunction}`,
    sound: `${rotationFunction}
resource "aws_lambda_permission" "rotate" {
  function_name = aws_lambda_function.rotate.function_name
  action        = "lambda:InvokeFunction"
  principal     = "secretsmanager.amazonaws.com"
}
${ownFunction}`,
  },
  check(project, { finding, abstain }) {
    for (const resource of rotations(project)) {
      const [lambda, ...others] = functionsOf(project, resource);
      if (!lambda || others.length > 0) continue;
      const permissions = project.linked('aws_lambda_permission', 'function_name', lambda);
      const principals = permissions.map((given) => given.get('principal'));
      if (principals.includes('secretsmanager.amazonaws.com') || principals.includes('*')) continue;
      const isOpen = principals.some((principal) => typeof principal !== 'string');
      if (isOpen || project.isGivenToUnread(lambda)) abstain(lambda, 'who may invoke it is not known');
      else
        finding(
          resource,
          `is rotated by ${lambda.configAddress}, which Secrets Manager may not invoke`,
          'rotation_lambda_arn',
        );
    }
  },
});

export default defineRules(exists, permission);
