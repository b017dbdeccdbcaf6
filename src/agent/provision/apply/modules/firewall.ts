// catamaran.firewall: rules in place of the image's, before the machine has a network.
import { ownFirewallPath, writeFirewall } from '../../../../contract/firewall.ts';
import { hasDaemon } from '../../../host/daemons.ts';
import { AgentError } from '../../../host/host.ts';
import type { Module } from '../module.ts';
import { changeFile, removeIfThere } from '../write.ts';

const path = `/${ownFirewallPath}`;

export const firewall: Module = {
  name: 'firewall',
  summary:
    '`catamaran.firewall`: what is let in, in place of what the image says, in `/etc/catamaran/nftables.conf` for component:nftables',
  pass: 'local',
  when: 'instance',
  inEtc: true,
  apply({ host, config: { firewall }, report }) {
    if (!firewall) {
      removeIfThere(host, path);
      return;
    }
    report.attempt('the firewall', () => {
      if (!hasDaemon(host, 'nftables'))
        throw new AgentError('the image has no firewall: everything comes in', {
          code: 'program-missing',
          hint: 'Add component:nftables to init.',
        });
      const isNew = changeFile(host, path, writeFirewall(firewall), { mode: 0o644 });
      const { status, output } = host.run(['nft', '-f', path]);
      if (status !== 0) throw new AgentError(`nft: ${output.trim()}`, { code: 'program-failed' });
      return isNew;
    });
  },
};
