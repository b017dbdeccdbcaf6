// What is on a volume of ours, by other code than the one that has written it: 7z of no machine is asked, an ISO is read by
// the reader of images, and of a FAT the texts are found as they lie there.
export { filesOf };

function filesOf(bytes: Uint8Array): Record<string, Uint8Array> {
  return String.fromCharCode(...bytes.subarray(32_769, 32_774)) === 'CD001'
    ? filesOfIso(bytes)
    : filesOfFat(bytes);
}

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function filesOfIso(bytes: Uint8Array): Record<string, Uint8Array> {
  const found: Record<string, Uint8Array> = {};
  const words = view(bytes);
  const walk = (record: number, path: string) => {
    const [start, size] = [words.getUint32(record + 2, true) * 2048, words.getUint32(record + 10, true)];
    if ((bytes[record + 25]! & 2) === 0) {
      found[path] = bytes.slice(start, start + size);
      return;
    }
    for (let at = start; at < start + size; at += bytes[at] || 2048 - (at % 2048)) {
      const length = bytes[at + 32]!;
      const name = Buffer.from(bytes.subarray(at + 33, at + 33 + length)).toString('latin1');
      if (bytes[at] === 0 || length === 0 || name === '\0' || name === '\x01') continue;
      const plain = name.toLowerCase().replace(/;1$/, '').replace(/\.$/, '');
      walk(at, path === '' ? plain : `${path}/${plain}`);
    }
  };
  walk(16 * 2048 + 156, '');
  return found;
}

/** A root directory of FAT12 with long names, each file in one run of clusters. */
function filesOfFat(bytes: Uint8Array): Record<string, Uint8Array> {
  const words = view(bytes);
  const [reserved, tables, entries, tableSectors] = [14, 16, 17, 22].map((at) => words.getUint16(at, true));
  const root = (reserved! + (tables! & 0xff) * tableSectors!) * 512;
  const data = root + entries! * 32;
  const clusterSize = bytes[13]! * 512;
  const found: Record<string, Uint8Array> = {};
  let long = '';
  for (let at = root; at < data && bytes[at] !== 0; at += 32) {
    if (bytes[at + 11] === 0x0f) {
      const units = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30].map((from) =>
        words.getUint16(at + from, true),
      );
      long = String.fromCharCode(...units.filter((unit) => unit !== 0 && unit !== 0xffff)) + long;
      continue;
    }
    const start = data + (words.getUint16(at + 26, true) - 2) * clusterSize;
    if (long !== '') found[long] = bytes.slice(start, start + words.getUint32(at + 28, true));
    long = '';
  }
  return found;
}
