// Whether what a spec names can work together: each component in the section that it is made for, and beside it what it
// needs. Where images of others are in `init`, nobody knows what they bring, and nothing is missed.
import type { Diagnostic } from '../base/errors.ts';
import { childOf, type JsonPointer } from '../document/pointer.ts';
import { positionFrom, problem, type SpecReading, warn } from './reading.ts';
import { partNames, type Role, roles, type SystemPart, usualPart } from './roles.ts';
import type { Container, ImageUse, Spec } from './types.ts';

export type Parts = Pick<Spec, 'kernel' | 'init' | 'onboot' | 'services' | 'onshutdown' | 'files' | 'update'>;

export function checkParts(reading: SpecReading, spec: Parts): void {
  for (const use of spec.init) {
    const { section = 'init' } = roleOf(use) ?? {};
    if (section === 'kernel' || section === 'services') misplaced(reading, use, use.pointer, section);
  }
  const containers = [...spec.onboot, ...spec.services, ...spec.onshutdown];
  for (const container of containers) checkContainer(reading, container);
  checkChoice(reading, spec.init);
  checkNeeds(reading, spec, containers);
  checkTrust(reading, spec);
}

/** The root metadata is among the files of whoever lays it there himself. */
function checkTrust(reading: SpecReading, { update, files }: Parts): void {
  if (!update || update.root !== undefined) return;
  if (files.some(({ path }) => path === 'usr/lib/catamaran/root.json')) return;
  reading.problems.add(reading.source.keyPositionOf('/update'), {
    code: 'spec-no-root',
    message: 'update has no "root": the machine would trust no release',
    hint: 'Add root: release/metadata/1.root.json, the file that `catamaran release init` has written.',
  });
}

/** For a disk. LinuxKit's own formats take such a kernel. */
export function memoryKernel({ kernel, source }: Pick<Spec, 'kernel' | 'source'>): Diagnostic | undefined {
  if (kernel?.image.kind !== 'registry' || !/^linuxkit\/kernel/.test(kernel.image.repository))
    return undefined;
  return {
    code: 'spec-kernel-memory',
    message: 'a kernel of LinuxKit has no dm-verity: it boots from memory, and no disk can be made of it',
    hint: 'For a disk write component:kernel. LinuxKit’s formats take it, such as --format kernel+initrd.',
    position: source.positionOf(kernel.pointer),
  };
}

export const componentNameOf = ({ image }: ImageUse): string | undefined =>
  image.kind === 'component' ? image.name : undefined;

export function roleOf(use: ImageUse): Role | undefined {
  const name = componentNameOf(use);
  return name !== undefined && Object.hasOwn(roles, name) ? roles[name] : undefined;
}

/** With a command of its own it is an image like any other: `sshd` may make keys in onboot. */
function checkContainer(reading: SpecReading, container: Container): void {
  const { section = 'any' } = roleOf(container) ?? {};
  if (section === 'any' || section === container.section || container.settings.command) return;
  misplaced(reading, container, childOf(container.pointer, 'image'), section);
}

function misplaced(
  reading: SpecReading,
  use: ImageUse,
  pointer: JsonPointer,
  section: Role['section'],
): void {
  const name = componentNameOf(use)!;
  const places = {
    kernel: [
      `belongs under "kernel"`,
      `Write kernel: {${name === 'initrd' ? name : 'image'}: component:${name}}`,
    ],
    init: [
      'is part of the system itself, not a container',
      `Write it into the list: init: [component:${name}]`,
    ],
    services: ['is a service', `Write it there: services: [{name: ${name}, image: component:${name}}]`],
  } as const;
  const [what, hint] = places[section as keyof typeof places];
  problem(reading, pointer, { code: 'spec-misplaced', message: `component:${name} ${what}`, hint });
}

function checkChoice(reading: SpecReading, init: readonly ImageUse[]): void {
  const first = new Map<SystemPart, ImageUse>();
  for (const use of init) {
    for (const part of roleOf(use)?.parts ?? []) {
      const other = first.get(part);
      if (other === undefined) first.set(part, use);
      else if (componentNameOf(other) !== componentNameOf(use)) {
        problem(reading, use.pointer, {
          code: 'spec-choose-one',
          message: `component:${componentNameOf(use)} is a second ${partNames[part]}, beside component:${componentNameOf(other)} in ${positionFrom(reading, other.pointer, use.pointer)}`,
          hint: 'Choose one, and remove the other.',
        });
      }
    }
  }
}

function checkNeeds(reading: SpecReading, spec: Parts, containers: readonly Container[]): void {
  const { init, update } = spec;
  if (init.length === 0) {
    // LinuxKit takes it: such a spec may be a part of another.
    if (spec.kernel && containers.length > 0) {
      warn(reading, containers[0]!.pointer, {
        code: 'spec-missing-part',
        message: 'nothing starts the containers: the spec names no init',
        hint: 'Add init: [component:init, component:crun, component:agent]',
      });
    }
    return;
  }
  const isKnown = init.every((use) => componentNameOf(use) !== undefined);
  const has = (part: SystemPart) => init.some((use) => roleOf(use)?.parts?.includes(part));
  const need = (part: SystemPart, at: JsonPointer, why: string) => {
    if (!isKnown || has(part)) return;
    const hint = `Add ${usualPart[part]} to the list "init".`;
    const message = `${why}: there is no ${partNames[part]} in "init"`;
    reading.problems.add(reading.source.keyPositionOf(at), { code: 'spec-missing-part', message, hint });
  };
  if (containers.length > 0) {
    need('init', '/init', 'nothing starts the containers');
    need('runtime', '/init', 'no container can run');
    need('agent', '/init', 'no container can be prepared');
  }
  for (const { name, supervision, pointer } of spec.services) {
    if (supervision?.schedule !== undefined)
      need('scheduler', childOf(pointer, 'schedule'), `nothing starts ${name} when it is due`);
  }
  if (update) need('updater', '/update', 'the machine never updates itself');
}
