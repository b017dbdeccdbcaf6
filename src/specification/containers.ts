// The three sections of containers: onboot, services, onshutdown.

import { requireSize } from '../base/size.ts';
import type { Section } from '../contract/bundles.ts';
import type { Supervision } from '../contract/supervision.ts';
import { childOf, type JsonPointer } from '../document/pointer.ts';
import { readAppArmor, readSeccomp, readSecrets } from './confinement.ts';
import { directoryName } from './names.ts';
import { parsed, positionFrom, problem, readReference, type SpecReading, warn } from './reading.ts';
import { readContainerSettings } from './settings.ts';
import type { RawOnbootContainer, RawService, SpecDocument } from './spec.generated.ts';
import { readSupervision } from './supervision.ts';
import type { Container, SpecNames } from './types.ts';

/** In the order in which LinuxKit numbers them. */
const sections = ['onboot', 'onshutdown', 'services'] as const;

/** LinuxKit's numbers for names of containers: from 100 upward, of equal names the last one's; `root` is 0. */
export function numberContainers(document: SpecDocument): ReadonlyMap<string, number> {
  const ids = new Map([['root', 0]]);
  let next = 100;
  for (const section of sections) {
    for (const { name } of document[section]?.filter(Boolean) ?? []) {
      if (name !== 'root') ids.set(name, next);
      next++;
    }
  }
  return ids;
}

export function readContainers(
  reading: SpecReading,
  document: SpecDocument,
  section: Section,
  names: SpecNames,
): Container[] {
  const containers: Container[] = [];
  const seen = new Map<string, JsonPointer>();
  const supervision = section === 'services' ? readSupervision(reading, document) : [];
  (document[section] ?? []).forEach((raw: RawOnbootContainer | RawService, index) => {
    const pointer = childOf(`/${section}`, index);
    const directory = directoryName(raw.name);
    const first = seen.get(directory);
    // Directories of onboot and onshutdown are numbered, so LinuxKit lets their names repeat.
    if (first !== undefined && section === 'services') {
      const at = childOf(pointer, 'name');
      problem(reading, at, {
        code: 'spec-duplicate-name',
        message: `two services are named ${JSON.stringify(raw.name)}, the first in ${positionFrom(reading, first, at)}`,
        hint: 'Give one of them another name.',
      });
    }
    if (first === undefined) seen.set(directory, childOf(pointer, 'name'));
    const container = readContainer(reading, raw, { pointer, section, names }, supervision[index]);
    if (container) containers.push(container);
  });
  return containers;
}

function readContainer(
  reading: SpecReading,
  raw: RawOnbootContainer & RawService,
  { pointer, section, names }: { pointer: JsonPointer; section: Section; names: SpecNames },
  supervision: Supervision | undefined,
): Container | undefined {
  const { name, image, optional, restart, depends_on, stop, health, schedule, ...confined } = raw;
  const { seccomp, apparmor, secrets, writable, ...settings } = confined;
  checkName(reading, name, childOf(pointer, 'name'));
  const reference = readReference(reading, childOf(pointer, 'image'), image);
  const filter = readSeccomp(reading, childOf(pointer, 'seccomp'), seccomp);
  const profile = readAppArmor(reading, childOf(pointer, 'apparmor'), apparmor);
  const bound =
    writable === undefined
      ? undefined
      : parsed(reading, childOf(pointer, 'writable'), String(writable), requireSize);
  const known = readSecrets(reading, childOf(pointer, 'secrets'), secrets);
  const checked = readContainerSettings(settings, names, {
    problem: (at, diagnostic) => problem(reading, pointer + at, diagnostic),
    warn: (at, diagnostic) => warn(reading, pointer + at, diagnostic),
  });
  return (
    reference && {
      name: directoryName(name),
      section,
      pointer,
      image: reference,
      optional: optional ?? false,
      ...(supervision === undefined ? {} : { supervision }),
      ...(filter === undefined ? {} : { seccomp: filter }),
      ...(profile === undefined ? {} : { apparmor: profile }),
      ...(bound ? { writable: bound } : {}),
      secrets: known,
      settings: checked,
    }
  );
}

function checkName(reading: SpecReading, name: string, at: JsonPointer): void {
  if (name.includes('\0')) {
    problem(reading, at, {
      code: 'spec-name',
      message: `a container cannot be named ${JSON.stringify(name)}: no path has a NUL character`,
      hint: 'Write letters, digits, "_", "." and "-".',
    });
    return;
  }
  const directory = directoryName(name);
  if (directory === name) return;
  warn(reading, at, {
    code: 'spec-name',
    message: `the container ${JSON.stringify(name)} is called ${directory} on the machine`,
    hint: 'To call it by its own name, write letters, digits, "_", "." and "-", at most 127.',
  });
}
