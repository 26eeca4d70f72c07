import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { check, isComplete } from '../../src/rules/check.js';
import { parseHcl } from '../../src/terraform/parse.js';
import { Budget } from '../../src/terraform/budget.js';
import { parseJsonSyntax } from '../../src/terraform/json-syntax.js';
import { folderSources } from '../../src/terraform/folder-sources.js';
import { memorySources, readHclProject } from '../../src/terraform/read-hcl.js';
import { readPlan } from '../../src/terraform/read-json.js';
import { moduleOfUnit } from '../../src/terraform/terragrunt.js';
import { comparable } from '../support/hcl-oracle.js';
import { filesIn, lines } from '../support/rules.js';
import { scratchFolder } from '../support/scratch.js';

function read(text: string, within?: string) {
  return readHclProject(memorySources(filesIn(text), within));
}

async function namesOf(text: string, within?: string): Promise<string[]> {
  return check([await read(text, within)]).findings.map(({ rule }) => rule.name);
}

describe('a file in JSON', () => {
  const json = (text: string) => parseJsonSyntax('main.tf.json', text, new Budget());

  it('is read as the same in HCL', async () => {
    const [hcl] = await parseHcl(
      new Map([
        [
          'main.tf',
          `
terraform {
  required_version = ">= 1.11"
  backend "s3" {
    key = "a"
  }
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      version               = "~> 5.100"
      configuration_aliases = [aws.west]
    }
  }
}
variable "name" {
  type    = map(list(string))
  default = { a = ["$\${b}"] }
  validation {
    condition     = length(var.name) > 0
    error_message = "No name."
  }
}
locals {
  plain  = "a \\"b\\" \\\\ c"
  filled = "x-\${var.name["a"]}-%%{ if }"
  whole  = var.name
  list   = [1, -2.5, true, null, { k = aws_vpc.this.id }]
}
provider "aws" {
  alias = "west"
  assume_role {
    role_arn = var.name
  }
}
provider "aws" {
  default_tags {
    tags = { a = "b" }
  }
}
module "m" {
  source     = "./m"
  depends_on = [aws_vpc.this]
  providers  = { aws = aws.west }
}
resource "aws_security_group" "this" {
  count    = 2
  provider = aws.west
  ingress {
    from_port = 1
  }
  ingress {
    from_port = 2
  }
  lifecycle {
    ignore_changes = [tags["a"], name]
    precondition {
      condition = var.name != null
    }
  }
  provisioner "local-exec" {
    command = "a"
    when    = destroy
  }
}
resource "aws_lb" "this" {
  access_logs {
    bucket = "b"
  }
  dynamic "subnet_mapping" {
    for_each = var.name
    iterator = one
    content {
      subnet_id = one.value
    }
  }
}
data "aws_vpc" "this" {
  filter {
    name = "a"
  }
}
output "o" {
  value = <<-EOT
    a
  EOT
}
moved {
  from = aws_vpc.a
  to   = aws_vpc.b["c"]
}
check "health" {
  data "aws_vpc" "there" {
    id = "a"
  }
  assert {
    condition = true
  }
}
`,
        ],
      ]),
    );
    const read = await json(
      JSON.stringify({
        '//': 'a comment',
        terraform: [
          {
            required_version: '>= 1.11',
            backend: { s3: { key: 'a' } },
            required_providers: {
              aws: { source: 'hashicorp/aws', version: '~> 5.100', configuration_aliases: ['aws.west'] },
            },
          },
        ],
        variable: {
          name: {
            type: 'map(list(string))',
            default: { a: ['${b}'] },
            validation: [{ condition: '${length(var.name) > 0}', error_message: 'No name.' }],
          },
        },
        locals: {
          plain: 'a "b" \\ c',
          filled: 'x-${var.name["a"]}-%%{ if }',
          whole: '${var.name}',
          list: [1, -2.5, true, null, { k: '${aws_vpc.this.id}' }],
        },
        provider: {
          aws: [{ alias: 'west', assume_role: { role_arn: '${var.name}' } }, { default_tags: [{ tags: { a: 'b' } }] }],
        },
        module: { m: { source: './m', depends_on: ['aws_vpc.this'], providers: { aws: 'aws.west' } } },
        resource: [
          {
            aws_security_group: {
              this: {
                count: 2,
                provider: 'aws.west',
                ingress: [{ from_port: 1 }, { from_port: 2 }],
                lifecycle: {
                  ignore_changes: ['tags["a"]', 'name'],
                  precondition: { condition: '${var.name != null}' },
                },
                provisioner: [{ 'local-exec': { command: 'a', when: 'destroy' } }],
              },
            },
          },
          {
            aws_lb: {
              this: {
                access_logs: { bucket: 'b' },
                dynamic: {
                  subnet_mapping: { for_each: '${var.name}', iterator: 'one', content: { subnet_id: '${one.value}' } },
                },
              },
            },
          },
        ],
        data: { aws_vpc: { this: { filter: { name: 'a' } } } },
        output: { o: { value: 'a\n' } },
        moved: { from: 'aws_vpc.a', to: 'aws_vpc.b["c"]' },
        check: { health: { data: { aws_vpc: { there: { id: 'a' } } }, assert: { condition: true } } },
      }),
    );
    const [inHcl, inJson] = [hcl!.body, read.body].map(
      (body) => comparable(body) as Record<string, Record<string, unknown>>,
    );
    expect(inJson).toEqual(inHcl);
    // What may be written as an attribute or as blocks is an attribute in JSON.
    const group = read.body.blocks.find(({ labels }) => labels[0] === 'aws_security_group')!;
    expect(group.body.attributes.map(({ name }) => name)).toContain('ingress');
  });

  it('has its places, and comments that put findings aside', async () => {
    const text = `{
  "resource": {
    "aws_db_instance": {
      "open": {
        "//": "create-secure-infra:ignore database-not-public it is a demonstration",
        "engine": "postgres",
        "publicly_accessible": "\${1 == 1}"
      }
    }
  }
}
`;
    const { findings, suppressed } = check([await read(`#>> main.tf.json\n${text}`)]);
    expect(suppressed.map(({ finding }) => `${finding.rule.name} ${finding.location!.line}`)).toEqual([
      'database-not-public 7',
    ]);
    expect(findings.find(({ rule }) => rule.name === 'database-storage-encrypted')!.location).toMatchObject({
      path: 'main.tf.json',
      line: 4,
    });
    const { body } = await json('{"locals":\n {"a":"x${var.b}"}}');
    expect(body.blocks[0]!.body.attributes[0]!.expression).toMatchObject({
      line: 2,
      column: 7,
      endLine: 2,
      endColumn: 18,
    });
  });

  it('overrides, and is overridden', async () => {
    const project = await read(`resource "aws_sqs_queue" "a" {
  name = "one"
}
#>> z_override.tf.json
{"resource":{"aws_sqs_queue":{"a":{"name":"two"}}}}
`);
    expect(project.all('aws_sqs_queue').map((queue) => queue.text('name'))).toEqual(['two']);
  });

  it.each([
    ['{"locals": {', 1, 'it is no JSON there'],
    ['{\n"locals": {"a": 1,}\n}', 2, 'it is no JSON there'],
    ['{\n// no comment\n}', 2, 'it is no JSON there'],
    ['', 1, 'it is no JSON there'],
    ['[1]', 1, 'must be an object'],
    ['{"resource":\n"a"}', 2, 'must be an object'],
    ['{"locals":\n{"a": "${"}}', 2, 'cannot be read'],
    ['{"locals":\n\n{"a": "${EOT_}", "b": "${c d}"}}', 3, 'cannot be read'],
    [`{"locals": ${'['.repeat(300)}${']'.repeat(300)}}`, 1, 'nested too deep'],
  ])('that is none is refused with its line: %s', async (text, line, message) => {
    await expect(json(text)).rejects.toMatchObject({ line, message: expect.stringContaining(message) as string });
  });
});

describe('OpenTofu', () => {
  const backend = `terraform {
  backend "s3" {
    bucket       = var.bucket
    key          = "a"
    region       = "eu-west-1"
    use_lockfile = true
  }
}
variable "bucket" {
  type    = string
  default = "a"
}
`;
  it.each([
    ['a file of its own', '#>> a.tofu\n'],
    ['its version', '#>> .opentofu-version\n1.11.0\n'],
    ['its version above the folder', '#>> ../../.opentofu-version\n1.11.0\n'],
    ['asdf', '#>> .tool-versions\nnodejs 20\nopentofu 1.11.0\n'],
    ['mise', '#>> ../mise.toml\n[tools]\nopentofu = "1.11"\n'],
    ['its lock file', '#>> .terraform.lock.hcl\nprovider "registry.opentofu.org/hashicorp/aws" {}\n'],
    ['encryption', '#>> e.tf\nterraform {\n  encryption {}\n}\n'],
    ['a repeated provider', '#>> p.tf\nprovider "aws" {\n  alias = "a"\n  for_each = toset(["b"])\n}\n'],
    [
      'what may be switched off',
      '#>> q.tf\nresource "aws_sqs_queue" "q" {\n  lifecycle {\n    enabled = true\n  }\n}\n',
    ],
  ])('is known by %s, and takes variables in a backend', async (_, more) => {
    const project = await read(`${backend}${more}`, 'a/b');
    expect(project.tool).toBe('opentofu');
    expect(lines(check([project]))).not.toContainEqual(expect.stringContaining('backend-literal'));
  });

  it.each([
    ['nothing', ''],
    ["tfenv's version", '#>> .terraform-version\n1.11.0\n'],
    ['both of them', '#>> .tool-versions\nterraform 1.11.0\nopentofu 1.11.0\n'],
    ['a version above all that is looked at', '#>> ../../../.opentofu-version\n1.11.0\n'],
  ])('is not by %s', async (_, more) => {
    const project = await read(`${backend}${more}`, 'a/b');
    expect(project.tool).toBe('terraform');
    expect(await namesOf(`${backend}${more}`, 'a/b')).toContain('backend-literal');
  });

  it('reads its file in place of that for Terraform', async () => {
    const queues = async (text: string) =>
      (await read(text)).all('aws_sqs_queue').map((queue) => [queue.name, queue.text('name')].join(' '));
    const text = `#>> a.tf
resource "aws_sqs_queue" "a" {
  name = "terraform"
}
#>> a.tofu
resource "aws_sqs_queue" "a" {
  name = "tofu"
}
#>> b.tf.json
{"resource":{"aws_sqs_queue":{"b":{"name":"terraform"}}}}
#>> b.tofu.json
{"resource":{"aws_sqs_queue":{"b":{"name":"tofu"}}}}
#>> c.tf
resource "aws_sqs_queue" "c" {
  name = "both"
}
`;
    expect(await queues(text)).toEqual(['a tofu', 'b tofu', 'c both']);
    expect(await queues(text.replace('#>> a.tofu', '#>> a.txt').replace('#>> b.tofu.json', '#>> b.txt'))).toEqual([
      'a terraform',
      'b terraform',
      'c both',
    ]);
  });

  it('leaves no file of either tool unread in silence', async () => {
    const unread = async (text: string) => {
      const result = check([await read(text)]);
      expect(isComplete(result)).toBe(result.unreadFiles.length === 0);
      return result.unreadFiles.map(({ path: file, why }) => `${file} ${why}`);
    };
    expect(await unread('#>> a.tofu\n#>> b.tf\n#>> c.tf.json\n{}\n')).toEqual([]);
    expect(await unread('#>> a.tofu\n#>> a.tf\n#>> b.tf.json\n{}\n#>> b.tofu.json\n{}\n')).toEqual([
      'a.tf is read by Terraform, and not by OpenTofu, for which a.tofu takes its place',
      'b.tf.json is read by Terraform, and not by OpenTofu, for which b.tofu.json takes its place',
    ]);
    expect(await unread('module "m" {\n  source = "./m"\n}\n#>> m/a.tf\n#>> m/a.tofu\n')).toEqual([
      'm/a.tofu is for OpenTofu alone, and this is read as Terraform reads it',
    ]);
    // What is missing is told all the same.
    const names = await namesOf('#>> a.tofu\n#>> a.tf\n#>> b.tf\nlocals {\n  a = var.gone\n}\n');
    expect(names).toContain('variable-declared');
  });

  it('leaves out what is not enabled, and knows a source made of variables and locals', async () => {
    const project = await read(`#>> main.tofu
variable "there" {
  type = bool
}
variable "kind" {
  default = "one"
}
locals {
  folder = "modules"
}
resource "aws_sqs_queue" "on" {
  lifecycle {
    enabled = true
  }
}
resource "aws_sqs_queue" "off" {
  lifecycle {
    enabled = false
  }
}
resource "aws_sqs_queue" "either" {
  lifecycle {
    enabled = var.there
  }
}
module "m" {
  source = "./\${local.folder}/\${var.kind}"
}
module "off" {
  source = "./modules/one"
  lifecycle {
    enabled = false
  }
}
#>> modules/one/main.tf
resource "aws_sns_topic" "t" {}
`);
    expect(project.resources.map(({ address, uncertain }) => `${address} ${uncertain}`)).toEqual([
      'aws_sqs_queue.on false',
      'aws_sqs_queue.either true',
      'module.m.aws_sns_topic.t false',
    ]);
    expect(project.unreadModules).toEqual([]);
  });
});

describe('Terragrunt', () => {
  const queue = `resource "aws_sqs_queue" "one" {
  name                    = "one-\${var.env}-\${local.region}"
  sqs_managed_sse_enabled = var.encrypted
  redrive_policy          = aws_sqs_queue.two.arn
}
variable "encrypted" {
  type    = bool
  default = false
}
`;
  const told = ['reference-declared'];
  const untold = ['variable-declared', 'reference-declared'];
  const names = async (more: string, within = 'aws/queue') =>
    (await namesOf(`${queue}${more}`, within)).filter((name) => untold.includes(name));

  it.each([
    ['in the folder', '#>> terragrunt.hcl\n'],
    ['as a stack in the folder', '#>> terragrunt.stack.hcl\n'],
    ['by path', '#>> ../../env/staging/queue/terragrunt.hcl\nterraform {\n  source = "../../../aws//queue"\n}\n'],
    ['from the root', '#>> ../../live/terragrunt.hcl\nterraform {\n  source = "${get_repo_root()}//aws/queue"\n}\n'],
    [
      'from above',
      '#>> ../../l/terragrunt.hcl\nterraform {\n  source = "${path_relative_from_include()}/../aws//queue?ref=v1"\n}\n',
    ],
    [
      "by the folder's name",
      '#>> ../../terragrunt.hcl\nterraform {\n  source = "${dirname(find_in_parent_folders("root.hcl"))}/aws/${path_relative_to_include()}"\n}\n',
    ],
    [
      'from git',
      '#>> ../../l/terragrunt.hcl\nterraform {\n  source = "git::https://github.com/x/y.git//aws/queue?ref=${local.v}"\n}\n',
    ],
    [
      'one or the other',
      '#>> ../../l/terragrunt.hcl\nterraform {\n  source = "${get_env("E") == "p" ? "git::https://x/y//a?ref=${get_env("V")}" : "../aws//queue"}"\n}\n',
    ],
    [
      'from what is included',
      '#>> ../../l/terragrunt.hcl\n#>> ../../_common/queue.hcl\nterraform {\n  source = "${local.base}//aws/queue"\n}\n',
    ],
    ['for the folders beside it', '#>> ../../l/topic/terragrunt.hcl\nterraform {\n  source = "../../aws//topic"\n}\n'],
  ])('takes the folder, %s: what it may generate is not missing', async (_, more) => {
    const project = await read(`${queue}${more}`, 'aws/queue');
    expect(project.filledBy).toBe('terragrunt');
    const result = check([project]);
    expect(isComplete(result)).toBe(false);
    expect(result.notUnderstood[0]!.location!.path).toMatch(/\.hcl$/);
    expect(await names(more)).toEqual(told);
  });

  it('takes a folder at the top', async () => {
    const unit = (source: string) => `#>> ../live/terragrunt.hcl\nterraform {\n  source = "${source}"\n}\n`;
    expect((await read(`${queue}${unit('../queue')}`, 'queue')).filledBy).toBe('terragrunt');
    expect((await read(`${queue}${unit('../topic')}`, 'queue')).filledBy).toBeUndefined();
  });

  it.each([
    ['nothing', ''],
    ['another folder', '#>> ../../l/queue/terragrunt.hcl\nterraform {\n  source = "../../other//topic"\n}\n'],
    [
      'another repository',
      '#>> ../../l/terragrunt.hcl\nterraform {\n  source = "git::https://x/y.git//modules/queue"\n}\n',
    ],
    [
      'a state',
      '#>> ../../l/terragrunt.hcl\nremote_state {\n  key = "${path_relative_to_include()}/terraform.tfstate"\n}\n',
    ],
    ['no unit', '#>> ../../l/some.hcl\nsource = "../aws//queue"\n'],
    ['what is installed', '#>> ../../.cache/terragrunt.hcl\nterraform {\n  source = "../aws//queue"\n}\n'],
  ])('does not, with %s', async (_, more) => {
    const project = await read(`${queue}${more}`, 'aws/queue');
    expect(project.filledBy).toBeUndefined();
    expect(project.notUnderstood).toEqual([]);
    expect(await names(more)).toEqual(['reference-declared', 'variable-declared', 'reference-declared']);
  });

  it('may give backend, providers and versions, so that rules about them tell nothing', async () => {
    const text = `terraform {
  required_version = ">= 1.0"
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
  backend "s3" {
    bucket = "state-123456789012"
    key    = var.key
    region = "eu-west-1"
  }
}
provider "aws" {
  region = "eu-west-1"
}
resource "random_id" "r" {
  byte_length = templatestring("a", {})
}
`;
    const about = [
      'backend-literal',
      'backend-lock',
      'provider-version-range',
      'providers-declared',
      'terraform-version-floor',
    ];
    const found = async (more: string) => (await namesOf(`${text}${more}`)).filter((name) => about.includes(name));
    expect(new Set(await found(''))).toEqual(new Set(about));
    expect(await found('#>> terragrunt.hcl\n')).toEqual([]);
    const unversioned = text.replace('  required_version = ">= 1.0"\n', '');
    expect(await namesOf(unversioned)).toContain('terraform-version-required');
    expect(await namesOf(`${unversioned}#>> terragrunt.hcl\n`)).not.toContain('terraform-version-required');
    // What OpenTofu asks for is its own version.
    expect(await found('#>> .opentofu-version\n')).not.toContain('terraform-version-floor');
  });

  it('gives values, which come before defaults and after files of values', async () => {
    const unit =
      '#>> ../../l/terragrunt.hcl\nterraform {\n  source = "../aws//queue"\n}\ninputs = {\n  encrypted = true\n}\n';
    const value = async (more: string) =>
      (await read(`${queue}${more}`, 'aws/queue')).all('aws_sqs_queue')[0]!.truth('sqs_managed_sse_enabled');
    expect(await value('')).toBe(false);
    expect(await value(unit)).toBeUndefined();
    expect(await value(`${unit}#>> terraform.tfvars\nencrypted = false\n`)).toBe(false);
  });

  it('names the module of a unit, where it is in the checkout', () => {
    const unit = (source: string) =>
      moduleOfUnit(
        memorySources(
          filesIn(`#>> terragrunt.hcl\nterraform {\n  source = ${source}\n}\n#>> ../../aws/queue/main.tf\nlocals {}\n`),
          'live/queue',
        ),
      );
    expect(unit('"../../aws//queue"')).toEqual({ folder: '../../aws/queue' });
    expect(unit('"git::https://x/y.git//aws/queue?ref=v1"')).toEqual({ folder: '../../aws/queue' });
    expect(unit('"tfr:///a/b/aws?version=1.0.0"')).toEqual({ source: '"tfr:///a/b/aws?version=1.0.0"' });
  });

  it('gives no values that hide a default, where the project may put nothing aside', async () => {
    const files = filesIn(`variable "open" {
  type    = bool
  default = true
}
resource "aws_db_instance" "main" {
  publicly_accessible = var.open
}
#>> terragrunt.hcl
inputs = {
  open = false
}
`);
    const found = async (believed: boolean) =>
      lines(check([await readHclProject(memorySources(files), { believed })])).filter((line) =>
        line.startsWith('database-not-public'),
      );
    expect(await found(true)).toEqual([]);
    expect(await found(false)).toHaveLength(1);
  });
});

describe('a template of a file of the module', () => {
  const text = 'output "a" {\n  value = local.gone + var.gone\n}\nvariable "unused" {\n  type = string\n}\n';
  const missing = ['variable-declared', 'reference-declared', 'variable-used'];
  const found = async (files: string) => {
    const project = await read(`${text}${files}`);
    const names = check([project]).findings.map(({ rule }) => rule.name);
    return { names: missing.filter((name) => names.includes(name)), unread: project.unreadFiles() };
  };

  it.each(['jinja', 'j2', 'tmpl', 'tpl', 'erb', 'template'])('may declare what is missing: .tf.%s', async (ending) => {
    const { names, unread } = await found(`#>> locals.tf.${ending}\n{{ anything }}\n`);
    expect(names).toEqual([]);
    expect(unread).toEqual([
      {
        path: `locals.tf.${ending}`,
        why: expect.stringMatching(/^is a template of .+, which is filled in before Terraform reads locals\.tf$/),
      },
    ]);
  });

  it.each([
    ['a template of something else', '#>> user-data.sh.tpl\n#>> policy.tftpl\n#>> locals.tf.bak\n#>> tf.tpl\n'],
    ['one whose file is there', '#>> locals.tf.j2\n#>> locals.tf\nlocals {}\n'],
    ['one in another folder', '#>> other/locals.tf.j2\n'],
    [
      'one that Terraform reads',
      '#>> a.tf.tpl\n#>> b.tf\nlocals {\n  a = templatefile("${path.module}/a.tf.tpl", {})\n}\n',
    ],
  ])('is not %s', async (_, files) => {
    expect(await found(files)).toEqual({ names: missing, unread: [] });
  });

  it('is looked for in modules that are called', async () => {
    const { unread } = await found(
      'module "a" {\n  source = "./a"\n}\n#>> a/main.tf\nlocals {}\n#>> a/b.tf.json.erb\n',
    );
    expect(unread.map(({ path: file, why }) => [file, why])).toEqual([
      ['a/b.tf.json.erb', 'is a template of ERB, which is filled in before Terraform reads b.tf.json'],
    ]);
  });
});

describe('a module that terraform init has brought', () => {
  const entry = (key: string, source: string, folder: string, version?: string) => ({
    Key: key,
    Source: source,
    Dir: folder,
    ...(version === undefined ? {} : { Version: version }),
  });
  const text = (source: string, entries: object[], more = '') => `module "db" {
  ${source}
}
#>> .terraform/modules/modules.json
${JSON.stringify({ Modules: [entry('', '', '.'), ...entries] })}
#>> .terraform/modules/db/main.tf
variable "Unused" {
  default = 1
}
resource "aws_db_instance" "open" {
  publicly_accessible = true
}
${more}`;
  const called = 'source = "a/db/aws"\n  version = "~> 1.0"';
  const installed = entry('db', 'registry.terraform.io/a/db/aws', '.terraform/modules/db', '1.2.0');

  it('is looked into, and what it makes is told at the call, how it is written not at all', async () => {
    const result = check([await read(text(called, [installed]))]);
    const found = lines(result);
    expect(found).toContain(
      'database-not-public main.tf:1 module.db.aws_db_instance.open has a public address, in .terraform/modules/db/main.tf:5',
    );
    expect(found.filter((line) => /\.terraform\/\S+:\d+ {2}/.test(line))).toEqual([]);
    expect(result.findings.every(({ location }) => location?.path === 'main.tf')).toBe(true);
    expect(found.filter((line) => line.includes('Unused'))).toEqual([]);
    expect(isComplete(result)).toBe(true);
  });

  it.each([
    ['alone', '', ''],
    ['before another that is installed', 'module "a" {\n  source = "./.terraform/modules/db"\n}\n', called],
    ['after it', '', `${called}\n}\nmodule "own" {\n  source = "./.terraform/modules/db"`],
  ])("is the project's own where that calls it by path, %s", async (_, first, then) => {
    const own = then === '' ? 'source = "./.terraform/modules/db"' : then;
    const found = lines(check([await read(`${first}${text(own, [installed])}`)]));
    expect(found).toContainEqual(expect.stringMatching(/^database-not-public \.terraform\/modules\/db\/main\.tf:5 /));
    expect(found).toContainEqual(expect.stringContaining('Unused'));
  });

  it('is not taken for the module that is called, where the project may put nothing aside', async () => {
    const project = await read(text(called, [installed]));
    const result = check([project], undefined, { suppressions: false });
    expect(lines(result)).toContainEqual(expect.stringMatching(/^database-not-public main\.tf:1 /));
    expect(result.unreadModules.map(({ address, why }) => `${address} ${why}`)).toEqual([
      'module.db only what .terraform/modules has in its place was looked at, which the project itself may have put there',
    ]);
    const own = await read('module "m" {\n  source = "./m"\n}\n#>> m/main.tf\n');
    expect(check([own], undefined, { suppressions: false }).unreadModules).toEqual([]);
  });

  it('is the one that is called, or else not read, with the reason', async () => {
    const why = async (source: string, entries: object[]) => {
      const { unreadModules } = await read(text(source, entries));
      return unreadModules.map((one) => one.why).join();
    };
    const git = entry('db', 'git::https://github.com/a/b.git?ref=v1', '.terraform/modules/db');
    expect(await why('source = "github.com/a/b?ref=v1"', [git])).toBe('');
    expect(await why('source = "git@github.com:a/b.git?ref=v1"', [git])).toBe('');
    expect(await why('source = "github.com/a/b?ref=v2"', [git])).toContain('another source');
    expect(await why('source = "a/db/aws"\n  version = "2.0.0"', [installed])).toContain('version 1.2.0');
    expect(await why(called, [])).toBe('is not installed (terraform init)');
    for (const version of ['', 'one', '1.2.3.4.5', '__proto__'])
      expect(await why(called, [{ ...installed, Version: version }])).toBe('');
    for (const folder of ['/etc', '../db', '.terraform/modules/../../db', '.terraform/modules/gone', '.'])
      expect(await why(called, [{ ...installed, Dir: folder }])).toBe('is not installed (terraform init)');
  });

  it('calls others, which are installed beside it, and local ones of its own', async () => {
    const project = await read(
      text(
        called,
        [installed, entry('db.key', 'registry.terraform.io/a/key/aws', '.terraform/modules/db.key', '3.0.0')],
        `module "key" {
  source = "a/key/aws"
}
module "logs" {
  source = "./logs"
}
#>> .terraform/modules/db/logs/main.tf
resource "aws_cloudwatch_log_group" "l" {}
#>> .terraform/modules/db.key/main.tf
resource "aws_kms_key" "k" {}
`,
      ),
    );
    expect(project.resources.map(({ address }) => address)).toEqual([
      'module.db.aws_db_instance.open',
      'module.db.module.key.aws_kms_key.k',
      'module.db.module.logs.aws_cloudwatch_log_group.l',
    ]);
    expect(lines(check([project])).every((line) => line.includes(' main.tf:1 '))).toBe(true);
  });

  it.each([
    ['that is no JSON', '{'],
    ['of another form', '{"Modules":{"Key":1}}'],
    ['with other entries', '{"Modules":[1,{},{"Key":[],"Source":1,"Dir":null}]}'],
    [
      'whose module calls itself',
      JSON.stringify({ Modules: [entry('', '', '.'), installed, entry('db.db', 'a/db/aws', '.terraform/modules/db')] }),
    ],
  ])('stays unread or whole with a manifest %s', async (_, manifest) => {
    const files = filesIn(text(called, [], 'module "db" {\n  source = "a/db/aws"\n}\n'));
    files.set('.terraform/modules/modules.json', manifest);
    const project = await readHclProject(memorySources(files));
    expect(isComplete(check([project]))).toBe(false);
    expect(project.resources.length).toBeLessThan(2);
  });

  it("is unread where it cannot be read, and what is the user's is read all the same", async () => {
    const project = await read(text(called, [installed], '}}\n'));
    expect(project.unreadModules.map(({ why }) => why)).toEqual([
      expect.stringContaining('is installed, and .terraform/modules/db/main.tf:'),
    ]);
  });

  it('does not lead out of what is looked at', async () => {
    const folder = scratchFolder();
    mkdirSync(path.join(folder, 'outside'));
    writeFileSync(path.join(folder, 'outside/main.tf'), 'resource "aws_sqs_queue" "q" {}\n');
    mkdirSync(path.join(folder, 'p/.terraform/modules'), { recursive: true });
    symlinkSync('../../../outside', path.join(folder, 'p/.terraform/modules/db'));
    writeFileSync(path.join(folder, 'p/main.tf'), 'module "db" {\n  source = "a/db/aws"\n}\n');
    writeFileSync(
      path.join(folder, 'p/.terraform/modules/modules.json'),
      JSON.stringify({ Modules: [entry('', '', '.'), installed] }),
    );
    const project = await readHclProject(folderSources(path.join(folder, 'p')));
    expect(project.resources).toEqual([]);
    expect(project.unreadModules).toHaveLength(1);
  });

  it('is seen in a plan as well', async () => {
    const plan = (address: string) =>
      readPlan(
        JSON.stringify({
          format_version: '1.2',
          planned_values: {
            root_module: {
              child_modules: [
                {
                  address,
                  resources: [
                    {
                      address: `${address}.aws_sqs_queue.q`,
                      mode: 'managed',
                      type: 'aws_sqs_queue',
                      name: 'q',
                      values: {},
                    },
                  ],
                },
              ],
            },
          },
        }),
      );
    const hcl = await read('module "db" {\n  source = "a/db/aws"\n  count  = 2\n}\n');
    expect(check([hcl]).unreadModules).toHaveLength(1);
    expect(check([hcl, plan('module.other')]).unreadModules).toHaveLength(1);
    expect(check([hcl, plan('module.db[0]')]).unreadModules).toEqual([]);
    expect(check([hcl, plan('module.db[0].module.inner')]).unreadModules).toEqual([]);
  });
});

describe('a module that is not there', () => {
  const call = (source: string) => `module "m" {\n  source = "${source}"\n}\n`;
  const unread = async (text: string, within?: string) => {
    const project = await read(text, within);
    const { findings } = check([project]);
    return [project.unreadModules[0]?.why, findings.some(({ message }) => message.includes('no Terraform file'))];
  };

  it('is named as what it is', async () => {
    const modules = '#>> ../.gitmodules\n[submodule "shared"]\n\tpath = shared/modules\n\turl = https://x/y.git\n';
    expect(await unread(`${call('../shared/modules/vpc')}${modules}`, 'live')).toEqual([
      'is in a Git submodule that is not checked out (git submodule update --init)',
      false,
    ]);
    expect(await unread(call('./{{ cookiecutter.name }}'))).toEqual([
      'is a name of a template, which is filled in when a project is made of it',
      false,
    ]);
    expect(await unread(`${call('./gone')}`)).toEqual([undefined, true]);
    expect(await unread(`${call('../shared/other')}${modules}`, 'live')).toEqual([undefined, false]);
    expect(await unread(`${call('../shared/modules')}${modules}`, 'live')).toEqual([expect.any(String), false]);
  });
});
