/** Zones, by id, that some accounts still see and that have no Fargate. */
export const zonesWithoutFargate = {
  ids: ['apne1-az3', 'usw1-az2'],
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AWS_Fargate-Regions.html',
} as const;
