import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { inject } from 'vitest';

import { bounds } from '../support/bounds.mjs';
import { cleanEnvironment } from './command.js';

export const keys = { enter: '\r', down: '\u001b[B', ctrlC: '\u0003' };

/** A person at a terminal: what the command draws, and keys to press. */
export class Screen {
  /** The exit code, once the command has ended. */
  readonly ended: Promise<number>;
  readonly #terminal = new xterm.Terminal({ cols: 120, rows: 50, allowProposedApi: true });
  readonly #process;

  constructor(argv: string[], cwd: string, env: NodeJS.ProcessEnv = {}) {
    const { node, bin } = inject('installed');
    this.#process = spawn(node, [bin, ...argv], {
      cols: 120,
      rows: 50,
      cwd,
      env: cleanEnvironment({ TERM: 'xterm-256color', ...env }),
    });
    this.#process.onData((data) => this.#terminal.write(data));
    this.ended = new Promise((done) =>
      this.#process.onExit(({ exitCode }) => this.#terminal.write('', () => done(exitCode))),
    );
  }

  /** What is on the screen now. */
  text(): string {
    const buffer = this.#terminal.buffer.active;
    return Array.from({ length: buffer.length }, (_, row) => buffer.getLine(row)?.translateToString(true) ?? '')
      .join('\n')
      .trimEnd();
  }

  /** Waits until `shown` is on the screen, then types `answer`. */
  async answer(shown: string | RegExp, answer: string): Promise<void> {
    await this.shows(shown);
    this.#process.write(answer);
  }

  /** Waits until `shown` is on the screen. */
  async shows(shown: string | RegExp): Promise<void> {
    const deadline = Date.now() + bounds.test;
    while (!(typeof shown === 'string' ? this.text().includes(shown) : shown.test(this.text()))) {
      if (Date.now() > deadline) throw new Error(`${shown} was not shown:\n${this.text()}`);
      await new Promise((later) => setTimeout(later, 20));
    }
  }
}
