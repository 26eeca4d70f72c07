// What golden/samples.json says: for each stack its samples, and what the proofs need to know of it.
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Holds a folder for each sample: `<stack>/<sample>`. */
export const goldenFolder = path.resolve(import.meta.dirname, '..', 'golden');

/** Every stack's row, by the stack's id. */
export const stackRows = JSON.parse(readFileSync(path.join(goldenFolder, 'samples.json'), 'utf8'));

/** Every sample, in the order of the file: its name, `<stack>/<sample>`, and its answers as an answers file gives them. */
export const sampleAnswers = Object.entries(stackRows).flatMap(([stack, { samples }]) =>
  Object.entries(samples).map(([name, answers]) => ({ name: `${stack}/${name}`, answers: withNames(stack, answers) })),
);

/** The sample that is taken where any would do and a whole one shows most: of the first stack, the most answers. */
export const wholeSample = sampleAnswers
  .filter(({ answers }) => answers.stack === sampleAnswers[0].answers.stack)
  .reduce((most, sample) => (size(sample) > size(most) ? sample : most)).name;

/** The answers of a sample with what it shares with all others. */
export function withNames(stack, answers) {
  return { stack, name: 'my-payments', ...answers };
}

function size({ answers }) {
  return Object.keys(answers).length;
}
