import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderDiagnostics } from '../../src/base/render.ts';
import { readSpec, readSpecs } from '../../src/specification/read.ts';
import { formatReference } from '../../src/specification/reference.ts';

const directory = join(import.meta.dirname, 'linuxkit');
const around = {
  components: ['agent', 'crun', 'init', 'kernel', 'sshd'],
  home: '/home/ann',
  exists: () => false,
};
const read = (name: string) =>
  readSpec(`${name}.yml`, readFileSync(join(directory, `${name}.spec`), 'utf8'), around);

describe('a spec that LinuxKit accepts is accepted', () => {
  for (const file of readdirSync(directory).sort()) {
    it(file, () => {
      const spec = read(file.replace('.spec', ''));
      const harmless = ['spec-no-kernel', 'spec-no-effect', 'spec-missing-part'];
      expect(spec.warnings.filter(({ code }) => !harmless.includes(code))).toEqual([]);
    });
  }
});

describe('a spec that LinuxKit builds, though hardly as meant, is mended with a warning at the place', () => {
  const place = join(import.meta.dirname, 'mended');
  const textOf = (name: string) => readFileSync(join(place, `${name}.spec`), 'utf8');
  const mended = (name: string) => readSpec(`${name}.yml`, textOf(name), around);

  for (const file of readdirSync(place).filter((each) => each.endsWith('.spec'))) {
    const name = file.replace('.spec', '');
    it(file, async () => {
      const { warnings } = mended(name);
      for (const { position } of warnings) expect(position?.file).toBe(`${name}.yml`);
      const text = `${renderDiagnostics(warnings, { severity: 'warning' })}\n`;
      await expect(text).toMatchFileSnapshot(join(place, `${name}.txt`));
    });
  }

  it('files are where the kernel would unpack them, and as the last one says', () => {
    expect(
      mended('files').files.map(({ path, content, mode, uid, gid }) => [
        path,
        'text' in content ? content.text : content.kind,
        mode.toString(8),
        uid,
        gid,
      ]),
    ).toEqual([
      ['etc/motd', 'second', '644', 0, 0],
      ['var/lib/x', 'x', '600', 0, 0],
      ['var/run', 'symlink', '777', 0, 0],
      ['run/app/pid', '1', '600', 0, 0],
      ['var/lib/up', 'symlink', '777', 0, 0],
      ['run/app/other', '2', '600', 0, 0],
      ['loop', 'symlink', '777', 0, 0],
      ['a', 'symlink', '777', 0, 0],
      ['c', 'directory', '700', 0, 0],
      ['d', 'd', '600', 0, 0],
      ['e', 'e', '600', 65534, 0],
      ['f', 'f', '600', 0, 0],
      ['g', '2026-01-01', '600', 1000, 0],
    ]);
  });

  it('names stand for what they say, and directories have safe ones', () => {
    const { onboot, services, files } = mended('names');
    expect(onboot.map(({ name }) => name)).toEqual([
      expect.stringMatching(/^unnamed-[0-9a-f]{8}$/),
      expect.stringMatching(/^my_app-[0-9a-f]{8}$/),
      'same',
      'same',
      expect.stringMatching(/^_reboot-[0-9a-f]{8}$/),
      'unnamed-5ec1f7e7',
      'unnamed-cdb4ee2a',
      expect.stringMatching(/^_.._etc_x-[0-9a-f]{8}$/),
    ]);
    expect(onboot[3]?.settings.uid).toBe(103);
    expect(onboot[4]?.settings).toEqual({ command: ['@x'], env: ['A=@b'] });
    expect(services.map(({ name }) => name)).toEqual([
      expect.stringMatching(/^hidden-[0-9a-f]{8}$/),
      expect.stringMatching(/^gr__er-[0-9a-f]{8}$/),
      'root',
    ]);
    expect(services[0]?.supervision?.dependsOn).toEqual([services[1]?.name]);
    expect(services[1]?.settings).toEqual({ uid: 109, gid: 101, additionalGids: [0, 103] });
    expect(services[2]?.settings.uid).toBe(0);
    expect(files[0]?.uid).toBe(101);
  });

  it('paths stay within the root, and bytes are what they are', () => {
    const files = mended('paths').files.map(({ path, content }) => [
      path,
      'bytes' in content ? content.bytes : 'text' in content ? content.text : content.kind,
    ]);
    expect(files).toEqual([
      ['etc/a', 'a'],
      ['b', 'b'],
      ['one\ntwo', 'e'],
      ['bytes', Buffer.from([0, 255])],
      ['text', 'hello'],
      ['when', '2026-01-01'],
    ]);
  });

  it('texts that begin with @ are nothing where nothing else can be meant', () => {
    const { kernel, files, volumes } = mended('templates');
    expect(kernel).toBeUndefined();
    expect(files.map(({ mode, content }) => [mode, content])).toEqual([
      [0o600, { kind: 'contents', text: 'a' }],
      [0o600, { kind: 'contents', text: 'b' }],
      [0o777, { kind: 'symlink', target: '@there' }],
    ]);
    expect(volumes.map(({ name, image }) => [name, image])).toEqual([['', undefined]]);
    const cut = readSpec('a.yml', 'kernel: {image: a, cmdline: "a\\0b"}');
    expect(cut.kernel?.cmdline).toBe('a');
  });

  it('numbers are what LinuxKit takes them for', () => {
    const { services, files, volumes } = mended('numbers');
    expect(services[0]?.settings).toEqual({
      uid: 1000,
      gid: 3,
      additionalGids: [15, 7],
      oomScoreAdj: -31,
      devices: [
        { path: '/dev/null', type: 'c', major: 8, minor: 8, mode: '+666' },
        { path: '/dev/zero', type: 'c', major: 1, minor: 5, mode: '666' },
        { path: 'all', type: 'b' },
      ],
      resources: { memory: { swappiness: 0, limit: 64 }, pids: { limit: 7 } },
      mounts: [{ type: 'bind', source: '/containers/volumes/v/merged', destination: '/v', options: ['ro'] }],
    });
    expect(files[0]?.mode).toBe(0o644);
    expect(volumes[1]?.platforms).toEqual(['linux/amd64']);
  });

  it('references are what LinuxKit makes of them', () => {
    const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
    const names = mended('references').init.map(({ image }) => formatReference(image));
    expect(names).toEqual([
      'docker.io/nginx:latest',
      'docker.io/library/nginx:latest',
      'docker.io/library/nginx:1',
      'r.example.org/a/b:latest',
      'r.example.org/a:latest',
      'docker.io/library/abc:latest',
      'docker.io/library/componnet:init',
      'docker.io/library/nginx:latest',
      `docker.io/library/a@${digest}`,
      'my_registry.:5000/a:latest',
    ]);
  });

  it('settings are what is left, and what can be told', () => {
    expect(mended('settings').services[0]?.settings).toEqual({
      env: ['A=b', 'C='],
      tmpfs: ['/tmp'],
      binds: ['/b:/b'],
      'binds.add': ['/c:/c'],
      capabilities: ['CAP_KILL'],
      'capabilities.add': ['CAP_CHOWN'],
      cwd: '/srv',
      net: 'bridge',
      pid: 'hots',
      oomScoreAdj: 1000,
      uidMappings: [{ hostID: 1, containerID: 0, size: 2 }],
      mounts: [{ type: 'bind', source: '/x', destination: '/x', uidmappings: [] }],
      devices: [
        { path: '/dev/tun', major: 10, minor: 200, type: 'c' },
        { path: '/dev/sda1', major: 8, minor: 1, type: 'b' },
        { path: '/dev/null', major: 1, minor: 3, mode: '020666', type: 'c' },
        { path: 'all', type: 'a' },
        { path: 'all' },
      ],
      resources: {
        devices: [{ allow: false, type: 'c', access: 'rwm' }, { allow: true }],
        memory: { swappiness: 100, limit: 100_000_000 },
        hugepageLimits: [{ pageSize: '2097152', limit: 5 }],
        blockio: {
          weightDevice: [],
          throttleReadBpsDevice: [{ major: 8, minor: 0, rate: 5 }],
        },
      },
      runtime: {
        mounts: [{ type: 'tmpfs', destination: '/x' }],
        interfaces: [{ name: 'eth0' }],
      },
    });
  });

  it('volumes without a name have a directory all the same, and formats are what they can be', () => {
    const { services, volumes, kernel } = mended('volumes');
    expect(kernel).toBeUndefined();
    expect(services[0]?.settings.binds).toEqual([
      expect.stringMatching(/^\/containers\/volumes\/unnamed-[0-9a-f]{8}\/merged:\/nameless$/),
      '/containers/volumes/plain/merged:/plain',
    ]);
    expect(volumes.map(({ name, format, platforms }) => [name, format, platforms])).toEqual([
      ['', 'filesystem', []],
      ['plain', 'filesystem', []],
      ['empty', 'filesystem', []],
      ['layout', 'oci', ['linux/amd64', 'linux/arm64/v8']],
    ]);
  });

  it('a volume of a later file takes the place of an equal one', () => {
    const { volumes, warnings } = readSpecs([
      { file: 'a.yml', text: 'volumes: [{name: v, readonly: true}]' },
      { file: 'b.yml', text: 'volumes: [{name: v}]' },
    ]);
    expect(volumes.map(({ name, readonly }) => [name, readonly])).toEqual([['v', false]]);
    expect(warnings.map(({ code, position }) => [code, position?.file])).toContainEqual([
      'spec-duplicate-name',
      'b.yml',
    ]);
  });

  it('a source is taken from the working directory where the spec has none beside it', () => {
    const spec = readSpec(
      'specs/a.yml',
      'files: [{path: a, source: here.txt}, {path: b, source: both.txt}]',
      {
        exists: (path) => ['here.txt', 'both.txt', 'specs/both.txt'].includes(path),
      },
    );
    expect(spec.files.map(({ content }) => content)).toMatchObject([
      { path: 'here.txt' },
      { path: 'specs/both.txt' },
    ]);
    expect(spec.warnings.map(({ code }) => code)).toEqual(['spec-no-kernel', 'spec-source-elsewhere']);
  });
});

it('a name with a NUL, of which LinuxKit makes no archive either, stays an error', () => {
  const text = JSON.stringify({
    onboot: [{ name: 'a\0b', image: 'a' }],
    files: [{ path: 'a\0', contents: '' }],
  });
  expect(() => readSpec('a.yml', text)).toThrow('no path has a NUL character\nnot a path of a file');
});

describe('and means what its author meant', () => {
  it('line breaks between kernel arguments are spaces', () => {
    expect(read('console').kernel?.cmdline).toBe('console=tty0 console=ttyS0 console=ttyAMA0');
    expect(read('anchors').kernel?.cmdline).toBe('console=ttyS0 quiet');
  });

  it('texts that begin with @, or look like variables, stay as they are', () => {
    const [shadow, issue] = read('console').files;
    expect(shadow?.content).toMatchObject({ text: expect.stringContaining('# @reboot') });
    expect(issue?.content).toEqual({ kind: 'contents', text: `@welcome \${HOSTNAME} "quoted"` });
  });

  it('ids of mappings are kept, page sizes may be bytes', () => {
    const reads = read('volumes').onboot[1]?.settings;
    expect(reads?.uidMappings).toEqual([{ hostID: 100000, containerID: 0, size: 65536 }]);
    expect(read('network').services[2]?.settings.resources?.hugepageLimits).toEqual([
      { pageSize: '2097152', limit: 4194304 },
    ]);
  });

  it('volumes are found from binds, binds.add and mounts', () => {
    const [writes, reads] = read('volumes').onboot;
    expect(writes?.settings.binds).toEqual([
      '/containers/volumes/blank/merged:/blank',
      '/containers/volumes/files/merged:/files',
      '/var:/var:rshared,rbind',
    ]);
    expect(reads?.settings['binds.add']).toEqual(['/containers/volumes/fixed/merged:/fixed:ro']);
    expect(reads?.settings.mounts?.map(({ source }) => source)).toEqual([
      '/containers/volumes/fixed/merged',
      '/containers/volumes/layout/merged',
    ]);
  });

  it('names of containers are numbers from 100 upward: onboot, onshutdown, services', () => {
    const { services, files, names } = read('network');
    expect([...names.ids]).toEqual([
      ['root', 0],
      ['wg', 100],
      ['netns', 101],
      ['nginx', 102],
      ['client', 103],
      ['dev', 104],
    ]);
    expect(services[1]?.settings).toMatchObject({ uid: 102, gid: 102, additionalGids: [100, 0, 33, 103] });
    expect(files[0]).toMatchObject({ uid: 100, gid: 0, mode: 0o600 });
  });
});
