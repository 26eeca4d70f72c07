import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
// Whoever uses OpenTofu sets TERRAFORM=tofu.
const TERRAFORM = process.env.TERRAFORM ?? 'terraform';

const NEEDED = [
  'api_auth',
  'application_url',
  'aws_region',
  'deletion_protection',
  'function_name',
  'orders_table_name',
];

/**
 * The outputs of what is deployed, or undefined where nothing is.
 * Where that cannot be found out, as with credentials that are over, it throws what terraform says.
 */
export function readOutputs() {
  if (!existsSync(path.resolve(ROOT, process.env.TF_DATA_DIR ?? '.terraform'))) return undefined;

  const { error, status, stdout, stderr } = run(TERRAFORM, [`-chdir=${ROOT}`, 'output', '-json', '-no-color']);
  // After `terraform init -backend=false` nobody has said where the state is.
  if (/Initial configuration of the requested backend/.test(stderr)) return undefined;
  if (error || status !== 0) throw new Error(`${TERRAFORM} output failed: ${error?.message ?? stderr}`);

  const entries = Object.entries(JSON.parse(stdout));
  if (entries.length === 0) return undefined;
  const outputs = Object.fromEntries(entries.map(([name, { value }]) => [name, value]));
  const missing = NEEDED.filter((name) => outputs[name] === undefined);
  if (missing.length > 0)
    throw new Error(`not all is deployed: there is no output ${missing.join(', ')}. Apply again.`);
  return outputs;
}

/** What the AWS CLI answers to a command. */
export function aws(...command) {
  const { error, status, stdout, stderr } = run('aws', [...command, '--output', 'json']);
  if (error?.code === 'ENOENT') throw new Error('the AWS CLI is not installed, and these tests need it');
  if (error || status !== 0) throw new Error(`aws ${command.join(' ')} failed: ${error?.message ?? stderr}`);
  return JSON.parse(stdout);
}

function run(command, options) {
  return spawnSync(command, options, { encoding: 'utf8', timeout: 120_000 });
}
