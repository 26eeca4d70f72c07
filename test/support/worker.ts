import type { Mutation } from './rules.js';

/** What differs from a sound Auto Scaling group: expressions in HCL, or a whole argument or block. */
export interface Worker {
  image?: string;
  type?: string;
  /** The last part of the public parameter that names the image. */
  parameter?: string;
  network?: string;
  profile?: string;
  tokens?: string;
  encrypted?: string;
  /** The policy of AWS's that its role has. */
  policy?: string;
  subnets?: string;
  version?: string;
  /** Of its instance refresh. */
  preferences?: string;
}

/** Instances beside the service of a golden sample. */
export function withWorker(settings: Worker): Mutation {
  return {
    edits: [
      ['worker.tf', '', worker(settings)],
      ['README.md', /$/, "\n`worker_group_name` is the name of the workers' Auto Scaling group.\n"],
    ],
  };
}

const worker = (settings: Worker) => `data "aws_ssm_parameter" "worker_image" {
  name = "/aws/service/ami-amazon-linux-latest/${settings.parameter ?? 'al2023-ami-kernel-default-x86_64'}"
}

data "aws_iam_policy_document" "worker_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "worker" {
  name               = "\${local.global_name_prefix}-worker"
  description        = "Workers of \${local.name_prefix}"
  assume_role_policy = data.aws_iam_policy_document.worker_trust.json
}

resource "aws_iam_role_policy_attachment" "worker" {
  role       = aws_iam_role.worker.name
  policy_arn = "arn:\${local.partition}:iam::aws:policy/${settings.policy ?? 'AmazonSSMManagedInstanceCore'}"
}

resource "aws_iam_instance_profile" "worker" {
  name = "\${local.global_name_prefix}-worker"
  role = aws_iam_role.worker.name
}

resource "aws_launch_template" "worker" {
  name          = "\${local.name_prefix}-worker"
  image_id      = ${settings.image ?? 'data.aws_ssm_parameter.worker_image.value'}
  instance_type = "${settings.type ?? 't3.small'}"

  ${settings.network ?? 'vpc_security_group_ids = [aws_security_group.app.id]'}

${settings.profile ?? '  iam_instance_profile {\n    name = aws_iam_instance_profile.worker.name\n  }\n'}
  metadata_options {
    http_tokens = "${settings.tokens ?? 'required'}"
  }

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_size = 20
      encrypted   = ${settings.encrypted ?? 'true'}
    }
  }

  tag_specifications {
    resource_type = "instance"
    tags          = local.common_tags
  }
}

resource "aws_autoscaling_group" "worker" {
  name                = "\${local.name_prefix}-worker"
  min_size            = 2
  max_size            = 4
  vpc_zone_identifier = ${settings.subnets ?? 'local.private_subnet_ids'}

  launch_template {
    id      = aws_launch_template.worker.id
    version = ${settings.version ?? 'aws_launch_template.worker.latest_version'}
  }

  instance_refresh {
    strategy = "Rolling"
${settings.preferences ? `\n    preferences {\n      ${settings.preferences}\n    }\n` : ''}  }

  dynamic "tag" {
    for_each = local.common_tags

    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }
}

output "worker_group_name" {
  description = "Name of the workers' Auto Scaling group."
  value       = aws_autoscaling_group.worker.name
}
`;
