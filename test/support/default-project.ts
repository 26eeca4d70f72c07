import { readAnswersFile, resolve, type Answers } from 'create-secure-infra';

/** The answers of `create-secure-infra my-payments --yes --suffix dev1`, with some given. */
export function defaultAnswers(some: Partial<Answers>): Answers {
  const { given } = readAnswersFile(JSON.stringify({ name: 'my-payments', suffix: 'dev1', ...some }), 'these answers');
  const { answers, faults } = resolve(given, { directoryName: 'my-payments', drawSuffix: () => 'unused' });
  if (faults.length > 0) throw new Error(JSON.stringify([some, faults]));
  return answers as Answers;
}
