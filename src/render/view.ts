import type { Answers } from '../answers/answers.js';
import { prefixBudget } from '../aws/name-limits.js';
import { findRegion, shortRegion } from '../aws/regions.js';
import { findStack, layersOf, namesOf } from '../stacks/index.js';
import { isPublished, pipelineActions, pipelineImages, scannerVersions } from './pipeline-tools.js';

/** What templates see: every answer, and what follows from the answers. Templates hold no logic beyond "if". */
export function viewOf(answers: Answers, version: string) {
  const stack = findStack(answers.stack);
  const { length, tightest } = prefixBudget(namesOf(stack));
  const layers = layersOf(answers);
  const namePrefix = `${answers.name}-${answers.suffix}`;
  return {
    ...answers,
    version,
    scannerVersions,
    pipelineActions,
    pipelineImages,
    isPublished,
    tags: Object.keys(answers.tags).length > 0 ? answers.tags : undefined,
    title: stack.title,
    namePrefix,
    globalNamePrefix: `${namePrefix}-${shortRegion(answers.region)}`,
    regionName: findRegion(answers.region)?.name,
    regionOptIn: findRegion(answers.region)?.optIn,
    scheme: answers.https ? 'https' : 'http',
    ownCertificate: answers.https === true && answers.route53 !== true,
    createVpc: answers.vpc === 'create',
    production: answers.profile === 'production',
    singleNat: answers.nat === 'single',
    hasNat: answers.vpc === 'create' && answers.nat !== 'none',
    noNat: answers.nat === 'none',
    // Of an existing VPC nothing is known: it may have endpoints.
    reachesEndpoints: answers.vpc === 'existing' || answers.privateEndpoints === true,
    iamLogin: answers.databaseLogin === 'iam',
    burstableDatabase: answers.dbInstanceClass?.startsWith('db.t') ?? false,
    serverlessDatabase: answers.dbInstanceClass === 'db.serverless',
    planRole: answers.ci !== 'none',
    stateKey: `${answers.name}/${answers.suffix}/${answers.region}/terraform.tfstate`,
    prefixBudget: length,
    tightestName: { ...tightest, article: /^(?:[AEIOaeio]|S[3NQ])/.test(tightest.resource) ? 'an' : 'a' },
    // One character too long with the suffix staging1.
    nameThatDoesNotFit: 'a-name-that-is-far-too-long'.padEnd(length - 'staging1'.length, '-longer').replace(/-$/, 'r'),
    words: stack.words(answers),
    lackingRegions: [...(stack.lacking?.regions ?? [])],
    lackingWhat: stack.lacking?.what ?? '',
    hasLoadBalancer: layers.includes('alb'),
    accountModule: layers.includes('account'),
    hasFunctions: layers.includes('lambda'),
    publicSubnets: true,
    // Aurora's.
    dataApi: false,
    pci: answers.compliance === 'pci',
    ...stack.view?.(answers),
  };
}
