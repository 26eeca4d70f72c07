/**
 * What each engine can publish to CloudWatch Logs, by the beginning of the engine's name; the first that fits counts.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html (EnableCloudwatchLogsExports)
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html (EnableCloudwatchLogsExports)
 * https://docs.aws.amazon.com/documentdb/latest/developerguide/API_CreateDBCluster.html
 */
const exportableLogs: readonly (readonly [engine: string, logs: readonly string[]])[] = [
  ['aurora-mysql', ['audit', 'error', 'general', 'slowquery', 'instance', 'iam-db-auth-error']],
  ['aurora-postgresql', ['postgresql', 'instance', 'iam-db-auth-error']],
  ['mysql', ['audit', 'error', 'general', 'slowquery', 'iam-db-auth-error']],
  ['mariadb', ['audit', 'error', 'general', 'slowquery', 'iam-db-auth-error']],
  ['postgres', ['postgresql', 'upgrade', 'iam-db-auth-error']],
  ['sqlserver-', ['agent', 'error']],
  ['oracle-', ['alert', 'audit', 'listener', 'trace', 'oemagent']],
  ['db2-', ['diag.log', 'notify.log']],
  ['docdb', ['audit', 'profiler']],
];

/** The logs that `engine` can publish; undefined for an engine that is not listed here. */
export function exportableLogsOf(engine: string): readonly string[] | undefined {
  return exportableLogs.find(([name]) => (name.endsWith('-') ? engine.startsWith(name) : engine === name))?.[1];
}
