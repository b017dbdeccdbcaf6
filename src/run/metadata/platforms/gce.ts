// Google Compute Engine.
import { type Deliver, json, serve, textOf } from '../delivery.ts';

export const gce: Deliver = ({ id, hostname, userData, sshKeys }) => {
  const root = '/computeMetadata/v1';
  const attributes = {
    ...(userData && { 'user-data': textOf(userData) }),
    'ssh-keys': sshKeys.map((key) => `somebody:${key}`).join('\n'),
  };
  return serve(
    {
      [`${root}/instance/id`]: id,
      [`${root}/instance/hostname`]: `${hostname}.c.project.internal`,
      [`${root}/instance/attributes/?recursive=true&alt=json`]: json(attributes),
      [`${root}/project/attributes/?recursive=true&alt=json`]: json({}),
    },
    { headers: { 'metadata-flavor': 'Google' } },
  );
};
