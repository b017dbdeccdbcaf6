// A platform's service that is slow, absent, lying, huge, or answers 404, 429 and 500: by the real curl and a real server.
// The boot goes on, what could be had is had, and what could not is said.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { deadlineIn } from '../../../src/agent/provision/deadline.ts';
import { readMachineFacts } from '../../../src/agent/provision/facts.ts';
import { fetchPatiently } from '../../../src/agent/provision/network/fetch.ts';
import { seekNetwork } from '../../../src/agent/provision/seek.ts';
import { Findings } from '../../../src/contract/document/finding.ts';
import { hostTools, type ToolsComponent } from '../../support/tools.ts';
import { type SandboxHost, sandboxHost } from '../update/support/sandbox-host.ts';
import { type Fault, startServer, type TestServer } from '../update/support/server.ts';

let scratch: string;
let host: SandboxHost;
let server: TestServer;
const documents = {
  'latest/api/token': 'the-token',
  'latest/user-data': '#cloud-config\nhostname: web\n',
  'latest/meta-data/instance-id': 'i-1',
  'latest/meta-data/local-hostname': 'ip-10-0-0-7',
  big: 'x'.repeat(5 << 20),
};

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'provision-'));
  const served = join(scratch, 'served');
  for (const [path, text] of Object.entries(documents)) {
    await mkdir(dirname(join(served, path)), { recursive: true });
    await writeFile(join(served, path), text);
  }
  server = await startServer(served);
  const curl = await (await hostTools(['tools-update' as string as ToolsComponent])).command('curl', []);
  const machine = sandboxHost(join(scratch, 'machine'), { curl });
  // The address of the platform is the server's, whatever the machine believes.
  host = {
    ...machine,
    writeFile: (path, content) =>
      machine.writeFile(
        path,
        String(content).replaceAll(/http:\/\/(169\.254\.169\.254|\[fd00:ec2::254\])/g, server.url),
      ),
  };
  for (const [path, text] of [
    ['/proc/cmdline', 'quiet\n'],
    ['/sys/class/dmi/id/sys_vendor', 'Amazon EC2\n'],
    ['/proc/uptime', '10.00 0\n'],
  ] as const)
    machine.writeFile(path, text);
  // Time goes on by what is slept: nobody waits for it here.
  let slept = 10;
  machine.intercept = ([name, word]) => {
    if (name === 'ip') return { status: 0, output: '2: eth0 inet 10.0.0.7/24\n' };
    if (name !== 'sleep') return undefined;
    slept += Number(word);
    machine.writeFile('/proc/uptime', `${slept}.00 0\n`);
    return { status: 0, output: '' };
  };
});
afterAll(async () => {
  await server.close();
  await rm(scratch, { recursive: true, force: true });
});
beforeEach(async () => {
  await server.setRules([]);
  await server.takeRequests();
});

function seek(seconds = 60) {
  const findings = new Findings();
  const seeker = { host, facts: readMachineFacts(host), findings, deadline: deadlineIn(host, seconds) };
  const { founds, problems } = seekNetwork(seeker, []);
  const text = Buffer.from(founds[0]?.given.userData ?? '').toString();
  return { founds, problems, text, findings: findings.all };
}
const broken = async (path: string, fault: Fault, times?: number) =>
  server.setRules([{ path, fault, ...(times !== undefined && { times }) }]);

test('a session first, then all documents with its token; a key that is not there is none', async () => {
  const { founds, problems, text } = seek();
  expect(problems).toEqual([]);
  expect(text).toBe(documents['latest/user-data']);
  expect(founds[0]!.given).toMatchObject({ instanceId: 'i-1', hostname: 'ip-10-0-0-7', sshKeys: [] });
  const [first, ...rest] = await server.takeRequests();
  expect(first).toMatchObject({ method: 'PUT', path: '/latest/api/token' });
  expect(rest).toHaveLength(4);
  for (const { headers } of rest) expect(headers['x-aws-ec2-metadata-token']).toBe('the-token');
});

test.each([429, 500, 503])('%s a few times is asked again', async (status) => {
  await broken('user-data', { kind: 'status', status }, 3);
  expect(seek()).toMatchObject({ problems: [], text: documents['latest/user-data'] });
  await broken('token', { kind: 'status', status }, 2);
  expect(seek()).toMatchObject({ problems: [], text: documents['latest/user-data'] });
});

test('500 for ever has an end, and is said', async () => {
  await broken('instance-id', { kind: 'status', status: 500 });
  const { founds, problems } = seek();
  expect(founds).toEqual([]);
  expect(problems).toEqual([{ what: 'ec2', message: expect.stringMatching(/instance-id: HTTP 500$/) }]);
});

test('404 of all of it is an answer: nobody is asked twice', async () => {
  await broken('.', { kind: 'status', status: 404 });
  expect(seek().problems).toEqual([{ what: 'ec2', message: expect.stringContaining('HTTP 404') }]);
  // Of both addresses: the session, and the documents without one.
  expect(await server.takeRequests()).toHaveLength(10);
});

test('nobody there, and one that says nothing', async () => {
  await broken('.', { kind: 'hold' });
  expect(seek(2).problems).toEqual([{ what: 'ec2', message: expect.stringMatching(/timed? ?out/i) }]);
});

test('one that never ends is cut off; the rest is taken', async () => {
  await broken('user-data', { kind: 'endless' });
  const { founds, findings } = seek();
  expect(founds[0]!.given).toMatchObject({ instanceId: 'i-1' });
  expect(founds[0]!.given.userData).toBeUndefined();
  expect(findings).toEqual([
    expect.objectContaining({ part: 'user-data', message: expect.stringContaining('longer') }),
  ]);
});

test('one that announces more than it sends is asked again, and believed when it is whole', async () => {
  await broken('user-data', { kind: 'cut', after: 5 }, 2);
  expect(seek()).toMatchObject({ problems: [], text: documents['latest/user-data'] });
});

test('nobody is led elsewhere', async () => {
  await broken('user-data', { kind: 'redirect', to: '/big' });
  expect(seek().text).not.toContain('x');
  expect((await server.takeRequests()).map(({ path }) => path)).not.toContain('/big');
});

test('what user-data include is fetched with patience, and bounded', async () => {
  const deadline = deadlineIn(host, 60);
  const get = (path: string) => fetchPatiently(host, { url: `${server.url}/${path}`, headers: {} }, deadline);
  await broken('user-data', { kind: 'status', status: 503 }, 3);
  expect(Buffer.from(get('latest/user-data') as Uint8Array).toString()).toBe(documents['latest/user-data']);
  expect(get('big')).toEqual({ problem: expect.stringContaining('longer') });
  expect(get('nothing')).toEqual({ problem: 'HTTP 404' });
});
