import { own } from '../own.js';
import typeTable from './instance-types.json' with { type: 'json' };
import { shortRegion } from './regions.js';

/**
 * Families of instance types by the sizes that they come in, wherever they are; the families that a region offers; and
 * the zones of these regions, by id, with the families of the region that they lack. Source: what AWS's
 * DescribeInstanceTypeOfferings answers, as moto carries it; written by scripts/facts-instances.mjs, which keeps what a
 * web server may run on, up to 8xlarge. Of the newest regions nobody has published the answer: they are not in it.
 */
const table: {
  sizes: Readonly<Record<string, string>>;
  offers: Readonly<Record<string, string>>;
  lacking: Readonly<Record<string, string>>;
} = typeTable;

/** What a family comes in, as far as the table has it. */
const sizesOf: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(table.sizes).flatMap(([sizes, families]) =>
    families.split(' ').map((family) => [family, sizes.split(' ')] as const),
  ),
);

/** Every type of the table, whether or not a region is known to offer it, by family and size. */
export const instanceTypes: readonly string[] = [...sizesOf.keys()].sort().flatMap(typesOf);

function typesOf(family: string): string[] {
  return (sizesOf.get(family) ?? []).map((size) => `${family}.${size}`);
}

/**
 * The instance types of the table that the region with code `region` offers in one zone at least, by family and size;
 * undefined for a region that the table does not have.
 */
export function offeredInstanceTypes(region: string): string[] | undefined {
  return own(table.offers, region)?.split(' ').flatMap(typesOf);
}

/**
 * Whether the region with code `region` offers instances of `type` (`t4g.small`); undefined where the facts cannot tell:
 * a region or a family that the table does not have, or a size that it leaves out.
 */
export function instanceTypeOffered(region: string, type: string): boolean | undefined {
  const exists = instanceTypeExists(type);
  const families = own(table.offers, region)?.split(' ');
  return exists && families ? families.includes(familyOf(type)) : exists && undefined;
}

/** Whether any region offers `type`; undefined where the facts cannot tell, as in instanceTypeOffered. */
export function instanceTypeExists(type: string): boolean | undefined {
  const [family, size = ''] = type.split('.', 2);
  const sizes = sizesOf.get(family!);
  if (!sizes) return undefined;
  return sizes.includes(size) || (isLeftOut(size) ? undefined : false);
}

/** The table has neither whole machines (`metal-24xl`) nor what is larger than 8xlarge. */
function isLeftOut(size: string): boolean {
  return size.startsWith('metal') || Number(/^(\d+)xlarge$/.exec(size)?.[1] ?? 0) > 8;
}

/** Every zone of the table, and the families that it lacks though its region offers them. */
const zones = Object.entries(table.lacking).map(([id, families]) => ({ id, lacking: families.split(' ') }));

/** The zones of a region by id, and whether they offer `type`. */
function zonesOf(region: string, type: string): { id: string; offers: boolean }[] {
  const family = familyOf(type);
  const offered = instanceTypeOffered(region, type) === true;
  const ofRegion = `${shortRegion(region)}-az`;
  return zones
    .filter(({ id }) => id.startsWith(ofRegion))
    .map(({ id, lacking }) => ({ id, offers: offered && !lacking.includes(family) }));
}

/** In how many zones of a region `type` is offered; undefined for a region that the table does not have. */
export function zonesWithInstanceType(region: string, type: string): number | undefined {
  return own(table.offers, region) === undefined
    ? undefined
    : zonesOf(region, type).filter(({ offers }) => offers).length;
}

/** The zones of a region, by id, that lack `type` though the region offers it: use1-az3 lacks every type of the table. */
export function zonesWithoutInstanceType(region: string, type: string): string[] {
  return instanceTypeOffered(region, type) === true
    ? zonesOf(region, type)
        .filter(({ offers }) => !offers)
        .map(({ id }) => id)
    : [];
}

export type Architecture = 'arm64' | 'x86_64';

/**
 * What the processors of `type` run, as AMIs call it. A family with a `g` after its number is Graviton, as a1 is; Macs
 * of the second generation on are Arm too, and so are the Grace processors of p6e-gb200.
 * https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
 */
export function architectureOf(type: string): Architecture {
  return /^(?:a1$|mac[2-9]|[a-z]+\d+[a-z]*(?:-g|g))/.test(familyOf(type)) ? 'arm64' : 'x86_64';
}

function familyOf(type: string): string {
  return type.split('.', 1)[0]!;
}
