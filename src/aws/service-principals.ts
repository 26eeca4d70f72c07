import { distance } from 'fastest-levenshtein';

import { iamServices } from './iam-actions.js';
import { findRegion } from './regions.js';

/**
 * Services that roles and resources are often opened to, as principals: `<name>.amazonaws.com`. AWS publishes no list;
 * each is on the page about the role or policy that it needs.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
 */
const common =
  'apigateway application-autoscaling appsync autoscaling backup batch cloudformation cloudfront cloudtrail cloudwatch ' +
  'codebuild codedeploy codepipeline config delivery.logs dms ec2 ecs ecs-tasks edgelambda eks eks-fargate-pods ' +
  'elasticloadbalancing elasticmapreduce events fargate firehose glue kinesis kms lambda logdelivery.elasticloadbalancing ' +
  'logs monitoring.rds pipes rds redshift s3 sagemaker scheduler secretsmanager ses sns spotfleet sqs ssm states ' +
  'transfer vpc-flow-logs';

const names = common.split(' ');
const known = new Set([...iamServices, ...names]);

/**
 * The service principal that `principal` was probably meant to be, such as `ecs-tasks.amazonaws.com` for
 * `ecs-task.amazonaws.com`; undefined where it is one itself, or like none that is known here.
 */
export function meantServicePrincipal(principal: string): string | undefined {
  const [, written = '', domain] = /^(.+)\.(amazonaws\.com|amazonaws\.com\.cn|amazon\.com)$/.exec(principal) ?? [];
  const parts = written.split('.');
  const region = parts.find((part) => findRegion(part));
  const name = parts.filter((part) => part !== region).join('.');
  const meant = known.has(name) ? (domain === 'amazon.com' ? name : undefined) : nearestName(name);
  return meant && [meant, ...(region ? [region] : []), 'amazonaws.com'].join('.');
}

/** The name of which `name` is one slip away, or two if it is long. */
function nearestName(name: string): string | undefined {
  const most = name.length < 8 ? 1 : 2;
  return name.length < 3 ? undefined : names.find((candidate) => distance(name, candidate) <= most);
}
