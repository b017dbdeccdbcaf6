// DHCP (RFC 2131) in Ethernet frames, as far as a server of bad days needs it.
import { type Datagram, datagramFrame, ipv4, readDatagram } from './datagram.ts';

export interface DhcpRequest {
  readonly kind: 'discover' | 'request' | 'decline' | 'release' | 'inform';
  /** That it wants, or has and wants to keep. */
  readonly address: string | undefined;
  readonly datagram: Datagram;
}

export interface DhcpAnswer {
  readonly kind: 'offer' | 'ack' | 'nak';
  readonly lease: {
    readonly address: string;
    readonly router: string;
    readonly dns: string;
    readonly seconds: number;
  };
}

/** Of option 53; the places between are a server's. */
const kinds: Readonly<Record<number, DhcpRequest['kind']>> = {
  1: 'discover',
  3: 'request',
  4: 'decline',
  7: 'release',
  8: 'inform',
};
const answers = { offer: 2, ack: 5, nak: 6 } as const;
const magic = Buffer.from([99, 130, 83, 99]);
const server = '10.0.2.2';

export function readDhcp(frame: Buffer): DhcpRequest | undefined {
  const datagram = readDatagram(frame);
  if (datagram?.toPort !== 67) return undefined;
  const options = datagram.payload.subarray(240);
  const found = new Map<number, Buffer>();
  for (let at = 0; at + 2 < options.length && options[at] !== 255; ) {
    if (options[at] !== 0) found.set(options[at]!, options.subarray(at + 2, at + 2 + options[at + 1]!));
    at += options[at] === 0 ? 1 : 2 + options[at + 1]!;
  }
  const kind = kinds[found.get(53)?.[0] ?? 0];
  const wanted = found.get(50) ?? datagram.payload.subarray(12, 16);
  return kind && { kind, datagram, address: wanted.some((byte) => byte > 0) ? wanted.join('.') : undefined };
}

export function dhcpFrame({ datagram }: DhcpRequest, { kind, lease }: DhcpAnswer): Buffer {
  const message = Buffer.alloc(240);
  datagram.payload.copy(message, 0, 0, 44);
  message[0] = 2;
  if (kind !== 'nak') ipv4(lease.address).copy(message, 16);
  ipv4(server).copy(message, 20);
  magic.copy(message, 236);
  const seconds = Buffer.alloc(4);
  seconds.writeUInt32BE(lease.seconds);
  const option = (code: number, value: Buffer) => [Buffer.from([code, value.length]), value];
  const given =
    kind === 'nak'
      ? []
      : [
          ...option(51, seconds),
          ...option(1, ipv4('255.255.255.0')),
          ...option(3, ipv4(lease.router)),
          ...option(6, ipv4(lease.dns)),
        ];
  const payload = Buffer.concat([
    message,
    ...option(53, Buffer.from([answers[kind]])),
    ...option(54, ipv4(server)),
    ...given,
    Buffer.from([255]),
  ]);
  // Who has an address already is answered there (4.1).
  const known = datagram.payload.subarray(12, 16);
  const isKnown = kind !== 'nak' && known.some((byte) => byte !== 0);
  return datagramFrame({
    toCard: datagram.fromCard,
    from: server,
    to: isKnown ? known.join('.') : '255.255.255.255',
    fromPort: 67,
    toPort: 68,
    payload,
  });
}
