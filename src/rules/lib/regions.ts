import { regionCodes } from '../../aws/regions.js';

const codes = regionCodes.toSorted((a, b) => b.length - a.length).join('|');
const anyRegion = new RegExp(`(?<![\\w-])(?:${codes})(?![\\w-])`, 'g');
const anyZone = new RegExp(`^(${codes})[a-z]$`);

/** The regions that a text names, as words of their own: `eu-west-1` in `logs.eu-west-1.amazonaws.com`. */
export function regionsIn(text: string): string[] {
  return [...text.matchAll(anyRegion)].map(([code]) => code);
}

/** The region of an availability zone's name: `eu-west-1` of `eu-west-1a`. */
export function regionOfZone(zone: string): string | undefined {
  return anyZone.exec(zone)?.[1];
}

/** The region in an ARN; undefined in those of global services, and for what is no ARN. */
export function regionOfArn(arn: string): string | undefined {
  const [prefix, , , region] = arn.split(':');
  return prefix === 'arn' && region !== undefined && regionCodes.includes(region) ? region : undefined;
}
