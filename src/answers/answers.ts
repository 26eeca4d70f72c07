/**
 * Every answer, validated: the only thing outside the templates that a project depends on.
 * An option that the stack does not take, or that does not apply (a hosted zone without Route 53), is absent.
 * A stack that brings options of its own adds their keys where it declares them.
 */
export interface Answers {
  /** The id of a stack. */
  stack: string;
  name: string;
  region: string;
  suffix: string;
  profile: 'ephemeral' | 'production';
  https?: boolean;
  route53?: boolean;
  zoneName?: string;
  domain?: string;
  certificateArn?: string;
  performanceInsights?: boolean;
  dbInstanceClass?: string;
  databaseLogin?: 'password' | 'iam';
  vpc?: 'create' | 'existing';
  vpcCidr?: string;
  availabilityZones?: 2 | 3;
  nat?: 'per-zone' | 'single' | 'none';
  privateEndpoints?: boolean;
  vpcId?: string;
  publicSubnetIds?: string[];
  privateSubnetIds?: string[];
  databaseSubnetIds?: string[];
  alertEmail?: string;
  reservedConcurrency?: number;
  cloudtrail?: boolean;
  compliance?: 'none' | 'pci';
  stateBucket?: string;
  ci: 'github' | 'gitlab' | 'none';
  tags: Record<string, string>;
}

export type AnswerKey = keyof Answers;

/** Answers while they are being collected: what is not answered yet, or is wrong, is absent. */
export type Draft = Partial<Answers>;
