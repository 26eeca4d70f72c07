import type { Row } from '../attack.js';

const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
const deepObject = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`;

const contents: Readonly<Record<string, string>> = {
  'a text in depth': `{"name":${deep}}`,
  'tags in depth': `{"tags":${deepObject}}`,
  'a record in depth': `{"version":"0.1.0","answers":${deepObject}}`,
  'an object that makes no text of itself':
    '{"ci":{"toString":1},"az":{"valueOf":1},"name":{"toString":null},"tags":{"a":{"toString":1}}}',
  'names that objects inherit':
    '{"__proto__":{"name":"a"},"constructor":"b","toString":"c","tags":{"__proto__":"d","constructor":"e"}}',
  'characters that no name has':
    '{"name":"a\\u0000b","domain":"a\\u202eb\\u001b[31m::error::","region":"\\n::error::x","tags":{"\\u0000":"\\u0000"}}',
  'halves of characters': '{"name":"\\ud800","domain":"\\udfff","tags":{"\\ud800":"\\udc00"}}',
  'a number without end': '{"az":1e999,"natGateways":-1e999,"databasePort":1e308}',
  'a text of 5 MB': `{"name":"${'a'.repeat(5_000_000)}"}`,
  'as many tags': `{"tags":{${Array.from({ length: 100_000 }, (_, at) => `"k${at}":"v"`).join(',')}}}`,
  'as many answers': `{${Array.from({ length: 20_000 }, (_, at) => `"k${at}":"v"`).join(',')}}`,
  'a list': '[1]',
  nothing: '',
  'no JSON': '\u001b[31m::error::x',
  NUL: '\u0000',
};

/** Answers that somebody else wrote. */
export const answerRows: readonly Row[] = Object.entries(contents).map(([title, text]) => ({
  title,
  files: { 'answers.json': text },
  withoutSentinel: true,
  runs: [
    ['made', '--yes', '--answers', 'answers.json', '--dry-run'],
    ['made', '--yes', '--answers', 'answers.json', '--dry-run', '--json'],
  ],
}));
