import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { check } from '../../src/rules/check.js';
import { memorySources, readHclProject } from '../../src/terraform/read-hcl.js';

/** Types that name one another, with the arguments that hold a name, an id or an ARN. */
const naming: Readonly<Record<string, readonly string[]>> = {
  aws_iam_role: ['name', 'permissions_boundary'],
  aws_iam_instance_profile: ['name', 'role'],
  aws_iam_policy: ['name'],
  aws_iam_role_policy_attachment: ['role', 'policy_arn'],
  aws_instance: ['iam_instance_profile', 'subnet_id'],
  aws_launch_template: ['name'],
  aws_kms_key: ['key_id'],
  aws_kms_alias: ['name', 'target_key_id'],
  aws_kms_replica_key: ['primary_key_arn'],
  aws_cloudwatch_log_group: ['name', 'kms_key_id'],
  aws_sns_topic: ['name', 'kms_master_key_id'],
  aws_sns_topic_subscription: ['topic_arn', 'endpoint'],
  aws_sqs_queue: ['name', 'kms_master_key_id'],
  aws_s3_bucket: ['bucket'],
  aws_s3_bucket_logging: ['bucket', 'target_bucket'],
  aws_db_instance: ['identifier', 'replicate_source_db', 'kms_key_id', 'db_subnet_group_name'],
  aws_rds_cluster: ['cluster_identifier', 'replication_source_identifier', 'global_cluster_identifier'],
  aws_rds_cluster_instance: ['identifier', 'cluster_identifier'],
  aws_rds_global_cluster: ['global_cluster_identifier', 'source_db_cluster_identifier'],
  aws_secretsmanager_secret: ['name', 'kms_key_id', 'rotation_lambda_arn'],
  aws_secretsmanager_secret_version: ['secret_id', 'secret_string'],
  aws_lambda_function: ['function_name', 'role', 'kms_key_arn'],
  aws_lambda_alias: ['name', 'function_name'],
  aws_lambda_permission: ['function_name', 'source_arn'],
  aws_ecs_cluster: ['name'],
  aws_ecs_service: ['name', 'cluster', 'task_definition'],
  aws_ecs_task_definition: ['family', 'execution_role_arn', 'task_role_arn'],
  aws_lb: ['name'],
  aws_lb_target_group: ['name', 'vpc_id'],
  aws_lb_listener: ['load_balancer_arn', 'certificate_arn'],
  aws_lb_listener_rule: ['listener_arn'],
  aws_lb_target_group_attachment: ['target_group_arn', 'target_id'],
  aws_subnet: ['vpc_id'],
  aws_route_table: ['vpc_id'],
  aws_route_table_association: ['subnet_id', 'route_table_id'],
  aws_route: ['route_table_id', 'gateway_id', 'vpc_peering_connection_id'],
  aws_nat_gateway: ['subnet_id', 'allocation_id'],
  aws_security_group: ['name', 'vpc_id'],
  aws_security_group_rule: ['security_group_id', 'source_security_group_id'],
  aws_vpc_security_group_ingress_rule: ['security_group_id', 'referenced_security_group_id'],
  aws_acm_certificate_validation: ['certificate_arn'],
  aws_route53_record: ['zone_id', 'name'],
  aws_route53_zone: ['name', 'zone_id'],
  aws_cloudtrail: ['name', 's3_bucket_name', 'kms_key_id', 'cloud_watch_logs_group_arn'],
};

const types = Object.keys(naming);

/** What an argument holds: one of two names, what nobody knows, or an attribute of some resource. */
const pointer = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('"a"', '"alias/a"') },
  fc.constantFrom('var.name', '{ dev = "a" }[terraform.workspace]'),
  fc
    .tuple(fc.constantFrom(...types), fc.constantFrom('id', 'arn', 'name'))
    .map(([type, attribute]) => `${type}.it.${attribute}`),
);

const project = fc.array(pointer, { minLength: 120, maxLength: 120 }).map((pointers) => {
  let next = 0;
  const blocks = types.map((type) => {
    const written = naming[type]!.map((argument) => `  ${argument} = ${pointers[next++ % pointers.length]}\n`);
    return `resource "${type}" "it" {\n${written.join('')}}\n`;
  });
  return `variable "name" {}\n${blocks.join('')}`;
});

/** The rules that did not come to their end. */
async function unfinishedIn(text: string): Promise<readonly string[]> {
  const read = await readHclProject(memorySources(new Map([['main.tf', text]])));
  return check([read]).unfinished;
}

describe('resources that are called alike', () => {
  it('are never looked for in circles', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(project, async (text) => {
        expect(await unfinishedIn(text)).toEqual([]);
      }),
      { seed: 20261130, numRuns: 30 },
    );
  });

  it('may have the name of what they name', async () => {
    const all = types.map((type) => {
      const written = naming[type]!.map((argument) => `  ${argument} = "alias/a"\n`);
      return `resource "${type}" "it" {\n${written.join('')}}\n`;
    });
    expect(await unfinishedIn(all.join(''))).toEqual([]);
    for (const one of all) expect(await unfinishedIn(one)).toEqual([]);
  });
});
