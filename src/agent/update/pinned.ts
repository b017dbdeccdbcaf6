// A release that a person has named by its version: found in the repository beside the channel's pointer, and signed by the
// role that signs releases.
import type { ReleaseVersion } from '../../base/flavour.ts';
import { readSignedManifest } from '../../contract/release-manifest.ts';
import { type Client, fetchTarget, findTarget } from '../../tuf/client.ts';
import { manifestName, releasesRole } from '../../tuf/names.ts';
import type { ReleaseRef } from '../../tuf/release-ref.ts';
import { AgentError } from '../host/host.ts';
import type { UpdateMachine } from './machine.ts';

export function findPinned(
  { os, arch, settings }: Pick<UpdateMachine, 'os' | 'arch' | 'settings'>,
  client: Client,
  version: ReleaseVersion,
): ReleaseRef {
  const found = findTarget(client, manifestName({ os, version, arch }));
  if (found === undefined || found.role !== releasesRole)
    throw new AgentError(`${settings.url} has no release ${version} for ${arch}`, {
      code: 'release-unknown',
      fault: 'usage',
      hint: 'Name a version that the repository has; catamaran-agent upgrade goes by the channel again.',
    });
  const { epoch, minFrom } = readSignedManifest(fetchTarget(client, found), found.name);
  return {
    ...{ version, epoch },
    ...(minFrom === undefined ? {} : { minFrom }),
    manifest: { name: found.name, size: found.length, sha256: found.sha256 },
  };
}
