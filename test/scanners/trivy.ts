/** What Trivy's checks ask that are suppressed, in its own words: it is not run. https://avd.aquasec.com/misconfig/aws/ */
export const askedByTrivy: Record<string, string> = {
  'AWS-0053': 'Load balancer is exposed to the internet.',
  'AWS-0054': 'Use of plain HTTP.',
  'AWS-0089': 'S3 bucket logging',
  'AWS-0104': 'A security group rule should not allow unrestricted egress to any IP address.',
  'AWS-0132': 'S3 encryption should use customer managed keys',
  'AWS-0133': 'Enable Performance Insights to detect potential problems',
  'AWS-0343': 'RDS cluster deletion protection disabled',
};
