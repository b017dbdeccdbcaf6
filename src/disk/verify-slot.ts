// Recomputes what a slot claims: its boot archive is whole, kernel and initrd have their sums, manifest and kernel
// arguments speak of one root, whose hash tree and segments are as stated. For inspect.ts; the machine leaves the root to
// dm-verity. The numbers of the disk decide how much is read, so they are bounded; memory does not grow with them.
import { createHash, hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { SlotStatus } from '../slots/state.ts';
import { growHashTree, type HashBlock, hashImageSize, leafDigests } from '../verity/hash-tree.ts';
import { parseSuperblock, verityBlockSize, writeSuperblock } from '../verity/superblock.ts';
import type { FoundArchive } from './boot-archive-reader.ts';
import type { DiskPart } from './disk-file.ts';

export interface Check {
  /** `boot archive`, `kernel`, `initrd`, `manifest`, `root hash`, `hash tree`, `segment NAME`. */
  readonly what: string;
  readonly ok: boolean;
  /** Why not. */
  readonly evidence?: string;
}

export interface SlotParts {
  readonly boot: DiskPart;
  readonly root: DiskPart;
  readonly hash: DiskPart;
}

const chunkSize = 4 << 20;
/** 512 GiB: for more, a build's own list of leaves has no room. */
const maxDataBlocks = 2 ** 27;
const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');

/** Undefined for a slot that holds nothing, and is said to. */
export async function verifySlot(
  status: SlotStatus,
  archive: FoundArchive | undefined,
  parts: SlotParts,
  signal?: AbortSignal,
): Promise<Check[] | undefined> {
  if (!archive)
    return status === 'none' ? undefined : [wrong('boot archive', `none, and the slot is "${status}"`)];
  return [
    checkArchive(archive),
    await checkFile('kernel', archive, parts.boot, signal),
    await checkFile('initrd', archive, parts.boot, signal),
    checkManifest(archive),
    ...(await checkTree(archive, parts, signal)),
    ...(await checkSegments(archive, parts.root, signal)),
  ];
}

function checkArchive({ whole, files }: FoundArchive): Check {
  const last = files.at(-1)?.name;
  return whole ? right('boot archive') : wrong('boot archive', `what follows ${last} in it is damaged`);
}

/** As the boot loader does, before it starts them. */
async function checkFile(
  name: 'kernel' | 'initrd',
  { files, sums }: FoundArchive,
  boot: DiskPart,
  signal?: AbortSignal,
): Promise<Check> {
  const file = files.find((each) => each.name === name);
  if (!file) return wrong(name, 'the boot archive has none');
  const expected = sums?.[name];
  if (expected === undefined) return wrong(name, 'the boot archive has no sum of it');
  let sum = 0;
  for await (const chunk of chunksOf(boot, file.offset, file.size, signal)) sum = crc32(chunk, sum);
  return compare(name, expected, sum.toString(16).padStart(8, '0'));
}

function checkManifest({ manifest, manifestFault, verity }: FoundArchive): Check {
  if (!manifest) return wrong('manifest', manifestFault ?? 'manifest.json is missing');
  if (!verity) return right('manifest');
  for (const [name, said, booted] of [
    ['root hash', manifest.roothash, verity.rootHash],
    ['salt', manifest.salt, verity.salt],
    ['number of blocks', manifest.dataBlocks, verity.dataBlocks],
  ] as const) {
    if (said !== booted) return wrong('manifest', `its ${name} is ${said}, and that of slot.cfg ${booted}`);
  }
  return right('manifest');
}

async function checkTree(
  { verity }: FoundArchive,
  { root, hash: stored }: SlotParts,
  signal?: AbortSignal,
): Promise<Check[]> {
  if (!verity) return [wrong('root hash', 'slot.cfg names none')];
  const { rootHash, dataBlocks } = verity;
  if (dataBlocks > blocksIn(root) || hashImageSize(dataBlocks) > stored.size)
    return [wrong('root hash', `${dataBlocks} blocks do not fit the slot`)];
  const salt = Buffer.from(verity.salt, 'hex');
  const growth = growHashTree({ dataBlocks, salt }, sha256);
  let damage = await findDamage(stored, [await superblockFor(stored, dataBlocks, salt)]);
  for await (const chunk of chunksOf(root, 0, dataBlocks * verityBlockSize, signal)) {
    const filled = growth.add(leafDigests(chunk, salt, sha256));
    damage ??= await findDamage(stored, filled);
  }
  const { rest, rootHash: found } = growth.end();
  damage ??= await findDamage(stored, rest);
  return [
    compare('root hash', rootHash, Buffer.from(found).toString('hex')),
    damage === undefined
      ? right('hash tree')
      : wrong('hash tree', `the block at byte ${damage} of it is not that of the data`),
  ];
}

/** What it must be; its UUID is the one that is there, for nothing states it. */
async function superblockFor(stored: DiskPart, dataBlocks: number, salt: Uint8Array): Promise<HashBlock> {
  const uuid = parseSuperblock(await stored.read(0, verityBlockSize))?.uuid ?? new Uint8Array(16);
  return { offset: 0, bytes: writeSuperblock({ uuid, dataBlocks, salt }) };
}

/** The offset of the first block that is stored otherwise. */
async function findDamage(stored: DiskPart, blocks: readonly HashBlock[]): Promise<number | undefined> {
  for (const { offset, bytes } of blocks)
    if (Buffer.compare(await stored.read(offset, verityBlockSize), bytes) !== 0) return offset;
  return undefined;
}

async function checkSegments(
  { manifest, verity }: FoundArchive,
  root: DiskPart,
  signal?: AbortSignal,
): Promise<Check[]> {
  const end = Math.min(blocksIn(root), verity?.dataBlocks ?? maxDataBlocks) * verityBlockSize;
  const checks: Check[] = [];
  for (const { name, offset, size, sha256: expected } of manifest?.segments ?? []) {
    const what = `segment ${name}`;
    if (offset + size > end) {
      checks.push(wrong(what, 'it lies outside the root image'));
      continue;
    }
    const digest = createHash('sha256');
    for await (const chunk of chunksOf(root, offset, size, signal)) digest.update(chunk);
    checks.push(compare(what, expected, digest.digest('hex')));
  }
  return checks;
}

/** Those that are looked at. */
function blocksIn({ size }: DiskPart): number {
  return Math.min(Math.floor(size / verityBlockSize), maxDataBlocks);
}

async function* chunksOf(
  part: DiskPart,
  offset: number,
  size: number,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < size; done += chunkSize) {
    signal?.throwIfAborted();
    yield await part.read(offset + done, Math.min(chunkSize, size - done));
  }
}

function compare(what: string, expected: string, found: string): Check {
  return found === expected ? right(what) : wrong(what, `expected ${expected}, found ${found}`);
}

function right(what: string): Check {
  return { what, ok: true };
}

function wrong(what: string, evidence: string): Check {
  return { what, ok: false, evidence };
}
