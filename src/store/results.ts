// What steps made, under the digest of what went into them: JSON with its own checksum. One that is torn counts as absent.
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import type { Digest } from '../base/digest.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import { errorCode, withDisk } from './disk.ts';
import { resultPath } from './layout.ts';
import type { Shelf } from './shelf.ts';

export interface Results {
  /** What a step with this content key made; undefined if it is absent or damaged. */
  result(kind: string, key: Digest): Promise<Json | undefined>;
  /** Not waited for until it is on the disk: one that a power cut has torn counts as absent. */
  putResult(kind: string, key: Digest, value: Json): Promise<void>;
}

export function openResults({ root, touch, writeAside, moveIn }: Shelf): Results {
  return {
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
  };
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
