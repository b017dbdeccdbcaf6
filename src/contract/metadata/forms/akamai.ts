// Akamai: user-data in base 64, the instance, and keys by user.
import { decodeUtf8 } from '../../../base/utf8.ts';
import type { MetadataReader } from '../metadata.ts';
import {
  defined,
  hostnameOf,
  instanceIdOf,
  jsonIn,
  keysOf,
  listOf,
  objectIn,
  unpackedOf,
} from '../values.ts';

export const akamai: MetadataReader = {
  read(documents, findings) {
    const meta = jsonIn(documents, 'meta-data', findings);
    const users = objectIn(jsonIn(documents, 'keys', findings), 'users');
    const bytes = documents.get('user-data');
    return defined({
      userData: bytes && (unpackedOf(decodeUtf8(bytes)) ?? bytes),
      instanceId: instanceIdOf(meta?.id),
      hostname: hostnameOf(meta?.label, findings),
      sshKeys: keysOf(Object.values(users).flatMap(listOf)),
    });
  },
};
