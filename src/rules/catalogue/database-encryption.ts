import { own } from '../../own.js';
import { isCopy, isKeyOfAws, isSet } from '../lib/databases.js';
import type { Resource } from '../../terraform/project.js';
import { defineRules } from '../rule.js';

/** What encrypts each kind of database, and whether it is on where nothing is said. */
const encryption: Readonly<Record<string, { argument: string; byDefault: boolean | undefined }>> = {
  aws_db_instance: { argument: 'storage_encrypted', byDefault: false },
  aws_rds_cluster: { argument: 'storage_encrypted', byDefault: false },
  aws_docdb_cluster: { argument: 'storage_encrypted', byDefault: false },
  aws_neptune_cluster: { argument: 'storage_encrypted', byDefault: false },
  // Off before version 6 of the provider, on from then.
  aws_redshift_cluster: { argument: 'encrypted', byDefault: undefined },
};

const encryptedTypes = Object.keys(encryption);

/** Whether a database's storage is encrypted; undefined where that is not known, or another database decides it. */
function isEncrypted(database: Resource): boolean | undefined {
  const { argument, byDefault } = own(encryption, database.type) ?? {
    argument: 'storage_encrypted',
    byDefault: undefined,
  };
  if (isSet(database, argument)) return database.truth(argument);
  // The global database decides it for its clusters, and Aurora Serverless v1 was always encrypted.
  if (isSet(database, 'global_cluster_identifier') || database.mayBe('engine_mode', 'serverless')) return undefined;
  if (isOfAurora(database) !== false) return undefined;
  return byDefault;
}

/** Aurora encrypts clusters that say nothing since 18 February 2026, with a key of AWS's; older ones it did not. */
function isOfAurora(database: Resource): boolean | undefined {
  if (database.type !== 'aws_rds_cluster' || !database.has('engine')) return false;
  return database.text('engine')?.startsWith('aurora');
}

export default defineRules(
  {
    name: 'database-storage-encrypted',
    severity: 'error',
    title: "a database's storage is encrypted",
    why: 'Its data, backups and snapshots lie on disk in clear. Encryption cannot be switched on later: the database has to be replaced by a restored copy.',
    remedy: 'Set storage_encrypted (of Redshift: encrypted) to true, and kms_key_id to a key of your own.',
    catalogue: ['S000-09'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.html',
    example: {
      broken: `resource "aws_db_instance" "main" {
  engine         = "postgres"
  instance_class = "db.t4g.medium"
}
`,
      sound: `resource "aws_db_instance" "main" {
  engine            = "postgres"
  instance_class    = "db.t4g.medium"
  storage_encrypted = true
  kms_key_id        = aws_kms_key.database.arn
}

resource "aws_kms_key" "database" {
  enable_key_rotation = true
}
`,
    },
    check(project, { finding, abstain }) {
      for (const database of project.all(...encryptedTypes)) {
        if (isCopy(database)) continue;
        const encrypted = isEncrypted(database);
        const argument = own(encryption, database.type)?.argument;
        if (encrypted === false) finding(database, 'is not encrypted', argument);
        else if (encrypted === undefined) abstain(database, 'whether it is encrypted is not known');
      }
    },
  },
  {
    name: 'database-customer-key',
    severity: 'warning',
    title: 'a database is encrypted with a key of the customer',
    why: "With AWS's own key for the service nobody can say who may decrypt, the database's snapshots cannot be shared with another account, and the key cannot be changed without replacing the database.",
    remedy: 'Set kms_key_id to an aws_kms_key with enable_key_rotation = true.',
    catalogue: ['S000-09'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.Keys.html',
    example: {
      broken: `resource "aws_rds_cluster" "main" {
  engine            = "aurora-postgresql"
  storage_encrypted = true
}
`,
      sound: `resource "aws_rds_cluster" "main" {
  engine            = "aurora-postgresql"
  storage_encrypted = true
  kms_key_id        = aws_kms_key.database.arn
}

resource "aws_kms_key" "database" {
  enable_key_rotation = true
}
`,
    },
    check(project, { finding }) {
      for (const database of project.all(...encryptedTypes)) {
        // A copy has its source's key; a secondary cluster of a global database is refused without one of its region.
        if (isCopy(database) || isSet(database, 'global_cluster_identifier')) continue;
        if (!(isEncrypted(database) ?? isOfAurora(database))) continue;
        if (!isSet(database, 'kms_key_id')) finding(database, "is encrypted with AWS's key, for want of kms_key_id");
        else if (isKeyOfAws(database, 'kms_key_id')) finding(database, "is encrypted with AWS's key", 'kms_key_id');
      }
    },
  },
);
