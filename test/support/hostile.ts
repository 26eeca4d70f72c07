import fc from 'fast-check';

/** Parts of texts that terminals, the logs of pipelines, and readers of SARIF or Markdown obey. */
const parts = [
  '::',
  ':',
  '#',
  '##',
  '##[',
  '##vso[',
  '[',
  ']',
  '](',
  'http://evil/',
  '\\',
  "'",
  '"',
  '$(x)',
  '`',
  '%',
  '%0A',
  ',',
  '-',
  '::error::',
  '::stop-commands::x',
  '::add-mask::a',
  '##[add-matcher]x',
  '##vso[task.setvariable]',
  'error',
  '\n',
  '\r',
  '\t',
  ' ',
  '\u00a0',
  '\u0085',
  '\u2028',
  '\u3000',
  '\u001b[31m',
  '\u001b]0;x\u0007',
  '\u009b2J',
  '\u007f',
  '\u202e',
  '\u2066',
  '\u200b',
  '\ufeff',
  '\u00ad',
  '\u115f',
  '\u{e0041}',
  '\u{1d173}',
  '\ud800',
  '\udc00',
  '\u{1f600}',
  '../',
  '//evil/',
  'javascript:',
  'C:',
  '..',
  '/',
  'a',
  '\u00e9',
];

/** A text of such parts. */
export function hostile(maxLength = 12): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...parts), maxLength });
}

/** What is in a text that acts or is not seen, but for line ends and the colours that the command writes itself. */
export function unseenIn(text: string): string[] {
  const own = text.replaceAll(/\n|\u001b\[(?:1|2|22|31|32|39)m/g, '');
  return own.match(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu) ?? [];
}

/**
 * What the runners of GitHub and of Azure Pipelines would take for commands.
 * https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 * https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
 */
export function commandsIn(text: string): string[] {
  return text.split('\n').filter((line) => {
    const seen = line.replaceAll(/\u001b\[[\d;]*m/g, '');
    return [line, seen].some((one) => /^[\s\u0085]*::/.test(one) || /##[\w.-]*\[/.test(one));
  });
}
