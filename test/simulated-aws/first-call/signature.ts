import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

import { SignatureV4 } from '@smithy/signature-v4';

/** A hash as the SDK asks for one. */
class Sha256 {
  private readonly hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytes(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.hash.update(bytes(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.hash.digest()));
  }

  reset(): void {}
}

function bytes(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
}

/** Whether a request is signed for API Gateway in a region, with the simulator's credentials: AWS's SDK signs it once more. */
export async function isSigned(
  { method, headers, body }: { method: string; headers: IncomingHttpHeaders; body: string },
  url: URL,
  region: string,
): Promise<boolean> {
  const { authorization = '', 'x-amz-date': date } = headers;
  const [, scope, names, given] =
    /^AWS4-HMAC-SHA256 Credential=simulated\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      authorization,
    ) ?? [];
  if (!scope || typeof date !== 'string' || !names!.split(';').includes('host')) return false;
  const time = new Date(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(time.getTime() - Date.now()) < 300_000)) return false;
  const signer = new SignatureV4({
    service: 'execute-api',
    region,
    credentials: { accessKeyId: 'simulated', secretAccessKey: 'simulated' },
    sha256: Sha256,
    applyChecksum: false,
  });
  const signed = await signer.sign(
    {
      method,
      protocol: 'http:',
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: Object.fromEntries(names!.split(';').map((name) => [name, String(headers[name])])),
      body,
    },
    { signingDate: time },
  );
  const [, expected] = /Signature=([0-9a-f]{64})$/.exec(signed.headers.authorization!) ?? [];
  return timingSafeEqual(Buffer.from(given!, 'hex'), Buffer.from(expected!, 'hex'));
}
