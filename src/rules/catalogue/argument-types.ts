import { resourceSchema, type BlockSchema } from '../../aws/provider-schema.js';
import type { ModuleFolder } from '../../terraform/module-folder.js';
import type { Resource } from '../../terraform/project.js';
import type { Body, Span } from '../../terraform/syntax.js';
import { providerChoice } from '../lib/provider-version.js';
import { blockName, contentOf, ownBody, ResourcePart, schemaKind, writtenResources } from '../lib/schema-faults.js';
import { misfit, StaticTypes } from '../lib/static-types.js';
import { defineRule } from '../rule.js';

interface Misfit {
  at: Span;
  message: string;
}

/** The arguments of a body, and of the blocks in it, whose values are of a type that they cannot take. */
function* misfits(body: Body, schema: BlockSchema, types: StaticTypes, inside = ''): Generator<Misfit> {
  for (const written of body.attributes) {
    const { name, expression } = written;
    const attribute = schema.attribute(name);
    if (!attribute || attribute.computedOnly) continue;
    const why = misfit(types.of(expression), attribute.type);
    if (why !== undefined) yield { at: written, message: `sets ${name}${inside} to a value that does not fit: ${why}` };
  }
  for (const block of body.blocks) {
    const name = blockName(block);
    const nested = schema.block(name)?.schema;
    const content = contentOf(block);
    if (nested && content) yield* misfits(content, nested, types, ` in ${name}`);
  }
}

export default defineRule({
  name: 'argument-type',
  severity: 'error',
  title: 'every argument has a value of a type that it can take',
  why: 'terraform validate, or plan where the value is another resource\'s, stops with "Inappropriate value for attribute …: a bool is required", or another type.',
  remedy:
    'Write a value of the type that the type\'s page in the provider\'s documentation gives. A single value is no list: ["a"]. Terraform itself turns "true" and "15" into a truth value and a number, and the reverse.',
  catalogue: ['S003-06'],
  stages: ['hcl'],
  source: 'https://developer.hashicorp.com/terraform/language/expressions/types#type-conversion',
  example: {
    broken: `resource "aws_db_instance" "main" {
  engine                 = "mysql"
  instance_class         = "db.t4g.medium"
  allocated_storage      = "20 GB"
  vpc_security_group_ids = "sg-0123456789abcdef0"
}
`,
    sound: `resource "aws_db_instance" "main" {
  engine                 = "mysql"
  instance_class         = "db.t4g.medium"
  allocated_storage      = "20"
  vpc_security_group_ids = ["sg-0123456789abcdef0"]
}
`,
  },
  check(project, { finding }) {
    const { schema: versions, isNewer } = providerChoice(project);
    if (!versions || isNewer) return;
    const folders = new Map(project.folders.flatMap((folder) => folder.blocks.map(({ syntax }) => [syntax, folder])));
    const typesIn = new Map<ModuleFolder, StaticTypes>();
    for (const { resource, syntax } of writtenResources(project)) {
      const folder = folders.get(syntax);
      const schema = resourceSchema(schemaKind(resource), resource.type, versions);
      if (!folder || !schema) continue;
      const types = typesIn.get(folder) ?? new StaticTypes(folder);
      typesIn.set(folder, types);
      for (const { at, message } of misfits(ownBody(syntax), schema, types)) tell(resource, at, message);
    }

    function tell(resource: Resource, at: Span, message: string): void {
      finding(new ResourcePart(resource, at), message);
    }
  },
});
