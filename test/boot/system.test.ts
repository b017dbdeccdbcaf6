// A whole system, built from a spec and booted for real under both firmwares: what DESIGN 5 promises of a running machine.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Firmware } from '../../src/base/firmware.ts';
import { buildSpec } from '../../src/output/build.ts';
import type { Machine } from '../../src/run/machine.ts';
import type { SshKey } from '../../src/run/ssh.ts';
import { testContext } from '../support/context.ts';
import { startTestMachine, testSshKey, withSerialLog } from '../support/machine.ts';
import { hostTools } from '../support/tools.ts';

const minute = 60_000;

const spec = (key: string) => `
os: {id: boot-test, name: Boot Test, version: "1"}
kernel: {image: component:kernel, cmdline: "console=tty0 console=ttyS0"}
init: [component:init, component:crun, component:agent]
onboot:
  - {name: sysctl, image: component:sysctl}
  - {name: may-fail, image: component:sysctl, optional: true, command: [/bin/false]}
services:
  - {name: dhcp, image: component:dhcp}
  - {name: sshd, image: component:sshd}
  - {name: getty, image: component:getty}
  - {name: idle, image: component:sysctl, command: [/bin/sleep, "1000000"]}
onshutdown:
  - name: farewell
    image: component:sysctl
    readonly: false
    binds: ["/var:/host-var"]
    command: [/bin/sh, -c, "echo farewell >> /host-var/farewell"]
files:
  - {path: etc/hostname, contents: "boot-test\\n", mode: "0644"}
  - {path: usr/lib/catamaran/system/daemon/run, contents: "#!/bin/sh\\nexec sleep 1000000\\n", mode: "0755"}
  - {path: etc/ssh/authorized_keys.d/root, contents: "${key}", mode: "0644"}
disk: {slot: 128M, data: 128M}
`;

let directory: string;
let image: string;
let key: SshKey;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'catamaran-boot-'));
  key = await testSshKey(directory);
  const file = join(directory, 'boot-test.yml');
  await writeFile(file, spec(key.publicKey.trim()));
  const request = { file, out: directory, formats: ['qcow2'], arch: 'amd64', frozen: false } as const;
  const { artifacts } = await buildSpec(request, await testContext());
  image = artifacts[0]!.path;
  // A larger disk than the one that was built, as every cloud gives.
  await (await hostTools()).run('qemu-img', ['resize', image, '2G']);
}, 10 * minute);

afterAll(() => rm(directory, { recursive: true, force: true }));

describe.each(['bios', 'uefi'] as const)('under %s', (firmware: Firmware) => {
  let machine: Machine;
  let disk: string;

  const start = () =>
    startTestMachine({
      ...{ image: disk, format: 'qcow2', firmware, memory: 1 << 30, snapshot: false, sshPort: 0 },
      onReboot: 'exit',
      ssh: { user: 'root', key },
    });
  const run = async (command: string) => {
    const { stdout, stderr, exitCode } = await withSerialLog(machine, () =>
      machine.ssh(command, { limit: 5 * minute }),
    );
    if (exitCode !== 0) throw new Error(`${command} ended with ${exitCode}: ${stderr}${stdout}`);
    return stdout.trim();
  };

  beforeAll(async () => {
    disk = join(directory, `${firmware}.qcow2`);
    await (await hostTools()).run('qemu-img', ['convert', '-O', 'qcow2', image, disk]);
    machine = await start();
    await withSerialLog(machine, () => machine.serial.waitFor(/boot-test login:/, 10 * minute));
  }, 12 * minute);

  afterAll(() => machine?.kill());

  test('it answers with a login on the serial console, and over SSH', async () => {
    expect(await run('id -u')).toBe('0');
    expect(await run('cat /etc/os-release')).toContain('IMAGE_ID="boot-test"');
    expect(await run('cat /proc/cmdline')).toContain('catamaran.slot=A');
  });

  test('the root and every segment are read-only', async () => {
    const read = await run('cat /proc/mounts');
    const segments = read.split('\n').filter((line) => line.split(' ')[2] === 'squashfs');
    // Base, the kernel's modules, and each container's.
    expect(segments.length).toBeGreaterThanOrEqual(9);
    for (const line of segments) {
      const [, place = '', , options = ''] = line.split(' ');
      expect(options.split(',')).toContain('ro');
      const answer = await machine.ssh(`touch '${place}/written' 2>&1`, { limit: minute });
      expect(answer.stdout).toMatch(/Read-only file system/);
    }
  });

  test('the containers of the services run, and an optional failure did not stop the boot', async () => {
    const list = await run('crun list -q | sort | tr "\\n" " "');
    for (const name of ['dhcp', 'getty', 'idle', 'sshd']) expect(list.split(' ')).toContain(name);
  });

  test('a killed service is back within seconds', async () => {
    const pidOf = 'crun state idle | grep \'"pid"\' | tr -dc 0-9';
    const before = await run(pidOf);
    await run(`kill -9 ${before}`);
    const after = await run(
      `for i in $(seq 60); do p=$(${pidOf} 2>/dev/null); test -n "$p" && test "$p" != ${before} && test -d /proc/$p && break; sleep 1; done; echo $p`,
    );
    expect(after).toMatch(/^\d+$/);
    expect(after).not.toBe(before);
  });

  test('/var has grown to the end of the disk, and /etc can be written', async () => {
    const kib = Number(await run("df -k /var | tail -n 1 | awk '{print $2}'"));
    expect(kib).toBeGreaterThan(1_400_000);
    await run('echo kept > /var/kept; echo kept > /etc/kept; echo kept > /root/kept; sync');
  });

  test(
    'a power button ends it cleanly, onshutdown runs, and what was written is there afterwards',
    async () => {
      await machine.powerdown(5 * minute);
      const { reason } = await withSerialLog(machine, () => machine.exited);
      expect(reason).toBe('guest-shutdown');
      expect(machine.serial.text).toMatch(/EXT4-fs \(\w+\): unmounting filesystem/);
      expect(machine.serial.text).toMatch(/stopping daemon/);
      expect(machine.serial.text).not.toMatch(/going down has taken/);
      // From here on the device resets a machine that hangs.
      expect(machine.serial.text).not.toMatch(/can't open '\/dev\/watchdog'/);

      machine = await start();
      await withSerialLog(machine, () => machine.serial.waitFor(/boot-test login:/, 10 * minute));
      expect(await run('cat /var/kept /etc/kept /root/kept /var/farewell')).toBe(
        'kept\nkept\nkept\nfarewell',
      );
      // Grown once, on the first boot: the table is not written again.
      expect(machine.serial.text).not.toMatch(/EXT4-fs.*(recovery|error)/);
    },
    15 * minute,
  );
});
