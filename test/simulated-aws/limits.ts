/** What the simulator lets pass and AWS would not, and the rules that look at it instead. */
export const limits: readonly { limit: string; rules: readonly string[] }[] = [
  {
    limit:
      "No permission is evaluated but what a function's code asks of DynamoDB, of S3 and of the Data API: what the roles of a running system may do is not tried.",
    rules: [
      'execution-role-pulls-image',
      'execution-role-reads-secrets',
      'execution-role-decrypts-secrets',
      'execution-role-writes-logs',
      'flow-log-role-writes-logs',
      'role-trusts-its-service',
    ],
  },
  {
    limit: 'No packet is sent: routes and security groups are stored, and whether anything arrives is not tried.',
    rules: [
      'load-balancer-admits-clients',
      'load-balancer-reaches-targets',
      'tasks-reach-aws-apis',
      'tasks-let-https-out',
      'database-in-reach-of-clients',
      'endpoint-admits-https',
      'nat-gateway-in-public-subnet',
      'public-load-balancer-in-public-subnets',
    ],
  },
  {
    limit: 'No container runs: a wrong image, health check or secret shows when the first task starts.',
    rules: ['task-containers-valid', 'container-secret-keys', 'fargate-service-task', 'target-group-health-check'],
  },
  {
    limit: 'No instance boots: all are healthy at once, and what user data does shows when the first one starts.',
    rules: ['ami-supported', 'instance-role-session-manager', 'target-group-health-check'],
  },
  {
    limit:
      "A function's code runs in Node.js or Python as it is on the machine, with the SDK of the day, and what calls it is a stand-in for API Gateway or for a load balancer: no time limit but the function's, no throttling and no web ACL, one health check, no TLS, and of an issuer neither its name nor its certificate. Of a function behind a load balancer nothing asks a database.",
    rules: ['functions-reach-aws-apis', 'lambda-runtime-supported', 'api-function-timeout', 'api-throttling'],
  },
  {
    limit:
      "Of key policies only those of log groups, trails and instances' volumes are evaluated, of resource policies only those of buckets.",
    rules: [
      'alarm-topic-key-admits-cloudwatch',
      'alarm-topic-admits-cloudwatch',
      'encrypted-queue-admits-sender',
      'topic-admits-sender',
      'waf-log-group-policy',
    ],
  },
  {
    limit: 'Most names are taken as they are: few lengths and characters are looked at.',
    rules: ['name-length', 'name-characters'],
  },
  {
    limit: 'Everything is there at once: what AWS refuses because something else is not ready yet is not seen.',
    rules: [
      'nat-gateway-after-internet-gateway',
      'alb-after-log-bucket-policy',
      'trail-after-bucket-policy',
      'service-after-listener',
      'service-after-execution-policy',
      'certificate-awaited',
    ],
  },
  {
    limit: 'A certificate is issued without anybody looking for its record.',
    rules: ['certificate-validated'],
  },
  {
    limit: 'Settings of a database are stored and not compared with each other.',
    rules: ['performance-insights-retention', 'database-insights-advanced'],
  },
  {
    limit: 'A web ACL has no capacity, and the documents inside lifecycle policies and dashboards are not read.',
    rules: ['waf-capacity', 'waf-rule-actions', 'ecr-lifecycle-valid', 'dashboard-body'],
  },
  {
    limit: 'What AWS returns otherwise than it was sent is known from two tables; what is in neither is not seen.',
    rules: [],
  },
  {
    limit:
      'Quotas, service control policies, regions that the account has not enabled, and what AWS happens to be short of.',
    rules: [],
  },
];
