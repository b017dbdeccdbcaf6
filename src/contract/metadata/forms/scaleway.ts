// Scaleway: one document, and the user's data beside it.
import type { MetadataReader } from '../metadata.ts';
import { defined, hostnameOf, instanceIdOf, isObject, jsonIn, keysOf, listOf } from '../values.ts';

export const scaleway: MetadataReader = {
  read(documents, findings) {
    const meta = jsonIn(documents, 'meta-data', findings);
    return defined({
      userData: documents.get('user-data'),
      instanceId: instanceIdOf(meta?.id),
      hostname: hostnameOf(meta?.hostname, findings),
      sshKeys: keysOf(listOf(meta?.ssh_public_keys).map((key) => (isObject(key) ? key.key : undefined))),
    });
  },
};
