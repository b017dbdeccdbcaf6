// CoreOS: systemd, a read-only root, the user core, Ignition, containerd.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { nothingFailed, type Style } from './style.ts';

const hello =
  '[Service]\nType=oneshot\nExecStart=/bin/touch /run/hello\n[Install]\nWantedBy=multi-user.target\n';

export const coreos: Style = {
  name: 'coreos-style',
  sample: true,
  firmware: 'uefi',
  channels: ['stable', 'beta', 'alpha'],
  start: async ({ key }) => {
    const keys = [key.publicKey.trim()];
    const ignition = {
      ignition: { version: '3.4.0' },
      passwd: { users: ['core', 'root'].map((name) => ({ name, sshAuthorizedKeys: keys })) },
      storage: { files: [{ path: '/etc/hostname', mode: 420, contents: { source: 'data:,shore%0A' } }] },
      systemd: {
        units: [
          { name: 'hello.service', enabled: true, contents: hello },
          { name: 'sshd.service', dropins: [{ name: 'mark.conf', contents: '[Service]\nNice=3\n' }] },
        ],
      },
    };
    return { firmwareConfig: { 'opt/com.coreos/config': JSON.stringify(ignition) } };
  },
  shows: {
    ...nothingFailed,
    'core comes in by key, is nobody special, and has no password': async ({ run, ssh }) => {
      const asCore = async (command: string) => (await ssh('core', command)).stdout.trim();
      expect(await asCore('id -u; id -un')).toBe('500\ncore');
      expect(await run("grep -E '^(core|root):[^!*]' /etc/shadow || echo locked")).toBe('locked');
      expect(await asCore('touch /etc/mine 2>/dev/null || echo refused')).toBe('refused');
    },
    'Ignition: the name, a unit of its own, a drop-in of a container’s': async ({ run }) => {
      expect(await run('hostname; test -e /run/hello && echo there')).toBe('shore\nthere');
      expect(await run('systemctl show -P Nice sshd')).toBe('3');
    },
    'the root is read-only under verity, without set-uid programs or what everybody may write': async ({
      run,
    }) => {
      expect(await run('touch /usr/mine 2>/dev/null || echo read-only')).toBe('read-only');
      expect(await run('dmsetup status verity')).toMatch(/ verity V/);
      expect(await run('find / -xdev \\( -perm -4000 -o -perm -2000 \\) -type f')).toBe('');
      expect(await run('find / -xdev -perm -2 ! -type l ! -perm -1000')).toBe('');
      expect(await run('cat /etc/machine-id')).toMatch(/^[0-9a-f]{32}$/);
    },
    'containerd, killed, is there again': async ({ run }) => {
      const pid = await run('systemctl show -P MainPID containerd');
      await run(`kill -9 ${pid}`);
      for (let tries = 0; tries < 60; tries += 1) {
        if ((await run('crun exec containerd ctr version >/dev/null 2>&1; echo $?')) === '0') break;
        await sleep(1000);
      }
      expect(await run('systemctl show -P MainPID containerd')).not.toBe(pid);
      expect(await run('crun exec containerd ctr version')).toContain('Server:');
    },
    'one way into each container: what runs there, a command in it': async ({ run }) => {
      expect(await run('catamaran-agent ps')).toMatch(/^containerd +\d+ +\S*containerd/m);
      expect(await run('catamaran-agent shell containerd ctr version')).toContain('Server:');
    },
  },
  showsAfterUpdates: {
    'a reset leaves what is named, and the machine stays who it is': async ({ run, reboot, twin }) => {
      const { slot, version } = await twin.status();
      const id = await run('cat /etc/machine-id');
      await run('mkdir -p /var/keep /var/lose && echo kept >/var/keep/note && echo mine >/etc/mine');
      await run('catamaran-agent reset --yes --keep /var/keep /etc/mine');
      await reboot(slot);
      expect(await run('cat /var/keep/note /etc/mine')).toBe('kept\nmine');
      expect(await run('ls -d /var/lose 2>/dev/null || echo gone')).toBe('gone');
      expect(await run('cat /etc/machine-id')).toBe(id);
      expect(await twin.status()).toMatchObject({ slot, version, failed: [{ version: '4.0.0' }] });
    },
  },
};
