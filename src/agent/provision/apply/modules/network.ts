// network: kept for `catamaran-agent network up`, which the boot calls next. Where the network is up already, because
// user-data came by it, what is new is set up at once.
import { userNetworkPath, writeNetwork } from '../../../../contract/network/document.ts';
import { runOrThrow } from '../../../host/host.ts';
import { readLinks } from '../../../network/links.ts';
import { planNetwork } from '../../../network/plan.ts';
import { hasNetworkComponent, isNetworkUp } from '../../../network/state.ts';
import type { Module } from '../module.ts';
import { changeFile, removeIfThere } from '../write.ts';

export const network: Module = {
  name: 'network',
  summary: '`network`: by component:network, over what the image has',
  pass: 'local',
  when: 'boot',
  apply({ host, config: { network: wanted }, report }) {
    if (!wanted) {
      removeIfThere(host, userNetworkPath);
      return;
    }
    if (!hasNetworkComponent(host)) {
      report.failed(
        'the network: the image has no component:network; add it to init, in place of component:dhcp',
      );
      return;
    }
    const names = wanted.interfaces.map(({ name }) => name).join(', ') || 'none of its interfaces';
    report.attempt(`the network of ${names}`, () => {
      const changed = changeFile(host, userNetworkPath, writeNetwork(wanted), { mode: 0o600 });
      if (changed && isNetworkUp(host)) runOrThrow(host, ['catamaran-agent', 'network', 'up']);
      return changed;
    });
    // `network up` says it on the console alone.
    for (const problem of planNetwork([wanted], readLinks(host)).problems) {
      const isOptional = wanted.interfaces.some(
        (each) => each.optional && problem.startsWith(`${each.name}: `),
      );
      if (isOptional) report.ignored(problem);
      else report.failed(problem);
    }
  },
};
