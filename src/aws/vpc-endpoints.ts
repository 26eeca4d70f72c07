/** Services that gateway endpoints are for. https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html */
export const gatewayServices: readonly string[] = ['s3', 'dynamodb', 's3express'];

/**
 * Services whose interface endpoints are called on other ports than 443: mail, Cassandra, MQTT, file transfer, desktops.
 * https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
 */
export const otherPorts = /^(email-smtp|cassandra|iot|lorawan|transfer|highlander)\b/;

/**
 * Regions in which Fargate reaches the control plane of ECS through the task's own network.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
 */
export const regionsWithEcsEndpoints: readonly string[] = [
  'ap-east-2',
  'ap-southeast-5',
  'ap-southeast-6',
  'ap-southeast-7',
  'ca-west-1',
  'mx-central-1',
];

/** What Fargate needs beside the registry in those regions. */
export const ecsEndpoints: readonly string[] = ['ecs', 'ecs-agent', 'ecs-telemetry'];
