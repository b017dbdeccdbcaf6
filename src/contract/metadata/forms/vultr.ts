// Vultr: one document, and the user's data beside it.
import type { MetadataReader } from '../metadata.ts';
import { defined, hostnameOf, instanceIdOf, jsonIn, keysOf, listOf } from '../values.ts';

export const vultr: MetadataReader = {
  read(documents, findings) {
    const meta = jsonIn(documents, 'meta-data', findings);
    const keys = meta?.['public-keys'];
    return defined({
      userData: documents.get('user-data'),
      instanceId: instanceIdOf(meta?.['instance-v2-id'] ?? meta?.instanceid),
      hostname: hostnameOf(meta?.hostname, findings),
      sshKeys: keysOf(Array.isArray(keys) ? listOf(keys) : [keys]),
    });
  },
};
