// UDP over IPv4 over Ethernet: what of a frame DHCP and DNS need.

export interface Datagram {
  /** The Ethernet address of who has sent it. */
  readonly fromCard: Buffer;
  readonly from: string;
  readonly to: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly payload: Buffer;
}

export const ipv4 = (text: string): Buffer => Buffer.from(text.split('.').map(Number));

/** Undefined for any other frame, and for fragments. */
export function readDatagram(frame: Buffer): Datagram | undefined {
  if (frame.length < 42 || frame.readUInt16BE(12) !== 0x0800 || frame[23] !== 17) return undefined;
  const ip = frame.subarray(14);
  const header = (ip[0]! & 15) * 4;
  if ((ip.readUInt16BE(6) & 0x3fff) !== 0 || ip.length < header + 8) return undefined;
  const udp = ip.subarray(header);
  return {
    fromCard: frame.subarray(6, 12),
    from: ip.subarray(12, 16).join('.'),
    to: ip.subarray(16, 20).join('.'),
    fromPort: udp.readUInt16BE(0),
    toPort: udp.readUInt16BE(2),
    payload: udp.subarray(8, udp.readUInt16BE(4)),
  };
}

interface Sent extends Omit<Datagram, 'fromCard'> {
  readonly toCard: Buffer;
}

export function datagramFrame({ toCard, from, to, fromPort, toPort, payload }: Sent): Buffer {
  const udp = Buffer.alloc(8);
  udp.writeUInt16BE(fromPort, 0);
  udp.writeUInt16BE(toPort, 2);
  udp.writeUInt16BE(8 + payload.length, 4);
  const ip = Buffer.from([0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, ...ipv4(from), ...ipv4(to)]);
  ip.writeUInt16BE(28 + payload.length, 2);
  ip.writeUInt16BE(checksum(ip), 10);
  // QEMU's own router has this address.
  const ethernet = Buffer.concat([toCard, Buffer.from([0x52, 0x55, 10, 0, 2, 2, 8, 0])]);
  return Buffer.concat([ethernet, ip, udp, payload]);
}

function checksum(header: Buffer): number {
  let sum = 0;
  for (let at = 0; at < header.length; at += 2) sum += header.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
