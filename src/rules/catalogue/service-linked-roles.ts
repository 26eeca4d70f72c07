import { argument } from '../../terraform/references.js';
import { isLeftOut } from '../lib/presence.js';
import { defineRule } from '../rule.js';

const role = (lines: string) => `resource "aws_iam_service_linked_role" "rds" {
${lines}  aws_service_name = "rds.amazonaws.com"
}
`;

export default defineRule({
  name: 'service-linked-role-optional',
  severity: 'note',
  title: "a project makes a service's own role only where it is asked to",
  why: 'An account has one such role, which the service makes at its first use. Creating it again fails with "Service role name … has been taken in this account"; a destroy takes it from all others, or fails while one of them uses it.',
  remedy: 'Make it count = var.create_service_linked_role ? 1 : 0, off by default, or leave it to the service.',
  catalogue: ['S000-01'],
  stages: ['hcl'],
  source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html',
  example: {
    broken: role(''),
    sound: `variable "create_service_linked_role" {
  type    = bool
  default = false
}

${role('  count = var.create_service_linked_role ? 1 : 0\n\n')}`,
  },
  check(project, { finding }) {
    for (const role of project.all('aws_iam_service_linked_role')) {
      const isAsked = ['count', 'for_each'].some((name) => role.syntax && argument(role.syntax.body, name));
      // A module that is called with a key may be called not at all.
      if (isAsked || role.modulePath.includes('[') || role.uncertain) continue;
      const service = role.text('aws_service_name');
      if (isLeftOut(project, role, 'custom_suffix'))
        finding(role, `makes the role of ${service ?? 'a service'}, of which an account has one`, 'aws_service_name');
    }
  },
});
