import { texts } from '../../src/render/project-files.js';
import type { Sample } from './samples.js';

/** The smallest and the largest of each stack, by what they declare. */
export function extremes(all: readonly Sample[]): Sample[] {
  return bySize(all).flatMap((ordered) => [...new Set([ordered[0]!, ordered.at(-1)!])]);
}

/** The smallest of each stack. */
export function smallest(all: readonly Sample[]): Sample[] {
  return bySize(all).map((ordered) => ordered[0]!);
}

/** The samples of each stack, the smallest first. */
function bySize(all: readonly Sample[]): Sample[][] {
  const stacks = [...new Set(all.map(({ answers }) => answers.stack))];
  return stacks.map((stack) =>
    all.filter(({ answers }) => answers.stack === stack).sort((a, b) => declarations(a) - declarations(b)),
  );
}

/** How many resources the Terraform of a project declares. */
export function declarations({ files }: Pick<Sample, 'files'>): number {
  const terraform = [...texts(files)].filter(([file]) => file.endsWith('.tf'));
  return terraform.flatMap(([, text]) => text.match(/^resource "/gm) ?? []).length;
}
