/**
 * Every answer, validated: the only thing outside the templates that a project depends on.
 * An option that does not apply (a hosted zone without Route 53) is absent.
 */
export interface Answers {
  stack: 'ecs-fargate';
  name: string;
  region: string;
  suffix: string;
  profile: 'ephemeral' | 'production';
  https: boolean;
  route53: boolean;
  zoneName?: string;
  domain?: string;
  certificateArn?: string;
  performanceInsights: boolean;
  dbInstanceClass: string;
  vpc: 'create' | 'existing';
  vpcCidr?: string;
  availabilityZones?: 2 | 3;
  nat?: 'per-zone' | 'single';
  vpcId?: string;
  publicSubnetIds?: string[];
  privateSubnetIds?: string[];
  databaseSubnetIds?: string[];
  containerPort: number;
  alertEmail?: string;
  stateBucket?: string;
  ci: 'github' | 'gitlab' | 'none';
  tags: Record<string, string>;
}

export type AnswerKey = keyof Answers;

/** Answers while they are being collected: what is not answered yet, or is wrong, is absent. */
export type Draft = Partial<Answers>;
