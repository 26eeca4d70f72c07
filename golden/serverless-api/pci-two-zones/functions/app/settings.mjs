const NAMES = [
  'API_AUTH',
  'ORDERS_TABLE',
  'ORDER_RETENTION_DAYS',
  'DATABASE_ARN',
  'DATABASE_SECRET_ARN',
  'DATABASE_NAME',
];

/**
 * Reads the function's environment. It never throws: a function that fails to load answers without a request id,
 * so the faults are named with the first request.
 */
export function readSettings(environment) {
  const faults = NAMES.filter((name) => !environment[name]).map((name) => `${name} is not set`);
  const days = environment.ORDER_RETENTION_DAYS;
  if (days && !/^[1-9]\d{0,4}$/.test(days)) faults.push(`ORDER_RETENTION_DAYS is ${days}, not a number of days`);

  return {
    faults,
    // All callers are one only where the API asks nobody who they are.
    isOpen: environment.API_AUTH === 'none',
    ordersTable: environment.ORDERS_TABLE,
    orderRetentionDays: Number(days),
    databaseArn: environment.DATABASE_ARN,
    databaseSecretArn: environment.DATABASE_SECRET_ARN,
    databaseName: environment.DATABASE_NAME,
  };
}
