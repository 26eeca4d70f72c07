import ipaddr from 'ipaddr.js';

/** A range of addresses. */
export interface AddressRange {
  /** How many bits an address has: IPv4 or IPv6. */
  width: 32 | 128;
  /** The first address, as a number. */
  first: bigint;
  /** Of the prefix, in bits. */
  length: number;
}

/** Reads `10.0.0.0/16` or `2001:db8::/32`; undefined for what Terraform would not take for a range. */
export function parseRange(text: string): AddressRange | undefined {
  // To Terraform 010 is ten, to other readers eight.
  const plain = text.includes(':') ? text : text.replaceAll(/\b0+(?=\d)/g, '');
  const isRange = plain.includes(':')
    ? ipaddr.IPv6.isValidCIDR(plain) && !plain.includes('%')
    : ipaddr.IPv4.isValidCIDRFourPartDecimal(plain);
  if (!isRange) return undefined;
  const [address, length] = ipaddr.parseCIDR(plain);
  const bytes = address.toByteArray();
  const number = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  const width = bytes.length === 4 ? 32 : 128;
  return { width, first: number - (number % sizeOf({ width, length })), length };
}

/** How many addresses a range has. */
export function sizeOf({ width, length }: Pick<AddressRange, 'width' | 'length'>): bigint {
  return 1n << BigInt(width - length);
}

/** An address as Terraform prints it: `10.0.0.1`, `2001:db8::1`. */
export function addressText(address: bigint, width: AddressRange['width']): string {
  const bytes = Array.from({ length: width / 8 }, (_, at) => Number((address >> BigInt(width - 8 * (at + 1))) & 255n));
  return ipaddr.fromByteArray(bytes).toString();
}

/** A range as Terraform prints it. */
export function rangeText({ width, first, length }: AddressRange): string {
  return `${addressText(first, width)}/${length}`;
}
