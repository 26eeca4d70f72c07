import { own } from '../../own.js';
import { defineRule } from '../rule.js';

/** Parameters that make a database refuse connections without TLS, with the values that do not; by type of group. */
const parameters: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  aws_db_parameter_group: { require_secure_transport: ['0', 'off'], 'rds.force_ssl': ['0'] },
  aws_rds_cluster_parameter_group: { require_secure_transport: ['0', 'off'], 'rds.force_ssl': ['0'] },
  aws_docdb_cluster_parameter_group: { tls: ['disabled'] },
  aws_redshift_parameter_group: { require_ssl: ['false'] },
};

const group = (value: string) => `resource "aws_db_parameter_group" "main" {
  family = "mysql8.4"

  parameter {
    name  = "require_secure_transport"
    value = "${value}"
  }
}
`;

export default defineRule({
  name: 'database-requires-tls',
  severity: 'warning',
  title: 'the parameters of a database do not let connections in that are not encrypted',
  why: 'Passwords and rows cross the network as clear text wherever a client does not ask for TLS, and nobody notices: many drivers do not ask.',
  remedy:
    'Set require_secure_transport (MySQL, MariaDB) or rds.force_ssl (PostgreSQL, SQL Server) to 1, or leave it to the default of a version that has it on.',
  catalogue: ['S000-09'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-ssl-connections.require-ssl.html',
  example: { broken: group('0'), sound: group('1') },
  check(project, { finding }) {
    for (const group of project.all(...Object.keys(parameters))) {
      const off = own(parameters, group.type) ?? {};
      for (const parameter of group.blocks('parameter')) {
        const value = parameter.get('value');
        const values = own(off, parameter.text('name') ?? '') ?? [];
        if (!parameter.uncertain && values.includes(String(value).toLowerCase()))
          finding(group, `has ${parameter.text('name')} = ${String(value)}`, 'parameter');
      }
    }
  },
});
