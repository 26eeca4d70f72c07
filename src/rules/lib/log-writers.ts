import type { Project, Resource } from '../../terraform/project.js';
import { joinText, type Value } from '../../terraform/value.js';
import { roleMay, type Answer } from './permissions.js';

/**
 * What a role is refused, or perhaps refused, of what it takes to write to a log group through a stream of this name.
 * Whether logs:CreateLogStream is about the group or the stream, AWS says one thing and does another: either will do.
 */
export function refusedToWrite(
  project: Project,
  role: Resource,
  group: Resource,
  streamName: readonly Value[],
): { action: string; answer: Answer }[] {
  const arn = group.computed('arn');
  const stream = joinText([arn, ':log-stream:', ...streamName]);
  const answers = [
    { action: 'logs:CreateLogStream', answer: either([arn, stream].map((on) => mayDo('logs:CreateLogStream', on))) },
    { action: 'logs:PutLogEvents', answer: mayDo('logs:PutLogEvents', stream) },
  ];
  return answers.filter(({ answer }) => answer !== 'allowed');

  function mayDo(action: string, resource: Value): Answer {
    return roleMay(project, role, { action, resource });
  }
}

function either(answers: readonly Answer[]): Answer {
  if (answers.includes('allowed')) return 'allowed';
  return answers.includes('unknown') ? 'unknown' : 'denied';
}
