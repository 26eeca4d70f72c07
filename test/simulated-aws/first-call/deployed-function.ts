import { spawn, type ChildProcess } from 'node:child_process';
import { on, once } from 'node:events';
import { closeSync, mkdirSync, openSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { unzipSync } from 'fflate';

import type { Simulator } from '../simulator.js';

const runtime = path.join(import.meta.dirname, 'runtime.mjs');
const packages = path.resolve(import.meta.dirname, '../../../node_modules/@aws-sdk');

/** What a function gave back, or the error that it ended with. */
export type Answer = { result: unknown } | { error: { errorType: string; errorMessage: string } };

/** An issuer of tokens, and where its answers are to be had in a test. */
export interface Issuer {
  url: string;
  address: string;
}

interface Message {
  id: string;
  answer: Answer;
}

/** How many times longer everything may take here than on AWS; runtime.mjs has the same. */
const patience = 8;

interface Settings {
  code: string;
  environment: Record<string, string>;
  handler: string;
  timeout: number;
  memory: number;
}

/** The code of a function that is deployed, running with its environment in a process of its own. */
export class DeployedFunction {
  private constructor(
    readonly arn: string,
    private readonly child: ChildProcess,
    private readonly settings: Settings,
    private readonly log: string,
  ) {}

  /** Takes code and environment from the simulator. `folder` gets the code, and a log with what the function writes. */
  static async start(arn: string, simulator: Simulator, folder: string, issuer?: Issuer): Promise<DeployedFunction> {
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
    const issued = issuer ? [issuer.url, issuer.address] : [];
    const child = spawn(process.execPath, [runtime, task, settings.handler, ...issued], {
      cwd: task,
      env: {
        ...settings.environment,
        ...runtimeEnvironment(arn, settings, task),
        AWS_ENDPOINT_URL: simulator.endpoint,
      },
      stdio: ['ignore', out, out, 'ipc'],
    });
    closeSync(out);
    const [first] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [unknown];
    if (typeof first !== 'object' || first === null) throw new Error(`the function ${name} did not start; see ${log}`);
    return new DeployedFunction(arn, child, settings, log);
  }

  /**
   * Calls it with an event; the answer is an error too where it takes longer than it may, with the patience that runtime.mjs
   * has. Throws where the process has ended.
   */
  async invoke(event: unknown): Promise<Answer> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) throw this.ended();
    const id = crypto.randomUUID();
    const bound = AbortSignal.timeout(this.settings.timeout * 1000 * patience);
    const answered = this.answer(id, bound);
    this.child.send({ id, event, context: { awsRequestId: id, invokedFunctionArn: this.arn } });
    try {
      return await answered;
    } catch (error) {
      if (!bound.aborted) throw error;
      this.child.kill('SIGKILL');
      return { error: { errorType: 'Sandbox.Timedout', errorMessage: `timed out after ${this.settings.timeout} s` } };
    }
  }

  /** The answer to one of the calls that may be going on. */
  private async answer(id: string, signal: AbortSignal): Promise<Answer> {
    const messages = on(this.child, 'message', { signal, close: ['exit'] }) as AsyncIterable<[Message]>;
    for await (const [message] of messages) if (message.id === id) return message.answer;
    throw this.ended();
  }

  private ended(): Error {
    return new Error(`the function has ended; see ${this.log}`);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill();
    await ended;
  }
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
    AWS_DEFAULT_REGION: region,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memory),
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_REGION: region,
    AWS_SECRET_ACCESS_KEY: 'simulated',
    AWS_SESSION_TOKEN: 'simulated',
    LAMBDA_TASK_ROOT: task,
    NO_PROXY: '127.0.0.1',
    PATH: '/usr/local/bin:/usr/bin:/bin',
    TZ: ':UTC',
  };
}
