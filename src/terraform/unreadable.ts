/** Why a file cannot be read, told by what is found in it. */
export interface Cause {
  line: number;
  why: string;
}

/**
 * The cause that people would name for a fault in the lines from `first` to `last`, counted from 1: the grammar only
 * knows where it could not go on, which is often a line early.
 */
export function causeIn(text: string, first: number, last: number): Cause | undefined {
  const lines = text.split('\n');
  return conflictIn(lines) ?? quotedNameIn(lines, first, last) ?? templateIn(lines, first, last);
}

function conflictIn(lines: readonly string[]): Cause | undefined {
  const start = lines.findIndex((line) => /^<{7}(?: |$)/.test(line));
  const end = lines.findIndex((line, at) => at > start && /^>{7}(?: |$)/.test(line));
  return start < 0 || end < 0 ? undefined : { line: start + 1, why: 'has the marks of a merge conflict' };
}

/** Jinja, cookiecutter and copier, ERB. */
function templateIn(lines: readonly string[], first: number, last: number): Cause | undefined {
  for (let at = first; at <= Math.min(last, lines.length); at++) {
    // In quotes it would be no fault.
    const mark = /\{\{|\{%|<%/.exec((lines[at - 1] ?? '').replace(/"[^"]*"/g, '""'))?.[0];
    if (mark !== undefined) return { line: at, why: `is a template that another tool fills in: there is ${mark}` };
  }
  return undefined;
}

/** `"name" = …` in a block, as Terraform 0.11 took it: https://developer.hashicorp.com/terraform/language/v1.1.x/upgrade-guides/0-12 */
function quotedNameIn(lines: readonly string[], first: number, last: number): Cause | undefined {
  const open: ('block' | 'other')[] = [];
  let heredoc: string | undefined;
  let inComment = false;
  for (const [at, line] of lines.entries()) {
    if (at + 1 > last) return undefined;
    if (heredoc !== undefined) {
      if (line.trim() === heredoc) heredoc = undefined;
      continue;
    }
    const isNamed = /^\s*"[^"]*"\s*=(?![=>])/.test(line);
    if (isNamed && !inComment && at + 1 >= first && (open.at(-1) ?? 'block') === 'block')
      return {
        line: at + 1,
        why: 'has a name in quotes: argument names must not be quoted, but for the keys of a map',
      };
    ({ heredoc, inComment } = readLine(line, open, inComment));
  }
  return undefined;
}

/** Notes the brackets of a line, but for those in texts and comments. */
function readLine(line: string, open: ('block' | 'other')[], commented: boolean) {
  const code = line.trimEnd();
  let inComment = commented;
  let inText = false;
  let before = '';
  for (const match of code.matchAll(/\\.|"|\/\*|\*\/|\/\/|<<-?\w+|\S/g)) {
    const [token] = match;
    if (inComment) {
      inComment = token !== '*/';
      continue;
    }
    if (token === '"') inText = !inText;
    if (inText) continue;
    if (token === '#' || token === '//') break;
    if (token === '/*') inComment = true;
    else if (token.startsWith('<<') && match.index + token.length === code.length)
      return { heredoc: token.replace(/^<<-?/, ''), inComment };
    else if (token === '{') open.push(/[\w"-]$/.test(before) ? 'block' : 'other');
    else if (token === '(' || token === '[') open.push('other');
    else if (token === '}' || token === ')' || token === ']') open.pop();
    before = token;
  }
  return { heredoc: undefined, inComment };
}
