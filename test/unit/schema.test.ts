import { readFileSync } from 'node:fs';

import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';

import { answersSchema } from '../../src/answers/schema.js';
import { everyPair } from '../support/covering.js';
import { samples } from '../support/samples.js';

describe('the schema of an answers file', () => {
  const validate = new Ajv2020({ strict: true, allErrors: true }).compile(answersSchema());

  it('takes the answers of every project', () => {
    for (const { answers } of [...samples(), ...everyPair()]) {
      expect(validate(answers), JSON.stringify(validate.errors)).toBe(true);
    }
  });

  it.each([{ regoin: 'us-east-1' }, { nat: 'nnoe' }, { https: 'yes' }, { containerPort: '8080' }, { tags: ['a=b'] }])(
    'refuses %j',
    (answers) => {
      expect(validate(answers)).toBe(false);
    },
  );

  it('is the one in docs/', () => {
    expect(JSON.parse(readFileSync('docs/answers.schema.json', 'utf8'))).toEqual(answersSchema());
  });
});
