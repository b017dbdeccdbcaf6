// What of a spec goes into the keys of steps, by short names that explain what changed.

import { asJson } from '../base/json.ts';
import { bundleName, bundlePath, sections } from '../contract/bundles.ts';
import type { Planning } from '../engine/planning.ts';
import { imageName } from '../lock/image-name.ts';
import type { Container } from '../specification/types.ts';
import { digestOf } from '../store/digest-of.ts';

/** Where the bundle of the `index`th container of its section is on the machine. */
export const pathOfBundle = ({ section, name }: Container, index: number): string =>
  bundlePath(section, bundleName(section, name, index));

/** Of everything that is written into a root file system beside the images' own files. */
export function describeContents({ locked: { spec, files } }: Planning): Readonly<Record<string, string>> {
  const inputs: Record<string, string> = {
    os: digestOf({ ...spec.os, release: Object.fromEntries(spec.os.release) }),
    ...(spec.volumes.length > 0 ? { volumes: digestOf(asJson(spec.volumes)) } : {}),
    // What the labels of images may refer to.
    names: digestOf({
      ids: Object.fromEntries(spec.names.ids),
      volumes: Object.fromEntries(spec.volumes.map(({ name, readonly }) => [name, readonly])),
    }),
  };
  if (spec.health) inputs.health = digestOf(asJson(spec.health));
  if (spec.network) inputs.network = digestOf(asJson(spec.network));
  // The root metadata is among the files.
  if (spec.update) inputs.update = digestOf(asJson({ ...spec.update, root: undefined }));
  for (const [path, digest] of Object.entries(files.digests)) inputs[`file ${path}`] = digest;
  for (const section of sections) {
    spec[section].forEach((container, index) => {
      const { image, pointer: _, ...rest } = container;
      const settings = { ...rest, image: imageName(image, spec.file) };
      inputs[`${section}/${bundleName(section, container.name, index)}`] = digestOf(asJson(settings));
    });
  }
  return inputs;
}

/** Of the images of a slot, beside their parts. */
export function describeSlot({ locked: { spec, arch, epoch } }: Planning): Readonly<Record<string, string>> {
  const { id, version } = spec.os;
  const { cmdline = '', binary = '' } = spec.kernel ?? {};
  return { arch, epoch: String(epoch), os: id, version, cmdline, kernel: binary, etc: spec.etc };
}

/** Of a disk, beside its slot and its boot loader. */
export function describeDisk({ locked: { spec } }: Planning): Readonly<Record<string, string>> {
  const { slot, data, esp } = spec.disk;
  return { slot: String(slot), data: String(data), esp: String(esp) };
}
