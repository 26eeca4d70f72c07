import type { Draft } from '../../answers/answers.js';
import type { Complaint, Option } from '../../answers/option.js';
import {
  architectureOf,
  instanceTypeOffered,
  instanceTypes,
  offeredInstanceTypes,
  zonesWithInstanceType,
  zonesWithoutInstanceType,
} from '../../aws/instance-types.js';
import { findRegion, regionCodes } from '../../aws/regions.js';
import { nearest } from '../../nearest.js';

/** What stacks that run instances in an Auto Scaling group ask of them. */

/** The types a new project gets, by profile, the best first; the first that the region offers is taken. */
const preferredTypes = {
  ephemeral: ['t4g.small', 'm6g.medium'],
  production: ['m7g.large', 'm6g.large'],
} as const;

/** What a saving is looked for among, beside the default: the same for x86_64. */
const smallTypes: readonly string[] = [...preferredTypes.ephemeral, 't3.small'];

/**
 * The first of `types` that the draft's region is not known to lack. Of the regions that the facts do not have, RDS's
 * price list says that databases run on the same ones there.
 */
function firstOffered(types: readonly string[], { region }: Draft): string | undefined {
  return region === undefined ? undefined : types.find((type) => instanceTypeOffered(region, type) !== false);
}

/**
 * 512 MiB, in which dnf is killed while it installs.
 * https://github.com/amazonlinux/amazon-linux-2023/issues/404
 */
const isTooSmall = (type: string) => type.endsWith('.nano');

/** The zones that the network is spread over, or would be. */
function zonesOf({ availabilityZones, region, vpc }: Draft): number {
  // Which zones an existing VPC is in is not known.
  if (vpc === 'existing') return 1;
  return availabilityZones ?? Math.min(3, findRegion(region)?.zones ?? 3);
}

/** In how many zones the draft's region offers `type`; undefined where the facts cannot tell. */
function zonesOffering(type: string, { region }: Draft): number | undefined {
  return region === undefined ? undefined : zonesWithInstanceType(region, type);
}

/** Whether the draft's region offers `type` in every zone that the project uses, and it can run what is installed. */
function isSuitable(type: string, draft: Draft): boolean {
  return !isTooSmall(type) && (zonesOffering(type, draft) ?? Infinity) >= zonesOf(draft);
}

/** The types that the draft's region offers, and that are suitable in the draft's network. */
export function suitableInstanceTypes(draft: Draft): string[] {
  const offered = (draft.region === undefined ? undefined : offeredInstanceTypes(draft.region)) ?? instanceTypes;
  return offered.filter((type) => isSuitable(type, draft));
}

function checkInstanceType(type: string, draft: Draft): Complaint | undefined {
  if (!instanceTypes.includes(type)) {
    const why =
      'is not among the types that are offered here: from micro to 8xlarge, of families that suit a web server';
    return { why, remedy: otherTypes(type, draft) };
  }
  if (isTooSmall(type)) {
    return { why: 'has too little memory: dnf is killed in it while it installs', remedy: otherTypes(type, draft) };
  }
  if (draft.region === undefined || isSuitable(type, draft)) return undefined;
  const zones = zonesOffering(type, draft)!;
  if (zones === 0) return { why: `is not offered in ${draft.region}`, remedy: otherTypes(type, draft) };
  return {
    why: `is offered in ${zones} zones of ${draft.region}, and the instances are spread over ${zonesOf(draft)}`,
    remedy: otherTypes(type, draft, `; or --availability-zones ${zones}`),
  };
}

/** What would do in the place of `type`, and what else would help. */
function otherTypes(type: string, draft: Draft, orElse = ''): string {
  const suitable = suitableInstanceTypes(draft);
  const sameFamily = suitable.filter((other) => familyOf(other) === familyOf(type));
  if (sameFamily.length > 0) return `Use one of: ${sameFamily.join(', ')}${orElse}.`;
  const alike = suitable.filter((other) => other[0] === type[0] && architectureOf(other) === architectureOf(type));
  const best = nearest(type, alike) ?? firstOffered(preferredTypes[draft.profile ?? 'ephemeral'], draft);
  return `Use ${best ? `${best}, or another type` : 'a type'} of: ${[...new Set(suitable.map(familyOf))].join(', ')}${orElse}.`;
}

const familyOf = (type: string) => type.split('.', 1)[0]!;

export const instanceTypeOption: Option<'instanceType'> = {
  key: 'instanceType',
  flag: 'instance-type',
  group: 'Application',
  type: 'text',
  placeholder: 'TYPE',
  help: 'type of the EC2 instances, as the region offers it; it decides between ARM and x86',
  defaultText: `${preferredTypes.ephemeral[0]}, or ${preferredTypes.production[0]} in production; the next best where the region lacks it`,
  default: (draft) => draft.profile && firstOffered(preferredTypes[draft.profile], draft),
  prompt: 'Type of the EC2 instances',
  normalize: (value) => value.toLowerCase(),
  promptChoices: (draft) => {
    const suitable = suitableInstanceTypes(draft);
    const width = Math.max(...suitable.map((type) => type.length));
    const first = [...preferredTypes.ephemeral, ...preferredTypes.production].filter((type) => suitable.includes(type));
    return [...new Set([...first, ...suitable])].map((type) => ({
      value: type,
      name: `${type.padEnd(width)}  ${architectureOf(type)}`,
    }));
  },
  check: checkInstanceType,
  cheaper: (draft) => {
    const { profile, instanceType } = draft;
    // In production a smaller type is no saving, and another architecture is another application.
    if (profile === 'production' || instanceType === undefined) return [];
    const alike = smallTypes.filter((type) => architectureOf(type) === architectureOf(instanceType));
    const value = firstOffered(alike, draft);
    return value === undefined ? [] : [{ value, but: 'its instances have less memory and less CPU' }];
  },
};

/** A range of instances as its two ends, or undefined where `text` is none. */
export function instanceRange(text: string): { min: number; max: number } | undefined {
  const [, min, max] = /^(\d{1,9})-(\d{1,9})$/.exec(text) ?? [];
  return min === undefined || max === undefined ? undefined : { min: Number(min), max: Number(max) };
}

/**
 * A load balancer has at most 1000 targets; these, and half as many again while they are replaced, stay below that.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
 */
const mostInstances = 500;

export const instancesOption: Option<'instances'> = {
  key: 'instances',
  flag: 'instances',
  group: 'Application',
  type: 'text',
  placeholder: 'MIN-MAX',
  help: 'range that auto scaling keeps the number of instances in; one number where it never changes',
  defaultText: '2-4',
  default: () => '2-4',
  normalize: (value) => {
    const [, min, max = min] = /^\s*0*(\d{1,9})\s*(?:-\s*0*(\d{1,9})\s*)?$/.exec(value) ?? [];
    return min === undefined ? value : `${min}-${max}`;
  },
  check: (value, { profile }) => {
    const range = instanceRange(value);
    if (!range) return { why: 'is no range of whole numbers', remedy: 'Give one like 2-4.' };
    const { min, max } = range;
    if (max < min) return { why: 'ends below where it begins', remedy: `Use ${max}-${min}.` };
    if (min < 1)
      return {
        why: 'may leave no instance to answer',
        remedy: `Let it begin at 1 or more, such as 2-${Math.max(2, max)}.`,
      };
    if (max > mostInstances) {
      return {
        why: `ends above ${mostInstances}: a load balancer has at most 1000 targets, and a refresh starts new instances before it ends the old ones`,
        remedy: `Let it end at ${mostInstances} or less.`,
      };
    }
    if (min < 2 && profile === 'production') {
      return {
        why: 'may leave production with one instance, and with none while that is replaced or its zone fails',
        remedy: `Use 2-${Math.max(2, max)}, or --profile ephemeral.`,
      };
    }
    return undefined;
  },
  cheaper: ({ instances, profile }) => {
    const { min, max } = instanceRange(instances ?? '') ?? { min: 0, max: 0 };
    if (min > 2) return [{ value: `2-${max}`, but: 'fewer instances are left until others have started' }];
    return min === 2 && profile !== 'production'
      ? [{ value: `1-${max}`, but: 'nothing answers while the only instance is replaced or its zone fails' }]
      : [];
  },
};

/**
 * The zones that a new VPC must stay out of: an Auto Scaling group that starts an instance there fails, and the apply with
 * it. Those of every region, for terraform.tfvars may name another. Undefined where every zone has the type.
 */
export function zonesToExclude({ instanceType }: Draft): { ids: string[]; why: string; source: string } | undefined {
  if (instanceType === undefined) return undefined;
  const ids = regionCodes.flatMap((region) => zonesWithoutInstanceType(region, instanceType));
  if (ids.length === 0) return undefined;
  return {
    ids,
    why: `${ids.length > 1 ? 'Some zones have' : `${ids[0]} has`} no ${instanceType}, and an Auto Scaling group would try it there`,
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/26377',
  };
}
