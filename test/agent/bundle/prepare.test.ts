// Bundles as LinuxKit's builder lays them out, prepared and cleaned up: which programs run, in which order.
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../../src/agent/command.ts';
import { memoryHost } from '../memory-host.ts';

const bundle = '/containers/services/web';
const writable = {
  cgroups: ['web/inner'],
  mounts: [
    { destination: `${bundle}/tmp`, type: 'tmpfs', source: 'tmpfs' },
    { destination: `${bundle}/tmp`, options: ['remount', 'private'] },
    {
      destination: `${bundle}/rootfs`,
      type: 'overlay',
      source: 'overlay',
      options: [`lowerdir=${bundle}/lower`, `upperdir=${bundle}/tmp/upper`, `workdir=${bundle}/tmp/work`],
    },
    { destination: 'srv/data', source: '/var/data', options: ['bind', 'ro'] },
  ],
  mkdir: ['/var/lib/web'],
  interfaces: [],
  bindNS: { cgroup: '', ipc: '', mnt: '', net: '', pid: '', user: '', uts: '' },
  namespace: '',
};
const record = '/run/catamaran/bundles/services/web';

function hostWith(runtime: unknown) {
  return memoryHost({ [`${bundle}/runtime.json`]: JSON.stringify(runtime) });
}

describe('bundle prepare', () => {
  it('mounts a writable container as its runtime.json says, and remembers what it mounted', () => {
    const host = hostWith(writable);
    expect(runCommand(['bundle', 'prepare', 'services/web'], host)).toBe(0);
    expect(host.calls).toEqual([
      `mount -t tmpfs tmpfs ${bundle}/tmp`,
      `mount --make-private ${bundle}/tmp`,
      `mount -t overlay -o lowerdir=${bundle}/lower,upperdir=${bundle}/tmp/upper,workdir=${bundle}/tmp/work overlay ${bundle}/rootfs`,
      `mount -o bind,ro /var/data ${bundle}/rootfs/srv/data`,
    ]);
    expect(host.files.get(record)).toBe(`${bundle}/tmp\n${bundle}/rootfs\n${bundle}/rootfs/srv/data\n`);
    expect([...host.directories]).toEqual([
      `${bundle}/tmp`,
      `${bundle}/rootfs`,
      `${bundle}/tmp/upper`,
      `${bundle}/tmp/work`,
      `${bundle}/rootfs/srv/data`,
      '/var/lib/web',
      '/sys/fs/cgroup/web/inner',
    ]);
  });

  it('clears what an earlier run left before it mounts anew', () => {
    const host = hostWith({ mounts: [] });
    host.files.set(record, `${bundle}/tmp\n${bundle}/rootfs\n`);
    expect(runCommand(['bundle', 'prepare', 'services/web'], host)).toBe(0);
    expect(host.calls).toEqual([`umount ${bundle}/rootfs`, `umount ${bundle}/tmp`]);
    expect(host.files.has(record)).toBe(false);
  });

  it('does nothing without a runtime.json', () => {
    const host = memoryHost();
    expect(runCommand(['bundle', 'prepare', 'onboot/000-hello'], host)).toBe(0);
    expect(host.calls).toEqual([]);
  });

  it.each([
    [{ interfaces: [{ name: 'eth0' }] }, 'runtime.interfaces is not supported'],
    [{ bindNS: { net: '/run/netns/web', pid: '' } }, 'runtime.bindNS.net is not supported'],
  ])('refuses what it cannot do: %j', (runtime, message) => {
    const host = hostWith(runtime);
    expect(runCommand(['bundle', 'prepare', 'services/web'], host)).toBe(1);
    expect(host.printed.join('\n')).toContain(message);
    expect(host.calls).toEqual([]);
  });

  it('names a damaged runtime.json', () => {
    const host = memoryHost({ [`${bundle}/runtime.json`]: '{' });
    expect(runCommand(['bundle', 'prepare', 'services/web'], host)).toBe(1);
    expect(host.printed[0]).toContain(`${bundle}/runtime.json is not JSON`);
  });

  it('shows the failed command and what it said', () => {
    const host = memoryHost({ [`${bundle}/runtime.json`]: JSON.stringify(writable) }, (command) =>
      command.includes('overlay') ? { status: 32, output: 'mount: no such device\n' } : undefined,
    );
    expect(runCommand(['bundle', 'prepare', 'services/web'], host)).toBe(1);
    expect(host.printed[0]).toMatch(/mount -t overlay .* ended with status 32: mount: no such device/);
    expect(host.files.get(record), 'the mount before it is remembered').toBe(`${bundle}/tmp\n`);
  });
});

describe('bundle cleanup', () => {
  it('detaches a mount point that is still in use', () => {
    const host = memoryHost({ [record]: `${bundle}/rootfs\n` }, (command) =>
      command[1] === '-l' ? undefined : { status: 1, output: 'busy' },
    );
    expect(runCommand(['bundle', 'cleanup', 'services/web'], host)).toBe(0);
    expect(host.calls).toEqual([`umount ${bundle}/rootfs`, `umount -l ${bundle}/rootfs`]);
  });
});

describe('bundle list', () => {
  it('lists services in the order of the spec, with how each is stopped', () => {
    const host = memoryHost({
      '/containers/services/b/catamaran.json': '{"order":0,"stopSignal":"SIGINT"}',
      '/containers/services/a/catamaran.json': '{"order":1,"stopTimeout":30}',
    });
    expect(runCommand(['bundle', 'list', 'services'], host)).toBe(0);
    expect(host.printed).toEqual(['b INT 10', 'a TERM 30']);
  });

  it('lists what runs once in the order of the names, required unless it says optional', () => {
    const host = memoryHost({
      '/containers/onboot/001-b/catamaran.json': '{"optional":true}',
      '/containers/onboot/000-a/config.json': '{}',
    });
    expect(runCommand(['bundle', 'list', 'onboot'], host)).toBe(0);
    expect(host.printed).toEqual(['000-a required', '001-b optional']);
  });

  it('lists nothing where there is no container', () => {
    const host = memoryHost();
    expect(runCommand(['bundle', 'list', 'onshutdown'], host)).toBe(0);
    expect(host.printed).toEqual([]);
  });
});

describe('the command line', () => {
  it.each([
    [[]],
    [['bundle']],
    [['bundle', 'prepare', 'services/../etc']],
    [['bundle', 'prepare', 'volumes/x']],
    [['bundle', 'list', 'services', 'x']],
    [['disk', 'shrink']],
  ])('shows its usage for %j', (words) => {
    const host = memoryHost();
    expect(runCommand(words, host)).toBe(2);
    expect(host.printed[0]).toMatch(/^usage: catamaran-agent/);
  });
});
