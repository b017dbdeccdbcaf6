// The manifest of the release that runs, where the repository still signs it: of this version, and of this very root.
import { readSignedManifest, type SignedManifest } from '../../contract/release-manifest.ts';
import { type Client, fetchTarget, findTarget } from '../../tuf/client.ts';
import { manifestName, releasesRole } from '../../tuf/names.ts';
import type { UpdateMachine } from './machine.ts';

export function findRunningManifest(
  { running, os, arch }: UpdateMachine,
  client: Client,
): SignedManifest | undefined {
  const found = findTarget(client, manifestName({ os, version: running.version, arch }));
  if (found === undefined || found.role !== releasesRole) return undefined;
  const manifest = readSignedManifest(fetchTarget(client, found), found.name);
  return manifest.roothash === running.rootHash ? manifest : undefined;
}
