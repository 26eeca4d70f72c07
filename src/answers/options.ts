import { offeredClasses, supportsPerformanceInsights } from '../aws/database-classes.js';
import { prefixBudget } from '../aws/name-limits.js';
import { describeRegion, findRegion, regionCodes } from '../aws/regions.js';
import { stacks } from '../stacks/index.js';
import type { AnswerKey, Answers, Draft } from './answers.js';
import {
  checkCertificate,
  checkDatabaseClass,
  checkDnsName,
  checkDomain,
  checkEmail,
  checkInnerSubnets,
  checkName,
  checkRegion,
  checkStateBucket,
  checkSubnets,
  checkSuffix,
  checkTags,
  checkVpcCidr,
  defaultDatabaseClass,
  normalizeDnsName,
  stackOf,
  type Complaint,
} from './checks.js';

/** What a default may need that is no answer itself. */
export interface Surroundings {
  /** Base name of the target directory, where it is known. */
  directoryName?: string;
  /** Draws an environment suffix of `length` characters of a-z and 0-9. */
  drawSuffix(length: number): string;
}

/**
 * One row of the option table. Flags, prompts, environment variables, the answers file and its schema, --help and
 * the documentation are all read from it, and nothing about an option is said anywhere else.
 */
export interface Option<K extends AnswerKey = AnswerKey> {
  key: K;
  flag: string;
  group: string;
  /** One line for --help and the documentation, without the default. */
  help: string;
  type: 'text' | 'choice' | 'integer' | 'boolean' | 'list' | 'tags';
  /** Stands for the value in --help: `--region CODE`. */
  placeholder?: string;
  choices?: readonly NonNullable<Answers[K]>[];
  /** The default in words, for --help and the documentation; absent where there is none. */
  defaultText?: string;
  /** The default itself. Earlier rows are in `draft` already. */
  default?(draft: Draft, surroundings: Surroundings): Answers[K] | undefined;
  /** Where the user would look for the default's fault; the option's own flag where this is absent. */
  defaultFrom?: string;
  /** The option must be answered where it applies, and has no default. */
  required?: boolean;
  /** When the option has a meaning at all; it always has where this is absent. */
  applies?: { when(draft: Draft): boolean; on: AnswerKey[]; text: string };
  /** Brings equivalent spellings to one before the check. */
  normalize?(value: NonNullable<Answers[K]>): NonNullable<Answers[K]>;
  /** What is wrong with a value of the right type; undefined where nothing is. */
  check?(value: NonNullable<Answers[K]>, draft: Draft): Complaint | Complaint[] | undefined;
  /** The question; an option without one is only a flag. */
  prompt?: string;
  /** Offered values of a question whose choices depend on earlier answers, with how each is shown. */
  promptChoices?(draft: Draft): { value: string; name: string }[];
}

const withRoute53 = {
  when: (draft: Draft) => draft.route53 === true,
  on: ['route53'],
  text: 'with --route53',
} satisfies Option['applies'];
const withNewVpc = {
  when: (draft: Draft) => draft.vpc === 'create',
  on: ['vpc'],
  text: 'with --vpc create',
} satisfies Option['applies'];
const withExistingVpc = {
  when: (draft: Draft) => draft.vpc === 'existing',
  on: ['vpc'],
  text: 'with --vpc existing',
} satisfies Option['applies'];

const table: { [K in AnswerKey]: Option<K> }[AnswerKey][] = [
  {
    key: 'stack',
    flag: 'stack',
    group: 'Project',
    type: 'choice',
    choices: Object.keys(stacks) as Answers['stack'][],
    help: 'what to build',
    defaultText: 'ecs-fargate',
    default: () => 'ecs-fargate',
  },
  {
    key: 'name',
    flag: 'name',
    group: 'Project',
    type: 'text',
    placeholder: 'NAME',
    help: 'project name, the first part of every resource name',
    defaultText: "the directory's name",
    defaultFrom: '[directory]',
    default: (_draft, surroundings) => surroundings.directoryName,
    required: true,
    prompt: 'Project name',
    check: checkName,
  },
  {
    key: 'region',
    flag: 'region',
    group: 'Project',
    type: 'text',
    placeholder: 'CODE',
    help: `AWS region, any of the ${regionCodes.length} commercial ones`,
    defaultText: 'us-east-1',
    default: () => 'us-east-1',
    prompt: 'AWS region',
    promptChoices: () => regionCodes.map((code) => ({ value: code, name: describeRegion(code) })),
    check: checkRegion,
  },
  {
    key: 'suffix',
    flag: 'suffix',
    group: 'Project',
    type: 'text',
    placeholder: 'TEXT',
    help: 'environment suffix, 1 to 8 of a-z and 0-9: tells copies in one account apart',
    defaultText: 'drawn at random',
    default: (draft, surroundings) => {
      const room = prefixBudget(stackOf(draft).names).length - 1 - (draft.name?.length ?? 0);
      return surroundings.drawSuffix(Math.max(1, Math.min(6, room)));
    },
    prompt: 'Environment suffix (empty: one is drawn)',
    check: checkSuffix,
  },
  {
    key: 'profile',
    flag: 'profile',
    group: 'Project',
    type: 'choice',
    choices: ['ephemeral', 'production'],
    help: 'ephemeral: everything can be destroyed; production: data is protected',
    defaultText: 'ephemeral',
    default: () => 'ephemeral',
    prompt: 'Profile',
    promptChoices: () => [
      { value: 'ephemeral', name: 'ephemeral   everything can be destroyed, nothing is protected' },
      {
        value: 'production',
        name: 'production  deletion protection, final snapshot, a year of logs, 35 days of backups',
      },
    ],
  },
  {
    key: 'https',
    flag: 'https',
    group: 'Entry',
    type: 'boolean',
    help: 'TLS on the load balancer; port 80 then only redirects',
    defaultText: 'off',
    default: () => false,
    prompt: 'HTTPS on the load balancer?',
  },
  {
    key: 'route53',
    flag: 'route53',
    group: 'Entry',
    type: 'boolean',
    help: 'alias record in an existing public hosted zone; with --https also the certificate',
    defaultText: 'off',
    default: () => false,
    prompt: 'DNS record in a Route 53 hosted zone?',
  },
  {
    key: 'zoneName',
    flag: 'zone-name',
    group: 'Entry',
    type: 'text',
    placeholder: 'ZONE',
    help: 'name of the hosted zone, such as example.com',
    applies: withRoute53,
    required: true,
    prompt: 'Name of the hosted zone',
    normalize: normalizeDnsName,
    check: checkDnsName,
  },
  {
    key: 'domain',
    flag: 'domain',
    group: 'Entry',
    type: 'text',
    placeholder: 'NAME',
    help: 'name of the application, in the zone: pay.example.com',
    applies: withRoute53,
    required: true,
    prompt: 'Domain name of the application',
    normalize: normalizeDnsName,
    check: checkDomain,
  },
  {
    key: 'certificateArn',
    flag: 'certificate-arn',
    group: 'Entry',
    type: 'text',
    placeholder: 'ARN',
    help: 'certificate in AWS Certificate Manager, of the same region',
    applies: {
      when: (draft) => draft.https === true && draft.route53 === false,
      on: ['https', 'route53'],
      text: 'with --https and without --route53, which brings a certificate of its own',
    },
    required: true,
    prompt: 'ARN of the certificate (AWS Certificate Manager)',
    check: checkCertificate,
  },
  {
    key: 'performanceInsights',
    flag: 'performance-insights',
    group: 'Database',
    type: 'boolean',
    help: 'CloudWatch Database Insights (Performance Insights), free for 7 days of data',
    defaultText: 'on',
    default: () => true,
    prompt: 'Database Insights (Performance Insights), free for 7 days of data?',
  },
  {
    key: 'dbInstanceClass',
    flag: 'db-instance-class',
    group: 'Database',
    type: 'text',
    placeholder: 'CLASS',
    help: 'class of the database instances, as the region offers it',
    defaultText: 'db.t4g.medium, or db.r7g.large in production; the next best where the region lacks it',
    default: defaultDatabaseClass,
    prompt: 'Class of the database instances',
    promptChoices: (draft) => {
      const { databaseEngine } = stackOf(draft);
      return offeredClasses(databaseEngine, draft.region ?? '')
        .filter((name) => !draft.performanceInsights || supportsPerformanceInsights(databaseEngine, name))
        .map((name) => ({ value: name, name }));
    },
    check: checkDatabaseClass,
  },
  {
    key: 'vpc',
    flag: 'vpc',
    group: 'Network',
    type: 'choice',
    choices: ['create', 'existing'],
    help: 'a VPC of its own, or one that exists',
    defaultText: 'create',
    default: () => 'create',
  },
  {
    key: 'vpcCidr',
    flag: 'vpc-cidr',
    group: 'Network',
    type: 'text',
    placeholder: 'RANGE',
    help: 'address range of the new VPC, private, /16 to /22',
    defaultText: '10.0.0.0/16',
    default: () => '10.0.0.0/16',
    applies: withNewVpc,
    check: checkVpcCidr,
  },
  {
    key: 'availabilityZones',
    flag: 'availability-zones',
    group: 'Network',
    type: 'choice',
    choices: [2, 3],
    help: 'zones to spread the new VPC over',
    defaultText: '3, or 2 where the region has no more',
    default: (draft) => Math.min(3, findRegion(draft.region)?.zones ?? 3) as 2 | 3,
    applies: withNewVpc,
    check: (value, draft) => {
      const region = findRegion(draft.region);
      if (!region || value <= region.zones) return undefined;
      return {
        why: `is more than the ${region.zones} zones that ${draft.region} offers`,
        remedy: `Use --availability-zones ${region.zones}, or a region with more.`,
      };
    },
  },
  {
    key: 'nat',
    flag: 'nat',
    group: 'Network',
    type: 'choice',
    choices: ['per-zone', 'single'],
    help: 'a NAT gateway in each zone, or one for all: cheaper, and lost with its zone',
    defaultText: 'per-zone',
    default: () => 'per-zone',
    applies: withNewVpc,
  },
  {
    key: 'vpcId',
    flag: 'vpc-id',
    group: 'Network',
    type: 'text',
    placeholder: 'ID',
    help: 'the existing VPC',
    applies: withExistingVpc,
    required: true,
    check: (value) =>
      /^vpc-([0-9a-f]{8}|[0-9a-f]{17})$/.test(value)
        ? undefined
        : { why: 'is no VPC id', remedy: 'Give one like vpc-0123456789abcdef0.' },
  },
  {
    key: 'publicSubnetIds',
    flag: 'public-subnet-ids',
    group: 'Network',
    type: 'list',
    placeholder: 'ID,ID',
    help: 'existing subnets for the load balancer, two or more',
    applies: withExistingVpc,
    required: true,
    check: checkSubnets,
  },
  {
    key: 'privateSubnetIds',
    flag: 'private-subnet-ids',
    group: 'Network',
    type: 'list',
    placeholder: 'ID,ID',
    help: 'existing subnets for the tasks, with a route to a NAT gateway',
    applies: withExistingVpc,
    required: true,
    check: checkInnerSubnets,
  },
  {
    key: 'databaseSubnetIds',
    flag: 'database-subnet-ids',
    group: 'Network',
    type: 'list',
    placeholder: 'ID,ID',
    help: 'existing subnets for Aurora',
    applies: withExistingVpc,
    required: true,
    check: checkInnerSubnets,
  },
  {
    key: 'containerPort',
    flag: 'container-port',
    group: 'Application',
    type: 'integer',
    placeholder: 'PORT',
    help: 'port that the container listens on',
    defaultText: '8080',
    default: () => 8080,
    check: (value) =>
      value >= 1024 && value <= 65535
        ? undefined
        : {
            why: 'is not a port from 1024 to 65535; those below are for root, and the container does not run as root',
            remedy: 'Let the application listen on a port such as 8080; clients still use 80 or 443.',
          },
  },
  {
    key: 'alertEmail',
    flag: 'alert-email',
    group: 'Operation',
    type: 'text',
    placeholder: 'ADDRESS',
    help: 'where alarms are mailed to',
    defaultText: 'nowhere',
    check: checkEmail,
  },
  {
    key: 'stateBucket',
    flag: 'state-bucket',
    group: 'Operation',
    type: 'text',
    placeholder: 'BUCKET',
    help: 'existing S3 bucket for the Terraform state',
    defaultText: 'a bootstrap project creates one',
    check: checkStateBucket,
  },
  {
    key: 'ci',
    flag: 'ci',
    group: 'Operation',
    type: 'choice',
    choices: ['github', 'gitlab', 'none'],
    help: 'workflow that runs fmt, validate, test and plan',
    defaultText: 'none',
    default: () => 'none',
  },
  {
    key: 'tags',
    flag: 'tag',
    group: 'Operation',
    type: 'tags',
    placeholder: 'KEY=VALUE',
    help: 'tag for every resource; may be given again',
    defaultText: 'none',
    default: () => ({}),
    check: checkTags,
  },
];

/** The option table, in the order in which defaults are filled in and questions asked. */
export const options = table as readonly Option[];

/** The row of an answer. */
export function optionOf(key: AnswerKey): Option {
  return options.find((option) => option.key === key)!;
}

/** Everything that is wrong with a value of an option's type. */
export function complaintsOf(option: Option, value: NonNullable<Answers[AnswerKey]>, draft: Draft): Complaint[] {
  return [option.check?.(value, draft) ?? []].flat();
}

/** Whether the option has a meaning with these answers. */
export function applies(option: Option, draft: Draft): boolean {
  return option.applies?.when(draft) ?? true;
}
