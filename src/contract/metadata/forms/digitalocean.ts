// DigitalOcean: one document.
import type { Form } from '../metadata.ts';
import { bytesOf, defined, hostnameOf, instanceIdOf, jsonIn, keysOf, listOf } from '../values.ts';

export const digitalocean: Form = {
  read(documents, findings) {
    const meta = jsonIn(documents, 'meta-data', findings);
    return defined({
      userData: bytesOf(meta?.user_data),
      vendorData: bytesOf(meta?.vendor_data),
      instanceId: instanceIdOf(meta?.droplet_id),
      hostname: hostnameOf(meta?.hostname, findings),
      sshKeys: keysOf(listOf(meta?.public_keys)),
    });
  },
};
