import { describeRegion, findRegion, regionCodes } from '../aws/regions.js';
import { prefixBudget } from '../aws/name-limits.js';
import { defaultStack, namesOf, stackOf, stacks } from '../stacks/index.js';
import type { FixedAnswer, Stack } from '../stacks/stack.js';
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
  regionsFor,
  suitableDatabaseClasses,
} from './checks.js';
import type { AnyOption, Complaint, Option, Surroundings } from './option.js';

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

/** The rows that more than one stack can take. */
const sharedRows: readonly AnyOption[] = [
  {
    key: 'stack',
    flag: 'stack',
    group: 'Project',
    type: 'choice',
    everyStack: true,
    choices: [...stacks.keys()],
    help: 'what to build',
    defaultText: defaultStack.id,
    default: () => defaultStack.id,
    // With one stack there is nothing to ask.
    ...(stacks.size > 1 ? { prompt: 'What to build' } : {}),
    promptChoices: () => {
      const width = Math.max(...[...stacks.keys()].map((id) => id.length));
      return [...stacks.values()].map(({ id, title }) => ({ value: id, name: `${id.padEnd(width)}  ${title}` }));
    },
  },
  {
    key: 'name',
    flag: 'name',
    group: 'Project',
    type: 'text',
    everyStack: true,
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
    everyStack: true,
    placeholder: 'CODE',
    help: `AWS region, any of the ${regionCodes.length} commercial ones`,
    defaultText: 'us-east-1',
    default: () => 'us-east-1',
    prompt: 'AWS region',
    promptChoices: (draft) => regionsFor(draft).map((code) => ({ value: code, name: describeRegion(code) })),
    check: checkRegion,
  },
  {
    key: 'suffix',
    flag: 'suffix',
    group: 'Project',
    type: 'text',
    everyStack: true,
    placeholder: 'TEXT',
    help: 'environment suffix, 1 to 8 of a-z and 0-9: tells copies in one account apart',
    defaultText: 'drawn at random',
    default: (draft, surroundings) => {
      const stack = stackOf(draft) ?? defaultStack;
      const room = prefixBudget(namesOf(stack)).length - 1 - (draft.name?.length ?? 0);
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
    everyStack: true,
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
    defaultText: 'off; with --profile production it must be said',
    default: (draft) => (draft.profile === 'production' ? undefined : false),
    required: 'with --profile production, so that its traffic is only unencrypted where somebody decided it',
    proposed: true,
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
    defaultText: (draft) => {
      const classes = stackOf(draft)?.database?.(draft).preferredClasses;
      return `${classes?.ephemeral[0]}, or ${classes?.production[0]} in production; the next best where the region lacks it`;
    },
    default: defaultDatabaseClass,
    prompt: 'Class of the database instances',
    promptChoices: (draft) => suitableDatabaseClasses(draft).map((name) => ({ value: name, name })),
    cheaper: (draft) => {
      // In production a class whose CPU bursts is no saving.
      if (draft.profile === 'production') return [];
      const value = defaultDatabaseClass({ ...draft, profile: 'ephemeral' });
      return value === undefined ? [] : [{ value, but: 'its instances have less memory, and their CPU bursts' }];
    },
    check: checkDatabaseClass,
  },
  {
    key: 'databaseLogin',
    flag: 'database-login',
    group: 'Database',
    type: 'choice',
    choices: ['password', 'iam'],
    help: "how the application logs in: with the master user's password, or as a role of its own with tokens of IAM",
    defaultText: 'password',
    default: () => 'password',
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
    cheaper: () => [{ value: 2, but: 'one zone fewer is left when a zone fails' }],
  },
  {
    key: 'nat',
    flag: 'nat',
    group: 'Network',
    type: 'choice',
    choices: ['per-zone', 'single', 'none'],
    help: 'a NAT gateway in each zone, one for all (cheaper, and lost with its zone), or no way to the internet',
    defaultText: 'single, or per-zone with --profile production',
    default: (draft) => (draft.profile === 'production' ? 'per-zone' : 'single'),
    applies: withNewVpc,
    // A step at a time: without any gateway is another architecture.
    cheaper: ({ nat }) =>
      nat === 'per-zone'
        ? [{ value: 'single', but: 'all zones lose the way out with the zone that the gateway is in' }]
        : [{ value: 'none', but: 'nothing outside of AWS can be called' }],
  },
  {
    key: 'privateEndpoints',
    flag: 'private-endpoints',
    group: 'Network',
    type: 'boolean',
    help: 'interface endpoints for the AWS APIs in use; without them the calls go through NAT',
    defaultText: 'on',
    default: () => true,
    applies: withNewVpc,
    check: (value, draft) =>
      value || draft.nat !== 'none'
        ? undefined
        : {
            why: 'leaves no way to the AWS APIs where there is no NAT gateway either, and nothing could start',
            remedy: 'Leave it out, or use --nat single.',
          },
    cheaper: () => [{ value: false, but: 'the AWS APIs are called through NAT, which is also paid by the gigabyte' }],
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
    help: 'existing subnets for the application, with a route to a NAT gateway',
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
    help: 'existing subnets for the database',
    applies: withExistingVpc,
    required: true,
    check: checkInnerSubnets,
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
    key: 'reservedConcurrency',
    flag: 'reserved-concurrency',
    group: 'Application',
    type: 'integer',
    placeholder: 'NUMBER',
    help: "calls that the function may work on at a time, set aside from the account's; a new account has 10, none of which can be",
    defaultText: "not reserved: as many as the account's other functions leave",
    check: (value) =>
      value >= 1 && value <= 900
        ? undefined
        : {
            why: 'is not from 1 to 900: an account has 1000 before it asks for more, and 100 of them cannot be set aside',
            remedy: 'Leave it out, and nothing is set aside.',
          },
  },
  {
    key: 'cloudtrail',
    flag: 'cloudtrail',
    group: 'Operation',
    type: 'boolean',
    help: 'a trail of every call to AWS in the account, with alarms; leave it out where the organization has one',
    defaultText: 'on',
    default: () => true,
    prompt: 'Audit the account with CloudTrail (no, where the organization has a trail)?',
  },
  {
    key: 'compliance',
    flag: 'compliance',
    group: 'Operation',
    type: 'choice',
    choices: ['none', 'pci'],
    help: 'pci: every store of data is tagged with Compliance and DataClassification',
    defaultText: 'none',
    default: () => 'none',
  },
  {
    key: 'stateBucket',
    flag: 'state-bucket',
    group: 'Operation',
    type: 'text',
    everyStack: true,
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
    everyStack: true,
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
    everyStack: true,
    placeholder: 'KEY=VALUE',
    help: 'tag for every resource; may be given again',
    defaultText: 'none',
    default: () => ({}),
    check: checkTags,
  },
];

/** Where a stack's own group of options stands: before this one. */
const lastGroup = 'Operation';

/**
 * The shared rows with each stack's own: before those of the same group, which may depend on them as a class does on its
 * engine, or before the last group where the group is the stack's own too.
 */
function tableOf(shared: readonly AnyOption[], own: readonly AnyOption[]): readonly Option[] {
  const groups = [...new Set([...shared, ...own].map(({ group }) => group))].filter((group) => group !== lastGroup);
  const rows = [...own, ...shared] as readonly Option[];
  return [...groups, lastGroup].flatMap((group) => rows.filter((row) => row.group === group));
}

/** The option table, in the order in which defaults are filled in and questions asked. */
export const options: readonly Option[] = tableOf(
  sharedRows,
  // Stacks may bring the same row.
  [...new Set([...stacks.values()].flatMap((stack) => stack.options ?? []))],
);

/** The row of an answer. */
export function optionOf(key: AnswerKey): Option {
  return options.find((option) => option.key === key)!;
}

/** Everything that is wrong with a value of an option's type. */
export function complaintsOf(option: Option, value: NonNullable<Answers[AnswerKey]>, draft: Draft): Complaint[] {
  return [option.check?.(value, draft) ?? []].flat();
}

/** Whether a stack takes an option at all. */
export function takes(stack: Stack, option: Option): boolean {
  return (
    option.everyStack === true ||
    stack.takes.includes(option.key) ||
    stack.fixed?.[option.key] !== undefined ||
    stack.options?.some(({ key }) => key === option.key) === true
  );
}

/** The options that a stack takes, in the table's order. */
export function optionsOf(stack: Stack): Option[] {
  return options.filter((option) => takes(stack, option));
}

/** The stacks that take an option. */
export function stacksTaking(option: Option): Stack[] {
  return [...stacks.values()].filter((stack) => takes(stack, option));
}

/** Whether the option has a meaning with these answers: the stack takes it, and what it depends on is answered so. */
export function applies(option: Option, draft: Draft): boolean {
  const stack = stackOf(draft);
  return (!stack || takes(stack, option)) && (option.applies?.when(draft) ?? true);
}

/** The answers that decide whether an option applies. */
export function decidedBy(option: Option): AnswerKey[] {
  const onStack: AnswerKey[] = stacksTaking(option).length < stacks.size ? ['stack'] : [];
  return [...onStack, ...(option.applies?.on ?? [])];
}

/** What a stack decides of an option by itself; undefined where it is for the user to answer, or no stack is known. */
export function fixedFor({ key }: Option, stack: Stack | undefined): FixedAnswer | undefined {
  return stack?.fixed?.[key];
}

/** Why a value cannot be, where the stack decides by itself and otherwise. */
export function fixedComplaint(option: Option, { value, why }: FixedAnswer, stack: Stack): Complaint {
  const flag = typeof value === 'boolean' ? `--${value ? '' : 'no-'}${option.flag}` : `--${option.flag} ${value}`;
  const others = stacksTaking(option).filter((other) => !fixedFor(option, other));
  const elsewhere = others.length > 0 ? `, or use --stack ${others.map(({ id }) => id).join(' or ')}` : '';
  return {
    why: `cannot be with the stack ${stack.id}, where this is always ${shown(value)}: ${why}`,
    remedy: `Leave it out, or give ${flag}${elsewhere}.`,
  };
}

/** A value as help and faults show it. */
const shown = (value: unknown) => (typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value));

/**
 * The default of an option where it applies: what the stack decides, its own default, or else the table's; undefined
 * where there is none.
 */
export function defaultOf(option: Option, draft: Draft, surroundings: Surroundings): Answers[AnswerKey] {
  const stack = stackOf(draft);
  const decided = fixedFor(option, stack)?.value as Answers[AnswerKey];
  return decided ?? stack?.defaults?.[option.key] ?? option.default?.(draft, surroundings);
}

/** The answers of somebody who takes every default that needs nothing from outside. */
function defaultsOf(stack: Stack): Draft {
  const draft: Draft = { stack: stack.id };
  for (const option of optionsOf(stack)) {
    if (option.key in draft) continue;
    const value = applies(option, draft) ? defaultOf(option, draft, { drawSuffix: () => '' }) : undefined;
    if (value !== undefined) Object.assign(draft, { [option.key]: value });
  }
  return draft;
}

const fixedText = ({ value, why }: FixedAnswer, forStacks = '') => `always ${shown(value)}${forStacks}: ${why}`;

/** The default in words, for one stack; undefined where there is none. */
export function defaultTextFor(option: Option, stack: Stack): string | undefined {
  const fixed = fixedFor(option, stack);
  if (fixed) return fixedText(fixed);
  const own = stack.defaults?.[option.key];
  if (own !== undefined) return shown(own);
  return typeof option.defaultText === 'function' ? option.defaultText(defaultsOf(stack)) : option.defaultText;
}

/**
 * The default in words, whatever the stack: `us-east-1; us-west-2 for <stack>`, and which stacks decide by themselves;
 * undefined where there is none.
 */
export function defaultText(option: Option): string | undefined {
  const stacksOf = new Map<string, { fixed: FixedAnswer | undefined; ids: string[] }>();
  for (const stack of stacksTaking(option)) {
    const text = defaultTextFor(option, stack);
    if (text === undefined) continue;
    const group = stacksOf.get(text) ?? { fixed: fixedFor(option, stack), ids: [] };
    group.ids.push(stack.id);
    stacksOf.set(text, group);
  }
  const groups = [...stacksOf];
  const open = groups.filter(([, { fixed }]) => !fixed);
  const texts = [
    ...open.map(([text, { ids }], index) => (index === 0 ? text : `${text} for ${ids.join(', ')}`)),
    ...groups.flatMap(([, { fixed, ids }]) => (fixed ? [fixedText(fixed, ` for ${ids.join(', ')}`)] : [])),
  ];
  return texts.length > 0 ? texts.join('; ') : undefined;
}

/** When an option has a meaning, in words: `with --route53`; undefined where it always has. */
export function appliesText(option: Option): string | undefined {
  const taking = stacksTaking(option);
  const forStacks = taking.length < stacks.size ? [`for ${taking.map(({ id }) => id).join(', ')}`] : [];
  const texts = [...forStacks, ...(option.applies ? [option.applies.text] : [])];
  return texts.length > 0 ? texts.join('; ') : undefined;
}
