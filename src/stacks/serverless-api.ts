import type { Complaint, Option } from '../answers/option.js';
import { regionsWithoutDataApi } from '../aws/data-api-regions.js';
import { lambdaRuntimes } from '../aws/lambda-runtimes.js';
import { longestShortRegion } from '../aws/regions.js';
import { databaseLine, networkLine } from './lib/summary-lines.js';
import type { Stack } from './stack.js';

declare module '../answers/answers.js' {
  interface Answers {
    apiAuth?: 'iam' | 'jwt' | 'none';
    jwtIssuer?: string;
    jwtAudience?: string;
    apiGatewayAccount?: 'existing' | 'create';
  }
}

const withJwt = {
  when: ({ apiAuth }) => apiAuth === 'jwt',
  on: ['apiAuth'],
  text: 'with --api-auth jwt',
} satisfies Option['applies'];

const apiAuth: Option<'apiAuth'> = {
  key: 'apiAuth',
  flag: 'api-auth',
  group: 'Entry',
  type: 'choice',
  choices: ['iam', 'jwt', 'none'],
  help: 'who may call the API: whom IAM allows, who has a token of an issuer, or everybody',
  defaultText: 'iam',
  default: () => 'iam',
  prompt: 'Who may call the API',
  promptChoices: () => [
    { value: 'iam', name: 'iam   whom IAM allows; requests are signed with SigV4' },
    { value: 'jwt', name: 'jwt   who has a token of an OpenID Connect issuer' },
    { value: 'none', name: 'none  everybody who knows its address' },
  ],
};

const jwtIssuer: Option<'jwtIssuer'> = {
  key: 'jwtIssuer',
  flag: 'jwt-issuer',
  group: 'Entry',
  type: 'text',
  placeholder: 'URL',
  help: 'issuer of the tokens, as their iss claim has it: https://login.example.com',
  applies: withJwt,
  required: true,
  prompt: 'Issuer of the tokens (their iss claim)',
  check: checkIssuer,
};

/**
 * An issuer of OpenID Connect is compared by the character, so nothing is added to it or taken away.
 * https://openid.net/specs/openid-connect-core-1_0.html#IDToken
 */
function checkIssuer(value: string): Complaint | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const remedy = 'Give the iss claim of a token, such as https://login.example.com/.';
  if (!url) return { why: 'is no URL', remedy };
  if (url.protocol !== 'https:')
    return { why: 'does not begin with https://, and whoever is on the way could forge its keys', remedy };
  if (url.search || url.hash || url.username || url.password || /[?#]$/.test(value))
    return { why: 'holds more than a host and a path, which an issuer may not', remedy };
  return /^https:\/\/[\w.:-]+(?:\/[\w.~%!$&'()*+,;=:@/-]*)?$/.test(value) && value.length <= 256
    ? undefined
    : { why: 'holds characters that a URL writes otherwise, or more than 256', remedy };
}

const jwtAudience: Option<'jwtAudience'> = {
  key: 'jwtAudience',
  flag: 'jwt-audience',
  group: 'Entry',
  type: 'text',
  placeholder: 'NAME',
  help: 'audience that tokens must be meant for: their aud claim',
  applies: withJwt,
  required: true,
  prompt: 'Audience of the tokens (their aud claim)',
  check: (value) =>
    /^[\w.:/@+-]{1,256}$/.test(value)
      ? undefined
      : {
          why: 'is no audience: 1 to 256 letters, digits and _ . : / @ + -',
          remedy: 'Give the aud claim of a token, such as my-api or https://api.example.com.',
        },
};

const apiGatewayAccount: Option<'apiGatewayAccount'> = {
  key: 'apiGatewayAccount',
  flag: 'api-gateway-account',
  group: 'Operation',
  type: 'choice',
  choices: ['existing', 'create'],
  help: "the role with which API Gateway logs, one for an account and region: there already (or made once by account/), or this project's",
  defaultText: 'existing',
  default: () => 'existing',
};

const api = 'Trading API on API Gateway and Lambda, with DynamoDB and Aurora Serverless v2';

const serverlessApi: Stack = {
  id: 'serverless-api',
  place: 3,
  title: api,
  takes: [
    'route53',
    'zoneName',
    'domain',
    'performanceInsights',
    'vpcCidr',
    'availabilityZones',
    'nat',
    'privateEndpoints',
    'alertEmail',
    'compliance',
    'reservedConcurrency',
  ],
  options: [apiAuth, jwtIssuer, jwtAudience, apiGatewayAccount],
  defaults: { nat: 'none' },
  lacking: { regions: regionsWithoutDataApi, what: "Aurora's Data API, by which the function reaches its database" },
  fixed: {
    https: { value: true, why: 'API Gateway answers by HTTPS alone' },
    dbInstanceClass: { value: 'db.serverless', why: 'its database is Aurora Serverless v2' },
    vpc: { value: 'create', why: 'its functions and its database live in a VPC of their own' },
  },
  database: () => ({
    engine: 'aurora-postgresql',
    preferredClasses: { ephemeral: ['db.serverless'], production: ['db.serverless'] },
  }),
  names: [
    { resource: 'IAM role', ending: `-${longestShortRegion}-rds-monitoring` },
    { resource: 'Aurora cluster', ending: '-aurora-15' },
    { resource: 'WAF web ACL', ending: '' },
    { resource: 'Lambda function', ending: '-authorizer' },
    { resource: 'DynamoDB table', ending: '-orders' },
    { resource: 'KMS alias', ending: 'alias/-functions' },
  ],
  layers: (answers) => [
    'network',
    'secrets',
    'monitoring',
    'database',
    'aurora-postgresql',
    'functions-node',
    'lambda',
    'dynamodb',
    ...(answers.apiAuth === 'jwt' ? ['jwt-authorizer'] : []),
    'api-gateway',
    ...(answers.apiGatewayAccount === 'existing' ? ['account'] : []),
    'waf',
    ...(answers.route53 ? ['dns', 'api-domain'] : []),
    'orders',
  ],
  readme: [
    'title',
    'open-api',
    'contents',
    'first-deployment',
    'lock-file',
    'calling',
    'functions',
    'variables',
    'outputs',
    'network',
    'cost',
    'encryption',
    'operating',
    'pipeline-role',
    'plan-policy',
    'restore',
    'restore-orders',
    'teardown',
  ],
  words: () => ({
    workload: { one: 'function', a: 'a function', many: 'functions' },
    database: 'Aurora',
    databaseEnding: 'aurora',
    privateCalls: 'Calls of the Data API',
    reaches: "the orders' table and the Data API",
    deletionProtected: 'the database and the table',
    logsKept: 'in CloudWatch',
    protects: { noun: 'API', label: 'api' },
  }),
  view: ({ nat, profile, apiAuth, apiGatewayAccount }) => ({
    tools: ['Node.js 22 or newer', 'curl'],
    runtime: lambdaRuntimes.node,
    publicSubnets: nat !== 'none',
    dataApi: true,
    capacity: profile === 'production' ? { min: 2, max: 16 } : { min: 0, max: 4 },
    authorization: { iam: 'AWS_IAM', jwt: 'CUSTOM', none: 'NONE' }[apiAuth!],
    iamAuth: apiAuth === 'iam',
    createsApiAccount: apiGatewayAccount === 'create',
    jwtAuth: apiAuth === 'jwt',
    openApi: apiAuth === 'none',
  }),
  warning: ({ apiAuth }) =>
    apiAuth === 'none'
      ? 'The API is open to the world: nobody is asked who is calling; --api-auth iam or jwt asks. README.md says more.'
      : undefined,
  summary: (answers) => [
    ['Entry', `https://${answers.domain ?? `<API>.execute-api.${answers.region}.amazonaws.com/v1`}`],
    [
      'Callers',
      {
        iam: 'whom IAM allows, by signed requests',
        jwt: `who has a token of ${answers.jwtIssuer} for ${answers.jwtAudience}`,
        none: 'EVERYBODY who knows the address: no request is asked who sends it',
      }[answers.apiAuth!],
    ],
    networkLine(answers),
    databaseLine('Aurora PostgreSQL Serverless v2', answers),
    [
      'API logs',
      answers.apiGatewayAccount === 'create'
        ? "by a role of this project, which is then that of the account's other APIs too"
        : 'by the role of the account; account/ makes it where there is none',
    ],
  ],
};

export default serverlessApi;
