import { spawnSync } from 'node:child_process';

import { describe, expect, it } from 'vitest';

import {
  databaseClassExists,
  databaseClassOffered,
  offeredClasses,
  supportsPerformanceInsights,
} from '../../src/aws/database-classes.js';
import {
  architectureOf,
  instanceTypeExists,
  instanceTypeOffered,
  instanceTypes,
  offeredInstanceTypes,
  zonesWithInstanceType,
  zonesWithoutInstanceType,
} from '../../src/aws/instance-types.js';
import { regionsWithoutDataApi } from '../../src/aws/data-api-regions.js';
import { isWrittenByAws } from '../../src/aws/iam-actions-elsewhere.js';
import { expandIamActions, iamAction } from '../../src/aws/iam-actions.js';
import { nearestIamAction, nearestIamService } from '../../src/rules/lib/iam-actions.js';
import { providerVersions, resourceSchema, schemaTypes, type ArgumentType } from '../../src/aws/provider-schema.js';
import { regionCodes, regions } from '../../src/aws/regions.js';
import { bounds } from '../support/bounds.mjs';

describe('IAM actions', () => {
  it('are what the installed reference says', () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/facts-iam.mjs', '--check'], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it.each<[string, boolean, boolean]>([
    ['s3:GetObject', true, true],
    ['s3:PutObjectAcl', true, true],
    ['s3:ListAllMyBuckets', true, false],
    ['s3:GetObjekt', false, false],
    ['s3:Get', false, false],
    ['s3:', false, false],
    ['S3:getobject', true, true],
    ['ecr:GetAuthorizationToken', true, false],
    ['ecr:BatchGetImage', true, true],
    ['ec2:DescribeInstances', true, false],
    ['ec2:TerminateInstances', true, true],
    ['kms:Decrypt', true, true],
    ['rds-db:connect', true, true],
    ['secretsmanager:GetSecretValue', true, true],
    ['secretsmanager:GetRandomPassword', true, false],
    ['logs:PutLogEvents', true, true],
    ['kms:CreateKey', true, false],
    ['xray:PutTraceSegments', true, false],
    ['iam:PassRole', true, true],
    ['ssmmessages:OpenDataChannel', true, false],
    ['ec2:Describe*', true, true],
    ['ecr:*AuthorizationToken', true, false],
    ['ecr:Nothing*', false, false],
    ['*', true, true],
  ])('%s: exists %s, scopable %s', (action, exists, scopable) => {
    expect(iamAction(action)).toEqual({ exists, scopable });
  });

  it.each(['secretmanager:GetSecretValue', 'constructor:toString', 's*:GetObject', 'GetObject', ''])(
    'say nothing of %j, whose service is unknown',
    (action) => {
      expect(iamAction(action)).toBeUndefined();
      expect(expandIamActions(action)).toEqual([]);
    },
  );

  it('expand patterns as AWS spells the actions', () => {
    expect(expandIamActions('KMS:reencrypt*')).toEqual(['kms:ReEncryptFrom', 'kms:ReEncryptTo']);
    expect(expandIamActions('kms:?ncrypt')).toEqual(['kms:Encrypt']);
    expect(expandIamActions('kms:*Key*Plain*text').sort()).toEqual([
      'kms:GenerateDataKeyPairWithoutPlaintext',
      'kms:GenerateDataKeyWithoutPlaintext',
    ]);
    expect(expandIamActions('s3:GetObject')).toEqual(['s3:GetObject']);
    expect(expandIamActions('s3:GetObject.')).toEqual([]);
    expect(expandIamActions('ec2:Describe*').length).toBeGreaterThan(100);
    expect(expandIamActions('*').length).toBeGreaterThan(20_000);
    expect(expandIamActions('*:*')).toEqual(expandIamActions('*'));
  });

  it('expand a pattern of many stars at once', () => {
    const start = performance.now();
    expect(expandIamActions(`*:${'*e'.repeat(30)}*z`)).toEqual([]);
    expect(performance.now() - start).toBeLessThan(bounds.atOnce);
  });

  it.each([
    ['s3:GetObjekt', 's3:GetObject'],
    ['S3:ListBuckets', 's3:ListBucket'],
    ['s3:HeadObject', 's3:GetObject'],
    ['rds:CreateClusterDBSnapshot', 'rds:CreateDBClusterSnapshot'],
    ['s3:listobjectsv2', 's3:ListBucket'],
    ['rds:GetSecretValue', undefined],
    ['glue:ShareResources', undefined],
    ['logs:PutLogEventsBatch', undefined],
    ['s3:Get*', undefined],
    ['nowhere:NothingOfTheKind', undefined],
  ])('%s was probably meant to be %s', (action, meant) => {
    expect(nearestIamAction(action)).toBe(meant);
  });

  it.each([
    ['secretmanager:GetSecretValue', 'secretsmanager'],
    ['dynamodbb:*', 'dynamodb'],
    ['sesv2:Get*', 'ses'],
    ['efs:DescribeFileSystems', 'elasticfilesystem'],
    ['monitoring:*', 'cloudwatch'],
    ['Monitron2:*', 'monitron'],
    ['abcd:*', undefined],
    ['xyz:Get*', undefined],
    ['secretmanager:FoldOrigami', undefined],
  ])('the service of %s was probably meant to be %s', (action, meant) => {
    expect(nearestIamService(action)).toBe(meant);
  });

  it.each(['SNS:Receive', 'glue:ShareResource', 'logs:PutLogEventsBatch', 'tag:UntagResource'])(
    '%s is written by AWS and not in its reference',
    (action) => {
      expect(iamAction(action)?.exists).toBe(false);
      expect(isWrittenByAws(action)).toBe(true);
    },
  );
});

describe('the provider schema', () => {
  const resource = (type: string) => resourceSchema('resource', type)!;

  it('has every resource and data source of the version that projects start from', () => {
    expect(providerVersions).toEqual({ five: '5.100.0', six: '6.66.0' });
    const count = (versions: 'five' | 'six' | 'either') =>
      (['resource', 'data', 'ephemeral'] as const).map((kind) => schemaTypes(kind, versions).length);
    expect(count('five')).toEqual([1526, 608, 7]);
    expect(count('six')).toEqual([1725, 683, 10]);
    expect(count('either')).toEqual([1745, 684, 10]);
  });

  it('can be read for every type, to the bottom', () => {
    let blocks = 0;
    const lost: string[] = [];
    const walk = (schema: ReturnType<typeof resource>, depth: number) => {
      blocks++;
      if (depth > 20) lost.push('too deep');
      lost.push(...schema.names().filter((name) => !/^[a-z]\w*$/i.test(name)));
      for (const name of schema.names()) {
        const block = schema.block(name);
        if (!schema.attribute(name) && !block) lost.push(name);
        if (block) walk(block.schema, depth + 1);
      }
    };
    for (const versions of ['five', 'six', 'either'] as const) {
      for (const kind of ['resource', 'data', 'ephemeral'] as const) {
        for (const type of schemaTypes(kind, versions)) {
          const schema = resourceSchema(kind, type, versions)!;
          if (schema.open) lost.push(type);
          walk(schema, 0);
        }
      }
    }
    expect(lost).toEqual([]);
    expect(blocks).toBeGreaterThan(44_000);
  });

  it('knows arguments, and those that are none', () => {
    const settable = { required: false, computedOnly: false, deprecated: false, type: { kind: 'string' } };
    expect(resource('aws_lb').attribute('internal')).toEqual({ ...settable, type: { kind: 'bool' } });
    expect(resource('aws_lb').attribute('scheme')).toBeUndefined();
    expect(resource('aws_lb').block('scheme')).toBeUndefined();
    expect(resource('aws_lb').names()).not.toContain('scheme');
    expect(resource('aws_db_instance').attribute('password')).toEqual(settable);
    expect(resource('aws_db_instance').attribute('instance_class')).toEqual({ ...settable, required: true });
    expect(resource('aws_rds_cluster_instance').attribute('database_insights_mode')).toBeUndefined();
    expect(resource('aws_s3_bucket').attribute('arn')).toEqual({ ...settable, computedOnly: true });
    expect(resource('aws_s3_bucket').attribute('acl')).toEqual({ ...settable, deprecated: true });
    expect(resource('aws_s3_bucket').attribute('constructor')).toBeUndefined();
  });

  it('knows blocks, how many there must be and what is in them', () => {
    const listener = resource('aws_lb_listener');
    expect(listener.attribute('default_action')).toBeUndefined();
    expect(listener.block('default_action')).toMatchObject({ minItems: 1, deprecated: false });
    expect(listener.block('default_action')).not.toHaveProperty('maxItems');
    expect(listener.requiredBlocks()).toEqual(['default_action']);
    expect(listener.requiredAttributes()).toEqual(['load_balancer_arn']);
    const action = listener.block('default_action')!.schema;
    expect(action.requiredAttributes()).toEqual(['type']);
    const groups = action.block('forward')!.schema.block('target_group')!;
    expect(groups).toMatchObject({ minItems: 1, maxItems: 5 });
    expect(groups.schema.requiredAttributes()).toEqual(['arn']);
    expect(resource('aws_s3_bucket').block('versioning')).toMatchObject({ minItems: 0, maxItems: 1, deprecated: true });
    expect(resource('aws_ecs_service').block('network_configuration')!.schema.requiredAttributes()).toEqual([
      'subnets',
    ]);
  });

  it('knows the types of arguments', () => {
    const typeOf = (type: string, name: string) => resource(type).attribute(name)!.type;
    const text: ArgumentType = { kind: 'string' };
    expect(typeOf('aws_db_instance', 'allocated_storage')).toEqual({ kind: 'number' });
    expect(typeOf('aws_lb', 'subnets')).toEqual({ kind: 'set', of: text });
    expect(typeOf('aws_lb', 'tags')).toEqual({ kind: 'map', of: text });
    const ingress = typeOf('aws_security_group', 'ingress');
    expect(ingress).toMatchObject({ kind: 'set', of: { kind: 'object' } });
    const edges = resourceSchema('data', 'aws_networkmanager_core_network_policy_document')!;
    const via = edges.block('segment_actions')!.schema.block('via')!.schema.block('with_edge_override')!;
    expect(via.schema.attribute('edge_sets')!.type).toMatchObject({ kind: 'set', of: { kind: 'set', of: text } });
  });

  it('tells versions 5 and 6 apart, and has what either of them takes', () => {
    const has = (versions: 'five' | 'six' | 'either', type: string, name: string) =>
      resourceSchema('resource', type, versions)!.attribute(name);
    expect(has('five', 'aws_eip', 'vpc')).toMatchObject({ deprecated: true });
    expect(has('six', 'aws_eip', 'vpc')).toBeUndefined();
    expect(has('either', 'aws_eip', 'vpc')).toBeDefined();
    expect(has('five', 'aws_eip', 'region')).toBeUndefined();
    expect(has('six', 'aws_eip', 'region')).toMatchObject({ computedOnly: false });
    expect(has('either', 'aws_eip', 'region')).toBeDefined();
    // Regional NAT gateways have no subnet: https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/nat_gateway.html.markdown
    expect(has('five', 'aws_nat_gateway', 'subnet_id')).toMatchObject({ required: true });
    expect(has('six', 'aws_nat_gateway', 'subnet_id')).toMatchObject({ required: false });
    expect(has('either', 'aws_nat_gateway', 'subnet_id')).toMatchObject({ required: false });
    expect(resourceSchema('resource', 'aws_opsworks_stack', 'six')).toBeUndefined();
    expect(resourceSchema('resource', 'aws_opsworks_stack', 'either')).toBeDefined();
    expect(resourceSchema('resource', 'aws_bedrockagentcore_gateway', 'five')).toBeUndefined();
    expect(resourceSchema('resource', 'aws_bedrockagentcore_gateway', 'six')).toBeDefined();
    const statement = (versions: 'five' | 'six' | 'either') =>
      resourceSchema('resource', 'aws_wafv2_web_acl', versions)!.block('rule')!.schema.block('statement')!.schema;
    expect(statement('five').open).toBe(false);
    expect(statement('six').open).toBe(true);
    expect(statement('either').open).toBe(true);
  });

  it('takes a list of objects as an attribute and as blocks', () => {
    for (const name of ['ingress', 'egress']) {
      expect(resource('aws_security_group').attribute(name)).toMatchObject({ required: false, computedOnly: false });
      const block = resource('aws_security_group').block(name)!;
      expect(block).toMatchObject({ minItems: 0 });
      expect(block.schema.attribute('from_port')).toMatchObject({ required: false, computedOnly: false });
      expect(block.schema.attribute('source_security_group_id')).toBeUndefined();
    }
    expect(resource('aws_route_table').block('route')!.schema.names()).toContain('nat_gateway_id');
  });

  it('knows what is in a computed attribute, which is no block', () => {
    const cluster = resource('aws_rds_cluster');
    expect(cluster.block('master_user_secret')).toBeUndefined();
    expect(cluster.attribute('master_user_secret')).toMatchObject({ computedOnly: true });
    expect(cluster.attribute('master_user_secret')!.fields!.names()).toContain('secret_arn');
  });

  it('tells resources, data sources and ephemeral resources of one name apart', () => {
    expect(resourceSchema('data', 'aws_lb')!.attribute('internal')).toMatchObject({ computedOnly: true });
    expect(resourceSchema('data', 'aws_region')!.attribute('region')).toBeUndefined();
    expect(resourceSchema('resource', 'aws_region')).toBeUndefined();
    expect(resourceSchema('ephemeral', 'aws_secretsmanager_random_password')!.names()).toContain('random_password');
    expect(resourceSchema('data', 'aws_secretsmanager_random_password')!.deprecated).toBe(false);
    expect(resource('aws_s3_bucket_object').deprecated).toBe(true);
  });

  it.each(['aws_lbs', 'lb', 'random_id', 'aws_', 'aws_constructor', ''])('has no %j', (type) => {
    expect(resourceSchema('resource', type)).toBeUndefined();
  });

  it('nests as deep as WAF rules do, and says where it leaves off', () => {
    const rule = resource('aws_wafv2_web_acl').block('rule')!;
    const statement = rule.schema.block('statement')!.schema;
    const scopeDown = statement.block('rate_based_statement')!.schema.block('scope_down_statement')!;
    expect(scopeDown.schema.block('not_statement')!.schema.block('statement')!.minItems).toBe(1);
    expect(statement.block('managed_rule_group_statement')!.schema.requiredAttributes()).toEqual([
      'name',
      'vendor_name',
    ]);
    const definition = resource('aws_quicksight_dashboard').block('definition')!.schema;
    const cut = definition.block('sheets')!.schema.block('visuals')!.schema;
    expect(cut).toMatchObject({ open: true });
    expect(cut.names()).toEqual([]);
  });
});

describe('database classes', () => {
  it.each<[string, string, boolean | undefined]>([
    ['aurora-postgresql', 'db.t3.micro', false],
    ['aurora-postgresql', 'db.t3.small', false],
    ['aurora-postgresql', 'db.t4g.xlarge', false],
    ['aurora-postgresql', 'db.t2.medium', false],
    ['aurora-postgresql', 'db.m5.large', false],
    ['aurora-postgresql', 'db.m9x.metal', false],
    ['aurora-postgresql', 't4g.medium', false],
    ['aurora-postgresql', 'db.r6g.medium', false],
    ['aurora-postgresql', 'db.t4g.medium', true],
    ['aurora-postgresql', 'db.r7g.large', true],
    ['aurora-postgresql', 'db.serverless', true],
    ['aurora-postgresql', 'db.r5.large', undefined],
    ['aurora-postgresql', 'db.r7g.16xlarge', undefined],
    ['aurora-postgresql', 'db.x2g.large', undefined],
    ['aurora-mysql', 'db.t3.micro', false],
    ['aurora-mysql', 'db.m6g.large', false],
    ['aurora-mysql', 'db.t3.medium', true],
    ['aurora-mysql', 'db.t3.small', undefined],
    ['aurora-mysql', 'db.t2.small', undefined],
    ['mysql', 'db.t3.micro', true],
    ['mysql', 'db.m6g.large', true],
    ['mysql', 'db.serverless', false],
    ['mysql', 'db.t3.mirco', false],
    ['mysql', 'db.m5.large', undefined],
    ['mysql', 'db.m6i.8xlarge', undefined],
    ['mysql', 'db.r6i.metal', undefined],
    ['mariadb', 'db.t3.micro', true],
    ['postgres', 'db.t3.micro', true],
    ['postgres', 'db.r6i.large.tpc1.mem2x', undefined],
    ['oracle-ee', 'db.t3.micro', undefined],
    ['classes', 'db.t3.micro', undefined],
    ['constructor', 'db.t3.micro', undefined],
  ])('%s has %s somewhere: %s', (engine, name, exists) => {
    expect(databaseClassExists(engine, name)).toBe(exists);
  });

  it.each<[string, string, string, boolean | undefined]>([
    ['aurora-postgresql', 'us-east-1', 'db.t4g.medium', true],
    ['aurora-postgresql', 'il-central-1', 'db.t4g.medium', false],
    ['aurora-postgresql', 'il-central-1', 'db.t3.medium', true],
    ['aurora-postgresql', 'af-south-1', 'db.r8g.large', false],
    ['aurora-postgresql', 'af-south-1', 'db.r8g.8xlarge', undefined],
    ['aurora-postgresql', 'us-east-1', 'db.m5.large', false],
    ['aurora-postgresql', 'us-east-1', 'db.r5.large', undefined],
    ['aurora-postgresql', 'us-esat-1', 'db.t3.micro', undefined],
    ['aurora-postgresql', 'constructor', 'db.t4g.medium', undefined],
    ['mysql', 'eu-central-1', 'db.t3.micro', true],
    ['sqlserver-ex', 'eu-central-1', 'db.t3.micro', undefined],
  ])('%s in %s offers %s: %s', (engine, region, name, offered) => {
    expect(databaseClassOffered(engine, region, name)).toBe(offered);
  });

  it('are known for every engine in every region', () => {
    for (const engine of ['aurora-postgresql', 'aurora-mysql', 'mysql', 'mariadb', 'postgres'] as const) {
      for (const region of regionCodes) {
        const classes = offeredClasses(engine, region);
        expect(classes.length, `${engine} in ${region}`).toBeGreaterThan(5);
        expect(classes).toEqual([...new Set(classes)].sort());
        for (const name of classes) {
          expect(databaseClassOffered(engine, region, name), `${engine} ${name} in ${region}`).toBe(true);
          expect(databaseClassExists(engine, name)).toBe(true);
        }
      }
    }
  });

  it('run Performance Insights where AWS says so', () => {
    expect(supportsPerformanceInsights('mysql', 'db.t3.micro')).toBe(false);
    expect(supportsPerformanceInsights('mysql', 'db.t3.medium')).toBe(true);
    expect(supportsPerformanceInsights('aurora-mysql', 'db.t3.medium')).toBe(false);
    expect(supportsPerformanceInsights('aurora-postgresql', 'db.t3.medium')).toBe(true);
  });
});

describe('regions without the Data API', () => {
  it.each([...regionsWithoutDataApi])('%s is a region, with Aurora Serverless v2', (region) => {
    expect(offeredClasses('aurora-postgresql', region)).toContain('db.serverless');
  });
});

describe('instance types', () => {
  /** Whose offers nobody has published. */
  const unknownRegions = ['ap-east-2', 'ap-southeast-6', 'ap-southeast-7', 'mx-central-1'];

  it('are known for every region but the newest', () => {
    expect(regionCodes.filter((region) => !offeredInstanceTypes(region))).toEqual(unknownRegions);
    for (const region of regionCodes.filter((code) => !unknownRegions.includes(code))) {
      const types = offeredInstanceTypes(region)!;
      expect(types.length, region).toBeGreaterThan(100);
      expect(new Set(types).size, region).toBe(types.length);
      for (const type of types) {
        expect(instanceTypeOffered(region, type), `${type} in ${region}`).toBe(true);
        expect(instanceTypes).toContain(type);
        const zones = zonesWithInstanceType(region, type)!;
        expect(zones, `${type} in ${region}`).toBeGreaterThan(1);
        expect(zones + zonesWithoutInstanceType(region, type).length).toBeGreaterThanOrEqual(regions[region]!.zones);
      }
    }
  });

  it('come in their order: by family, and from nano to 8xlarge', () => {
    expect(instanceTypes.filter((type) => type.startsWith('t4g.'))).toEqual([
      't4g.nano',
      't4g.micro',
      't4g.small',
      't4g.medium',
      't4g.large',
      't4g.xlarge',
      't4g.2xlarge',
    ]);
    expect(instanceTypes.filter((type) => type.startsWith('m7i-flex.')).at(-1)).toBe('m7i-flex.8xlarge');
    const families = instanceTypes.map((type) => type.split('.')[0]);
    expect(families).toEqual([...families].sort());
    expect(instanceTypes.filter((type) => /metal|12xlarge|^[gpx]\d|^[mcr]4/.test(type))).toEqual([]);
  });

  it.each<[string, string, boolean | undefined]>([
    ['us-east-1', 't4g.small', true],
    ['us-east-1', 't4g.smal', false],
    ['us-east-1', 't4g.8xlarge', false],
    ['us-east-1', 't4g', false],
    ['us-east-1', 'm7g.medium', true],
    ['us-east-1', 'm7i.medium', false],
    ['eu-south-1', 'm7g.large', false],
    ['eu-south-1', 'm6g.large', true],
    ['me-central-1', 't3.micro', false],
    ['eu-south-1', 'm7g.metal', undefined],
    ['eu-south-1', 'm7g.16xlarge', undefined],
    ['us-east-1', 'p5.48xlarge', undefined],
    ['us-east-1', 't5g.small', undefined],
    ['us-east-1', '', undefined],
    ['us-east-1', 'constructor.large', undefined],
    ['mx-central-1', 't4g.small', undefined],
    ['mx-central-1', 't4g.smal', false],
    ['us-esat-1', 't4g.small', undefined],
    ['constructor', 't4g.small', undefined],
  ])('%s offers %s: %s', (region, type, offered) => {
    expect(instanceTypeOffered(region, type)).toBe(offered);
  });

  it.each<[string, boolean | undefined]>([
    ['m7g.large', true],
    ['m7g.lagre', false],
    ['m7g.48xlarge', undefined],
    ['x2gd.large', undefined],
  ])('%s exists: %s', (type, exists) => {
    expect(instanceTypeExists(type)).toBe(exists);
  });

  it.each<[string, string, number | undefined, string[]]>([
    ['us-east-1', 't4g.small', 5, ['use1-az3']],
    ['us-east-1', 'c5.large', 5, ['use1-az3']],
    ['us-east-2', 't4g.small', 3, []],
    ['us-west-1', 't4g.small', 2, []],
    ['ap-northeast-1', 't3a.small', 2, ['apne1-az1']],
    ['ap-northeast-2', 't3a.small', 2, ['apne2-az2', 'apne2-az4']],
    ['eu-west-2', 'm6g.large', 3, ['euw2-az4']],
    ['eu-south-1', 'm6g.large', 3, []],
    ['me-central-1', 't4g.small', 0, []],
    ['us-east-1', 'p5.48xlarge', 0, []],
    ['mx-central-1', 't4g.small', undefined, []],
    ['nowhere', 't4g.small', undefined, []],
  ])('%s has %s in %s zones, and not in %j', (region, type, zones, without) => {
    expect(zonesWithInstanceType(region, type)).toBe(zones);
    expect(zonesWithoutInstanceType(region, type)).toEqual(without);
  });

  it.each<[string, 'arm64' | 'x86_64']>([
    ['t4g.small', 'arm64'],
    ['m7gd.large', 'arm64'],
    ['c7gn.large', 'arm64'],
    ['x2gd.large', 'arm64'],
    ['im4gn.large', 'arm64'],
    ['is4gen.large', 'arm64'],
    ['hpc7g.4xlarge', 'arm64'],
    ['g5g.xlarge', 'arm64'],
    ['a1.medium', 'arm64'],
    ['mac2-m2.metal', 'arm64'],
    ['mac1.metal', 'x86_64'],
    ['t3.small', 'x86_64'],
    ['t3a.small', 'x86_64'],
    ['m7i-flex.large', 'x86_64'],
    ['g5.xlarge', 'x86_64'],
    ['g4dn.xlarge', 'x86_64'],
    ['gr6.4xlarge', 'x86_64'],
    ['u-6tb1.metal', 'x86_64'],
    ['p4d.24xlarge', 'x86_64'],
  ])('%s is %s', (type, architecture) => {
    expect(architectureOf(type)).toBe(architecture);
  });
});
