import { nearest } from '../../nearest.js';
import { readIgnores } from '../ignores.js';
import { defineRule } from '../rule.js';

export default defineRule({
  name: 'ignore-comment',
  severity: 'error',
  title: 'an ignore comment names a rule that there is, gives a reason, and still suppresses something',
  why: 'Whoever reads the project next has to know why a finding may stay. A comment without a reason, or for a rule that there is none of, suppresses nothing; one whose finding is gone hides the next one.',
  remedy: 'Write "# create-secure-infra:ignore <rule> <reason>" in the block that is meant, or take the comment out.',
  catalogue: [],
  stages: ['hcl'],
  source: 'https://www.npmjs.com/package/create-secure-infra',
  example: {
    broken: `resource "aws_lb" "app" {
  # create-secure-infra:ignore alb-two-zones
  name    = "app"
  subnets = ["subnet-0123456789abcdef0"]
}
`,
    sound: `resource "aws_lb" "app" {
  # create-secure-infra:ignore alb-two-zones The second subnet is added by the network team.
  name    = "app"
  subnets = ["subnet-0123456789abcdef0"]
}
`,
  },
  check(project, { finding, ruleNames }) {
    for (const { rule, reason, location: at } of readIgnores(project)) {
      if (!ruleNames.includes(rule)) {
        const near = nearest(rule, ruleNames);
        finding(
          at,
          `an ignore comment is for ${rule || 'no rule'}, which there is none of${near ? `; ${near} is near` : ''}`,
        );
      } else if (reason === '') finding(at, `an ignore comment for ${rule} gives no reason`);
    }
  },
});
