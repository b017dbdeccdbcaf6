// What is memory and looks like a disk has bounds that leave a quarter of the memory, whatever the machine and its spec.
import { expect, test } from 'vitest';
import { boundsOf, readBounds } from '../../../src/agent/memory/bounds.ts';
import { memoryHost } from '../memory-host.ts';
import { runCommand } from '../run-command.ts';

const MiB = 1024;

test.each([256, 384, 512, 1024, 4096, 65_536])('with %i MiB all of them together leave a quarter', (size) => {
  for (const layers of [1, 5, 20]) {
    const { place, layer } = boundsOf(size * MiB, layers);
    const varInMemory = (size * MiB) / 4;
    expect(3 * place + layers * layer + varInMemory).toBeLessThanOrEqual(
      (size * MiB * 3) / 4 + layers * 2048,
    );
    expect(layer).toBeLessThanOrEqual(64 * MiB);
    expect(layer).toBeGreaterThanOrEqual(2 * MiB);
  }
});

const files = {
  '/proc/meminfo': 'MemTotal:        1000000 kB\nMemFree: 1 kB\nMemAvailable:     500000 kB\n',
  '/containers/services/web/tmp/x': '',
  '/containers/services/web/runtime.json': JSON.stringify({
    mounts: [
      { destination: '/containers/services/web/tmp', type: 'tmpfs', source: 'tmpfs' },
      { destination: '/containers/services/web/tmp', options: ['remount', 'private'] },
      { destination: '/own', type: 'tmpfs', source: 'tmpfs', options: ['size=1g'] },
    ],
  }),
};
const mounts = (more: Record<string, string>) => {
  const host = memoryHost({ ...files, ...more });
  expect(runCommand(['bundle', 'prepare', 'services/web'], host)).toBe(0);
  return host.calls.filter((call) => call.startsWith('mount -t'));
};

test('a container’s layer gets its share, or what the spec says; a size of its own stays', () => {
  const { layer } = readBounds(memoryHost(files))!;
  expect(layer).toBe(64 * MiB);
  const own = 'mount -t tmpfs -o size=1g tmpfs /own';
  expect(mounts({})).toEqual([`mount -t tmpfs -o size=${layer}k tmpfs /containers/services/web/tmp`, own]);
  expect(mounts({ '/containers/services/web/catamaran.json': '{"writable": 268435456}' })).toEqual([
    'mount -t tmpfs -o size=262144k tmpfs /containers/services/web/tmp',
    own,
  ]);
});

test('a kernel that does not tell how much memory there is changes nothing', () => {
  expect(mounts({ '/proc/meminfo': '' })[0]).toBe('mount -t tmpfs tmpfs /containers/services/web/tmp');
});
