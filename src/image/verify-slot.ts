// Recomputes what a slot claims: the sums of kernel and initrd, the root hash over all data blocks, the stored hash tree, each segment's digest.
// For inspect.ts; the machine itself leaves this to dm-verity.
import { createHash, hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { sortedEntries } from '../base/order.ts';
import { buildHashTree, hashImageSize, leafDigests } from '../verity/hash-tree.ts';
import { blockSize, parseSuperblock } from '../verity/superblock.ts';
import type { ArchiveFile, FoundArchive } from './boot-archive-reader.ts';
import type { ReadAt } from './gpt.ts';

export interface Check {
  /** `kernel`, `initrd`, `root hash`, `hash tree`, `segment NAME`. */
  readonly what: string;
  readonly ok: boolean;
  /** Why not. */
  readonly evidence?: string;
}

interface Part {
  readonly read: ReadAt;
  readonly size: number;
}

const chunkSize = 4 << 20;
const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');

export async function verifySlot(
  { files, sums, verity, manifest }: FoundArchive,
  { boot, root, hash: hashPart }: { boot: Part; root: Part; hash: Part },
  signal?: AbortSignal,
): Promise<Check[]> {
  const checks: Check[] = [];
  for (const [name, expected] of sortedEntries(sums ?? {})) {
    const file = files.find((each) => each.name === name);
    checks.push(compare(name, expected, file ? await sumOf(boot, file, signal) : 'no such file'));
  }
  if (verity) checks.push(...(await verifyTree(verity, root, hashPart, signal)));
  else checks.push({ what: 'root hash', ok: false, evidence: 'slot.cfg names none' });
  if (!manifest)
    checks.push({ what: 'manifest', ok: false, evidence: 'manifest.json is missing or malformed' });
  for (const { name, offset, size, sha256: expected } of manifest?.segments ?? []) {
    const found = await digestOf(root, offset, size, signal);
    checks.push(compare(`segment ${name}`, expected, found ?? 'it lies outside the root partition'));
  }
  return checks;
}

async function verifyTree(
  { rootHash, salt, dataBlocks }: NonNullable<FoundArchive['verity']>,
  root: Part,
  stored: Part,
  signal?: AbortSignal,
): Promise<Check[]> {
  const size = dataBlocks * blockSize;
  const outside = size > root.size || hashImageSize(dataBlocks) > stored.size;
  if (outside)
    return [{ what: 'root hash', ok: false, evidence: `${dataBlocks} blocks do not fit the slot` }];
  const saltBytes = Buffer.from(salt, 'hex');
  const leaves: Uint8Array[] = [];
  for await (const chunk of chunksOf(root, 0, size, signal))
    leaves.push(leafDigests(chunk, saltBytes, sha256));
  const superblock = parseSuperblock(await stored.read(0, blockSize));
  const uuid = superblock?.uuid ?? new Uint8Array(16);
  const tree = buildHashTree(Buffer.concat(leaves), { uuid, salt: saltBytes }, sha256);
  const expected = hash('sha256', tree.image, 'hex');
  const found = await digestOf(stored, 0, tree.image.length, signal);
  return [
    compare('root hash', rootHash, Buffer.from(tree.rootHash).toString('hex')),
    compare('hash tree', expected, found ?? 'unreadable'),
  ];
}

function compare(what: string, expected: string, found: string): Check {
  if (found === expected) return { what, ok: true };
  return { what, ok: false, evidence: `expected ${expected}, found ${found}` };
}

async function sumOf(part: Part, { offset, size }: ArchiveFile, signal?: AbortSignal): Promise<string> {
  let sum = 0;
  for await (const chunk of chunksOf(part, offset, size, signal)) sum = crc32(chunk, sum);
  return sum.toString(16).padStart(8, '0');
}

/** Undefined when it does not lie within the part. */
async function digestOf(
  part: Part,
  offset: number,
  size: number,
  signal?: AbortSignal,
): Promise<string | undefined> {
  if (offset + size > part.size) return undefined;
  const digest = createHash('sha256');
  for await (const chunk of chunksOf(part, offset, size, signal)) digest.update(chunk);
  return digest.digest('hex');
}

async function* chunksOf(
  part: Part,
  offset: number,
  size: number,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < size; done += chunkSize) {
    signal?.throwIfAborted();
    yield await part.read(offset + done, Math.min(chunkSize, size - done));
  }
}
