import { DeployedFunction, type Surroundings } from './deployed-function.js';

interface Statement {
  Principal: { Service?: string };
  Action: string;
  Condition?: { ArnLike?: Record<string, string> };
}

/** The functions that a service of AWS calls, each started with its first call. */
export class Functions {
  private readonly started = new Map<string, Promise<DeployedFunction>>();

  /** `service` is the principal that it calls as: `apigateway.amazonaws.com`. */
  constructor(
    private readonly service: string,
    private readonly around: Surroundings,
  ) {}

  /** The function of an ARN, or undefined where its policy does not let the service call it for this source. */
  async permitted(arn: string, sourceArn: string): Promise<DeployedFunction | undefined> {
    const { policy } = (await this.around.simulator.ask('function', arn)) as { policy: Statement[] };
    const isPermitted = policy.some(
      ({ Principal: { Service: service }, Action: action, Condition: condition }) =>
        service === this.service &&
        action === 'lambda:InvokeFunction' &&
        isLike(condition?.ArnLike?.['AWS:SourceArn'] ?? '*', sourceArn),
    );
    if (!isPermitted) return undefined;
    let started = this.started.get(arn);
    if (!started) {
      started = DeployedFunction.start(arn, this.around);
      this.started.set(arn, started);
    }
    return started;
  }

  async stop(): Promise<void> {
    for (const started of this.started.values()) await (await started).stop();
  }
}

/** Whether a value is of a pattern as policies have them. */
export function isLike(pattern: string, value: string): boolean {
  const expression = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`).test(value);
}
