// LockedSpec → the steps of disk images: images → segments → base → disk, with initrd, boot loader and data partition
// from the side.
import { type Arch, architectureOf } from '../../base/arch.ts';
import { CatamaranError } from '../../base/errors.ts';
import { byName } from '../../base/order.ts';
import type { Planning } from '../../engine/planning.ts';
import type { DiskFormat, Step } from '../../engine/step.ts';
import type { LockedSpec } from '../../lock/locked-spec.ts';
import type { Container, Volume } from '../../specification/types.ts';
import { bundlePath, describeContents, describeDisk, sections } from '../../steps/inputs.ts';
import { segmentLevel } from '../../steps/levels.ts';
import { planBundle } from '../../steps/plan-bundle.ts';

export function planDisks(locked: LockedSpec, formats: readonly DiskFormat[], planning: Planning): void {
  const { spec } = locked;
  if (!spec.kernel) throw noKernel(spec.file, locked.arch);
  const { add, image, common } = planning;
  const { arch, epoch, tools } = common;

  const kernel = image(spec.kernel.image);
  const contents = describeContents(locked);
  const initrdImage = image(spec.kernel.initrd);
  const root: Root = {
    init: spec.init.map((use) => image(use.image)),
    modules: planSegment(kernel, 'modules', planning),
    containers: sections.flatMap((section) =>
      spec[section].map((container, index) => {
        const path = bundlePath(container, index);
        const segment = planSegment(image(container.image), 'all', planning);
        return { container, path, segment, bundle: planBundle(container, path, contents, planning) };
      }),
    ),
    volumes: spec.volumes.map((volume) => planVolume(volume, planning)),
  };
  const segments = segmentsOf(root);
  const work = { kind: 'initrd', image: initrdImage.id, kernel: kernel.id } as const;
  const initrd = add('initrd', work, common, [initrdImage, kernel]);
  const base = planBase(root, contents, planning);
  const loader = add('boot loader', { kind: 'loader' }, { arch, os: spec.os.id, tools }, []);
  const size = String(spec.disk.data);
  const data = add('data partition', { kind: 'data' }, { os: spec.os.id, size, epoch, tools }, []);
  const inputs = describeDisk(locked, spec.kernel);
  for (const format of [...formats].sort(byName)) {
    const disk = {
      kind: 'disk',
      format,
      kernel: kernel.id,
      initrd: initrd.id,
      base: base.id,
      segments: segments.map((step) => step.id),
      loader: loader.id,
      data: data.id,
    } as const;
    const needs = [kernel, initrd, base, ...segments, loader, data];
    add(`${format} image`, disk, { format, ...inputs }, needs);
  }
}

/** What a root image is made of. */
interface Root {
  readonly init: readonly Step[];
  readonly modules: Step;
  readonly containers: readonly { container: Container; path: string; bundle: Step; segment: Step }[];
  readonly volumes: readonly { volume: Volume; segment?: Step }[];
}

function segmentsOf({ modules, containers, volumes }: Root): Step[] {
  const filled = volumes.flatMap(({ segment }) => (segment ? [segment] : []));
  return unique([modules, ...containers.map(({ segment }) => segment), ...filled]);
}

function planBase(root: Root, contents: Step['inputs'], { add, common }: Planning): Step {
  const { init, modules, containers, volumes } = root;
  return add(
    'base',
    {
      kind: 'base',
      init: init.map((step) => step.id),
      modules: modules.id,
      containers: containers.map((each) => ({ ...each, bundle: each.bundle.id, segment: each.segment.id })),
      volumes: volumes.map(({ volume, segment }) => ({ volume, ...(segment && { segment: segment.id }) })),
    },
    { ...common, level: String(segmentLevel), ...contents },
    unique([...init, ...segmentsOf(root), ...containers.map((each) => each.bundle)]),
  );
}

function planVolume(volume: Volume, planning: Planning): Root['volumes'][number] {
  const { image, format, platforms } = volume;
  if (!image) return { volume };
  if (format === 'filesystem')
    return { volume, segment: planSegment(planning.image(image), 'all', planning) };
  return { volume, segment: planSegment(planning.layout(image, platforms), 'layout', planning) };
}

function planSegment(from: Step, part: 'all' | 'modules' | 'layout', { add, common }: Planning): Step {
  const name = from.id.replace(/^(component|image) /, '');
  const id = `segment ${name}${part === 'modules' ? ' modules' : ''}`;
  const inputs = { ...common, part, level: String(segmentLevel) };
  return add(id, { kind: 'segment', image: from.id, part }, inputs, [from]);
}

function unique(steps: readonly Step[]): Step[] {
  return [...new Map(steps.map((step) => [step.id, step])).values()];
}

function noKernel(file: string, arch: Arch): CatamaranError {
  return new CatamaranError('spec', {
    code: 'spec-no-kernel',
    message: `${file} names no kernel, and a disk image boots one`,
    hint: `Add \`kernel: {image: component:kernel, cmdline: "console=tty0 console=${architectureOf(arch).console}"}\`.`,
  });
}
