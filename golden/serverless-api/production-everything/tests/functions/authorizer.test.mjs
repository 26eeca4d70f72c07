import assert from 'node:assert/strict';
import { constants, createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';

import { createHandler } from '../../functions/authorizer/handler.mjs';
import { createKeys } from '../../functions/authorizer/keys.mjs';
import { readSettings } from '../../functions/authorizer/settings.mjs';

const ISSUER = 'https://issuer.example.com/pool';
const AUDIENCE = 'the-trading-api';
const CONFIGURATION = `${ISSUER}/.well-known/openid-configuration`;
const KEYS = 'https://keys.example.com/jwks.json';
const METHOD_ARN = 'arn:aws:execute-api:eu-central-1:111122223333:abcdef1234/v1/GET/orders/1';
const NOW = 1_900_000_000;

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const shortRsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const anotherP256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const ed25519 = generateKeyPairSync('ed25519');

const jwk = ({ publicKey }, kid, more = {}) => ({ ...publicKey.export({ format: 'jwk' }), kid, ...more });
const JWKS = {
  keys: [
    jwk(rsa, 'rsa', { use: 'sig' }),
    jwk(rsa, 'rs256-alone', { alg: 'RS256' }),
    jwk(rsa, 'for-encryption', { use: 'enc' }),
    jwk(rsa, 'for-signing', { key_ops: ['sign'] }),
    jwk(rsa, 'for-verifying', { key_ops: ['verify'] }),
    jwk(shortRsa, 'short'),
    jwk(p256, 'p256'),
    jwk(p384, 'p384'),
    jwk(ed25519, 'ed25519'),
    { kty: 'EC', crv: 'P-256', kid: 'broken', x: 'AA', y: 'AA' },
    { kty: 'oct', kid: 'secret', k: 'c2VjcmV0' },
    jwk(rsa),
    null,
  ],
};

const CLAIMS = { iss: ISSUER, aud: AUDIENCE, sub: 'anna', exp: NOW + 300, iat: NOW - 10 };

const encode = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
const P1363 = { dsaEncoding: 'ieee-p1363' };
const SIGNERS = {
  RS256: (data, key) => sign('sha256', data, key),
  RS384: (data, key) => sign('sha384', data, key),
  RS512: (data, key) => sign('sha512', data, key),
  PS256: (data, key) => sign('sha256', data, { key, ...PSS }),
  PS384: (data, key) => sign('sha384', data, { key, ...PSS }),
  PS512: (data, key) => sign('sha512', data, { key, ...PSS }),
  ES256: (data, key) => sign('sha256', data, { key, ...P1363 }),
  ES384: (data, key) => sign('sha384', data, { key, ...P1363 }),
  EdDSA: (data, key) => sign(null, data, key),
};

/** A token as the issuer makes it, but for what is given. */
function token({ header = {}, claims = {}, pair = rsa, signer } = {}) {
  const head = { alg: 'RS256', typ: 'JWT', kid: 'rsa', ...header };
  const data = `${encode(head)}.${encode({ ...CLAIMS, ...claims })}`;
  const signature = (signer ?? SIGNERS[head.alg])(Buffer.from(data), pair.privateKey);
  return `${data}.${signature.toString('base64url')}`;
}

/** The authorizer, with an issuer in memory and a clock that stands still. */
function authorizer({ answers = {}, issuer = ISSUER, environment, limits } = {}) {
  const state = { now: NOW * 1000, answers: { [CONFIGURATION]: { issuer, jwks_uri: KEYS }, [KEYS]: JWKS, ...answers } };
  const fetched = [];
  const entries = [];

  async function fetch(url, options) {
    fetched.push(url);
    assert.equal(options.redirect, 'error');
    const answer = state.answers[url];
    if (typeof answer === 'function') return answer(options);
    return new Response(typeof answer === 'string' ? answer : JSON.stringify(answer));
  }

  const settings = readSettings(environment ?? { JWT_ISSUER: issuer, JWT_AUDIENCE: AUDIENCE });
  const now = () => state.now;
  const handler = createHandler({
    settings,
    keys: createKeys({ issuer: settings.issuer, fetch, now, limits }),
    log: (level, message, fields) => entries.push({ level, message, ...fields }),
    now,
  });
  const authorize = (authorizationToken, methodArn = METHOD_ARN) =>
    handler({ type: 'TOKEN', authorizationToken, methodArn });
  return { authorize, bearer: (value) => authorize(`Bearer ${value}`), state, fetched, entries };
}

async function accepts(given, options) {
  const { bearer } = authorizer(options);
  assert.equal((await bearer(token(given))).principalId, given.claims?.sub ?? 'anna');
}

async function refuses(value, reason, options) {
  const { bearer, entries } = authorizer(options);
  await assert.rejects(bearer(typeof value === 'string' ? value : token(value)), { message: 'Unauthorized' });
  assert.equal(entries.length, 1);
  assert.equal(entries[0].level, 'INFO');
  assert.match(entries[0].reason, reason);
}

test('a sound token may call every method of its stage, and no other stage', async () => {
  const { bearer, entries } = authorizer();
  assert.deepEqual(await bearer(token({ claims: { scope: 'orders:write' } })), {
    principalId: 'anna',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'execute-api:Invoke',
          Resource: 'arn:aws:execute-api:eu-central-1:111122223333:abcdef1234/v1/*',
        },
      ],
    },
    context: { scope: 'orders:write' },
  });
  assert.deepEqual((await bearer(token())).context, {});
  assert.deepEqual((await bearer(token({ claims: { scope: ['a'] } }))).context, {});
  assert.deepEqual(entries, []);
});

test('a path cannot widen the policy', async () => {
  const { authorize } = authorizer();
  const arn = 'arn:aws-us-gov:execute-api:us-gov-west-1:111122223333:abcdef1234/v1/GET/orders/a/*/b';
  const { policyDocument } = await authorize(`Bearer ${token()}`, arn);
  assert.equal(
    policyDocument.Statement[0].Resource,
    'arn:aws-us-gov:execute-api:us-gov-west-1:111122223333:abcdef1234/v1/*',
  );
  await assert.rejects(authorize(`Bearer ${token()}`, 'arn:aws:s3:::bucket/v1/GET/'), {
    message: /could not be checked/,
  });
});

test('every algorithm with a public key is understood', async () => {
  const keys = {
    RS: ['rsa', rsa],
    PS: ['rsa', rsa],
    ES256: ['p256', p256],
    ES384: ['p384', p384],
    Ed: ['ed25519', ed25519],
  };
  for (const alg of Object.keys(SIGNERS)) {
    const [kid, pair] = keys[alg] ?? keys[alg.slice(0, 2)];
    await accepts({ header: { alg, kid }, pair });
    await refuses(
      token({ header: { alg, kid }, pair }).replace(/\.[^.]+$/, `.${encode('another signature')}`),
      /signature/,
    );
  }
});

test('a token without a signature is refused, whatever it calls that', async () => {
  for (const alg of ['none', 'None', 'NONE', '', undefined, null, 'constructor', ['RS256']]) {
    await refuses({ header: { alg }, signer: () => Buffer.from('x') }, /alg is not accepted/);
  }
  const [head, body] = token({ header: { alg: 'none' }, signer: () => Buffer.alloc(0) }).split('.');
  await refuses(`${head}.${body}.`, /not a signed JWT/);
  await refuses(`${head}.${body}`, /not a signed JWT/);
});

test('a public key is no secret to sign with', async () => {
  for (const [alg, hash] of [
    ['HS256', 'sha256'],
    ['HS384', 'sha384'],
    ['HS512', 'sha512'],
  ]) {
    for (const format of [
      { type: 'spki', format: 'pem' },
      { type: 'pkcs1', format: 'pem' },
      { type: 'spki', format: 'der' },
    ]) {
      const secret = rsa.publicKey.export(format);
      await refuses(
        { header: { alg }, signer: (data) => createHmac(hash, secret).update(data).digest() },
        /alg is not/,
      );
    }
  }
  await refuses(
    { header: { alg: 'HS256', kid: 'secret' }, signer: (data) => createHmac('sha256', 'secret').update(data).digest() },
    /alg is not accepted/,
  );
});

test('the key decides on the algorithm', async () => {
  const anySignature = () => Buffer.alloc(64, 1);
  await refuses({ header: { alg: 'ES256', kid: 'rsa' }, pair: p256 }, /alg does not go with the key/);
  await refuses({ header: { alg: 'RS256', kid: 'p256' } }, /alg does not go with the key/);
  await refuses({ header: { alg: 'ES256', kid: 'p384' }, signer: anySignature }, /alg does not go with the key/);
  await refuses({ header: { alg: 'EdDSA', kid: 'p256' }, signer: anySignature }, /alg does not go with the key/);
  await refuses({ header: { alg: 'RS256', kid: 'secret' } }, /alg does not go with the key/);
  await refuses({ header: { alg: 'RS512', kid: 'rs256-alone' } }, /for another alg/);
  await accepts({ header: { alg: 'RS256', kid: 'rs256-alone' } });
});

test('a key is used for what it is meant for', async () => {
  await refuses({ header: { kid: 'for-encryption' } }, /not for signatures/);
  await refuses({ header: { kid: 'for-signing' } }, /not for verifying/);
  await accepts({ header: { kid: 'for-verifying' } });
  await refuses({ header: { kid: 'short' }, pair: shortRsa }, /too short/);
  await refuses({ header: { alg: 'ES256', kid: 'broken' }, pair: p256 }, /cannot be read/);
});

test('a token of another key is refused', async () => {
  const header = { alg: 'ES256', kid: 'p256' };
  await accepts({ header, pair: p256 });
  await refuses({ header, pair: anotherP256 }, /the signature is wrong/);
  await refuses(
    { header: { ...header, jwk: jwk(anotherP256, 'p256'), jku: 'https://evil.example.com' }, pair: anotherP256 },
    /signature/,
  );
});

test('a token that was changed is refused', async () => {
  const [head, , signature] = token().split('.');
  await refuses(`${head}.${encode({ ...CLAIMS, sub: 'ben' })}.${signature}`, /the signature is wrong/);
  await refuses(
    `${encode({ alg: 'RS256', kid: 'rsa' })}.${token().split('.').slice(1).join('.')}`,
    /the signature is wrong/,
  );
});

test('a token says which key it was signed with', async () => {
  await refuses({ header: { kid: undefined } }, /kid is missing/);
  await refuses({ header: { kid: 7 } }, /kid is missing/);
  await refuses({ header: { kid: 'unknown' } }, /kid is not known/);
});

test('what the header asks for and is not known here is refused', async () => {
  await refuses({ header: { crit: ['b64'], b64: true } }, /crit/);
  await refuses({ header: { crit: [] } }, /crit/);
  for (const typ of ['dpop+jwt', 'logout+jwt', 7, null]) await refuses({ header: { typ } }, /typ is not accepted/);
  for (const typ of [undefined, 'jwt', 'at+JWT', 'application/at+jwt']) await accepts({ header: { typ } });
});

test('the issuer is exactly the one expected', async () => {
  for (const iss of [`${ISSUER}/`, ISSUER.toUpperCase(), 'https://issuer.example.com', [ISSUER], undefined]) {
    await refuses({ claims: { iss } }, /iss is another issuer/);
  }
});

test('an issuer whose name ends with a slash is found', async () => {
  const issuer = `${ISSUER}/`;
  await accepts({ claims: { iss: issuer } }, { issuer });
  await refuses({}, /iss is another issuer/, { issuer });
});

test('the token is for this API', async () => {
  for (const aud of ['another-api', ['another-api'], [], '', null, `${AUDIENCE}2`, [[AUDIENCE]], { 0: AUDIENCE }]) {
    await refuses({ claims: { aud } }, /aud is another audience/);
  }
  await refuses({ claims: { aud: undefined } }, /aud is another audience/);
  await accepts({ claims: { aud: ['another-api', AUDIENCE] } });
});

test('access tokens of Cognito name their client in place of the audience', async () => {
  const cognito = { aud: undefined, client_id: AUDIENCE, token_use: 'access' };
  await accepts({ claims: cognito });
  await refuses({ claims: { ...cognito, client_id: 'another-client' } }, /aud/);
  await refuses({ claims: { ...cognito, token_use: 'id' } }, /aud/);
  await refuses({ claims: { token_use: 'id' } }, /aud/);
  await refuses({ claims: { ...cognito, token_use: undefined } }, /aud/);
  await refuses({ claims: { ...cognito, aud: 'another-api' } }, /aud/);
});

test('a token is valid in its time, give or take a minute', async () => {
  await accepts({ claims: { exp: NOW - 59 } });
  await refuses({ claims: { exp: NOW - 60 } }, /exp is missing or over/);
  for (const exp of [undefined, null, String(NOW + 300), 'Infinity'])
    await refuses({ claims: { exp } }, /exp is missing/);

  for (const name of ['nbf', 'iat']) {
    const yetToCome = new RegExp(`${name} is yet to come`);
    await accepts({ claims: { [name]: NOW + 60 } });
    await refuses({ claims: { [name]: NOW + 61 } }, yetToCome);
    await refuses({ claims: { [name]: String(NOW) } }, yetToCome);
  }
  await accepts({ claims: { iat: undefined } });
});

test('the token says who sent it', async () => {
  for (const sub of [undefined, null, '', 7, 'a'.repeat(256), 'a\nb', '\u00fc', '\u0000']) {
    await refuses({ claims: { sub } }, /sub is missing/);
  }
  await accepts({ claims: { sub: 'auth0|5f7c8ec7c33c6c004bbafe82' } });
});

test('what is no token is refused', async () => {
  for (const value of [
    'a.b',
    'a.b.c.d',
    'a..c',
    `${encode('{')}.e30.e30`,
    `${encode('[]')}.e30.e30`,
    'a.b.c!',
    `${token()}=`,
  ]) {
    await refuses(value, /not a/);
  }
  await refuses(`${token()}${'A'.repeat(8192)}`, /too long/);

  const { authorize } = authorizer();
  for (const value of [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    token(),
    `Basic ${token()}`,
    `Bearer ${token()} x`,
    `x Bearer ${token()}`,
  ]) {
    await assert.rejects(authorize(value), { message: 'Unauthorized' });
  }
  assert.equal((await authorize(`bearer ${token()}`)).principalId, 'anna');
});

test('keys are fetched once for many tokens, and again after ten minutes', async () => {
  const { bearer, fetched, state } = authorizer();
  await Promise.all([bearer(token()), bearer(token())]);
  await bearer(token());
  assert.deepEqual(fetched, [CONFIGURATION, KEYS]);

  state.now += 9.9 * 60_000;
  await bearer(token({ claims: { exp: NOW + 3600 } }));
  assert.equal(fetched.length, 2);
  state.now += 0.1 * 60_000;
  await bearer(token({ claims: { exp: NOW + 3600 } }));
  assert.equal(fetched.length, 4);
});

test('a key that the issuer has removed is no longer believed after ten minutes', async () => {
  const { bearer, state } = authorizer();
  const long = token({ claims: { exp: NOW + 3600 } });
  await bearer(long);
  state.answers[KEYS] = { keys: [] };
  state.now += 10 * 60_000;
  await assert.rejects(bearer(long), { message: 'Unauthorized' });
});

test('a new key of the issuer is fetched, though not more often than once a minute', async () => {
  const { bearer, fetched, state } = authorizer();
  await bearer(token());
  const rotated = token({ header: { alg: 'ES256', kid: 'new' }, pair: anotherP256 });

  state.now += 59_000;
  for (let times = 0; times < 3; times += 1) await assert.rejects(bearer(rotated), { message: 'Unauthorized' });
  assert.equal(fetched.length, 2);

  state.answers[KEYS] = { keys: [...JWKS.keys, jwk(anotherP256, 'new')] };
  state.now += 1_000;
  assert.equal((await bearer(rotated)).principalId, 'anna');
  assert.equal(fetched.length, 4);

  for (let times = 0; times < 3; times += 1) {
    await assert.rejects(bearer(token({ header: { kid: `forged-${times}` } })), { message: 'Unauthorized' });
  }
  assert.equal(fetched.length, 4);
});

test('keys that cannot be had are no reason to refuse a token', async () => {
  const large = JSON.stringify({ keys: [], more: 'x'.repeat(300_000) });
  const broken = {
    'the issuer is down': { [CONFIGURATION]: () => Promise.reject(new TypeError('fetch failed')) },
    'the issuer has an error': { [CONFIGURATION]: () => new Response('{}', { status: 500 }) },
    'the issuer has no configuration': { [CONFIGURATION]: () => new Response('{}', { status: 404 }) },
    'the configuration is no JSON': { [CONFIGURATION]: '<html>' },
    'the configuration is of another issuer': {
      [CONFIGURATION]: { issuer: 'https://evil.example.com', jwks_uri: KEYS },
    },
    'the configuration names no keys': { [CONFIGURATION]: { issuer: ISSUER } },
    'the keys are not behind https': {
      [CONFIGURATION]: { issuer: ISSUER, jwks_uri: KEYS.replace('https', 'http') },
      [KEYS.replace('https', 'http')]: JWKS,
    },
    'the keys are down': { [KEYS]: () => Promise.reject(new TypeError('fetch failed')) },
    'the keys are no list': { [KEYS]: { keys: {} } },
    'the keys are too many': { [KEYS]: large },
  };
  for (const [what, answers] of Object.entries(broken)) {
    const { bearer, entries } = authorizer({ answers });
    const value = token();
    await assert.rejects(bearer(value), { message: 'the token could not be checked' }, what);
    assert.equal(entries.length, 1, what);
    assert.equal(entries[0].level, 'ERROR');
    assert.match(entries[0].reason, /keys of the issuer could not be fetched/);
    assert.ok(entries[0].cause, what);
    assert.equal(JSON.stringify(entries).includes(value), false);
  }
});

test('an issuer that hangs is given up', { timeout: 10_000 }, async () => {
  const hang = ({ signal }) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  // A timer that Node waits for: the one of AbortSignal.timeout does not keep it running.
  const awake = setInterval(() => {}, 1_000);
  try {
    const { bearer } = authorizer({ answers: { [CONFIGURATION]: hang }, limits: { milliseconds: 20, bytes: 1_000 } });
    await assert.rejects(bearer(token()), { message: 'the token could not be checked' });
  } finally {
    clearInterval(awake);
  }
});

test('an issuer that is down is asked again after five seconds, and not before', async () => {
  const { bearer, fetched, state } = authorizer({ answers: { [KEYS]: () => new Response('', { status: 503 }) } });
  for (let times = 0; times < 3; times += 1) await assert.rejects(bearer(token()), { message: /could not be checked/ });
  assert.equal(fetched.length, 2);

  state.answers[KEYS] = JWKS;
  state.now += 5_000;
  assert.equal((await bearer(token())).principalId, 'anna');
});

test('the log has the reason, and never the token', async () => {
  const { bearer, entries } = authorizer();
  const value = token({ claims: { exp: NOW - 3600 } });
  await assert.rejects(bearer(value), { message: 'Unauthorized' });
  assert.deepEqual(entries, [{ level: 'INFO', message: 'the token was refused', reason: 'exp is missing or over' }]);
});

test('missing settings are named in the log, and allow nothing', async () => {
  for (const [environment, fault] of [
    [{ JWT_AUDIENCE: AUDIENCE }, /JWT_ISSUER is not set/],
    [{ JWT_ISSUER: ISSUER }, /JWT_AUDIENCE is not set/],
    [{ JWT_ISSUER: 'http://issuer.example.com', JWT_AUDIENCE: AUDIENCE }, /JWT_ISSUER is http:/],
    [{ JWT_ISSUER: 'https://', JWT_AUDIENCE: AUDIENCE }, /JWT_ISSUER is https:/],
  ]) {
    const { bearer, entries, fetched } = authorizer({ environment });
    await assert.rejects(bearer(token()), { message: 'the authorizer is not configured' });
    assert.match(entries[0].message, fault);
    assert.equal(fetched.length, 0);
  }
});

test('the function is put together from its environment', async () => {
  process.env.JWT_ISSUER = ISSUER;
  process.env.JWT_AUDIENCE = AUDIENCE;
  const { handler } = await import('../../functions/authorizer/index.mjs');
  await assert.rejects(handler({ authorizationToken: 'Bearer nothing', methodArn: METHOD_ARN }), {
    message: 'Unauthorized',
  });
});
