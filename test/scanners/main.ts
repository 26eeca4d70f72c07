// `npm run test:scanners`: Checkov and TFLint on every golden sample, which must have nothing to say.
import { clock, runCommand, samplesNamed, WrongUsage } from '../support/command.js';
import { keepingLogs } from '../support/logs.js';
import { withTools } from '../simulated-aws/tools.js';
import { faultsTogether } from './limits.js';
import { scannedProjects } from './projects.js';
import { scanTable, stalePages, writePages } from './report.js';
import { scanTogether } from './scan.js';
import { prepareScanners } from './tools.js';

const help = `npm run test:scanners -- [options]

  --sample NAME    only this sample of golden/, such as defaults or ecs-fargate/defaults; may be given again
  --write          write docs/suppressions.md and the table in docs/proof.md
  --help           show this help

Without --sample it also fails where these pages do not say what was found.
`;

runCommand(help, { write: { type: 'boolean' } }, ({ sample, write }) => {
  if (write && sample) throw new WrongUsage('--write needs every sample');
  const projects = samplesNamed(sample, scannedProjects());
  return withTools(async (planning) => {
    const scanners = { ...(await prepareScanners()), planning };
    if (scanners.awsRuleset.unavailable) console.log(scanners.awsRuleset.unavailable);
    const scans = await keepingLogs('scanners', (folder) => scanTogether(projects, scanners, folder));
    for (const { sample: name, faults } of scans)
      console.log(`${clock()}  ${name}: ${faults.length === 0 ? 'nothing to ask' : 'FAILED'}`);
    console.log(`\n${scanTable(scans)}`);
    const failures = scans.flatMap(({ sample: name, faults }) => faults.map((fault) => `${name}: ${fault}`));
    failures.push(...faultsTogether(scans));
    if (failures.length === 0 && write) await writePages(scans);
    else if (failures.length === 0 && !sample)
      failures.push(
        ...(await stalePages(scans)).map(
          (page) => `${page} does not say what was found. Run npm run test:scanners -- --write and commit the result.`,
        ),
      );
    if (failures.length > 0) console.error(`\n${failures.length} failed:\n\n${failures.join('\n\n')}`);
    return failures.length === 0 ? 0 : 1;
  });
});
