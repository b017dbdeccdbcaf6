// `catamaran-agent reset`: the data partition is made anew, with all that was on it lost. In use it cannot be: then the initrd
// leaves it alone at the next boot, where this is called again. Machine id and host keys stay (boot/kept-identity.ts).

import { encodeUtf8 } from '../../base/utf8.ts';
import { dataFormat } from '../../contract/data-format.ts';
import { AgentError, type Host, runOrThrow } from '../host/host.ts';
import { deviceOf } from '../slots/device.ts';
import type { Partitions } from '../slots/partitions.ts';

/** A sector of the ab-state partition, in bytes: the initrd looks for `reset` (components/initrd: init, mount_data). */
const resetOffset = 24_576;
const sector = 512;
const mark = 'reset\n';

type Disk = { readonly host: Host; readonly partitions: Pick<Partitions, 'read' | 'write'> };

export function resetData(disk: Disk): void {
  const { host, partitions } = disk;
  const device = deviceOf(host, 'data');
  if (isMounted(host, device)) {
    partitions.write('ab-state', resetOffset, sectorOf(mark));
    host.print(
      `${device} is in use: it will be made anew at the next boot, and all that is on /var will be lost`,
    );
    return;
  }
  runOrThrow(host, [
    'mke2fs',
    ...dataFormat,
    '-E',
    'root_owner=0:0,lazy_itable_init=0,lazy_journal_init=0',
    device,
  ]);
  if (isAsked(disk)) partitions.write('ab-state', resetOffset, sectorOf(''));
  host.print(`${device} is an empty file system now: reboot to use it`);
}

/** Left by a reset that waits for a boot in which the partition is not in use. */
export function finishReset(disk: Disk): void {
  if (!isAsked(disk)) return;
  resetData(disk);
  runOrThrow(disk.host, ['reboot', '-f']);
}

function isAsked({ partitions }: Disk): boolean {
  return String.fromCharCode(...partitions.read('ab-state', resetOffset, mark.length)) === mark;
}

function isMounted(host: Host, device: string): boolean {
  const mounts = host.readText('/proc/self/mounts');
  if (mounts === undefined) throw new AgentError('/proc/self/mounts cannot be read', { code: 'file-read' });
  return mounts.split('\n').some((line) => line.startsWith(`${device} `));
}

function sectorOf(text: string): Uint8Array {
  const bytes = new Uint8Array(sector);
  bytes.set(encodeUtf8(text));
  return bytes;
}
