// Packs every folder here into a zip of its name, and writes down what each was made of in build.json:
//
//   node functions/build.mjs           builds
//   node functions/build.mjs --check   says what is out of date, and exits with 1 where anything is
//
// Terraform refuses to plan while build.json and the sources disagree, so that nothing is deployed stale.
import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { zip } from './zip.mjs';

const MEBIBYTE = 1024 * 1024;
const MOST_UPLOADED = 50 * MEBIBYTE;
const MOST_UNPACKED = 250 * MEBIBYTE;

const here = path.dirname(fileURLToPath(import.meta.url));

class Fault extends Error {}

function main() {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const outdated = build().filter(({ file, bytes }) => !holds(file, bytes));
  const names = outdated.map(({ file }) => `functions/${file}`).join(', ');

  if (outdated.length === 0) {
    console.log('functions/ is up to date');
  } else if (values.check) {
    throw new Fault(`out of date: ${names}. Run: node functions/build.mjs`);
  } else {
    replace(outdated);
    console.log(`wrote ${names}`);
  }
}

/** The files to be written: a package for each function, and build.json last. */
function build() {
  const record = {};
  const packages = [];
  for (const name of functions()) {
    const entries = sources(path.join(here, name));
    if (entries.length === 0) throw new Fault(`functions/${name} has no files`);
    const bytes = zip(entries);
    if (bytes.length > MOST_UPLOADED) {
      console.warn(
        `functions/${name}.zip has ${megabytes(bytes.length)}; Lambda takes 50 MB from Terraform directly. ` +
          'Upload it to a bucket (aws_s3_object), and give the function s3_bucket and s3_key instead of filename.',
      );
    }
    record[name] = { sources: digest(listing(entries), 'hex'), zip: digest(bytes, 'base64') };
    packages.push({ file: `${name}.zip`, bytes });
  }
  return [...packages, { file: 'build.json', bytes: Buffer.from(`${JSON.stringify(record, null, 2)}\n`) }];
}

function functions() {
  return children(here)
    .filter((child) => child.isDirectory())
    .map((child) => child.name);
}

/** Every file below a folder as [name, bytes], sorted by name. */
function sources(folder) {
  const names = namesBelow(folder).sort(inOrder);
  const size = names.reduce((total, name) => total + statSync(path.join(folder, name)).size, 0);
  if (size > MOST_UNPACKED) {
    throw new Fault(
      `functions/${path.basename(folder)} has ${megabytes(size)}; Lambda takes 250 MB unpacked, from S3 too. ` +
        'Leave something out, or deploy a container image.',
    );
  }
  return names.map((name) => [name, readFileSync(path.join(folder, name))]);
}

function namesBelow(folder) {
  return children(folder).flatMap((child) => {
    if (child.isDirectory()) return namesBelow(path.join(folder, child.name)).map((name) => `${child.name}/${name}`);
    if (child.isFile()) return [child.name];
    throw new Fault(`${shown(path.join(folder, child.name))} is neither a file nor a folder`);
  });
}

// What a folder holds, by name. A link would pack a file from elsewhere, or go in a circle.
function children(folder) {
  const found = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !name.startsWith('.'));
  const link = found.find((child) => child.isSymbolicLink());
  if (link) throw new Fault(`${shown(path.join(folder, link.name))} is a link. Put a copy in its place.`);
  return found.sort((a, b) => inOrder(a.name, b.name));
}

// By code point, as Terraform sorts, and not by UTF-16.
function inOrder(a, b) {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

// As sha256sum prints it, so that Terraform can make the same of its own functions.
function listing(entries) {
  return entries.map(([name, bytes]) => `${digest(bytes, 'hex')}  ${name}\n`).join('');
}

function digest(data, encoding) {
  return createHash('sha256').update(data).digest(encoding);
}

function holds(file, bytes) {
  const target = path.join(here, file);
  return lstatSync(target, { throwIfNoEntry: false })?.isFile() === true && readFileSync(target).equals(bytes);
}

// All are written before the first takes its place. build.json comes last: interrupted before, the next plan tells.
function replace(files) {
  const steps = files.map(({ file, bytes }) => ({
    bytes,
    target: path.join(here, file),
    staged: path.join(here, `.${file}.${process.pid}`),
  }));
  try {
    for (const { staged, bytes } of steps) writeFileSync(staged, bytes);
    for (const { staged, target } of steps) renameSync(staged, target);
  } finally {
    for (const { staged } of steps) rmSync(staged, { force: true });
  }
}

function megabytes(bytes) {
  return `${Math.ceil(bytes / MEBIBYTE)} MB`;
}

function shown(file) {
  return `functions/${path.relative(here, file).split(path.sep).join('/')}`;
}

try {
  main();
} catch (error) {
  // A fault of the sources is said in words; anything else is one of this script.
  console.error(error instanceof Fault ? error.message : error);
  process.exitCode = 1;
}
