// Snappy: channels by risk, and services that are updated and taken back each by itself.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Style, type StyleMachine, until } from './style.ts';

const page = (version: string) => `the page of ${version}`;
const served = ({ run }: StyleMachine) => run(until('wget -qO- http://127.0.0.1/'));

export const snappy: Style = {
  name: 'snappy-style',
  sample: true,
  firmware: 'uefi',
  channels: ['stable', 'candidate', 'beta', 'edge'],
  keeps: 2,
  start: async ({ key }) => ({
    firmwareConfig: {
      'opt/org.catamaran/config': `#cloud-config\nhostname: snap\nssh_authorized_keys: ['${key.publicKey.trim()}']\n`,
    },
  }),
  change: (directory, version) => writeFile(join(directory, 'web/index.html'), `${page(version)}\n`),
  shows: {
    'channels are risks, by their names, and there are no others': async ({ run, twin }) => {
      await twin.try('catamaran-agent update --check');
      expect(await run('catamaran-agent channel beta')).toContain('follows beta from now on');
      expect((await twin.try('catamaran-agent channel reckless')).output).toContain(
        'It has beta, candidate, edge, stable',
      );
      await run('catamaran-agent channel stable');
    },
    'one way into each container: what runs there, a command in it': async (machine) => {
      await served(machine);
      expect(await machine.run('catamaran-agent ps')).toMatch(/^web +\d+ +\/usr\/bin\/httpd -f/m);
      const inside = 'catamaran-agent shell web /usr/bin/cat /usr/share/page/index.html';
      expect(await machine.run(inside)).toBe(page('1.0.0'));
    },
    'a service that has nothing before it stays': async (machine) => {
      expect(await served(machine)).toBe(page('1.0.0'));
      const { status, output } = await machine.twin.try('catamaran-agent revert web');
      expect({ status, output }).toEqual({
        status: 2,
        output: expect.stringContaining('nothing older is kept'),
      });
    },
  },
  showsAfterUpdates: {
    'a service is taken back by itself, further back, and to what the release has': async (machine) => {
      const { run, twin } = machine;
      const { rootHash, version } = await twin.status();
      expect(await served(machine)).toBe(page(version));
      const others = () => run('catamaran-agent services | awk \'$1 != "web" { print $1, $3, $4 }\'');
      const before = await others();
      expect(await run('ip link set eth0 down; catamaran-agent revert web')).toContain('as in 2.0.0');
      expect(await served(machine)).toBe(page('2.0.0'));
      expect(await run('catamaran-agent revert web')).toContain('as in 1.0.0');
      expect(await served(machine)).toBe(page('1.0.0'));
      expect(await others()).toBe(before);
      expect(await run('catamaran-agent versions')).toMatch(/^web +1\.0\.0 \(\w{8}\) +2\.0\.0 .*, 1\.0\.0 /m);
      expect(await twin.status()).toMatchObject({ rootHash, version });
    },
    'so it is after a reboot, and until a person says otherwise': async (machine) => {
      const { run, twin, reboot } = machine;
      const { slot, rootHash } = await twin.status();
      await reboot(slot);
      expect(await served(machine)).toBe(page('1.0.0'));
      expect(await run('catamaran-agent status')).toContain('web runs as in 1.0.0');
      expect(await run('catamaran-agent revert web --undo')).toContain('as this release has it');
      expect(await served(machine)).toBe(page('3.0.0'));
      expect(await twin.status()).toMatchObject({ rootHash });
    },
  },
};
