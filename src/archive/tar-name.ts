// Names in archives. They are bytes there, and paths in a tree here: a name that is no clean relative path is hostile.

import { tarError } from '../tree/refused.ts';
import type { TreePath } from '../tree/tree.ts';

/** Linux's PATH_MAX and NAME_MAX, in bytes. */
const maxPath = 4096;
const maxPart = 255;
/** No image comes near it; Linux would take 2048, and each one costs every reader and writer its time. */
const maxParts = 256;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function decodeName(bytes: Uint8Array): string {
  if (bytes.length > maxPath) throw tarError('name', `a name in the archive has ${bytes.length} bytes`);
  if (bytes.includes(0)) throw tarError('name', `a name in the archive holds a NUL: ${quote(bytes)}`);
  try {
    return utf8.decode(bytes);
  } catch {
    // cpio, tar and squashfs would carry it; specs, globs and reports, in which paths are text, could not name it.
    throw tarError(
      'name',
      `a name in the archive is not UTF-8: ${quote(bytes)}`,
      'Rename or remove the file where the archive is made: paths must be UTF-8 here.',
    );
  }
}

/** Of an entry or a hard link's target: below the archive's root, also where it is absolute. `..` is refused. */
export function treePath(name: string): TreePath {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (name === '') throw tarError('name', 'an entry of the archive has no name');
  if (parts.length > maxParts)
    throw tarError('name', `a name in the archive has ${parts.length} parts: ${quote(Buffer.from(name))}`);
  if (parts.includes('..'))
    throw tarError('name', `a name in the archive leads upwards: ${JSON.stringify(name)}`);
  if (parts.some((part) => Buffer.byteLength(part) > maxPart)) {
    throw tarError(
      'name',
      `a part of a name in the archive has more than ${maxPart} bytes: ${JSON.stringify(name)}`,
    );
  }
  return parts.join('/');
}

const quote = (bytes: Uint8Array) => JSON.stringify(Buffer.from(bytes.subarray(0, 200)).toString('latin1'));
