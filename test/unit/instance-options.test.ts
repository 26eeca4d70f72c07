import { describe, expect, it } from 'vitest';

import type { Draft } from '../../src/answers/answers.js';
import { suitableDatabaseClasses } from '../../src/answers/checks.js';
import { ask, type Prompter } from '../../src/answers/prompts.js';
import { defaultTextFor, optionOf } from '../../src/answers/options.js';
import { renderProject } from '../../src/render/render.js';
import { readFlags } from '../../src/answers/flags.js';
import { offeredClasses, supportsPerformanceInsights } from '../../src/aws/database-classes.js';
import {
  architectureOf,
  instanceTypes,
  offeredInstanceTypes,
  zonesWithInstanceType,
} from '../../src/aws/instance-types.js';
import { monthlyPrice } from '../../src/aws/prices.js';
import { regionCodes, regions } from '../../src/aws/regions.js';
import { textOf } from '../../src/render/project-files.js';
import { findStack } from '../../src/stacks/index.js';
import { suitableInstanceTypes } from '../../src/stacks/lib/instances.js';
import { certificateArn, existingVpc, resolveFile, soundAnswers, surroundings } from '../support/answers.js';

const stack = 'ec2-asg';
const profiles = ['ephemeral', 'production'] as const;
const sound = (answers: object = {}) => soundAnswers({ stack, ...answers });
const faultsOf = (answers: object) => resolveFile({ stack, ...answers }).faults;
const production = { profile: 'production', https: false };

describe('the defaults of a stack with instances', () => {
  it('are ARM and small, and larger in production', () => {
    expect(sound()).toMatchObject({ instanceType: 't4g.small', instances: '2-4', cloudtrail: true });
    expect(sound(production)).toMatchObject({ instanceType: 'm7g.large', instances: '2-4' });
    expect(sound({ region: 'me-central-1' }).instanceType).toBe('m6g.medium');
    for (const region of ['ca-west-1', 'eu-south-1'])
      expect(sound({ ...production, region }).instanceType).toBe('m6g.large');
  });

  it('run in every region, on instances and databases that it has, in each zone that is used', () => {
    for (const region of regionCodes) {
      for (const profile of profiles) {
        const { instanceType, availabilityZones, dbInstanceClass } = sound({ region, profile, https: false });
        const zones = zonesWithInstanceType(region, instanceType!);
        // Where the facts have nothing, databases run on the same type.
        if (zones === undefined) expect(offeredClasses('mysql', region), region).toContain(`db.${instanceType}`);
        else expect(zones, `${instanceType} in ${region}`).toBeGreaterThanOrEqual(availabilityZones!);
        expect(architectureOf(instanceType!)).toBe('arm64');
        expect(offeredClasses('mysql', region), region).toContain(dbInstanceClass);
        expect(supportsPerformanceInsights('mysql', dbInstanceClass!), dbInstanceClass).toBe(true);
      }
    }
  });

  it('have a price', () => {
    for (const profile of profiles) {
      const { instanceType, dbInstanceClass } = sound({ profile, https: false });
      expect(monthlyPrice(`ec2:${instanceType}`)).toBeGreaterThan(10);
      expect(monthlyPrice(`mysql:${dbInstanceClass}`)).toBeGreaterThan(40);
    }
  });
});

describe('a type of the instances', () => {
  it('may be any that the region has in each zone, and that has the memory for what is installed', () => {
    for (const region of regionCodes) {
      const draft = { region, availabilityZones: Math.min(3, regions[region]!.zones) as 2 | 3 };
      const suitable = suitableInstanceTypes(draft);
      expect(suitable.length, region).toBeGreaterThan(80);
      expect(suitable.filter((type) => !(offeredInstanceTypes(region) ?? instanceTypes).includes(type))).toEqual([]);
      expect(suitable.filter((type) => type.endsWith('.nano'))).toEqual([]);
      for (const instanceType of [suitable[0], suitable.at(-1)])
        expect(faultsOf({ region, instanceType }), `${instanceType} in ${region}`).toEqual([]);
    }
  });

  it.each<[string, object, string, string]>([
    ['a size that is none', { instanceType: 't4g.smal' }, 'is not among the types', 'Use one of: t4g.micro, t4g.small'],
    [
      'a family that is none',
      { instanceType: 't5g.small' },
      'is not among the types',
      'Use t4g.small, or another type of: ',
    ],
    ['a family with GPUs', { instanceType: 'p5.48xlarge' }, 'suit a web server', 'another type of: c5, c5a'],
    ['a whole machine', { instanceType: 'm7g.metal' }, 'from micro to 8xlarge', 'm7g.8xlarge'],
    ['a class of RDS', { instanceType: 'db.t4g.small' }, 'is not among the types', 't4g.small'],
    ['nothing that looks like a type', { instanceType: 'constructor' }, 'is not among the types', 't4g.small'],
    ['too little memory', { instanceType: 't4g.nano' }, 'too little memory', 'Use one of: t4g.micro'],
    [
      'a family that the region lacks',
      { region: 'eu-south-1', instanceType: 'm7g.large' },
      'is not offered in eu-south-1',
      'Use m6g.large',
    ],
    [
      'an x86 family that the region lacks',
      { region: 'af-south-1', instanceType: 't3a.small' },
      'is not offered in af-south-1',
      'Use t3.small',
    ],
    [
      'a burstable one where there is none',
      { region: 'me-central-1', instanceType: 't3.small' },
      'is not offered in me-central-1',
      'Use m6g.medium',
    ],
    [
      'fewer zones than the network has',
      { region: 'ap-northeast-1', instanceType: 't3a.small' },
      'offered in 2 zones of ap-northeast-1, and the instances are spread over 3',
      't4g; or --availability-zones 2.',
    ],
  ])('may not be %s', (_title, answers, why, remedy) => {
    const faults = faultsOf(answers);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ option: 'instanceType in answers.json' });
    expect(faults[0]!.why).toContain(why);
    expect(faults[0]!.remedy).toContain(remedy);
  });

  it('may be in fewer zones where the network keeps to them', () => {
    const answers = { region: 'ap-northeast-1', instanceType: 't3a.small' };
    expect(faultsOf({ ...answers, availabilityZones: 2 })).toEqual([]);
    // Which zones the subnets are in is not known.
    expect(faultsOf({ ...answers, ...existingVpc })).toEqual([]);
    expect(faultsOf({ ...answers, region: 'af-south-1', ...existingVpc })).toHaveLength(1);
  });

  it('says nothing of a region that does not exist, and takes what exists where nobody knows', () => {
    expect(faultsOf({ region: 'us-esat-1', instanceType: 'm7g.large' })).toMatchObject([
      { option: 'region in answers.json' },
    ]);
    expect(faultsOf({ region: 'mx-central-1', instanceType: 't3a.small' })).toEqual([]);
    expect(faultsOf({ region: 'mx-central-1', instanceType: 't3a.smal' })).toHaveLength(1);
  });

  it('is asked for, the usual ones first, and says what it runs', async () => {
    const shown: { message: string; default?: string; choices: { value: string; name: string }[] }[] = [];
    const prompter: Prompter = {
      input: (question) => Promise.resolve(question.default ?? ''),
      confirm: (question) => Promise.resolve(question.default),
      select: (question) => Promise.resolve(question.default ?? question.choices[0]!.value),
      search: (question) => {
        shown.push(question);
        return Promise.resolve(question.default ?? question.choices[0]!.value);
      },
    };
    const { given } = readFlags(['--stack', stack, '--region', 'eu-south-1', '--profile', 'production']).reading;
    await ask(given, surroundings, prompter);
    const question = shown.find(({ message }) => message === 'Type of the EC2 instances')!;
    expect(question.default).toBe('m6g.large');
    const values = question.choices.map(({ value }) => value);
    expect(values.slice(0, 3)).toEqual(['t4g.small', 'm6g.medium', 'm6g.large']);
    expect(new Set(values).size).toBe(values.length);
    expect([...values].sort()).toEqual(suitableInstanceTypes({ region: 'eu-south-1' }).sort());
    expect(question.choices[0]!.name).toMatch(/^t4g\.small +arm64$/);
    expect(question.choices.find(({ value }) => value === 't3.small')!.name).toMatch(/^t3\.small +x86_64$/);
  });

  it('keeps a new network out of zones that lack it', () => {
    const excluded = (answers: object) =>
      (findStack(stack).view!(sound(answers)) as { zonesToExclude?: object }).zonesToExclude;
    expect(excluded({})).toMatchObject({
      ids: ['use1-az3'],
      why: expect.stringContaining('has no t4g.small') as string,
    });
    expect(excluded({ region: 'ap-northeast-2', availabilityZones: 2, instanceType: 't3a.small' })).toMatchObject({
      ids: expect.arrayContaining(['apne2-az2', 'apne2-az4', 'use1-az3']) as string[],
      why: expect.stringContaining('Some zones have no t3a.small') as string,
    });
    // terraform.tfvars may name another region later.
    expect(excluded({ region: 'eu-west-1' })).toEqual(excluded({}));
  });
});

describe('a range of instances', () => {
  it.each([
    ['2-6', '2-6'],
    ['3', '3-3'],
    [' 2 - 6 ', '2-6'],
    ['02-006', '2-6'],
    ['1-1', '1-1'],
    ['500', '500-500'],
  ])('%j is %s', (given, instances) => {
    expect(sound({ instances: given })).toMatchObject({ instances });
  });

  it('is two numbers to the templates', () => {
    expect(findStack(stack).view!(sound({ instances: '3-12' }))).toMatchObject({ instanceRange: { min: 3, max: 12 } });
  });

  it.each<[string, object, string, string]>([
    ['no number', { instances: 'two' }, 'no range of whole numbers', '2-4'],
    ['half an instance', { instances: '1.5-4' }, 'no range of whole numbers', '2-4'],
    ['three numbers', { instances: '1-2-3' }, 'no range of whole numbers', '2-4'],
    ['less than nothing', { instances: '-1-4' }, 'no range of whole numbers', '2-4'],
    ['an end alone', { instances: '-4' }, 'no range of whole numbers', '2-4'],
    ['more digits than a number has', { instances: '1-99999999999999999999' }, 'no range', '2-4'],
    ['the ends the other way round', { instances: '4-2' }, 'ends below where it begins', 'Use 2-4.'],
    ['none', { instances: '0-4' }, 'no instance to answer', 'such as 2-4'],
    ['nothing at all', { instances: '0' }, 'no instance to answer', 'such as 2-2'],
    ['more than a load balancer takes', { instances: '2-501' }, 'ends above 500', '500 or less'],
    ['one, in production', { ...production, instances: '1-4' }, 'production with one instance', 'Use 2-4'],
    ['one and no more, in production', { ...production, instances: '1' }, 'production', 'Use 2-2'],
  ])('is not %s', (_title, answers, why, remedy) => {
    const faults = faultsOf(answers);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ option: 'instances in answers.json' });
    expect(faults[0]!.why).toContain(why);
    expect(faults[0]!.remedy).toContain(remedy);
  });
});

describe('what costs less', () => {
  const cheaper = (key: 'instances' | 'instanceType', answers: object) =>
    optionOf(key).cheaper!(sound(answers) as Draft).map(({ value }) => value);

  it.each<[object, string[]]>([
    [{}, ['t4g.small']],
    [{ instanceType: 'm7g.large' }, ['t4g.small']],
    [{ instanceType: 'm7i.large' }, ['t3.small']],
    [{ region: 'me-central-1', instanceType: 'm7g.large' }, ['m6g.medium']],
    [{ region: 'me-central-1', instanceType: 'm7i.large' }, []],
    [production, []],
  ])('than the type with %j is %j', (answers, values) => {
    expect(cheaper('instanceType', answers)).toEqual(values);
  });

  it.each<[object, string[]]>([
    [{}, ['1-4']],
    [{ instances: '5-9' }, ['2-9']],
    [{ instances: '1-4' }, []],
    [production, []],
    [{ ...production, instances: '3-6' }, ['2-6']],
  ])('than the range with %j is %j', (answers, values) => {
    expect(cheaper('instances', answers)).toEqual(values);
  });

  it('is an answer that would be taken', () => {
    for (const region of regionCodes) {
      for (const profile of profiles) {
        const answers = { region, profile, https: false, instanceType: 'm6g.xlarge', instances: '4-8' };
        for (const key of ['instances', 'instanceType'] as const)
          for (const value of cheaper(key, answers)) expect(faultsOf({ ...answers, [key]: value }), region).toEqual([]);
      }
    }
  });
});

describe('a class of a MySQL database', () => {
  it('is offered in every region, with Performance Insights and without', () => {
    for (const region of regionCodes) {
      for (const performanceInsights of [true, false]) {
        const classes = suitableDatabaseClasses({ stack, region, performanceInsights });
        expect(classes.length, region).toBeGreaterThan(5);
        for (const dbInstanceClass of [classes[0], classes.at(-1)])
          expect(faultsOf({ region, performanceInsights, dbInstanceClass }), region).toEqual([]);
        const small = classes.filter((name) => /\.t\w+\.(?:micro|small)$/.test(name));
        if (performanceInsights) expect(small, region).toEqual([]);
        else expect(small, region).toContain('db.t3.micro');
      }
    }
  });

  it.each<[object, string, string]>([
    [{ dbInstanceClass: 'db.t4g.small' }, 'cannot run Performance Insights under mysql', 'db.t4g.medium'],
    [{ dbInstanceClass: 'db.t3.micro' }, 'cannot run Performance Insights under mysql', '--no-performance-insights'],
    [{ dbInstanceClass: 'db.serverless' }, 'is not offered for mysql', 'db.t4g.medium, or another'],
    [
      { region: 'ca-west-1', dbInstanceClass: 'db.t4g.medium' },
      'is not offered for mysql in ca-west-1',
      'db.t3.medium',
    ],
  ])('%j is refused', (answers, why, remedy) => {
    const faults = faultsOf(answers);
    expect(faults).toHaveLength(1);
    expect(faults[0]!.why).toContain(why);
    expect(faults[0]!.remedy).toContain(remedy);
  });

  it('that is the smallest is taken without Performance Insights', () => {
    expect(faultsOf({ dbInstanceClass: 'db.t4g.micro', performanceInsights: false })).toEqual([]);
    expect(sound({ region: 'ca-west-1' }).dbInstanceClass).toBe('db.t3.medium');
    for (const region of ['af-south-1', 'ap-east-1', 'ca-west-1', 'eu-south-1'])
      expect(sound({ ...production, region }).dbInstanceClass).toBe('db.m6g.large');
    expect(sound({ profile: 'production', https: true, certificateArn }).dbInstanceClass).toBe('db.m7g.large');
  });
});

it('a trail can be left out', () => {
  expect(sound({ cloudtrail: false }).cloudtrail).toBe(false);
  const layers = (cloudtrail: boolean) => findStack(stack).layers(sound({ cloudtrail }));
  expect(layers(true).filter((layer) => !layers(false).includes(layer))).toEqual(['cloudtrail']);
  expect(readFlags(['--no-cloudtrail']).reading.given.cloudtrail?.value).toBe(false);
});

it('lets the project take every type that the command does', () => {
  const variables = textOf(renderProject(sound()), 'variables.tf');
  const [, pattern] = /can\(regex\("(\^\(t3a[^"]*)"/.exec(variables)!;
  const taken = new RegExp(pattern!.replaceAll('\\\\', '\\'));
  const offered = instanceTypes.filter((type) => !type.endsWith('.nano'));
  expect(offered.filter((type) => !taken.test(type))).toEqual([]);
  expect(['t2.micro', 't4g.nano', 'm7g.metal', 'p5.48xlarge'].filter((type) => taken.test(type))).toEqual([]);
});

it('is told of the classes that its own database has', () => {
  expect(defaultTextFor(optionOf('dbInstanceClass'), findStack(stack))).toContain('db.m7g.large in production');
});
