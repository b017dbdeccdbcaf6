import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSpec } from '../../src/spec/read.ts';

const directory = join(import.meta.dirname, 'linuxkit');
const around = { components: ['init', 'sshd'], home: '/home/ann', exists: () => false };
const read = (name: string) =>
  readSpec(`${name}.yml`, readFileSync(join(directory, `${name}.spec`), 'utf8'), around);

describe('a spec that LinuxKit accepts is accepted', () => {
  for (const file of readdirSync(directory).sort()) {
    it(file, () => {
      const spec = read(file.replace('.spec', ''));
      const harmless = ['spec-no-kernel', 'spec-no-effect'];
      expect(spec.warnings.filter(({ code }) => !harmless.includes(code))).toEqual([]);
    });
  }
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
