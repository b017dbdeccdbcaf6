// What a new lock says otherwise than the old one, for people to read before they commit it.
import { byName } from '../base/order.ts';
import type { LockedPackage } from '../packages/locked.ts';
import type { Lock } from './lock-file.ts';

export interface LockChange {
  readonly what: 'added' | 'removed' | 'changed';
  /** `amd64: libc6`, or an image reference. */
  readonly name: string;
  readonly before?: string;
  readonly after?: string;
}

export function compareLocks(before: Lock, after: Lock): LockChange[] {
  const [old, now] = [flatten(before), flatten(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])].sort(byName);
  return names.flatMap((name): LockChange[] => {
    const [was, is] = [old.get(name), now.get(name)];
    if (was === is) return [];
    if (was === undefined) return [{ what: 'added', name, after: is! }];
    return is === undefined
      ? [{ what: 'removed', name, before: was }]
      : [{ what: 'changed', name, before: was, after: is }];
  });
}

function flatten(lock: Lock): Map<string, string> {
  const all = new Map<string, string>();
  for (const [part, targets] of [
    ['', lock.targets],
    ['tools ', lock.tools],
  ] as const) {
    for (const [arch, { components, images }] of Object.entries(targets)) {
      const packages = Object.values(components).flatMap((component) => component.packages);
      for (const each of packages) all.set(`${part}${arch}: ${each.name}`, describe(each));
      for (const [reference, digest] of Object.entries(images))
        all.set(`${part}${arch}: ${reference}`, digest);
    }
  }
  return all;
}

const describe = ({ version, pocket }: LockedPackage): string =>
  pocket === 'main' ? version : `${version} (${pocket})`;
