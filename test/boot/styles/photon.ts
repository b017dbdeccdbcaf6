// Photon: for vSphere. QEMU has none of VMware's guestinfo, so what answers for it here reads the firmware's configuration.
import { expect } from 'vitest';
import { platforms } from '../../../src/platform/table.ts';
import { guestinfo, rpctool } from '../../support/guestinfo.ts';
import { fromOutside, openOutside } from '../../support/outside.ts';
import { nothingFailed, type Style } from './style.ts';

const image = 'docker.io/library/busybox:1';

export const photon: Style = {
  name: 'photon-style',
  firmware: 'bios',
  channels: ['stable'],
  start: async ({ directory, firmware, key }) => {
    const userData = [
      '#cloud-config',
      'hostname: lens',
      `ssh_authorized_keys: ['${key.publicKey.trim()}']`,
      `users: [{name: admin, ssh_authorized_keys: ['${key.publicKey.trim()}']}]`,
      '',
    ].join('\n');
    return {
      smbios: platforms.vsphere.smbios,
      nic: 'vmxnet3',
      // QEMU's UEFI has no driver for pvscsi.
      bus: firmware === 'bios' ? 'pvscsi' : 'nvme',
      firmwareFiles: await guestinfo(directory, { userdata: userData }),
    };
  },
  spec: () => rpctool,
  shows: {
    ...nothingFailed,
    'guestinfo is found, and applied: name and keys': async ({ run }) => {
      expect(await run('hostname')).toBe('lens');
      expect(await run('catamaran-agent provision --show')).toContain('guestinfo');
      expect(await run('catamaran-agent status')).toContain('platform   vsphere');
    },
    'an administrator comes in by key, root does not, whatever key it has': async ({ run, ssh }) => {
      expect((await ssh('admin', 'id -un; sh -lc umask')).stdout).toBe('admin\n0027\n');
      expect(await run('cat /etc/ssh/authorized_keys.d/root.provisioned')).toContain('ssh-ed25519');
      await expect(ssh('root', 'true', 60_000)).rejects.toThrow(/Permission denied/);
    },
    'the firewall takes SSH, and drops what nobody asked for': async ({ run, twin }) => {
      expect(await run('nft list chain inet filter input')).toContain('policy drop');
      for (const command of openOutside) await run(command);
      await run('nc -ll -p 7000 -e echo there >/dev/null 2>&1 </dev/null & sleep 2');
      expect(await run('echo | nc -w 9 127.0.0.1 7000')).toBe('there');
      expect(await run(fromOutside('echo | nc -w 9 10.78.0.1 22'))).toContain('SSH-2.0');
      expect((await twin.try(fromOutside('echo | nc -w 9 10.78.0.1 7000'))).status).not.toBe(0);
    },
    'VMware’s daemon is kept up on what says that it is VMware’s': async ({ run, twin }) => {
      expect(await run('systemctl show -P ActiveState catamaran@open-vm-tools')).not.toBe('inactive');
      expect((await twin.try('vmware-toolbox-cmd -v')).output).toContain(
        'must be run inside a virtual machine',
      );
    },
    'Podman runs a container': async ({ run }) => {
      await run('podman load -i /usr/share/images/busybox.tar');
      expect(await run(`podman run --rm ${image} echo by podman`)).toBe('by podman');
    },
  },
};
