// The three sections of containers: onboot, services, onshutdown.

import { childOf, type Pointer } from './pointer.ts';
import { parsed, problem, type Reading, readReference } from './reading.ts';
import { parseDuration, parseSignal } from './scalars.ts';
import type { ContainerSettings, OnbootContainer, Service, SpecDocument } from './spec.generated.ts';
import { didYouMean } from './suggest.ts';
import type { Container, Section, Settings } from './types.ts';

/** In the order in which LinuxKit numbers them. */
const sections = ['onboot', 'onshutdown', 'services'] as const;

/** LinuxKit's numbers for names of containers: from 100 upward; `root` is 0. */
export function numberContainers(document: SpecDocument): ReadonlyMap<string, number> {
  const ids = new Map([['root', 0]]);
  let next = 100;
  for (const section of sections) {
    for (const container of document[section]?.filter(Boolean) ?? []) {
      if (!ids.has(container.name)) ids.set(container.name, next);
      next++;
    }
  }
  return ids;
}

export function readContainers(
  reading: Reading,
  document: SpecDocument,
  section: Section,
  ids: ReadonlyMap<string, number>,
): Container[] {
  const containers: Container[] = [];
  const seen = new Map<string, Pointer>();
  (document[section] ?? []).forEach((raw: OnbootContainer | Service, index) => {
    const pointer = childOf(`/${section}`, index);
    const first = seen.get(raw.name);
    // Directories of onboot and onshutdown are numbered, so LinuxKit lets their names repeat.
    if (first !== undefined && section === 'services') {
      problem(reading, childOf(pointer, 'name'), {
        code: 'spec-duplicate-name',
        message: `two services are named ${JSON.stringify(raw.name)}, the first in line ${reading.source.positionOf(first).line}`,
        hint: 'Give one of them another name.',
      });
    }
    if (first === undefined) seen.set(raw.name, childOf(pointer, 'name'));
    const container = readContainer(reading, raw, pointer, section, ids);
    if (container) containers.push(container);
  });
  return containers;
}

function readContainer(
  reading: Reading,
  raw: OnbootContainer & Service,
  pointer: Pointer,
  section: Section,
  ids: ReadonlyMap<string, number>,
): Container | undefined {
  const { name, image, optional, stopSignal, stopTimeout, ...settings } = raw;
  const reference = readReference(reading, childOf(pointer, 'image'), image);
  const signal = parsed(reading, childOf(pointer, 'stopSignal'), stopSignal, parseSignal);
  const timeout = parsed(reading, childOf(pointer, 'stopTimeout'), stopTimeout, parseDuration);
  const checked = readSettings(reading, settings, pointer, ids);
  return (
    reference && {
      name,
      section,
      pointer,
      image: reference,
      optional: optional ?? false,
      ...(signal === undefined ? {} : { stopSignal: signal }),
      ...(timeout === undefined ? {} : { stopTimeout: timeout }),
      settings: checked,
    }
  );
}

/** Keys that LinuxKit accepts together and then ignores one of. */
const exclusive = [
  ['binds', 'binds.add'],
  ['capabilities', 'capabilities.add'],
] as const;

function readSettings(
  reading: Reading,
  settings: ContainerSettings,
  pointer: Pointer,
  ids: ReadonlyMap<string, number>,
): Settings {
  for (const [whole, added] of exclusive) {
    if (settings[whole] !== undefined && settings[added] !== undefined) {
      reading.problems.add(reading.source.keyPositionOf(childOf(pointer, added)), {
        code: 'spec-dropped-key',
        message: `${added} has no effect beside ${whole}, which replaces the image's list`,
        hint: `Put its items into ${whole}.`,
      });
    }
  }
  const { uid, gid, additionalGids, ...others } = settings;
  const idOf = (key: string | number, value: number | string) =>
    readId(reading, childOf(pointer, key), value, ids);
  return {
    ...others,
    ...(uid === undefined ? {} : { uid: idOf('uid', uid) }),
    ...(gid === undefined ? {} : { gid: idOf('gid', gid) }),
    ...(additionalGids === undefined
      ? {}
      : {
          additionalGids: additionalGids
            .map((id, index) => readId(reading, childOf(childOf(pointer, 'additionalGids'), index), id, ids))
            .filter(() => true),
        }),
  };
}

export function readId(
  reading: Reading,
  pointer: Pointer,
  id: number | string | undefined,
  ids: ReadonlyMap<string, number>,
): number {
  if (id === undefined) return 0;
  if (typeof id === 'number') return id;
  const known = ids.get(id);
  if (known === undefined) {
    problem(reading, pointer, {
      code: 'spec-unknown-id',
      message: `no container is named ${JSON.stringify(id)}`,
      hint: didYouMean(id, ids.keys()) ?? 'Write a number, root, or the name of a container of this spec.',
    });
  }
  return known ?? 0;
}
