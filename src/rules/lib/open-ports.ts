import { privatePorts } from '../../aws/ports.js';
import { parseRange, rangeText, sizeOf, type AddressRange } from '../../terraform/address-range.js';
import type { Project, Resource } from '../../terraform/project.js';
import type { Value } from '../../terraform/value.js';
import {
  isAnyProtocol,
  isEverywhere,
  rulesOfGroupsElsewhere,
  trafficRules,
  type TrafficRule,
  type WrittenRule,
} from './network.js';
import { holdersOf, isDatabase } from './paths.js';

/** A rule of a security group that lets connections in on known ports. */
export interface OpenPorts<R extends WrittenRule = TrafficRule> {
  rule: R;
  from: number;
  to: number;
}

/** ICMP, by its names and numbers. */
const portless = ['icmp', 'icmpv6', '1', '58'];

/** Rules that let connections in, on which ports; ICMP has none, and a rule whose ports are not known is left out. */
export function openPorts(project: Project): OpenPorts[] {
  return withKnownPorts(trafficRules(project));
}

/** The same of groups that the project does not make. */
export function openPortsElsewhere(project: Project): OpenPorts<WrittenRule>[] {
  return withKnownPorts(rulesOfGroupsElsewhere(project));
}

function withKnownPorts<R extends WrittenRule>(rules: readonly R[]): OpenPorts<R>[] {
  return rules
    .filter(({ direction, protocol }) => direction === 'ingress' && !portless.includes(protocol ?? ''))
    .flatMap((rule) => {
      const { from, to } = rule;
      return from === undefined || to === undefined ? [] : [{ rule, from, to }];
    });
}

/** Rules that let the internet in on ports that are not known. */
export function openOnUnknownPorts(project: Project): WrittenRule[] {
  return [...trafficRules(project), ...rulesOfGroupsElsewhere(project)].filter(
    (rule) =>
      rule.direction === 'ingress' &&
      !portless.includes(rule.protocol ?? '') &&
      (rule.from === undefined || rule.to === undefined) &&
      isFromInternet(rule),
  );
}

/** Whether a rule lets the internet in. */
export function isFromInternet(rule: WrittenRule): boolean {
  return internetInWords(rule) !== undefined;
}

/** Whether a rule may let the internet in, because not all of its ranges are known. */
export function mayBeFromInternet(rule: WrittenRule): boolean {
  return !isFromInternet(rule) && (!rule.ranges || rule.ranges.some((range) => typeof range !== 'string'));
}

/** Why nothing is said of such a rule. */
export const rangesNotKnown = 'its ranges are not known';

const told = new WeakMap<WrittenRule, { words: string | undefined }>();

/** The internet, as a rule names it: `the whole internet`; undefined where it does not let the internet in. */
export function internetInWords(rule: WrittenRule): string | undefined {
  let found = told.get(rule);
  if (!found) told.set(rule, (found = { words: internetAmong(rule.listedRanges) }));
  return found.words;
}

function internetAmong(ranges: readonly Value[]): string | undefined {
  if (ranges.some(isEverywhere)) return 'the whole internet';
  const read = ranges.flatMap((range) => (typeof range === 'string' ? (parseRange(range) ?? []) : []));
  const wide = read.find(isWide);
  if (wide) return `the internet (${rangeText(wide)} is more than any one network has)`;
  const isMost = publicRanges.some((all) => 2n * sizeTogether(read, all) > sizeOf(all));
  return isMost ? 'the internet (its ranges together are more than half of it)' : undefined;
}

/**
 * Where public addresses are.
 * https://www.iana.org/assignments/ipv4-address-space and https://www.iana.org/assignments/ipv6-address-space
 */
const publicRanges: readonly AddressRange[] = ['0.0.0.0/0', '2000::/3'].map((text) => parseRange(text)!);

/** IANA gives nobody more than a /8 of IPv4; a registry of a whole continent has a /12 of IPv6. */
const shortestOfOne = { 32: 8, 128: 16 } as const;

/** Whether a range is of public addresses, and more than one network has. No private range is so wide. */
function isWide(range: AddressRange): boolean {
  const isMulticast = range.width === 32 && range.first >= 224n << 24n;
  return (
    range.length < shortestOfOne[range.width] &&
    !isMulticast &&
    publicRanges.some((all) => sizeTogether([range], all) > 0n)
  );
}

/** How many addresses of `all` are in at least one of the ranges. */
function sizeTogether(ranges: readonly AddressRange[], all: AddressRange): bigint {
  const end = all.first + sizeOf(all);
  const sorted = ranges
    .filter(({ width }) => width === all.width)
    .map((range) => ({ first: range.first, end: range.first + sizeOf(range) }))
    .sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  let size = 0n;
  let next = all.first;
  for (const range of sorted) {
    const [first, last] = [range.first > next ? range.first : next, range.end < end ? range.end : end];
    if (last <= first) continue;
    size += last - first;
    next = last;
  }
  return size;
}

/** Whether a database has the group. */
export function isOfDatabase(project: Project, group: Resource): boolean {
  return holdersOf(project, group).some(isDatabase);
}

/** Ports in words: `port 22`, `ports 0 to 65535`. */
export function portsInWords({ rule, from, to }: OpenPorts<WrittenRule>): string {
  if (isAnyProtocol(rule.protocol)) return 'every port';
  return from === to ? `port ${from}` : `ports ${from} to ${to}`;
}

/** A port among them that is not for the internet: `SSH on 22`; of several the one that is tried first. */
export function privateServiceAmong({ rule, from, to }: OpenPorts<WrittenRule>): string | undefined {
  // A range for media over UDP, such as 10000 to 20000, is for none of them.
  if (['udp', '17'].includes(rule.protocol ?? 'udp') && to - from >= 1000 && from >= 1024) return undefined;
  const found = Object.keys(privatePorts)
    .map(Number)
    .filter((port) => port >= from && port <= to);
  const [first = found[0]] = attackedFirst.filter((port) => found.includes(port));
  if (first === undefined) return undefined;
  const service = `${privatePorts[first]} on ${first}`;
  return new Set(found.map((port) => privatePorts[port])).size > 1 ? `${service} among them` : service;
}

/**
 * What gives a shell or the data, before what only answers. AWS's own rule for open ports begins with the first two:
 * https://docs.aws.amazon.com/config/latest/developerguide/restricted-common-ports.html
 */
const attackedFirst = [22, 3389, 3306, 5432, 1433, 6379, 27017, 9200, 445];
