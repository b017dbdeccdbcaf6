// Firewalls, from nothing to all that there is, for their texts and for nft.
import { type Allowance, type Firewall, parsePorts } from '../../../src/contract/firewall.ts';

const allowed = (ports: string, where: Omit<Allowance, 'ports'> = {}): Allowance => ({
  ports: parsePorts(ports)!,
  ...where,
});

export const firewalls: Readonly<Record<string, Firewall>> = {
  nothing: { allow: [], ping: false },
  ssh: { allow: [allowed('22/tcp')], ping: true },
  everything: {
    allow: [
      allowed('1-65535/udp'),
      allowed('30000-32767/tcp', { interface: 'eth1' }),
      allowed('53/udp', { interface: 'podman*' }),
      allowed('9100/tcp', { from: '10.1.2.3/8' }),
      allowed('9100/tcp', { from: '0.0.0.0/0', interface: 'br-0123456789ab' }),
      allowed('443/tcp', { from: '2001:0db8::01/64' }),
      allowed('443/tcp', { from: '::ffff:192.0.2.7' }),
      allowed('443/tcp', { from: '::/0' }),
    ],
    ping: true,
  },
};
