// The first block of a hash partition, on-disk format of dm-verity version 1: cryptsetup's wiki, "DMVerity", and
// lib/verity/verity.c, struct verity_sb. Little-endian.

export const verityBlockSize = 4096;
export const digestSize = 32;
const saltLimit = 256;

export interface VeritySuperblock {
  /** 16 raw bytes. */
  readonly uuid: Uint8Array;
  readonly dataBlocks: number;
  readonly salt: Uint8Array;
}

export function writeSuperblock({ uuid, dataBlocks, salt }: VeritySuperblock): Uint8Array {
  if (uuid.length !== 16) throw new RangeError(`UUID of ${uuid.length} bytes`);
  if (salt.length > saltLimit) throw new RangeError(`salt of ${salt.length} bytes`);
  const block = new Uint8Array(verityBlockSize);
  const view = new DataView(block.buffer);
  block.set(ascii('verity'), 0);
  view.setUint32(8, 1, true); // version of this superblock
  view.setUint32(12, 1, true); // hash type 1: the salt goes before the data
  block.set(uuid, 16);
  block.set(ascii('sha256'), 32);
  view.setUint32(64, verityBlockSize, true);
  view.setUint32(68, verityBlockSize, true);
  view.setBigUint64(72, BigInt(dataBlocks), true);
  view.setUint16(80, salt.length, true);
  block.set(salt, 88);
  return block;
}

/** Undefined when it is not one of ours: another version, hash or block size. */
export function parseSuperblock(block: Uint8Array): VeritySuperblock | undefined {
  if (block.length < 512) return undefined;
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const fixed = new Uint8Array(block.subarray(0, 72));
  fixed.fill(0, 16, 32);
  const expected = writeSuperblock({ uuid: new Uint8Array(16), dataBlocks: 0, salt: new Uint8Array(0) });
  if (fixed.some((byte, index) => byte !== expected[index])) return undefined;
  const dataBlocks = Number(view.getBigUint64(72, true));
  const saltSize = view.getUint16(80, true);
  if (!Number.isSafeInteger(dataBlocks * verityBlockSize) || saltSize > saltLimit) return undefined;
  return { uuid: block.slice(16, 32), dataBlocks, salt: block.slice(88, 88 + saltSize) };
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
