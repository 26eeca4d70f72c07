import { offeredClasses, supportsPerformanceInsights } from '../aws/database-classes.js';
import { nameLimits, prefixBudget } from '../aws/name-limits.js';
import { describeRegion, findRegion, regionCodes } from '../aws/regions.js';
import { stacks } from '../stacks/index.js';
import type { AnswerKey, Answers } from './answers.js';
import { nearest } from './nearest.js';
import { quote } from '../printable.js';

/** Answers while they are being collected: what is not answered yet, or is wrong, is absent. */
export type Draft = Partial<Answers>;

/** What a default may need that is no answer itself. */
export interface Surroundings {
  /** Base name of the target directory, where it is known. */
  directoryName?: string;
  /** Draws an environment suffix of `length` characters of a-z and 0-9. */
  drawSuffix(length: number): string;
}

/** Why a value cannot be used and what would do: a Fault without where the value came from. */
export interface Complaint {
  why: string;
  remedy: string;
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
  check?(value: NonNullable<Answers[K]>, draft: Draft): Complaint | undefined;
  /** The question; an option without one is only a flag. */
  prompt?: string;
  /** Offered values of a question whose choices depend on earlier answers, with how each is shown. */
  promptChoices?(draft: Draft): { value: string; name: string }[];
}

const stackOf = (draft: Draft) => stacks[draft.stack ?? 'ecs-fargate'];

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

const hostLabel = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/** A DNS name as people type it, in lower case and without the final dot that DNS tools print. */
const normalizeDnsName = (value: string) => value.toLowerCase().replace(/\.$/, '');

function checkDnsName(value: string): Complaint | undefined {
  const labels = value.split('.');
  const valid =
    value.length <= 253 &&
    labels.length >= 2 &&
    labels.every((label) => hostLabel.test(label)) &&
    !/^\d+$/.test(labels.at(-1)!);
  if (valid) return undefined;
  return {
    why: 'is not a domain name: labels of letters, digits and inner hyphens, joined by dots',
    remedy: 'Give a name such as example.com.',
  };
}

/** The words that AWS keeps for itself at the start of a name. */
const keptWords = {
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
  internal: 'load balancers',
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
  sg: 'security groups',
};

function checkName(value: string, draft: Draft): Complaint | undefined {
  const keptFor = Object.entries(keptWords).find(([word]) => value === word || value.startsWith(`${word}-`));
  if (!/^[a-z][a-z0-9-]*[a-z0-9]$/.test(value) || value.includes('--') || value.length < 3) {
    return {
      why: 'is no name for a project: 3 or more lower-case letters, digits and single hyphens that start with a letter and end without a hyphen, as every AWS name built on it needs',
      remedy: `Use --name ${similarName(value)}, or another.`,
    };
  }
  if (keptFor) {
    return {
      why: `begins with ${keptFor[0]}-, which AWS keeps for itself in the names of ${keptFor[1]}`,
      remedy: 'Use a name that begins with another word.',
    };
  }
  return checkPrefix(value, 'x', draft);
}

/** A name that would do, as near to `value` as can be. */
function similarName(value: string): string {
  const name = value
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(new RegExp(`^[^a-z]+|^(${Object.keys(keptWords).join('|')})(-|$)`, 'g'), '')
    .slice(0, 16)
    .replace(/^[^a-z]+|-+$/g, '');
  return name.length >= 3 ? name : 'my-payments';
}

/** Whether `<name>-<suffix>` leaves room for what the stack's resources append to it. */
function checkPrefix(name: string, suffix: string, draft: Draft): Complaint | undefined {
  const { length, tightest } = prefixBudget(stackOf(draft)!.names);
  const excess = `${name}-${suffix}`.length - length;
  if (excess <= 0) return undefined;
  return {
    why: `makes <name>-<suffix> ${excess} too long: the ${tightest.resource} is called <name>-<suffix>${tightest.ending}, and AWS allows that ${nameLimits[tightest.resource]} characters`,
    remedy: `Use a shorter one; <name>-<suffix> may have ${length} characters.`,
  };
}

function checkSuffix(value: string, draft: Draft): Complaint | undefined {
  if (!/^[a-z0-9]{1,8}$/.test(value)) {
    return { why: 'is not 1 to 8 lower-case letters and digits', remedy: 'Use something like dev, staging or pr42.' };
  }
  // A name that is too long with any suffix is reported as the name's fault.
  if (draft.name === undefined || checkPrefix(draft.name, 'x', draft)) return undefined;
  return checkPrefix(draft.name, value, draft);
}

/** An IPv4 range, its addresses as numbers; undefined where `text` is none. */
function parseRange(text: string): { address: number; first: number; last: number; prefix: number } | undefined {
  // Without leading zeros, which some readers take for octal.
  const parts = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\/(0|[1-9]\d?)$/
    .exec(text)
    ?.slice(1)
    .map(Number);
  if (!parts || parts.slice(0, 4).some((octet) => octet > 255) || parts[4]! > 32) return undefined;
  const address = parts.slice(0, 4).reduce((sum, octet) => sum * 256 + octet, 0);
  const size = 2 ** (32 - parts[4]!);
  const first = address - (address % size);
  return { address, first, last: first + size - 1, prefix: parts[4]! };
}

/** https://datatracker.ietf.org/doc/html/rfc1918#section-3 */
const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];

function checkVpcCidr(value: string): Complaint | undefined {
  const remedy = `Give a range from /16 to /22 within ${privateRanges.join(', ')}, such as 10.0.0.0/16.`;
  const range = parseRange(value);
  if (!range) return { why: 'is not an IPv4 address range', remedy };
  const { address, first, last, prefix } = range;
  if (address !== first) {
    const octets = [24, 16, 8, 0].map((bits) => Math.floor(first / 2 ** bits) % 256);
    return { why: 'does not start at the first address of its range', remedy: `Use ${octets.join('.')}/${prefix}.` };
  }
  if (prefix < 16) return { why: 'is larger than the /16 that AWS allows a VPC', remedy };
  const isPrivate = privateRanges.some((text) => first >= parseRange(text)!.first && last <= parseRange(text)!.last);
  if (!isPrivate) return { why: 'is not private: its addresses belong to others on the internet', remedy };
  if (prefix > 22)
    return {
      why: 'is too small: a sixteenth of it, one subnet, must hold 59 tasks, endpoints and load balancer nodes',
      remedy,
    };
  return undefined;
}

/** A check for a list of subnets: their form, at least two, and none that another tier has too. */
function checkSubnets(apart: readonly AnswerKey[]) {
  return (value: string[], draft: Draft): Complaint | undefined => {
    const remedy =
      'Give at least two subnets in different zones, such as subnet-0123456789abcdef0,subnet-0fedcba9876543210.';
    const wrong = value.filter((id) => !/^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id));
    if (wrong.length > 0) return { why: `holds what is no subnet id: ${wrong.map(quote).join(', ')}`, remedy };
    if (new Set(value).size < value.length) return { why: 'names a subnet twice', remedy };
    if (value.length < 2)
      return {
        why: 'names too few subnets: the load balancer, the tasks and Aurora each need two, in different zones',
        remedy,
      };
    for (const key of apart) {
      const shared = value.filter((id) => (draft[key] as string[] | undefined)?.includes(id));
      if (shared.length > 0) {
        return {
          why: `shares ${shared.join(', ')} with --${flagOf(key)}; what is in a public subnet can be reached from the internet`,
          remedy: 'Give each tier subnets of its own.',
        };
      }
    }
    return undefined;
  };
}

/** Tags that the project sets itself; IAM takes two tags that differ only in case for one. */
const ownTags = ['Project', 'Environment', 'ManagedBy', 'Name'];

/** https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html */
const tagCharacters = /^[\p{L}\p{N}\p{Zs}_.:/=+\-@]*$/u;

function checkTags(tags: Record<string, string>): Complaint | undefined {
  const keys = Object.keys(tags);
  const remedy =
    'Use letters, digits, spaces and _ . : / = + - @ in keys of up to 128 and values of up to 256 characters.';
  for (const key of keys) {
    const value = tags[key]!;
    if (
      key.length < 1 ||
      key.length > 128 ||
      value.length > 256 ||
      !tagCharacters.test(key) ||
      !tagCharacters.test(value)
    ) {
      return { why: `has a tag that AWS refuses: ${quote(`${key}=${value}`)}`, remedy };
    }
    if (/^aws:/i.test(key))
      return {
        why: `has the key ${key}, and AWS keeps keys that begin with aws: for itself`,
        remedy: 'Use another key.',
      };
    const own = ownTags.find((name) => name.toLowerCase() === key.toLowerCase());
    if (own)
      return {
        why: `has the key ${key}, and the project sets ${own} itself`,
        remedy: 'Leave it out, or use another key.',
      };
    const twin = keys.find((other) => other !== key && other.toLowerCase() === key.toLowerCase());
    if (twin)
      return { why: `has the keys ${key} and ${twin}, which IAM takes for the same`, remedy: 'Keep one of them.' };
  }
  if (keys.length > 40)
    return {
      why: `has ${keys.length} tags; AWS allows a resource 50, some of which the project sets`,
      remedy: 'Give at most 40.',
    };
  return undefined;
}

function checkEmail(value: string): Complaint | undefined {
  // https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.1
  const [local = '', domain = '', ...rest] = value.split('@');
  const valid =
    rest.length === 0 &&
    local.length <= 64 &&
    /^[\w!#%&'*+/=?^`|~-]+(\.[\w!#%&'*+/=?^`|~-]+)*$/.test(local) &&
    checkDnsName(domain.toLowerCase()) === undefined;
  return valid ? undefined : { why: 'is not an e-mail address', remedy: 'Give one like payments-oncall@example.com.' };
}

function checkStateBucket(value: string): Complaint | undefined {
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
  const valid =
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(value) &&
    !/\.\.|^\d+\.\d+\.\d+\.\d+$|^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(value);
  if (valid) return undefined;
  return {
    why: 'is not a name that S3 allows a bucket: 3 to 63 lower-case letters, digits, dots and hyphens',
    remedy:
      'Give the name of a bucket that exists, or leave it out: the project then brings a bootstrap that creates one.',
  };
}

function checkCertificate(value: string, draft: Draft): Complaint | undefined {
  const parts = /^arn:aws:acm:([a-z0-9-]+):\d{12}:certificate\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.exec(value);
  if (!parts) {
    return {
      why: 'is not the ARN of a certificate in AWS Certificate Manager',
      remedy: `Give one like arn:aws:acm:${draft.region ?? 'us-east-1'}:123456789012:certificate/12345678-1234-1234-1234-123456789012.`,
    };
  }
  if (draft.region !== undefined && parts[1] !== draft.region) {
    return {
      why: `is a certificate of ${parts[1]}, and a load balancer in ${draft.region} takes only certificates of its own region`,
      remedy: `Request the certificate in ${draft.region}, or use --region ${parts[1]}.`,
    };
  }
  return undefined;
}

/** The best class of the profile that the region offers. */
function defaultDatabaseClass(draft: Draft): string | undefined {
  const stack = stackOf(draft);
  if (!stack || !draft.region || !draft.profile) return undefined;
  const classes = offeredClasses(stack.databaseEngine, draft.region);
  return stack.preferredDatabaseClasses[draft.profile].find((name) => classes.includes(name));
}

function checkDatabaseClass(value: string, draft: Draft): Complaint | undefined {
  if (draft.region === undefined) return undefined;
  const { databaseEngine } = stackOf(draft)!;
  const classes = offeredClasses(databaseEngine, draft.region);
  const best = nearest(value, classes) ?? defaultDatabaseClass(draft);
  const remedy = `Use ${best ? `${best}, or another` : 'one'} of: ${classes.join(', ')}.`;
  if (!classes.includes(value)) return { why: `is not offered for ${databaseEngine} in ${draft.region}`, remedy };
  if (draft.performanceInsights && !supportsPerformanceInsights(databaseEngine, value)) {
    const able = classes.filter((name) => supportsPerformanceInsights(databaseEngine, name));
    return {
      why: `cannot run Performance Insights under ${databaseEngine}`,
      remedy: `Use one of: ${able.join(', ')}; or --no-performance-insights.`,
    };
  }
  return undefined;
}

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
    check: (value) => {
      if (findRegion(value)) return undefined;
      const near = nearest(value, regionCodes);
      return {
        why: `is not one of the ${regionCodes.length} regions of AWS's commercial partition`,
        remedy: near ? `Did you mean ${near}? --list shows all of them.` : '--list shows all of them.',
      };
    },
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
      const room = prefixBudget(stackOf(draft)!.names).length - 1 - (draft.name?.length ?? 0);
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
    check: (value, draft) => {
      const complaint = checkDnsName(value);
      if (complaint) return complaint;
      const zone = draft.zoneName;
      if (zone !== undefined && !checkDnsName(zone) && value !== zone && !value.endsWith(`.${zone}`)) {
        return {
          why: `is not in the zone ${zone}`,
          remedy: `Give a name that ends in .${zone}, or another --zone-name.`,
        };
      }
      // https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html
      if (draft.https && value.length > 64) {
        return {
          why: `has ${value.length} characters, and AWS Certificate Manager issues certificates for names of at most 64`,
          remedy: 'Use a shorter name, or --no-https.',
        };
      }
      return undefined;
    },
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
    help: 'CloudWatch Database Insights (Performance Insights)',
    defaultText: 'off',
    default: () => false,
    prompt: 'Database Insights (Performance Insights)?',
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
      const { databaseEngine } = stackOf(draft)!;
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
    check: checkSubnets([]),
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
    check: checkSubnets(['publicSubnetIds']),
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
    check: checkSubnets(['publicSubnetIds']),
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

function flagOf(key: AnswerKey): string {
  return optionOf(key).flag;
}

/** Whether the option has a meaning with these answers. */
export function applies(option: Option, draft: Draft): boolean {
  return option.applies?.when(draft) ?? true;
}
