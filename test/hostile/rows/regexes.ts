import type { Row } from '../attack.js';

/** Patterns for which a machine that tries every way takes for ever, and Terraform's takes no time. */
const patterns: Readonly<Record<string, readonly [pattern: string, text: string]>> = {
  'repeated repetition': ['^(a+)+$', `${'a'.repeat(60)}b`],
  'two ways for each letter': ['^(a|aa)+$', `${'a'.repeat(80)}b`],
  'the same in a class': ['^([a-zA-Z]+)*$', `${'a'.repeat(60)}1`],
  'repeated anything': ['^(.*a){25}$', `${'a'.repeat(60)}b`],
  'three times in a row': ['^a*a*a*a*a*a*a*a*a*a*$', `${'a'.repeat(3000)}b`],
  'optional before repeated': [`^${'a?'.repeat(40)}${'a'.repeat(40)}$`, 'a'.repeat(39)],
  'without an anchor': ['(x+x+)+y', 'x'.repeat(60)],
  'of many words': ['^(\\\\w+\\\\s?)*$', `${'word '.repeat(40)}!`],
  'of empty parts': ['^(a*)*$', `${'a'.repeat(60)}b`],
  named: ['^(?P<constructor>(a+)+)$', `${'a'.repeat(60)}b`],
  'of great counts': ['^((a{1,1000}){1,1000}){1,1000}$', `${'a'.repeat(100)}b`],
  'of many choices': [`^(${Array.from({ length: 5000 }, (_, at) => `a${at}`).join('|')})*$`, `${'a1'.repeat(2000)}b`],
  'deep in groups': [`${'('.repeat(3000)}a${')'.repeat(3000)}`, 'a'],
};

/** Where a pattern and a text meet. */
function uses(pattern: string, text: string): string {
  return `variable "v" {
  default = "${text}"
  validation {
    condition     = can(regex("${pattern}", var.v))
    error_message = "x"
  }
}
locals {
  all = regexall("${pattern}", "${text}")
}
resource "aws_s3_bucket" "b" {
  count  = length(local.all) + 1
  bucket = try(regex("${pattern}", "${text}")[0], "X")
  tags = {
    a = replace("${text}", "/${pattern}/", "")
    b = can(regex("${pattern}", var.v)) ? "a" : "b"
  }
}
`;
}

/** Regular expressions of the project's, on texts of its own. */
export const regexRows: readonly Row[] = Object.entries(patterns).map(([title, [pattern, text]]) => ({
  title,
  isRead: true,
  files: { 'main.tf': uses(pattern, text) },
}));
