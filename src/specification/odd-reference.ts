// What LinuxKit makes of a text that is no reference by the grammar: it reads it as an address, so that what follows a "#"
// or "?", a user's name before the host, empty parts of the path and an empty tag are lost.
import { posix } from 'node:path';
import { CatamaranError } from '../base/errors.ts';
import { type ImageReference, parseReference } from './reference.ts';

export interface OddReference {
  readonly reference: ImageReference;
  /** As which the text is read. */
  readonly name: string;
}

/** Undefined where nothing is left that a registry could have. */
export function readOddReference(text: string): OddReference | undefined {
  const [address = ''] = expandName(text.trim()).split(/[#?]/);
  const slash = `${address}/`.indexOf('/');
  const host = address.slice(0, slash).replace(/^.*@/, '');
  const path = decode(address.slice(slash));
  const at = path.search(/[:@]/);
  const object = at === -1 ? '' : path.slice(at);
  const locator = posix.join(host, at === -1 ? path : path.slice(0, at)).replace(/\/$/, '');
  if (locator === dockerHub || locator === `${dockerHub}/library`) return undefined;
  const name = `${locator}${object.replace(/^:(?=@|$)/, '')}`;
  try {
    const reference = parseReference(name);
    return reference.kind === 'registry' ? { reference, name } : undefined;
  } catch (error) {
    if (error instanceof CatamaranError) return undefined;
    throw error;
  }
}

const dockerHub = 'docker.io';

/** With the host and the path that a short name stands for. */
function expandName(text: string): string {
  const parts = text.split('/');
  if (parts.length === 1) return `${dockerHub}/library/${text}`;
  const isHost = /[.:]/.test(parts[0]!) || parts[0] === 'localhost';
  return parts.length === 2 && !isHost ? `${dockerHub}/${text}` : text;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
