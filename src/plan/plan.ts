// LockedSpec → Plan: which steps make the outputs, each with its key, and no effects. Read it as the way of the data:
// images → segments → base → disk, with initrd, boot loader and data partition from the side.
import { CatamaranError } from '../base/errors.ts';
import { byName } from '../base/order.ts';
import { imageName } from '../lock/image-name.ts';
import type { LockedImage, LockedSpec } from '../lock/locked-spec.ts';
import type { ImageReference } from '../spec/reference.ts';
import type { Container, Kernel, Spec, Volume } from '../spec/types.ts';
import { digestOf } from '../store/digest-of.ts';
import { keyOfTools } from '../tools/root.ts';
import { planLinuxkit } from './linuxkit.ts';
import {
  componentStep,
  isLinuxkitFormat,
  makeStep,
  type OutputFormat,
  type Plan,
  type Step,
  type Work,
} from './step.ts';

/** zstd's level for segments. Measured on a 145 MB tree with two cores: 3.5 s at 9; higher ones cost more than they save. */
export const compressionLevel = 9;

const sections = ['onboot', 'services', 'onshutdown'] as const;

const bundlePath = ({ section, name }: Container, index: number): string =>
  `/containers/${section}/${section === 'services' ? '' : `${String(index).padStart(3, '0')}-`}${name}`;

export function planBuild(locked: LockedSpec, formats: readonly OutputFormat[]): Plan {
  const { spec, arch } = locked;
  const tools = keyOfTools(locked.tools);
  const common = { arch, epoch: String(locked.epoch), tools };
  const steps = new Map<string, Step>();
  const add = (id: string, work: Work, inputs: Step['inputs'], needs: readonly Step[]): Step => {
    const step = steps.get(id) ?? makeStep(id, work, { ...inputs, program: locked.program }, needs);
    steps.set(id, step);
    return step;
  };

  const image = (reference: ImageReference): Step => {
    const name = imageName(reference, spec.file);
    const found = locked.images.get(name);
    if (!found) throw new RangeError(`${name} was not locked`);
    return addImage(found);
  };
  const addImage = (found: LockedImage): Step => {
    if (found.kind === 'pulled') {
      const { name, image } = found;
      return add(`image ${name}`, { kind: 'pull', name, image }, { digest: image.digest }, []);
    }
    const { sources, packages } = found.component;
    const inputs: Record<string, string> = { arch, epoch: common.epoch, ...sources.inputs };
    for (const { name, version, digest } of packages) inputs[`package ${name}`] = `${version} ${digest}`;
    if (sources.definition.generate.includes('kernel-modules')) inputs.tools = tools;
    return add(componentStep(found.name), { kind: 'component', component: found.component }, inputs, []);
  };
  const segment = (from: Step, part: 'all' | 'modules'): Step => {
    const name = from.id.replace(/^(component|image) /, '');
    const id = `segment ${name}${part === 'modules' ? ' modules' : ''}`;
    return add(
      id,
      { kind: 'segment', image: from.id, part },
      { ...common, part, level: String(compressionLevel) },
      [from],
    );
  };

  const linuxkit = formats.filter(isLinuxkitFormat);
  const disks = formats.filter((format) => !isLinuxkitFormat(format));
  if (linuxkit.length > 0) {
    const contents = describeBase(locked);
    planLinuxkit(locked, linuxkit, { add, image, bundlePath, contents, common });
    if (disks.length === 0) return { spec, steps: [...steps.values()] };
  }
  if (!spec.kernel) throw noKernel(spec.file);

  const kernel = image(spec.kernel.image);
  const initrdImage = image(spec.kernel.initrd);
  const init = spec.init.map((use) => image(use.image));
  const modules = segment(kernel, 'modules');
  const containers = sections.flatMap((section) =>
    spec[section].map((container, index) => {
      const from = image(container.image);
      return { container, path: bundlePath(container, index), image: from, segment: segment(from, 'all') };
    }),
  );
  const volumes = spec.volumes.map((volume) => {
    if (volume.format === 'oci') throw unsupportedVolume(volume, spec);
    return { volume, ...(volume.image ? { segment: segment(image(volume.image), 'all') } : {}) };
  });
  const filled = volumes.flatMap((each) => (each.segment ? [each.segment] : []));
  const segments = unique([modules, ...containers.map((each) => each.segment), ...filled]);

  const initrd = add('initrd', { kind: 'initrd', image: initrdImage.id, kernel: kernel.id }, common, [
    initrdImage,
    kernel,
  ]);
  const base = add(
    'base',
    {
      kind: 'base',
      init: init.map((step) => step.id),
      modules: modules.id,
      containers: containers.map((each) => ({ ...each, image: each.image.id, segment: each.segment.id })),
      volumes: volumes.map(({ volume, segment }) => ({
        volume,
        ...(segment ? { segment: segment.id } : {}),
      })),
    },
    { ...common, level: String(compressionLevel), ...describeBase(locked) },
    unique([...init, ...segments, ...containers.map((each) => each.image)]),
  );
  const loader = add('boot loader', { kind: 'loader' }, { arch, os: spec.os.id, tools }, []);
  const data = add(
    'data partition',
    { kind: 'data' },
    { os: spec.os.id, size: String(spec.disk.data), epoch: common.epoch, tools },
    [],
  );
  for (const format of [...disks].sort(byName)) {
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
    add(`${format} image`, disk, { format, ...describeDisk(locked, spec.kernel) }, [
      kernel,
      initrd,
      base,
      ...segments,
      loader,
      data,
    ]);
  }
  return { spec, steps: [...steps.values()] };
}

function describeBase({ spec, files }: LockedSpec): Record<string, string> {
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

function describeDisk(
  { spec, arch, epoch }: LockedSpec,
  { cmdline, binary }: Kernel,
): Record<string, string> {
  const { id, version } = spec.os;
  const { slot, data, esp } = spec.disk;
  return {
    arch,
    epoch: String(epoch),
    os: id,
    version,
    cmdline,
    kernel: binary,
    etc: spec.etc,
    slot: String(slot),
    data: String(data),
    esp: String(esp),
  };
}

function unique(steps: readonly Step[]): Step[] {
  return [...new Map(steps.map((step) => [step.id, step])).values()];
}

function noKernel(file: string): CatamaranError {
  return new CatamaranError('spec', {
    code: 'spec-no-kernel',
    message: `${file} names no kernel, and a disk image boots one`,
    hint: 'Add `kernel: {image: component:kernel, cmdline: "console=tty0 console=ttyS0"}`.',
  });
}

function unsupportedVolume({ name, pointer }: Volume, { source }: Spec): CatamaranError {
  return new CatamaranError('spec', {
    code: 'volume-format-unsupported',
    message: `the volume ${name} is an OCI layout, which a disk image cannot hold yet`,
    hint: 'Leave `format: oci` out: the volume then holds the file system of the image.',
    position: source.positionOf(pointer),
  });
}
