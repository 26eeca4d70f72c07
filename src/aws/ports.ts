/**
 * Ports of administration and of databases, none of which is for the internet.
 * https://www.iana.org/assignments/service-names-port-numbers/service-names-port-numbers.xhtml
 * https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html (EC2.19)
 */
export const privatePorts: Readonly<Record<number, string>> = {
  20: 'FTP',
  21: 'FTP',
  22: 'SSH',
  23: 'Telnet',
  135: 'RPC',
  139: 'NetBIOS',
  445: 'SMB',
  1433: 'SQL Server',
  1434: 'SQL Server',
  1521: 'Oracle',
  2049: 'NFS',
  2375: 'Docker',
  2379: 'etcd',
  3306: 'MySQL',
  3389: 'RDP',
  5432: 'PostgreSQL',
  5439: 'Redshift',
  5500: 'VNC',
  5601: 'Kibana',
  5900: 'VNC',
  5985: 'WinRM',
  5986: 'WinRM',
  6379: 'Redis',
  9200: 'OpenSearch',
  9300: 'OpenSearch',
  11211: 'Memcached',
  27017: 'MongoDB',
};

/** The port of a database engine where none is set, by the beginning of the engine's name. */
const enginePorts: readonly (readonly [engine: string, port: number])[] = [
  ['aurora-postgresql', 5432],
  ['postgres', 5432],
  ['aurora', 3306],
  ['mysql', 3306],
  ['mariadb', 3306],
  ['sqlserver', 1433],
  ['custom-sqlserver', 1433],
  ['oracle', 1521],
  ['custom-oracle', 1521],
];

/**
 * The port that RDS gives an engine; undefined for one that is not known here.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html (Port)
 */
export function defaultPortOf(engine: string): number | undefined {
  return enginePorts.find(([name]) => engine.startsWith(name))?.[1];
}
