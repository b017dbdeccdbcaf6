// OpenStack (nova, doc/source/user/metadata.rst): the same documents on the config drive and by the service.
import { encodeUtf8 } from '../../../base/utf8.ts';
import { readNetworkData } from '../../network/openstack.ts';
import type { MetadataReader } from '../metadata.ts';
import {
  defined,
  hostnameOf,
  instanceIdOf,
  isObject,
  jsonIn,
  keysOf,
  listOf,
  objectIn,
  textBytes,
  textIn,
} from '../values.ts';

export const openstack: MetadataReader = {
  read(documents, findings) {
    const meta = jsonIn(documents, 'meta-data', findings);
    const keys = listOf(meta?.keys).flatMap((key) => (isObject(key) && key.type === 'ssh' ? [key.data] : []));
    const network = textIn(documents, 'network');
    const vendor = jsonIn(documents, 'vendor-data', findings)?.['cloud-init'];
    const read = network?.trim() ? readNetworkData(network, 'network', findings) : undefined;
    return defined({
      userData: documents.get('user-data'),
      vendorData: Array.isArray(vendor) ? encodeUtf8(vendor.join('\n')) : textBytes(vendor),
      instanceId: instanceIdOf(meta?.uuid),
      hostname: hostnameOf(meta?.hostname ?? meta?.name, findings),
      sshKeys: keysOf([...Object.values(objectIn(meta, 'public_keys')), ...keys]),
      network: read && read.interfaces.length > 0 ? read : undefined,
    });
  },
};
