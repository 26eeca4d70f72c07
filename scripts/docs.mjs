// Writes what the documentation says of options and rules from their tables: the tables in README.md and docs/rules.md,
// and docs/answers.schema.json; and in docs/suppressions.md what the golden samples keep our own rules from saying. With
// --check it only says whether they are up to date.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { markdownTable } from 'markdown-table';

import {
  check,
  checkExitCodeMeanings,
  checkFlags,
  checkFlagUsage,
  folderSources,
  limitMeanings,
  limits,
  lessons,
  readHclProject,
  rules,
} from '../dist/check.js';
import {
  answersSchema,
  appliesText,
  defaultText,
  exitCodeMeanings,
  flagUsage,
  options,
  runFlags,
} from '../dist/index.js';
import { fillTables, formatted } from './fill-tables.mjs';
import { goldenFolder, sampleAnswers } from './samples.mjs';

const root = path.resolve(import.meta.dirname, '..');
const cell = (text) => text.replaceAll('|', '\\|');

function optionTable() {
  const rows = options.map((option) => [
    `\`${cell(flagUsage(option))}\``,
    cell(`${option.help}${appliesText(option) ? ` (${appliesText(option)})` : ''}`),
    cell(defaultText(option) ?? ''),
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

function exitCodeTable(meanings) {
  return markdownTable([['Exit code', 'Meaning'], ...Object.entries(meanings)]);
}

function checkTable() {
  const rows = checkFlags.map((flag) => [`\`${cell(checkFlagUsage(flag))}\``, cell(flag.help)]);
  return markdownTable([['Flag', 'Meaning'], ...rows]);
}

function ruleTable() {
  const rows = [...rules.values()].map(({ name, severity, title, catalogue, stages, scope, source }) => [
    `[\`${name}\`](${source})`,
    cell(title) + (scope === 'generated' ? ' (projects of this generator only)' : ''),
    severity,
    stages.join(', '),
    catalogue.join(', '),
  ]);
  return markdownTable([['Rule', 'What must hold', 'Severity', 'Seen in', 'Lessons'], ...rows]);
}

function lessonTable() {
  const rows = lessons.map(({ id, title, notChecked }) => {
    const names = [...rules.values()]
      .filter(({ catalogue }) => catalogue.includes(id))
      .map(({ name }) => `\`${name}\``);
    return [id, cell(title), [...names, ...(notChecked ? [cell(notChecked)] : [])].join(', ')];
  });
  return markdownTable([['Lesson', 'What it asks for', 'Rules, or why there is none'], ...rows]);
}

/** What the samples' own ignore comments put aside: by rule and reason, where, and in which samples. */
async function ignoreTable() {
  const entries = new Map();
  for (const { name } of sampleAnswers) {
    const folders = ['.', 'account', 'bootstrap']
      .map((folder) => path.join(goldenFolder, name, folder))
      .filter(existsSync);
    for (const folder of folders) {
      for (const { finding, reason } of check([await readHclProject(folderSources(folder))]).suppressed) {
        const key = `${finding.rule.name}\n${reason}`;
        const entry = entries.get(key) ?? { rule: finding.rule, reason, places: new Set(), samples: new Set() };
        entries.set(key, entry);
        entry.places.add(finding.address ?? finding.location.path);
        entry.samples.add(name);
      }
    }
  }
  const code = (texts) => [...texts].map((text) => `\`${text}\``).join(', ');
  const rows = [...entries]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { rule, reason, places, samples }]) => [
      code([rule.name]),
      cell(rule.title),
      cell(reason),
      code(places),
      samples.size === sampleAnswers.length ? 'all' : code(samples),
    ]);
  return markdownTable([['Rule', 'What must hold', 'Why it does not', 'Where', 'Samples'], ...rows]);
}

/** What one run of check looks at, at most. */
function limitTable() {
  const rows = Object.entries(limits).map(([name, most]) => [most.toLocaleString('en-US'), cell(limitMeanings[name])]);
  return markdownTable([['At most', 'What'], ...rows], { align: ['right'] });
}

const tables = {
  options: optionTable(),
  run: runTable(),
  'exit codes': exitCodeTable(exitCodeMeanings),
  'check flags': checkTable(),
  'check exit codes': exitCodeTable(checkExitCodeMeanings),
  rules: ruleTable(),
  lessons: lessonTable(),
  'ignore comments': await ignoreTable(),
  limits: limitTable(),
};

const filled = (file) => fillTables(readFileSync(path.join(root, file), 'utf8'), tables);

const documents = {
  'README.md': filled('README.md'),
  'docs/rules.md': filled('docs/rules.md'),
  'docs/security.md': filled('docs/security.md'),
  'docs/suppressions.md': filled('docs/suppressions.md'),
  'docs/answers.schema.json': JSON.stringify(answersSchema()),
};
for (const [file, text] of Object.entries(documents)) {
  const target = path.join(root, file);
  const whole = await formatted(text, target);
  if (process.argv.includes('--check')) {
    if (readFileSync(target, 'utf8') !== whole) {
      console.error(
        `${file} does not say what the tables of options and rules, and the samples, say. Run npm run docs and commit the result.`,
      );
      process.exitCode = 1;
    }
  } else {
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, whole);
    console.log(file);
  }
}
