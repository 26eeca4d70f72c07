import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { fingerprint, fnv1a } from '../../src/record/fingerprint.js';

/** FNV-1a by its definition. */
function defined(bytes: Uint8Array): bigint {
  return bytes.reduce((hash, byte) => BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n), 0xcbf29ce484222325n);
}

afterEach(() => vi.unstubAllGlobals());

describe('a fingerprint', () => {
  // From the draft's test vectors, appendix C.
  it.each([
    ['', 'cbf29ce484222325'],
    ['a', 'af63dc4c8601ec8c'],
    ['b', 'af63df4c8601f1a5'],
    ['foobar', '85944171f73967e8'],
    ['chongo was here!\n', '46810940eff5f915'],
  ])('of %j is FNV-1a', (text, expected) => {
    expect(fingerprint(text)).toBe(expected);
    expect(fnv1a(text).toString(16)).toBe(expected);
  });

  it('is the same of a text and of its file, in WebAssembly and in JavaScript', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const bytes = Buffer.from(text);
        expect(fingerprint(text)).toBe(fingerprint(bytes));
        expect(fnv1a(text)).toBe(defined(bytes));
        expect(fingerprint(text)).toBe(defined(bytes).toString(16).padStart(16, '0'));
      }),
      { numRuns: 500, seed: 20261202 },
    );
  });

  it('is right of what is larger than its memory was, and of what follows', () => {
    const large = 'é'.repeat(100_000);
    expect(fingerprint(large)).toBe(fnv1a(large).toString(16).padStart(16, '0'));
    expect(fingerprint('a')).toBe('af63dc4c8601ec8c');
  });

  it.each([
    ['there is no WebAssembly', undefined],
    [
      'WebAssembly gets no memory',
      {
        Module: Array,
        Instance: () => {
          throw new RangeError('Out of memory');
        },
      },
    ],
  ])('is the same where %s', async (_case, webAssembly) => {
    vi.stubGlobal('WebAssembly', webAssembly);
    vi.resetModules();
    const fresh = await import('../../src/record/fingerprint.js');
    expect(fresh.fingerprint('foobar')).toBe('85944171f73967e8');
  });

  it('has 16 digits though the first ones be zero', () => {
    // Found by trying.
    const texts = Array.from({ length: 600 }, (_, at) => String(at)).filter((text) => fnv1a(text) < 2n ** 60n);
    expect(texts.length).toBeGreaterThan(0);
    for (const text of texts) expect(fingerprint(text)).toMatch(/^0[0-9a-f]{15}$/);
  });
});
