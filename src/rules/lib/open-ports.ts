import { privatePorts } from '../../aws/ports.js';
import type { Project, Resource } from '../../terraform/project.js';
import { isAnyProtocol, isEverywhere, trafficRules, type TrafficRule } from './network.js';
import { holdersOf, isDatabase } from './paths.js';

/** A rule of a security group that lets connections in on known ports. */
export interface OpenPorts {
  rule: TrafficRule;
  from: number;
  to: number;
}

/** Rules that let connections in, on which ports; ICMP has none, and a rule whose ports are not known is left out. */
export function openPorts(project: Project): OpenPorts[] {
  return trafficRules(project)
    .filter(
      ({ direction, protocol }) => direction === 'ingress' && !['icmp', 'icmpv6', '1', '58'].includes(protocol ?? ''),
    )
    .flatMap((rule) => {
      const { from, to } = rule;
      return from === undefined || to === undefined ? [] : [{ rule, from, to }];
    });
}

/** Whether a rule lets the whole internet in. */
export function isFromInternet({ ranges }: TrafficRule): boolean {
  return ranges?.some(isEverywhere) ?? false;
}

/** Whether a database has the group. */
export function isOfDatabase(project: Project, group: Resource): boolean {
  return holdersOf(project, group).some(isDatabase);
}

/** Ports in words: `port 22`, `ports 0 to 65535`. */
export function portsInWords({ rule, from, to }: OpenPorts): string {
  if (isAnyProtocol(rule.protocol)) return 'every port';
  return from === to ? `port ${from}` : `ports ${from} to ${to}`;
}

/** A port among them that is not for the internet: `SSH on 22`. */
export function privateServiceAmong({ rule, from, to }: OpenPorts): string | undefined {
  // A range for media over UDP, such as 10000 to 20000, is for none of them.
  if (['udp', '17'].includes(rule.protocol ?? '') && to - from >= 1000 && from >= 1024) return undefined;
  const found = Object.entries(privatePorts).find(([port]) => Number(port) >= from && Number(port) <= to);
  return found && `${found[1]} on ${found[0]}`;
}
