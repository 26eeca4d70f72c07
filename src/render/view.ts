import type { Answers } from '../answers/answers.js';
import { prefixBudget } from '../aws/name-limits.js';
import { describeRegion, findRegion } from '../aws/regions.js';
import { findStack } from '../stacks/index.js';

/** What templates see: every answer, and what follows from the answers. Templates hold no logic beyond "if". */
export function viewOf(answers: Answers) {
  const stack = findStack(answers.stack);
  const { length, tightest } = prefixBudget(stack.names);
  return {
    zoneName: undefined,
    domain: undefined,
    certificateArn: undefined,
    vpcCidr: undefined,
    vpcId: undefined,
    publicSubnetIds: undefined,
    privateSubnetIds: undefined,
    databaseSubnetIds: undefined,
    availabilityZones: undefined,
    alertEmail: undefined,
    stateBucket: undefined,
    ...answers,
    tags: Object.keys(answers.tags).length > 0 ? answers.tags : undefined,
    title: stack.title,
    namePrefix: `${answers.name}-${answers.suffix}`,
    regionName: findRegion(answers.region)?.name,
    regionOptIn: findRegion(answers.region)?.optIn,
    regionLine: describeRegion(answers.region),
    scheme: answers.https ? 'https' : 'http',
    createVpc: answers.vpc === 'create',
    production: answers.profile === 'production',
    singleNat: answers.nat === 'single',
    githubCi: answers.ci === 'github',
    gitlabCi: answers.ci === 'gitlab',
    stateKey: `${answers.name}/${answers.suffix}/terraform.tfstate`,
    prefixBudget: length,
    tightestName: tightest,
  };
}

export type View = ReturnType<typeof viewOf>;
