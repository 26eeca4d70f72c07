import { createRequire } from 'node:module';

import Ajv from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { githubText, jsonReport, shownPath, summaryLine, textReport } from '../../src/commands/check-report.js';
import { sarifReport } from '../../src/commands/sarif.js';
import { isComplete, rules, type CheckResult } from '../../src/rules/check.js';
import { commandsIn, hostile, unseenIn } from '../support/hostile.js';

const sarifSchema = createRequire(import.meta.url)(
  '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json',
) as object;
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats(ajv);
const isSarif = ajv.compile(sarifSchema);

const plain = (_format: string, text: string) => text;
const [rule] = rules.values();
const nothing: CheckResult = {
  findings: [],
  suppressed: [],
  abstentions: [],
  resources: 2,
  awsResources: 2,
  unreadModules: [],
  unreadFiles: [],
  cuts: [],
  notUnderstood: [],
  unfinished: [],
};

/** A result that holds hostile texts wherever a project can put one, and those texts. */
const hostileResult = fc.tuple(...Array.from({ length: 11 }, () => hostile())).map((texts) => {
  const [message, address, file, reason, source, module, why, what, more, away, odd] = texts as [string, ...string[]] &
    string[];
  const location = { path: file!, line: 3 };
  const finding = { rule: rule!, severity: 'error' as const, message, address: address!, location, stages: [] };
  return {
    findings: [finding, { ...finding, message: more! }],
    suppressed: [{ finding, reason: reason! }],
    abstentions: [{ rule: rule!, why: why!, address: address!, location }],
    resources: 1,
    awsResources: 1,
    unreadModules: [{ address: module!, source: source!, location, why: away!, given: () => [] }],
    unreadFiles: [{ path: file!, why: why! }],
    cuts: [{ what: what!, location }, { what: more! }],
    notUnderstood: [{ what: odd!, location }],
    unfinished: [],
  } satisfies CheckResult;
});

interface SarifLog {
  runs: {
    invocations: { toolExecutionNotifications: { message: { text: string }; level: string }[] }[];
    results: {
      message: { text: string };
      locations: { physicalLocation: { artifactLocation: { uri: string } } }[];
      suppressions?: { justification: string }[];
    }[];
  }[];
}

describe('hostile texts', () => {
  const folders = fc.oneof(fc.constantFrom('.', 'infra', '../x', '/w'), hostile());
  const each = (look: (result: CheckResult, folder: string) => void) =>
    fc.assert(fc.property(hostileResult, folders, look), { numRuns: 300 });
  const contextOf = (folder: string) => ({ folder, verbose: true, paint: plain });

  it('are neither obeyed nor unseen in the report for people, coloured or not', () => {
    each((result, folder) => {
      for (const paint of [plain, (_format: string, text: string) => `\u001b[1m${text}\u001b[22m`]) {
        for (const verbose of [true, false]) {
          const text = textReport(result, { folder, verbose, paint });
          expect(unseenIn(text)).toEqual([]);
          expect(commandsIn(text)).toEqual([]);
        }
      }
    });
  });

  it('make no other workflow commands than one for each finding, and one for what was not seen', () => {
    each((result, folder) => {
      const text = githubText(result, contextOf(folder));
      expect(unseenIn(text)).toEqual([]);
      const lines = text.split('\n');
      // One each for the findings and for what was not seen, the summary, and all that stands below it.
      expect(lines).toHaveLength(2 + 1 + 1 + 6 + 1);
      expect(commandsIn(text)).toEqual(lines.slice(0, result.findings.length + 1));
      for (const line of lines.slice(0, 2)) expect(line).toMatch(/^::error file=[^:,]*,line=3,title=[a-z0-9-]+::[^]*$/);
      expect(text).not.toMatch(/##[\w.-]*\[/);
    });
  });

  it('are in JSON what they are', () => {
    each((result, folder) => {
      const text = jsonReport(result, contextOf(folder));
      expect([unseenIn(text), commandsIn(text)]).toEqual([[], []]);
      const file = shownPath(result.findings[0]!.location!, { folder });
      expect(JSON.parse(text)).toMatchObject({
        findings: result.findings.map(({ message, address }) => ({ message, address, file })),
        suppressed: [{ reason: result.suppressed[0]!.reason }],
        abstentions: [{ why: result.abstentions[0]!.why }],
        unreadModules: result.unreadModules.map(({ address, source, why }) => ({ address, source, why })),
        notUnderstood: [{ what: result.notUnderstood[0]!.what, file, line: 3 }],
        unreadFiles: [{ file, why: result.unreadFiles[0]!.why }],
        cuts: [{ what: result.cuts[0]!.what, file, line: 3 }, { what: result.cuts[1]!.what }],
      });
    });
  });

  it('are in SARIF what they are, make no link, and lead nowhere else', () => {
    each((result, folder) => {
      const text = sarifReport(result, contextOf(folder));
      expect([unseenIn(text), commandsIn(text)]).toEqual([[], []]);
      const log = JSON.parse(text) as SarifLog;
      expect(isSarif(log), JSON.stringify(isSarif.errors)).toBe(true);
      const { results, invocations } = log.runs[0]!;
      const notified = invocations[0]!.toolExecutionNotifications;
      expect(notified.map(({ level }) => level)).toEqual(Array(5).fill('warning'));
      const messages = [...results, ...notified].map(({ message }) => message.text);
      expect(messages.filter((message) => message.includes(']('))).toEqual([]);
      const [first] = result.findings;
      expect(messages[0]!.replaceAll(/\\([\\[\](])/g, '$1')).toBe(`${first!.address} ${first!.message}.`);
      expect(results[2]!.suppressions).toEqual([{ kind: 'inSource', justification: result.suppressed[0]!.reason }]);
      const { uri } = results[0]!.locations[0]!.physicalLocation.artifactLocation;
      expect(uri.startsWith('/')).toBe(false);
      const base = folder.startsWith('/') ? 'file:' : 'https://base/a/';
      const { protocol, host } = new URL(uri, 'https://base/a/');
      expect([protocol, host]).toEqual(base === 'file:' ? ['file:', ''] : ['https:', 'base']);
    });
  });
});

it.each([
  ['.', '//evil/x.tf', 'evil/x.tf'],
  ['', '//evil/x.tf', 'evil/x.tf'],
  ['infra', 'javascript:x.tf', 'infra/javascript%3Ax.tf'],
  ['.', 'javascript:x.tf', 'javascript%3Ax.tf'],
  ['..', 'a#?.tf', '../a%23%3F.tf'],
  ['.', '..', '..'],
  ['.', '\udc00.tf', '%EF%BF%BD.tf'],
])('in %j, SARIF names the file %j relative to the folder, as %j', (folder, file, uri) => {
  const result = { ...nothing, unreadFiles: [{ path: file, why: 'is odd' }] };
  const text = sarifReport(result, { folder, verbose: false, paint: plain });
  expect(text).toContain(`"uri": "${uri}"`);
});

describe('what was not looked at', () => {
  const module = (name: string) => ({
    address: `module.${name}`,
    source: 'far/away',
    location: { path: 'm.tf', line: 1 },
    given: () => [],
  });
  const many = Array.from({ length: 30 }, (_, at) => module(`m${at}`));
  const result: CheckResult = {
    ...nothing,
    unreadModules: [module('a'), module('b'), module('b')],
    unreadFiles: [{ path: 'x.tf', why: 'is no regular file' }],
    cuts: [{ what: 'there are more than 9 resources', location: { path: 'a.tf', line: 4 } }],
    notUnderstood: [{ what: 'it is run in a way of its own', location: { path: 'b.hcl', line: 1 } }],
  };
  const context = { folder: 'infra', verbose: false, paint: plain };

  it('is counted, and nothing found is never said alone', () => {
    expect(summaryLine(nothing, plain)).toBe('Nothing found in 2 resources.');
    expect(summaryLine(result, plain)).toBe(
      'Nothing found in what was looked at: 2 resources; 2 modules and 1 file not looked into, 1 limit reached, 1 thing not understood.',
    );
    expect([nothing, result].map(isComplete)).toEqual([true, false]);
  });

  it('is what there is to say where no resource was looked at', () => {
    const none = { ...nothing, resources: 0, awsResources: 0 };
    expect(summaryLine(none, plain)).toBe('No resource was looked at: there is none in what was read.');
    expect(summaryLine({ ...none, unreadModules: [module('a')] }, plain)).toBe(
      'No resource was looked at: 1 module not looked into.',
    );
    expect(summaryLine({ ...nothing, awsResources: 0 }, plain)).toBe(
      'No resource of AWS was looked at: 2 resources of other providers.',
    );
    expect(githubText(none, context)).toMatch(/^::notice title=No resource was looked at::No resource /);
    expect(sarifReport(none, context)).toContain('"text": "No resource was looked at."');
  });

  it('is in the JSON, with whether it is all', () => {
    const json = (one: CheckResult) => JSON.parse(jsonReport(one, context)) as object;
    expect(json(nothing)).toMatchObject({ complete: true, notUnderstood: [] });
    expect(json({ ...result, unreadModules: [{ ...module('a'), why: 'is gone' }] })).toMatchObject({
      complete: false,
      unreadModules: [{ source: 'far/away', why: 'is gone' }],
      notUnderstood: [{ what: 'it is run in a way of its own', file: 'infra/b.hcl', line: 1 }],
    });
  });

  it('is told to people, 20 lines of a kind unless all are asked for', () => {
    expect(textReport(result, context)).toContain(
      'Limits that were reached, so that what is behind is not known:\n\n  infra/a.tf:4  there are more than 9 resources\n\n',
    );
    const [short, whole] = [false, true].map((verbose) =>
      textReport({ ...nothing, unreadModules: many }, { ...context, verbose }),
    );
    expect(short!.match(/far\/away/g)).toHaveLength(20);
    expect(short).toContain('\n  and 10 more (--verbose)\n');
    expect(whole!.match(/far\/away/g)).toHaveLength(30);
  });

  it('is told below the workflow commands, a line each', () => {
    expect(githubText(result, context)).toBe(
      [
        `::warning title=Not everything was looked at::${summaryLine(result, plain)}`,
        summaryLine(result, plain),
        '  module not looked into: infra/m.tf:1 module.a  far/away',
        '  module not looked into: infra/m.tf:1 module.b  far/away',
        '  file not looked into: infra/x.tf  is no regular file',
        '  limit reached: infra/a.tf:4  there are more than 9 resources',
        '  not understood: infra/b.hcl:1  it is run in a way of its own',
        '',
      ].join('\n'),
    );
  });

  it('is a notification in SARIF', () => {
    const log = JSON.parse(sarifReport(result, context)) as SarifLog;
    expect(isSarif(log), JSON.stringify(isSarif.errors)).toBe(true);
    expect(log.runs[0]!.invocations[0]).toMatchObject({
      executionSuccessful: true,
      toolExecutionNotifications: [
        {
          message: { text: 'module.a was not looked into: far/away.' },
          locations: [{ physicalLocation: { artifactLocation: { uri: 'infra/m.tf' } } }],
        },
        { message: { text: 'module.b was not looked into: far/away.' } },
        { locations: [{ physicalLocation: { artifactLocation: { uri: 'infra/x.tf' } } }] },
        { level: 'warning', locations: [{ physicalLocation: { region: { startLine: 4 } } }] },
        { message: { text: 'Not understood: it is run in a way of its own.' } },
      ],
    });
    expect(log.runs[0]).toMatchObject({ properties: { complete: false, resources: 2 } });
  });
});

it('what is suppressed is named with its place and reason, for people and on GitHub', () => {
  const location = { path: 'a.tf', line: 4 };
  const finding = {
    rule: rule!,
    severity: 'error' as const,
    message: 'is wrong',
    address: 'aws_lb.a',
    location,
    stages: [],
  };
  const result = { ...nothing, suppressed: Array.from({ length: 40 }, () => ({ finding, reason: 'r'.repeat(500) })) };
  const context = { folder: '.', verbose: false, paint: plain };
  const line = `${rule!.name}  a.tf:4 aws_lb.a  ${'r'.repeat(199)}…\n`;
  expect(textReport(result, context).split(`  ${line}`)).toHaveLength(41);
  expect(githubText(result, context).split(`  suppressed: ${line}`)).toHaveLength(41);
  expect(textReport(result, { ...context, verbose: true })).toContain(`${'r'.repeat(500)}\n`);
});
