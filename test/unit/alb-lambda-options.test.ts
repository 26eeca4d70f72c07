import { describe, expect, it } from 'vitest';

import { readFlags } from '../../src/answers/flags.js';
import { suitableDatabaseClasses } from '../../src/answers/checks.js';
import { databaseClassOffered, supportsPerformanceInsights } from '../../src/aws/database-classes.js';
import { regionCodes } from '../../src/aws/regions.js';
import { costOf } from '../../src/render/cost.js';
import { textOf } from '../../src/render/project-files.js';
import { renderProject } from '../../src/render/render.js';
import { findStack, layersOf } from '../../src/stacks/index.js';
import { certificateArn, existingVpc, resolveFile, soundAnswers } from '../support/answers.js';

const stack = 'alb-lambda';
const engines = ['mysql', 'postgresql'] as const;
const sound = (answers: object = {}) => soundAnswers({ stack, ...answers });
const faultsOf = (answers: object) =>
  resolveFile({ stack, ...answers }).faults.map(({ option, why, remedy }) => `${option} ${why}. ${remedy}`);
const file = (path: string, answers: object = {}) => textOf(renderProject(sound(answers)), path);
const production = { profile: 'production', https: true, certificateArn };

describe('the defaults of the stack with a function behind a load balancer', () => {
  it('are of Oregon, need no NAT gateway, and have MySQL and a trail', () => {
    expect(sound()).toMatchObject({
      region: 'us-west-2',
      vpcCidr: '172.16.0.0/16',
      nat: 'none',
      privateEndpoints: true,
      https: false,
      databaseEngine: 'mysql',
      dbInstanceClass: 'db.t4g.medium',
      performanceInsights: true,
      cloudtrail: true,
    });
    expect(sound()).not.toHaveProperty('reservedConcurrency');
    expect(file('terraform.tfvars')).toMatch(/^aws_region += "us-west-2"$/m);
  });

  it('keep production free of NAT gateways too, and give it a larger database', () => {
    expect(sound({ ...production, region: 'us-east-1' })).toMatchObject({
      nat: 'none',
      dbInstanceClass: 'db.m7g.large',
    });
  });

  it('are those of no other stack', () => {
    expect(soundAnswers()).toMatchObject({ region: 'us-east-1', vpcCidr: '10.0.0.0/16' });
    expect(soundAnswers()).not.toHaveProperty('databaseEngine');
  });

  it('have a database class that the region offers and Performance Insights runs on, for either engine', () => {
    for (const databaseEngine of engines) {
      const engine = databaseEngine === 'mysql' ? 'mysql' : 'postgres';
      for (const region of regionCodes) {
        for (const profile of ['ephemeral', 'production']) {
          const { dbInstanceClass } = sound({ region, profile, https: false, databaseEngine });
          expect(databaseClassOffered(engine, region, dbInstanceClass!), `${engine} in ${region}`).toBe(true);
          expect(supportsPerformanceInsights(engine, dbInstanceClass!), dbInstanceClass).toBe(true);
        }
      }
    }
  });

  it('have a price, for either engine', () => {
    for (const databaseEngine of engines) {
      for (const answers of [{}, { ...production, region: 'us-east-1' }])
        expect(costOf(sound({ ...answers, databaseEngine })).notPriced, databaseEngine).toEqual([]);
    }
  });
});

describe('the engine of the database', () => {
  it('is a flag that this stack alone takes', () => {
    expect(readFlags(['--database-engine', 'postgresql']).reading.given.databaseEngine?.value).toBe('postgresql');
    for (const other of ['ecs-fargate', 'ec2-asg', 'serverless-api']) {
      expect(resolveFile({ stack: other, databaseEngine: 'mysql' }).faults).toEqual([
        expect.objectContaining({ remedy: expect.stringContaining('use --stack alb-lambda') }),
      ]);
    }
  });

  it('is MySQL or PostgreSQL, as AWS writes them', () => {
    expect(faultsOf({ databaseEngine: 'oracle' })).toEqual([expect.stringContaining('Use mysql or postgresql.')]);
    expect(faultsOf({ databaseEngine: 'postgres' })).toEqual([expect.stringContaining('Use mysql or postgresql.')]);
  });

  it('is what RDS is told, with its own port and version', () => {
    const rds = (databaseEngine: string) => file('rds.tf', { databaseEngine });
    expect(rds('mysql')).toMatch(/^ {2}engine += "mysql"$/m);
    expect(rds('postgresql')).toMatch(/^ {2}engine += "postgres"$/m);
    const version = (databaseEngine: string) =>
      /^variable "db_engine_version" \{[^}]*?default += "(.*)"$/m.exec(file('variables.tf', { databaseEngine }))?.[1];
    expect([version('mysql'), version('postgresql')]).toEqual(['8.4', '17']);
    const ports = (databaseEngine: string) =>
      [...file('security_groups.tf', { databaseEngine }).matchAll(/^ *from_port += (3306|5432)$/gm)].map(
        ([, at]) => at,
      );
    expect(new Set(ports('mysql'))).toEqual(new Set(['3306']));
    expect(new Set(ports('postgresql'))).toEqual(new Set(['5432']));
  });
});

describe('a class of the database', () => {
  it.each(['db.t4g.micro', 'db.t4g.small', 'db.t3.micro'])(
    'like %s has Performance Insights under PostgreSQL, and not under MySQL',
    (dbInstanceClass) => {
      expect(faultsOf({ dbInstanceClass })).toEqual([
        expect.stringMatching(/cannot run Performance Insights under mysql\..*--no-performance-insights/),
      ]);
      expect(faultsOf({ dbInstanceClass, performanceInsights: false })).toEqual([]);
      expect(faultsOf({ dbInstanceClass, databaseEngine: 'postgresql' })).toEqual([]);
    },
  );

  it('is one that the engine has in the region', () => {
    for (const region of regionCodes) {
      for (const databaseEngine of engines) {
        const classes = suitableDatabaseClasses({ stack, region, databaseEngine, performanceInsights: true });
        expect(classes.length, region).toBeGreaterThan(5);
        for (const dbInstanceClass of [classes[0], classes.at(-1)])
          expect(faultsOf({ region, databaseEngine, dbInstanceClass }), region).toEqual([]);
      }
    }
    expect(faultsOf({ dbInstanceClass: 'db.serverless', databaseEngine: 'postgresql' })).toEqual([
      expect.stringContaining('is not offered for postgres'),
    ]);
    expect(faultsOf({ region: 'ca-west-1', dbInstanceClass: 'db.t4g.medium' })).toEqual([
      expect.stringContaining('is not offered for mysql in ca-west-1'),
    ]);
  });
});

describe('a name', () => {
  // With its suffix; what follows is -lambda, of the target group, which may have 32 characters.
  it.each(engines)('may have 25 characters, with %s', (databaseEngine) => {
    expect(faultsOf({ databaseEngine, name: 'a'.repeat(20), suffix: 'dev1' })).toEqual([]);
    expect(faultsOf({ databaseEngine, name: 'a'.repeat(21), suffix: 'dev1' })).toEqual([
      expect.stringContaining('1 too long: the target group is called <name>-<suffix>-lambda'),
    ]);
  });
});

describe('a trail', () => {
  it('can be left out, and the title says so', () => {
    const layers = (cloudtrail: boolean) => layersOf(sound({ cloudtrail }));
    expect(layers(true).filter((layer) => !layers(false).includes(layer))).toEqual(['cloudtrail']);
    expect(readFlags(['--no-cloudtrail']).reading.given.cloudtrail?.value).toBe(false);
    expect(file('README.md')).toContain('audited by CloudTrail');
    expect(file('README.md', { cloudtrail: false })).not.toContain('audited by CloudTrail');
    expect(renderProject(sound({ cloudtrail: false })).has('cloudtrail.tf')).toBe(false);
  });
});

describe('the network', () => {
  it('may be one that exists, with the subnets of each kind', () => {
    expect(faultsOf(existingVpc)).toEqual([]);
    expect(resolveFile({ stack, vpc: 'existing' }).missing.map(({ key }) => key)).toEqual([
      'vpcId',
      'publicSubnetIds',
      'privateSubnetIds',
      'databaseSubnetIds',
    ]);
    const answers = sound(existingVpc);
    for (const key of ['vpcCidr', 'nat', 'privateEndpoints', 'availabilityZones'])
      expect(answers).not.toHaveProperty(key);
    expect(layersOf(answers)).toContain('network-existing');
    expect(layersOf(answers)).not.toContain('network');
  });

  it('leaves the function a way to Secrets Manager', () => {
    expect(faultsOf({ privateEndpoints: false })).toEqual([expect.stringContaining('leaves no way to the AWS APIs')]);
    expect(faultsOf({ privateEndpoints: false, nat: 'single' })).toEqual([]);
  });
});

it.each([
  ['databaseLogin', 'iam'],
  ['compliance', 'pci'],
  ['apiAuth', 'iam'],
  ['apiGatewayAccount', 'create'],
  ['instanceType', 't4g.small'],
  ['instances', '2-4'],
  ['containerPort', 8080],
])('%s is refused', (key, value) => {
  expect(faultsOf({ [key]: value })).toEqual([
    expect.stringContaining(`${key} in answers.json is no answer for the stack alb-lambda, which does not take it`),
  ]);
});

describe('reserved concurrency', () => {
  it.each([0, 901])('may not be %j', (reservedConcurrency) => {
    expect(faultsOf({ reservedConcurrency })).toEqual([expect.stringContaining('is not from 1 to 900')]);
  });

  it('is set aside only where it is asked for', () => {
    expect(file('terraform.tfvars')).not.toContain('reserved_concurrency');
    expect(file('terraform.tfvars', { reservedConcurrency: 50 })).toMatch(/^reserved_concurrency = 50$/m);
    expect(file('functions.tf')).toMatch(/^ {2}reserved_concurrent_executions = var\.reserved_concurrency$/m);
  });
});

describe('the summary', () => {
  const summary = (answers: object = {}) => findStack(stack).summary(sound(answers));

  it('says how clients come in, where it all is, what keeps the data and who watches', () => {
    expect(summary()).toEqual([
      ['Entry', 'http://<load balancer> (not encrypted between clients and the load balancer)'],
      ['Network', 'new VPC 172.16.0.0/16, 3 zones, no NAT gateway'],
      ['Database', 'RDS MySQL, db.t4g.medium, Database Insights'],
      ['Audit', 'a trail of its own, with alarms'],
    ]);
  });

  it('names the other engine, and whose trail it is', () => {
    const others = {
      ...existingVpc,
      https: true,
      route53: true,
      zoneName: 'example.com',
      domain: 'site.example.com',
      databaseEngine: 'postgresql',
      dbInstanceClass: 'db.t4g.micro',
      performanceInsights: false,
      cloudtrail: false,
    };
    expect(summary(others)).toEqual([
      ['Entry', 'https://site.example.com'],
      ['Network', 'existing vpc-0123456789abcdef0'],
      ['Database', 'RDS PostgreSQL, db.t4g.micro'],
      ['Audit', "none of its own: the organization's trail"],
    ]);
  });
});

describe('the layers', () => {
  it.each<[object, string[], string[]]>([
    [{ databaseEngine: 'postgresql' }, ['site-postgresql'], ['site-mysql']],
    [existingVpc, ['network-existing'], ['network']],
    [{ route53: true, zoneName: 'example.com', domain: 'a.example.com' }, ['dns'], []],
    [{ cloudtrail: false }, [], ['cloudtrail']],
    [{ stateBucket: 'example-terraform-state' }, [], ['bootstrap']],
    [{ ci: 'github' }, ['ci-github'], []],
  ])('with %j are others', (answers, more, fewer) => {
    const [plain, other] = [layersOf(sound()), layersOf(sound(answers))];
    expect(other.filter((layer) => !plain.includes(layer))).toEqual(more);
    expect(plain.filter((layer) => !other.includes(layer))).toEqual(fewer);
  });

  it('hold one function, in Python, with its package', () => {
    const names = [...renderProject(sound()).keys()];
    expect(names.filter((name) => name.endsWith('.zip'))).toEqual(['functions/app.zip']);
    expect(names).toContain('functions/app/index.py');
    expect(names.filter((name) => name.endsWith('.mjs'))).toEqual([]);
  });
});
