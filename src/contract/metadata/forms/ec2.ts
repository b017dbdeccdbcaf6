// Amazon's documents, one for each fact, as EC2 and CloudStack have them.
import type { MetadataReader } from '../metadata.ts';
import { defined, hostnameOf, instanceIdOf, keysOf, textIn } from '../values.ts';

export const ec2: MetadataReader = {
  read: (documents, findings) =>
    defined({
      userData: documents.get('user-data'),
      instanceId: instanceIdOf(textIn(documents, 'instance-id')),
      hostname: hostnameOf(textIn(documents, 'hostname')?.split(/\s/, 1)[0], findings),
      sshKeys: keysOf([textIn(documents, 'keys'), textIn(documents, 'more-keys')]),
    }),
};
