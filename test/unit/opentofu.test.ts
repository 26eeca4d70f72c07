import { once } from 'node:events';
import { mkdirSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { sampleAnswers } from '../../scripts/samples.mjs';
import { mirrorForTofu } from '../opentofu/tofu.js';
import { scratchFolder } from '../support/scratch.js';
import { startScript } from '../support/scripts.js';
import { mirrorVariable } from '../terraform/terraform.js';

const [{ name: sample }] = sampleAnswers as [(typeof sampleAnswers)[number]];
const platform = 'hashicorp/aws/5.100.0/linux_amd64';

function mirrorIn(folder: string): string {
  mkdirSync(path.join(folder, 'registry.terraform.io', platform), { recursive: true });
  return folder;
}

it("Terraform's provider is offered under the name that OpenTofu asks for", () => {
  const folder = scratchFolder();
  const mirror = mirrorForTofu(mirrorIn(path.join(folder, 'theirs')), path.join(folder, 'ours'));
  expect(realpathSync(path.join(mirror, 'registry.opentofu.org', platform))).toBe(
    realpathSync(path.join(folder, 'theirs/registry.terraform.io', platform)),
  );
});

describe.skipIf(process.platform === 'win32')('npm run test:opentofu', () => {
  /** Runs it with a tofu that does nothing but what `steps` say, as the cases of a shell script. */
  async function outcomeWith(steps: string, ...args: string[]) {
    const folder = scratchFolder();
    const tofu = path.join(folder, 'tofu');
    const script = `#!/bin/sh
case "$1" in
  version) echo "OpenTofu v1.99.0" ;;
  init) mkdir -p .terraform/providers && echo '  version     = "5.100.0"' >.terraform.lock.hcl ;;
  ${steps}
  validate) echo '{ "valid": true, "diagnostics": [] }' ;;
  test) grep -c '^run ' tests/project.tftest.hcl | sed 's/.*/Success! & passed, 0 failed./' ;;
esac
`;
    writeFileSync(tofu, script, { mode: 0o755 });
    const temporary = path.join(folder, 'temporary');
    mkdirSync(temporary);
    const environment = { TOFU: tofu, [mirrorVariable]: mirrorIn(path.join(folder, 'mirror')) };
    const command = startScript('test:opentofu', args, temporary, environment);
    const [code] = (await once(command.child, 'close')) as [number];
    return { code, output: command.output(), left: readdirSync(temporary) };
  }

  it('says what each step took, and leaves nothing behind', async () => {
    const { code, output, left } = await outcomeWith('', '--sample', sample);
    expect([code, left], output).toEqual([0, []]);
    expect(output).toMatch(new RegExp(`${sample}: \\d+ tests passed; fmt [\\d.]+ s, init .+, validate .+, test `));
    expect(output).toContain('OpenTofu 1.99.0 with the AWS provider 5.100.0: 1 of 1 samples accepted');
  });

  const warning =
    '{ "valid": true, "diagnostics": [{ "severity": "warning", "summary": "Old", "detail": "Use another." }] }';
  it.each([
    ['a file that is not formatted', 'fmt) echo "+ aligned"; exit 3 ;;', '+ aligned'],
    ['a warning', `validate) echo '${warning}' ;;`, 'warning: Old: Use another.'],
    ['a test that fails', 'test) echo "Failure! 7 passed, 1 failed."; exit 1 ;;', 'Failure! 7 passed, 1 failed.'],
    ['a test that is not run', 'test) echo "Success! 1 passed, 0 failed." ;;', 'Success! 1 passed, 0 failed.'],
  ])('fails at %s, keeps its logs and says where', async (_, steps, complaint) => {
    const { code, output, left } = await outcomeWith(steps, '--sample', sample);
    expect(code, output).toBe(1);
    expect(output).toContain(`${sample}: FAILED`);
    expect(output).toContain(complaint);
    expect(output).toContain(`Its logs are in `);
    expect(left).toHaveLength(1);
  });

  it.each([
    [['--sample', 'nope'], `there is no sample nope; there are ${sample},`],
    [['--write'], "Unknown option '--write'"],
  ])('%j is refused with what would do', async (args, complaint) => {
    const { code, output } = await outcomeWith('', ...args);
    expect(code).toBe(2);
    expect(output).toContain(complaint);
    expect(output).toContain('npm run test:opentofu -- [options]');
  });
});
