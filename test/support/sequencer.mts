import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that start before all others, in this order: what waits most for what it started, then what takes longest. */
const first = [
  'simulated-aws/deploy',
  'simulated-aws/restore',
  'terraform/terraform',
  'scanners/scan',
  'simulated-aws/broken',
  'cli/interruption',
  'rules/mutations',
  'rules/fuzz',
].map((name) => `/test/${name}`);

/** Starts first what waits, so that what computes runs beside it. */
export default class WaitingFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification) => {
      const index = first.findIndex((name) => moduleId.replaceAll('\\', '/').includes(name));
      return index < 0 ? first.length : index;
    };
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}
