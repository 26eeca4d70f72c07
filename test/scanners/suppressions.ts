import { texts, type ProjectFiles } from 'create-secure-infra';

/** A comment that keeps a scanner from reporting something. */
export interface Suppression {
  scanner: 'checkov' | 'trivy' | 'tflint';
  /** `CKV_AWS_150`, `AWS-0053` */
  check: string;
  /** Why; undefined where the comment gives no reason. */
  reason: string | undefined;
  /** `aws_lb.alb`; undefined where the comment is about no resource, or is not written as described below. */
  resource: string | undefined;
  /** `alb.tf:4` */
  place: string;
}

/** Whatever one of the three takes for a suppression wherever it stands, under their old names too: `checkov:skip`. */
function suppressionIn(line: string): string | undefined {
  return /(?:checkov|bridgecrew|cortex):skip|(?:trivy|tfsec):ignore|tflint-ignore/.exec(line)?.[0];
}

const checkovComment = /^ +#checkov:skip=(?<check>CKV2?_[A-Z]+_\d+)(?::(?<reason>.*))?$/;
const trivyComment = /^#trivy:ignore:(?<check>[A-Z]+-\d+)$/;

/**
 * The suppressions in the HCL of a project that `terraform fmt` has formatted: Checkov's within a resource, Trivy's
 * directly above one, with the reason in the comment before, in a sentence each where there are several. One that is not written so has no check or no resource.
 */
export function readSuppressions(files: ProjectFiles): Suppression[] {
  return [...texts(files)].flatMap(([file, text]) => {
    if (!file.endsWith('.tf')) return [];
    const lines = text.split('\n');
    return lines.flatMap((line, index) => {
      const what = suppressionIn(line);
      if (!what) return [];
      const read = what.endsWith(':skip') ? inResource : what.endsWith(':ignore') ? aboveResource : unread;
      return [{ ...read(lines, index), place: `${file}:${index + 1}` }];
    });
  });
}

type Read = Omit<Suppression, 'place'>;

function inResource(lines: readonly string[], index: number): Read {
  const { check, reason } = checkovComment.exec(lines[index]!)?.groups ?? {};
  // Blocks begin in the first column; what begins nearest above is the one that this line is in.
  const start = lines.slice(0, index).findLast((line) => /^\S/.test(line) && !line.startsWith('#'));
  return {
    scanner: 'checkov',
    check: check ?? lines[index]!.trim(),
    reason: reason?.trim() || undefined,
    resource: check ? addressOf(start) : undefined,
  };
}

function aboveResource(lines: readonly string[], index: number): Read {
  const check = trivyComment.exec(lines[index]!)?.groups?.check;
  const next = lines.slice(index + 1).find((line) => !trivyComment.test(line));
  // Trivy wants several of them together: the comment before has a sentence for each.
  const first = lines.slice(0, index).findLastIndex((line) => !trivyComment.test(line)) + 1;
  const before = lines.slice(0, first).findLastIndex((line) => !line.startsWith('# '));
  const comment = lines
    .slice(before + 1, first)
    .map((line) => line.slice(2))
    .join(' ');
  const isAlone = first === index && !trivyComment.test(lines[index + 1] ?? '');
  const reason = isAlone ? comment : comment.split(/(?<=\.) /)[index - first];
  return {
    scanner: 'trivy',
    check: check ?? lines[index]!.trim(),
    reason: reason || undefined,
    resource: check ? addressOf(next) : undefined,
  };
}

/** There is nothing that TFLint must be kept from saying, and so no form for it. */
function unread(lines: readonly string[], index: number): Read {
  return { scanner: 'tflint', check: lines[index]!.trim(), reason: undefined, resource: undefined };
}

function addressOf(line: string | undefined): string | undefined {
  const { type, name } = /^resource "(?<type>\w+)" "(?<name>\w+)" \{$/.exec(line ?? '')?.groups ?? {};
  return type && name ? `${type}.${name}` : undefined;
}

/** The files without their suppressions of Checkov's checks, so that it says what it would find. */
export function withoutSuppressions(files: ProjectFiles): ProjectFiles {
  return new Map(
    [...files].map(([file, content]) => [file, typeof content === 'string' ? withoutComments(content) : content]),
  );
}

function withoutComments(text: string): string {
  return text
    .split('\n')
    .filter((line) => !suppressionIn(line)?.endsWith(':skip'))
    .join('\n');
}
