import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const FUNCTIONS = fileURLToPath(new URL('../../functions', import.meta.url));
const MEBIBYTE = 1024 * 1024;

test('the packages are what the sources make', () => {
  const { status, stdout, stderr } = run(FUNCTIONS, '--check');
  assert.equal(status, 0, stdout + stderr);
});

test('a build is the same each time, and is checked against the sources', (t) => {
  const folder = scratch(t, { 'one/index.mjs': 'export {};\n', 'one/lib/part.mjs': '', 'two/index.mjs': '2\n' });
  assert.equal(run(folder, '--check').status, 1);
  assert.equal(run(folder).status, 0);
  const built = contents(folder);
  assert.deepEqual(Object.keys(built), ['build.json', 'build.mjs', 'one.zip', 'two.zip', 'zip.mjs']);
  assert.equal(run(folder, '--check').status, 0);

  writeFileSync(path.join(folder, 'two/index.mjs'), '3\n');
  const { status, stderr } = run(folder, '--check');
  assert.equal(status, 1);
  assert.match(stderr, /out of date: functions\/two\.zip, functions\/build\.json\. Run: node functions\/build\.mjs/);
  assert.deepEqual(contents(folder), built);

  writeFileSync(path.join(folder, 'two/index.mjs'), '2\n');
  rmSync(path.join(folder, 'one.zip'));
  assert.match(run(folder, '--check').stderr, /out of date: functions\/one\.zip\./);
  assert.equal(run(folder).status, 0);
  assert.deepEqual(contents(folder), built);
});

test('what was built is written down as sha256sum would', (t) => {
  const folder = scratch(t, { 'one/b.mjs': 'b', 'one/a/c.mjs': 'c' });
  run(folder);
  const sha256 = (data) => createHash('sha256').update(data);
  const listing = `${sha256('c').digest('hex')}  a/c.mjs\n${sha256('b').digest('hex')}  b.mjs\n`;
  const record = {
    one: {
      sources: sha256(listing).digest('hex'),
      zip: sha256(readFileSync(path.join(folder, 'one.zip'))).digest('base64'),
    },
  };
  assert.equal(readFileSync(path.join(folder, 'build.json'), 'utf8'), `${JSON.stringify(record, null, 2)}\n`);
});

test('files are in the order in which Terraform sorts them', (t) => {
  // By code point; by UTF-16 the last two are the other way round.
  const names = ['Zeta.txt', 'index.mjs', 'lib.mjs', 'lib/a.mjs', '\ufb01.txt', '\u{1f600}.txt'];
  const folder = scratch(t, Object.fromEntries(names.map((name) => [`one/${name}`, name])));
  assert.equal(run(folder).status, 0);
  const sha256 = (data) => createHash('sha256').update(data).digest('hex');
  const listing = names.map((name) => `${sha256(name)}  ${name}\n`).join('');
  assert.equal(JSON.parse(readFileSync(path.join(folder, 'build.json'), 'utf8')).one.sources, sha256(listing));
});

test('hidden files are left out', (t) => {
  const folder = scratch(t, { 'one/index.mjs': '1' });
  run(folder);
  const built = contents(folder);
  writeFileSync(path.join(folder, 'one/.env'), 'not for the package');
  mkdirSync(path.join(folder, '.cache'));
  assert.equal(run(folder, '--check').status, 0);
  assert.deepEqual(contents(folder), built);
});

test(
  'a link is refused, and nothing is written',
  { skip: process.platform === 'win32' && 'links need rights there' },
  (t) => {
    for (const [link, target] of [
      ['one/other.mjs', 'index.mjs'],
      ['one/loop', '.'],
      ['three', 'one'],
    ]) {
      const folder = scratch(t, { 'one/index.mjs': '1' });
      symlinkSync(target, path.join(folder, link));
      const { status, stderr } = run(folder);
      assert.equal(status, 1);
      assert.match(stderr, new RegExp(`functions/${link} is a link`));
      assert.equal(readdirSync(folder).includes('build.json'), false);
    }
  },
);

test('an empty function is refused', (t) => {
  const folder = scratch(t, { 'one/.hidden': '1' });
  const { status, stderr } = run(folder);
  assert.equal(status, 1);
  assert.match(stderr, /functions\/one has no files/);
});

test('a package that Lambda would not take is said to be one', (t) => {
  const folder = scratch(t, { 'one/index.mjs': '1', 'one/data.bin': '' });
  truncateSync(path.join(folder, 'one/data.bin'), 51 * MEBIBYTE);
  const large = run(folder);
  assert.equal(large.status, 0);
  assert.match(large.stderr, /functions\/one\.zip has 52 MB; .*50 MB.*s3_bucket/);

  truncateSync(path.join(folder, 'one/data.bin'), 251 * MEBIBYTE);
  const huge = run(folder);
  assert.equal(huge.status, 1);
  assert.match(huge.stderr, /functions\/one has 252 MB; .*250 MB/);
});

test('a Node without crc32 is told which has it', (t) => {
  const folder = scratch(t, { 'one/index.mjs': '1' });
  const without = 'data:text/javascript,import zlib from "node:zlib"; delete zlib.crc32';
  const { status, stderr } = spawnSync(process.execPath, ['--import', without, path.join(folder, 'build.mjs')], {
    encoding: 'utf8',
  });
  assert.equal(status, 1);
  assert.match(stderr, /Use Node 20\.15, 22\.2 or later/);
});

function run(folder, ...options) {
  return spawnSync(process.execPath, [path.join(folder, 'build.mjs'), ...options], { encoding: 'utf8' });
}

// A folder like functions/, with other functions in it.
function scratch(t, files) {
  const folder = mkdtempSync(path.join(tmpdir(), 'build-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const script of ['build.mjs', 'zip.mjs']) copyFileSync(path.join(FUNCTIONS, script), path.join(folder, script));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

function contents(folder) {
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(files.map(({ name }) => [name, readFileSync(path.join(folder, name), 'base64')]).sort());
}
