import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { Answers, ProjectFiles } from 'create-secure-infra';

import { goldenFolder, readFolder } from '../support/files.js';
import { zoneNames } from './facts.js';
import type { Given } from './simulator.js';

/** A generated project, with the answers it was generated from. */
export interface Sample {
  /** `ecs-fargate/defaults` */
  name: string;
  answers: Answers;
  files: ProjectFiles;
}

/** The golden samples as they are on the disk, in the order of golden/samples.json. */
export function goldenSamples(): Sample[] {
  const byStack = JSON.parse(readFileSync(path.join(goldenFolder, 'samples.json'), 'utf8')) as Record<string, object>;
  return Object.entries(byStack).flatMap(([stack, byName]) =>
    Object.keys(byName).map((name) => {
      const files = readFolder(path.join(goldenFolder, stack, name));
      const { answers } = JSON.parse(files.get('.create-secure-infra.json')!) as { answers: Answers };
      return { name: `${stack}/${name}`, answers, files };
    }),
  );
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
