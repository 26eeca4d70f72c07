import { regionsWithLoadBalancerAccount } from '../../aws/load-balancer-accounts.js';
import { findRegion } from '../../aws/regions.js';
import type { Resource } from '../../terraform/project.js';
import { defineRule } from '../rule.js';

const account = (region: string) => `provider "aws" {
  region = "${region}"
}

data "aws_elb_service_account" "main" {}
`;

/** Whether the data source knows no account for its region; undefined for a region that is not known. */
function hasNoAccount(data: Resource): boolean | undefined {
  const region = data.get('region') ?? data.surroundings.region;
  // Of the other partitions only the commercial one is listed here.
  return typeof region === 'string' && findRegion(region) ? !regionsWithLoadBalancerAccount.has(region) : undefined;
}

export default defineRule({
  name: 'elb-service-account-region',
  severity: 'error',
  title: 'aws_elb_service_account is read in a region that has such an account',
  why: 'The plan fails: "Unknown region" and the region\'s code. Regions that opened since August 2022 have no account that load balancers write their logs from.',
  remedy: 'Let the service logdelivery.elasticloadbalancing.amazonaws.com in instead, which every region has.',
  catalogue: ['facts §3'],
  stages: ['hcl'],
  source: 'https://github.com/hashicorp/terraform-provider-aws/issues/29322',
  example: { broken: account('il-central-1'), sound: account('eu-west-1') },
  check(project, { finding }) {
    for (const data of project.data('aws_elb_service_account'))
      if (hasNoAccount(data) === true) finding(data, 'is read in a region without such an account');
  },
});
