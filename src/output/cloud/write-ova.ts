// OVA: a ustar archive of the description, the manifest and the disk, in that order, DSP0243, section 5.3. Both come before the
// disk and say how long it is and what its digest is: so the VMDK is written beside the output first, and then copied.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { maxOctal12, renderTarHeader } from '../../archive/tar-header.ts';
import { roundUp } from '../../base/size.ts';
import type { SparseImage } from '../../disk/sparse.ts';
import type { Blob } from '../../store/blob.ts';
import { contentOf, type PlainContent, sizeOf } from '../../tree/content.ts';
import { openAppender } from '../write/appender.ts';
import { copyContent } from '../write/copy-extent.ts';
import type { OutputFile, WrittenFile } from '../write/output-file.ts';
import { withScratch } from '../write/scratch.ts';
import { writeOutput } from '../write/write-output.ts';
import { describeOvf, type OvfDescription } from './ovf.ts';
import { type FoundVmdk, findVmdk, rememberVmdk } from './vmdk-places.ts';
import { type VmdkOptions, writeVmdk } from './write-vmdk.ts';

const tarBlock = 512;

export interface OvaOptions extends VmdkOptions {
  /** Its members are called so, with `.ovf`, `.mf` and `-disk1.vmdk`. */
  readonly stem: string;
  readonly machine: Omit<OvfDescription, 'disk'>;
}

export async function writeOva(
  disk: SparseImage,
  path: string,
  { stem, machine, ...options }: OvaOptions,
): Promise<WrittenFile> {
  const { signal, identity } = options;
  let member: { offset: number; vmdk: Blob };
  const written = await writeOutput(
    path,
    (file) =>
      withScratch(path, async (directory) => {
        const { content, ...vmdk } = await vmdkOf(disk, join(directory, 'disk.vmdk'), options);
        const { size, digest } = vmdk;
        const names = { ovf: `${stem}.ovf`, manifest: `${stem}.mf`, disk: `${stem}-disk1.vmdk` };
        const ovf = describeOvf({ ...machine, disk: { file: names.disk, size, capacity: disk.size } });
        const manifest = [
          [names.ovf, createHash('sha256').update(ovf).digest('hex')],
          [names.disk, digest.replace(/^sha256:/, '')],
        ].map(([name, sha256]) => `SHA256(${name})= ${sha256}\n`);
        const members = [
          [names.ovf, contentOf(ovf)],
          [names.manifest, contentOf(manifest.join(''))],
          [names.disk, content],
        ] as const;
        member = { offset: await writeMembers(file, members, signal), vmdk };
      }),
    options,
  );
  rememberVmdk(disk, written, { identity, path, ...member! });
  return written;
}

async function vmdkOf(disk: SparseImage, scratch: string, options: VmdkOptions): Promise<FoundVmdk> {
  const found = await findVmdk(disk, options.identity);
  if (found) return found;
  const { digest, size } = await writeVmdk(disk, scratch, options);
  return { digest, size, content: { at: 'file', path: scratch, offset: 0, size } };
}

/** Returns where the last one's content lies. */
async function writeMembers(
  file: OutputFile,
  members: readonly (readonly [name: string, content: PlainContent])[],
  signal: AbortSignal | undefined,
): Promise<number> {
  let last = 0;
  const out = openAppender(file, tarBlock);
  for (const [name, content] of members) {
    const size = sizeOf(content);
    await out.append(renderMember(name, size));
    last = out.position;
    await copyContent(content, { start: 0, size }, file, last, { signal });
    out.skipTo(roundUp(last + size, tarBlock));
  }
  await out.append(new Uint8Array(2 * tarBlock));
  await out.finish();
  return last;
}

function renderMember(name: string, size: number): Uint8Array {
  if (size > maxOctal12)
    throw new RangeError(`${name} has ${size} bytes, and a ustar member has less than 8 GiB`);
  return renderTarHeader({
    name: Buffer.from(name),
    linkName: new Uint8Array(),
    mode: 0o644,
    uid: 0,
    gid: 0,
    size,
    mtime: 0,
    type: '0',
    major: 0,
    minor: 0,
  });
}
