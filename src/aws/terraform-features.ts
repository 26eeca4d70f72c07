/**
 * Since which version Terraform has parts of its language, from the upgrade guides and the changelog:
 * https://github.com/hashicorp/terraform/blob/main/CHANGELOG.md and its branches v1.1 to v1.11.
 */
export const blockVersions: Readonly<Record<string, string>> = {
  moved: '1.1',
  check: '1.5',
  import: '1.5',
  removed: '1.7',
  ephemeral: '1.10',
};

/** Functions that are not in every version 1 of Terraform. */
export const functionVersions: Readonly<Record<string, string>> = {
  startswith: '1.3',
  endswith: '1.3',
  timecmp: '1.3',
  strcontains: '1.5',
  plantimestamp: '1.5',
  issensitive: '1.8',
  templatestring: '1.9',
  ephemeralasnull: '1.10',
};

/** Argument names that end so, of resources: values that are never kept in the state. */
export const writeOnlyVersion = '1.11';

/** `use_lockfile` of the S3 backend: https://developer.hashicorp.com/terraform/language/backend/s3#state-locking */
export const lockFileVersion = '1.10';
