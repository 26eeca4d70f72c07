import { constants, createPublicKey, verify as verifySignature } from 'node:crypto';

// A header of API Gateway holds 10 240 bytes at most.
const LONGEST_TOKEN = 8_192;
const SECONDS_OF_SKEW = 60;
const SHORTEST_RSA_KEY = 2_048;

const rsa = (hash) => ({ kty: 'RSA', hash, options: { padding: constants.RSA_PKCS1_PADDING } });
const pss = (hash) => ({
  kty: 'RSA',
  hash,
  options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
});
const ecdsa = (hash, crv) => ({ kty: 'EC', crv, hash, options: { dsaEncoding: 'ieee-p1363' } });

// Signatures by a public key alone. None and HMAC are absent: with either, whoever knows the public key could sign.
const ALGORITHMS = new Map([
  ['RS256', rsa('sha256')],
  ['RS384', rsa('sha384')],
  ['RS512', rsa('sha512')],
  ['PS256', pss('sha256')],
  ['PS384', pss('sha384')],
  ['PS512', pss('sha512')],
  ['ES256', ecdsa('sha256', 'P-256')],
  ['ES384', ecdsa('sha384', 'P-384')],
  ['EdDSA', { kty: 'OKP', crv: 'Ed25519', hash: null, options: {} }],
]);

const TYPES = new Set([undefined, 'jwt', 'at+jwt', 'application/jwt', 'application/at+jwt']);

/** A token that is not to be believed; the message says why, and is for the log alone. */
export class InvalidToken extends Error {}

/** The claims of a token (RFC 7519) that the issuer signed, for this audience, and that is valid now, in epoch seconds. */
export async function verify(token, { issuer, audience, keys, now }) {
  refuse(token.length > LONGEST_TOKEN, 'too long');
  const parts = token.split('.');
  refuse(parts.length !== 3 || !parts.every((part) => /^[A-Za-z0-9_-]+$/.test(part)), 'not a signed JWT');
  const [head, body, signature] = parts;

  const header = decode(head);
  const algorithm = ALGORITHMS.get(header.alg);
  refuse(!algorithm, 'alg is not accepted');
  refuse(!TYPES.has(typeof header.typ === 'string' ? header.typ.toLowerCase() : header.typ), 'typ is not accepted');
  refuse(header.crit !== undefined, 'crit asks for what is not known here');
  refuse(typeof header.kid !== 'string', 'kid is missing');

  const jwk = await keys.find(header.kid);
  refuse(!jwk, 'kid is not known to the issuer');
  const key = publicKey(jwk, header.alg, algorithm);
  const signed = verifySignature(
    algorithm.hash,
    Buffer.from(`${head}.${body}`),
    { key, ...algorithm.options },
    Buffer.from(signature, 'base64url'),
  );
  refuse(!signed, 'the signature is wrong');

  const claims = decode(body);
  checkTimes(claims, now);
  refuse(claims.iss !== issuer, 'iss is another issuer');
  refuse(!isFor(audience, claims), 'aud is another audience');
  // OpenID Connect Core: at most 255 ASCII characters.
  refuse(typeof claims.sub !== 'string' || !/^[\x20-\x7e]{1,255}$/.test(claims.sub), 'sub is missing or no name');
  return claims;
}

function decode(part) {
  try {
    const value = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Refused below, as what is JSON but no object.
  }
  throw new InvalidToken('not a JSON object');
}

// The key decides what it is used for; a token's header may only agree.
function publicKey(jwk, alg, { kty, crv }) {
  refuse(jwk.kty !== kty || (crv && jwk.crv !== crv), 'alg does not go with the key');
  refuse(jwk.alg !== undefined && jwk.alg !== alg, 'the key is for another alg');
  refuse(jwk.use !== undefined && jwk.use !== 'sig', 'the key is not for signatures');
  refuse(jwk.key_ops !== undefined && !jwk.key_ops.includes?.('verify'), 'the key is not for verifying');
  let key;
  try {
    key = createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    throw new InvalidToken('the key of the issuer cannot be read');
  }
  refuse(kty === 'RSA' && key.asymmetricKeyDetails.modulusLength < SHORTEST_RSA_KEY, 'the key is too short');
  return key;
}

function checkTimes({ exp, nbf, iat }, now) {
  refuse(!Number.isFinite(exp) || exp + SECONDS_OF_SKEW <= now, 'exp is missing or over');
  for (const [name, time] of Object.entries({ nbf, iat })) {
    refuse(time !== undefined && (!Number.isFinite(time) || time - SECONDS_OF_SKEW > now), `${name} is yet to come`);
  }
}

// Access tokens of Cognito have no aud but a client_id, which stands in for it, as for API Gateway's own JWT authorizer.
function isFor(audience, { aud, client_id: client, token_use: use }) {
  if (aud === undefined) return use === 'access' && client === audience;
  // Its tokens of identity are for the client itself, and tell who somebody is, not what they may do.
  if (use !== undefined && use !== 'access') return false;
  return Array.isArray(aud) ? aud.includes(audience) : aud === audience;
}

function refuse(condition, reason) {
  if (condition) throw new InvalidToken(reason);
}
