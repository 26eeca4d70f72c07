import { isMap } from '../../terraform/value.js';
import { defineRule } from '../rule.js';

const filter = (lines: string) => `resource "aws_cloudwatch_log_metric_filter" "errors" {
  name           = "errors"
  log_group_name = "/ecs/app"
  pattern        = "{ $.level = \\"error\\" }"

  metric_transformation {
    name      = "Errors"
    namespace = "App"
    value     = "1"
${lines}  }
}
`;

export default defineRule({
  name: 'metric-filter-dimensions',
  severity: 'error',
  title: 'a metric filter with dimensions has a pattern with fields and no default value',
  why: 'PutMetricFilter answers "Invalid metric transformation: dimensions and default value are mutually exclusive properties", or "The specified filter pattern does not support dimensions".',
  remedy: 'Take default_value or dimensions out, or use a pattern such as { $.level = "error" } or [ip, user, status].',
  catalogue: ['S000-20'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://github.com/hashicorp/terraform-provider-aws/issues/28881',
  example: {
    broken: filter(`
    default_value = 0

    dimensions = {
      Service = "$.service"
    }
`),
    sound: filter(`    dimensions = {
      Service = "$.service"
    }
`),
  },
  check(project, { finding }) {
    for (const filter of project.all('aws_cloudwatch_log_metric_filter')) {
      const pattern = filter.text('pattern');
      for (const transformation of filter.blocks('metric_transformation')) {
        const dimensions = transformation.get('dimensions');
        if (!isMap(dimensions) || dimensions.size === 0) continue;
        if (transformation.number('default_value') !== undefined)
          finding(filter, 'has dimensions and a default value', 'metric_transformation');
        if (pattern !== undefined && !/^\s*[{[]/.test(pattern))
          finding(filter, `has dimensions, and a pattern without fields: ${pattern || '""'}`, 'pattern');
      }
    }
  },
});
