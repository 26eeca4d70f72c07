import type { Answers } from '../answers/answers.js';
import { fingerprint } from '../record/fingerprint.js';
import { recordFile, writeRecord } from '../record/record.js';
import { findStack } from '../stacks/index.js';
import { Composition, type Trace } from './composer.js';
import { costOf, costOfComposition, costTable, type Cost } from './cost.js';
import { readDeclarations } from './declarations.js';
import { packagesOf } from './packages.js';
import type { ProjectFiles } from './project-files.js';

/** Written last, because it describes the others. */
const readme = 'README.md';

/**
 * Renders a project. Pure: the same answers and version give the same bytes on every machine.
 * `answers` must have come through resolve(); what a template cannot use is our own fault and throws.
 */
export function renderProject(answers: Answers, version: string = PACKAGE_VERSION): ProjectFiles {
  return renderWithCost(answers, version).files;
}

/** The same with what the project costs, which its README says. */
export function renderWithCost(
  answers: Answers,
  version: string = PACKAGE_VERSION,
): { files: ProjectFiles; cost: Cost } {
  const composition = new Composition(answers, version);
  const cost = costOfComposition(composition);
  const written = described(composition, cost);
  const files = sorted<string | Uint8Array>([...written, ...packagesOf(written)]);
  const fingerprints = Object.fromEntries([...files].map(([path, content]) => [path, fingerprint(content)]));
  files.set(recordFile, writeRecord({ version, answers: { ...answers }, files: fingerprints }));
  return { files, cost };
}

/** Every file but the record and what is built, sorted by path, with what `trace` makes of each piece of their text. */
export function renderFiles(answers: Answers, version: string, trace: Trace): Map<string, string> {
  return described(new Composition(answers, version, { trace }), costOf(answers));
}

/** Every file of a composition with those that describe them, sorted by path. */
function described(composition: Composition, cost: Cost): Map<string, string> {
  const { answers, composer } = composition;
  const files = new Map<string, string>();
  for (const path of composition.keys()) {
    const text = composition.get(path)!;
    if (text !== '') files.set(path, text);
  }
  const withFacts = composer.withView({ ...readDeclarations(files), cost: costTable(cost, answers.region) });
  const sections = findStack(answers.stack).readme;
  files.set(readme, sections.flatMap((section) => withFacts.parts(`readme/${section}`)).join('\n'));
  return sorted(files);
}

/** Files by path. */
function sorted<T>(files: Iterable<readonly [path: string, content: T]>): Map<string, T> {
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}
