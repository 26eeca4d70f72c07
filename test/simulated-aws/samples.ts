import type { Answers } from 'create-secure-infra';

import { texts } from '../../src/render/project-files.js';
import { moduleBeside, modulesBeside } from '../support/modules.js';
import type { Sample } from '../support/samples.js';
import { zoneNames } from './facts.js';
import type { Given } from './simulator.js';

/** The modules beside a sample's project that it is the first of these to bring, for whose others it proves them too. */
export function modulesToProve(sample: Sample, all: readonly Sample[]): string[] {
  return modulesBeside(sample.files).filter((module) => {
    const own = moduleText(sample, module);
    return all.find((other) => moduleText(other, module) === own) === sample;
  });
}

/** The Terraform of a module; its values differ with each sample, as those of one sample may. */
function moduleText({ files }: Sample, module: string): string {
  return [...texts(moduleBeside(files, module))]
    .filter(([file]) => /^[^/]+\.tf$/.test(file))
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
