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

it('an instance of twice the size costs twice as much, but for the last digit', () => {
  for (const [of, families] of [
    ['ec2:', ['t3', 't3a', 't4g', 'm5', 'm6g', 'm6i', 'm7g', 'm7i', 'm8g', 'c6g', 'c7g', 'r6g', 'r7g']],
    ['mysql:db.', ['t3', 'm6g', 'm6i', 'r6g', 'r6i', 'r7g']],
  ] as const) {
    for (const family of families) {
      const large = monthlyPrice(`${of}${family}.large`)!;
      expect(large, family).toBeGreaterThan(0);
      expect(monthlyPrice(`${of}${family}.xlarge`)! / large, family).toBeCloseTo(2, 1);
      expect(monthlyPrice(`${of}${family}.2xlarge`)! / large, family).toBeCloseTo(4, 1);
    }
  }
});

it('ARM costs less than x86, and a database more than its instance', () => {
  const costs = (id: string) => monthlyPrice(id)!;
  expect(costs('ec2:t4g.small')).toBeCloseTo(12.26);
  expect(costs('ec2:t4g.small')).toBeLessThan(costs('ec2:t3.small'));
  expect(costs('ec2:m7g.large')).toBeLessThan(costs('ec2:m7i.large'));
  for (const type of ['t4g.medium', 'm6g.large', 'm7g.large', 'r7g.large'])
    expect(costs(`mysql:db.${type}`), type).toBeGreaterThan(costs(`ec2:${type}`));
  expect(costs('rds-gp3-gb')).toBeGreaterThan(costs('ebs-gp3-gb'));
  expect(costs('custom-metric')).toBe(0.3);
});

it('a price by the hour is paid for 730 hours, one by the month once', () => {
  expect(monthlyPrice('nat-gateway')).toBeCloseTo(32.85);
  expect(monthlyPrice('waf-web-acl')).toBe(5);
});

it('only a class of a database or a type of an instance may have none', () => {
  expect(monthlyPrice('aurora-postgresql:db.r7i.large')).toBeUndefined();
  expect(monthlyPrice('mysql:db.r8g.large')).toBeUndefined();
  expect(monthlyPrice('ec2:m7a.large')).toBeUndefined();
  for (const id of [
    'nat-gatway',
    'oracle:db.r7i.large',
    'aurora-postgresql:r7i.large',
    'ec2:',
    'ec2:t4g.smal',
    'ec2:p5.48xlarge',
    't4g.small',
    'constructor',
    '',
  ])
    expect(() => monthlyPrice(id)).toThrow('there is no price');
});

it('they are those of a region, as of a day', () => {
  expect(findRegion(pricedRegion)).toBeDefined();
  expect(pricesRead).toMatch(/^20\d\d-\d\d-\d\d$/);
});
