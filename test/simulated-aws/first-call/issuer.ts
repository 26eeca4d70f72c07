import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Issuer } from './deployed-function.js';

/** An issuer of tokens that answers on loopback in the name of `url`. */
export interface RunningIssuer extends Issuer {
  /** A token that it signed, for an audience. */
  token(audience: string): string;
  stop(): Promise<void>;
}

/** Starts an issuer with a key of its own: what it is called, and its keys, as OpenID Connect publishes both. */
export async function startIssuer(url: string): Promise<RunningIssuer> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const base = url.replace(/\/$/, '');
  const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'first', alg: 'RS256', use: 'sig' }];
  const pages: Record<string, object> = {
    '/.well-known/openid-configuration': { issuer: url, jwks_uri: `${base}/keys` },
    '/keys': { keys },
  };
  const server = createServer((request, response) => {
    const page = pages[request.url!];
    response.writeHead(page ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(page ?? {}));
  });
  // A worker that has other work would close a connection in the moment in which the client uses it again.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: base,
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token(audience) {
      const now = Math.floor(Date.now() / 1000);
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const claims = { iss: url, aud: audience, sub: 'simulated', iat: now, exp: now + 600 };
      const text = `${part({ alg: 'RS256', typ: 'JWT', kid: 'first' })}.${part(claims)}`;
      return `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`;
    },
    stop: async () => {
      server.closeAllConnections();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}
