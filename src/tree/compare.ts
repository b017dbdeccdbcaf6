// Whether two nodes say the same. Times are left out: no two archives agree in them.
import { closeSync, openSync, readSync } from 'node:fs';
import { bytesOfName } from './byte-name.ts';
import { type Content, type PlainContent, sizeOf } from './content.ts';
import type { DirectoryNode, Meta, TreeNode } from './node.ts';

export const sameDirectory = (a: DirectoryNode, b: DirectoryNode): boolean => sameMeta(a, b);

export function sameNode(a: TreeNode, b: TreeNode): boolean {
  if (a === b) return true;
  if (a.type !== b.type || !sameMeta(a, b)) return false;
  if (a.type === 'file') return b.type === 'file' && sameContent(a.content, b.content);
  if (a.type === 'symlink') return b.type === 'symlink' && a.target === b.target;
  if ('major' in a) return 'major' in b && a.major === b.major && a.minor === b.minor;
  return true;
}

function sameMeta(a: Meta, b: Meta): boolean {
  // A symlink's mode means nothing, and archives differ in it.
  const sameMode = a.mode === b.mode || ('target' in a && 'target' in b);
  return sameMode && a.uid === b.uid && a.gid === b.gid && sameXattrs(a, b);
}

function sameXattrs({ xattrs: a = new Map() }: Meta, { xattrs: b = new Map() }: Meta): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) {
    const other = b.get(key);
    if (other === undefined || Buffer.compare(value, other) !== 0) return false;
  }
  return true;
}

const step = 1 << 20;

/** Reads only where sizes are equal: seldom, and mostly small files, so it may do so synchronously. */
function sameContent(a: Content, b: Content): boolean {
  const size = sizeOf(a);
  if (size !== sizeOf(b)) return false;
  if (a.at === 'sparse' || b.at === 'sparse') return sameSparse(a, b);
  for (let at = 0; at < size; at += step) {
    const length = Math.min(step, size - at);
    if (Buffer.compare(readPart(a, at, length), readPart(b, at, length)) !== 0) return false;
  }
  return true;
}

/** Alike where they have the same holes: with others, two are told apart although they read the same. */
function sameSparse(a: Content, b: Content): boolean {
  if (a.at !== 'sparse' || b.at !== 'sparse' || a.parts.length !== b.parts.length) return false;
  return a.parts.every(({ offset, content }, at) => {
    const other = b.parts[at]!;
    return offset === other.offset && sameContent(content, other.content);
  });
}

function readPart(content: PlainContent, at: number, length: number): Uint8Array {
  if (content.at === 'memory') return content.bytes.subarray(at, at + length);
  const file = openSync(bytesOfName(content.path), 'r');
  try {
    const bytes = Buffer.alloc(length);
    let done = 0;
    while (done < length) {
      const read = readSync(file, bytes, done, length - done, content.offset + at + done);
      if (read === 0) throw new Error(`${content.path} ended ${length - done} bytes early`);
      done += read;
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}
