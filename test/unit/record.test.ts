import { describe, expect, it } from 'vitest';

import { readAnswersFile } from '../../src/answers/sources.js';
import { answersIn, readRecord, recordFile, writeRecord } from '../../src/record/record.js';

const answers = { stack: 'some-stack', name: 'pay', publicSubnetIds: ['subnet-1', 'subnet-2'], tags: { Owner: 'a' } };

describe('the record', () => {
  it('is read as it was written', () => {
    const record = { version: '1.2.3', answers, files: { 'main.tf': '0123456789abcdef' } };
    const text = writeRecord(record);
    expect(readRecord(text)).toEqual(record);
    expect(text).toContain('"publicSubnetIds": ["subnet-1", "subnet-2"]');
  });

  it('of a version that noted SHA-256 is read too, and replayed', () => {
    const text = JSON.stringify({
      version: '0.2.0',
      answers: { region: 'eu-west-1' },
      files: { 'a.tf': 'a'.repeat(64) },
    });
    expect(readRecord(text)).toEqual({
      version: '0.2.0',
      answers: { region: 'eu-west-1' },
      files: { 'a.tf': 'a'.repeat(64) },
    });
    const { given, faults } = readAnswersFile(text, recordFile);
    expect([given.region?.value, faults]).toEqual(['eu-west-1', []]);
  });

  it.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['nothing', ''],
  ])('that is %s is none', (_what, text) => {
    expect(readRecord(text)).toBeUndefined();
  });

  it('loses what is of another type, and no more', () => {
    expect(readRecord('\uFEFF{"version": 1, "answers": [], "files": {"a": 1, "b": "x"}}')).toEqual({
      answers: {},
      files: { b: 'x' },
    });
    expect(readRecord('{"answers": {"name": "pay"}}')).toEqual({ answers: { name: 'pay' }, files: {} });
  });

  it('is told from a file of answers alone', () => {
    expect(answersIn({ version: '1', answers })).toBe(answers);
    expect(answersIn({ files: {}, answers })).toBe(answers);
    expect(answersIn({ answers })).toBeUndefined();
    expect(answersIn({ version: '1' })).toBeUndefined();
  });
});
