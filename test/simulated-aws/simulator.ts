import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

import { bounds } from '../support/bounds.mjs';
import type { PythonTools } from '../support/python.js';
import { environment } from '../terraform/terraform.js';
import { simulatorFacts } from './facts.js';

const here = import.meta.dirname;
const program = path.join(here, 'simulator');

export const simulatorTools: PythonTools = {
  name: 'simulator',
  requirements: path.join(here, 'requirements.txt'),
  constraints: path.join(here, 'constraints.txt'),
  modules: ['moto.moto_server.werkzeug_app', 'waitress', 'boto3', 'cryptography', 'awscli'],
};

/** What is in the account before a project is applied; the shape is simulator/given.py's. */
export interface Given {
  region: string;
  hostedZone?: string;
  certificateArn?: string;
  stateBucket?: string;
  vpc?: {
    id: string;
    cidr: string;
    zones: string[];
    publicSubnetIds: string[];
    privateSubnetIds: string[];
    databaseSubnetIds: string[];
  };
}

/** A gap of moto that is closed, as docs/proof.md lists it. */
export interface Gap {
  calls: string;
  why: string;
}

/** Something that is refused as AWS refuses it, and the rules that find it without a simulator. */
export interface Refusal {
  name: string;
  what: string;
  error: string;
  source: string;
  rules: string[];
}

/** A simulated AWS account, empty but for what was given, in a process of its own. */
export interface Simulator {
  /** `http://127.0.0.1:1234` */
  endpoint: string;
  /** Everything that is there: a path that names it, and what it is or which state it is in. */
  inventory(): Promise<Map<string, string>>;
  /** What a GET of a path answers, of a service that has paths; throws where it answers with an error. */
  get(service: string, region: string, path: string): Promise<string>;
  /** Asks the simulator itself, which is no call to AWS: `function`, of an ARN. */
  ask(what: string, about: unknown): Promise<unknown>;
  /** Makes one call: with its parameters as a form, or, with an X-Amz-Target among them, as JSON. */
  call(service: string, region: string, parameters: Record<string, string>): Promise<{ status: number; text: string }>;
  /** Lets a region have these availability zones from now on; what is in others stays there. */
  setZones(region: string, zones: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a simulator and returns when it answers. `folder` gets its two inputs and `simulator.log`. */
export async function startSimulator(
  python: string,
  folder: string,
  given: Given | readonly Given[],
): Promise<Simulator> {
  const [facts, givenFile, logFile] = ['facts.json', 'given.json', 'simulator.log'].map((name) =>
    path.join(folder, name),
  ) as [string, string, string];
  writeFileSync(facts, JSON.stringify(simulatorFacts()));
  writeFileSync(givenFile, JSON.stringify([given].flat()));
  const log = openSync(logFile, 'a');
  // It ends when its standard input closes, and so never outlives this process, however this one ends.
  const child = spawn(python, [program, '--facts', facts, '--given', givenFile], {
    stdio: ['pipe', 'pipe', log],
    env: pythonEnvironment(),
    detached: true,
  });
  closeSync(log);
  const stop = () => stopped(child);
  try {
    const port = await portOf(child, logFile);
    const endpoint = `http://127.0.0.1:${port}`;
    return {
      endpoint,
      stop,
      inventory: () => inventoryOf(endpoint),
      ask: (what, about) => asked(endpoint, what, about),
      get: (service, region, path) => gotten(endpoint, service, region, path),
      call: (service, region, parameters) => callOf(endpoint, service, region, parameters),
      setZones: async (region, zones) => {
        await asked(endpoint, 'zones', { region, zones });
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What the simulator adds to moto. */
export function describeSimulator(python: string): { gaps: Gap[]; refusals: Refusal[] } {
  const { status, stdout, stderr } = spawnSync(python, [program, '--describe'], {
    encoding: 'utf8',
    env: pythonEnvironment(),
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as { gaps: Gap[]; refusals: Refusal[] };
}

function pythonEnvironment(): NodeJS.ProcessEnv {
  // Nothing of the machine's AWS settings, and no __pycache__ beside the sources.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_')));
  return {
    ...env,
    PYTHONDONTWRITEBYTECODE: '1',
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    NO_PROXY: '127.0.0.1',
  };
}

async function portOf(child: ChildProcess, logFile: string): Promise<number> {
  const lines = createInterface({ input: child.stdout! });
  const bound = AbortSignal.timeout(bounds.command);
  const line = await Promise.race([
    once(lines, 'line', { signal: bound }).then(([text]) => String(text)),
    once(child, 'error', { signal: bound }).then(([error]) => Promise.reject(error as Error)),
    once(child, 'exit', { signal: bound }).then(() => undefined),
  ]).catch((error: unknown) => {
    throw new Error(`the simulator did not start: ${String(error)}; see ${logFile}`);
  });
  if (line === undefined) throw new Error(`the simulator ended before it was ready; see ${logFile}`);
  return (JSON.parse(line) as { port: number }).port;
}

async function inventoryOf(endpoint: string): Promise<Map<string, string>> {
  return new Map(Object.entries((await asked(endpoint, 'inventory')) as Record<string, string>));
}

/** Asks the simulator for what is no call to AWS. */
async function asked(endpoint: string, what: string, settings?: unknown): Promise<unknown> {
  const response = await fetch(`${endpoint}/simulated-aws/${what}`, {
    method: 'POST',
    body: JSON.stringify(settings ?? null),
  });
  if (!response.ok) throw new Error(`the simulator answers ${response.status} to ${what}: ${await response.text()}`);
  return response.json();
}

async function callOf(
  endpoint: string,
  service: string,
  region: string,
  parameters: Record<string, string>,
): Promise<{ status: number; text: string }> {
  const authorization = authorizationFor(service, region);
  const { 'X-Amz-Target': target, ...others } = parameters;
  const response = await fetch(endpoint, {
    method: 'POST',
    ...(target === undefined
      ? { headers: { authorization }, body: new URLSearchParams(parameters) }
      : {
          headers: { authorization, 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.0' },
          body: JSON.stringify(others),
        }),
  });
  return { status: response.status, text: await response.text() };
}

async function gotten(endpoint: string, service: string, region: string, path: string): Promise<string> {
  const response = await fetch(`${endpoint}${path}`, { headers: { authorization: authorizationFor(service, region) } });
  const text = await response.text();
  if (!response.ok) throw new Error(`GET ${path} of ${service} answers ${response.status}: ${text}`);
  return text;
}

/** The simulator looks into the credential's scope for the service, and does not verify signatures. */
function authorizationFor(service: string, region: string): string {
  return `AWS4-HMAC-SHA256 Credential=simulated/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`;
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, 'exit');
  child.stdin?.end();
  const late = setTimeout(() => child.kill('SIGKILL'), 5000);
  await ended;
  clearTimeout(late);
}

/**
 * The environment in which terraform takes the simulator for AWS, and puts its temporary files into `folder`, where they
 * do not outlive it.
 */
export function simulatedEnvironment({ endpoint }: Simulator, folder: string): NodeJS.ProcessEnv {
  return {
    ...environment(),
    TMPDIR: folder,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'simulated',
    AWS_SECRET_ACCESS_KEY: 'simulated',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    NO_PROXY: '127.0.0.1',
  };
}
