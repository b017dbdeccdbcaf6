// What the TUF client has verified before, on the data partition. A file that is damaged is as good as none: the client
// checks every signature again, so nothing here has to be believed.
import { asciiBytes } from '../../tuf/canonical.ts';
import type { TrustedStore } from '../../tuf/workflow/options.ts';
import type { Host } from '../host/host.ts';
import { putDurably, removeDurably } from './durable.ts';

export const trustedDirectory = '/var/lib/catamaran/tuf';

export function openTrustedStore(host: Host): TrustedStore {
  return {
    get: (name) => readAscii(host, `${trustedDirectory}/${name}`),
    put: (name, bytes) => putDurably(host, `${trustedDirectory}/${name}`, bytes),
    remove: (name) => removeDurably(host, `${trustedDirectory}/${name}`),
  };
}

/** TUF metadata as we publish it is ASCII; anything else has been damaged. */
export function readAscii(host: Host, path: string): Uint8Array | undefined {
  const text = host.readText(path);
  return text === undefined || /[^\x00-\x7f]/.test(text) ? undefined : asciiBytes(text);
}
