// Files of the spec that nobody would ever see on the machine: what component:init and the initrd mount over them, and what
// lies where the root file system has a link into the data partition, which no image writes.
import { childOf } from '../document/pointer.ts';
import { type Parts, roleOf } from './parts.ts';
import { problem, type SpecReading, warn } from './reading.ts';

/** Of component:init, by path: where they lead. */
export const dataLinks: Readonly<Record<string, string>> = {
  home: 'var/home',
  opt: 'var/opt',
  root: 'var/roothome',
  srv: 'var/srv',
  'usr/local': 'var/usrlocal',
};

const covers: Readonly<Record<string, string>> = {
  dev: 'a file system of the kernel',
  proc: 'a file system of the kernel',
  run: 'memory',
  sys: 'a file system of the kernel',
  tmp: 'memory',
  var: 'the data partition',
};

export function checkHiddenFiles(reading: SpecReading, { init, files }: Parts): void {
  if (!init.some((use) => roleOf(use)?.parts?.includes('init'))) return;
  for (const { path, pointer } of files) {
    const isAtOrBelow = (directory: string) => path === directory || path.startsWith(`${directory}/`);
    const at = childOf(pointer, 'path');
    const link = Object.keys(dataLinks).find(isAtOrBelow);
    const cover = Object.keys(covers).find((directory) => path.startsWith(`${directory}/`));
    if (link !== undefined) {
      problem(reading, at, {
        code: 'spec-path-on-data',
        message: `${path} cannot be written: /${link} is a link to /${dataLinks[link]} on the data partition, which is the machine’s own`,
        hint: remedyFor(path),
      });
    } else if (cover !== undefined) {
      warn(reading, at, {
        code: 'spec-path-hidden',
        message: `${path} is never seen: ${covers[cover]} is mounted over /${cover}`,
        hint: 'Write it below etc/ or usr/lib/, or let a container of onboot copy it.',
      });
    }
  }
}

function remedyFor(path: string): string {
  const isKey = /(?:^root|\/[^/]+)\/\.ssh\/authorized_keys/.test(path);
  if (isKey) return 'Write root’s keys as etc/ssh/authorized_keys.d/root, which component:sshd reads.';
  return 'Write it below etc/ or usr/lib/, or let a container of onboot copy it from there.';
}
