// The volumes that a machine has: whole disks, CDs and partitions, each with what it is called.
import type { Host } from '../../host/host.ts';
import { type Identity, identifyVolume } from './identify.ts';

export interface AttachedVolume extends Identity {
  /** In /dev. */
  readonly device: string;
}

const most = 256;

export function listVolumes(host: Host): AttachedVolume[] {
  const names = (host.listDirectory('/sys/class/block') ?? []).filter(
    (name) => !/^(loop|ram|dm-|zram|md|nbd|fd)/.test(name),
  );
  return names.slice(0, most).flatMap((device) => {
    const sectors = Number(host.readText(`/sys/class/block/${device}/size`)?.trim());
    if (!(sectors > 0)) return [];
    const found = identify(host, device, sectors * 512);
    return found ? [{ device, ...found }] : [];
  });
}

function identify(host: Host, device: string, size: number): Identity | undefined {
  try {
    return identifyVolume((offset, count) =>
      offset + count > size ? undefined : host.readBytes(`/dev/${device}`, offset, count),
    );
  } catch {
    // A drive without a medium, or with one that cannot be read, has no volume.
    return undefined;
  }
}
