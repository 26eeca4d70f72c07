import type { Project } from '../../terraform/project.js';
import { defineRules } from '../rule.js';

interface TestFile {
  path: string;
  lines: readonly string[];
}

const testFolders = ['', 'test', 'tests', '__tests__'];
const testFile = /\.tftest\.hcl$|\.(?:test|spec|int\.test|unit\.test)\.[jt]sx?$|_test\.go$|^test_.*\.py$|_test\.py$/;

/** The test files beside a project. */
function testFiles(project: Project): TestFile[] {
  return testFolders.flatMap((folder) =>
    (project.list(folder) ?? [])
      .filter((name) => testFile.test(name))
      .map((name) => {
        const file = folder === '' ? name : `${folder}/${name}`;
        return { path: file, lines: (project.read(file) ?? '').split(/\r?\n/) };
      }),
  );
}

/** A line without the brace that it ends in, and what is blank around it. */
function withoutBrace(line: string): string {
  const text = line.trimEnd();
  return text.endsWith('{') ? text.slice(0, -1).trimEnd() : line;
}

/** Assertions that hold whatever the project does. */
const hollow: readonly RegExp[] = [
  /^\s*condition\s*=\s*true\s*$/,
  /\bexpect\(\s*(true|1)\s*\)\s*\.(?:toBe|toEqual|toStrictEqual)\(\s*\1\s*\)/,
  /\bexpect\(\s*true\s*\)\s*\.toBeTruthy\(\)/,
  /\bassert\.(?:True|Equal)\(\s*t\s*,\s*true\s*(?:,\s*true\s*)?\)/,
  /^\s*assert\s+True\s*(?:#.*)?$/,
];

/** Ids that AWS gave to something in one account. */
const ids = /\b(?:vpc|subnet|sg|i|igw|nat|rtb|eni|vpce|eipalloc)-[0-9a-f]{8}(?:[0-9a-f]{9})?\b/;

const record = '#>> .create-secure-infra.json\n{}\n';
const testing = 'https://developer.hashicorp.com/terraform/language/tests';

export default defineRules(
  {
    name: 'tests-assert',
    severity: 'warning',
    title: 'no test asserts what is true whatever happens',
    why: 'The test passes without infrastructure, without credentials and with every fault, and is counted as proof.',
    remedy:
      'Assert something of the plan or of an output, or skip the test where what it needs is not there, so that the report says so.',
    catalogue: ['S000-32'],
    stages: ['hcl'],
    source: testing,
    example: {
      broken: `resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}
#>> tests/network.tftest.hcl
run "network" {
  command = plan

  assert {
    condition     = true
    error_message = "The network must be there."
  }
}
`,
      sound: `resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}
#>> tests/network.tftest.hcl
run "network" {
  command = plan

  assert {
    condition     = aws_vpc.this.cidr_block == "10.0.0.0/16"
    error_message = "The network must have the range that was agreed on."
  }
}
`,
    },
    check(project, { finding }) {
      for (const { path, lines } of testFiles(project)) {
        for (const [index, line] of lines.entries())
          if (hollow.some((assertion) => assertion.test(line)))
            finding({ path, line: index + 1 }, `asserts nothing: ${line.trim()}`);
      }
    },
  },
  {
    name: 'project-tested',
    severity: 'note',
    scope: 'generated',
    title: 'the project has tests that plan it and assert something of the plan',
    why: 'Without them nobody sees that a change broke what the project promises before it is applied.',
    remedy: 'Keep tests/project.tftest.hcl, with an assert or an expect_failures in every run.',
    catalogue: ['S000-32'],
    stages: ['hcl'],
    source: testing,
    example: {
      broken: `#>> tests/project.tftest.hcl
run "plan" {
  command = plan
}
${record}`,
      sound: `#>> tests/project.tftest.hcl
run "plan" {
  command = plan

  assert {
    condition     = output.application_url != ""
    error_message = "The application must have an address."
  }
}
${record}`,
    },
    check(project, { finding }) {
      const files = testFiles(project).filter(({ path }) => path.endsWith('.tftest.hcl'));
      if (files.length === 0) finding({ path: 'tests/project.tftest.hcl', line: 1 }, 'there is no test of Terraform');
      for (const { path, lines } of files) {
        const starts = lines.flatMap((line, index) => (/^run\s+"/.test(line) ? [index] : []));
        for (const [at, start] of starts.entries()) {
          const run = lines.slice(start, starts[at + 1]);
          if (!run.some((line) => /^\s*(?:assert\s*\{|expect_failures\s*=)/.test(line)))
            finding({ path, line: start + 1 }, `asserts nothing: ${withoutBrace(lines[start] ?? '')}`);
        }
      }
    },
  },
  {
    name: 'tests-read-outputs',
    severity: 'warning',
    scope: 'generated',
    title: 'tests against AWS take ids from the outputs of the project',
    why: 'An id that is written out is that of one copy in one account. The test of another copy fails, or passes by what is in the first.',
    remedy: 'Read terraform output -json, and skip the test where there is none.',
    catalogue: ['S002-06'],
    stages: ['hcl'],
    source: 'https://developer.hashicorp.com/terraform/cli/commands/output',
    example: {
      broken: `#>> tests/network.test.ts
const { Subnets } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: ['subnet-0a1b2c3d4e5f60718'] }));
${record}`,
      sound: `#>> tests/network.test.ts
const outputs = JSON.parse(execFileSync('terraform', ['output', '-json'], { encoding: 'utf8' }));
const { Subnets } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: outputs.private_subnet_ids.value }));
${record}`,
    },
    check(project, { finding }) {
      for (const { path, lines } of testFiles(project)) {
        // Tests of Terraform plan against made-up answers.
        if (path.endsWith('.tftest.hcl')) continue;
        for (const [index, line] of lines.entries()) {
          const [id] = ids.exec(line) ?? [];
          if (id !== undefined) finding({ path, line: index + 1 }, `${id} is written out`);
        }
      }
    },
  },
);
