import { describe, expect, it } from 'vitest';

import { regionsFor } from '../../src/answers/checks.js';
import type { CreateResult } from '../../src/commands/create.js';
import { doneText } from '../../src/commands/report.js';
import { regionCodes } from '../../src/aws/regions.js';
import { textOf } from '../../src/render/project-files.js';
import { renderProject } from '../../src/render/render.js';
import { resolveFile, soundAnswers } from '../support/answers.js';

const stack = 'serverless-api';
const jwt = { apiAuth: 'jwt', jwtIssuer: 'https://login.example.com/', jwtAudience: 'my-api' };
const sound = (answers: object = {}) => soundAnswers({ stack, ...answers });
const faultsOf = (answers: object) =>
  resolveFile({ stack, ...answers }).faults.map(({ option, why }) => `${option} ${why}`);
const file = (path: string, answers: object = {}) => textOf(renderProject(sound(answers)), path);

describe('the defaults of the stack with functions', () => {
  it('ask who calls, need no NAT gateway and expect the role of the account', () => {
    expect(sound()).toMatchObject({ apiAuth: 'iam', nat: 'none', apiGatewayAccount: 'existing', compliance: 'none' });
    expect(sound()).not.toHaveProperty('reservedConcurrency');
  });

  it('leave no question open whose answer could be one thing only', () => {
    expect(sound()).toMatchObject({ https: true, vpc: 'create', dbInstanceClass: 'db.serverless' });
    expect(faultsOf({ https: false, vpc: 'existing' })).toEqual([
      expect.stringContaining('API Gateway answers by HTTPS alone'),
      expect.stringContaining('in a VPC of their own'),
    ]);
    expect(faultsOf({ https: true })).toEqual([]);
  });
});

describe('the region', () => {
  it('is one that has the Data API, for this stack and no other', () => {
    expect(faultsOf({ region: 'ca-west-1' })).toEqual([expect.stringContaining("lacks Aurora's Data API")]);
    expect(resolveFile({ stack: 'ecs-fargate', region: 'ca-west-1' }).faults).toEqual([]);
    expect(regionsFor({ stack })).toHaveLength(regionCodes.length - 8);
    expect(regionsFor({ stack: 'ecs-fargate' })).toEqual(regionCodes);
  });

  it('is refused by the project too, where terraform.tfvars names another', () => {
    expect(file('variables.tf')).toContain('!contains(["ap-east-2", ');
  });
});

describe('the issuer of tokens', () => {
  it.each(['https://login.example.com', 'https://login.example.com/', 'https://a.example.com:8443/realms/x-1/~y'])(
    'may be %s, and is written to the character',
    (jwtIssuer) => {
      expect(faultsOf({ ...jwt, jwtIssuer })).toEqual([]);
      expect(file('terraform.tfvars', { ...jwt, jwtIssuer })).toMatch(
        new RegExp(`^jwt_issuer +=  *"${jwtIssuer.replace(/[.]/g, '\\.')}"$`, 'm'),
      );
    },
  );

  it.each([
    ['login.example.com', 'is no URL'],
    ['http://login.example.com', 'forge its keys'],
    ['https://login.example.com/?a=b', 'more than a host and a path'],
    ['https://login.example.com/#', 'more than a host and a path'],
    ['https://user:pass@login.example.com/', 'more than a host and a path'],
    ['https://login.example.com/ä', 'holds characters'],
    [`https://login.example.com/${'a'.repeat(256)}`, 'more than 256'],
  ])('may not be %s', (jwtIssuer, why) => {
    expect(faultsOf({ ...jwt, jwtIssuer })).toEqual([expect.stringContaining(why)]);
  });

  it('is needed with tokens, and means nothing without', () => {
    expect(resolveFile({ stack, apiAuth: 'jwt' }).missing.map(({ key }) => key)).toEqual(['jwtIssuer', 'jwtAudience']);
    expect(faultsOf({ jwtIssuer: jwt.jwtIssuer })).toEqual([expect.stringContaining('with --api-auth jwt')]);
  });
});

describe('the audience of tokens', () => {
  it.each(['', 'a b', 'a"b', 'x'.repeat(257)])('may not be %j', (jwtAudience) => {
    expect(faultsOf({ ...jwt, jwtAudience })).toEqual([expect.stringContaining('is no audience')]);
  });
});

describe('reserved concurrency', () => {
  it.each([0, 901])('may not be %j', (reservedConcurrency) => {
    expect(faultsOf({ reservedConcurrency })).toEqual([expect.stringContaining('is not from 1 to 900')]);
  });

  it('is set aside only where it is asked for', () => {
    expect(file('terraform.tfvars')).not.toContain('reserved_concurrency');
    expect(file('terraform.tfvars', { reservedConcurrency: 20 })).toMatch(/^reserved_concurrency = 20$/m);
  });
});

describe('what a project of functions holds', () => {
  const names = (answers: object = {}) => [...renderProject(sound(answers)).keys()];

  it('has a package for each function, and the authorizer only where there are tokens', () => {
    expect(names().filter((name) => name.endsWith('.zip'))).toEqual(['functions/app.zip']);
    expect(names(jwt).filter((name) => name.endsWith('.zip'))).toEqual([
      'functions/app.zip',
      'functions/authorizer.zip',
    ]);
  });

  it('makes the role of the account in a project of its own, or in this one where that was asked for', () => {
    const owned = { apiGatewayAccount: 'create' };
    expect(names()).toContain('account/main.tf');
    expect(file('api.tf')).not.toContain('aws_api_gateway_account');
    expect(names(owned)).not.toContain('account/main.tf');
    expect(file('api.tf', owned)).toContain('aws_api_gateway_account');
    expect(file('README.md', owned)).toContain('Destroying it takes the logs of others along');
  });

  it('says plainly that it is open where nobody is asked who calls', () => {
    expect(file('README.md', { apiAuth: 'none' })).toContain('**Open to the world:**');
    expect(file('README.md')).not.toContain('Open to the world');
    const said = (answers: object) =>
      doneText(
        { directory: '/a', answers: sound(answers), changes: [] } as unknown as CreateResult,
        '/',
        (_, text) => text,
      );
    expect(said({ apiAuth: 'none' })).toContain('\nThe API is open to the world: ');
    expect(said({})).not.toContain('open to the world');
  });

  it('has public subnets only for NAT gateways', () => {
    expect(file('vpc.tf')).not.toMatch(/aws_subnet" "public|internet_gateway/);
    expect(file('vpc.tf', { nat: 'single' })).toContain('resource "aws_subnet" "public"');
  });

  it('tags what holds data where that is asked for', () => {
    for (const path of ['dynamodb.tf', 'aurora.tf']) {
      expect(file(path)).not.toContain('store_tags');
      expect(file(path, { compliance: 'pci' })).toContain('tags = local.store_tags');
    }
    expect(file('aurora.tf', { compliance: 'pci' }).match(/tags = local\.store_tags/g)).toHaveLength(3);
  });
});
