import { own } from '../../own.js';
import type { Project, Resource } from '../../terraform/project.js';
import { identity, joinText, Unknown, type Value } from '../../terraform/value.js';
import { targetGroupTypes } from './load-balancers.js';
import { covers } from './patterns.js';

/**
 * Whether what a permission to call a function is limited to is what a service calls it for: true, false, or undefined
 * where that is not known. Without a limit it is for everything.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
 */
export function sourceCovers(project: Project, sourceArn: Value | undefined, caller: Resource): boolean | undefined {
  if (sourceArn === undefined) return true;
  const answers = sourcesOf(project, caller).map((source) => covers(sourceArn, source));
  // An id that AWS gives has no slash in it.
  if (caller.type.endsWith('_authorizer') && answers[1] === false) answers.shift();
  if (answers.includes(true)) return true;
  return answers.length === 0 || answers.includes(undefined) ? undefined : false;
}

/** For what a service calls a function, by the argument that names it. */
const namedSources: Readonly<Record<string, readonly [argument: string, ...types: string[]]>> = {
  aws_alb_target_group_attachment: ['target_group_arn', ...targetGroupTypes],
  aws_cloudwatch_event_target: ['rule', 'aws_cloudwatch_event_rule'],
  aws_lb_target_group_attachment: ['target_group_arn', ...targetGroupTypes],
  aws_s3_bucket_notification: ['bucket', 'aws_s3_bucket'],
  aws_sns_topic_subscription: ['topic_arn', 'aws_sns_topic'],
};

/** What a service names as the source of a call; none where that is not known. */
function sourcesOf(project: Project, caller: Resource): Value[] {
  const named = own(namedSources, caller.type);
  if (named) {
    const sources = project.targets(caller, ...named);
    return sources.length === 1 ? [sources[0]!.computed('arn')] : [];
  }
  const argument = caller.has('rest_api_id') ? 'rest_api_id' : 'api_id';
  const apis = project.targets(caller, argument, 'aws_api_gateway_rest_api', 'aws_apigatewayv2_api');
  const [api, ...others] = apis;
  if (!api || others.length > 0) return [];
  const execution = api.computed('execution_arn');
  if (caller.type.endsWith('_authorizer'))
    return [caller.computed('id'), 'a1b2c3'].map((id) => joinText([execution, '/authorizers/', id]));
  if (caller.type !== 'aws_api_gateway_integration') return [joinText([execution, '/', new Unknown()])];
  const method = caller.get('http_method');
  const verb = method === undefined || method === 'ANY' ? new Unknown() : method;
  const path = pathOf(project, caller, api);
  return stagesOf(project, api).map((stage) => joinText([execution, '/', stage, '/', verb, ...path]));
}

/** The names of an API's stages. */
function stagesOf(project: Project, api: Resource): Value[] {
  const stages = project.linked('aws_api_gateway_stage', 'rest_api_id', api);
  const deployments = project.linked('aws_api_gateway_deployment', 'rest_api_id', api);
  const isOpen =
    stages.length === 0 ||
    deployments.some((deployment) => deployment.has('stage_name')) ||
    project.isGivenToUnread(api) ||
    project.isExported(api);
  return isOpen ? [new Unknown()] : stages.map((stage) => stage.get('stage_name') ?? new Unknown());
}

/** The path of a method with its slash; a part that the caller fills in is not known. */
function pathOf(project: Project, at: Resource, api: Resource): Value[] {
  const parts: Value[] = [];
  let argument = 'resource_id';
  let place = at;
  // Resources cannot be nested more deeply than this in what AWS allows for one API.
  for (let depth = 0; depth < 300; depth++) {
    if (identity(place.get(argument)) === `\${${api.address}.root_resource_id}`)
      return parts.length > 0 ? parts : ['/'];
    const [parent, ...others] = project.targets(place, argument, 'aws_api_gateway_resource');
    const part = parent?.get('path_part');
    if (!parent || others.length > 0 || part === undefined || parent === place) break;
    parts.unshift('/', typeof part === 'string' && part.startsWith('{') ? new Unknown() : part);
    [place, argument] = [parent, 'parent_id'];
  }
  return ['/', new Unknown()];
}
