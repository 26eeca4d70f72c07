import { describe, expect, it } from 'vitest';

import { isPublicName, isStandIn } from '../../src/rules/lib/stand-ins.js';

describe('what stands for a value that somebody is to put there', () => {
  it.each([
    'changeme',
    'CHANGE_ME',
    'change-me-later',
    'REPLACE_ME_WITH_S3_BUCKET',
    'ReplaceMe',
    '<account id>',
    ' <YOUR KEY> ',
    'dummy',
    'dummy-value',
    'your-api-key',
    'https://hooks.example.com/services/placeholder',
    'to be set by hand',
    'TO_BE_REPLACED',
    'not-set',
    'xxxxx',
    'TODO',
  ])('%s', (text) => {
    expect(isStandIn(text)).toBe(true);
  });

  it.each([
    'TempPassword123!',
    'correct-horse',
    'your',
    'yourkey123',
    'undummied',
    'exchangement',
    'b3BlbnNlc2FtZQ',
    '<a><b>',
    'xx',
    '',
    'todos-bucket',
  ])('not %s', (text) => {
    expect(isStandIn(text)).toBe(false);
  });
});

describe('a name of what is for everybody', () => {
  it.each(['GOOGLE_MAPS_PUBLIC_API_KEY', 'STRIPE_PUBLISHABLE_KEY', 'RECAPTCHA_SITE_KEY', 'publicApiKey'])(
    '%s',
    (name) => {
      expect(isPublicName(name)).toBe(true);
    },
  );

  it.each(['STRIPE_API_KEY', 'REPUBLIC_TOKEN', 'SITE_PASSWORD', 'SITE_API_KEY'])('not %s', (name) => {
    expect(isPublicName(name)).toBe(false);
  });
});
