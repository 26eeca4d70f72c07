import { appendFileSync } from 'node:fs';
import path from 'node:path';

import type { Reporter, TestModule } from 'vitest/node';

import { expectedDuration } from './bounds.mjs';

/** A file of tests that has run, in milliseconds since the run began. */
interface Part {
  project: string;
  kind: string;
  start: number;
  end: number;
}

/**
 * Says what each project and each kind of test took, and whether the run was slow. Where TIMES_FILE names a file, what it
 * says is appended to that too, for .ci/run to end with.
 */
export default class TimesReporter implements Reporter {
  readonly #begin = performance.now();
  readonly #started = new Map<string, number>();
  readonly #parts: Part[] = [];

  onTestModuleStart(module: TestModule): void {
    this.#started.set(module.id, this.#elapsed());
  }

  onTestModuleEnd(module: TestModule): void {
    const end = this.#elapsed();
    this.#parts.push({
      project: module.project.name,
      kind: kindOf(module.moduleId),
      start: this.#started.get(module.id) ?? end,
      end,
    });
  }

  onTestRunEnd(): void {
    const text = report(this.#parts, this.#elapsed(), Boolean(process.env.CI));
    process.stdout.write(`\n${text}\n`);
    if (process.env.TIMES_FILE) appendFileSync(process.env.TIMES_FILE, text);
  }

  #elapsed(): number {
    return performance.now() - this.#begin;
  }
}

/** `test/rules/mutations-2.test.ts` is of the kind `mutations`, as are the other shares. */
function kindOf(file: string): string {
  return path.basename(file).replace(/(-\d+)?\.test\.ts$/, '');
}

/** What the parts of a run took, a line a project, the longest kinds first; `elapsed` is what all took together. */
export function report(parts: readonly Part[], elapsed: number, isWhole: boolean): string {
  const names = [...new Set(parts.map(({ project }) => project))];
  const lines = names.map((name) => {
    const own = parts.filter(({ project }) => project === name);
    const kinds = [...new Set(own.map(({ kind }) => kind))]
      .map((kind) => ({ kind, took: span(own.filter((part) => part.kind === kind)) }))
      .sort((a, b) => b.took - a.took)
      .filter(({ took }, index) => took >= 1000 || index === 0);
    return `  ${name.padEnd(14)}${seconds(span(own)).padStart(7)}  (${kinds.map(({ kind, took }) => `${kind} ${seconds(took)}`).join(', ')})\n`;
  });
  const expected = expectedDuration(isWhole);
  const slow =
    elapsed > expected
      ? `  This run was slow: ${seconds(elapsed)}, where ${seconds(expected)} are expected of two processors.\n`
      : '';
  return `The tests took ${seconds(elapsed)}, from the first to the last of each:\n${lines.join('')}${slow}`;
}

/** From when the first of these began to when the last ended; they run side by side. */
function span(parts: readonly Part[]): number {
  return Math.max(...parts.map(({ end }) => end)) - Math.min(...parts.map(({ start }) => start));
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1000)} s`;
}
