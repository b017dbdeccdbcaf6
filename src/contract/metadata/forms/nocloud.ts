// cloud-init's NoCloud: a volume `cidata` as Proxmox, libvirt and many others make it, or a web server.

import { readYaml } from '../../document/yaml.ts';
import { readNetwork } from '../../network/read.ts';
import type { MetadataReader } from '../metadata.ts';
import { defined, hostnameOf, instanceIdOf, isObject, keysOf, placeOf, textIn, yamlIn } from '../values.ts';

export const nocloud: MetadataReader = {
  read(documents, findings) {
    const meta = yamlIn(documents, 'meta-data', findings);
    const keys = meta?.value('public-keys') ?? meta?.value('public_keys');
    const text = textIn(documents, 'network');
    const network = text?.trim() ? readYaml(text, placeOf('network'), findings) : undefined;
    return defined({
      userData: documents.get('user-data'),
      vendorData: documents.get('vendor-data'),
      instanceId: instanceIdOf(meta?.value('instance-id')),
      hostname: hostnameOf(meta?.value('local-hostname') ?? meta?.value('hostname'), findings),
      sshKeys: keysOf(Array.isArray(keys) ? keys : isObject(keys) ? Object.values(keys).flat() : [keys]),
      network: network && readNetwork(network, findings),
    });
  },
};
