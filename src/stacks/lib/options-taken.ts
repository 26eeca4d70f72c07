import type { AnswerKey } from '../../answers/answers.js';

// Shared options that go together: a stack takes all of a kind or none.

/** Of a load balancer: TLS, and a name in DNS. */
export const ofLoadBalancer: readonly AnswerKey[] = ['https', 'route53', 'zoneName', 'domain', 'certificateArn'];

/** Of a database that RDS runs, and whose class is to choose. */
export const ofDatabase: readonly AnswerKey[] = ['performanceInsights', 'dbInstanceClass'];

/** Of a network, new or existing. */
export const ofNetwork: readonly AnswerKey[] = [
  'vpc',
  'vpcCidr',
  'availabilityZones',
  'nat',
  'privateEndpoints',
  'vpcId',
  'publicSubnetIds',
  'privateSubnetIds',
  'databaseSubnetIds',
];
