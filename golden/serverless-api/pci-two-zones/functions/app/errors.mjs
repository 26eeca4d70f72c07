const THROTTLED = new Set([
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'TooManyRequestsException',
]);
const LATE = new Set(['AbortError', 'TimeoutError']);
const UNREACHABLE = new Set(['EAI_AGAIN', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT']);
const LONGEST_MESSAGE = 500;

/** An answer that is no success: its message is for the caller, hint and cause are for the log. */
export class HttpError extends Error {
  constructor(status, message, { cause, hint, retryAfter } = {}) {
    super(message, { cause });
    this.status = status;
    this.hint = hint;
    this.headers = retryAfter ? { 'Retry-After': String(retryAfter) } : {};
  }

  get level() {
    if (this.status < 500) return 'INFO';
    return this.status === 503 ? 'WARN' : 'ERROR';
  }
}

/** Asks the caller to come again, after so many seconds. */
export function unavailable(message, retryAfter, more = {}) {
  return new HttpError(503, message, { retryAfter, ...more });
}

/** What to answer for anything that was thrown. */
export function asHttpError(error) {
  if (error instanceof HttpError) return error;
  if (THROTTLED.has(error?.name)) return unavailable('too many requests, please try again', 2, { cause: error });
  if (LATE.has(error?.name) || UNREACHABLE.has(error?.code) || error?.$metadata?.httpStatusCode >= 500) {
    return unavailable('temporarily unavailable, please try again', 5, { cause: error });
  }
  return new HttpError(500, 'internal error', { cause: error });
}

/** What the log says of an error's cause. */
export function describe(cause) {
  if (cause === undefined) return {};
  const { name, message, $metadata } = cause;
  const words = { errorName: name, errorMessage: String(message ?? cause).slice(0, LONGEST_MESSAGE) };
  // AWS has its own id for the call; anything else that fails is a fault in the code here.
  return $metadata ? { ...words, awsRequestId: $metadata.requestId } : { ...words, stack: cause.stack };
}
