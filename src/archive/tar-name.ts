// Names in archives. They are bytes there, and paths in a tree here: a name that is no clean relative path is hostile.

import { bytesOfName, nameOfBytes } from '../tree/byte-name.ts';
import { tarError } from '../tree/refused.ts';
import type { TreePath } from '../tree/tree.ts';

/** Linux's PATH_MAX and NAME_MAX, in bytes. */
const maxPath = 4096;
const maxPart = 255;
/** No image comes near it; Linux would take 2048, and each one costs every reader and writer its time. */
const maxParts = 256;

export function decodeName(bytes: Uint8Array): string {
  if (bytes.length > maxPath) throw tarError('name', `a name in the archive has ${bytes.length} bytes`);
  if (bytes.includes(0)) throw tarError('name', `a name in the archive holds a NUL: ${quote(bytes)}`);
  return nameOfBytes(bytes);
}

/** Of an entry or a hard link's target: below the archive's root, also where it is absolute. `..` is refused. */
export function treePath(name: string): TreePath {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (name === '') throw tarError('name', 'an entry of the archive has no name');
  if (parts.length > maxParts)
    throw tarError('name', `a name in the archive has ${parts.length} parts: ${quote(bytesOfName(name))}`);
  if (parts.includes('..'))
    throw tarError('name', `a name in the archive leads upwards: ${JSON.stringify(name)}`);
  if (parts.some((part) => bytesOfName(part).length > maxPart)) {
    throw tarError(
      'name',
      `a part of a name in the archive has more than ${maxPart} bytes: ${JSON.stringify(name)}`,
    );
  }
  return parts.join('/');
}

const quote = (bytes: Uint8Array) => JSON.stringify(Buffer.from(bytes.subarray(0, 200)).toString('latin1'));
