import type { Resource } from '../../terraform/project.js';
import { joinText, type Value } from '../../terraform/value.js';

/** What the agent of Systems Manager must be able to do before Session Manager reaches its instance. */
export function agentCalls({
  surroundings,
}: Resource): { action: string; resource: Value; context: Record<string, Value> }[] {
  const { partition, region, account } = surroundings;
  const instance = joinText(['arn:', partition, ':ec2:', region, ':', account, ':instance/i-0123456789abcdef0']);
  // Who has the credentials of an instance is asked which one it was.
  const context = { 'ec2:sourceinstancearn': instance };
  return [
    { action: 'ssmmessages:OpenControlChannel', resource: '*', context },
    { action: 'ssm:UpdateInstanceInformation', resource: instance, context },
  ];
}
