import { describe, expect, it } from 'vitest';

import { readFlags } from '../../src/answers/flags.js';
import { defaultText, options } from '../../src/answers/options.js';
import { answersSchema } from '../../src/answers/schema.js';
import { environmentVariable } from '../../src/answers/sources.js';
import { listJson, listText, helpText } from '../../src/commands/help.js';
import { exitCodeMeanings } from '../../src/errors.js';

/** The flags whose names users rely on. */
const fixedFlags =
  'stack name region suffix profile https certificate-arn route53 zone-name domain performance-insights database-engine vpc vpc-cidr vpc-id public-subnet-ids private-subnet-ids database-subnet-ids availability-zones nat private-endpoints db-instance-class database-login container-port instance-type instances cloudtrail api-auth jwt-issuer jwt-audience reserved-concurrency api-gateway-account compliance alert-email state-bucket ci tag'.split(
    ' ',
  );

describe('the option table', () => {
  it('has a row for every fixed flag', () => {
    expect(options.map((option) => option.flag).sort()).toEqual([...fixedFlags].sort());
  });

  it('has each key, flag and environment variable once', () => {
    for (const column of [
      (row: (typeof options)[number]) => row.key,
      (row: (typeof options)[number]) => row.flag,
      environmentVariable,
    ]) {
      const values = options.map(column);
      expect(new Set(values).size).toBe(values.length);
    }
  });

  it('says of every option that can be left out what happens then', () => {
    for (const option of options) {
      expect(defaultText(option) !== undefined || option.required, option.flag).toBe(true);
    }
  });

  it('is what --help, --list and the schema show, each option and exit code', () => {
    const schema = answersSchema() as { properties: Record<string, unknown> };
    for (const option of options) {
      expect(helpText()).toContain(option.type === 'boolean' ? `--[no-]${option.flag}` : `--${option.flag} `);
      expect(listText()).toContain(environmentVariable(option));
      expect(schema.properties).toHaveProperty(option.key);
    }
    for (const [code, meaning] of Object.entries(exitCodeMeanings))
      expect(helpText()).toMatch(new RegExp(`^ +${code} +${meaning}$`, 'm'));
    expect((listJson() as { regions: unknown[] }).regions).toHaveLength(34);
  });

  it('fits --help into 120 columns', () => {
    expect(
      helpText()
        .split('\n')
        .filter((line) => line.length > 120),
    ).toEqual([]);
  });
});

describe('readFlags', () => {
  const faultsOf = (...argv: string[]) => readFlags(argv).reading.faults;
  const givenOf = (...argv: string[]) =>
    Object.fromEntries(Object.entries(readFlags(argv).reading.given).map(([key, given]) => [key, given.value]));

  it('reads values, switches, negations, lists and tags', () => {
    expect(
      givenOf(
        '--region=eu-west-1',
        '--https',
        '--no-route53',
        '--container-port',
        '3000',
        '--availability-zones',
        '2',
        '--public-subnet-ids',
        'a, b',
        '--tag',
        'A=1',
        '--tag',
        'B=x=y',
      ),
    ).toEqual({
      region: 'eu-west-1',
      https: true,
      route53: false,
      containerPort: 3000,
      availabilityZones: 2,
      publicSubnetIds: ['a', 'b'],
      tags: { A: '1', B: 'x=y' },
    });
  });

  it('takes one directory, before or after flags', () => {
    expect(readFlags(['--https', 'pay', '--yes']).directory).toBe('pay');
    expect(faultsOf('one', 'two')).toMatchObject([{ option: '[directory]', value: '"one two"' }]);
  });

  it('refuses an unknown flag and names the nearest one', () => {
    expect(faultsOf('--regoin', 'eu-west-1')).toMatchObject([{ option: '--regoin', remedy: 'Did you mean --region?' }]);
    expect(faultsOf('--no-http')).toMatchObject([{ remedy: 'Did you mean --no-https?' }]);
    expect(faultsOf('--zzzzzzzzzz')).toMatchObject([{ remedy: 'See --help.' }]);
    expect(faultsOf('-x')).toHaveLength(1);
  });

  it.each([
    [['--region'], '--region', 'needs a value'],
    [['--region', '--yes'], '--region', 'needs a value'],
    [['--no-https=true'], '--no-https', 'takes no value'],
    [['--yes=please'], '--yes', 'takes no value'],
    [['--https=perhaps'], '--https', 'neither true nor false'],
    [['--container-port', 'http'], '--container-port', 'not a whole number'],
    [['--container-port', '80.5'], '--container-port', 'not a whole number'],
    [['--nat', 'sinlge'], '--nat', 'not one of the choices'],
    [['--availability-zones', '4'], '--availability-zones', 'not one of the choices'],
    [['--tag', 'novalue'], '--tag', 'no key before an equals sign'],
    [['--tag', 'A=1', '--tag', 'A=2'], '--tag', 'gives two values to the key "A"'],
    [['--region', 'eu-west-1', '--region', 'eu-west-2'], '--region eu-west-2', 'contradicts'],
    [['--https', '--no-https'], '--no-https', 'contradicts --https'],
    [['--answers', 'a', '--answers', 'b'], '--answers b', 'contradicts --answers a'],
    [['--answers='], '--answers', 'needs a value'],
    [['--suffix', ''], '--suffix', 'needs a value'],
    [[''], '[directory]', 'is empty'],
  ])('refuses %j', (argv, option, why) => {
    expect(faultsOf(...argv)).toMatchObject([{ option, why: expect.stringContaining(why) as string }]);
  });

  it('refuses a variable that is one of ours misspelt, and leaves those of others alone', () => {
    const faults = readFlags([], { CSI_REGON: 'eu-west-1', CSI_ENDPOINT: 'unix:///csi.sock' }).reading.faults;
    expect(faults).toMatchObject([{ option: 'CSI_REGON', remedy: 'Did you mean CSI_REGION?' }]);
  });

  it('reports every fault of a command line', () => {
    expect(faultsOf('--regoin', 'x', '--nat', 'nnoe', '--container-port', 'http', 'one', 'two')).toHaveLength(4);
  });
});
