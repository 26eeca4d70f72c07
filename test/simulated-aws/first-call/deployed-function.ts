import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, symlinkSync, writeFileSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { devNull } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

import { unzipSync } from 'fflate';

import type { Simulator } from '../simulator.js';

const packages = path.resolve(import.meta.dirname, '../../../node_modules/@aws-sdk');

/** What a function gave back, or the error that it ended with. */
export type Answer = { result: unknown } | { error: { errorType: string; errorMessage: string } };

/** An issuer of tokens, and where its answers are to be had in a test. */
export interface Issuer {
  url: string;
  address: string;
}

/** What a deployed function runs in. */
export interface Surroundings {
  simulator: Simulator;
  /** A python that has the AWS SDK. */
  python: string;
  /** Gets the code of functions, and a log of each with what it writes. */
  folder: string;
  /** Whom a function may ask beside AWS. */
  issuer?: Issuer;
}

interface Message {
  id: string;
  answer: Answer;
}

/** How many times longer everything may take here than on AWS; the runtimes have the same. */
const patience = 8;

interface Settings {
  code: string;
  /** `python3.13` */
  runtime: string;
  environment: Record<string, string>;
  handler: string;
  timeout: number;
  memory: number;
}

/** The code of a function that is deployed, running with its environment in a process of its own. */
export class DeployedFunction {
  /** By the id of each call that is going on, what takes its answer, or the error that there will be none. */
  private readonly waiting = new Map<string, (answer: Answer | Error) => void>();

  private constructor(
    readonly arn: string,
    private readonly child: ChildProcess,
    private readonly settings: Settings,
    private readonly log: string,
  ) {}

  /** Takes code and environment from the simulator. */
  static async start(arn: string, { simulator, python, folder, issuer }: Surroundings): Promise<DeployedFunction> {
    const settings = (await simulator.ask('function', arn)) as Settings;
    const name = arn.split(':')[6]!;
    const task = path.join(folder, 'functions', name);
    for (const [file, bytes] of Object.entries(unzipSync(Buffer.from(settings.code, 'base64')))) {
      mkdirSync(path.dirname(path.join(task, file)), { recursive: true });
      writeFileSync(path.join(task, file), bytes);
    }
    // What the runtimes of Node.js bring, and no more.
    const modules = path.join(folder, 'functions', 'node_modules');
    mkdirSync(modules, { recursive: true });
    symlinkToPackages(path.join(modules, '@aws-sdk'));

    const log = path.join(folder, `${name}.log`);
    const out = openSync(log, 'a');
    const [command, ...runtime] = runtimeOf(settings, python);
    const issued = issuer ? [issuer.url, issuer.address] : [];
    const child = spawn(command, [...runtime, task, settings.handler, ...issued], {
      cwd: task,
      env: {
        ...settings.environment,
        ...runtimeEnvironment(arn, settings, task),
        AWS_ENDPOINT_URL: simulator.endpoint,
      },
      // Events go to the fourth, and answers come from it, a line of JSON each.
      stdio: ['ignore', out, out, 'pipe'],
    });
    closeSync(out);
    const started = new DeployedFunction(arn, child, settings, log);
    const lines = createInterface({ input: started.channel });
    // That it is ready.
    await Promise.race([once(lines, 'line'), once(child, 'exit')]);
    if (started.hasEnded) throw new Error(`the function ${name} did not start; see ${log}`);
    lines.on('line', (line) => {
      const { id, answer } = JSON.parse(line) as Message;
      started.waiting.get(id)?.(answer);
    });
    child.once('exit', () => {
      for (const take of started.waiting.values()) take(started.ended());
    });
    return started;
  }

  /**
   * Calls it with an event; the answer is an error too where it takes longer than it may, with the patience that its runtime
   * has. Throws where the process has ended.
   */
  async invoke(event: unknown): Promise<Answer> {
    if (this.hasEnded) throw this.ended();
    const id = crypto.randomUUID();
    const { timeout } = this.settings;
    let late: NodeJS.Timeout | undefined;
    const answered = new Promise<Answer | Error>((take) => {
      this.waiting.set(id, take);
      late = setTimeout(
        () => {
          take({ error: { errorType: 'Sandbox.Timedout', errorMessage: `timed out after ${timeout} s` } });
          this.child.kill('SIGKILL');
        },
        timeout * 1000 * patience,
      );
    });
    const context = { awsRequestId: id, invokedFunctionArn: this.arn };
    this.channel.write(`${JSON.stringify({ id, event, context })}\n`);
    const answer = await answered;
    clearTimeout(late);
    this.waiting.delete(id);
    if (answer instanceof Error) throw answer;
    return answer;
  }

  private get channel(): Duplex {
    return this.child.stdio[3] as Duplex;
  }

  private get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  private ended(): Error {
    return new Error(`the function has ended; see ${this.log}`);
  }

  async stop(): Promise<void> {
    if (this.hasEnded) return;
    const ended = once(this.child, 'exit');
    this.child.kill();
    await ended;
  }
}

/** What runs a handler of this runtime, before the folder and the name of the handler. */
function runtimeOf({ runtime }: Settings, python: string): [string, ...string[]] {
  const program = (name: string) => path.join(import.meta.dirname, name);
  if (runtime.startsWith('nodejs')) return [process.execPath, program('runtime.mjs')];
  if (runtime.startsWith('python')) return [python, program('runtime.py')];
  throw new Error(`there is no stand-in for the runtime ${runtime}`);
}

function symlinkToPackages(link: string): void {
  try {
    symlinkSync(packages, link);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
function runtimeEnvironment(arn: string, { handler, memory }: Settings, task: string): NodeJS.ProcessEnv {
  const [, , , region, , , name] = arn.split(':');
  return {
    _HANDLER: handler,
    // By which the simulator asks what the function's role allows.
    AWS_ACCESS_KEY_ID: `function.${name}`,
    // Nothing of the machine's own settings.
    AWS_CONFIG_FILE: devNull,
    AWS_DEFAULT_REGION: region,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memory),
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_REGION: region,
    AWS_SECRET_ACCESS_KEY: 'simulated',
    AWS_SESSION_TOKEN: 'simulated',
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    LAMBDA_TASK_ROOT: task,
    NO_PROXY: '127.0.0.1',
    PATH: '/usr/local/bin:/usr/bin:/bin',
    PYTHONDONTWRITEBYTECODE: '1',
    TZ: ':UTC',
  };
}
