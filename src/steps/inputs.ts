// What of a spec goes into the keys of steps, by short names that explain what changed.

import type { Planning } from '../engine/planning.ts';
import { imageName } from '../lock/image-name.ts';
import type { Container } from '../specification/types.ts';
import { digestOf } from '../store/digest-of.ts';

export const sections = ['onboot', 'services', 'onshutdown'] as const;

export const bundlePath = ({ section, name }: Container, index: number): string =>
  `/containers/${section}/${section === 'services' ? '' : `${String(index).padStart(3, '0')}-`}${name}`;

/** Of everything that is written into a root file system beside the images' own files. */
export function describeContents({ locked: { spec, files } }: Planning): Readonly<Record<string, string>> {
  const inputs: Record<string, string> = {
    os: digestOf({ ...spec.os, release: Object.fromEntries(spec.os.release) }),
    ...(spec.volumes.length > 0 ? { volumes: digestOf(spec.volumes as never) } : {}),
    // What the labels of images may refer to.
    names: digestOf({
      ids: Object.fromEntries(spec.names.ids),
      volumes: Object.fromEntries(spec.volumes.map(({ name, readonly }) => [name, readonly])),
    }),
  };
  if (spec.health) inputs.health = digestOf(spec.health as never);
  if (spec.network) inputs.network = digestOf(spec.network as never);
  // The root metadata is among the files.
  if (spec.update) inputs.update = digestOf({ ...spec.update, root: undefined } as never);
  for (const [path, digest] of Object.entries(files.digests)) inputs[`file ${path}`] = digest;
  for (const section of sections) {
    spec[section].forEach((container, index) => {
      const { image, pointer: _, ...rest } = container;
      const settings = { ...rest, image: imageName(image, spec.file) };
      inputs[bundlePath(container, index).slice('/containers/'.length)] = digestOf(settings as never);
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
