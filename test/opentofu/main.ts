// `npm run test:opentofu`: every golden sample with OpenTofu, which must accept it as Terraform does.
import pLimit from 'p-limit';

import { clock, runCommand, samplesNamed } from '../support/command.js';
import { goldenSamples } from '../support/golden-samples.js';
import { keepingLogs } from '../support/logs.js';
import { accept, timesOf } from './accept.js';
import { findTofu, prepareTofu } from './tofu.js';

const help = `npm run test:opentofu -- [options]

  --sample NAME    only this sample of golden/, such as defaults or ecs-fargate/defaults; may be given again
  --help           show this help

It runs the tofu that TOFU names, or the one on PATH; where there is none, Go builds one, once, into node_modules/.cache.
`;

/** A provider takes 0.6 GB. */
const sideBySide = pLimit(2);

runCommand(help, {}, ({ sample }) => {
  const samples = samplesNamed(sample, goldenSamples());
  const program = findTofu((line) => console.log(`${clock()}  ${line}`));
  return keepingLogs('OpenTofu', async (folder) => {
    const tofu = await prepareTofu(program, folder);
    const failures: string[] = [];
    const accepted = samples.map(({ name, files }) =>
      sideBySide(async () => {
        try {
          const acceptance = await keepingLogs(name, (own) => accept(files, tofu, own));
          const tests = acceptance.tests === undefined ? 'cannot run its tests' : `${acceptance.tests} tests passed`;
          console.log(`${clock()}  ${name}: ${tests}; ${timesOf(acceptance)}`);
        } catch (error) {
          failures.push((error as Error).message);
          console.log(`${clock()}  ${name}: FAILED`);
        }
      }),
    );
    await Promise.all(accepted);
    console.log(
      `\n${clock()}  OpenTofu ${tofu.version} with the AWS provider ${tofu.providerVersion}: ${samples.length - failures.length} of ${samples.length} samples accepted`,
    );
    if (failures.length > 0) console.error(`\n${failures.length} failed:\n\n${failures.join('\n\n')}`);
    return failures.length === 0 ? 0 : 1;
  });
});
