const MINUTE = 60_000;
const FRESH = 10 * MINUTE;
// Whoever invents key ids must not make the authorizer ask the issuer each time.
const BETWEEN_LOOKS_FOR_NEW_KEYS = MINUTE;
// Nor may an issuer that hangs hold up every request.
const BETWEEN_FAILURES = 5_000;

const LIMITS = { milliseconds: 3_000, bytes: 256 * 1024 };

/** The issuer's public keys, fetched when the first is asked for and kept for ten minutes. */
export function createKeys({ issuer, fetch = globalThis.fetch, now = () => Date.now(), limits = LIMITS }) {
  let known;
  let failure;
  let loading;

  async function load() {
    try {
      const keys = await fetchKeys(issuer, (url) => fetchJson(url, { fetch, limits }));
      known = { keys, at: now() };
      failure = undefined;
    } catch (cause) {
      failure = { error: new Error('the keys of the issuer could not be fetched', { cause }), at: now() };
    }
  }

  async function refresh() {
    if (failure && now() - failure.at < BETWEEN_FAILURES) throw failure.error;
    // Requests at the same time share one fetch.
    loading ??= load().finally(() => (loading = undefined));
    await loading;
    if (failure) throw failure.error;
  }

  /** The key with this id, or undefined where the issuer has none; throws where the issuer cannot be asked. */
  async function find(kid) {
    if (!known || now() - known.at >= FRESH) await refresh();
    // An id that is not known yet: the issuer may have begun to sign with a new key.
    else if (!known.keys.has(kid) && now() - known.at >= BETWEEN_LOOKS_FOR_NEW_KEYS) await refresh();
    return known.keys.get(kid);
  }

  return { find };
}

async function fetchKeys(issuer, get) {
  const { issuer: named, jwks_uri: location } = await get(
    `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
  );
  if (named !== issuer) throw new Error('the configuration found there is that of another issuer');
  const { keys } = await get(location);
  if (!Array.isArray(keys)) throw new Error('the answer holds no list of keys');
  return new Map(keys.filter((key) => typeof key?.kid === 'string').map((key) => [key.kid, key]));
}

async function fetchJson(url, { fetch, limits }) {
  if (typeof url !== 'string' || !url.startsWith('https://'))
    throw new Error('the address does not begin with https://');
  const response = await fetch(url, {
    headers: { Accept: 'application/json' },
    // A redirect could lead to anyone.
    redirect: 'error',
    signal: AbortSignal.timeout(limits.milliseconds),
  });
  if (response.status !== 200) throw new Error(`the issuer answered ${response.status}`);

  const chunks = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.length;
    if (size > limits.bytes) throw new Error(`the answer of the issuer has more than ${limits.bytes} bytes`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
