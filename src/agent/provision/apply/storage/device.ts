// Which block device is meant, by the names that people write: the machine has no udev, so labels and the like are looked up.
// The system's own disk, and what is mounted, is refused.
import { AgentError, type Host } from '../../../host/host.ts';

export interface Device {
  /** `vdb1`. */
  readonly name: string;
  readonly path: string;
  /** The name of the disk that it is, or lies on. */
  readonly disk: string;
  readonly isDisk: boolean;
}

const systemDisk = '/run/catamaran/disk';

export function findDevice(host: Host, written: string): Device {
  const path = pathOf(host, written);
  const name = path?.startsWith('/dev/') ? path.slice('/dev/'.length) : undefined;
  if (name === undefined || host.readText(`/sys/class/block/${name}/size`) === undefined)
    throw new AgentError(`there is no device ${written}`, {
      code: 'device-missing',
      hint: 'Attach it, or correct its name.',
    });
  const isDisk = host.readText(`/sys/class/block/${name}/partition`) === undefined;
  const place = isDisk ? name : host.run(['readlink', '-f', `/sys/class/block/${name}`]).output.trim();
  return { name, path: `/dev/${name}`, disk: isDisk ? name : (place.split('/').at(-2) ?? name), isDisk };
}

/** For what destroys. */
export function requireFree(host: Host, { name, disk, isDisk }: Device): void {
  if (host.readText(systemDisk)?.trim() === disk)
    throw refused(
      `/dev/${name} is on the disk that the system is on`,
      'Only data disks are changed by user-data.',
    );
  const others = isDisk ? partitionNames(host, name).map((part) => `/dev/${part}`) : [];
  const used = new Set([`/dev/${name}`, ...others]);
  const files = ['/proc/self/mounts', '/proc/swaps'];
  const lines = files.flatMap((file) => (host.readText(file) ?? '').split('\n'));
  const using = lines.map((line) => line.split(/\s/)).find(([source = '']) => used.has(source));
  if (using) throw refused(`${using[0]} is in use, on ${using[1]}`, 'Unmount it first.');
}

/** `vdb` → vdb1, vdb2. */
export function partitionNames(host: Host, disk: string): string[] {
  return (host.listDirectory(`/sys/class/block/${disk}`) ?? []).filter((name) => name.startsWith(disk));
}

function refused(what: string, hint: string): AgentError {
  return new AgentError(`${what}: it is left alone`, { code: 'user-data-refused', fault: 'spec', hint });
}

const links: Readonly<Record<string, string>> = {
  label: 'LABEL',
  uuid: 'UUID',
  partlabel: 'PARTLABEL',
  partuuid: 'PARTUUID',
};

function pathOf(host: Host, written: string): string | undefined {
  const [, kind = '', value = ''] = /^\/dev\/disk\/by-([a-z]+)\/(.+)$/.exec(written) ?? [];
  if (kind === 'id') return bySerial(host, value);
  const tag = links[kind] === undefined ? written : `${links[kind]}=${value}`;
  const [, key = '', wanted = ''] = /^(LABEL|UUID|PARTLABEL|PARTUUID)=(.+)$/.exec(tag) ?? [];
  if (key === 'PARTLABEL') return byEvent(host, 'PARTNAME', wanted);
  if (key === 'PARTUUID') return byEvent(host, 'PARTUUID', wanted.toLowerCase());
  const { status, output } = host.run(key === '' ? ['readlink', '-f', written] : ['findfs', tag]);
  return status === 0 ? output.trim().split('\n')[0] : undefined;
}

/** Of what the kernel says of each partition. */
function byEvent(host: Host, key: string, value: string): string | undefined {
  const found = (host.listDirectory('/sys/class/block') ?? []).find((name) =>
    (host.readText(`/sys/class/block/${name}/uevent`) ?? '').split('\n').includes(`${key}=${value}`),
  );
  return found && `/dev/${found}`;
}

/** `virtio-SERIAL` and the like, perhaps with `-part1`, as udev would call it. */
function bySerial(host: Host, id: string): string | undefined {
  const [, name = id, part] = /^(.*?)(?:-part(\d+))?$/.exec(id) ?? [];
  const disk = (host.listDirectory('/sys/block') ?? []).find((each) => {
    const serial = ['serial', 'device/serial']
      .map((file) => (host.readText(`/sys/block/${each}/${file}`) ?? '').trim())
      .find((text) => text !== '');
    return (
      serial !== undefined && (name === serial || name.endsWith(`-${serial}`) || name.endsWith(`_${serial}`))
    );
  });
  if (disk === undefined) return undefined;
  return `/dev/${part === undefined ? disk : partitionName(disk, Number(part))}`;
}

/** As the kernel names them: `vdb1`, `nvme0n1p1`. */
export function partitionName(disk: string, number: number): string {
  return /\d$/.test(disk) ? `${disk}p${number}` : `${disk}${number}`;
}
