// Data disks: disk_setup, fs_setup, mounts, swap. The disk that the system is on is partitioned by the image; the machine
// refuses to touch it here.
import { parseSize } from '../../../base/size.ts';
import type { Findings, Place } from '../../document/finding.ts';
import { shown } from '../../document/finding.ts';
import { checkPath } from '../../document/paths.ts';
import { either, list, mapping, type Read, record } from '../../document/shape/collections.ts';
import { size, writablePath } from '../../document/shape/forms.ts';
import { choice, text, truth, whole } from '../../document/shape/scalars.ts';
import { about, changed, meaningless, orEmpty, withPlace } from '../../document/shape/shape.ts';
import type { Filesystem, Partition } from '../machine-config.ts';
import { section } from './section.ts';

const device = text({
  pattern: /^(\/dev\/[!-~]{1,200}|(LABEL|UUID|PARTLABEL|PARTUUID)=[!-~]{1,100}|[A-Za-z0-9_.-]{1,64})$/,
  rule: 'a device',
  example: '/dev/disk/by-label/data',
});
/** true: one partition; false: none. */
const wholeDisk = changed(truth, (all) => (all ? 'true' : 'false'));
const column = orEmpty(text(), '');

const filesystemFields = {
  device: about('Device or disk.', device),
  filesystem: about(
    'Kind: ext4, xfs, btrfs, vfat or swap.',
    text({ pattern: /^(ext[234]|xfs|btrfs|vfat|swap)$/, rule: 'ext4, xfs, btrfs, vfat or swap' }),
  ),
  label: about('Label.', orEmpty(text({ pattern: /^[!-~ ]{1,16}$/, rule: 'at most 16 characters' }), '')),
  partition: about(
    'Which partition: a number, auto, any or none.',
    text({ pattern: /^(\d{1,3}|auto|any|none)$/, rule: 'a number, auto, any or none' }),
  ),
  overwrite: about('Whether what is there is lost.', truth),
  replace_fs: meaningless('a file system is made where there is none'),
  extra_opts: meaningless('file systems are made as the image makes them'),
  cmd: meaningless('file systems are made as the image makes them'),
} as const;

export const storage = section({
  fields: {
    mounts: about(
      'Lines of fstab, each a list: device, path, type, options.',
      orEmpty(list(withPlace(list(column))), []),
    ),
    mount_default_fields: meaningless('each mount says its own'),
    swap: about(
      'A file for swapping.',
      mapping({
        filename: about('Where it is. Default: /var/swap.', writablePath),
        size: about(
          'Its size, or auto.',
          text({ ...size, pattern: /^(auto|\d{1,15}(\.\d{1,3})?\s*([KMGT](i?B)?|B)?)$/i }),
        ),
        maxsize: about('At most, where size is auto.', text({ ...size, pattern: size.pattern })),
      }),
    ),
    disk_setup: about(
      'Partitions of data disks.',
      record(
        mapping({
          table_type: about('Kind of table: gpt or mbr.', choice('gpt', 'mbr')),
          layout: about(
            'true: one partition. Else a list: percents, or [percent, type].',
            either({ scalar: wholeDisk, list: list(either({ scalar: whole(1, 100), list: list(text()) })) }),
          ),
          overwrite: about('Whether what is there is lost.', truth),
        }),
      ),
    ),
    fs_setup: about(
      'File systems of data disks.',
      orEmpty(list(mapping(filesystemFields, ['device', 'filesystem'])), []),
    ),
    device_aliases: about('Names for devices.', record(text())),
    growpart: meaningless('the data partition grows by itself'),
    resize_rootfs: meaningless('the data partition grows by itself'),
  },
  apply({ mounts = [], swap, disk_setup, fs_setup = [], device_aliases }, draft, findings) {
    const resolve = (name: string) => nameDevice(device_aliases?.get(name) ?? name);
    for (const [name, { table_type, layout, overwrite, at: place }] of disk_setup ?? []) {
      if (table_type === 'mbr') findings.note(place, 'gets a GPT: mbr is not written');
      const partitions = partitionsOf(layout, place, findings);
      if (layout !== undefined)
        draft.disks.push({ device: resolve(name), wipe: overwrite ?? false, partitions });
    }
    for (const each of fs_setup) {
      const { device: name = '', label, overwrite } = each;
      draft.filesystems.push({
        device: resolve(name),
        ...partitionOf(each),
        type: typeOf(each),
        ...(label && { label }),
        overwrite: overwrite ?? false,
      });
    }
    for (const { value, at } of mounts) addMount(value, at);
    if (swap) {
      const { filename = '/var/swap', size: written = 'auto' } = swap;
      const bytes = /^auto$/i.test(written) ? 'auto' : parseSize(written);
      if (bytes === undefined) findings.error(swap.at, `has the size ${shown(written)}, which is none`);
      else if (bytes !== 0) draft.set('swap', { path: filename, size: bytes }, swap.at);
    }

    function addMount(
      [source = '', path = '', type = 'auto', options = 'defaults,nofail']: readonly string[],
      at: Place,
    ): void {
      if (source === '' || path === '') {
        if (source === '') findings.error(at, 'has no device', 'Write [DEVICE, PATH].');
        return;
      }
      const checked = path === 'none' || path === 'swap' ? path : checkPath(path);
      if (typeof checked === 'string')
        draft.mounts.push({
          source: resolve(source),
          path: checked,
          type: type || 'auto',
          options: options || 'defaults,nofail',
        });
      else findings.error(at, `is mounted at ${shown(path)}: ${checked.problem}`, checked.hint);
    }
  },
});

/** `sdb1` is `/dev/sdb1`; what says which device it is some other way stays. */
function nameDevice(name: string): string {
  return /^(\/|[A-Z]+=|tmpfs$|ephemeral)|[:/]/.test(name) ? name : `/dev/${name}`;
}

function typeOf({ filesystem = 'ext4' }: Read<typeof filesystemFields>): Filesystem['type'] {
  return (filesystem.startsWith('ext') ? 'ext4' : filesystem) as Filesystem['type'];
}

function partitionOf({ partition = 'none' }: Read<typeof filesystemFields>): Pick<Filesystem, 'partition'> {
  if (/^\d/.test(partition)) return { partition: Number(partition) };
  return partition === 'none' ? {} : { partition: 'auto' };
}

type Layout = string | readonly (number | readonly string[])[] | undefined;

function partitionsOf(layout: Layout, at: Place, findings: Findings): Partition[] {
  if (layout === undefined) return [];
  if (typeof layout === 'string') return /^(true|yes|on)$/i.test(layout) ? [{ number: 1 }] : [];
  const parts = layout.map((part, index): Partition => {
    const [percent, type] = typeof part === 'number' ? [part] : [Number(part[0]), part[1]];
    return { number: index + 1, size: { percent }, ...(type !== undefined && { type }) };
  });
  const sum = parts.reduce(
    (total, { size: part }) => total + (part && 'percent' in part ? part.percent : 0),
    0,
  );
  if (sum <= 100) return parts;
  findings.error(
    at,
    `has partitions of ${Number.isNaN(sum) ? 'no' : sum} percent`,
    'Their percents are 100 at most.',
  );
  return [];
}
