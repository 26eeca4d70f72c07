/**
 * Actions that AWS's service authorization reference does not list and that AWS or the provider writes all the same, by
 * service prefix: nobody who copied one of them can be told that there is no such action.
 */
const written: readonly (readonly [source: string, actions: Readonly<Record<string, string>>])[] = [
  [
    // The examples of sns_topic_policy, cloudwatch_log_resource_policy, opensearch_domain, iam_role, s3control_bucket_policy,
    // networkfirewall_resource_policy and pinpoint_email_channel. SNS:Receive is in SNS's own default policy as well.
    'https://github.com/hashicorp/terraform-provider-aws/tree/main/website/docs/r',
    {
      logs: 'PutLogEventsBatch',
      mobileanalytics: 'PutItems',
      'network-firewall': 'UpdateFirewall',
      s3: 'HeadBucket',
      's3-outposts': 'PutBucketLifecycleConfiguration',
      sns: 'Receive',
    },
  ],
  ['https://docs.aws.amazon.com/lake-formation/latest/dg/hybrid-cross-account.html', { glue: 'ShareResource' }],
  [
    // In the version of an AWS managed policy that is in force.
    'https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html',
    {
      budgets: 'CreateBudget DeleteBudget DescribeBudget DescribeBudgets UpdateBudget',
      cloud9: 'ValidateEnvironmentName',
      cloudhsm:
        'CreateLunaClient DeleteLunaClient DescribeHapg DescribeLunaClient GetConfig ModifyHapg ModifyLunaClient',
      memorydb: 'ReplicateMultiRegionClusterData',
      organizations: 'CreateBuilderIdOwnedAccount',
      payments:
        'AcceptTermsAndConditionsForProgramByAccountId BatchGetPaymentProfiles CreatePaymentAttempt CreatePaymentProfile ' +
        'Get GetAcceptedTermsAndConditionsForProgramByAccountId GetAccountBalance GetDefaultPaymentProfile ' +
        'GetEligibleCurrencies GetPaymentAttempt GetPaymentPreferences GetPreferredCurrency ' +
        'GetRecommendedTermsAndConditionsForProgram ListPaymentProfiles SearchFinancialRecords SetPreferredCurrency ' +
        'UpdatePaymentProfile',
      qapps: 'ImportDocumentToQApp ImportDocumentToQAppSession',
      'route53-recovery-control-config': 'DescribeRoutingControlByName',
      securityagent:
        'BatchGetAgentInstances BatchGetSecurityTestContentMetadata BatchGetTasks CreateDocumentReview ' +
        'DeleteDocumentReview GetCodeReviewTask GetDocReviewTask GetDocumentReview GetDocumentReviewArtifact ' +
        'ListAgentInstances ListControls ListDocumentReviewComments ListDocumentReviews ListTasks StartPentestExecution ' +
        'StopPentestExecution',
    },
  ],
  [
    // "You must have the … permission", on the page of an operation in the API references.
    'https://docs.aws.amazon.com/',
    {
      bedrock: 'UpdateBrowserStream',
      'bedrock-agentcore': 'IngestData',
      cloudwatch:
        'CreateResourceMetricsConfiguration DeleteMetricDataQueryDefinition DeleteResourceMetricsConfiguration ' +
        'GetMetricDataQueryDefinition GetResourceMetricsConfiguration ListMetricDataQueryDefinitions ' +
        'PutMetricDataQueryDefinition UpdateResourceMetricsConfiguration',
      'cognito-idp': 'DescribeTermsByClient',
      dynamodb: 'DisassociateTableReplica',
      iam: 'GetRequestAuthorizationDetails GetRequestAuthorizationPolicy',
      kms: 'Decapsulate Encapsulate',
      lambda: 'AddEventSource GetEventSource ListEventSources RemoveEventSource UploadFunction',
      lex: 'RecognizeMessageAsync',
      logs: 'PutMetricExtractionPolicy',
      'neptune-db':
        'CancelIndexRebuild GetIndexRebuildStatus GetStorageInfo ListIndexRebuilds StartIndexRebuild ' +
        'StartMLModelDataProcessingJob',
      oam: 'RequestTag ResourceTag',
      partnercentral: 'GetCampaignAsset',
      payments: 'BatchGetFinancialRecord GetConnectedAccount GetFinancialRecord ListFinancialRecords',
      polly: 'CreateVoice DeleteVoice GetVoice TagResource',
      quicksight: 'DescribeFlowPermissions GetFlowSession',
      resiliencehub: 'GetDependencyInsights StartDependencyInsights',
      route53: 'CreateHealthCheckSource DeleteHealthCheckSource',
      s3tables:
        'CompleteTableMigration DisassociateTableReplication GetTableBucketLogging GetTableMaintenanceConfig ' +
        'GetTableMigration ListTableMigrations PutTableBucketLogging PutTableMaintenanceConfig StartTableMigration ' +
        'SyncTableMigration UpdateTableMigration',
      s3vectors: 'PutVectorBucketDefaultIndexMode UpdateIndexMode UpdateMetadataConfiguration',
      sagemaker: 'AccessModelPackageData InvokeGlobalInferenceGateway InvokeGlobalInferenceGatewayWithResponseStream',
      secretsmanager:
        'AcceptCrossAccountReplication AssociateCrossAccountReplica DisassociateCrossAccountReplica ListResourcePolicies',
      ssm: 'CreateOpsItems',
      sts: 'SetWebIdentityTokenScope',
      tag: 'UntagResource',
      transfer: 'ExportHostKey',
    },
  ],
];

const actions = new Set(
  written.flatMap(([, byService]) =>
    Object.entries(byService).flatMap(([service, names]) =>
      names.split(' ').map((name) => `${service}:${name}`.toLowerCase()),
    ),
  ),
);

/** Whether AWS or the provider writes `action` in a policy of its own although the reference does not list it. */
export function isWrittenByAws(action: string): boolean {
  return actions.has(action.toLowerCase());
}

/** Whether one of those actions begins as a pattern does before its first `*` or `?`. */
export function mayMatchWrittenByAws(pattern: string): boolean {
  const start = pattern.toLowerCase().split(/[*?]/, 1)[0]!;
  return [...actions].some((action) => action.startsWith(start));
}

/**
 * Prefixes in AWS managed policies that the reference has no page for, most of them of services that have ended.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
 */
const otherServices = new Set(
  (
    'builderid datazonecontrol deepcomposer deeplens deepracer elastic-inference iot1click iotroborunner mobilehub ' +
    'sagemaker-groundtruth-synthetic zocalo'
  ).split(' '),
);

/** Whether AWS writes this prefix in policies of its own although the reference has no page for it. */
export function isServiceWrittenByAws(prefix: string): boolean {
  return otherServices.has(prefix.toLowerCase());
}

/**
 * Operations of S3 whose names are no actions, with the action that each asks for.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
const bucketOperations: ReadonlyMap<string, string> = new Map(
  Object.entries({
    CompleteMultipartUpload: 'PutObject',
    CreateMultipartUpload: 'PutObject',
    DeleteBucketCors: 'PutBucketCORS',
    DeleteBucketEncryption: 'PutEncryptionConfiguration',
    DeleteBucketLifecycle: 'PutLifecycleConfiguration',
    DeleteBucketReplication: 'PutReplicationConfiguration',
    DeleteBucketTagging: 'PutBucketTagging',
    DeleteObjects: 'DeleteObject',
    DeletePublicAccessBlock: 'PutBucketPublicAccessBlock',
    GetBucketEncryption: 'GetEncryptionConfiguration',
    GetBucketLifecycleConfiguration: 'GetLifecycleConfiguration',
    GetBucketReplication: 'GetReplicationConfiguration',
    GetObjectLockConfiguration: 'GetBucketObjectLockConfiguration',
    GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
    HeadObject: 'GetObject',
    ListMultipartUploads: 'ListBucketMultipartUploads',
    ListObjects: 'ListBucket',
    ListObjectsV2: 'ListBucket',
    ListObjectVersions: 'ListBucketVersions',
    ListParts: 'ListMultipartUploadParts',
    PutBucketEncryption: 'PutEncryptionConfiguration',
    PutBucketLifecycleConfiguration: 'PutLifecycleConfiguration',
    PutBucketReplication: 'PutReplicationConfiguration',
    PutObjectLockConfiguration: 'PutBucketObjectLockConfiguration',
    PutPublicAccessBlock: 'PutBucketPublicAccessBlock',
    UploadPart: 'PutObject',
  }).map(([operation, action]) => [`s3:${operation}`.toLowerCase(), `s3:${action}`]),
);

/** The action that an operation asks for whose name is none, such as `s3:GetObject` for `s3:HeadObject`. */
export function actionOfOperation(operation: string): string | undefined {
  return bucketOperations.get(operation.toLowerCase());
}
