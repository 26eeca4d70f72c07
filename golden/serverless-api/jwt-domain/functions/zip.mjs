import zlib from 'node:zlib';

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;

const VERSION = 20;
const UNIX = 3;
const MODE = 0o644;
const UTF8_NAME = 0x800;
// Neither the clock nor the time zone may change the archive: 1 January 1980, midnight, as DOS writes it.
const DATE = 0x21;

// Beyond these a zip needs another format. Lambda takes no package of that size.
const MOST_ENTRIES = 0xffff;
const MOST_BYTES = 0xffffffff;

/** An archive of [name, bytes] in the order given, stored as they are: the same bytes each time, on any machine. */
export function zip(entries) {
  if (typeof zlib.crc32 !== 'function') {
    throw new Error(`Node ${process.version} has no zlib.crc32. Use Node 20.15, 22.2 or later.`);
  }
  if (entries.length > MOST_ENTRIES) throw new Error(`${entries.length} files are more than a zip holds`);

  const files = [];
  const directory = [];
  let offset = 0;

  for (const [path, bytes] of entries) {
    const name = Buffer.from(path, 'utf8');
    const facts = factsOf(path, name, bytes);
    const local = Buffer.concat([numbers([4, LOCAL]), facts, name, bytes]);
    const location = [4, offset];
    const central = numbers([4, CENTRAL], [1, VERSION], [1, UNIX]);
    // No comment, disk 0, no internal attributes.
    const place = numbers([2, 0], [2, 0], [2, 0], [4, MODE * 0x10000], location);

    files.push(local);
    directory.push(central, facts, place, name);
    offset += local.length;
  }

  const index = Buffer.concat(directory);
  if (offset + index.length > MOST_BYTES) throw new Error('the files are more than a zip holds');
  const end = numbers(
    [4, END],
    [2, 0],
    [2, 0],
    [2, entries.length],
    [2, entries.length],
    [4, index.length],
    [4, offset],
    [2, 0],
  );
  return Buffer.concat([...files, index, end]);
}

// What the header before a file and its entry in the directory at the end have in common.
function factsOf(path, name, bytes) {
  const flags = name.length === path.length ? 0 : UTF8_NAME;
  return numbers(
    [2, VERSION],
    [2, flags],
    [2, 0],
    [2, 0],
    [2, DATE],
    [4, zlib.crc32(bytes)],
    [4, bytes.length],
    [4, bytes.length],
    [2, name.length],
    [2, 0],
  );
}

// Pairs of a size in bytes and a number, one after the other, the lowest byte first.
function numbers(...fields) {
  const buffer = Buffer.alloc(fields.reduce((total, [size]) => total + size, 0));
  let at = 0;
  for (const [size, value] of fields) at = buffer.writeUIntLE(value, at, size);
  return buffer;
}
