import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { readHclProject } from '../../src/terraform/read-hcl.js';
import { folderSources, largestFile } from '../../src/terraform/folder-sources.js';
import { scratchFolder } from '../support/scratch.js';

const outside = 'is outside of what is looked at (--root widens it)';

let around: string;
let project: string;

beforeEach(() => {
  around = scratchFolder();
  project = path.join(around, 'project');
  write('project/main.tf', 'locals {}\n');
  write('secret.txt', 'secret');
});

afterEach(() => {
  vi.unstubAllEnvs();
});

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(around, file)), { recursive: true });
  writeFileSync(path.join(around, file), text);
}

/** What reading a file of the project gives: its text, and what is told of it. */
function reading(file: string, root?: string) {
  const sources = folderSources(project, root);
  return [sources.read(file), sources.unread?.().map(({ why }) => why)];
}

describe('the files of a project', () => {
  it('are read, by their names, by whole paths and through links', () => {
    write('project/below/a.txt', 'a');
    symlinkSync('below/a.txt', path.join(project, 'link.txt'));
    symlinkSync('below', path.join(project, 'folder'));
    for (const file of ['below/a.txt', './below/../below/a.txt', path.join(project, 'below/a.txt'), 'link.txt'])
      expect(reading(file)).toEqual(['a', []]);
    expect(folderSources(project).list('folder')).toEqual(['a.txt']);
    expect(reading('folder/a.txt')).toEqual(['a', []]);
    expect(reading('nowhere.txt')).toEqual([undefined, []]);
  });

  it.each([
    ['../secret.txt'],
    ['below/../../secret.txt'],
    ['/proc/self/environ'],
    ['/etc/passwd'],
    ['../nowhere.txt'],
    ['../projects'],
    ['..'],
  ])('%s is none of them', (file) => {
    write('projects', 'of another');
    write('project/below/a.txt', 'a');
    expect(reading(file)).toEqual([undefined, [outside]]);
  });

  it('do not lead out by links, of files or of folders', () => {
    symlinkSync('../secret.txt', path.join(project, 'link.txt'));
    symlinkSync('..', path.join(project, 'up'));
    symlinkSync('up/secret.txt', path.join(project, 'twice.txt'));
    for (const file of ['link.txt', 'up/secret.txt', 'twice.txt'])
      expect(reading(file)).toEqual([undefined, [outside]]);
    const sources = folderSources(project);
    expect(sources.list('up')).toBeUndefined();
    expect(sources.list('..')).toBeUndefined();
    expect(sources.unread?.()).toHaveLength(2);
  });

  it('do not show whether there is something where a link leads out', () => {
    symlinkSync('../secret.txt', path.join(project, 'there.txt'));
    symlinkSync('../nowhere.txt', path.join(project, 'not-there.txt'));
    symlinkSync('../nowhere/at/all', path.join(project, 'folder'));
    symlinkSync('loop', path.join(project, 'loop'));
    for (const file of ['there.txt', 'not-there.txt', 'folder/x.txt'])
      expect(reading(file)).toEqual([undefined, [outside]]);
    expect(reading('loop')).toEqual([undefined, ['cannot be read: ELOOP']]);
  });

  it('are what is in the checkout, so that modules beside the folder are read, and nothing of .git', () => {
    write('.git/HEAD', 'ref: refs/heads/main\n');
    write('.git/config', 'token');
    write('modules/a/main.tf', 'locals {}\n');
    expect(reading('../modules/a/main.tf')).toEqual(['locals {}\n', []]);
    for (const file of ['../.git/config', '../.GIT/config', '../modules/../.git/HEAD'])
      expect(reading(file)).toEqual([undefined, ['is of git itself']]);
    symlinkSync('../.git/config', path.join(project, 'config.txt'));
    expect(reading('config.txt')).toEqual([undefined, ['is of git itself']]);
  });

  it('are those of a worktree or a submodule, which have a file for .git', () => {
    write('.git', 'gitdir: /elsewhere\n');
    expect(reading('../secret.txt')).toEqual(['secret', []]);
  });

  it('are no more because something else is called .git, or the home folder is in git', () => {
    write('.git', 'whatever');
    expect(reading('../secret.txt')).toEqual([undefined, [outside]]);
    execFileSync('rm', [path.join(around, '.git')]);
    write('.git/HEAD', 'ref: refs/heads/main\n');
    vi.stubEnv('HOME', around);
    vi.stubEnv('USERPROFILE', around);
    expect(reading('../secret.txt')).toEqual([undefined, [outside]]);
  });

  it('are those in the root that is given, more or fewer than the checkout', () => {
    expect(reading('../secret.txt', around)).toEqual(['secret', []]);
    write('.git/HEAD', 'ref: refs/heads/main\n');
    expect(reading('../secret.txt', project)).toEqual([undefined, [outside]]);
  });
});

describe('what is no text', () => {
  it.each([['x.tf'], ['terraform.tfvars'], ['a.auto.tfvars.json']])(
    'is told of, and refused where terraform would read it: %s',
    async (name) => {
      const file = path.join(project, name);
      const refused = async (why: string) => {
        expect(reading(name)).toEqual([undefined, [why]]);
        await expect(readHclProject(folderSources(project))).rejects.toThrow(why);
      };
      execFileSync('mkfifo', [file]);
      await refused('is no regular file');
      execFileSync('rm', [file]);
      writeFileSync(file, '');
      truncateSync(file, largestFile + 1);
      await refused('has more than 10 MB');
      writeFileSync(file, Buffer.from('caf\u00e9', 'latin1'));
      await refused('is not in UTF-8');
    },
  );

  it('is no fault of a file that only an expression names', async () => {
    write('project/below/x.tf', '');
    writeFileSync(path.join(project, 'below/x.tf'), Buffer.from('caf\u00e9', 'latin1'));
    write('project/main.tf', 'locals {\n  a = file("below/x.tf")\n}\n');
    const read = await readHclProject(folderSources(project));
    expect(read.unreadFiles()).toEqual([{ path: 'below/x.tf', why: 'is not in UTF-8' }]);
  });

  it('is told of elsewhere, and never waited for', () => {
    execFileSync('mkfifo', [path.join(project, 'README.md')]);
    expect(reading('README.md')).toEqual([undefined, ['is no regular file']]);
    writeFileSync(path.join(project, 'large.json'), '');
    truncateSync(path.join(project, 'large.json'), largestFile + 1);
    expect(reading('large.json')).toEqual([undefined, ['has more than 10 MB']]);
    writeFileSync(path.join(project, 'archive.zip'), Buffer.from([0x50, 0x4b, 0xff, 0xfe]));
    expect(reading('archive.zip')).toEqual([undefined, []]);
    mkdirSync(path.join(project, 'folder'));
    expect(reading('folder')).toEqual([undefined, []]);
    expect(reading('a\0b')).toEqual([undefined, ['is no name of a file']]);
  });

  it('is read up to the last byte that is allowed', () => {
    writeFileSync(path.join(project, 'a.txt'), 'x'.repeat(largestFile));
    linkSync(path.join(project, 'a.txt'), path.join(project, 'b.txt'));
    expect(reading('b.txt')[0]).toHaveLength(largestFile);
  });
});

describe('units of Terragrunt where there is no checkout', () => {
  const unit = 'live/terragrunt.hcl';
  const filledBy = async (current: string, root?: string) =>
    (await readHclProject(folderSources(project, root, current))).filledBy;

  beforeEach(() => {
    write(unit, 'terraform {\n  source = "../project"\n}\n');
  });

  it('are looked for up to the folder that the command is run in', async () => {
    expect(await filledBy(around)).toBe('terragrunt');
    for (const current of [project, path.join(around, 'live'), path.join(around, 'nowhere'), '/'])
      expect(await filledBy(current)).toBeUndefined();
    expect(await filledBy(around, project)).toBeUndefined();
    vi.stubEnv('HOME', around);
    expect(await filledBy(around)).toBeUndefined();
    vi.stubEnv('HOME', path.join(around, 'user'));
    expect(await filledBy(around)).toBeUndefined();
  });

  it('are all that is listed or read there, through no link and in no other project', () => {
    const { units } = folderSources(project, undefined, around);
    expect(units?.list('../live')).toEqual(['terragrunt.hcl']);
    expect(units?.read('../live/terragrunt.hcl')).toContain('../project');
    for (const name of ['secret.hcl', 'root.hcl', '.env']) write(`live/${name}`, 'secret');
    write('real/terragrunt.stack.hcl', 'secret');
    symlinkSync('../real', path.join(around, 'live/folder'));
    symlinkSync('../secret.txt', path.join(around, 'live/terragrunt.stack.hcl'));
    expect(units?.list('../live')).toEqual(['terragrunt.hcl']);
    expect(units?.folders?.('../live')).toEqual([]);
    for (const file of ['live/secret.hcl', 'live/terragrunt.stack.hcl', 'live/folder/terragrunt.stack.hcl'])
      expect(units?.read(`../${file}`)).toBeUndefined();
    expect(units?.list('../live/folder')).toEqual([]);
    write('other/.git/HEAD', '');
    write('other/terragrunt.hcl', 'secret');
    expect(units?.list('../other')).toEqual([]);
    expect(units?.list('../..')).toEqual([]);
    expect(units?.read('../../terragrunt.hcl')).toBeUndefined();
  });

  it('are in the checkout alone where there is one', () => {
    write('.git/HEAD', 'ref: refs/heads/main\n');
    expect(folderSources(project, undefined, path.dirname(around)).units).toBeUndefined();
  });
});
