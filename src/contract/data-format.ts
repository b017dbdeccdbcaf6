// The data partition's ext4, as the builder makes it and the agent makes it anew (`catamaran-agent reset`): arguments of mke2fs.

/** Named one by one, so that no configuration file and no later e2fsprogs changes them. */
const features = [
  'none',
  '64bit',
  'dir_index',
  'dir_nlink',
  'ext_attr',
  'extent',
  'extra_isize',
  'filetype',
  'flex_bg',
  'has_journal',
  'huge_file',
  'large_file',
  'metadata_csum',
  'resize_inode',
  'sparse_super',
].join(',');
const bytesPerInode = 16_384;
const journalMiB = 16;
/** In percent: kept for the agent's records and for the init (the initrd mounts it with `resuid`). */
const reserve = 2;

export const dataFormat: readonly string[] = [
  ...['-q', '-F', '-t', 'ext4', '-O', features, '-b', '4096', '-I', '256', '-i', String(bytesPerInode)],
  ...['-J', `size=${journalMiB}`, '-m', String(reserve), '-L', 'data'],
];
