// QCOW2 version 3: what OpenStack and QEMU take. Uncompressed clusters in the order of the guest's disk, those that hold only
// holes not allocated. Every offset follows from the list of extents: one pass, no seeking back, the same bytes each time.
import type { DiskImage } from '../../disk/disk.ts';
import type { RawFormatOptions } from '../../specification/spec.generated.ts';
import { defineFormat, type WriteFile } from '../format.ts';
import type { WrittenFile } from '../write/output-file.ts';
import { copyRange, type Span, spansOf } from '../write/spans.ts';
import { type OutputOptions, writeOutput } from '../write/write-output.ts';
import { ofDisk } from './compose.ts';
import { writeCompressedQcow2 } from './qcow2-compressed.ts';
import { clusterSize, layoutMetadata, plainEntry, renderMetadata } from './qcow2-metadata.ts';

/** Of every format that is one. */
export const qcow2Options = {
  compressed: {
    description: 'Packs each cluster: a smaller file, which takes longer to write and to read.',
    type: 'boolean',
    default: false,
  },
} as const;

export const qcow2Writer =
  (disk: DiskImage, { compressed = false }: RawFormatOptions): WriteFile =>
  (path, options) =>
    compressed ? writeCompressedQcow2(disk, path, options) : writeQcow2(disk, path, options);

export const qcow2 = defineFormat({
  name: 'qcow2',
  summary: 'a disk with two slots, verity and a data partition, for QEMU, libvirt, Proxmox and OpenStack',
  module: 'output/disk/qcow2',
  files: ['.qcow2'],
  named: 'os',
  platform: 'qemu',
  sbom: false,
  boots: { disk: 'qcow2' },
  options: qcow2Options,
  plan: ofDisk((disk, { options }) => [qcow2Writer(disk, options)]),
});

export async function writeQcow2(
  disk: DiskImage,
  path: string,
  options: OutputOptions = {},
): Promise<WrittenFile> {
  const spans = spansOf(disk, clusterSize);
  const dataClusters = spans.reduce((sum, { first, end }) => sum + end - first, 0);
  const layout = layoutMetadata(disk.size, spans, dataClusters);
  return writeOutput(
    path,
    async (file) => {
      await file.write(renderMetadata(layout, entriesOf(spans, layout.dataAt)), 0);
      let host = layout.dataAt * clusterSize;
      for (const { first, end } of spans) {
        const range = { from: first * clusterSize, to: end * clusterSize };
        await copyRange(disk, range, file, host, options);
        host += range.to - range.from;
      }
      await file.extend(host);
    },
    options,
  );
}

function* entriesOf(spans: readonly Span[], dataAt: number): Generator<[number, bigint]> {
  let host = dataAt;
  for (const { first, end } of spans) {
    for (let cluster = first; cluster < end; cluster++) yield [cluster, plainEntry(clusterSize * host++)];
  }
}
