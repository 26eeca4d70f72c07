import type { Project, Resource } from '../../terraform/project.js';
import { addTo } from '../../terraform/groups.js';

const actions = ['alarm_actions', 'ok_actions', 'insufficient_data_actions'];

/** The topics of a project that alarms of CloudWatch are sent to, with the alarms. */
export function alarmTopics(project: Project): { topic: Resource; alarms: readonly Resource[] }[] {
  const byTopic = new Map<Resource, Resource[]>();
  for (const alarm of project.all('aws_cloudwatch_metric_alarm', 'aws_cloudwatch_composite_alarm')) {
    for (const topic of new Set(actions.flatMap((argument) => alarm.refs(argument, 'aws_sns_topic')))) {
      if (topic.mode === 'managed') addTo(byTopic, topic, alarm);
    }
  }
  return [...byTopic].map(([topic, alarms]) => ({ topic, alarms }));
}
