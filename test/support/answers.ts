// By the package's name: the commands over samples run without the modules that Vitest makes of folders.
import { readAnswersFile, resolve, type Resolution } from 'create-secure-infra';

import type { Answers } from '../../src/answers/answers.js';
import type { Surroundings } from '../../src/answers/option.js';

/** Surroundings in which nothing is left to chance. */
export const surroundings: Surroundings = {
  directoryName: 'my-payments',
  drawSuffix: (length) => 'drawn1'.slice(0, length),
};

/** What resolve() makes of an answers file with these answers; reading faults count too. */
export function resolveFile(answers: object): Resolution {
  const reading = readAnswersFile(JSON.stringify(answers), 'answers.json');
  const resolution = resolve(reading.given, surroundings);
  return { ...resolution, faults: [...reading.faults, ...resolution.faults] };
}

/** Answers that are sound, with defaults filled in. */
export function soundAnswers(answers: object = {}): Answers {
  const resolution = resolveFile(answers);
  if (resolution.faults.length + resolution.missing.length > 0) throw new Error(JSON.stringify(resolution));
  return resolution.answers as Answers;
}

export const certificateArn = 'arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012';

export const existingVpc = {
  vpc: 'existing',
  vpcId: 'vpc-0123456789abcdef0',
  publicSubnetIds: ['subnet-0aaaaaaaaaaaaaaa1', 'subnet-0aaaaaaaaaaaaaaa2'],
  privateSubnetIds: ['subnet-0bbbbbbbbbbbbbbb1', 'subnet-0bbbbbbbbbbbbbbb2'],
  databaseSubnetIds: ['subnet-0ccccccccccccccc1', 'subnet-0ccccccccccccccc2'],
};
