// The wire between a machine's card and QEMU's network: this process passes on each Ethernet frame, and answers DHCP and DNS in
// the network's place, as well or as badly as a day has it. On both sides a stream of frames, each behind its length.
import { createServer, type Socket } from 'node:net';
import { type DhcpAnswer, type DhcpRequest, dhcpFrame, readDhcp } from './dhcp.ts';
import { type DnsAnswer, dnsFrame, readDns } from './dns.ts';

export interface Wire {
  /** For QEMU, in the place of its own network; port 22 is forwarded. */
  readonly arguments: readonly string[];
  /** What DHCP answers from now on. */
  dhcp: (request: DhcpRequest) => DhcpAnswer | undefined;
  /** Undefined: the network's own server answers. */
  dns: DnsAnswer | undefined;
  /** What has been asked of DHCP so far. */
  readonly asked: DhcpRequest[];
  close(): void;
}

export const lease = { address: '10.0.2.15', router: '10.0.2.2', dns: '10.0.2.3', seconds: 86_400 };
/** As a server should: nobody keeps an address that it does not give (RFC 2131, 4.3.2). */
export const honest: Wire['dhcp'] = ({ kind, address }) => {
  if (kind === 'discover') return { kind: 'offer', lease };
  if (kind !== 'request') return undefined;
  return { kind: address === undefined || address === lease.address ? 'ack' : 'nak', lease };
};

export async function openWire(): Promise<Wire> {
  const sides: Record<'card' | 'network', Socket | undefined> = { card: undefined, network: undefined };
  const sockets: Socket[] = [];
  const send = (side: keyof typeof sides, frame: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(frame.length);
    sides[side]?.write(Buffer.concat([length, frame]));
  };
  const fromCard = (frame: Buffer) => {
    const request = readDhcp(frame);
    const query = wire.dns && readDns(frame);
    if (request) {
      wire.asked.push(request);
      const answer = wire.dhcp(request);
      if (answer) send('card', dhcpFrame(request, answer));
    } else if (query) send('card', dnsFrame(query, wire.dns!));
    else send('network', frame);
  };
  const listen = async (side: keyof typeof sides, take: (frame: Buffer) => void) => {
    const server = createServer((socket) => {
      sides[side] = socket;
      sockets.push(socket.setNoDelay());
      let rest = Buffer.alloc(0);
      socket
        .on('error', () => {})
        .on('data', (chunk) => {
          rest = Buffer.concat([rest, chunk]);
          while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE()) {
            const end = 4 + rest.readUInt32BE();
            take(rest.subarray(4, end));
            rest = rest.subarray(end);
          }
        });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    server.unref();
    const { port } = server.address() as { port: number };
    return {
      server,
      netdev: `stream,id=${side}0,server=off,addr.type=inet,addr.host=127.0.0.1,addr.port=${port}`,
    };
  };
  const card = await listen('card', fromCard);
  const network = await listen('network', (frame) => send('card', frame));
  const wire: Wire = {
    arguments: [
      ...['-netdev', card.netdev, '-device', 'virtio-net-pci,netdev=card0,romfile='],
      ...['-netdev', network.netdev],
      ...['-netdev', 'user,id=user0,restrict=on,hostfwd=tcp:127.0.0.1:0-:22'],
      ...['-netdev', 'hubport,id=hub0,hubid=0,netdev=network0'],
      ...['-netdev', 'hubport,id=hub1,hubid=0,netdev=user0'],
    ],
    dhcp: honest,
    dns: undefined,
    asked: [],
    close() {
      for (const socket of sockets) socket.destroy();
      for (const { server } of [card, network]) server.close();
    },
  };
  return wire;
}
