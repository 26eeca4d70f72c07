import type { Option } from '../../../src/answers/option.js';
import type { Stack } from '../../../src/stacks/stack.js';

declare module '../../../src/answers/answers.js' {
  interface Answers {
    retentionDays?: number;
    fifo?: boolean;
  }
}

const retentionDays: Option<'retentionDays'> = {
  key: 'retentionDays',
  flag: 'retention-days',
  group: 'Queue',
  type: 'integer',
  placeholder: 'DAYS',
  help: 'days that a message is kept',
  defaultText: '4',
  default: () => 4,
  check: (value) =>
    value >= 1 && value <= 14 ? undefined : { why: 'is not from 1 to 14', remedy: 'Use a number such as 4.' },
};

const fifo: Option<'fifo'> = {
  key: 'fifo',
  flag: 'fifo',
  group: 'Queue',
  type: 'boolean',
  help: 'deliver messages once and in order',
  defaultText: 'off',
  default: () => false,
  prompt: 'Deliver messages once and in order?',
};

/** The smallest stack that has something of everything: a layer shared and one of its own, options, a default. */
const eventQueue: Stack = {
  id: 'event-queue',
  place: 1000,
  title: 'Queue of events on SQS',
  takes: [],
  fixed: {
    https: { value: true, why: 'SQS answers over HTTPS only' },
    databaseLogin: { value: 'iam', why: 'a queue knows no password' },
  },
  options: [retentionDays, fifo],
  defaults: { region: 'us-west-2' },
  names: [{ resource: 'KMS alias', ending: 'alias/-events' }],
  layers: () => ['queue'],
  readme: [
    'title',
    'contents',
    'queue',
    'first-deployment',
    'lock-file',
    'variables',
    'outputs',
    'cost',
    'encryption',
    'operating',
    'pipeline-role',
    'plan-policy',
    'teardown',
  ],
  words: () => ({
    workload: { one: 'consumer', a: 'a consumer', many: 'consumers' },
    deletionProtected: 'nothing yet',
    forceDestroyed: 'nothing yet',
    logsKept: 'in CloudWatch',
  }),
  view: ({ fifo: inOrder }) => ({ queueEnding: inOrder ? '.fifo' : '' }),
  summary: ({ retentionDays: days }) => [['Queue', `messages are kept for ${days} days`]],
};

export default eventQueue;
