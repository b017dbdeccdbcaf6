// What Amazon's EC2 needs: the disk as it is, the list of its blocks for the EBS direct API (PutSnapshotBlock), and the
// request that makes an AMI of the snapshot (RegisterImage). Never `import-image`: it refuses EFI partitions.
import { createHash } from 'node:crypto';
import { type Arch, architectureOf } from '../../base/arch.ts';
import type { SparseImage } from '../../disk/sparse.ts';
import { mapImageName } from '../../platform/image-name.ts';
import { platforms } from '../../platform/table.ts';
import { isZero, readBlocks } from '../write/blocks.ts';
import type { WrittenFile } from '../write/output-file.ts';
import { type OutputOptions, writeOutput } from '../write/write-output.ts';

/** The API's only size, in bytes. */
const blockSize = 512 << 10;
const GiB = 1 << 30;

export interface EbsBlocks {
  readonly blockSize: number;
  /** StartSnapshot's VolumeSize: in GiB. */
  readonly volumeSize: number;
  /** CompleteSnapshot's ChangedBlocksCount, and its Checksum: SHA-256 over the blocks' own, in base64. */
  readonly changedBlocks: number;
  readonly checksum: string;
  /** Those that are not of zeros. The file's last one may be short: zeros fill it. */
  readonly blocks: readonly { readonly index: number; readonly sha256: string }[];
}

/** Writes the raw disk; the blocks are hashed on the way. */
export async function writeAws(
  disk: SparseImage,
  path: string,
  options: OutputOptions = {},
): Promise<WrittenFile & { readonly ebs: EbsBlocks }> {
  const blocks: { index: number; sha256: string }[] = [];
  const checksum = createHash('sha256');
  const written = await writeOutput(
    path,
    async (file) => {
      for await (const { index, bytes } of readBlocks(disk, blockSize, options)) {
        if (isZero(bytes)) continue;
        const at = index * blockSize;
        const writing = file.write(bytes.subarray(0, disk.size - at), at);
        const digest = createHash('sha256').update(bytes).digest();
        checksum.update(digest);
        blocks.push({ index, sha256: digest.toString('base64') });
        await writing;
      }
      await file.extend(disk.size);
    },
    { ...options, begins: disk },
  );
  const ebs = {
    blockSize,
    volumeSize: Math.ceil(disk.size / GiB),
    changedBlocks: blocks.length,
    checksum: checksum.digest('base64'),
    blocks,
  };
  return { ...written, ebs };
}

export interface ImageDescription {
  /** 3 to 128 characters; what EC2 does not take in it becomes a hyphen. */
  readonly name: string;
  readonly description: string;
  readonly arch: Arch;
  /** In GiB. */
  readonly volumeSize: number;
}

const rootDevice = '/dev/xvda';

/** For `aws ec2 register-image --cli-input-json`. The snapshot's id is known only when it is there. */
export function describeRegistration({ name, description, arch, volumeSize }: ImageDescription) {
  return {
    Name: mapImageName(platforms.aws.imageName, name),
    Description: description,
    Architecture: architectureOf(arch).ec2,
    VirtualizationType: 'hvm',
    EnaSupport: true,
    SriovNetSupport: 'simple',
    BootMode: architectureOf(arch).grub.bios ? 'uefi-preferred' : 'uefi',
    ImdsSupport: 'v2.0',
    RootDeviceName: rootDevice,
    BlockDeviceMappings: [
      {
        DeviceName: rootDevice,
        Ebs: {
          SnapshotId: 'snap-TO-BE-FILLED-IN',
          VolumeSize: volumeSize,
          VolumeType: 'gp3',
          DeleteOnTermination: true,
        },
      },
    ],
  };
}
