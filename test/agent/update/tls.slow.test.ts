// Updates over HTTPS, with a real server and certificates of a test's own authority, which are good until 2120
// (fixtures/; one has expired, one is another server's): row 9 of the fault table (docs/design/update-faults.md).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { publishPlan } from '../../tuf/support/forge.ts';
import { expectInstalled, expectUntouched } from './support/expect.ts';
import { type ForgedWorld, one, openForgedWorld, planOf, two } from './support/forged-world.ts';
import { startServer } from './support/server.ts';

const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');
const identity = (cert: string) => ({ key: fixture('server.key'), cert: fixture(cert) });
const caPath = '/etc/catamaran/ca.pem';

async function openTlsWorld(cert: string): Promise<ForgedWorld> {
  const files = publishPlan(planOf([{ release: one }, { release: two }]));
  const world = await openForgedWorld(files, { tls: identity(cert) });
  world.machine.host.writeFile(caPath, fixture('ca.pem'));
  return world;
}

async function expectRefused({ machine }: ForgedWorld, reason: RegExp): Promise<void> {
  const { status, said } = machine.agent('update');
  expect({ status, said }).toEqual({ status: 4, said: expect.stringMatching(reason) });
  await expectUntouched(machine, one);
  expect(machine.state().gen).toBe(1);
  expect(machine.host.listDirectory('/var/lib/catamaran/tuf') ?? []).toEqual([]);
}

test('an authority of one’s own is trusted where the settings name it', async () => {
  const world = await openTlsWorld('server.pem');
  await world.machine.setting(`ca: ${caPath}`);
  expect(world.machine.agent('update')).toMatchObject({ status: 0 });
  await expectInstalled(world.machine, 'B', two);
});

test('row 9: an authority that nobody named', async () => {
  await expectRefused(await openTlsWorld('server.pem'), /curl: \(60\)/);
});

test('row 9: a certificate that has expired', async () => {
  const world = await openTlsWorld('expired.pem');
  await world.machine.setting(`ca: ${caPath}`);
  await expectRefused(world, /curl: \(60\).*expired/);
});

test('row 9: a certificate of another server', async () => {
  const world = await openTlsWorld('other.pem');
  await world.machine.setting(`ca: ${caPath}`);
  await expectRefused(world, /curl: \(60\)/);
});

test('row 9: a server that does not speak TLS', async () => {
  const world = await openForgedWorld(publishPlan(planOf([{ release: one }, { release: two }])));
  await world.machine.setting(`url: ${world.server.url.replace('http:', 'https:')}`);
  await expectRefused(world, /curl: \(35\)/);
});

test('row 9: no redirect leads from HTTPS to HTTP', async () => {
  const world = await openTlsWorld('server.pem');
  const plain = await startServer(world.directory);
  await world.machine.setting(`ca: ${caPath}`);
  await world.server.setRules([
    { path: 'timestamp', fault: { kind: 'redirect', to: `${plain.url}/metadata/timestamp.json` } },
  ]);
  const { status, said } = world.machine.agent('update');
  expect({ status, said }).toEqual({ status: 4, said: expect.stringMatching(/curl: \(1\)/) });
  expect(await plain.takeRequests()).toEqual([]);
  await plain.close();
  await expectUntouched(world.machine, one);
});
