// The kernel's own word that root image, hash tree and root hash belong together: the slot is opened by dm-verity and
// read to its end. A block that does not fit is a read error here (and a restart only in the system that boots).
import { type SlotName, slotRole } from '../../slots/constants.ts';
import type { ReleaseManifest } from '../../slots/release-manifest.ts';
import { AgentError, type Host, runOrThrow } from '../host.ts';
import { findDevice } from './partitions.ts';

const name = 'catamaran-verify';

export function verifyTree(
  host: Host,
  slot: SlotName,
  { roothash, salt, dataBlocks }: ReleaseManifest,
): void {
  const data = findDevice(host, slotRole('root', slot));
  const tree = findDevice(host, slotRole('hash', slot));
  const table = `0 ${dataBlocks * 8} verity 1 ${data} ${tree} 4096 4096 ${dataBlocks} 1 sha256 ${roothash} ${salt || '-'}`;
  host.run(['dmsetup', 'remove', name]); // left by an agent that was killed
  runOrThrow(host, ['dmsetup', 'create', name, '--readonly', '--noudevsync', '--table', table]);
  const { status, output } = host.run(['dd', `if=/dev/mapper/${name}`, 'of=/dev/null', 'bs=1048576']);
  host.run(['dmsetup', 'remove', '--retry', name]);
  if (status !== 0) throw new AgentError(`dm-verity refuses slot ${slot}: ${output.trim()}`);
}
