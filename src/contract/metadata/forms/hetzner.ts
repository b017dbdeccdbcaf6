// Hetzner: a mapping of YAML. Its network is that of DHCP, but for IPv6, which is said here alone.
import { readNetwork } from '../../network/read.ts';
import type { MetadataReader } from '../metadata.ts';
import { defined, hostnameOf, instanceIdOf, keysOf, listOf, yamlIn } from '../values.ts';

export const hetzner: MetadataReader = {
  read(documents, findings) {
    const meta = yamlIn(documents, 'meta-data', findings);
    const network = meta?.node('network-config');
    return defined({
      userData: documents.get('user-data'),
      instanceId: instanceIdOf(meta?.value('instance-id')),
      hostname: hostnameOf(meta?.value('hostname'), findings),
      sshKeys: keysOf(listOf(meta?.value('public-keys'))),
      network: network && readNetwork(network, findings),
    });
  },
};
