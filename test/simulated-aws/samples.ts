import type { Answers } from 'create-secure-infra';

import { texts } from '../../src/render/project-files.js';
import type { Sample } from '../support/samples.js';
import { zoneNames } from './facts.js';
import type { Given } from './simulator.js';

/** Whether a sample is the first of these to bring its bootstrap/, for whose others it proves that too. */
export function provesBootstrap(sample: Sample, all: readonly Sample[]): boolean {
  const own = bootstrapText(sample);
  return own !== '' && all.find((other) => bootstrapText(other) === own) === sample;
}

/** The Terraform of bootstrap/; its values differ with each sample, as those of one sample may. */
function bootstrapText({ files }: Sample): string {
  return [...texts(files)]
    .filter(([file]) => /^bootstrap\/[^/]+\.tf$/.test(file))
    .map(([file, text]) => `${file}\n${text}`)
    .join('\n');
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

/** What several projects take as given, on one account: each thing once. */
export function givenForAll(all: readonly Answers[]): Given[] {
  const seen = new Set<string>();
  return all.map(givenFor).map(({ region, ...things }) => {
    const ofOthers = (thing: unknown) => {
      const text = JSON.stringify(thing);
      return seen.has(text) || !seen.add(text);
    };
    return { region, ...Object.fromEntries(Object.entries(things).filter(([, thing]) => !ofOthers(thing))) };
  });
}
