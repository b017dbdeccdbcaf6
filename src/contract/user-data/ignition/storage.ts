// Ignition's `storage`: files, directories, links, and disks and file systems for data.

import type { Findings } from '../../document/finding.ts';
import { list, type Read } from '../../document/shape/collections.ts';
import { writablePath } from '../../document/shape/forms.ts';
import { text, truth, whole } from '../../document/shape/scalars.ts';
import { about, meaningless } from '../../document/shape/shape.ts';
import type { Draft } from '../draft.ts';
import type { Filesystem, Owner, Partition } from '../machine-config.ts';
import { object } from './object.ts';
import { contentOfResource, type Resource, resource } from './resource.ts';

const identity = object({ id: about('Number.', whole(0, 4_294_967_294)), name: about('Name.', text()) });
const permissions = about('Permission bits as a decimal number: 420 is 0644.', whole(0, 0o7777));

const nodeFields = {
  path: about('Where it is.', writablePath),
  overwrite: about('Whether what is there may be replaced.', truth),
  user: about('Owner.', identity),
  group: about('Group.', identity),
} as const;

const fileFields = {
  ...nodeFields,
  mode: permissions,
  contents: about('What is in it.', resource),
  append: about('What is added to it.', list(resource)),
} as const;
const directoryFields = { ...nodeFields, mode: permissions } as const;
const linkFields = {
  ...nodeFields,
  target: about('Where it leads.', text()),
  hard: about('Whether it is a hard link.', truth),
} as const;

const partitionFields = {
  label: about('Label.', text({ pattern: /^[^:]{0,36}$/, rule: 'at most 36 characters without ":"' })),
  number: about('Number; 0 is the next that is free.', whole(0, 128)),
  sizeMiB: about('Size; 0 is all that is left.', whole()),
  startMiB: about('Where it begins; 0 is where there is room.', whole()),
  typeGuid: about('GUID of its kind.', text()),
  guid: meaningless('partitions are named by their labels'),
  wipePartitionEntry: meaningless('partitions that are there stay'),
  shouldExist: about('Whether it is to be there.', truth),
  resize: meaningless('partitions that are there stay'),
} as const;

const filesystemFields = {
  device: about(
    'Device.',
    text({ pattern: /^\/[!-~]{1,300}$/, rule: 'a device', example: '/dev/disk/by-partlabel/data' }),
  ),
  format: about(
    'ext4, btrfs, xfs, vfat or swap.',
    text({ pattern: /^(ext4|btrfs|xfs|vfat|swap|none)$/, rule: 'ext4, btrfs, xfs, vfat or swap' }),
  ),
  path: about('Where it is mounted.', writablePath),
  label: about('Label.', text({ pattern: /^[!-~ ]{0,16}$/, rule: 'at most 16 characters' })),
  uuid: meaningless('file systems are named by their labels'),
  options: meaningless('file systems are made as the image makes them'),
  mountOptions: about('Options of the mount.', list(text())),
  wipeFilesystem: about('Whether what is there is lost.', truth),
} as const;

export const storage = object({
  files: about('Files.', list(object(fileFields, ['path'], ['contents', 'append', 'mode', 'user', 'group']))),
  directories: about('Directories.', list(object(directoryFields, ['path'], ['mode', 'user', 'group']))),
  links: about('Links.', list(object(linkFields, ['path', 'target']))),
  disks: about(
    'Disks for data.',
    list(
      object(
        {
          device: about('Device.', text()),
          wipeTable: about('Whether what is there is lost.', truth),
          partitions: about('Partitions.', list(object(partitionFields))),
        },
        ['device'],
      ),
    ),
  ),
  filesystems: about('File systems for data.', list(object(filesystemFields, ['device']))),
  raid: meaningless('there is no RAID by software'),
  luks: meaningless('disks are not encrypted'),
});

export type Storage = NonNullable<ReturnType<typeof storage.read>>;

export function applyStorage(read: Storage, draft: Draft, findings: Findings): void {
  for (const { path = '', mode = 0o755, at, ...owner } of read.directories ?? [])
    draft.addDirectory({ path, mode, owner: ownerOf(owner) }, at);
  for (const file of read.files ?? []) addFile(file, draft, findings);
  for (const { path = '', target = '', hard = false, overwrite = false, at, ...owner } of read.links ?? [])
    draft.addLink({ path, target, hard, owner: ownerOf(owner), overwrite }, at);
  for (const { device = '', wipeTable = false, partitions = [] } of read.disks ?? [])
    draft.disks.push({
      device,
      wipe: wipeTable,
      partitions: partitions.filter(({ shouldExist }) => shouldExist !== false).map(partitionOf),
    });
  for (const {
    device = '',
    format = 'none',
    path,
    label,
    mountOptions = [],
    wipeFilesystem = false,
  } of read.filesystems ?? []) {
    if (format === 'none') continue;
    const type = format as Filesystem['type'];
    draft.filesystems.push({
      device,
      type,
      ...(label && { label }),
      ...(path !== undefined && { path }),
      overwrite: wipeFilesystem,
    });
    if (path !== undefined)
      draft.mounts.push({ source: device, path, type, options: mountOptions.join(',') || 'defaults' });
  }
}

function addFile(file: Read<typeof fileFields>, draft: Draft, findings: Findings): void {
  const { path = '', mode = 0o644, overwrite, contents, append = [], at, ...owner } = file;
  const resources: readonly Resource[] = [...(contents ? [contents] : []), ...append];
  const read = resources.map((each) => (each.source ? contentOfResource(each, findings) : null));
  // A file of which a part is missing is not written at all.
  if (read.includes(undefined)) return;
  const appending = append.length > 0 && !contents?.source;
  const parts = read.flatMap((each) => each ?? []);
  draft.addFile(
    {
      path,
      mode,
      owner: ownerOf(owner),
      contents: parts,
      append: appending,
      defer: false,
      overwrite: overwrite ?? contents?.source === undefined,
    },
    at,
  );
}

interface Owned {
  readonly user?: Read<{ id: typeof permissions; name: ReturnType<typeof text> }>;
  readonly group?: Owned['user'];
}

function ownerOf({ user, group }: Owned): Owner {
  const [userName, groupName] = [user, group].map(
    (each) => each?.name ?? (each?.id === undefined ? undefined : String(each.id)),
  );
  return { user: userName ?? 'root', group: groupName ?? 'root' };
}

function partitionOf({
  label,
  number = 0,
  sizeMiB,
  startMiB,
  typeGuid,
}: Read<typeof partitionFields>): Partition {
  return {
    number,
    ...(label && { label }),
    ...(sizeMiB && { size: { mebibytes: sizeMiB } }),
    ...(startMiB && { start: startMiB }),
    ...(typeGuid !== undefined && { type: typeGuid }),
  };
}
