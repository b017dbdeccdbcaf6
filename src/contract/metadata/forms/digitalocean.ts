// DigitalOcean: one document.
import type { MetadataReader } from '../metadata.ts';
import { defined, hostnameOf, instanceIdOf, jsonIn, keysOf, listOf, textBytes } from '../values.ts';

export const digitalocean: MetadataReader = {
  read(documents, findings) {
    const meta = jsonIn(documents, 'meta-data', findings);
    return defined({
      userData: textBytes(meta?.user_data),
      vendorData: textBytes(meta?.vendor_data),
      instanceId: instanceIdOf(meta?.droplet_id),
      hostname: hostnameOf(meta?.hostname, findings),
      sshKeys: keysOf(listOf(meta?.public_keys)),
    });
  },
};
