import { expect, it } from 'vitest';
import { mountVolumes } from '../../../src/agent/volumes/mount.ts';
import { memoryHost } from '../memory-host.ts';

const at = '/containers/volumes';

it('volumes are laid over with memory, or read-only where there is no place for it', () => {
  const host = memoryHost({ [`${at}/data/tmp/.`]: '', [`${at}/fixed/lower/file`]: '' });
  mountVolumes(host);
  expect(host.calls).toEqual([
    `mount -t tmpfs tmpfs ${at}/data/tmp`,
    `mount -t overlay -o lowerdir=${at}/data/lower,upperdir=${at}/data/tmp/upper,workdir=${at}/data/tmp/work overlay ${at}/data/merged`,
    `mount -o bind ${at}/fixed/lower ${at}/fixed/merged`,
    `mount -o remount,bind,ro ${at}/fixed/merged`,
  ]);
  expect([...host.directories]).toEqual([`${at}/data/tmp/upper`, `${at}/data/tmp/work`]);
});

it('a system without volumes needs nothing, and one that cannot be mounted is told', () => {
  const host = memoryHost();
  mountVolumes(host);
  expect(host.calls).toEqual([]);
  const failing = memoryHost({ [`${at}/a/tmp/.`]: '' }, () => ({ status: 32, output: 'no overlay' }));
  expect(() => mountVolumes(failing)).toThrow(`${at}/a/tmp ended with status 32: no overlay`);
});
