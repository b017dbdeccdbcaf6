import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { usualPath } from '../../src/container/program.ts';
import { directory, file, symlink, type Tree } from '../../src/tree/tree.ts';
import { bundleOf, fileOf, imageOf, jsonOf, treeWith } from './support.ts';

const golden = (name: string) => readFileSync(join(import.meta.dirname, 'golden', name), 'utf8');
const execution = { Entrypoint: ['/entry'], Cmd: ['--flag'], Env: ['PATH=/bin'] };
const service = (more = '') => `services: [{name: a, image: b, ${more}}]\n`;
const plain = imageOf(execution);

/** A root that has the places of these mounts. */
const rootFor = (...places: readonly string[]): Tree => new Map(places.map((path) => [path, directory()]));
const everywhere = {
  tree: rootFor(
    ...['tmp', 'var', 'var/tmp', 'srv', 'run', 'b', 'files', 'fixed', 'mnt', 'inside', 'data', 'bound'],
    ...['c', 'd', 'e', 'label'],
  ),
};

describe('config.json and runtime.json are as LinuxKit writes them', () => {
  it('of a container that asks for nothing', async () => {
    const bundle = await bundleOf('services: [{name: plain, image: b}]', plain);
    expect(await fileOf(bundle, 'config.json')).toBe(golden('plain.config.txt'));
    expect(await fileOf(bundle, 'runtime.json')).toBe(golden('plain.runtime.txt'));
    expect(bundle.mountPoint).toBe('/containers/services/plain/lower');
    expect([...bundle.tree].map(([path, { type }]) => `${path} ${type}`).sort()).toEqual([
      'containers directory',
      'containers/services directory',
      'containers/services/plain directory',
      'containers/services/plain/catamaran.json file',
      'containers/services/plain/config.json file',
      'containers/services/plain/lower directory',
      'containers/services/plain/rootfs directory',
      'containers/services/plain/runtime.json file',
      'containers/services/plain/tmp directory',
    ]);
  });

  it('of one that sets every key', async () => {
    const bundle = await bundleOf(golden('everything.spec'), plain, everywhere);
    expect(await fileOf(bundle, 'config.json')).toBe(golden('everything.config.txt'));
    expect(await fileOf(bundle, 'runtime.json')).toBe(golden('everything.runtime.txt'));
    expect(bundle.mountPoint).toBe('/containers/services/everything/rootfs');
    expect(bundle.tree.has('containers/services/everything/lower')).toBe(false);
    expect(bundle.tree.has('containers/services/everything/tmp')).toBe(false);
  });

  it('of one whose label sets every key: the same', async () => {
    const { parse } = await import('yaml');
    const { services, volumes } = parse(golden('everything.spec'));
    const { name, image, ...label } = services[0];
    // LinuxKit's own builder writes Go's JSON.
    const { blockio, ...resources } = label.resources;
    const { uidmappings, ...mount } = label.mounts[3];
    const mounts = label.mounts.with(3, { ...mount, uidMappings: uidmappings });
    const goLabel = { ...label, mounts, resources: { ...resources, blockIO: blockio } };
    const spec = JSON.stringify({ services: [{ name, image }], volumes });
    const bundle = await bundleOf(spec, imageOf(execution, goLabel), everywhere);
    expect(await fileOf(bundle, 'config.json')).toBe(golden('everything.config.txt'));
    expect(await fileOf(bundle, 'runtime.json')).toBe(golden('everything.runtime.txt'));
  });
});

describe('what the spec says wins over the label, key by key', () => {
  const label = {
    capabilities: ['CAP_KILL'],
    binds: ['/label:/bound'],
    env: ['FROM=label'],
    command: ['/label'],
    cwd: '/label',
    net: 'new',
    mounts: [{ type: 'tmpfs', destination: '/label' }],
    sysctl: { a: 'label' },
    resources: { pids: { limit: 5 } },
    readonly: true,
    uid: 'other',
    runtime: { mkdir: ['/label'], bindNS: { net: '/label', pid: '/label' } },
  };
  const image = imageOf({ ...execution, WorkingDir: '/image' }, label);
  const configOf = async (more: string) =>
    jsonOf(await bundleOf(service(more), image, everywhere), 'config.json');

  it('an empty list is said, an empty text is not', async () => {
    const config = await configOf(
      'capabilities: [], binds: [], env: [], cwd: "", net: "", mounts: [], sysctl: {}, uid: 0, readonly: false',
    );
    expect(config.process.capabilities).toEqual({});
    expect(config.process.env).toEqual([usualPath]);
    expect(config.process).toMatchObject({ cwd: '/label', args: ['/label'], user: { uid: 0 } });
    expect(config.root).toEqual({ path: 'rootfs' });
    expect(config.linux.namespaces).toContainEqual({ type: 'network' });
    expect(config.linux).not.toHaveProperty('sysctl');
    expect(config.mounts.map(({ destination }: { destination: string }) => destination)).not.toContain(
      '/label',
    );
  });

  it('lists and tables are replaced whole, a runtime section by its members', async () => {
    const more =
      'uid: 0, mounts: [{source: mqueue}], resources: {memory: {limit: 1}}, runtime: {cgroups: [x], bindNS: {net: /spec}}';
    const bundle = await bundleOf(service(more), image, everywhere);
    const config = await jsonOf(bundle, 'config.json');
    expect(config.linux.resources).toEqual({ memory: { limit: 1 } });
    expect(await jsonOf(bundle, 'runtime.json')).toMatchObject({
      cgroups: ['x'],
      mkdir: ['/label'],
      bindNS: { net: '/spec', pid: '/label', ipc: '' },
    });
  });

  it('added binds and capabilities are added: to the label, to the spec, to what the label adds', async () => {
    const places = async (more: string, from = image) => {
      const { mounts, process } = await jsonOf(
        await bundleOf(service(more), from, everywhere),
        'config.json',
      );
      const binds = mounts.filter(({ type }: { type: string }) => type === 'bind');
      return [
        binds.map(({ destination }: { destination: string }) => destination),
        process.capabilities.effective,
      ];
    };
    const added = 'uid: 0, binds.add: ["/c:/c"], capabilities.add: [CAP_FOWNER, CAP_KILL]';
    expect(await places(added)).toEqual([
      ['/bound', '/c'],
      ['CAP_KILL', 'CAP_FOWNER'],
    ]);
    expect(await places(`${added}, binds: ["/d:/d"], capabilities: [CAP_MKNOD]`)).toEqual([
      ['/c', '/d'],
      ['CAP_MKNOD', 'CAP_FOWNER', 'CAP_KILL'],
    ]);
    const adding = imageOf(execution, { 'binds.add': ['/e:/e'], 'capabilities.add': ['CAP_CHOWN'] });
    expect(await places('binds.add: ["/c:/c"]', adding)).toEqual([['/c', '/e'], ['CAP_CHOWN']]);
    expect(
      await places('capabilities.add: [CAP_KILL]', imageOf(execution, { capabilities: ['none'] })),
    ).toEqual([[], ['CAP_KILL']]);
  });

  it('all means all, in any case and beside added ones', async () => {
    const all = imageOf(execution, { capabilities: ['ALL'], ambient: ['all'] });
    const { process } = await jsonOf(
      await bundleOf(service('capabilities.add: [CAP_KILL]'), all),
      'config.json',
    );
    expect(process.capabilities.effective).toHaveLength(41);
    expect(process.capabilities.effective.slice(0, 2)).toEqual(['CAP_CHOWN', 'CAP_DAC_OVERRIDE']);
    expect(process.capabilities.ambient).toEqual(process.capabilities.effective);
    expect(process.capabilities.bounding).toEqual([...process.capabilities.effective].sort());
  });

  it('names of users and volumes in a label are those of the spec', async () => {
    const spec = `${service()}onboot: []\nonshutdown: [{name: other, image: b}]\nvolumes: [{name: data}]\n`;
    const from = imageOf(execution, {
      uid: 'other',
      gid: 'a',
      additionalGids: ['root', 'a'],
      binds: ['data:/data'],
    });
    const config = await jsonOf(await bundleOf(spec, from), 'config.json');
    expect(config.process.user).toEqual({ uid: 100, gid: 101, additionalGids: [0, 101] });
    expect(config.mounts).toContainEqual({
      destination: '/data',
      type: 'bind',
      source: '/containers/volumes/data/merged',
      options: ['rw', 'rbind', 'rshared'],
    });
  });
});

describe('where LinuxKit’s container would not start', () => {
  it('a destination is absolute', async () => {
    const more =
      'binds: ["/a:b"], tmpfs: [c], mounts: [{type: tmpfs, destination: d}, {source: proc, destination: /proc}]';
    const { mounts } = await jsonOf(await bundleOf(service(more), plain), 'config.json');
    const places = mounts.map(({ destination }: { destination: string }) => destination);
    expect(places).toEqual(['/b', '/c', '/d', '/dev', '/dev/pts', '/proc', '/sys', '/sys/fs/cgroup']);
  });

  it('a device has the permissions of its mode, however they are written', async () => {
    const modeOf = async (mode: string) => {
      const more = `devices: [{path: /dev/x, type: c, mode: "${mode}"}]`;
      return (await jsonOf(await bundleOf(service(more), plain), 'config.json')).linux.devices[0].fileMode;
    };
    expect(await Promise.all(['0600', '600', '0o600', '020600', ''].map(modeOf))).toEqual([
      0o600, 0o600, 0o600, 0o600, 0o666,
    ]);
  });

  it('a limit that means none is none', async () => {
    const more = 'resources: {memory: {limit: 9223372036854775807, reservation: 9007199254740991, swap: -1}}';
    expect(
      (await jsonOf(await bundleOf(service(more), plain), 'config.json')).linux.resources.memory,
    ).toEqual({
      limit: -1,
      reservation: 9007199254740991,
      swap: -1,
    });
  });

  it('a host name brings a UTS namespace', async () => {
    const namespaces = async (more: string) =>
      (await jsonOf(await bundleOf(service(more), plain), 'config.json')).linux.namespaces;
    expect(await namespaces('hostname: box')).toContainEqual({ type: 'uts' });
    expect(await namespaces('hostname: box, uts: /run/uts')).toContainEqual({
      type: 'uts',
      path: '/run/uts',
    });
    expect(await namespaces('hostname: box, uts: host')).toEqual([{ type: 'pid' }, { type: 'mount' }]);
  });

  it('namespaces may be none, root, host, new or a path', async () => {
    const config = await jsonOf(
      await bundleOf(service('net: none, ipc: root, uts: host, pid: /proc/1/ns/pid, userns: host'), plain),
      'config.json',
    );
    expect(config.linux.namespaces).toEqual([
      { type: 'network' },
      { type: 'pid', path: '/proc/1/ns/pid' },
      { type: 'mount' },
    ]);
  });

  it('nothing to run is told at once', async () => {
    await expect(bundleOf(service('command: []'), plain)).rejects.toMatchObject({
      code: 'container-without-command',
    });
    await expect(bundleOf(service(), imageOf({}))).rejects.toThrow(
      'a runs nothing: b:latest has no entrypoint',
    );
    for (const execution of [{ Entrypoint: [''] }, { Cmd: [''] }, { Entrypoint: [''], Cmd: [''] }])
      await expect(bundleOf(service(), imageOf(execution))).rejects.toMatchObject({
        code: 'container-without-command',
      });
  });

  it.each([
    [[''], ['/app', 'x'], ['/app', 'x']],
    [['/app'], [''], ['/app', '']],
    [['/app', ''], undefined, ['/app', '']],
    [undefined, ['/app'], ['/app']],
  ])(
    'an entrypoint %j with the command %j is %j, as Docker and Podman read it',
    async (Entrypoint, Cmd, args) => {
      const image = imageOf({ ...(Entrypoint && { Entrypoint }), ...(Cmd && { Cmd }) });
      expect((await jsonOf(await bundleOf(service(), image), 'config.json')).process.args).toEqual(args);
    },
  );
});

describe('a label that is wrong', () => {
  const messagesOf = async (label: unknown, spec = service()) => {
    try {
      await bundleOf(spec, imageOf(execution, label));
    } catch (error) {
      const { diagnostics } = error as { diagnostics: { code: string; message: string }[] };
      expect(new Set(diagnostics.map(({ code }) => code))).toEqual(new Set(['image-label-malformed']));
      return diagnostics.map(({ message }) =>
        message.replace('the label org.mobyproject.config of b:latest: ', '… '),
      );
    }
    return [];
  };

  it('is told with the image, and each key that is wrong', async () => {
    expect(await messagesOf({ capabilites: [], name: 'x', image: 'y', binds: 'x:/y' })).toEqual([
      '… unknown key "capabilites"',
      '… unknown key "name"',
      '… unknown key "image"',
      '… binds must be a list, not the text "x:/y"',
    ]);
    expect(await messagesOf('{"command": [')).toEqual([expect.stringContaining('… not YAML 1.2: ')]);
    expect(await messagesOf('[1]')).toEqual([
      '… the document must be a mapping of keys to values, not a list',
    ]);
    expect(await messagesOf('text')).toEqual([expect.stringContaining('… the document must be a mapping')]);
    expect(await messagesOf({ uid: 'nobody', binds: ['data:/x'], capabilities: ['CAP_X'] })).toEqual([
      '… capabilities[0]: there is no capability CAP_X',
      '… binds[0]: no volume is named "data"',
      '… uid: no container is named "nobody"',
    ]);
    expect(await messagesOf({ resources: { blockIO: { wait: 1 } } })).toEqual([
      '… unknown key "wait" in resources.blockio',
    ]);
    expect(await messagesOf(`a: &a [1]\nb: [${'*a, '.repeat(60_000)}]`)).toEqual([
      expect.stringContaining('more than 100000 values'),
    ]);
  });

  it('may be YAML, or empty', async () => {
    const command = async (label: string) =>
      (await jsonOf(await bundleOf(service(), imageOf(execution, label)), 'config.json')).process.args;
    expect(await command('# by hand\ncommand:\n  - /yaml\n')).toEqual(['/yaml']);
    for (const empty of ['', ' \n', '{}', '# nothing', 'null']) {
      expect(await command(empty)).toEqual(['/entry', '--flag']);
    }
  });
});

describe('the user', () => {
  const tree = treeWith({
    'etc/passwd': 'root:x:0:0::/:\napp:x:1000:50::/:\n1:x:77:78::/:\n',
    'etc/group': 'root:x:0:\nstaff:x:50:app\nextra:x:60:app,other\nmore:x:61:other,app\n',
  });
  const userOf = async (User: string, more = '') =>
    (await jsonOf(await bundleOf(service(more), imageOf({ ...execution, User }), { tree }), 'config.json'))
      .process.user;

  it.each([
    ['', { uid: 0, gid: 0 }],
    ['app', { uid: 1000, gid: 50, additionalGids: [60, 61] }],
    ['app:root', { uid: 1000, gid: 0 }],
    ['app:7', { uid: 1000, gid: 7 }],
    ['1000', { uid: 1000, gid: 50, additionalGids: [60, 61] }],
    ['2000', { uid: 2000, gid: 0 }],
    ['2000:staff', { uid: 2000, gid: 50 }],
    ['root', { uid: 0, gid: 0 }],
    ['app:', { uid: 1000, gid: 50, additionalGids: [60, 61] }],
    [':100', { uid: 0, gid: 100 }],
    [':staff', { uid: 0, gid: 50 }],
    ['4294967294', { uid: 4294967294, gid: 0 }],
  ])('%j of an image is looked up in its own files', async (user, expected) => {
    expect(await userOf(user)).toEqual(expected);
  });

  it('of the spec or the label wins whole, a group alone over the group', async () => {
    expect(await userOf('app', 'uid: 5')).toEqual({ uid: 5, gid: 0 });
    expect(await userOf('app', 'gid: 5')).toEqual({ uid: 1000, gid: 5 });
    expect(await userOf('app:root', 'gid: 5')).toEqual({ uid: 1000, gid: 5 });
    expect(await userOf('', 'gid: 5')).toEqual({ uid: 0, gid: 5 });
    expect(await userOf('app', 'gid: 5, additionalGids: [1]')).toEqual({
      uid: 1000,
      gid: 5,
      additionalGids: [1],
    });
    expect(await userOf('app', 'additionalGids: [1]')).toEqual({ uid: 1000, gid: 50, additionalGids: [1] });
  });

  it.each(['nobody', 'app:nobody', '4294967295', '4294967296', '9'.repeat(400), 'app:4294967296', 'wide'])(
    'must be known, and a number that the kernel has: %s',
    async (user) => {
      const wide = treeWith({ 'etc/passwd': 'app:x:1000:50::/:\nwide:x:4294967296:50::/:\n' });
      const image = imageOf({ ...execution, User: user });
      await expect(bundleOf(service(), image, { tree: wide })).rejects.toMatchObject({
        code: 'image-user-unknown',
        message: expect.stringContaining(JSON.stringify(user)),
      });
    },
  );

  it.each<[string, Record<string, string>]>([
    ['the file, relative', { 'etc/passwd': '../usr/share/passwd' }],
    [
      'the file, absolute, of another link',
      { 'etc/passwd': '/run/passwd', 'run/passwd': '/usr/share/./passwd' },
    ],
    ['/etc', { etc: 'usr/share' }],
    ['/etc, out of the root and back', { etc: '../../usr/lib/../share' }],
  ])('is looked up through symbolic links: %s', async (_, links) => {
    const tree = treeWith({ 'usr/share/passwd': 'app:x:1000:50::/:\n' });
    for (const [path, target] of Object.entries(links)) tree.set(path, symlink(target));
    const bundle = await bundleOf(service(), imageOf({ ...execution, User: 'app' }), { tree });
    expect((await jsonOf(bundle, 'config.json')).process.user).toEqual({ uid: 1000, gid: 50 });
  });

  it('is not known where the links lead to no end', async () => {
    const tree: Tree = new Map([
      ['etc', symlink('a/b')],
      ['a', symlink('/etc')],
    ]);
    await expect(bundleOf(service(), imageOf({ ...execution, User: 'app' }), { tree })).rejects.toMatchObject(
      {
        code: 'image-user-unknown',
      },
    );
  });

  it('is not looked for in a file without end', async () => {
    const content = { at: 'file', path: '/nowhere', offset: 0, size: 700 << 20 } as const;
    const tree: Tree = new Map([['etc/passwd', { ...file(''), content }]]);
    await expect(bundleOf(service(), imageOf({ ...execution, User: 'app' }), { tree })).rejects.toMatchObject(
      {
        fault: 'spec',
        code: 'image-user-unreadable',
        message: expect.stringContaining('/etc/passwd of the image of a has 700 MiB'),
      },
    );
  });
});

describe('confinement', () => {
  it('the default filter refuses what reaches around containers, unless a capability stands for it', async () => {
    const filterOf = async (more: string, architecture = 'amd64') =>
      (
        await jsonOf(
          await bundleOf(service(`seccomp: default, ${more}`), imageOf(execution, undefined, architecture)),
          'config.json',
        )
      ).linux.seccomp;
    const strict = await filterOf('');
    expect(strict.defaultAction).toBe('SCMP_ACT_ALLOW');
    expect(strict.architectures).toEqual(['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32']);
    expect(strict.syscalls[0].names).toEqual(
      expect.arrayContaining(['keyctl', 'mount', 'reboot', 'unshare']),
    );
    expect(strict.syscalls.map(({ names }: { names: string[] }) => names[0])).toContain('clone3');
    // One rule for each kind of namespace.
    expect(strict.syscalls.filter(({ args }: { args?: object }) => args)).toHaveLength(7);
    const admin = await filterOf('capabilities: [CAP_SYS_ADMIN]', 'arm64');
    expect(admin.architectures).toEqual(['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM']);
    expect(admin.syscalls).toHaveLength(1);
    expect(admin.syscalls[0].names).toContain('reboot');
    expect(admin.syscalls[0].names).not.toContain('mount');
    expect((await filterOf('capabilities: [all]')).syscalls[0].names).toEqual(
      expect.not.arrayContaining(['reboot', 'mount', 'bpf']),
    );
  });

  const around = (text: string) => ({ around: { read: () => text } });

  it('a profile of the spec is taken as it is, if it is one', async () => {
    const profile = {
      defaultAction: 'SCMP_ACT_ERRNO',
      syscalls: [{ names: ['read'], action: 'SCMP_ACT_ALLOW' }],
    };
    const bundle = await bundleOf(service('seccomp: a.json'), plain, around(JSON.stringify(profile)));
    expect((await jsonOf(bundle, 'config.json')).linux.seccomp).toEqual(profile);
    const refused = (text: string) => () => bundleOf(service('seccomp: a.json'), plain, around(text));
    expect(refused('{')).toThrow('a.json is no seccomp profile: ');
    expect(refused('null')).toThrow('it has no defaultAction');
    expect(refused(JSON.stringify({ ...profile, archMap: [] }))).toThrow('Docker’s form');
    expect(refused(JSON.stringify({ ...profile, syscalls: [{}] }))).toThrow('names and an action');
  });

  it('an AppArmor profile is named in config.json and lies beside it', async () => {
    const text = '#include <tunables/global>\nprofile my-app flags=(attach_disconnected) {\n}\n';
    const bundle = await bundleOf(service('apparmor: a.profile'), plain, around(text));
    expect((await jsonOf(bundle, 'config.json')).process.apparmorProfile).toBe('my-app');
    expect(await fileOf(bundle, 'apparmor')).toBe(text);
    const ours = await bundleOf(service('apparmor: default, seccomp: unconfined'), plain);
    expect((await jsonOf(ours, 'config.json')).process.apparmorProfile).toBe('catamaran-default');
    expect(await fileOf(ours, 'apparmor')).toContain('profile catamaran-default ');
    expect(() => bundleOf(service('apparmor: a.profile'), plain, around('/bin/x {}'))).toThrow('by name');
    const none = await bundleOf(service('apparmor: unconfined'), plain);
    expect([...none.tree.keys()].filter((path) => path.endsWith('/apparmor'))).toEqual([]);
  });

  it('secrets are bound read-only from the machine', async () => {
    const more = 'secrets: [db, {name: key, file: /var/lib/x}]';
    const { mounts } = await jsonOf(await bundleOf(service(more), plain), 'config.json');
    const options = ['bind', 'ro', 'nosuid', 'nodev', 'noexec'];
    expect(mounts).toContainEqual({
      destination: '/run/secrets/db',
      type: 'bind',
      source: '/var/lib/secrets/db',
      options,
    });
    expect(mounts).toContainEqual({
      destination: '/run/secrets/key',
      type: 'bind',
      source: '/var/lib/x',
      options,
    });
  });

  it.each([
    ['binds: ["/data:/data"]', '/data'],
    ['tmpfs: [/cache/x]', '/cache/x'],
    ['mounts: [{type: bind, source: /a, destination: /a/b/, options: [bind]}]', '/a/b'],
    ['binds: ["/data:/link/x"]', '/link/x'],
  ])('what a read-only root has no place for is told: %s', async (more, place) => {
    const options = { tree: new Map([['link', symlink('nowhere')]]) };
    await expect(bundleOf(service(`readonly: true, ${more}`), plain, options)).rejects.toMatchObject({
      code: 'mount-without-place',
      message: `a is read-only, and its image has no ${place}, on which something is to be mounted`,
    });
    await bundleOf(service(more), plain, options);
  });

  it.each([
    'readonly: true',
    'binds: ["/etc/resolv.conf:/etc/resolv.conf", "/etc/hosts:/etc/hosts", "/dev:/dev"]',
    'tmpfs: [/run], binds: ["/data:/run/data"]',
    'binds: ["/data:/link/data", "/d:/deep"]',
  ])(
    'what has its place in the image, or among the usual ones, is mounted on a read-only root: %s',
    async (more) => {
      const tree: Tree = new Map([
        ...treeWith({ 'srv/data': '', 'deep/x/y': '' }),
        ['link', symlink('/srv')],
      ]);
      tree.set('run', directory());
      await bundleOf(service(more.includes('readonly') ? more : `readonly: true, ${more}`), plain, { tree });
    },
  );

  it('secrets need a place in a read-only root', async () => {
    const more = 'readonly: true, secrets: [db]';
    await expect(bundleOf(service(more), plain)).rejects.toMatchObject({ code: 'secret-without-place' });
    await bundleOf(service(`${more}, tmpfs: [/run]`), plain, { tree: rootFor('run') });
    await bundleOf(service(more), plain, { tree: treeWith({ 'run/secrets/db': '' }) });
  });
});

describe('catamaran.json', () => {
  const supervisionOf = async (spec: string, image = plain) =>
    jsonOf(await bundleOf(spec, image), 'catamaran.json');

  it('has all that our init needs to keep a service running', async () => {
    const spec = `services:
  - name: a
    image: b
    depends_on: [c]
    restart: {policy: on-failure, backoff: {initial: 2s}}
    stop: {timeout: 1m}
    health: {tcp: "127.0.0.1:80", retries: 5}
  - {name: c, image: b}
`;
    expect(await supervisionOf(spec, imageOf({ ...execution, StopSignal: '3' }))).toEqual({
      format: 1,
      order: 1,
      dependsOn: ['c'],
      restart: { policy: 'on-failure', backoff: { initial: 2000, max: 60000, reset: 60000 } },
      stop: { signal: 'SIGQUIT', timeout: 60000 },
      health: {
        probe: { kind: 'tcp', address: '127.0.0.1:80' },
        interval: 30000,
        timeout: 10000,
        retries: 5,
      },
    });
  });

  it('has defaults, and the signal of the spec before the image’s', async () => {
    expect(await supervisionOf(service())).toEqual({
      format: 1,
      order: 0,
      dependsOn: [],
      restart: { policy: 'always', backoff: { initial: 1000, max: 60000, reset: 60000 } },
      stop: { signal: 'SIGTERM', timeout: 10000 },
    });
    const signal = async (more: string, StopSignal: string) =>
      (await supervisionOf(service(more), imageOf({ ...execution, StopSignal }))).stop.signal;
    expect(await signal('', 'SIGRTMIN+3')).toBe('SIGRTMIN+3');
    expect(await signal('stop: {signal: HUP}', 'SIGUSR1')).toBe('SIGHUP');
    expect(await signal('restart: never', 'nonsense').catch(({ message }) => message)).toContain('nonsense');
  });

  it('says of an onboot container whether the boot goes on without it', async () => {
    expect(await supervisionOf('onboot: [{name: a, image: b, optional: true}]')).toEqual({
      format: 1,
      optional: true,
    });
    expect(await supervisionOf('onshutdown: [{name: a, image: b}]')).toEqual({ format: 1, optional: false });
  });
});
