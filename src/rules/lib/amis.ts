import type { Block } from '../model/project.js';
import { identity, Text, someElements, type Value } from '../model/value.js';

/** Where an instance or a template names its image. */
export function imageArgument(type: string): string {
  return type === 'aws_instance' || type === 'aws_spot_instance_request' ? 'ami' : 'image_id';
}

/**
 * What is known of the name of the image in an argument: a pattern of the data source that finds it, or the name of
 * the public parameter that holds its id.
 */
export function imageNames(block: Block, argument: string): string[] {
  const parameters = block.refs(argument, 'aws_ssm_parameter').map((parameter) => parameter.get('name'));
  const filters = block
    .refs(argument, 'aws_ami')
    .flatMap((ami) => ami.blocks('filter'))
    .filter((filter) => filter.text('name') === 'name')
    .flatMap((filter) => someElements(filter.get('values')));
  const written = identity(block.get(argument));
  const resolved = written?.startsWith('resolve:ssm:') ? [written] : [];
  return [...parameters, ...filters].map(knownText).concat(resolved);
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
