// EC2, which wants a session (IMDSv2), and those that have its paths without one.
import { type Deliver, type Instance, type ServedDocuments, serve } from '../delivery.ts';

const documentsOf = ({ id, hostname, userData, sshKeys }: Instance): ServedDocuments => ({
  '/latest/user-data': userData,
  '/latest/meta-data/instance-id': id,
  '/latest/meta-data/local-hostname': hostname,
  '/latest/meta-data/public-keys/0/openssh-key': sshKeys[0],
});

export const ec2: Deliver = (instance) =>
  serve(documentsOf(instance), {
    session: {
      path: '/latest/api/token',
      asks: 'x-aws-ec2-metadata-token-ttl-seconds',
      header: 'x-aws-ec2-metadata-token',
    },
  });

export const cloudstack: Deliver = (instance) => serve(documentsOf(instance));
