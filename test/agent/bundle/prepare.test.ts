// Bundles as LinuxKit's builder lays them out, prepared and cleaned up: which programs run, in which order.
import { describe, expect, it } from 'vitest';
import { memoryHost } from '../memory-host.ts';
import { runCommand } from '../run-command.ts';

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

function hostWith(runtime: unknown, answers?: Parameters<typeof memoryHost>[1]) {
  return memoryHost({ [`${bundle}/runtime.json`]: JSON.stringify(runtime) }, answers);
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
      'test -d /var/lib/web',
      expect.stringMatching(/^sh -c [\s\S]* sh \/var\/lib\/web \/containers\/services\/web\/rootfs$/),
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

  it('sets aside what is no directory where one of ours should be', () => {
    const host = hostWith({ mkdir: ['/var/lib/web', '/run/web'] }, (command) =>
      command.join(' ') === 'test -d /var/lib/web' ? { status: 1, output: '' } : undefined,
    );
    expect(runCommand(['bundle', 'prepare', 'services/web'], host)).toBe(0);
    expect(host.calls.filter((call) => !call.startsWith('sh '))).toEqual([
      'test -d /var/lib/web',
      'mv -f /var/lib/web /var/lib/web.aside',
    ]);
  });

  it('leaves a directory that is there as it is', () => {
    const host = hostWith({ mkdir: ['/var/lib/web'] });
    host.files.set('/var/lib/web/data', 'kept');
    expect(runCommand(['bundle', 'prepare', 'services/web'], host)).toBe(0);
    expect(host.calls).toEqual([]);
  });

  it('does nothing without a runtime.json', () => {
    const host = memoryHost();
    expect(runCommand(['bundle', 'prepare', 'onboot/000-hello'], host)).toBe(0);
    expect(host.calls).toEqual([]);
  });

  it('lays a hook over config.json for what has to wait for the namespaces, numbers untouched', () => {
    const host = hostWith({ mounts: [], interfaces: [{ name: 'eth0' }] });
    host.files.set(`${bundle}/config.json`, '{\n  "rlimit": 18446744073709551615\n}\n');
    expect(runCommand(['bundle', 'prepare', 'services/web'], host)).toBe(0);
    const copy = '/run/catamaran/configs/services/web.json';
    expect(host.calls).toEqual([`mount -o bind ${copy} ${bundle}/config.json`]);
    expect(host.files.get(record)).toBe(`${bundle}/config.json\n`);
    expect(host.files.get(copy)).toMatch(
      /^\{"hooks": \{"createRuntime":\[.*"connect","services\/web"\].*\}\]\},\n {2}"rlimit": 18446744073709551615\n\}\n$/,
    );
  });

  it('refuses to add its hook to others', () => {
    const host = hostWith({ bindNS: { net: '/run/netns/web', pid: '' } });
    host.files.set(`${bundle}/config.json`, '{"hooks": {}}');
    expect(runCommand(['bundle', 'prepare', 'services/web'], host)).toBe(3);
    expect(host.printed[0]).toContain('hooks of its own');
  });

  it('names a damaged runtime.json', () => {
    const host = memoryHost({ [`${bundle}/runtime.json`]: '{' });
    expect(runCommand(['bundle', 'prepare', 'services/web'], host)).toBe(5);
    expect(host.printed[0]).toContain(`${bundle}/runtime.json is not JSON`);
  });

  it('shows the failed command and what it said', () => {
    const host = memoryHost({ [`${bundle}/runtime.json`]: JSON.stringify(writable) }, (command) =>
      command.includes('overlay') ? { status: 32, output: 'mount: no such device\n' } : undefined,
    );
    expect(runCommand(['bundle', 'prepare', 'services/web'], host)).toBe(6);
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
    [['bundle', 'list', 'services']],
    [['bundle', 'list', 'onboot', 'x']],
    [['services', 'restart']],
    [['services', '--json', 'x']],
    [['disk', 'shrink']],
  ])('shows its usage for %j', (words) => {
    const host = memoryHost();
    expect(runCommand(words, host)).toBe(2);
    expect(host.printed[0]).toMatch(/^usage:/);
  });
});

describe('bundle connect', () => {
  const connect = (runtime: object, answers?: Parameters<typeof memoryHost>[1]) => {
    const host = memoryHost(
      { [`${bundle}/runtime.json`]: JSON.stringify(runtime), '/dev/stdin': '{"id":"web","pid":42}' },
      answers,
    );
    return { host, status: runCommand(['bundle', 'connect', 'services/web'], host) };
  };

  it('moves an interface of the host, or one made there first', () => {
    const { host, status } = connect({
      interfaces: [{ name: 'eth1' }, { name: 'wg0', add: 'wireguard', createInRoot: true }],
    });
    expect(status).toBe(0);
    expect(host.calls).toEqual([
      'ip link set eth1 netns 42',
      'ip link add wg0 type wireguard',
      'ip link set wg0 netns 42',
    ]);
  });

  it('makes a pair inside and hands its other end out', () => {
    const { host, status } = connect(
      { interfaces: [{ name: 'eth0', add: 'veth', peer: 'to-web' }] },
      (command) =>
        command.includes('show') ? { status: 0, output: '4: eth0@veth0: <UP> mtu 1500\n' } : undefined,
    );
    expect(status).toBe(0);
    const inside = 'nsenter -t 42 -n ip link';
    expect(host.calls).toEqual([
      `${inside} add eth0 type veth`,
      `${inside} show eth0`,
      `${inside} set veth0 name to-web`,
      'ip link del to-web',
      `${inside} set to-web netns 1`,
    ]);
  });

  it('keeps a namespace at its path, past the container’s end, in the place of an earlier one', () => {
    const { host, status } = connect({ bindNS: { net: '/run/netns/web', pid: '' } });
    expect(status).toBe(0);
    expect(runCommand(['bundle', 'cleanup', 'services/web'], host)).toBe(0);
    expect(host.calls).toEqual(['umount /run/netns/web', 'mount -o bind /proc/42/ns/net /run/netns/web']);
  });

  it('names what is wrong', () => {
    const { host, status } = connect({ interfaces: [{ name: 'eth9' }] }, () => ({
      status: 1,
      output: "ip: can't find device 'eth9'\n",
    }));
    expect(status).toBe(6);
    expect(host.printed[0]).toContain("can't find device 'eth9'");
  });
});

describe('an AppArmor profile', () => {
  const kernel = { '/sys/kernel/security/apparmor/profiles': '' };
  const prepare = (files: Record<string, string>, parser: number) => {
    const host = memoryHost({ [`${bundle}/apparmor`]: 'profile web {}\n', ...files }, (command) =>
      command.includes('--version') ? { status: parser, output: '' } : undefined,
    );
    return { host, status: runCommand(['bundle', 'prepare', 'services/web'], host) };
  };

  it('is loaded before anything else', () => {
    const { host, status } = prepare(kernel, 0);
    expect(status).toBe(0);
    expect(host.calls.at(-1)).toBe(`apparmor_parser --replace --skip-cache ${bundle}/apparmor`);
  });

  it.each([
    ['the kernel', {}, 0, 'this kernel has no AppArmor'],
    ['the system', kernel, 127, 'add component:apparmor to init'],
  ])('keeps the container from starting where %s cannot take it', (_, files, parser, message) => {
    const { host, status } = prepare(files, parser);
    expect(status).toBe(6);
    expect(host.printed[0]).toContain(message);
  });
});
