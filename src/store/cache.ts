// The cache: blobs by the digest of their content, and the results of steps by the digest of what went into them.
// Concurrent builds, SIGKILL and a full disk are safe: everything is written aside and renamed, content is checked
// before it is trusted, and what is damaged counts as absent.
import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Digest, digestFromHex } from '../base/digest.ts';
import { CatamaranError } from '../base/errors.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import { errorCode, publishFile, removeDirectory, syncPath, withDisk } from './disk.ts';
import { blobPath, resultPath, rooms, temporaryDirectory } from './layout.ts';
import { isAbandoned, ownedName } from './owner.ts';

export interface Blob {
  readonly digest: Digest;
  /** In bytes. */
  readonly size: number;
}

/**
 * What is known of a blob beforehand; `what` names it in errors. `derived`: it is made from what the cache has, and not
 * worth waiting for the disk. After a power cut it may be damaged, which is found out as for any other blob.
 */
export type ExpectedBlob = Partial<Blob> & { readonly what?: string; readonly derived?: true };

export interface Scratch {
  readonly path: string;
  dispose(): Promise<void>;
}

export interface Cache {
  readonly root: string;
  /** Where it is or would be; no I/O. */
  blobPath(digest: Digest): string;
  /** Whether it exists with that size; nothing is hashed. */
  hasBlob(blob: Blob): Promise<boolean>;
  /** Writes aside, hashes once, fsyncs, renames. Wrong digest or size: fault 'integrity', nothing kept. */
  putBlob(source: Uint8Array | AsyncIterable<Uint8Array>, expected?: ExpectedBlob): Promise<Blob>;
  /** Moves in a file on the cache's own disk, synced unless `derived`, whose digest and size the caller has computed. */
  adoptBlob(path: string, blob: Blob, options?: { derived?: true }): Promise<void>;
  /**
   * The path of a blob whose content has been checked against its digest in this process (once each). A damaged one
   * is removed and the answer is undefined, so that the caller makes or fetches it again.
   */
  verifiedBlob(digest: Digest): Promise<string | undefined>;
  /** What a step with this content key made; undefined if it is absent or damaged. */
  result(kind: string, key: Digest): Promise<Json | undefined>;
  /** Not waited for until it is on the disk: one that a power cut has torn counts as absent. */
  putResult(kind: string, key: Digest, value: Json): Promise<void>;
  /** Records, for gc, that a file or directory below root is used now. */
  recordUse(path: string): Promise<void>;
  /** A fresh directory below root, removed by `dispose`, and by a later run if this process dies. */
  scratch(): Promise<Scratch>;
}

export interface CacheOptions {
  /** Milliseconds since the epoch. With it, use is recorded (as mtime) for gc; without it, only creation is. */
  readonly now?: () => number;
}

export async function openCache(root: string, options: CacheOptions = {}): Promise<Cache> {
  await withDisk(root, async () => {
    for (const room of rooms) await mkdir(join(root, room), { recursive: true });
  });
  await removeAbandoned(temporaryDirectory(root));

  const verified = new Map<Digest, Promise<boolean>>();
  const touched = new Set<string>();

  async function touch(path: string): Promise<void> {
    if (options.now === undefined || touched.has(path)) return;
    touched.add(path);
    const seconds = options.now() / 1000;
    // Another process may just have removed it, or the cache may be on a read-only disk: neither matters here.
    await utimes(path, seconds, seconds).catch(() => {});
  }

  async function writeAside<T>(
    final: string,
    write: (file: FileHandle) => Promise<T>,
    derived = false,
  ): Promise<[string, T]> {
    const path = join(temporaryDirectory(root), ownedName());
    return withDisk(final, async () => {
      const file = await open(path, 'wx', 0o644);
      try {
        const answer = await write(file);
        if (!derived) await file.sync();
        await file.close();
        return [path, answer];
      } catch (thrown) {
        await file.close().catch(() => {});
        await rm(path, { force: true });
        throw thrown;
      }
    });
  }

  async function moveIn(from: string, to: string, derived = false): Promise<void> {
    await withDisk(to, async () => {
      const made = await mkdir(dirname(to), { recursive: true });
      if (derived) return rename(from, to);
      if (made !== undefined) await syncPath(dirname(dirname(to)));
      await publishFile(from, to);
    });
    await touch(to);
  }

  async function adoptBlob(
    path: string,
    { digest }: Blob,
    { derived = false }: { derived?: boolean } = {},
  ): Promise<void> {
    await moveIn(path, blobPath(root, digest), derived);
    verified.set(digest, Promise.resolve(true));
  }

  return {
    root,
    adoptBlob,
    blobPath: (digest) => blobPath(root, digest),

    async hasBlob({ digest, size }) {
      const path = blobPath(root, digest);
      if ((await sizeOfFile(path)) !== size) return false;
      await touch(path);
      return true;
    },

    async putBlob(source, expected = {}) {
      const write = async (file: FileHandle) => {
        const written = await writeHashed(file, source);
        requireExpected(written, expected);
        return written;
      };
      const [path, blob] = await writeAside(temporaryDirectory(root), write, expected.derived);
      await adoptBlob(path, blob, expected);
      return blob;
    },

    async verifiedBlob(digest) {
      const path = blobPath(root, digest);
      // Looked for each time: another process's gc may have removed it since.
      if ((await sizeOfFile(path)) === undefined) {
        verified.delete(digest);
        return undefined;
      }
      let check = verified.get(digest);
      if (check === undefined) {
        check = verifyOrRemove(path, digest);
        verified.set(digest, check);
        check.catch(() => verified.delete(digest));
      }
      if (!(await check)) {
        verified.delete(digest);
        return undefined;
      }
      await touch(path);
      return path;
    },

    async result(kind, key) {
      const path = resultPath(root, kind, key);
      const value = await readResult(path);
      if (value !== undefined) await touch(path);
      return value;
    },

    async putResult(kind, key, value) {
      const final = resultPath(root, kind, key);
      const [path] = await writeAside(final, (file) => file.writeFile(renderResult(value)), true);
      await moveIn(path, final, true);
    },

    recordUse: touch,

    async scratch() {
      const path = join(temporaryDirectory(root), ownedName());
      await withDisk(path, () => mkdir(path));
      return { path, dispose: () => removeDirectory(path) };
    },
  };
}

/** Fails with fault 'integrity' where `found` is not what was expected. */
export function requireExpected(found: Blob, expected: ExpectedBlob): void {
  const what = expected.what ?? 'a blob';
  if (expected.size !== undefined && found.size !== expected.size) {
    throw new CatamaranError('integrity', {
      code: 'blob-size',
      message: `${what} has the wrong size: expected ${expected.size} bytes, got ${found.size}`,
      hint: 'Fetch it again; if it stays so, the source holds another file than the one that was promised.',
    });
  }
  if (expected.digest !== undefined && found.digest !== expected.digest) {
    throw new CatamaranError('integrity', {
      code: 'blob-digest',
      message: `${what} has the wrong digest: expected ${expected.digest}, got ${found.digest}`,
      hint: 'Fetch it again; if it stays so, the source holds another file than the one that was promised.',
    });
  }
}

async function writeHashed(file: FileHandle, source: Uint8Array | AsyncIterable<Uint8Array>): Promise<Blob> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of source instanceof Uint8Array ? [source] : source) {
    hash.update(chunk);
    await writeFully(file, chunk, size);
    size += chunk.length;
  }
  return { digest: digestOfHash(hash), size };
}

const hashBufferSize = 1 << 20;

export const digestOfHash = (hash: Hash): Digest => digestFromHex(hash.digest('hex'));

/** `FileHandle.write` may write less than it is given: at a full disk, say. */
export async function writeFully(file: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    done += (await file.write(chunk, done, chunk.length - done, position + done)).bytesWritten;
  }
}

/** Updates `hash` with the file's bytes. Two buffers, so that reading goes on while the last piece is being hashed. */
export async function hashFile(path: string, hash: Hash): Promise<void> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const buffers = [0, 1].map(() => Buffer.allocUnsafe(Math.min(hashBufferSize, size + 1)));
    const read = (turn: number) => file.read(buffers[turn]!, 0, buffers[turn]!.length, null);
    let reading = read(0);
    for (let turn = 0; ; turn ^= 1) {
      const { bytesRead } = await reading;
      if (bytesRead === 0) return;
      reading = read(turn ^ 1);
      hash.update(buffers[turn]!.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

async function verifyOrRemove(path: string, digest: Digest): Promise<boolean> {
  const hash = createHash('sha256');
  try {
    await hashFile(path, hash);
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return false;
    throw thrown;
  }
  if (digestOfHash(hash) === digest) return true;
  await withDisk(path, () => rm(path, { force: true }));
  return false;
}

async function sizeOfFile(path: string): Promise<number | undefined> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : undefined;
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return undefined;
    throw thrown;
  }
}

const checksum = (value: Json): string => createHash('sha256').update(canonicalJson(value)).digest('hex');

function renderResult(value: Json): string {
  return `${canonicalJson({ checksum: checksum(value), value })}\n`;
}

async function readResult(path: string): Promise<Json | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return undefined;
    throw thrown;
  }
  try {
    const { checksum: expected, value } = JSON.parse(text) as { checksum: string; value: Json };
    if (checksum(value) === expected) return value;
  } catch {
    // Torn: as good as absent.
  }
  await withDisk(path, () => rm(path, { force: true }));
  return undefined;
}

async function removeAbandoned(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (isAbandoned(name)) await withDisk(directory, () => removeDirectory(join(directory, name)));
  }
}
