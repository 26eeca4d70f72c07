import { own } from '../own.js';

/**
 * The runtimes that AWS has deprecated, with the day: from then on they get no security patches, and some time later
 * functions with them can be neither created nor updated. Runtimes whose day was moved are left away.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html#runtimes-deprecated
 */
const deprecated: Readonly<Record<string, string>> = {
  'dotnet5.0': '2022-05-10',
  dotnet6: '2024-12-20',
  dotnet7: '2024-05-14',
  'dotnetcore1.0': '2019-07-27',
  'dotnetcore2.0': '2019-05-30',
  'dotnetcore2.1': '2022-01-05',
  'dotnetcore3.1': '2023-04-03',
  'go1.x': '2024-01-08',
  java8: '2024-01-08',
  nodejs: '2016-10-31',
  'nodejs10.x': '2021-07-30',
  'nodejs12.x': '2023-03-31',
  'nodejs14.x': '2023-12-04',
  'nodejs16.x': '2024-06-12',
  'nodejs18.x': '2025-09-01',
  'nodejs20.x': '2026-04-30',
  'nodejs4.3': '2020-03-05',
  'nodejs4.3-edge': '2020-03-05',
  'nodejs6.10': '2019-08-12',
  'nodejs8.10': '2020-03-06',
  provided: '2024-01-08',
  'python2.7': '2021-07-15',
  'python3.6': '2022-07-18',
  'python3.7': '2023-12-04',
  'python3.8': '2024-10-14',
  'python3.9': '2025-12-15',
  'ruby2.5': '2021-07-30',
  'ruby2.7': '2023-12-07',
  'ruby3.2': '2026-03-31',
};

/** The day on which AWS deprecated a runtime; undefined where it did not, or not for sure. */
export function runtimeDeprecated(runtime: string): string | undefined {
  return own(deprecated, runtime);
}

/** A runtime of Lambda's, and the one that follows it. */
export interface LambdaRuntime {
  name: string;
  /** The day on which AWS stops to patch it. */
  supportEnds: string;
  /** The next of its language, and the first version of the AWS provider that knows it. */
  next: { name: string; provider: string };
}

/**
 * Those that functions are written for, of which every provider that is allowed knows the first name.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
 * https://github.com/hashicorp/terraform-provider-aws/pull/45024
 */
export const lambdaRuntimes = {
  node: { name: 'nodejs22.x', supportEnds: '30 April 2027', next: { name: 'nodejs24.x', provider: '6.21' } },
  python: { name: 'python3.13', supportEnds: '30 June 2029', next: { name: 'python3.14', provider: '6.21' } },
} as const satisfies Record<string, LambdaRuntime>;
