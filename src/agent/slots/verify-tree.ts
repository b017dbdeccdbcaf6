// The kernel's own word that root image, hash tree and root hash belong together: the slot is opened by dm-verity and
// read to its end. A block that does not fit is a read error here (and a restart only in the system that boots).
import type { VerityTree } from '../../contract/release-manifest.ts';
import { AgentError, type Host, runOrThrow } from '../host/host.ts';

const name = 'catamaran-verify';
/** Without udev, libdevmapper has to make the nodes in /dev/mapper itself. */
export const dmsetup = ['env', 'DM_DISABLE_UDEV=1', 'dmsetup'] as const;

export function verifyByKernel(
  host: Host,
  { data, hashes }: { data: string; hashes: string },
  { roothash, salt, dataBlocks }: VerityTree,
): void {
  const target = `verity 1 ${data} ${hashes} 4096 4096 ${dataBlocks} 1 sha256 ${roothash} ${salt || '-'}`;
  host.run([...dmsetup, 'remove', name]); // left by an agent that was killed
  runOrThrow(host, [
    ...dmsetup,
    'create',
    name,
    '--readonly',
    '--noudevsync',
    '--table',
    `0 ${dataBlocks * 8} ${target}`,
  ]);
  const { status, output } = host.run(['dd', `if=/dev/mapper/${name}`, 'of=/dev/null', 'bs=1048576']);
  host.run([...dmsetup, 'remove', '--retry', name]);
  if (status !== 0)
    throw new AgentError(`dm-verity refuses ${data}: ${output.trim()}`, {
      code: 'slot-damaged',
      fault: 'integrity',
      hint: 'Write the release again; if it happens again, the disk may be failing.',
    });
}
