import path from 'node:path';

import { describe, expect, inject, it } from 'vitest';

import { scratchFolder } from '../support/scratch.js';
import { awsShell } from './aws-cli.js';
import { startSimulator, type Simulator } from './simulator.js';
import { smallProject } from './small-project.js';

const tools = inject('simulatorTools');

// The golden samples are the test of the other gaps.
describe.skipIf(!tools).concurrent('gaps of moto that no sample shows', () => {
  if (!tools) return;
  const succeeded = { status: 0 };
  const flags = ['-input=false', '-no-color'];

  /** Does something with one of these projects on an account of its own. */
  async function on(
    name: string,
    work: (terraform: ReturnType<typeof smallProject>, simulator: Simulator, folder: string) => Promise<void>,
  ): Promise<void> {
    const folder = scratchFolder();
    const simulator = await startSimulator(tools!.python, folder, { region: 'us-east-1' });
    try {
      const file = path.join(import.meta.dirname, `closed-gaps/${name}.tf`);
      await work(smallProject(file, path.join(folder, 'project'), tools!, simulator), simulator, folder);
    } finally {
      await simulator.stop();
    }
  }

  /** What is left but RDS's default parameter group, keys, and what AWS shows for an hour after its end. */
  async function leftOver(simulator: Simulator): Promise<string[]> {
    const left = [...(await simulator.inventory())].filter(([, state]) => state !== 'terminated');
    return left.map(([entry]) => entry).filter((entry) => !/ db_parameter_groups default\.| keys \S+$/.test(entry));
  }

  it('trails, database instances, offers and migrations: apply, re-plan, destroy', () =>
    on('main', async (terraform, simulator) => {
      expect(await terraform('apply', ...flags, '-auto-approve')).toMatchObject(succeeded);
      expect(await terraform('plan', ...flags, '-detailed-exitcode')).toMatchObject(succeeded);
      expect(await terraform('destroy', ...flags, '-auto-approve')).toMatchObject(succeeded);
      expect(await leftOver(simulator)).toEqual([]);
    }));

  it('an instance refresh launches from the new version of the template, or fails and says why', () =>
    on('servers', async (terraform, simulator, folder) => {
      const shell = awsShell(simulator, tools.python, folder, folder);
      const asked = async (command: string) => {
        const { output } = await shell(`aws autoscaling ${command} --region us-east-1 --output text`);
        return output.trim();
      };
      const refresh = () =>
        asked("describe-instance-refreshes --auto-scaling-group-name servers --query 'InstanceRefreshes[0].Status'");
      const instances = async (what: string) =>
        (await asked(`describe-auto-scaling-instances --query 'AutoScalingInstances[].${what}'`)).split(/\s+/).sort();

      expect(await terraform('apply', ...flags, '-auto-approve')).toMatchObject(succeeded);
      expect(await terraform('plan', ...flags, '-detailed-exitcode')).toMatchObject(succeeded);
      expect([await refresh(), await instances('LaunchTemplate.Version')]).toEqual(['None', ['1', '1']]);

      const second = ['-var=release=2'];
      expect(await terraform('apply', ...flags, '-auto-approve', ...second)).toMatchObject(succeeded);
      expect(await terraform('plan', ...flags, '-detailed-exitcode', ...second)).toMatchObject(succeeded);
      await expect.poll(refresh, { timeout: 30_000 }).toBe('Successful');
      expect(await instances('LaunchTemplate.Version')).toEqual(['2', '2']);
      expect(await instances('AvailabilityZone')).toEqual(['us-east-1a', 'us-east-1b']);

      const third = ['-var=release=3', '-var=lets_auto_scaling_in=false'];
      expect(await terraform('apply', ...flags, '-auto-approve', ...third)).toMatchObject(succeeded);
      await expect.poll(refresh, { timeout: 30_000 }).toBe('Failed');
      expect(await instances('LaunchTemplate.Version')).toEqual(['2', '2']);
      const activities = 'describe-scaling-activities --auto-scaling-group-name servers';
      expect(await asked(`${activities} --query 'Activities[0].[StatusCode,StatusMessage]'`)).toMatch(
        /^Cancelled\s.*Client\.InvalidKMSKey\.InvalidState/,
      );

      expect(await terraform('destroy', ...flags, '-auto-approve', ...third)).toMatchObject(succeeded);
      expect(await leftOver(simulator)).toEqual([]);
    }));

  it("a function's network interfaces go some seconds after it, and only while its role may delete them", () =>
    on('function', async (terraform, simulator, folder) => {
      const shell = awsShell(simulator, tools.python, folder, folder);
      expect(await terraform('apply', ...flags, '-auto-approve')).toMatchObject(succeeded);
      expect(await terraform('plan', ...flags, '-detailed-exitcode')).toMatchObject(succeeded);
      expect(await terraform('destroy', ...flags, '-auto-approve')).toMatchObject(succeeded);
      expect(await leftOver(simulator)).toEqual([]);

      expect(await terraform('apply', ...flags, '-auto-approve')).toMatchObject(succeeded);
      // What its code may do is what its role allows.
      await shell(`
        aws dynamodb create-table --region us-east-1 --table-name orders --billing-mode PAY_PER_REQUEST \\
          --key-schema AttributeName=id,KeyType=HASH --attribute-definitions AttributeName=id,AttributeType=S
      `);
      const called = (command: string) =>
        shell(`
          export AWS_ACCESS_KEY_ID=function.in-a-vpc
          aws ${command} --region us-east-1
        `);
      const put = `dynamodb put-item --table-name orders --item '{"id":{"S":"1"}}'`;
      const list = 's3api list-objects-v2 --bucket in-a-vpc-code';
      expect((await called(put)).output).toMatch(
        /AccessDenied.*dynamodb:PutItem on resource: arn:aws:dynamodb:.*orders/,
      );
      expect((await called(list)).output).toMatch(
        /AccessDenied.*s3:ListBucket on resource: arn:aws:s3:::in-a-vpc-code$/m,
      );
      const statements = [
        '{"Effect":"Allow","Action":"dynamodb:PutItem","Resource":"arn:aws:dynamodb:*:*:table/orders"}',
        '{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::in-a-vpc-code"}',
      ];
      await shell(`
        aws iam put-role-policy --region us-east-1 --role-name in-a-vpc --policy-name orders \\
          --policy-document '{"Version":"2012-10-17","Statement":[${statements.join()}]}'
      `);
      expect(await called(put)).toMatchObject(succeeded);
      expect(await called(list)).toMatchObject({
        ...succeeded,
        output: expect.stringContaining('orders.zip') as unknown,
      });

      const left = await shell(`
        aws lambda delete-function --region us-east-1 --function-name in-a-vpc
        aws iam delete-role-policy --region us-east-1 --role-name in-a-vpc --policy-name network
        sleep 10
        aws ec2 delete-security-group --region us-east-1 --group-id "$(terraform -chdir=project output -raw group)"
      `);
      expect(left.output).toContain('DependencyViolation');
    }));
});
