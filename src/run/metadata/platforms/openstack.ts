// OpenStack: a config drive, or the metadata service with the same documents.
import { type Deliver, type Instance, json, type ServedDocuments, serve } from '../delivery.ts';
import { isoVolume } from '../volumes.ts';

function documentsOf({ id, hostname, userData, sshKeys }: Instance): ServedDocuments {
  return {
    'openstack/latest/meta_data.json': json({
      uuid: id,
      hostname: `${hostname}.novalocal`,
      name: hostname,
      public_keys: Object.fromEntries(sshKeys.map((key, index) => [`key-${index}`, key])),
      launch_index: 0,
    }),
    'openstack/latest/user_data': userData,
    'openstack/latest/vendor_data.json': json({}),
  };
}

export const configDrive: Deliver = (instance) => ({
  volume: { as: 'cd', image: isoVolume('config-2', documentsOf(instance)) },
});

export const openstackService: Deliver = (instance) => {
  const documents = documentsOf(instance);
  return serve(Object.fromEntries(Object.entries(documents).map(([path, body]) => [`/${path}`, body])));
};
