import { describe, expect, it } from 'vitest';

import { missingFault, resolve } from '../../src/answers/resolve.js';
import { joinReadings, readAnswersFile, readEnvironment } from '../../src/answers/sources.js';
import { readFlags } from '../../src/answers/flags.js';
import { offeredClasses, supportsPerformanceInsights } from '../../src/aws/database-classes.js';
import { prefixBudget } from '../../src/aws/name-limits.js';
import { regionCodes, regions } from '../../src/aws/regions.js';
import ecsFargate from '../../src/stacks/ecs-fargate.js';
import { namesOf, stacks } from '../../src/stacks/index.js';
import { certificateArn, existingVpc, resolveFile, soundAnswers, surroundings } from '../support/answers.js';

const route53 = { route53: true, zoneName: 'example.com', domain: 'pay.example.com' };

describe('defaults', () => {
  it('complete an empty answers file', () => {
    expect(soundAnswers()).toEqual({
      stack: 'ecs-fargate',
      name: 'my-payments',
      region: 'us-east-1',
      suffix: 'drawn1',
      profile: 'ephemeral',
      https: false,
      route53: false,
      performanceInsights: true,
      dbInstanceClass: 'db.t4g.medium',
      databaseLogin: 'password',
      vpc: 'create',
      vpcCidr: '10.0.0.0/16',
      availabilityZones: 3,
      nat: 'single',
      privateEndpoints: true,
      containerPort: 8080,
      ci: 'none',
      tags: {},
    });
  });

  it.each([...stacks.keys()])('of the stack %s are accepted', (stack) => {
    expect(soundAnswers({ stack })).toMatchObject({ stack });
  });

  it('are accepted in every region, in both profiles', () => {
    expect(regionCodes).toHaveLength(34);
    for (const region of regionCodes) {
      for (const profile of ['ephemeral', 'production']) {
        const answers = soundAnswers({ region, profile, https: false });
        expect(offeredClasses('aurora-postgresql', region)).toContain(answers.dbInstanceClass);
        expect(answers.availabilityZones).toBe(Math.min(3, regions[region]!.zones));
      }
    }
  });

  it('take two zones in us-west-1 and another class where t4g is not offered', () => {
    expect(soundAnswers({ region: 'us-west-1' }).availabilityZones).toBe(2);
    expect(soundAnswers({ region: 'il-central-1' }).dbInstanceClass).toBe('db.t3.medium');
    expect(soundAnswers({ region: 'ap-southeast-4', profile: 'production', https: false }).dbInstanceClass).toBe(
      'db.r6g.large',
    );
  });

  it('draw a suffix that fits beside a long name', () => {
    const { length } = prefixBudget(namesOf(ecsFargate));
    const name = 'a'.repeat(length - 2);
    expect(soundAnswers({ name }).suffix).toHaveLength(1);
  });
});

describe('an unusable stack', () => {
  it('does not keep other faults from being told', () => {
    const { reading } = readFlags(['--stack', 'no-such', '--zone-name', 'example.com']);
    const { faults } = resolve(reading.given, surroundings, reading.unusable);
    expect(faults).toEqual([
      expect.objectContaining({ option: '--zone-name', why: expect.stringContaining('does nothing') }),
    ]);
  });
});

describe('bad answers', () => {
  it.each<[string, object, string, string, string]>([
    ['an unknown region', { region: 'us-esat-1' }, 'region', 'not one of the 34 regions', 'us-east-1'],
    ['a region of another partition', { region: 'cn-north-1' }, 'region', 'not one of the 34 regions', '--list'],
    ['a prototype as region', { region: 'constructor' }, 'region', 'not one of the 34 regions', '--list'],
    ['an upper-case name', { name: 'My_Payments' }, 'name', 'lower-case', 'my-payments'],
    ['a name with two hyphens in a row', { name: 'my--pay' }, 'name', 'single hyphens', 'my-pay'],
    ['a name that ends in a hyphen', { name: 'pay-' }, 'name', 'hyphen', 'pay'],
    ['a name that starts with a digit', { name: '1pay' }, 'name', 'start with a letter', 'pay'],
    ['a name of two letters', { name: 'ab' }, 'name', '3 or more', 'my-payments'],
    ['a name too long for any suffix', { name: 'a'.repeat(25) }, 'name', 'AWS allows that 32', '26 characters'],
    [
      'a name and suffix too long together',
      { name: 'a'.repeat(20), suffix: 'staging1' },
      'suffix',
      '3 too long',
      '26 characters',
    ],
    ['a name that load balancers may not have', { name: 'internal-pay' }, 'name', 'internal-', 'another word'],
    ['a name that security groups may not have', { name: 'sg-pay' }, 'name', 'sg-', 'another word'],
    ['a suffix with capitals', { suffix: 'DEV' }, 'suffix', '1 to 8', 'dev'],
    ['a suffix of nine', { suffix: 'abcdefghi' }, 'suffix', '1 to 8', 'dev'],
    [
      'three zones in us-west-1',
      { region: 'us-west-1', availabilityZones: 3 },
      'availabilityZones',
      '2 zones',
      '--availability-zones 2',
    ],
    [
      'a network without any way to AWS',
      { nat: 'none', privateEndpoints: false },
      'privateEndpoints',
      'no way to the AWS APIs',
      '--nat single',
    ],
    [
      'a class that Aurora PostgreSQL never has',
      { dbInstanceClass: 'db.t3.micro' },
      'dbInstanceClass',
      'not offered',
      'db.t4g.medium, or another',
    ],
    [
      'a class that only the published list has',
      { region: 'ap-east-1', dbInstanceClass: 'db.t3.small' },
      'dbInstanceClass',
      'not offered',
      'db.t4g.medium, or another',
    ],
    ['a class of RDS', { dbInstanceClass: 'db.m6g.large' }, 'dbInstanceClass', 'not offered', 'db.r6g.large'],
    [
      'a class the region lacks',
      { region: 'il-central-1', dbInstanceClass: 'db.t4g.medium' },
      'dbInstanceClass',
      'in il-central-1',
      'db.t3.medium',
    ],
    [
      'a malformed certificate',
      { https: true, certificateArn: 'arn:aws:iam::123456789012:server-certificate/x' },
      'certificateArn',
      'Certificate Manager',
      'arn:aws:acm:',
    ],
    [
      'a certificate of another region',
      { https: true, region: 'eu-west-1', certificateArn },
      'certificateArn',
      'of us-east-1',
      'eu-west-1',
    ],
    [
      'a domain outside its zone',
      { ...route53, domain: 'pay.example.org' },
      'domain',
      'not in the zone example.com',
      '.example.com',
    ],
    [
      'a domain that only ends like its zone',
      { ...route53, domain: 'payexample.com' },
      'domain',
      'not in the zone',
      '.example.com',
    ],
    ['a domain that is none', { ...route53, domain: 'pay example' }, 'domain', 'not a domain name', 'example.com'],
    [
      'a domain too long for a certificate',
      { ...route53, https: true, domain: `${'a'.repeat(60)}.example.com` },
      'domain',
      'at most 64',
      'shorter',
    ],
    ['a zone without a dot', { ...route53, zoneName: 'localhost' }, 'zoneName', 'not a domain name', 'example.com'],
    ['a range too small', { vpcCidr: '10.0.0.0/24' }, 'vpcCidr', 'too small', '/22'],
    ['a range too large', { vpcCidr: '10.0.0.0/8' }, 'vpcCidr', 'larger than the /16', '/16'],
    ['a public range', { vpcCidr: '8.8.0.0/16' }, 'vpcCidr', 'not private', '10.0.0.0/8'],
    ['a range that starts elsewhere', { vpcCidr: '10.0.0.5/16' }, 'vpcCidr', 'first address', '10.0.0.0/16'],
    ['no range', { vpcCidr: '10.0.0.0' }, 'vpcCidr', 'not an IPv4', '10.0.0.0/16'],
    ['an IPv6 range', { vpcCidr: 'fd00::/16' }, 'vpcCidr', 'not an IPv4', '10.0.0.0/16'],
    ['an octet too large', { vpcCidr: '10.0.256.0/16' }, 'vpcCidr', 'not an IPv4', '10.0.0.0/16'],
    [
      'one subnet',
      { ...existingVpc, privateSubnetIds: ['subnet-0bbbbbbbbbbbbbbb1'] },
      'privateSubnetIds',
      'too few',
      'at least two',
    ],
    ['no subnet', { ...existingVpc, privateSubnetIds: [] }, 'privateSubnetIds', 'too few', 'at least two'],
    [
      'the same subnet twice',
      { ...existingVpc, privateSubnetIds: ['subnet-0bbbbbbbbbbbbbbb1', 'subnet-0bbbbbbbbbbbbbbb1'] },
      'privateSubnetIds',
      'twice',
      'at least two',
    ],
    [
      'a subnet that is public too',
      { ...existingVpc, databaseSubnetIds: existingVpc.publicSubnetIds },
      'databaseSubnetIds',
      'shares',
      'of its own',
    ],
    [
      'what is no subnet',
      { ...existingVpc, publicSubnetIds: ['subnet-1', 'x"]\n}'] },
      'publicSubnetIds',
      'U+000A',
      'Leave it out',
    ],
    ['what is no VPC', { ...existingVpc, vpcId: 'my-vpc' }, 'vpcId', 'no VPC id', 'vpc-0123456789abcdef0'],
    ['a port of root', { containerPort: 80 }, 'containerPort', 'not a port from 1024', '8080'],
    ['a port beyond the last', { containerPort: 65536 }, 'containerPort', 'not a port', '8080'],
    ['a malformed e-mail', { alertEmail: 'oncall@example' }, 'alertEmail', 'not an e-mail', '@example.com'],
    ['an e-mail with a space', { alertEmail: 'on call@example.com' }, 'alertEmail', 'not an e-mail', '@example.com'],
    ['a bucket with capitals', { stateBucket: 'My-State' }, 'stateBucket', 'S3', 'bootstrap'],
    ['a bucket like an address', { stateBucket: '10.0.0.1' }, 'stateBucket', 'S3', 'bootstrap'],
    ['a tag AWS refuses', { tags: { owner: 'a"b' } }, 'tags', 'AWS refuses', 'letters'],
    ['a tag with a newline', { tags: { owner: 'a\nb' } }, 'tags', 'U+000A', 'Leave it out'],
    ['a tag without a key', { tags: { '': 'x' } }, 'tags', 'AWS refuses', 'letters'],
    ['a tag with a key too long', { tags: { ['k'.repeat(129)]: 'x' } }, 'tags', 'AWS refuses', '128'],
    ['a tag with a value too long', { tags: { k: 'x'.repeat(257) } }, 'tags', 'AWS refuses', '256'],
    [
      'too many tags',
      { tags: Object.fromEntries(Array.from({ length: 41 }, (_, n) => [`k${n}`, 'x'])) },
      'tags',
      'more than 40 tags',
      '40',
    ],
    ['tags that are no texts', { tags: [1] }, 'tags', 'not a set of tags', 'KEY=VALUE'],
    [
      'an address with a dot too many',
      { alertEmail: 'a..b@example.com' },
      'alertEmail',
      'not an e-mail',
      '@example.com',
    ],
    [
      'an address too long',
      { alertEmail: `${'a'.repeat(65)}@example.com` },
      'alertEmail',
      'not an e-mail',
      '@example.com',
    ],
    ['a range with leading zeros', { vpcCidr: '010.0.0.0/16' }, 'vpcCidr', 'not an IPv4', '10.0.0.0/16'],
    ['a zone of digits', { ...route53, zoneName: '1.2.3.4' }, 'zoneName', 'not a domain name', 'example.com'],
    ['a list where a switch belongs', { https: ['true'] }, 'https', 'neither true nor false', 'true or false'],
    ['a tag of AWS', { tags: { 'aws:owner': 'x' } }, 'tags', 'aws:', 'other keys'],
    [
      'a tag of the project, in other case',
      { tags: { project: 'x' } },
      'tags',
      'sets itself: "project"',
      'Leave them out',
    ],
    ['tags that differ in case only', { tags: { Owner: 'x', owner: 'y' } }, 'tags', 'same', 'one of them'],
    ['an unknown stack', { stack: 'ecs' }, 'stack', 'choices', 'ecs-fargate'],
    ['an unknown profile', { profile: 'prod' }, 'profile', 'choices', 'production'],
    ['a text where a switch belongs', { https: 'perhaps' }, 'https', 'neither true nor false', 'true or false'],
    ['a number where a text belongs', { region: 5 }, 'region', 'not a text', 'quotes'],
    [
      'an object where a list belongs',
      { ...existingVpc, publicSubnetIds: {} },
      'publicSubnetIds',
      'not a list',
      'array',
    ],
  ])('%s', (_title, answers, key, why, remedy) => {
    const { faults } = resolveFile(answers);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ option: `${key} in answers.json` });
    expect(faults[0]!.value).toBeDefined();
    expect(faults[0]!.why).toContain(why);
    expect(faults[0]!.remedy).toContain(remedy);
  });

  it('are all reported at once', () => {
    const { faults } = resolveFile({
      name: 'X',
      region: 'nowhere',
      suffix: '',
      vpcCidr: '1.2.3.4/5',
      containerPort: 1,
      alertEmail: 'x',
      tags: { 'aws:x': '' },
    });
    expect(faults.map((fault) => fault.option.split(' ')[0])).toEqual([
      'name',
      'region',
      'suffix',
      'vpcCidr',
      'containerPort',
      'alertEmail',
      'tags',
    ]);
  });

  it('within one option are all reported too', () => {
    const tags = { a$: 'x', b: '"', 'aws:c': 'x', name: 'x', Owner: 'x', owner: 'y' };
    expect(resolveFile({ tags }).faults.map((fault) => fault.why.split(': ').at(-1))).toEqual([
      '"a$=x", "b=\\""',
      '"aws:c"',
      '"name"',
      '"Owner", "owner"',
    ]);
    const publicSubnetIds = ['x', 'y', 'subnet-0aaaaaaaaaaaaaaa1', 'subnet-0aaaaaaaaaaaaaaa1'];
    expect(resolveFile({ ...existingVpc, publicSubnetIds }).faults).toHaveLength(2);
  });

  it('of one option do not make others look wrong', () => {
    expect(
      resolveFile({
        region: 'nowhere',
        https: true,
        certificateArn,
        availabilityZones: 3,
        dbInstanceClass: 'db.r6g.large',
      }).faults,
    ).toHaveLength(1);
  });

  it('are shown without control characters', () => {
    const [fault] = resolveFile({ name: '\u001b[2J\u009b' }).faults;
    expect(fault!.value).toBe('"\\u001b[2J\\u009b"');
  });

  it('name unknown answers with the nearest known', () => {
    expect(resolveFile({ regoin: 'us-east-1' }).faults).toMatchObject([
      { value: '"regoin"', remedy: 'Did you mean "region"?' },
    ]);
    expect(resolveFile({ __proto__x: 1 }).faults).toHaveLength(1);
  });
});

describe('what an answer needs', () => {
  it.each<[object, string[]]>([
    [{ https: true }, ['certificateArn']],
    [{ https: true, route53: true }, ['zoneName', 'domain']],
    [{ route53: true }, ['zoneName', 'domain']],
    [{ vpc: 'existing' }, ['vpcId', 'publicSubnetIds', 'privateSubnetIds', 'databaseSubnetIds']],
    [{ profile: 'production' }, ['https']],
    [{ profile: 'production', https: false }, []],
  ])('%j needs %j', (answers, keys) => {
    expect(resolveFile(answers).missing.map((option) => option.key)).toEqual(keys);
  });

  it('says why production needs an answer about HTTPS, and both ways to give it', () => {
    const [https] = resolveFile({ profile: 'production' }).missing;
    expect(missingFault(https!)).toEqual({
      option: '--https',
      why: expect.stringContaining('is needed with --profile production') as string,
      remedy: expect.stringContaining('Give --https or --no-https:') as string,
    });
  });

  it.each<[object, string]>([
    [{ certificateArn }, 'certificateArn'],
    [{ ...route53, https: true, certificateArn }, 'certificateArn'],
    [{ zoneName: 'example.com' }, 'zoneName'],
    [{ domain: 'pay.example.com' }, 'domain'],
    [{ vpcId: 'vpc-0123456789abcdef0' }, 'vpcId'],
    [{ ...existingVpc, vpcCidr: '10.0.0.0/16' }, 'vpcCidr'],
    [{ ...existingVpc, nat: 'single' }, 'nat'],
    [{ ...existingVpc, availabilityZones: 2 }, 'availabilityZones'],
    [{ ...existingVpc, privateEndpoints: false }, 'privateEndpoints'],
  ])('%j has an answer that does nothing', (answers, key) => {
    const { faults } = resolveFile(answers);
    expect(faults).toMatchObject([
      { option: `${key} in answers.json`, why: expect.stringContaining('does nothing here') as string },
    ]);
  });

  it('brings equivalent spellings to one', () => {
    expect(soundAnswers({ route53: true, zoneName: 'Example.COM.', domain: 'Pay.Example.com' })).toMatchObject({
      zoneName: 'example.com',
      domain: 'pay.example.com',
    });
  });
});

describe('sources', () => {
  const file = readAnswersFile('{"region":"eu-west-1","suffix":"file","nat":"single","containerPort":3000}', 'a.json');
  const environment = readEnvironment({
    CSI_REGION: 'eu-west-2',
    CSI_SUFFIX: 'env',
    CSI_TAG: 'A=1,B=2',
    CSI_HTTPS: '',
    CSI_ROUTE53: 'false',
    CSI_ENDPOINT: 'unix:///csi.sock',
  });
  const flags = readFlags(['--region', 'eu-west-3']).reading;

  it('win in the order flag, environment, file, default', () => {
    for (const readings of [
      [file, environment, flags],
      [flags, environment, file],
    ]) {
      const { answers, faults } = resolve(joinReadings(...readings).given, surroundings);
      expect(faults).toEqual([]);
      expect(answers).toMatchObject({
        region: 'eu-west-3',
        suffix: 'env',
        nat: 'single',
        containerPort: 3000,
        tags: { A: '1', B: '2' },
        profile: 'ephemeral',
      });
    }
  });

  it('of lower rank give way without a word to what makes their answers meaningless', () => {
    const replayed = readAnswersFile(JSON.stringify(route53), 'a.json');
    const { answers, faults } = resolve(
      joinReadings(replayed, readFlags(['--no-route53']).reading).given,
      surroundings,
    );
    expect(faults).toEqual([]);
    expect(answers).not.toHaveProperty('zoneName');
  });

  it('are named in the fault, as the user would find them', () => {
    const joined = joinReadings(
      readEnvironment({ CSI_CONTAINER_PORT: '80', CSI_NAT: 'nnoe' }),
      readFlags(['--suffix', 'TOO-BIG']).reading,
    );
    const faults = [...joined.faults, ...resolve(joined.given, surroundings).faults];
    expect(faults.map((fault) => fault.option)).toEqual(['CSI_NAT', '--suffix', 'CSI_CONTAINER_PORT']);
  });

  it('replay the answers record of a project', () => {
    const answers = soundAnswers({ ...existingVpc, suffix: 'x1', tags: { Owner: 'x' } });
    const { given } = readAnswersFile(JSON.stringify({ version: '0.1.0', answers, files: {} }), 'x');
    expect(resolve(given, { drawSuffix: () => 'other' }).answers).toEqual(answers);
  });

  it('may begin with a byte order mark', () => {
    expect(readAnswersFile('\uFEFF{"suffix":"x"}', 'a.json').given.suffix?.value).toBe('x');
  });

  it.each([
    ['{', 'is not JSON'],
    ['[]', 'not a JSON object'],
    ['"x"', 'not a JSON object'],
    ['null', 'not a JSON object'],
  ])('refuse the answers file %s', (text, why) => {
    expect(readAnswersFile(text, 'a.json').faults).toMatchObject([
      { option: '--answers a.json', why: expect.stringContaining(why) as string },
    ]);
  });
});

describe('Performance Insights', () => {
  it.each([
    ['aurora-postgresql', 'db.t3.medium', true],
    ['aurora-postgresql', 'db.serverless', true],
    ['aurora-mysql', 'db.t3.medium', false],
    ['aurora-mysql', 'db.t4g.small', false],
    ['aurora-mysql', 'db.t4g.medium', true],
    ['mysql', 'db.t3.small', false],
    ['mysql', 'db.t3.medium', true],
    ['mariadb', 'db.t4g.micro', false],
    ['postgres', 'db.t3.micro', true],
  ] as const)('%s on %s: %s', (engine, name, supported) => {
    expect(supportsPerformanceInsights(engine, name)).toBe(supported);
  });

  it('is offered on every class that is offered for Aurora PostgreSQL', () => {
    for (const region of regionCodes) {
      const classes = offeredClasses('aurora-postgresql', region);
      expect(classes.length).toBeGreaterThan(0);
      expect(classes.filter((name) => !supportsPerformanceInsights('aurora-postgresql', name))).toEqual([]);
    }
  });
});
