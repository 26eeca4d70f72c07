import type { Resource } from '../../terraform/project.js';
import { someElements, Text, type Value } from '../../terraform/value.js';

/** Where an instance or a template names its image. */
export function imageArgument(type: string): string {
  return type === 'aws_instance' || type === 'aws_spot_instance_request' ? 'ami' : 'image_id';
}

/**
 * The names of images that a data source looks for: patterns of `aws_ami`, or the name of the public parameter that
 * holds the id of one.
 */
export function namesIn(source: Resource): string[] {
  const patterns = source
    .blocks('filter')
    .filter((filter) => filter.text('name') === 'name')
    .flatMap((filter) => someElements(filter.get('values')));
  const parameter = source.type === 'aws_ssm_parameter' ? [source.get('name')] : [];
  return [...patterns, ...parameter].map(knownText);
}

function knownText(value: Value | undefined): string {
  if (typeof value === 'string') return value;
  return value instanceof Text ? value.parts.map((part) => (typeof part === 'string' ? part : '*')).join('') : '';
}

/** Amazon Linux 2, whose support ended on 30 June 2026. https://aws.amazon.com/amazon-linux-2/faqs/ */
export function isAmazonLinux2(name: string): boolean {
  return /\bamzn2-ami|amazon-linux-2(?![\d\w])/.test(name);
}

/** Amazon Linux 2023, whose images demand IMDSv2 of themselves. https://docs.aws.amazon.com/linux/al2023/ug/imdsv2.html */
export function isAmazonLinux2023(name: string): boolean {
  return /\bal2023|amazon-linux-2023/.test(name);
}
