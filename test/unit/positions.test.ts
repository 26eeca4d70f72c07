import { describe, expect, it } from 'vitest';

import { githubText, jsonReport } from '../../src/commands/check-report.js';
import { sarifReport } from '../../src/commands/sarif.js';
import { rules, type CheckResult } from '../../src/rules/check.js';
import type { Location } from '../../src/terraform/location.js';
import { parseHcl } from '../../src/terraform/parse.js';
import { expressionsOf, type Expression, type Span } from '../../src/terraform/syntax.js';

async function parsed(text: string) {
  const [file] = await parseHcl(new Map([['main.tf', text]]));
  return file!;
}

/** What a span says is there. */
function cut(text: string, { line, column, endLine, endColumn }: Span): string {
  const lines = text.split('\n').slice(line - 1, endLine);
  lines[lines.length - 1] = lines.at(-1)!.slice(0, endColumn - 1);
  lines[0] = lines[0]!.slice(column - 1);
  return lines.join('\n');
}

describe('where something stands', () => {
  it('is from its first character to behind its last', async () => {
    const text = `# ü 🐄
/* two
   lines */
resource "aws_lb" "app" {
  name = "ü-\${var.name}" # behind
  tags = {
    "🐄" = [for key, one in var.all : one.x["y"] if one.z != ""], b = local.list[*].id
  }
  count = var.on ? 1 : var.off ? 2 : -3
  nested {
    text = <<-EOT
      one \${upper(each.key)}
    EOT
  }
}
`;
    const { body, comments } = await parsed(text);
    expect(comments.map((comment) => cut(text, comment))).toEqual(['# ü 🐄', '/* two\n   lines */', '# behind']);
    const [block] = body.blocks;
    expect(cut(text, block!.header)).toBe('resource "aws_lb" "app"');
    expect(cut(text, block!)).toBe(text.slice(text.indexOf('resource'), -1));
    expect(block!.body.attributes.map((attribute) => cut(text, attribute).split('\n').at(0))).toEqual([
      'name = "ü-${var.name}"',
      'tags = {',
      'count = var.on ? 1 : var.off ? 2 : -3',
    ]);
    const kinds = ['template', 'call', 'attribute', 'index', 'splat', 'conditional', 'binary', 'for', 'list', 'object'];
    const shown = (kind: string) =>
      expressionsOf(body)
        .filter((expression: Expression) => expression.kind === kind)
        .map((expression) => cut(text, expression));
    expect(Object.fromEntries(kinds.map((kind) => [kind, shown(kind)]))).toMatchInlineSnapshot(`
      {
        "attribute": [
          "var.name",
          "var.all",
          "one.x",
          "one.z",
          "local.list",
          "[*].id",
          "var.on",
          "var.off",
          "each.key",
        ],
        "binary": [
          "one.z != """,
        ],
        "call": [
          "upper(each.key)",
        ],
        "conditional": [
          "var.on ? 1 : var.off ? 2 : -3",
          "var.off ? 2 : -3",
        ],
        "for": [
          "[for key, one in var.all : one.x["y"] if one.z != ""]",
        ],
        "index": [
          "one.x["y"]",
        ],
        "list": [],
        "object": [
          "{
          "🐄" = [for key, one in var.all : one.x["y"] if one.z != ""], b = local.list[*].id
        }",
        ],
        "splat": [
          "local.list[*].id",
        ],
        "template": [
          ""ü-\${var.name}"",
          "<<-EOT
            one \${upper(each.key)}
          EOT",
        ],
      }
    `);
  });

  it('is the same with line ends of Windows and a byte order mark', async () => {
    const text = 'locals {\n  a = "x"\n  b = [\n    1,\n  ]\n}\n';
    expect((await parsed(`\uFEFF${text.replaceAll('\n', '\r\n')}`)).body).toEqual((await parsed(text)).body);
  });
});

describe('the place of a finding', () => {
  const place = { path: 'main.tf', line: 2, column: 3, endLine: 2, endColumn: 9 };
  const heredoc = { path: 'main.tf', line: 2, column: 3, endLine: 4, endColumn: 4 };
  const result = (location: Location): CheckResult => ({
    findings: [{ rule: [...rules.values()][0]!, severity: 'error', message: 'is wrong', stages: ['hcl'], location }],
    suppressed: [],
    abstentions: [],
    unreadModules: [],
    unreadFiles: [],
    unfinished: [],
    cuts: [],
    notUnderstood: [],
    resources: 1,
    awsResources: 1,
  });
  const context = { folder: '.', verbose: false, paint: (_format: string, text: string) => text };

  it('is a region in SARIF, a range in JSON, and columns of one line on GitHub', () => {
    const sarif = JSON.parse(sarifReport(result(place), context));
    expect(sarif.runs[0].results[0].locations[0].physicalLocation.region).toEqual({
      startLine: 2,
      startColumn: 3,
      endLine: 2,
      endColumn: 9,
    });
    const { findings } = JSON.parse(jsonReport(result(place), context));
    expect(findings[0]).toMatchObject({ file: 'main.tf', line: 2, column: 3, endLine: 2, endColumn: 9 });
    expect(githubText(result(place), context)).toMatch(/^::error file=main\.tf,line=2,col=3,endColumn=9,title=/);
    expect(githubText(result(heredoc), context)).toMatch(/^::error file=main\.tf,line=2,title=/);
  });

  it('has no columns where they are not known', () => {
    const line = { path: 'main.tf', line: 2 };
    const sarif = JSON.parse(sarifReport(result(line), context));
    expect(sarif.runs[0].results[0].locations[0].physicalLocation.region).toEqual({ startLine: 2 });
    expect(githubText(result(line), context)).toMatch(/^::error file=main\.tf,line=2,title=/);
  });
});
