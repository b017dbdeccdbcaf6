// LockedSpec → the steps of LinuxKit's formats: the root file system as one tree, of which archives or a squashfs are
// made once for all formats that want them.
import { CatamaranError } from '../../base/errors.ts';
import { byName } from '../../base/order.ts';
import type { Planning } from '../../engine/planning.ts';
import type { LinuxkitFormat, PlannedRoot, Step } from '../../engine/step.ts';
import type { LockedSpec } from '../../lock/locked-spec.ts';
import type { ImageReference } from '../../specification/reference.ts';
import type { Volume } from '../../specification/types.ts';
import { bundlePath, describeContents } from '../../steps/inputs.ts';
import { archiveLevel, squashfsLevel } from '../../steps/levels.ts';
import { planBundle } from '../../steps/plan-bundle.ts';

export function planLinuxkit(
  locked: LockedSpec,
  formats: readonly LinuxkitFormat[],
  planning: Planning,
  { sbom }: { readonly sbom: boolean },
): void {
  const { spec, epoch } = locked;
  const { add, image, layout, common } = planning;
  const contents = describeContents(locked);
  const needs: Step[] = [];
  const need = (step: Step): string => {
    if (!needs.includes(step)) needs.push(step);
    return step.id;
  };
  const use = (reference: ImageReference): string => need(image(reference));
  const content = (reference: ImageReference, { format, platforms }: Volume): string =>
    format === 'oci' ? need(layout(reference, platforms)) : use(reference);
  const root: PlannedRoot = {
    ...(spec.kernel && { kernel: use(spec.kernel.image) }),
    init: spec.init.map((each) => use(each.image)),
    volumes: spec.volumes.map((volume) => ({
      volume,
      ...(volume.image && { image: content(volume.image, volume) }),
    })),
    containers: [spec.onboot, spec.onshutdown, spec.services].flatMap((section) =>
      section.map((container, index) => {
        const path = bundlePath(container, index);
        const bundle = need(planBundle(container, path, contents, planning));
        return { container, path, image: use(container.image), bundle };
      }),
    ),
    sbom,
  };
  const { cmdline = '', binary = '', tar = '', ucode = '' } = spec.kernel ?? {};
  const volumes = spec.volumes
    .map(({ name, readonly, format }) => [
      name,
      ...(readonly ? ['ro'] : []),
      ...(format === 'oci' ? ['oci'] : []),
    ])
    .map((words) => words.join(':'))
    .join(' ');
  const inputs = {
    ...contents,
    volumes,
    kernel: [binary, tar, ucode].join(' '),
    epoch: String(epoch),
    sbom: String(sbom),
  };
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
