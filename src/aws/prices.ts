import { own } from '../own.js';
import { databaseEngines } from './database-classes.js';
import { instanceTypes } from './instance-types.js';
import priceTable from './prices.json' with { type: 'json' };

/** Prices with where they were read. */
interface PriceRow {
  /** Public pages of 2026, two where two give the price; a repository where one of its files gives it. */
  sources: readonly string[];
  /** The day on which they were read. */
  read: string;
  per: string;
  /** List prices of us-east-1 in USD, before tax, discounts and free tiers, by id. */
  usd: Readonly<Record<string, number | undefined>>;
}

/** What is not here has no source, and so no price. */
export const priceRows: readonly PriceRow[] = priceTable;

/** The region whose prices these are. */
export const pricedRegion = 'us-east-1';

/** The day on which the oldest price was read, as 2026-11-29. */
export const pricesRead = priceRows.map(({ read }) => read).sort()[0]!;

/** What AWS's own calculator takes for a month. */
const hoursInMonth = 730;

/**
 * What one costs a month in USD, by the id of its price: `nat-gateway`, `<engine>:<class>` of a database instance in one
 * zone, or `ec2:<type>` of an instance that runs Linux. Undefined for a class or type whose price is not known. Any other
 * id that is not in the table is our own fault and throws.
 */
export function monthlyPrice(id: string): number | undefined {
  for (const { per, usd } of priceRows) {
    const price = own(usd, id);
    if (price !== undefined) return per === 'hour' ? price * hoursInMonth : price;
  }
  if (databaseEngines.some((engine) => id.startsWith(`${engine}:db.`))) return undefined;
  if (instanceTypes.some((type) => id === `ec2:${type}`)) return undefined;
  throw new Error(`there is no price ${id}`);
}
