// DNS (RFC 1035) that answers every question with what a day says.
import { type Datagram, datagramFrame, ipv4, readDatagram } from './datagram.ts';

export interface DnsAnswer {
  /** Of every name. */
  readonly address: string;
  /** Of every address: labels, which may hold any byte. */
  readonly name: readonly string[];
}

export function readDns(frame: Buffer): Datagram | undefined {
  const datagram = readDatagram(frame);
  return datagram?.toPort === 53 && datagram.payload.length > 12 ? datagram : undefined;
}

export function dnsFrame(query: Datagram, { address, name }: DnsAnswer): Buffer {
  const { payload } = query;
  let end = 12;
  while (end < payload.length && payload[end] !== 0) end += 1 + payload[end]!;
  const question = payload.subarray(12, end + 5);
  const type = question.readUInt16BE(question.length - 4);
  const labels = name.flatMap((label) => [Buffer.from([label.length]), Buffer.from(label, 'latin1')]);
  const data =
    type === 1 ? ipv4(address) : type === 12 ? Buffer.concat([...labels, Buffer.from([0])]) : undefined;
  const header = Buffer.from([payload[0]!, payload[1]!, 0x85, 0x80, 0, 1, 0, data ? 1 : 0, 0, 0, 0, 0]);
  const record = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, data?.length ?? 0]);
  return datagramFrame({
    toCard: query.fromCard,
    from: query.to,
    to: query.from,
    fromPort: 53,
    toPort: query.fromPort,
    payload: Buffer.concat([header, question, ...(data ? [record, data] : [])]),
  });
}
