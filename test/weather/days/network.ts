// DHCP and DNS on bad days. Where the address is lost meanwhile, the console answers, and the address comes back by itself.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Day } from '../day.ts';
import type { WeatherMachine } from '../machine.ts';
import { honest, lease } from '../wire.ts';

const seconds = 1000;
/** The client begins anew, whatever becomes of the connection that says so. */
const askAnew = ({ try: attempt }: WeatherMachine) =>
  attempt('(sleep 1; sv -w 30 restart /run/service/dhcp) >/dev/null 2>&1 &');
/** With this answer for so long, and the console meanwhile; then as it should be. */
async function during(
  machine: WeatherMachine,
  dhcp: WeatherMachine['wire']['dhcp'],
  time: number,
): Promise<void> {
  machine.wire.dhcp = dhcp;
  await askAnew(machine);
  await sleep(time);
  await machine.prompts();
  machine.wire.dhcp = honest;
}
const given = (answer: Partial<typeof lease>): WeatherMachine['wire']['dhcp'] => {
  const whole = { ...lease, ...answer };
  return ({ kind }) =>
    kind === 'discover'
      ? { kind: 'offer', lease: whole }
      : kind === 'request'
        ? { kind: 'ack', lease: whole }
        : undefined;
};
const mend = ({ wire }: WeatherMachine) => {
  wire.dhcp = honest;
  wire.dns = undefined;
  return Promise.resolve();
};

export const networkDays: readonly Day[] = [
  {
    name: 'DHCP says nothing',
    sample: true,
    async harm(machine) {
      machine.wire.dhcp = () => undefined;
      await askAnew(machine);
      await sleep(20 * seconds);
    },
    holds: ({ wire }) => Promise.resolve(expect(wire.asked.length).toBeGreaterThan(0)),
    mend,
  },
  {
    name: 'DHCP refuses whatever it has offered',
    async harm(machine) {
      const before = machine.wire.asked.length;
      const refusing: typeof honest = (request) =>
        request.kind === 'request' ? { kind: 'nak', lease } : honest(request);
      await during(machine, refusing, 45 * seconds);
      const asked = machine.wire.asked.length - before;
      expect(asked).toBeGreaterThan(2);
      expect(asked).toBeLessThan(100);
    },
    mend,
  },
  {
    name: 'DHCP gives leases of ten seconds',
    async harm(machine) {
      machine.wire.dhcp = given({ seconds: 10 });
      await askAnew(machine);
      await sleep(10 * seconds);
    },
    async holds({ run, wire }) {
      const before = wire.asked.length;
      // In one connection.
      expect(await run('sleep 30; echo still here')).toBe('still here');
      expect(wire.asked.length - before).toBeGreaterThan(2);
    },
    // Else the next day's server is asked before that day has begun.
    async mend(machine) {
      await mend(machine);
      await askAnew(machine);
      await sleep(15 * seconds);
    },
  },
  {
    name: 'DHCP gives the address of the machine’s own gateway',
    async harm(machine) {
      await during(machine, given({ address: lease.router, seconds: 40 }), 30 * seconds);
    },
    holds: async ({ run }) =>
      expect(await run('cat /var/log/dhcp/*')).toContain('was given 10.0.2.2, which is its own gateway'),
    mend,
  },
  {
    name: 'DHCP names the machine itself as its gateway',
    async harm(machine) {
      machine.wire.dhcp = given({ router: lease.address });
      await askAnew(machine);
      await sleep(15 * seconds);
    },
    holds: async ({ status }) =>
      expect((await status()).notices.join()).toContain('which is its own gateway'),
    mend,
  },
  {
    name: 'the DHCP server is gone for longer than a lease lasts',
    async harm(machine) {
      machine.wire.dhcp = given({ seconds: 20 });
      await askAnew(machine);
      await sleep(15 * seconds);
      machine.wire.dhcp = () => undefined;
      await sleep(90 * seconds);
      await machine.prompts();
      machine.wire.dhcp = honest;
    },
    mend,
  },
  {
    name: 'DNS lies',
    sample: true,
    harm({ wire, run }) {
      wire.dns = { address: lease.address, name: ['$(reboot)', '../etc', '\u001b[2J'] };
      // A boot's day has made a directory of it.
      const table =
        '[ -f /etc/resolv.conf ] || { rm -rf /etc/resolv.conf; ln -s /run/resolvconf/resolv.conf /etc; }';
      return run(`${table}; nslookup example.test; nslookup 10.0.2.2; true`);
    },
    holds: async ({ run }) => expect(await run('nslookup updates.example.test')).toContain(lease.address),
    mend,
  },
];
