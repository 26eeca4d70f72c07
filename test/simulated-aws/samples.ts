import type { Answers } from 'create-secure-infra';

import type { Sample } from '../support/samples.js';
import { zoneNames } from './facts.js';
import type { Given } from './simulator.js';

/** The smallest and the largest of each stack, by what they declare. */
export function extremes(all: readonly Sample[]): Sample[] {
  const bySize = (stack: string) =>
    all.filter(({ answers }) => answers.stack === stack).sort((a, b) => declarations(a) - declarations(b));
  const ends = [...new Set(all.map(({ answers }) => answers.stack))].map((stack) => bySize(stack));
  return ends.flatMap((ordered) => [...new Set([ordered[0]!, ordered.at(-1)!])]);
}

function declarations({ files }: Sample): number {
  const terraform = [...files].filter(([file]) => file.endsWith('.tf'));
  return terraform.flatMap(([, text]) => text.match(/^resource "/gm) ?? []).length;
}

/** What a project takes as given, and its user would have had before. */
export function givenFor(answers: Answers): Given {
  const { region, zoneName, certificateArn, stateBucket } = answers;
  return {
    region,
    ...(zoneName ? { hostedZone: zoneName } : {}),
    ...(certificateArn ? { certificateArn } : {}),
    ...(stateBucket ? { stateBucket } : {}),
    ...(answers.vpc === 'existing'
      ? {
          vpc: {
            id: answers.vpcId!,
            cidr: '10.90.0.0/16',
            zones: zoneNames(region),
            publicSubnetIds: [...answers.publicSubnetIds!],
            privateSubnetIds: [...answers.privateSubnetIds!],
            databaseSubnetIds: [...answers.databaseSubnetIds!],
          },
        }
      : {}),
  };
}
