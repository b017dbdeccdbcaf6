// Azure: instance metadata, and the wire server, which is told that the machine is ready.
import {
  base64Of,
  type Deliver,
  type GuestAnswer,
  type GuestRequest,
  json,
  linkLocal,
  serve,
} from '../delivery.ts';

const wireServer = '168.63.129.16';
const goalState = `<?xml version="1.0" encoding="utf-8"?>
<GoalState><Version>2012-11-30</Version><Incarnation>1</Incarnation><Machine><ExpectedState>Started</ExpectedState></Machine>
<Container><ContainerId>11111111-2222-3333-4444-555555555555</ContainerId><RoleInstanceList><RoleInstance>
<InstanceId>66666666-7777-8888-9999-000000000000._machine</InstanceId><State>Started</State>
</RoleInstance></RoleInstanceList></Container></GoalState>`;

export const azure: Deliver = ({ hostname, userData, sshKeys, id }) => {
  const compute = {
    vmId: id,
    osProfile: { computerName: hostname, adminUsername: 'azureuser' },
    publicKeys: sshKeys.map((keyData) => ({ keyData, path: '/home/azureuser/.ssh/authorized_keys' })),
    userData: base64Of(userData) ?? '',
  };
  const documents = { '/metadata/instance?api-version=2021-02-01&format=json': json({ compute }) };
  const { service } = serve(documents, { headers: { metadata: 'true' } });
  return {
    service: {
      addresses: [linkLocal, wireServer],
      answer: (request) =>
        request.path.startsWith('/machine') ? answerWire(request) : service!.answer(request),
    },
  };
};

function answerWire({ method, path, headers, body }: GuestRequest): GuestAnswer {
  if (headers['x-ms-version'] === undefined) return { status: 400 };
  if (method === 'GET' && path.endsWith('comp=goalstate'))
    return { status: 200, body: goalState, type: 'text/xml' };
  if (method === 'POST' && path.endsWith('comp=health') && body.includes('<State>Ready</State>'))
    return { status: 200 };
  return { status: 400 };
}
