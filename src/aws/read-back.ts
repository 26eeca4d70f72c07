/** A value as JSON has it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** An argument that AWS answers with in another form than it was sent, so that every plan changes something. */
export interface ReadBack {
  /** Unique: `container-capabilities`. */
  id: string;
  types: readonly string[];
  /** Nested blocks by dots: `default_action.forward.stickiness`; the name of a block stands for all its blocks. */
  argument: string;
  /** Continues "AWS returns ". */
  answer: string;
  plan: 'replaced' | 'updated';
  source: string;
  /** What AWS returns for what was sent. Texts that hold JSON (policies, container_definitions) stay texts. */
  returns(sent: Json, look: { resource: Record<string, Json>; keyArn(named: string): string }): Json;
  /** No stack of ours writes such an argument yet. */
  notWritten?: true;
}

const keyArn: ReadBack['returns'] = (sent, look) =>
  typeof sent === 'string' && sent !== '' ? look.keyArn(sent) : sent;

export const readBacks: readonly ReadBack[] = [
  {
    id: 'container-capabilities',
    types: ['aws_ecs_task_definition'],
    argument: 'container_definitions',
    answer: 'both lists of capabilities, an empty one for the one that was not written',
    plan: 'replaced',
    source: 'https://github.com/braintrustdata/terraform-aws-braintrust-data-plane/pull/335',
    returns: (sent) => {
      if (typeof sent !== 'string') return sent;
      const containers = JSON.parse(sent) as { linuxParameters?: { capabilities?: object } }[];
      for (const { linuxParameters } of containers)
        if (linuxParameters?.capabilities)
          linuxParameters.capabilities = { add: [], drop: [], ...linuxParameters.capabilities };
      return JSON.stringify(containers);
    },
  },
  {
    id: 'fargate-storage-key',
    types: ['aws_ecs_cluster'],
    argument: 'configuration.managed_storage_configuration.fargate_ephemeral_storage_kms_key_id',
    answer: "the key's ARN",
    plan: 'updated',
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/45545',
    returns: keyArn,
  },
  {
    id: 'repository-key',
    types: ['aws_ecr_repository'],
    argument: 'encryption_configuration.kms_key',
    answer: "the key's ARN",
    plan: 'replaced',
    source: 'https://github.com/navapbc/template-infra/pull/244',
    returns: keyArn,
  },
];
