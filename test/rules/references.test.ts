import { expect, it } from 'vitest';

import { parseHcl } from '../../src/terraform/parse.js';
import { referencesOf } from '../../src/terraform/references.js';

/** The references in a file, in the order in which they are written. */
async function references(text: string): Promise<string[]> {
  const [file] = await parseHcl(new Map([['main.tf', text]]));
  return (file?.body.blocks ?? []).flatMap((block) => [...referencesOf(block)].map(({ path }) => path.join('.')));
}

it('knows the names that a for in a text brings', async () => {
  const text = 'locals {\n  a = "%{for server in var.servers}${server.name} ${local.port}%{endfor}"\n}\n';
  expect(await references(text)).toEqual(['var.servers', 'local.port']);
});

it('knows the names that for and dynamic bring, and the collections they come from', async () => {
  const text = `resource "aws_security_group" "app" {
  dynamic "ingress" {
    for_each = { for name, port in var.ports : name => port if port > local.least }

    content {
      from_port   = ingress.value
      description = "\${ingress.key} \${each.key}"
    }
  }
}
`;
  expect(await references(text)).toEqual(['var.ports', 'local.least', 'each.key']);
});

it('reads through indexes and splats, and what is in an index', async () => {
  const text = 'output "a" {\n  value = module.zone[*].id[var.at].name\n}\n';
  expect(await references(text)).toEqual(['module.zone.id.name', 'var.at']);
});

it('takes no word of Terraform for a reference', async () => {
  const text = `resource "aws_instance" "app" {
  provider = aws.replica

  lifecycle {
    ignore_changes       = [tags]
    replace_triggered_by = [terraform_data.release]
  }

  provisioner "local-exec" {
    when    = destroy
    command = self.id
  }
}

variable "a" {
  type = list(string)
}

moved {
  from = aws_vpc.a
  to   = aws_vpc.b
}
`;
  expect(await references(text)).toEqual(['terraform_data.release', 'self.id']);
});
