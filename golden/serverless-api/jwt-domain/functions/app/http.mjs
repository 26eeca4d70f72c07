import { HttpError } from './errors.mjs';

const HEADERS = {
  'Content-Type': 'application/json',
  'Cache-Control': 'no-store',
  'Strict-Transport-Security': 'max-age=31536000',
  'X-Content-Type-Options': 'nosniff',
};

/** A response in the form that API Gateway's proxy integration expects. */
export function respond(statusCode, body, headers = {}) {
  return { statusCode, headers: { ...HEADERS, ...headers }, body: JSON.stringify(body) };
}

/** The value of a request's header, whichever way the caller wrote its name. */
export function header(event, name) {
  const wanted = name.toLowerCase();
  return Object.entries(event.headers ?? {}).find(([key]) => key.toLowerCase() === wanted)?.[1];
}

/** The request's body; text that is no JSON is the caller's mistake. */
export function jsonBody(event) {
  const text = event.isBase64Encoded ? Buffer.from(event.body ?? '', 'base64').toString('utf8') : event.body;
  try {
    return JSON.parse(text ?? '');
  } catch {
    throw new HttpError(400, 'the body must be JSON');
  }
}
