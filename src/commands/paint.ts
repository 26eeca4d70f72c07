import { styleText } from 'node:util';

import type { Output } from '../standard-streams.js';

/** Colours a text, or not. */
export type Paint = (format: 'bold' | 'dim' | 'green' | 'red', text: string) => string;

/** Colours for a terminal, unless NO_COLOR is set. */
export function paintFor(output: Output, environment: NodeJS.ProcessEnv): Paint {
  const coloured = output.isTTY && !environment.NO_COLOR;
  return (format, text) => (coloured ? styleText(format, text, { validateStream: false }) : text);
}
