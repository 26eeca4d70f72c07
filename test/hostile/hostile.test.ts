import { describe, expect, it } from 'vitest';

import { attack, type Row } from './attack.js';
import { answerRows } from './rows/answers.js';
import { countRows } from './rows/counts.js';
import { depthRows } from './rows/depth.js';
import { evaluationRows } from './rows/evaluation.js';
import { layoutRows } from './rows/layouts.js';
import { numberRows } from './rows/numbers.js';
import { prototypeRows } from './rows/prototype-names.js';
import { readRows } from './rows/reads.js';
import { regexRows } from './rows/regexes.js';
import { sizeRows } from './rows/sizes.js';
import { specialFileRows } from './rows/special-files.js';
import { textRows } from './rows/texts.js';

const kinds: Readonly<Record<string, readonly Row[]>> = {
  'files outside': readRows,
  'special files': specialFileRows,
  'evaluation without end': evaluationRows,
  depth: depthRows,
  size: sizeRows,
  'regular expressions': regexRows,
  'names that objects inherit': prototypeRows,
  numbers: numberRows,
  'texts that act': textRows,
  'what is cut or not looked at': countRows,
  layouts: layoutRows,
  answers: answerRows,
};

describe.for(Object.entries(kinds))('%s', ([, rows]) => {
  it.concurrent.for(rows)('$title', async (row) => {
    expect(await attack(row)).toBe(row.runs?.length ?? 1);
  });
});
