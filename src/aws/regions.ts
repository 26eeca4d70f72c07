import { own } from '../own.js';
import regionTable from './regions.json' with { type: 'json' };

/** A region of AWS's commercial partition. */
export interface Region {
  /** As AWS prints it in the console: `Europe (Frankfurt)`. */
  name: string;
  /** Must be enabled on the account before anything can be created in it. */
  optIn: boolean;
  /** Availability zones that accounts can be counted on to see; two in us-west-1. */
  zones: number;
}

/**
 * Every commercial region, by code.
 * Names and zones: AWS's service endpoints as botocore and moto carry them; opt-in: regions launched after
 * 20 March 2019, https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
 */
export const regions: Readonly<Record<string, Region>> = regionTable;

export const regionCodes: readonly string[] = Object.keys(regions);

/** The region with this code, or undefined where AWS has none. */
export function findRegion(code: string | undefined): Region | undefined {
  return code === undefined ? undefined : own(regions, code);
}

/**
 * A region's code in short, for names that are the account's and not the region's: `apse1` of ap-southeast-1.
 * The projects compute the same from `var.aws_region`; a test holds the two together.
 */
export function shortRegion(code: string): string {
  return code.replace(/-?([nsewc])(?:orth|outh|ast|est|entral)|-/g, '$1');
}

/** The longest that `shortRegion` gives: the names of every region must fit. */
export const longestShortRegion = regionCodes
  .map(shortRegion)
  .reduce((longest, short) => (short.length > longest.length ? short : longest));

/** How a region is shown in a list: `ap-east-1  Asia Pacific (Hong Kong), must be enabled on the account first`. */
export function describeRegion(code: string): string {
  const region = findRegion(code);
  if (!region) return code;
  return `${code.padEnd(14)}  ${region.name}${region.optIn ? ', must be enabled on the account first' : ''}`;
}
