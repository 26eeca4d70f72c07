import { own } from '../own.js';
import { offeredClasses, supportsPerformanceInsights } from '../aws/database-classes.js';
import { nameLimits, prefixBudget } from '../aws/name-limits.js';
import { findRegion, regionCodes } from '../aws/regions.js';
import { quote } from '../printable.js';
import { namesOf, stackOf } from '../stacks/index.js';
import type { Draft } from './answers.js';
import { nearest } from '../nearest.js';
import type { Complaint } from './option.js';

// What a check returns: why a value of the option's type cannot be used and what would do, or undefined (or an empty
// list) where nothing is wrong with it. A draft may lack any other answer; a check then says nothing that needs it.

const hostLabel = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/** A DNS name as people type it, in lower case and without the final dot that DNS tools print. */
export const normalizeDnsName = (value: string) => lowerCased(value).replace(/\.$/, '');

/** In lower case as DNS does it: nothing but A to Z, so that no other letter becomes one of a to z. */
const lowerCased = (value: string) => value.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

export function checkDnsName(value: string): Complaint | undefined {
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

export function checkRegion(value: string, draft: Draft): Complaint | undefined {
  if (findRegion(value)) return lacking(value, draft);
  const near = nearest(value, regionCodes);
  return {
    why: `is not one of the ${regionCodes.length} regions of AWS's commercial partition`,
    remedy: near ? `Did you mean ${near}? --list shows all of them.` : '--list shows all of them.',
  };
}

function lacking(region: string, draft: Draft): Complaint | undefined {
  const stack = stackOf(draft);
  if (!stack?.lacking?.regions.has(region)) return undefined;
  return {
    why: `lacks ${stack.lacking.what}`,
    remedy: `Use one of: ${regionsFor(draft).join(', ')}.`,
  };
}

/** The regions in which the draft's stack works. */
export function regionsFor(draft: Draft): readonly string[] {
  const without = stackOf(draft)?.lacking?.regions;
  return without ? regionCodes.filter((code) => !without.has(code)) : regionCodes;
}

export function checkDomain(value: string, draft: Draft): Complaint | undefined {
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
}

/** The words that AWS keeps for itself at the start of a name. */
const keptWords = {
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
  internal: 'load balancers',
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
  sg: 'security groups',
};

export function checkName(value: string, draft: Draft): Complaint | undefined {
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
    .replace(/^[^a-z]+|-$/g, '');
  return name.length >= 3 ? name : 'my-payments';
}

/** Whether `<name>-<suffix>` leaves room for what the stack's resources append to it. */
function checkPrefix(name: string, suffix: string, draft: Draft): Complaint | undefined {
  const stack = stackOf(draft);
  if (!stack) return undefined;
  const { length, tightest } = prefixBudget(namesOf(stack));
  const excess = `${name}-${suffix}`.length - length;
  if (excess <= 0) return undefined;
  return {
    why: `makes <name>-<suffix> ${excess} too long: the ${tightest.resource} is called <name>-<suffix>${tightest.ending}, and AWS allows that ${nameLimits[tightest.resource]} characters`,
    remedy: `Use a shorter one; <name>-<suffix> may have ${length} characters.`,
  };
}

export function checkSuffix(value: string, draft: Draft): Complaint | undefined {
  if (!/^[a-z0-9]{1,8}$/.test(value)) {
    return { why: 'is not 1 to 8 lower-case letters and digits', remedy: 'Use something like dev, staging or pr42.' };
  }
  // A name that is too long with any suffix is reported as the name's fault.
  if (draft.name === undefined || checkPrefix(draft.name, 'x', draft)) return undefined;
  return checkPrefix(draft.name, value, draft);
}

/**
 * An IPv4 range, its addresses as numbers; undefined where `text` is none. By hand, because the library that `check`
 * reads addresses with would make every run of the generator start a tenth slower.
 */
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

export function checkVpcCidr(value: string): Complaint | undefined {
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
      why: 'is too small: a sixteenth of it, one subnet, must hold 59 workloads, endpoints and load balancer nodes',
      remedy,
    };
  return undefined;
}

/** Whether a list of subnets is one: their form, none twice, at least two. */
export function checkSubnets(value: string[]): Complaint[] {
  const remedy =
    'Give at least two subnets in different zones, such as subnet-0123456789abcdef0,subnet-0fedcba9876543210.';
  const wrong = value.filter((id) => !/^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id));
  const twice = value.filter((id, index) => value.indexOf(id) < index);
  const few = new Set(value).size < 2 && wrong.length === 0 && twice.length === 0;
  return [
    ...(wrong.length > 0 ? [{ why: `holds what is no subnet id: ${wrong.map(quote).join(', ')}`, remedy }] : []),
    ...(twice.length > 0
      ? [{ why: `names a subnet twice: ${[...new Set(twice)].map(quote).join(', ')}`, remedy }]
      : []),
    ...(few ? [{ why: 'names too few subnets: AWS wants two or more, in different zones', remedy }] : []),
  ];
}

/** The same for a tier that must not be reached from the internet. */
export function checkInnerSubnets(value: string[], draft: Draft): Complaint[] {
  const shared = value.filter((id) => draft.publicSubnetIds?.includes(id));
  const remedy = 'Give each tier subnets of its own.';
  const why = `shares ${shared.map(quote).join(', ')} with the public subnets, which can be reached from the internet`;
  return [...checkSubnets(value), ...(shared.length > 0 ? [{ why, remedy }] : [])];
}

/** Tags that the project sets itself; IAM takes two tags that differ only in case for one. */
const ownTags = ['Project', 'Environment', 'ManagedBy', 'Name'];

/** https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html */
const tagCharacters = /^[\p{L}\p{N}\p{Zs}_.:/=+\-@]*$/u;

export function checkTags(tags: Record<string, string>): Complaint[] {
  const keys = Object.keys(tags);
  const fits = (text: string, longest: number) => text.length <= longest && tagCharacters.test(text);
  // Through upper case, in which more letters are one: ß and ss, the two small sigmas.
  const folded = (text: string) => text.toUpperCase().toLowerCase().normalize();
  const sameKey = (a: string, b: string) => folded(a) === folded(b);
  const kinds: { found: string[]; why: string; remedy: string }[] = [
    {
      found: keys
        .filter((key) => key === '' || !fits(key, 128) || !fits(own(tags, key)!, 256))
        .map((key) => `${key}=${own(tags, key)}`),
      why: 'has what AWS refuses as a tag',
      remedy:
        'Use letters, digits, spaces and _ . : / = + - @ in keys of up to 128 and values of up to 256 characters.',
    },
    {
      found: keys.filter((key) => folded(key).startsWith('aws:')),
      why: 'has keys that begin with aws:, which AWS keeps for itself',
      remedy: 'Use other keys.',
    },
    {
      found: keys.filter((key) => ownTags.some((own) => sameKey(own, key))),
      why: 'has keys that the project sets itself',
      remedy: 'Leave them out, or use other keys.',
    },
    {
      found: keys.filter((key) => keys.some((other) => other !== key && sameKey(other, key))),
      why: 'has keys that IAM takes for the same',
      remedy: 'Keep one of them.',
    },
    {
      found: keys.slice(40),
      why: 'has more than 40 tags; AWS allows a resource 50, some of which the project sets',
      remedy: 'Give at most 40.',
    },
  ];
  return kinds
    .filter(({ found }) => found.length > 0)
    .map(({ found, why, remedy }) => ({ why: `${why}: ${found.map(quote).join(', ')}`, remedy }));
}

export function checkEmail(value: string): Complaint | undefined {
  // https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.1
  const [local = '', domain = '', ...rest] = value.split('@');
  const valid =
    rest.length === 0 &&
    local.length <= 64 &&
    /^[\w!#%&'*+/=?^`|~-]+(\.[\w!#%&'*+/=?^`|~-]+)*$/.test(local) &&
    checkDnsName(lowerCased(domain)) === undefined;
  return valid ? undefined : { why: 'is not an e-mail address', remedy: 'Give one like payments-oncall@example.com.' };
}

export function checkStateBucket(value: string): Complaint | undefined {
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

export function checkCertificate(value: string, draft: Draft): Complaint | undefined {
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
export function defaultDatabaseClass(draft: Draft): string | undefined {
  const database = stackOf(draft)?.database?.(draft);
  if (!database || !draft.region || !draft.profile) return undefined;
  const classes = offeredClasses(database.engine, draft.region);
  return database.preferredClasses[draft.profile].find((name) => classes.includes(name));
}

/** The classes that a draft's region offers and that can do what the draft asks of them. */
export function suitableDatabaseClasses(draft: Draft): string[] {
  const engine = stackOf(draft)?.database?.(draft).engine;
  if (!engine || draft.region === undefined) return [];
  return offeredClasses(engine, draft.region).filter(
    (name) => !draft.performanceInsights || supportsPerformanceInsights(engine, name),
  );
}

export function checkDatabaseClass(value: string, draft: Draft): Complaint | undefined {
  const engine = stackOf(draft)?.database?.(draft).engine;
  if (!engine || draft.region === undefined) return undefined;
  const classes = offeredClasses(engine, draft.region);
  if (!classes.includes(value)) {
    const best = nearest(value, classes) ?? defaultDatabaseClass(draft);
    const remedy = `Use ${best ? `${best}, or another` : 'one'} of: ${classes.join(', ')}.`;
    return { why: `is not offered for ${engine} in ${draft.region}`, remedy };
  }
  if (draft.performanceInsights && !supportsPerformanceInsights(engine, value)) {
    return {
      why: `cannot run Performance Insights under ${engine}`,
      remedy: `Use one of: ${suitableDatabaseClasses(draft).join(', ')}; or --no-performance-insights.`,
    };
  }
  return undefined;
}
