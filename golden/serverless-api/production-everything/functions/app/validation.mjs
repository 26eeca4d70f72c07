import { readFileSync } from 'node:fs';

const TYPES = {
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  string: (value) => typeof value === 'string',
  integer: Number.isInteger,
};

// For each keyword the function that finds what is wrong with a value of the right type.
const KEYWORDS = {
  $schema: saysNothing,
  title: saysNothing,
  type: saysNothing,
  properties: (properties) => {
    const checks = Object.entries(properties).map(([name, schema]) => [name, compile(schema, name)]);
    return (value) => checks.flatMap(([name, check]) => (Object.hasOwn(value, name) ? check(value[name]) : []));
  },
  required: (names) => (value) =>
    names.filter((name) => !Object.hasOwn(value, name)).map((name) => `${name} is required`),
  additionalProperties: (allowed, { properties }) => {
    if (allowed !== false) throw new Error('additionalProperties may only be false');
    return (value) =>
      Object.keys(value)
        .filter((name) => !Object.hasOwn(properties, name))
        .map((name) => `${JSON.stringify(name.slice(0, 40))} is not known`);
  },
  pattern: (pattern, schema, path) => {
    const expression = new RegExp(pattern, 'u');
    return (value) => (expression.test(value) ? [] : [`${path} must match ${pattern}`]);
  },
  enum: (values, schema, path) => (value) =>
    values.includes(value) ? [] : [`${path} must be one of ${values.join(', ')}`],
  minimum: (least, schema, path) => (value) => (value >= least ? [] : [`${path} must be ${least} or more`]),
  maximum: (most, schema, path) => (value) => (value <= most ? [] : [`${path} must be ${most} or less`]),
  maxLength: (most, schema, path) => (value) =>
    [...value].length <= most ? [] : [`${path} must have ${most} characters or less`],
};

function saysNothing() {
  return () => [];
}

/**
 * Makes a function that lists a value's faults out of a JSON schema.
 * It knows what the schemas here use, and throws for any other keyword: none is passed over in silence.
 */
export function compile(schema, path = 'the body') {
  const isOfType = TYPES[schema.type];
  if (!isOfType) throw new Error(`the schema of ${path} has the type ${schema.type}, which is not supported`);

  const checks = Object.entries(schema).map(([keyword, argument]) => {
    if (!Object.hasOwn(KEYWORDS, keyword)) throw new Error(`the schema of ${path} has the keyword ${keyword}`);
    return KEYWORDS[keyword](argument, schema, path);
  });
  return (value) =>
    isOfType(value) ? checks.flatMap((check) => check(value)) : [`${path} must be of type ${schema.type}`];
}

// API Gateway has the same file for its model, but applies it to bodies that call themselves application/json alone.
const schema = JSON.parse(readFileSync(new URL('order.schema.json', import.meta.url), 'utf8'));

/** What is wrong with the body of an order, each in words for the caller; none where it is sound. */
export const faultsOfOrder = compile(schema);
