import { imageArgument, isAmazonLinux2, isAmazonLinux2023, namesIn } from '../lib/amis.js';
import { groupTemplates, roleOfTemplate } from '../lib/launch-templates.js';
import { managedSecretArn, type StoredSecret } from '../lib/secrets.js';
import { mayFetchSecret } from '../lib/secret-readers.js';
import { roleMay } from '../lib/permissions.js';
import { isLeftOut, mayHaveMorePolicies } from '../lib/presence.js';
import { writtenOut } from '../lib/written-out.js';
import type { Project, Resource } from '../../terraform/project.js';
import { identity } from '../../terraform/value.js';
import { agentCalls } from '../lib/session-manager.js';
import { defineRules } from '../rule.js';

const image = `data "aws_ssm_parameter" "al2023" {
  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
}
`;

const template = (lines: string, ami = 'data.aws_ssm_parameter.al2023.value') => `resource "aws_launch_template" "app" {
  name          = "app"
  image_id      = ${ami}
  instance_type = "t3.small"
${lines}}
`;

const ubuntu = 'data.aws_ami.ubuntu.id';

const metadata = (tokens: string) => `
  metadata_options {
    http_tokens                 = "${tokens}"
    http_put_response_hop_limit = 1
  }
`;

const disk = (encrypted: string) => `
  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_size = 20
${encrypted}    }
  }
`;

const profile = `
  iam_instance_profile {
    name = aws_iam_instance_profile.app.name
  }
`;

const group = `resource "aws_autoscaling_group" "app" {
  min_size = 2
  max_size = 4

  launch_template {
    id      = aws_launch_template.app.id
    version = aws_launch_template.app.latest_version
  }
}
`;

const role = (policy: string) => `resource "aws_iam_role" "app" {
  name = "app"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ec2.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "app" {
  role       = aws_iam_role.app.name
  policy_arn = "arn:aws:iam::aws:policy/${policy}"
}

resource "aws_iam_instance_profile" "app" {
  name = "app"
  role = aws_iam_role.app.name
}
`;

const secret = `resource "aws_secretsmanager_secret" "app" {
  name = "app"
}
`;

const told = `
  user_data = base64encode("APP_SECRET_ARN=\${aws_secretsmanager_secret.app.arn}")
`;

const reading = `resource "aws_iam_role_policy" "secret" {
  name = "read-secret"
  role = aws_iam_role.app.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "secretsmanager:GetSecretValue"
      Resource = aws_secretsmanager_secret.app.arn
    }]
  })
}
`;

export default defineRules(
  {
    name: 'instance-imdsv2',
    severity: 'warning',
    title: 'the metadata of an instance is read with a token only',
    why: 'With IMDSv1 a single forged request that the application makes for an attacker reads the credentials of the instance.',
    remedy: 'Set http_tokens in metadata_options to "required".',
    catalogue: ['S000-16'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html',
    example: { broken: template(metadata('optional'), ubuntu), sound: template(metadata('required'), ubuntu) },
    check(project, { finding }) {
      const regional = project
        .all('aws_ec2_instance_metadata_defaults')
        .some((defaults) => defaults.text('http_tokens') === 'required');
      for (const instance of project.all('aws_launch_template', 'aws_launch_configuration', 'aws_instance')) {
        const tokens = instance.text('metadata_options.http_tokens');
        if (tokens === 'optional') finding(instance, 'lets its metadata be read without a token', 'metadata_options');
        else if (!regional && isLeftOut(project, instance, 'metadata_options') && !demandsTokens(instance))
          finding(instance, 'has no metadata_options');
      }
    },
  },
  {
    name: 'launch-template-encrypted-disks',
    severity: 'warning',
    title: 'the disks of a launch template are encrypted',
    why: 'A snapshot of the disk, or one shared by mistake, can be read by whoever gets it.',
    remedy: 'Set encrypted to true in ebs, or encrypt by default with aws_ebs_encryption_by_default.',
    catalogue: ['S000-16'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html',
    example: { broken: template(disk('')), sound: template(disk('      encrypted   = true\n')) },
    check(project, { finding }) {
      const byDefault = project
        .all('aws_ebs_encryption_by_default')
        .some((setting) => setting.truth('enabled') !== false);
      if (byDefault) return;
      for (const template of project.all('aws_launch_template')) {
        for (const ebs of template.blocks('block_device_mappings.ebs')) {
          // A disk that is made from a snapshot is encrypted as that is.
          if (ebs.has('snapshot_id') || ebs.uncertain) continue;
          if (ebs.truth('encrypted') === false || isLeftOut(project, ebs, 'encrypted'))
            finding(template, 'has a disk that is not encrypted', 'block_device_mappings');
        }
      }
    },
  },
  {
    name: 'launch-template-no-public-address',
    severity: 'warning',
    title: 'a launch template gives instances no public address',
    why: 'The instances can be reached from the internet by whoever finds a way past their security group.',
    remedy:
      'Set associate_public_ip_address to false and reach the instances through a load balancer and Session Manager.',
    catalogue: ['S000-16'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-instance-addressing.html',
    example: {
      broken: template(`
  network_interfaces {
    associate_public_ip_address = true
  }
`),
      sound: template(`
  network_interfaces {
    associate_public_ip_address = false
  }
`),
    },
    check(project, { finding }) {
      for (const template of project.all('aws_launch_template')) {
        if (template.truth('network_interfaces.associate_public_ip_address') === true)
          finding(template, 'gives instances a public address', 'network_interfaces');
      }
    },
  },
  {
    name: 'asg-instance-profile',
    severity: 'warning',
    title: 'the instances of an Auto Scaling group have an instance profile',
    why: 'Without a role they can call no service of AWS without keys of a user on their disks, and Session Manager does not reach them.',
    remedy: 'Add iam_instance_profile with a role for what the application does, and AmazonSSMManagedInstanceCore.',
    catalogue: ['S000-17'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/autoscaling/ec2/userguide/us-iam-role.html',
    example: {
      broken: `${image}
${template('')}
${group}`,
      sound: `${image}
${template(profile)}
${group}`,
    },
    check(project, { finding }) {
      for (const template of groupTemplates(project)) {
        if (isLeftOut(project, template, 'iam_instance_profile')) finding(template, 'has no iam_instance_profile');
      }
    },
  },
  {
    name: 'instance-role-session-manager',
    severity: 'warning',
    title: 'the role of instances lets Session Manager reach them',
    why: 'Private instances without it can only be reached by SSH, which needs a key, an open port and a way in. An instance that may not say that it is there, with ssm:UpdateInstanceInformation, is not in the list of those that can be reached.',
    remedy:
      'Attach AmazonSSMManagedInstanceCore to the role, or allow the actions on ssmmessages and ssm:UpdateInstanceInformation.',
    catalogue: ['S000-17', 'S004-11'],
    stages: ['hcl', 'plan', 'state'],
    source:
      'https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-getting-started-instance-profile.html',
    example: {
      broken: [image, template(profile), group, role('CloudWatchAgentServerPolicy')].join('\n'),
      sound: [image, template(profile), group, role('AmazonSSMManagedInstanceCore')].join('\n'),
    },
    check(project, { finding, abstain }) {
      for (const template of groupTemplates(project)) {
        const role = roleOfTemplate(project, template);
        if (!role || mayHaveMorePolicies(project, role)) continue;
        const answers = agentCalls(role).map((call) => ({ ...call, answer: roleMay(project, role, call) }));
        const denied = answers.filter(({ answer }) => answer === 'denied').map(({ action }) => action);
        if (denied.length > 0)
          finding(
            template,
            `has role ${role.configAddress}, which Session Manager cannot use without ${denied.join(' and ')}`,
            'iam_instance_profile',
          );
        else if (answers.some(({ answer }) => answer === 'unknown'))
          abstain(template, `what ${role.configAddress} may do is not known`);
      }
    },
  },
  {
    name: 'instance-role-reads-secrets',
    severity: 'warning',
    title: 'the role of instances may read the secrets that they are told of',
    why: 'The application is told where its secret is and gets "AccessDeniedException … is not authorized to perform: secretsmanager:GetSecretValue".',
    remedy: "Allow the role secretsmanager:GetSecretValue on the secret's ARN.",
    catalogue: ['S000-17', 'S001-12'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html',
    example: {
      broken: [secret, image, template(profile + told), group, role('AmazonSSMManagedInstanceCore')].join('\n'),
      sound: [secret, image, template(profile + told), group, role('AmazonSSMManagedInstanceCore'), reading].join('\n'),
    },
    check(project, { finding, abstain }) {
      const secrets = secretsOf(project);
      if (secrets.length === 0) return;
      for (const template of groupTemplates(project)) {
        const role = roleOfTemplate(project, template);
        if (!role || mayHaveMorePolicies(project, role)) continue;
        const given = writtenOut(template.get('user_data'));
        for (const { secret, owner, arn } of secrets.filter(({ arn }) => given.includes(arn))) {
          const answer = mayFetchSecret(project, role, secret);
          const what = arn.includes('master_user_secret')
            ? `the secret of ${owner.configAddress}`
            : owner.configAddress;
          if (answer === 'denied')
            finding(template, `is told of ${what}, which ${role.configAddress} may not read`, 'user_data');
          else if (answer === 'unknown')
            abstain(template, `whether ${role.configAddress} may read ${what} is not known`);
        }
      }
    },
  },
  {
    name: 'ami-not-literal',
    severity: 'warning',
    title: 'the id of an image is looked up, not written down',
    why: 'An AMI id is of one region, and ages: the image is deregistered one day, or starts with every hole found since.',
    remedy: 'Take it from data "aws_ssm_parameter", or from data "aws_ami" with owners.',
    catalogue: ['S000-30'],
    stages: ['hcl'],
    source: 'https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-ami.html',
    example: {
      broken: template('', '"ami-0123456789abcdef0"'),
      sound: `${image}
${template('')}`,
    },
    check(project, { finding }) {
      for (const instance of project.all('aws_instance', 'aws_launch_template', 'aws_launch_configuration')) {
        const argument = imageArgument(instance.type);
        const written = instance.syntax?.body.attributes.find(({ name }) => name === argument)?.expression;
        if (written?.kind === 'literal' && /^ami-[0-9a-f]{8,17}$/.test(String(written.value)))
          finding(instance, `has image ${String(written.value)}`, argument);
      }
    },
  },
  {
    name: 'ami-supported',
    severity: 'warning',
    title: 'the system that instances start from is supported, as Amazon Linux 2 is no more',
    why: 'Its support ended on 30 June 2026: no hole found since is closed.',
    remedy: 'Use Amazon Linux 2023: /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64.',
    catalogue: ['S000-30'],
    stages: ['hcl'],
    source: 'https://aws.amazon.com/amazon-linux-2/faqs/',
    example: {
      broken: `data "aws_ami" "linux" {
  most_recent = true
  owners      = ["amazon"]

  filter {
    name   = "name"
    values = ["amzn2-ami-hvm-*-x86_64-gp2"]
  }
}

${template('', 'data.aws_ami.linux.id')}`,
      sound: `${image}
${template('')}`,
    },
    check(project, { finding }) {
      for (const source of project.data('aws_ami', 'aws_ssm_parameter')) {
        if (namesIn(source).some(isAmazonLinux2)) finding(source, 'finds Amazon Linux 2');
      }
      for (const instance of project.all('aws_launch_template')) {
        const image = instance.text('image_id') ?? '';
        if (image.startsWith('resolve:ssm:') && isAmazonLinux2(image))
          finding(instance, 'starts from Amazon Linux 2', 'image_id');
      }
    },
  },
  {
    name: 'no-bare-instance',
    severity: 'note',
    scope: 'generated',
    title: 'instances are made by Auto Scaling groups',
    why: 'An instance of its own is not replaced when it fails.',
    remedy: 'Use aws_launch_template and aws_autoscaling_group.',
    catalogue: ['S000-16'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-groups.html',
    example: {
      broken: `resource "aws_instance" "app" {
  ami           = data.aws_ssm_parameter.al2023.value
  instance_type = "t3.small"
}
#>> .create-secure-infra.json
{}
`,
      sound: `${template('')}
${group}#>> .create-secure-infra.json
{}
`,
    },
    check(project, { finding }) {
      for (const instance of project.all('aws_instance')) finding(instance, 'is in no Auto Scaling group');
    },
  },
);

/** Whether an image is known to demand tokens of itself. */
function demandsTokens(instance: Resource): boolean {
  const argument = imageArgument(instance.type);
  return instance.refs(argument, 'aws_ami', 'aws_ssm_parameter').flatMap(namesIn).some(isAmazonLinux2023);
}

/** The secrets of a project, its databases' with them, each with how its ARN is written. */
function secretsOf(project: Project): { secret: StoredSecret; owner: Resource; arn: string }[] {
  const found = [
    ...project.all('aws_secretsmanager_secret').map((owner) => ({ owner, arn: owner.computed('arn') })),
    ...project
      .all('aws_db_instance', 'aws_rds_cluster')
      .filter((database) => database.has('manage_master_user_password'))
      .map((owner) => ({ owner, arn: managedSecretArn(owner) })),
  ];
  return found.flatMap(({ owner, arn }) => {
    const written = identity(arn);
    return written === undefined ? [] : [{ secret: { service: 'secretsmanager', arn }, owner, arn: written }];
  });
}
