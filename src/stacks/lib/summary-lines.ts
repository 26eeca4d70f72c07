import type { Answers } from '../../answers/answers.js';

/** What stacks say alike in their summaries, a line for each thing. */

/** Where clients come in: the URL, and what is wrong with it where it is not HTTPS. */
export function entryLine({ https, domain }: Answers): [string, string] {
  const url = `${https ? 'https' : 'http'}://${domain ?? '<load balancer>'}`;
  return ['Entry', https ? url : `${url} (not encrypted between clients and the load balancer)`];
}

/** The VPC, new or existing. */
export function networkLine({
  vpc,
  vpcCidr,
  availabilityZones,
  nat,
  privateEndpoints,
  vpcId,
}: Answers): [string, string] {
  if (vpc === 'existing') return ['Network', `existing ${vpcId}`];
  const gateways = { single: 'one NAT gateway', 'per-zone': 'a NAT gateway each', none: 'no NAT gateway' }[nat!];
  const endpoints = privateEndpoints ? '' : ', no private endpoints';
  return ['Network', `new VPC ${vpcCidr}, ${availabilityZones} zones, ${gateways}${endpoints}`];
}

/** Whether the account is audited by a trail of the project. */
export function auditLine({ cloudtrail }: Answers): [string, string] {
  return ['Audit', cloudtrail ? 'a trail of its own, with alarms' : "none of its own: the organization's trail"];
}

/** The database, `engine` in AWS's own words. */
export function databaseLine(
  engine: string,
  { dbInstanceClass, databaseLogin, performanceInsights }: Answers,
): [string, string] {
  const login = databaseLogin === 'iam' ? ', login by IAM' : '';
  return ['Database', `${engine}, ${dbInstanceClass}${login}${performanceInsights ? ', Database Insights' : ''}`];
}
