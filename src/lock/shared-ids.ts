// Names of containers stand for numbers from 100 upward, as in LinuxKit, and so do the accounts of Debian's packages: where
// a number is both, two programs that know nothing of each other own each other's files.
import type { Diagnostic } from '../base/errors.ts';
import { childOf, type JsonPointer } from '../document/pointer.ts';
import type { Spec } from '../specification/types.ts';
import type { LockedImage } from './locked-spec.ts';

interface Use {
  readonly name: string;
  readonly key: 'uid' | 'gid';
  readonly pointer: JsonPointer;
}

export function warnOfSharedIds(spec: Spec, images: ReadonlyMap<string, LockedImage>): Diagnostic[] {
  const accounts = accountsOf(images);
  return usesOf(spec).flatMap(({ name, key, pointer }): Diagnostic[] => {
    const id = spec.names.ids.get(name);
    const owner = id === undefined ? undefined : accounts[key].get(id);
    if (owner === undefined) return [];
    return [
      {
        code: 'spec-shared-id',
        message: `${name} stands for ${id}, which is also ${owner}`,
        hint: `Write a number of its own, such as ${key}: ${20_000 + id!}.`,
        position: spec.source.positionOf(pointer),
      },
    ];
  });
}

/** Number → whose it is. */
function accountsOf(images: ReadonlyMap<string, LockedImage>): Record<Use['key'], Map<number, string>> {
  const uid = new Map<number, string>();
  const gid = new Map<number, string>();
  for (const image of images.values()) {
    if (image.kind !== 'component') continue;
    const { users, groups } = image.component.sources.definition;
    for (const user of users) uid.set(user.uid, `the user ${user.name} of ${image.name}`);
    for (const group of groups) gid.set(group.gid, `the group ${group.name} of ${image.name}`);
  }
  return { uid, gid };
}

/** Where a name stands for a number; `root` is no container. */
function usesOf({ document, names }: Spec): Use[] {
  const uses: Use[] = [];
  const look = (value: unknown, key: Use['key'], pointer: JsonPointer): void => {
    if (typeof value === 'string' && value !== 'root' && names.ids.has(value)) {
      uses.push({ name: value, key, pointer });
    }
  };
  for (const list of ['onboot', 'services', 'onshutdown', 'files'] as const) {
    (document[list] ?? []).forEach((entry, index) => {
      const at = childOf(`/${list}`, index);
      look(entry.uid, 'uid', childOf(at, 'uid'));
      look(entry.gid, 'gid', childOf(at, 'gid'));
      if (!('additionalGids' in entry)) return;
      entry.additionalGids?.forEach((each, place) => {
        look(each, 'gid', childOf(childOf(at, 'additionalGids'), place));
      });
    });
  }
  return uses;
}
