// Azure's instance metadata. The machine's id is that of its firmware, which the DVD does not say and this writes otherwise.
import type { MetadataReader } from '../metadata.ts';
import { defined, hostnameOf, isObject, jsonIn, keysOf, listOf, objectIn, unpackedOf } from '../values.ts';

export const azureImds: MetadataReader = {
  read(documents, findings) {
    const compute = objectIn(jsonIn(documents, 'meta-data', findings), 'compute');
    const keys = listOf(compute.publicKeys).map((key) => (isObject(key) ? key.keyData : undefined));
    return defined({
      userData: unpackedOf(compute.userData) ?? unpackedOf(compute.customData),
      hostname: hostnameOf(objectIn(compute, 'osProfile').computerName || compute.name, findings),
      // Keys come with line breaks in them.
      sshKeys: keysOf(keys.map((key) => (typeof key === 'string' ? key.replace(/[\r\n]+/g, '') : key))),
    });
  },
};
