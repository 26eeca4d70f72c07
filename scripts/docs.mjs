// Writes what the documentation says of options from the option table: the tables in README.md and
// docs/answers.schema.json. With --check it only says whether they are up to date.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { markdownTable } from 'markdown-table';
import prettier from 'prettier';

import { answersSchema, exitCodeMeanings, flagUsage, options, runFlags } from '../dist/index.js';

const root = path.resolve(import.meta.dirname, '..');
const cell = (text) => text.replaceAll('|', '\\|');

function optionTable() {
  const rows = options.map((option) => [
    `\`${cell(flagUsage(option))}\``,
    cell(`${option.help}${option.applies ? ` (${option.applies.text})` : ''}`),
    cell(option.defaultText ?? ''),
  ]);
  return markdownTable([['Flag', 'Meaning', 'Default'], ...rows]);
}

function runTable() {
  const rows = runFlags.map(({ flag, short, placeholder, help }) => [
    `\`${short ? `-${short}, ` : ''}--${flag}${placeholder ? ` ${placeholder}` : ''}\``,
    cell(help),
  ]);
  return markdownTable([['Flag', 'Meaning'], ...rows]);
}

function exitCodeTable() {
  return markdownTable([['Exit code', 'Meaning'], ...Object.entries(exitCodeMeanings)]);
}

const tables = {
  options: optionTable(),
  run: runTable(),
  'exit codes': exitCodeTable(),
};

/** Puts each table between its two comments. */
function filled(readme) {
  return Object.entries(tables).reduce((text, [name, table]) => {
    const [start, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
    if (!text.includes(start)) return text;
    return text.replace(new RegExp(`${start}[\\s\\S]*${end}`), () => `${start}\n\n${table}\n\n${end}`);
  }, readme);
}

const documents = {
  'README.md': filled(readFileSync(path.join(root, 'README.md'), 'utf8')),
  'docs/answers.schema.json': JSON.stringify(answersSchema()),
};
for (const [file, text] of Object.entries(documents)) {
  const target = path.join(root, file);
  const formatted = await prettier.format(text, { ...(await prettier.resolveConfig(target)), filepath: target });
  if (process.argv.includes('--check')) {
    if (readFileSync(target, 'utf8') !== formatted) {
      console.error(`${file} does not say what the option table says. Run npm run docs and commit the result.`);
      process.exitCode = 1;
    }
  } else {
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, formatted);
    console.log(file);
  }
}
