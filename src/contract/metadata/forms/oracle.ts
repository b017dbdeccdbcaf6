// Oracle: one document.
import type { MetadataReader } from '../metadata.ts';
import { defined, hostnameOf, instanceIdOf, jsonIn, keysOf, objectIn, unpackedOf } from '../values.ts';

export const oracle: MetadataReader = {
  read(documents, findings) {
    const meta = jsonIn(documents, 'meta-data', findings);
    const given = objectIn(meta, 'metadata');
    return defined({
      userData: unpackedOf(given.user_data),
      instanceId: instanceIdOf(meta?.id),
      hostname: hostnameOf(meta?.hostname ?? meta?.displayName, findings),
      sshKeys: keysOf([given.ssh_authorized_keys]),
    });
  },
};
