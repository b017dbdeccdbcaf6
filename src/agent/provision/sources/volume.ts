// A volume that was handed over, mounted for as long as its documents are read: read-only, without devices and programs.
import { readMetadata } from '../../../contract/metadata/read.ts';
import type { DocumentRole, VolumePlace } from '../../../platform/user-data.ts';
import type { Host } from '../../host/host.ts';
import { readBelow } from '../read-file.ts';
import type { Kind, Look, Seeker } from '../source.ts';
import { type AttachedVolume, listVolumes } from '../volumes/list.ts';

const mountPoint = '/run/catamaran/provision/volume';
/** In seconds: a drive may take long to start, or for ever. */
const patience = 20;

export const volume: Kind<VolumePlace> = {
  when: 'local',
  look(place, seeker) {
    const { facts, host } = seeker;
    const fits = ({ label, types }: AttachedVolume) =>
      (place.labels.length === 0 || place.labels.includes(label)) &&
      types.some((type) => place.types.includes(type));
    // One that has appeared since.
    const volumes = facts.volumes.some(fits) ? facts.volumes : listVolumes(host);
    let problem: string | undefined;
    for (const each of volumes.filter(fits)) {
      const look = lookInside(each, place, seeker);
      if (look === undefined) continue;
      if ('given' in look) return look;
      problem = look.problem;
    }
    return problem === undefined ? undefined : { problem, again: false };
  },
};

function lookInside({ device, types }: AttachedVolume, place: VolumePlace, { host, findings }: Seeker): Look {
  const type = place.types.find((each) => types.includes(each))!;
  if (!mount(host, device, type))
    return { problem: `/dev/${device} cannot be mounted as ${type}`, again: false };
  try {
    const documents = new Map<DocumentRole, Uint8Array>();
    for (const [role, path] of Object.entries(place.documents) as [DocumentRole, string][]) {
      const read = readBelow(host, mountPoint, path);
      if (read instanceof Uint8Array) documents.set(role, read);
      else if (read) findings.error({ part: `/dev/${device}`, line: 1, pointer: path }, read.problem);
    }
    if (!documents.has(place.required)) return undefined;
    const given = readMetadata(place.form, documents, findings);
    return { where: `/dev/${device}`, given, ...(place.partial && { partial: true }) };
  } finally {
    host.run(['umount', mountPoint]);
  }
}

function mount(host: Host, device: string, type: string): boolean {
  host.makeDirectory(mountPoint);
  const options = `ro,nosuid,nodev,noexec${type === 'vfat' ? ',shortname=lower' : ''}`;
  const command = ['mount', '-t', type, '-o', options, `/dev/${device}`, mountPoint];
  return host.run(['timeout', String(patience), ...command]).status === 0;
}
