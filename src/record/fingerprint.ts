/**
 * What shows that a file was edited since it was written: FNV-1a of its bytes (those of a text in UTF-8), 64 bits, as
 * 16 hexadecimal digits. It is no seal: whoever wants to can make another file with the same one. Older records
 * hold a SHA-256 instead, which has 64 digits.
 * https://datatracker.ietf.org/doc/html/draft-eastlake-fnv
 */
export function fingerprint(content: string | Uint8Array): string {
  hash ??= inWebAssembly() ?? fnv1a;
  return hash(content).toString(16).padStart(16, '0');
}

let hash: ((content: string | Uint8Array) => bigint) | undefined;

/**
 * The hash in WebAssembly; undefined where there is none (`node --jitless`) or it gets no address space (`ulimit -v`).
 * A run hashes 40 files and ends, so JavaScript would run cold: measured on them, this takes 0.7 ms, the loop below 3
 * to 9, and loading Node's crypto for its SHA-256 3.
 */
function inWebAssembly(): typeof hash {
  let exported: Exported;
  try {
    const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyApi };
    exported = new WebAssembly.Instance(new WebAssembly.Module(wasm)).exports;
  } catch {
    return undefined;
  }
  const { memory, fnv1a } = exported;
  return (content) => {
    const size = Buffer.byteLength(content);
    const lacking = size - memory.buffer.byteLength;
    if (lacking > 0) memory.grow(Math.ceil(lacking / 65_536));
    const bytes = Buffer.from(memory.buffer);
    if (typeof content === 'string') bytes.write(content);
    else bytes.set(content);
    return BigInt.asUintN(64, fnv1a(size));
  };
}

/** The same in JavaScript, with the two halves of the hash in two numbers. */
export function fnv1a(content: string | Uint8Array): bigint {
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  for (const byte of typeof content === 'string' ? Buffer.from(content) : content) {
    // Times 2^40 + 0x1b3.
    const xored = (low ^ byte) >>> 0;
    const product = xored * 0x1b3;
    low = product >>> 0;
    high = (high * 0x1b3 + (product - low) / 2 ** 32 + ((xored << 8) >>> 0)) >>> 0;
  }
  return (BigInt(high) << 32n) | BigInt(low);
}

interface Exported {
  memory: { readonly buffer: ArrayBuffer; grow(pages: number): void };
  /** The hash of the memory's bytes before `end`. */
  fnv1a(end: number): bigint;
}

/** As much of it as is used here; Node's types leave it to those of browsers. */
interface WebAssemblyApi {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: Exported };
}

/** `fnv1a(end)`, the hash of the memory's bytes before `end`. */
// prettier-ignore
const wasm = new Uint8Array([
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00,
  0x01, 0x06, 0x01, 0x60, 0x01, 0x7f, 0x01, 0x7e, // type 0: (i32) -> i64
  0x03, 0x02, 0x01, 0x00, // function 0 is of type 0
  0x05, 0x03, 0x01, 0x00, 0x01, // memory 0: one page at first
  0x07, 0x12, 0x02, // exports
  0x06, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 0x02, 0x00, // memory
  0x05, 0x66, 0x6e, 0x76, 0x31, 0x61, 0x00, 0x00, // fnv1a
  0x0a, 0x3e, 0x01, 0x3c, // code
  0x02, 0x01, 0x7e, 0x01, 0x7f, // locals: hash (1), at (2)
  0x42, 0xa5, 0xc6, 0x88, 0xa1, 0xc8, 0x9c, 0xa7, 0xf9, 0x4b, 0x21, 0x01, // hash = 0xcbf29ce484222325
  0x02, 0x40, 0x03, 0x40, // block, loop
  0x20, 0x02, 0x20, 0x00, 0x4f, 0x0d, 0x01, // leave the block where at >= end
  0x20, 0x01, 0x20, 0x02, 0x31, 0x00, 0x00, 0x85, // hash ^ memory[at]
  0x42, 0xb3, 0x83, 0x80, 0x80, 0x80, 0x20, 0x7e, 0x21, 0x01, // hash = that * 0x100000001b3
  0x20, 0x02, 0x41, 0x01, 0x6a, 0x21, 0x02, // at += 1
  0x0c, 0x00, 0x0b, 0x0b, // loop again
  0x20, 0x01, 0x0b, // hash
]);
