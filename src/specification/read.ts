// The first stage: a spec's text → Spec. All that is wrong with it comes out as one error, sorted by position.
// Nothing is read here but the texts: what the spec refers to is asked of `Surroundings`.
import { basename } from 'node:path';
import { byName } from '../base/order.ts';
import { requireSize } from '../base/size.ts';
import { roomForArguments } from '../contract/kernel-arguments.ts';
import { checkDocument } from '../document/document.ts';
import { mergeDocuments } from '../document/merge-documents.ts';
import { childOf } from '../document/pointer.ts';
import { Problems, sortDiagnostics } from '../document/problems.ts';
import { schemaAt } from '../document/schema.ts';
import { validateSpec } from '../document/validators.generated.ts';
import { applyVariables } from '../document/variables.ts';
import { numberContainers, readContainers } from './containers.ts';
import { readFiles } from './files.ts';
import { addFirewall, checkFirewallPart } from './firewall.ts';
import { checkHiddenFiles } from './hidden-files.ts';
import { expandIncludes, type SpecText } from './include.ts';
import { readHealthSection, readKeepSection, readUpdateSection } from './lifecycle.ts';
import { warnOfNoLogin } from './login.ts';
import { checkNetworkPart, readNetworkSection } from './network.ts';
import { readOutputs } from './outputs.ts';
import { checkParts } from './parts.ts';
import { readPlatforms } from './platforms.ts';
import { parsed, readReference, type SpecReading, type Surroundings, warn } from './reading.ts';
import { parseReference } from './reference.ts';
import type { RawOperatingSystem, SpecDocument } from './spec.generated.ts';
import type { ImageUse, Kernel, Os, Spec } from './types.ts';
import { readVolumes } from './volumes.ts';

/** One file, and what it includes. */
export function readSpec(file: string, text: string, around: Surroundings = {}): Spec {
  return readSpecs([{ file, text }], around);
}

/** Several files as one spec, merged as LinuxKit does, each after what it includes. The first one gives it its name. */
export function readSpecs(files: readonly [SpecText, ...SpecText[]], around: Surroundings = {}): Spec {
  const [{ file }] = files;
  const problems = new Problems();
  const parts = expandIncludes(files, around, problems);
  const main = parts.find((part) => part.source.positionOf('').file === file) ?? parts[0];
  const warned = parts.flatMap((part) => part.warnings);
  const merged = { ...mergeDocuments(parts, main.source, problems), problems, warnings: warned };
  const { value, source, warnings } = checkDocument<SpecDocument>(
    'spec.schema.json',
    validateSpec,
    applyVariables(merged, around.set ?? {}),
  );
  const reading: SpecReading = { source, problems, warnings: [...warnings], around, components: new Set() };
  const volumes = readVolumes(reading, value);
  const names = { ids: numberContainers(value), volumes: new Map(volumes.map((each) => [each.name, each])) };
  const { variables: _, ...document } = value;
  const spec = {
    file,
    lastFile: files.at(-1)!.file,
    os: readOs(value.os, file),
    ...optional('kernel', readKernel(reading, value)),
    init: readInit(reading, value),
    onboot: readContainers(reading, value, 'onboot', names),
    services: readContainers(reading, value, 'services', names),
    onshutdown: readContainers(reading, value, 'onshutdown', names),
    files: addFirewall(reading, value, readFiles(reading, value, names.ids)),
    volumes,
    etc: value.etc ?? 'persistent',
    disk: readDisk(reading, value),
    ...optional('update', readUpdateSection(reading, value.update)),
    ...optional('keep', readKeepSection(reading, value.keep)),
    ...optional('health', readHealthSection(reading, value)),
    ...optional('network', readNetworkSection(reading, value)),
    platforms: readPlatforms(reading, value),
    outputs: readOutputs(reading, value),
    names,
    source,
    document,
  };
  if (!reading.around.alone) {
    checkParts(reading, spec);
    checkNetworkPart(reading, spec);
    checkFirewallPart(reading, spec);
    checkHiddenFiles(reading, spec);
    warnOfNoLogin(reading, spec);
    checkArguments(reading, spec);
  }
  if (value.trust) {
    warn(reading, '/trust', {
      code: 'spec-no-effect',
      message: 'trust has no effect',
      hint: 'The lock file holds every image to its digest. Remove it.',
    });
  }
  problems.throwIfAny();
  return { ...spec, warnings: sortDiagnostics(reading.warnings) };
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}

/** LinuxKit's specs have no os: the file's name stands for it. */
function readOs(raw: RawOperatingSystem | undefined, file: string): Os {
  const stem = basename(file)
    .replace(/\.ya?ml$/i, '')
    .toLowerCase();
  const derived = stem.replace(/[^a-z0-9]+/g, '-').replace(/^[^a-z]+|-+$/g, '');
  const { id = derived.slice(0, 63) || 'linux', name = id, version = '0', ...release } = raw ?? {};
  const lines = Object.entries(release).map(
    ([key, value]) => [key.toUpperCase().replaceAll('-', '_'), value] as const,
  );
  return { id, name, version, release: new Map(lines.sort(([a], [b]) => byName(a, b))) };
}

function readKernel(reading: SpecReading, { kernel }: SpecDocument): Kernel | undefined {
  if (!kernel?.image) {
    warn(reading, kernel ? '/kernel' : '', {
      code: 'spec-no-kernel',
      message: 'the spec names no kernel: no disk can be made of it',
      hint: 'Add kernel: {image: component:kernel}',
    });
    return undefined;
  }
  const image = readReference(reading, '/kernel/image', kernel.image);
  const initrd =
    kernel.initrd === undefined
      ? parseReference('component:initrd')
      : readReference(reading, '/kernel/initrd', kernel.initrd);
  if (!image || !initrd) return undefined;
  const tar = kernel.tar ?? 'kernel.tar';
  return {
    image,
    pointer: '/kernel/image',
    initrd,
    cmdline: readArguments(reading, kernel.cmdline ?? ''),
    binary: kernel.binary || 'kernel',
    ...(tar === '' || tar === 'none' ? {} : { tar }),
    ...(kernel.ucode ? { ucode: kernel.ucode } : {}),
  };
}

/** In one line. To the boot loader and the kernel a NUL is the end. */
function readArguments(reading: SpecReading, text: string): string {
  const [whole = '', ...rest] = text.split('\0');
  if (rest.length > 0) {
    warn(reading, '/kernel/cmdline', {
      code: 'spec-cmdline',
      message: 'the kernel’s arguments have a NUL character: what follows it is cut off',
      hint: 'Remove it.',
    });
  }
  return whole.replace(/\s*\n\s*/g, ' ').trim();
}

/** A disk's kernel gets ours beside them. What boots otherwise has room for a few more. */
function checkArguments(
  reading: SpecReading,
  { kernel, platforms }: Pick<Spec, 'kernel' | 'platforms'>,
): void {
  const ofPlatforms = [...platforms.values()].map(({ cmdline = '' }) => cmdline.length);
  const length = Buffer.byteLength(kernel?.cmdline ?? '') + Math.max(0, ...ofPlatforms);
  if (length <= roomForArguments) return;
  warn(reading, '/kernel/cmdline', {
    code: 'spec-cmdline-long',
    message: `the kernel’s arguments are ${length} bytes long: a disk’s kernel takes ${roomForArguments}, and no disk is made of it`,
    hint: 'Leave some out. Settings of modules can be files in etc/modprobe.d, and those of the kernel in etc/sysctl.d.',
  });
}

function readInit(reading: SpecReading, { init = [] }: SpecDocument): ImageUse[] {
  const uses: ImageUse[] = [];
  init.forEach((text, index) => {
    const pointer = childOf('/init', index);
    const image = readReference(reading, pointer, text);
    if (image) uses.push({ image, pointer });
  });
  return uses;
}

/** With the defaults that people are told. */
const diskSizes = schemaAt('spec.schema.json', '/disk')!.schema.properties!;

function readDisk(reading: SpecReading, { disk }: SpecDocument): Spec['disk'] {
  const size = (key: 'slot' | 'data' | 'esp') =>
    parsed(reading, `/disk/${key}`, disk?.[key] ?? String(diskSizes[key]!.default), requireSize) ?? 0;
  return { slot: size('slot'), data: size('data'), esp: size('esp') };
}
