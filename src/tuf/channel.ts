// The last step of a check: from a refreshed client to what the machine's channel points at, and to the manifest of a
// release, whose form is the contract's. Here it is held that a channel's role signs pointers, and the releases role manifests, whatever else a
// delegation may allow.
import { type Client, type FoundTarget, fetchTarget, findTarget } from './client.ts';
import { sha256Hex } from './hex.ts';
import { pointerName, releasesRole } from './names.ts';
import { type ChannelPointer, parsePointer } from './pointer.ts';
import { refuse } from './refuse.ts';
import type { ReleaseRef } from './release-ref.ts';

/** Undefined where the channel points at nothing for this architecture, or there is no such channel. */
export function readPointer(client: Client, channel: string, arch: string): ChannelPointer | undefined {
  const name = pointerName(channel, arch);
  const found = findTarget(client, name);
  if (found === undefined) return undefined;
  requireRole(name, found.role, channel);
  const pointer = parsePointer(fetchRemembered(client, found, 'pointer.json'), name);
  if (pointer.channel !== channel || pointer.arch !== arch) {
    throw refuse('mismatch', name, `is of ${pointer.channel} for ${pointer.arch}`);
  }
  return pointer;
}

/** The bytes that the pointer means, signed by the role that may. */
export function fetchManifest(client: Client, release: ReleaseRef): Uint8Array {
  const { name, size, sha256 } = release.manifest;
  const found = findTarget(client, name);
  if (found === undefined) throw refuse('missing', name, 'is signed by nobody');
  requireRole(name, found.role, releasesRole);
  if (found.sha256 !== sha256 || found.length !== size) {
    throw refuse('mismatch', name, 'has another hash than the pointer says');
  }
  return fetchRemembered(client, found, 'manifest.json');
}

/** From the store, if what was fetched last is what is signed now: a check that finds nothing new asks for nothing. */
function fetchRemembered(client: Client, found: FoundTarget, slot: string): Uint8Array {
  const { store } = client.options;
  const remembered = store.get(slot);
  if (remembered?.length === found.length && sha256Hex(remembered) === found.sha256) return remembered;
  const bytes = fetchTarget(client, found);
  store.put(slot, bytes);
  return bytes;
}

function requireRole(name: string, found: string, expected: string): void {
  if (found !== expected) throw refuse('signatures', name, `is signed by ${found}, not by ${expected}`);
}
