// What a build has written, for programs that publish or deploy it: artifacts.json and SHA256SUMS, beside the outputs. Nothing is
// read again: each file was hashed while it was written.
import { createHash } from 'node:crypto';
import { join, relative } from 'node:path';
import { architectureOf } from '../base/arch.ts';
import { digestHex } from '../base/digest.ts';
import type { Firmware } from '../base/firmware.ts';
import { byName } from '../base/order.ts';
import type { LockedSpec } from '../lock/locked-spec.ts';
import { diskSizeOn, firmwareOn } from '../platform/choose.ts';
import { platforms } from '../platform/table.ts';
import type { Blob } from '../store/blob.ts';
import type { Artifact } from './artifact.ts';
import type { ArtifactsDocument, RawBuiltFile, RawBuiltOutput } from './artifacts.generated.ts';
import type { Format } from './format.ts';
import { leastMemory } from './least-memory.ts';
import { type OutputPlace, pathsOf } from './outputs.ts';
import type { BuildPlan } from './plan.ts';
import { writeText } from './write/text.ts';
import type { OutputOptions } from './write/write-output.ts';

export const catalogueNames = { document: 'artifacts.json', sums: 'SHA256SUMS' } as const;

export function describeBuild(
  { outputs, locked }: BuildPlan,
  artifacts: readonly Artifact[],
  place: OutputPlace,
): ArtifactsDocument {
  const { os } = locked.spec;
  const found = new Map(artifacts.map((artifact) => [artifact.path, artifact]));
  return {
    'catamaran-artifacts': 1,
    os: { id: os.id, name: os.name, version: os.version },
    arch: locked.arch,
    outputs: outputs.map(({ format }) => {
      const paths = pathsOf(format, locked, place);
      return describeOutput(
        format,
        locked,
        paths.map((path) => found.get(path)!),
        place.out,
      );
    }),
  };
}

function describeOutput(
  format: Format,
  locked: LockedSpec,
  artifacts: readonly Artifact[],
  out: string,
): RawBuiltOutput {
  const platform = format.platform && platforms[format.platform];
  const [{ disk, memory }] = artifacts as [Artifact];
  const firmware = firmwaresOf(format, locked);
  const needed = memory ?? (firmware ? leastMemory : undefined);
  return {
    format: format.name,
    ...(format.platform && { platform: format.platform }),
    ...(firmware && { firmware }),
    ...(disk !== undefined && { disk: platform ? diskSizeOn(platform, disk) : disk }),
    ...(needed !== undefined && { memory: needed }),
    files: artifacts.map((artifact) => describeFile(artifact, out)),
  };
}

/** A file of ours starts by each that the architecture has; its platform may have fewer. */
function firmwaresOf({ boots, platform }: Format, { arch }: LockedSpec): Firmware[] | undefined {
  if (boots === undefined || boots === 'kernel') return undefined;
  if (platform) return [...firmwareOn(platforms[platform], arch)].sort(byName);
  return architectureOf(arch).grub.bios ? ['bios', 'uefi'] : ['uefi'];
}

function describeFile({ path, uncompressed, ...blob }: Artifact, out: string): RawBuiltFile {
  const file = relative(out, path);
  return { file, ...describeBlob(blob), ...(uncompressed && { uncompressed: describeBlob(uncompressed) }) };
}

const describeBlob = ({ size, digest }: Blob) => ({ size, sha256: digestHex(digest) });

/** Their paths. */
export async function writeCatalogue(
  document: ArtifactsDocument,
  out: string,
  options: OutputOptions,
): Promise<string[]> {
  const text = `${JSON.stringify(document, undefined, 2)}\n`;
  const files = document.outputs.flatMap((output) => output.files);
  const sums = new Map(files.map(({ file, sha256 }) => [file, sha256]));
  sums.set(catalogueNames.document, createHash('sha256').update(text).digest('hex'));
  const lines = [...sums].sort(([a], [b]) => byName(a, b)).map(([file, sum]) => `${sum}  ${file}\n`);
  const paths = [join(out, catalogueNames.document), join(out, catalogueNames.sums)] as const;
  await writeText(text, paths[0], options);
  await writeText(lines.join(''), paths[1], options);
  return [...paths];
}
