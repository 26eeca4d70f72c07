import { HttpError, unavailable } from './errors.mjs';

// Numbers travel as text: a double would round them.
const QUERY = `SELECT symbol, CAST(quantity AS text), CAST(average_price AS text)
FROM positions
WHERE owner = :owner
ORDER BY symbol
LIMIT :limit`;
const MOST_POSITIONS = 500;

const UNAVAILABLE = new Set([
  'DatabaseUnavailableException',
  'InvalidResourceStateException',
  'ServiceUnavailableError',
  'ServiceUnavailableException',
  'StatementTimeoutException',
]);
const WAKING_IN_WORDS = /communications link failure|is resuming|auto-paused/i;
// For moments while RDS rotates it, the secret holds another password than the database knows.
const ROTATING = /password authentication failed/i;
// Aurora says that it resumes within some 15 seconds.
const SECONDS_TO_WAKE = 15;

const MISSING_TABLE = /SQLState: 42P01|relation "positions" does not exist/;

/** The callers' positions, in Aurora; the Data API needs no connection and no driver. */
export function createPositions({ settings, executeStatement }) {
  async function query(owner, limit) {
    try {
      return await executeStatement({
        resourceArn: settings.databaseArn,
        secretArn: settings.databaseSecretArn,
        database: settings.databaseName,
        sql: QUERY,
        parameters: [
          { name: 'owner', value: { stringValue: owner } },
          { name: 'limit', value: { longValue: limit } },
        ],
      });
    } catch (error) {
      throw translate(error);
    }
  }

  /** A caller's positions by symbol, and whether there are more than one answer holds. */
  async function list(owner) {
    const { records = [] } = await query(owner, MOST_POSITIONS + 1);
    const positions = records.slice(0, MOST_POSITIONS).map(([symbol, quantity, averagePrice]) => ({
      symbol: symbol.stringValue,
      quantity: quantity.stringValue,
      averagePrice: averagePrice.stringValue,
    }));
    return { positions, more: records.length > MOST_POSITIONS };
  }

  return { list };
}

function translate(error) {
  const message = error?.message ?? '';
  const isWaking = error?.name === 'DatabaseResumingException';
  if (isWaking || (error?.name === 'BadRequestException' && WAKING_IN_WORDS.test(message))) {
    return unavailable('the database is waking up, please try again', SECONDS_TO_WAKE, { cause: error });
  }
  if (UNAVAILABLE.has(error?.name) || ROTATING.test(message)) {
    return unavailable('temporarily unavailable, please try again', 5, { cause: error });
  }
  if (MISSING_TABLE.test(message)) {
    const hint = 'the table of positions does not exist: run what the output create_positions_command prints';
    return new HttpError(500, 'internal error', { cause: error, hint });
  }
  return error;
}
