import { expect, it } from 'vitest';

import { monthlyPrice, pricedRegion, priceRows, pricesRead } from '../../src/aws/prices.js';
import { findRegion } from '../../src/aws/regions.js';

it('each price has a source and the day on which it was read, and is more than nothing', () => {
  expect(priceRows.length).toBeGreaterThan(10);
  for (const { sources, read, per, usd } of priceRows) {
    const row = Object.keys(usd).join();
    expect(sources.length, row).toBeGreaterThan(0);
    for (const source of sources) expect(source, row).toMatch(/^https:\/\/[a-z0-9.-]+\/\S+$/);
    expect(read, row).toMatch(/^20\d\d-\d\d-\d\d$/);
    expect(['hour', 'month'], row).toContain(per);
    expect(Object.keys(usd).length, row).toBeGreaterThan(0);
    for (const [id, price] of Object.entries(usd)) expect(price, id).toBeGreaterThan(0);
  }
});

it('no price is there twice', () => {
  const ids = priceRows.flatMap(({ usd }) => Object.keys(usd));
  expect(new Set(ids).size).toBe(ids.length);
});

it('larger instances of a family cost more', () => {
  for (const family of ['t3', 't4g', 'r6g', 'r7g', 'r8g']) {
    const sizes = ['medium', 'large', 'xlarge', '2xlarge', '4xlarge'];
    const prices = sizes.flatMap((size) => monthlyPrice(`aurora-postgresql:db.${family}.${size}`) ?? []);
    expect(prices.length).toBeGreaterThan(1);
    expect(prices).toEqual([...prices].sort((a, b) => a - b));
  }
});

it('a price by the hour is paid for 730 hours, one by the month once', () => {
  expect(monthlyPrice('nat-gateway')).toBeCloseTo(32.85);
  expect(monthlyPrice('waf-web-acl')).toBe(5);
});

it('only a class of a database may have none', () => {
  expect(monthlyPrice('aurora-postgresql:db.r7i.large')).toBeUndefined();
  for (const id of ['nat-gatway', 'oracle:db.r7i.large', 'aurora-postgresql:r7i.large', ''])
    expect(() => monthlyPrice(id)).toThrow('there is no price');
});

it('they are those of a region, as of a day', () => {
  expect(findRegion(pricedRegion)).toBeDefined();
  expect(pricesRead).toMatch(/^20\d\d-\d\d-\d\d$/);
});
