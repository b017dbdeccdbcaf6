// A volume `cidata`, as Proxmox and libvirt make it.
import { type Deliver, json } from '../delivery.ts';
import { fatVolume } from '../volumes.ts';

export const nocloud: Deliver = ({ id, hostname, userData, sshKeys }) => ({
  volume: {
    as: 'disk',
    image: fatVolume('CIDATA', {
      'user-data': userData ?? '#cloud-config\n',
      'meta-data': json({ 'instance-id': id, 'local-hostname': hostname, 'public-keys': sshKeys }),
    }),
  },
});
