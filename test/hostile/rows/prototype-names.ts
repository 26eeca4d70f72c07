import { inheritedNames, planOf, projectOf, stateOf } from '../../support/inherited-names.js';
import type { Row } from '../attack.js';

/** Names that every object of JavaScript has, for blocks, arguments, values and words. */
export const prototypeRows: readonly Row[] = Object.keys(inheritedNames)
  .slice(0, 5)
  .map((name) => ({
    title: name,
    files: { ...projectOf(name), 'plan.json': planOf(name), 'state.json': stateOf(name) },
    runs: [
      ...['json', 'text', 'github', 'sarif'].map((format) => ['check', '.', '--verbose', '--format', format]),
      ['check', '.', '--plan', 'plan.json', '--json'],
      ['check', '.', '--state', 'state.json', '--json'],
      ['check', '.', '--format', name],
      ['check', '.', '--fail-on', name],
      ['check', `--${name}`],
      ['check', `--${name}=${name}`],
      ['check', name, '--json'],
      ['explain', name],
      ['explain', name, '--json'],
      [name, '--yes', '--dry-run'],
      ['help', name],
    ],
  }));
