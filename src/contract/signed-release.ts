// From a pointer to the manifest of the release that it means: signed by the right role, with the hash that the pointer
// says, of the machine's own kind, and of one mind with the pointer.

import { fetchManifest } from '../tuf/channel.ts';
import type { Client } from '../tuf/client.ts';
import { refuse } from '../tuf/refuse.ts';
import type { ReleaseRef } from '../tuf/release-ref.ts';
import { readSignedManifest, type SignedManifest } from './release-manifest.ts';

export type MachineKind = Pick<SignedManifest, 'os' | 'arch'>;

export function fetchSignedManifest(
  client: Client,
  release: ReleaseRef,
  machine: MachineKind,
): SignedManifest {
  const manifest = readSignedManifest(fetchManifest(client, release), release.manifest.name);
  requireAgreement(manifest, release, machine);
  return manifest;
}

function requireAgreement(manifest: SignedManifest, release: ReleaseRef, machine: MachineKind): void {
  const wrong = [
    ['os', manifest.os, machine.os],
    ['arch', manifest.arch, machine.arch],
    ['version', manifest.version, release.version],
    ['epoch', manifest.epoch, release.epoch],
    ['min_from', manifest.minFrom, release.minFrom],
  ].find(([, found, expected]) => found !== expected);
  if (wrong === undefined) return;
  throw refuse(
    'mismatch',
    release.manifest.name,
    `has ${wrong[0]} ${wrong[1]} where ${wrong[2]} is expected`,
  );
}
