import { callerOf } from './caller.mjs';
import { HttpError, asHttpError, describe } from './errors.mjs';
import { header, jsonBody, respond } from './http.mjs';
import { faultsOfOrder } from './validation.mjs';

const IDEMPOTENCY_KEY = /^[A-Za-z0-9_-]{1,64}$/;

/** Makes the function that answers the events of API Gateway, each of which is one request. */
export function createHandler({ settings, orders, positions, log }) {
  const routes = new Map([
    ['POST /orders', placeOrder],
    ['GET /orders/{id}', getOrder],
    ['GET /positions', listPositions],
  ]);

  async function placeOrder(event) {
    const key = header(event, 'Idempotency-Key');
    if (key === undefined || !IDEMPOTENCY_KEY.test(key)) {
      throw new HttpError(400, 'the header Idempotency-Key must hold 1 to 64 letters, digits, "_" or "-"');
    }
    const content = jsonBody(event);
    const faults = faultsOfOrder(content);
    // The faults name what the caller sent, which is not for the log.
    if (faults.length > 0) throw new HttpError(400, faults.join('; '), { hint: 'the body is not an order' });

    const order = await orders.place(callerOf(event, settings), key, content);
    return respond(201, order, { Location: `${collection(event)}/${order.id}` });
  }

  async function getOrder(event) {
    const order = await orders.find(callerOf(event, settings), event.pathParameters?.id);
    if (!order) throw new HttpError(404, 'there is no such order');
    return respond(200, order);
  }

  async function listPositions(event) {
    return respond(200, await positions.list(callerOf(event, settings)));
  }

  return async function handler(event) {
    const requestId = event.requestContext?.requestId;
    try {
      const route = routes.get(`${event.httpMethod} ${event.resource}`);
      if (!route) throw new HttpError(404, 'there is no such resource');
      if (settings.faults.length > 0) {
        throw new HttpError(500, 'internal error', { hint: `environment: ${settings.faults.join('; ')}` });
      }
      return await route(event);
    } catch (error) {
      const answer = asHttpError(error);
      log(answer.level, answer.hint ?? answer.message, {
        requestId,
        status: answer.status,
        route: `${event.httpMethod} ${event.resource}`,
        ...describe(answer.cause),
      });
      return respond(answer.status, { error: answer.message, requestId }, answer.headers);
    }
  };
}

// The path as the caller knows it: with the stage, or with what a custom domain maps to it.
function collection(event) {
  return (event.requestContext?.path ?? event.path ?? event.resource).replace(/\/+$/, '');
}
