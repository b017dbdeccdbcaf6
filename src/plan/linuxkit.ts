// LockedSpec → the steps of LinuxKit's formats: the root file system as one tree, of which archives or a squashfs are
// made once for all formats that want them.
import { CatamaranError } from '../base/errors.ts';
import { byName } from '../base/order.ts';
import type { LockedSpec } from '../lock/locked-spec.ts';
import type { ImageReference } from '../spec/reference.ts';
import type { Container } from '../spec/types.ts';
import type { LinuxkitFormat, PlannedRoot, Step, Work } from './step.ts';

/** zstd's level for the archives of an initrd; docs/outputs.md has what was measured. */
export const archiveLevel = 6;
/** For a squashfs that is made anew as a whole. */
export const squashfsLevel = 6;

/** Of the plan that is being made. */
export interface Planning {
  add(id: string, work: Work, inputs: Step['inputs'], needs: readonly Step[]): Step;
  image(reference: ImageReference): Step;
  bundlePath(container: Container, index: number): string;
  /** What goes into every tree: files, settings of containers, os-release. */
  readonly contents: Step['inputs'];
  readonly common: Step['inputs'];
}

export function planLinuxkit(
  locked: LockedSpec,
  formats: readonly LinuxkitFormat[],
  { add, image, bundlePath, contents, common }: Planning,
): void {
  const { spec, epoch } = locked;
  const needs: Step[] = [];
  const need = (step: Step): string => {
    if (!needs.includes(step)) needs.push(step);
    return step.id;
  };
  const use = (reference: ImageReference): string => need(image(reference));
  const bundle = (container: Container, path: string): string => {
    const place = path.slice('/containers/'.length);
    const from = image(container.image);
    const work = { kind: 'bundle', container, path, image: from.id } as const;
    return need(
      add(`bundle ${place}`, work, { container: contents[place] ?? '', names: contents.names ?? '' }, [from]),
    );
  };
  const root: PlannedRoot = {
    ...(spec.kernel && { kernel: use(spec.kernel.image) }),
    init: spec.init.map((each) => use(each.image)),
    volumes: spec.volumes
      // A volume of the format `oci` is an image layout for a program that asks for it, and none of ours does.
      .filter((volume) => volume.format === 'filesystem')
      .map((volume) => ({ volume, ...(volume.image && { image: use(volume.image) }) })),
    containers: [spec.onboot, spec.onshutdown, spec.services].flatMap((section) =>
      section.map((container, index) => {
        const path = bundlePath(container, index);
        return { container, path, image: use(container.image), bundle: bundle(container, path) };
      }),
    ),
  };
  const { cmdline = '', binary = '', tar = '', ucode = '' } = spec.kernel ?? {};
  const volumes = spec.volumes.map(({ name, readonly }) => `${name}${readonly ? ':ro' : ''}`).join(' ');
  const inputs = { ...contents, volumes, kernel: [binary, tar, ucode].join(' '), epoch: String(epoch) };
  const make = (kind: 'archives' | 'squashfs'): Step =>
    add(
      kind === 'archives' ? 'initrd archives' : 'root squashfs',
      { kind, root },
      { ...common, ...inputs, level: String(kind === 'archives' ? archiveLevel : squashfsLevel) },
      needs,
    );
  for (const format of [...formats].sort(byName)) {
    if (format.includes('kernel') && !spec.kernel) throw noKernel(format, spec.file);
    const from = format.includes('initrd')
      ? make('archives')
      : format.includes('squashfs')
        ? make('squashfs')
        : undefined;
    add(
      format,
      { kind: 'linuxkit', format, root, ...(from && { from: from.id }) },
      { ...inputs, format, cmdline },
      from ? [from] : needs,
    );
  }
}

function noKernel(format: string, file: string): CatamaranError {
  return new CatamaranError('spec', {
    code: 'spec-no-kernel',
    message: `${file} names no kernel, and ${format} has one`,
    hint: 'Add `kernel: {image: …}` to the spec, or ask for the format tar.',
  });
}
