/** Memory that goes with a number of CPU units, in MiB: from one size to another in equal steps. */
interface MemoryRange {
  from: number;
  to: number;
  step: number;
}

/**
 * What Fargate offers: memory by CPU units.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size
 */
const sizes: Readonly<Record<number, readonly MemoryRange[]>> = {
  256: [
    { from: 512, to: 512, step: 512 },
    { from: 1024, to: 2048, step: 1024 },
  ],
  512: [{ from: 1024, to: 4096, step: 1024 }],
  1024: [{ from: 2048, to: 8192, step: 1024 }],
  2048: [{ from: 4096, to: 16_384, step: 1024 }],
  4096: [{ from: 8192, to: 30_720, step: 1024 }],
  8192: [{ from: 16_384, to: 61_440, step: 4096 }],
  16_384: [{ from: 32_768, to: 122_880, step: 8192 }],
};

/** The CPU units that a task may have, as far as they are known here. */
export const fargateCpus: readonly number[] = Object.keys(sizes).map(Number);

/** The most CPU units in the table; what a larger task may have is not known here. */
const largest = Math.max(...fargateCpus);

/** Whether Fargate offers this CPU with this memory (MiB); undefined where that is not known here. */
export function fargateOffers(cpu: number, memory: number): boolean | undefined {
  const ranges = sizes[cpu];
  if (!ranges) return cpu > largest ? undefined : false;
  return ranges.some(({ from, to, step }) => memory >= from && memory <= to && (memory - from) % step === 0);
}

/** The memory that Fargate offers with this CPU, for a message: `1024-4096 MiB in steps of 1024`. */
export function fargateMemory(cpu: number): string | undefined {
  return sizes[cpu]
    ?.map(({ from, to, step }) => (from === to ? String(from) : `${from} to ${to} in steps of ${step}`))
    .join(', ');
}

/** CPU units of a task's `cpu`, which may also be written in vCPU: `256`, `.25 vCPU`. */
export function cpuUnits(value: string | number): number | undefined {
  return withUnit(value, 'vcpu');
}

/** MiB of a task's `memory`, which may also be written in GB: `512`, `0.5GB`. */
export function memoryMib(value: string | number): number | undefined {
  return withUnit(value, 'gb');
}

function withUnit(value: string | number, unit: string): number | undefined {
  const parts = /^(\d+(?:\.\d+)?|\.\d+)\s*([a-z]*)$/i.exec(String(value).trim());
  if (!parts) return undefined;
  const [, digits, written = ''] = parts;
  if (written === '') return Number(digits);
  return written.toLowerCase() === unit ? Number(digits) * 1024 : undefined;
}
