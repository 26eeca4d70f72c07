import type { Option } from './option.js';
import { appliesText, defaultText, options } from './options.js';

/** The JSON schema (draft 2020-12) of an answers file, for editors and validators. */
export function answersSchema(): object {
  const properties = Object.fromEntries(
    options.map((option) => [option.key, { description: describe(option), ...typeOf(option) }]),
  );
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Answers of create-secure-infra',
    type: 'object',
    properties: { $schema: { type: 'string' }, ...properties },
    additionalProperties: false,
  };
}

function describe(option: Option): string {
  const condition = appliesText(option);
  const preferred = defaultText(option);
  return `${option.help}${condition ? ` (only ${condition})` : ''}${preferred ? `; default: ${preferred}` : ''}`;
}

function typeOf(option: Option): object {
  switch (option.type) {
    case 'boolean':
      return { type: 'boolean' };
    case 'integer':
      return { type: 'integer' };
    case 'choice':
      return { enum: option.choices };
    case 'list':
      return { type: 'array', items: { type: 'string' } };
    case 'tags':
      return { type: 'object', additionalProperties: { type: 'string' } };
    case 'text':
      return { type: 'string' };
  }
}
