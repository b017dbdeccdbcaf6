// The examples in the manner of well-known container hosts: each is built as it stands, started with user-data of its kind, and
// has what its community looks for.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildSpec } from '../../src/output/build.ts';
import type { Machine } from '../../src/run/machine.ts';
import { runBySsh, type SshKey } from '../../src/run/ssh.ts';
import { testContext } from '../support/context.ts';
import { startTestMachine, testSshKey, withSerialLog } from '../support/machine.ts';
import { hostTools } from '../support/tools.ts';

const minute = 60_000;
const examples = resolve(import.meta.dirname, '../../examples');

describe('coreos-style', () => {
  let directory: string;
  let machine: Machine;
  let key: SshKey;
  const hello =
    '[Service]\nType=oneshot\nExecStart=/bin/touch /run/hello\n[Install]\nWantedBy=multi-user.target\n';

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'catamaran-styles-'));
    key = await testSshKey(directory);
    // A copy, beside which the lock is written.
    await cp(join(examples, 'coreos-style'), directory, { recursive: true });
    const file = join(directory, 'coreos-style.yml');
    const request = { file, out: directory, formats: ['qcow2'], arch: 'amd64', frozen: false } as const;
    const { artifacts } = await buildSpec(request, await testContext());
    const keys = [key.publicKey.trim()];
    const ignition = {
      ignition: { version: '3.4.0' },
      passwd: { users: ['core', 'root'].map((name) => ({ name, sshAuthorizedKeys: keys })) },
      storage: { files: [{ path: '/etc/hostname', mode: 420, contents: { source: 'data:,shore%0A' } }] },
      systemd: {
        units: [
          { name: 'hello.service', enabled: true, contents: hello },
          { name: 'sshd.service', dropins: [{ name: 'mark.conf', contents: '[Service]\nNice=3\n' }] },
        ],
      },
    };
    machine = await startTestMachine({
      ...{ image: artifacts[0]!.path, format: 'qcow2', firmware: 'uefi', memory: 1 << 30, sshPort: 0 },
      ssh: { user: 'root', key },
      firmwareConfig: { 'opt/com.coreos/config': JSON.stringify(ignition) },
    });
    await withSerialLog(machine, () => machine.serial.waitFor(/shore login:/, 15 * minute));
  }, 30 * minute);
  afterAll(async () => {
    await machine?.kill();
    await rm(directory, { recursive: true, force: true });
  });

  const run = async (command: string) => {
    const { stdout, stderr, exitCode } = await withSerialLog(machine, () =>
      machine.ssh(command, { limit: 5 * minute }),
    );
    if (exitCode !== 0) throw new Error(`${command} ended with ${exitCode}: ${stderr}${stdout}`);
    return stdout.trim();
  };
  const asCore = async (command: string) => {
    const target = { user: 'core', key, port: machine.sshPort! };
    const options = { limit: 5 * minute, signal: new AbortController().signal };
    const { stdout } = await runBySsh(await hostTools(['tools-qemu']), target, command, options);
    return stdout.trim();
  };

  test('core comes in by key, is nobody special, and has no password', async () => {
    expect(await asCore('id -u; id -un')).toBe('500\ncore');
    expect(await run("grep -E '^(core|root):[^!*]' /etc/shadow || echo locked")).toBe('locked');
    expect(await asCore('touch /etc/mine 2>/dev/null || echo refused')).toBe('refused');
  });

  test('Ignition: the name, a unit of its own, a drop-in of a container’s', async () => {
    expect(await run('hostname; test -e /run/hello && echo there')).toBe('shore\nthere');
    expect(await run('systemctl show -P Nice sshd')).toBe('3');
  });

  test('systemd runs, and nothing has failed', async () => {
    for (let tries = 0; tries < 100; tries += 1) {
      if ((await run('systemctl is-system-running || true')) !== 'starting') break;
      await sleep(2000);
    }
    expect(await run('systemctl --failed --no-legend; systemctl is-system-running')).toBe('running');
  });

  test('the root is read-only under verity, without set-uid programs or what everybody may write', async () => {
    expect(await run('touch /usr/mine 2>/dev/null || echo read-only')).toBe('read-only');
    expect(await run('dmsetup status verity')).toMatch(/ verity V/);
    expect(await run('find / -xdev \\( -perm -4000 -o -perm -2000 \\) -type f')).toBe('');
    expect(await run('find / -xdev -perm -2 ! -type l ! -perm -1000')).toBe('');
    expect(await run('cat /etc/machine-id')).toMatch(/^[0-9a-f]{32}$/);
  });

  test('containerd, killed, is there again', async () => {
    const pid = await run('systemctl show -P MainPID containerd');
    await run(`kill -9 ${pid}`);
    for (let tries = 0; tries < 60; tries += 1) {
      if ((await run('crun exec containerd ctr version >/dev/null 2>&1; echo $?')) === '0') break;
      await sleep(1000);
    }
    expect(await run('systemctl show -P MainPID containerd')).not.toBe(pid);
    expect(await run('crun exec containerd ctr version')).toContain('Server:');
  });
});
