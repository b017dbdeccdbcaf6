// What the TUF client has verified before, on the data partition. A file that is damaged is as good as none: the client
// checks every signature again, so nothing here has to be believed.
import { encodeUtf8 } from '../../base/utf8.ts';
import { asciiBytes } from '../../tuf/canonical.ts';
import type { TrustedStore } from '../../tuf/workflow/options.ts';
import type { Host } from '../host/host.ts';
import { putDurably, removeDurably } from './durable.ts';

export const trustedDirectory = '/var/lib/catamaran/tuf';

export function openTrustedStore(host: Host): TrustedStore {
  return {
    get: (name) => readStored(host, `${trustedDirectory}/${name}`),
    put: (name, bytes) => putDurably(host, `${trustedDirectory}/${name}`, bytes),
    remove: (name) => removeDurably(host, `${trustedDirectory}/${name}`),
  };
}

/** Metadata is UTF-8, and ASCII as we publish it; of anything else the signatures are no longer right. */
export function readStored(host: Host, path: string): Uint8Array | undefined {
  const text = host.readText(path);
  if (text === undefined) return undefined;
  return /[^\x00-\x7f]/.test(text) ? encodeUtf8(text) : asciiBytes(text);
}
