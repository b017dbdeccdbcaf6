// Atomic: two deployments and the person's word over them, Docker beside Podman, Cockpit.
import { expect } from 'vitest';
import { minute, nothingFailed, type Style, until } from './style.ts';

const image = 'docker.io/library/busybox:1';

export const atomic: Style = {
  name: 'atomic-style',
  firmware: 'bios',
  channels: ['stable'],
  start: async ({ key }) => ({
    memory: 1536 << 20,
    firmwareConfig: {
      'opt/org.catamaran/config': `#cloud-config\nhostname: atom\nssh_authorized_keys: ['${key.publicKey.trim()}']\n`,
    },
  }),
  spec: (version) =>
    ['both', 'arrives'].map((name) => `  - {path: etc/${name}, contents: "of ${version}\\n"}`).join('\n'),
  shows: {
    ...nothingFailed,
    'Docker runs a container': async ({ run }) => {
      await run(until('docker version'));
      await run('docker load -i /usr/share/images/busybox.tar');
      expect(await run('docker run --rm busybox:1 echo by docker')).toBe('by docker');
      expect(await run('docker info -f "{{.CgroupVersion}} {{.Driver}}"')).toMatch(/^2 overlay/);
    },
    'Podman runs a container beside it': async ({ run }) => {
      await run('podman load -i /usr/share/images/busybox.tar');
      expect(await run(`podman run --rm ${image} echo by podman`)).toBe('by podman');
    },
    'Cockpit serves its page on port 9090': async ({ run }) => {
      const ask = 'wget --no-check-certificate -qO- https://127.0.0.1:9090/';
      expect(await run(until(ask))).toContain('login');
    },
    'what a person changes in /etc is told': async ({ run }) => {
      await run('echo mine >/etc/both && echo mine >/etc/mine');
      expect(await run('catamaran-agent etc status')).toContain('/etc/mine');
    },
  },
  showsAfterUpdates: {
    '/etc is merged: the person’s stays, the image’s arrives, and what both changed is told': async ({
      run,
    }) => {
      expect(await run('cat /etc/mine /etc/both /etc/arrives')).toBe('mine\nmine\nof 3.0.0');
      expect(await run('catamaran-agent etc status')).toMatch(/both/);
      await run('catamaran-agent etc reset /etc/both');
      expect(await run('cat /etc/both')).toBe('of 3.0.0');
    },
    'a person deploys a release by its version, and rolls it back': async ({ run, reboot, twin }) => {
      const { slot, version } = await twin.status();
      const other = slot === 'A' ? 'B' : 'A';
      expect(await run('catamaran-agent deploy 2.0.0')).toContain('held to 2.0.0');
      await reboot(other);
      await twin.serial.waitFor(new RegExp(`slot ${other} with 2.0.0 is good`), 15 * minute);
      expect(await run('catamaran-agent update --check')).toContain('held to 2.0.0: nothing to do');
      await run('catamaran-agent rollback');
      await reboot(slot);
      expect(await twin.status()).toMatchObject({ slot, version });
      expect((await twin.try('catamaran-agent upgrade')).output).toContain('rolled back on this machine');
      expect((await twin.try('grep pin /etc/catamaran/update.yml')).output).toBe('');
    },
  },
};
