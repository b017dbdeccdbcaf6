// Services of one or two documents.
import { base64Of, type Deliver, json, serve, textOf } from '../delivery.ts';

export const oracle: Deliver = ({ id, hostname, userData, sshKeys }) =>
  serve(
    {
      '/opc/v2/instance/': json({
        id,
        hostname,
        metadata: { ssh_authorized_keys: sshKeys.join('\n'), user_data: base64Of(userData) },
      }),
    },
    { headers: { authorization: 'Bearer Oracle' } },
  );

export const digitalocean: Deliver = ({ id, hostname, userData, sshKeys }) =>
  serve({
    '/metadata/v1.json': json({
      droplet_id: id,
      hostname,
      public_keys: sshKeys,
      user_data: textOf(userData),
    }),
  });

export const hetzner: Deliver = ({ id, hostname, userData, sshKeys }) =>
  serve({
    '/hetzner/v1/userdata': userData,
    '/hetzner/v1/metadata': json({ 'instance-id': id, hostname, 'public-keys': sshKeys }),
  });

export const vultr: Deliver = ({ id, hostname, userData, sshKeys }) =>
  serve({
    '/user-data/user-data': userData,
    '/v1.json': json({ 'instance-v2-id': id, hostname, 'public-keys': sshKeys }),
  });

export const scaleway: Deliver = ({ id, hostname, userData, sshKeys }) =>
  serve(
    {
      '/user_data/cloud-init': userData,
      '/conf?format=json': json({ id, hostname, ssh_public_keys: sshKeys.map((key) => ({ key })) }),
    },
    { addresses: ['169.254.42.42'] },
  );

export const akamai: Deliver = ({ id, hostname, userData, sshKeys }) =>
  serve(
    {
      '/v1/user-data': base64Of(userData),
      '/v1/instance': json({ id, label: hostname }),
      '/v1/ssh-keys': json({ users: { root: sshKeys } }),
    },
    {
      session: { path: '/v1/token', asks: 'metadata-token-expiry-seconds', header: 'metadata-token' },
      headers: { accept: 'application/json' },
    },
  );
