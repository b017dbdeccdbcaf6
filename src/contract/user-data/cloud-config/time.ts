// ntp: by whom the machine is told the time.
import { list, mapping } from '../../document/shape/collections.ts';
import { host } from '../../document/shape/forms.ts';
import { text, truth } from '../../document/shape/scalars.ts';
import { about, meaningless, orEmpty } from '../../document/shape/shape.ts';
import { section } from './section.ts';

const servers = orEmpty(list(text(host)), []);

export const time = section({
  fields: {
    ntp: about(
      'Time servers.',
      orEmpty(
        mapping({
          enabled: about('Whether the clock is set by the network. Default: true.', truth),
          servers: about('Servers.', servers),
          pools: about('Names that stand for many servers.', servers),
          peers: meaningless('the image has a client, no server'),
          allow: meaningless('the image has a client, no server'),
          ntp_client: meaningless('the image has one client'),
          config: meaningless('the image has one client'),
        }),
        { at: { part: '', line: 0, pointer: '' } },
      ),
    ),
  },
  apply({ ntp, at }, draft) {
    if (!ntp) return;
    const { enabled = true, servers = [], pools = [] } = ntp;
    draft.set('ntp', { enabled, servers: [...new Set([...servers, ...pools])] }, at);
  },
});
