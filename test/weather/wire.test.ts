// The wire of the bad days: what goes through it, and what is answered in the network's place.
import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { datagramFrame, readDatagram } from './datagram.ts';
import { honest, lease, openWire, type Wire } from './wire.ts';

let wire: Wire | undefined;
afterEach(() => wire?.close());

const card = Buffer.from([2, 0, 0, 0, 0, 1]);
const udp = (toPort: number, payload: Buffer) => {
  const frame = datagramFrame({
    toCard: card,
    from: '10.0.2.15',
    to: '10.0.2.3',
    fromPort: 1000,
    toPort,
    payload,
  });
  card.copy(frame, 6);
  return frame;
};
const discover = Buffer.concat([Buffer.alloc(236), Buffer.from([99, 130, 83, 99, 0, 53, 1, 1, 255])]);
const question = Buffer.from(
  '\x00\x07\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x04test\x00\x00\x01\x00\x01',
  'latin1',
);

/** Both of QEMU's ends, and the next frame that comes out of one. */
async function plugIn() {
  wire = await openWire();
  const ends = wire.arguments.flatMap((word) => /addr\.port=(\d+)/.exec(word)?.[1] ?? []);
  return ends.map((port) => {
    const socket = connect(Number(port), '127.0.0.1');
    return {
      send(frame: Buffer) {
        const length = Buffer.alloc(4);
        length.writeUInt32BE(frame.length);
        // In pieces, as it may come.
        socket.write(length.subarray(0, 3));
        socket.write(Buffer.concat([length.subarray(3), frame]));
      },
      next: () =>
        new Promise<Buffer>((resolve) => socket.once('data', (chunk) => resolve(chunk.subarray(4)))),
      ready: new Promise((resolve) => socket.once('connect', resolve)),
    };
  });
}

test('a frame goes through as it is; DHCP and DNS are answered as a day has it', async () => {
  const [machine, network] = await plugIn();
  await Promise.all([machine!.ready, network!.ready]);
  const frame = udp(80, Buffer.from('hello'));
  const passed = network!.next();
  machine!.send(frame);
  expect(await passed).toEqual(frame);

  const offered = machine!.next();
  machine!.send(udp(67, discover));
  const offer = readDatagram(await offered)!;
  expect([offer.toPort, offer.to, offer.payload.subarray(16, 20).join('.')]).toEqual([
    68,
    '255.255.255.255',
    lease.address,
  ]);
  expect(wire!.asked.map(({ kind }) => kind)).toEqual(['discover']);
  expect(honest(wire!.asked[0]!)).toEqual({ kind: 'offer', lease });

  wire!.dns = { address: '192.0.2.7', name: ['x'] };
  const answered = machine!.next();
  machine!.send(udp(53, question));
  const answer = readDatagram(await answered)!;
  expect([answer.from, answer.toPort, answer.payload.subarray(-4).join('.')]).toEqual([
    '10.0.2.3',
    1000,
    '192.0.2.7',
  ]);
});
