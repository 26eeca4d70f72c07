import type { Resource } from '../../terraform/project.js';
import { decodeJson, isList, isMap, type Value } from '../../terraform/value.js';
import { defineRule, defineRules } from '../rule.js';

function boardExample(properties: string): string {
  return `resource "aws_cloudwatch_dashboard" "main" {
  dashboard_name = "app"

  dashboard_body = jsonencode({
    widgets = [
      {
        type   = "metric"
        width  = 12
        height = 6
        properties = {
${properties}        }
      },
    ]
  })
}
`;
}

const body = defineRule({
  name: 'dashboard-body',
  severity: 'error',
  title: 'a dashboard has widgets, and each metric widget has a region and metrics',
  why: 'PutDashboard answers "The dashboard body is invalid, there are … validation errors", such as "Should have required property \'metrics\'" or "The metric widget should have specified a region and a data source or an alarm annotation". Neither validate nor plan looks.',
  remedy:
    'Give dashboard_body a list "widgets", and in the properties of every metric widget region, and metrics or annotations.',
  catalogue: ['S001-25'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html',
  example: {
    broken: boardExample(`          title   = "Tasks"
          metrics = [["AWS/ECS", "CPUUtilization", "ClusterName", "app"]]
`),
    sound: boardExample(`          title   = "Tasks"
          region  = "eu-west-1"
          metrics = [["AWS/ECS", "CPUUtilization", "ClusterName", "app"]]
`),
  },
  check(project, { finding, abstain }) {
    for (const board of project.all('aws_cloudwatch_dashboard')) {
      const decoded = decodeJson(board.get('dashboard_body'));
      if (decoded === undefined) abstain(board, 'its body is not known');
      else for (const fault of faultsOf(decoded)) finding(board, fault, 'dashboard_body');
    }
  },
});

function faultsOf(decoded: Value | Error): string[] {
  if (decoded instanceof Error) return [`has a body that is not JSON: ${decoded.message}`];
  if (!isMap(decoded)) return [];
  const widgets = decoded.get('widgets');
  if (widgets === undefined || widgets === null) return ['has a body without "widgets"'];
  return isList(widgets) ? widgets.flatMap(widgetFaults) : [];
}

function widgetFaults(widget: Value, at: number): string[] {
  if (!isMap(widget) || widget.get('type') !== 'metric') return [];
  const properties = widget.get('properties');
  if (properties === undefined) return [`has no properties in metric widget ${at}`];
  if (!isMap(properties)) return [];
  const faults: string[] = [];
  if (!isGiven(properties, 'region')) faults.push(`has no region in metric widget ${at}`);
  // Contributor Insights has a rule where others have metrics.
  if (!['metrics', 'annotations', 'insightRule'].some((key) => isGiven(properties, key)))
    faults.push(`has no metrics in metric widget ${at}`);
  return faults;
}

function isGiven(object: ReadonlyMap<string, Value>, key: string): boolean {
  const value = object.get(key);
  return value !== undefined && value !== null;
}

/** What a dashboard shows, by the type of resource that has the metrics. */
const shown: readonly (readonly [namespace: string, ...types: string[]])[] = [
  ['AWS/ECS', 'aws_ecs_service'],
  ['AWS/ApplicationELB', 'aws_lb'],
  ['AWS/RDS', 'aws_rds_cluster', 'aws_db_instance'],
];

const widgets = defineRule({
  name: 'dashboard-widgets',
  severity: 'note',
  title: 'the dashboard shows the tasks, the load balancer and the database',
  why: 'Who is called at night looks there first, and sees only a part of the system.',
  remedy: 'Give the dashboard a metric widget for each of AWS/ECS, AWS/ApplicationELB and AWS/RDS.',
  catalogue: ['S001-25'],
  scope: 'generated',
  stages: ['hcl'],
  source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Dashboards.html',
  example: {
    broken: `resource "aws_ecs_service" "app" {
  name          = "app"
  desired_count = 2
}

#>> .create-secure-infra.json
{}
`,
    sound: `resource "aws_ecs_service" "app" {
  name          = "app"
  desired_count = 2
}

${boardExample(`          region  = "eu-west-1"
          metrics = [["AWS/ECS", "CPUUtilization", "ClusterName", "app"]]
`)}
#>> .create-secure-infra.json
{}
`,
  },
  check(project, { finding, abstain }) {
    const boards = project.all('aws_cloudwatch_dashboard');
    const namespaces = new Set(boards.flatMap(namespacesOf));
    for (const [namespace, ...types] of shown) {
      const [resource] = project.all(...types);
      if (!resource || namespaces.has(namespace)) continue;
      if (boards.every(isReadable)) finding(boards[0] ?? resource, missing(boards, namespace));
      else abstain(resource, 'what the dashboard shows is not known');
    }
  },
});

function missing(boards: readonly Resource[], namespace: string): string {
  return boards.length === 0 ? `is on no dashboard with metrics of ${namespace}` : `shows no metric of ${namespace}`;
}

function isReadable(board: Resource): boolean {
  return isMap(valueOf(board));
}

function valueOf(board: Resource): Value {
  const decoded = decodeJson(board.get('dashboard_body'));
  return decoded === undefined || decoded instanceof Error ? null : decoded;
}

/** The namespaces of the metrics on a dashboard: the first of each row. */
function namespacesOf(board: Resource): Value[] {
  const rows = listIn(valueOf(board), 'widgets').flatMap((widget) =>
    isMap(widget) ? listIn(widget.get('properties') ?? null, 'metrics') : [],
  );
  return rows.flatMap((row) => (isList(row) ? row.slice(0, 1) : []));
}

function listIn(object: Value, key: string): readonly Value[] {
  const value = isMap(object) ? object.get(key) : undefined;
  return isList(value) ? value : [];
}

export default defineRules(body, widgets);
