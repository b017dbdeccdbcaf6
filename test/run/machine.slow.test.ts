// Real machines: a boot sector under SeaBIOS, and UEFI's own shell.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentReporter } from '../../src/base/reporter.ts';
import { escapeHelp, runInteractive } from '../../src/run/interactive.ts';
import { startMachine } from '../../src/run/machine.ts';
import { chooseAccelerator, runsGuest } from '../../src/run/probe.ts';
import { makeProbeDisk, probeDevice, probeExitCode, probeWord } from '../../src/run/probe-disk.ts';
import { openCache } from '../../src/store/cache.ts';
import { testSshKey, withMachine } from '../support/machine.ts';
import { hostTools } from '../support/tools.ts';

const tcg = { kind: 'tcg', threads: 'single' } as const;
/** Emulated, on a machine that has other work. */
const limit = 5 * 60_000;
let directory: string;
let image: string;
beforeAll(async () => {
  await hostTools(['tools-qemu']);
  directory = await mkdtemp(join(tmpdir(), 'catamaran-machine-'));
  image = join(directory, 'a disk, with a comma.raw');
  await writeFile(image, makeProbeDisk());
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** All that a machine needs, with a cache of its own to see what is left in it. */
async function ownRequest() {
  const tools = await hostTools(['tools-qemu']);
  const cache = await openCache(join(directory, 'cache'));
  return { arch: 'amd64', tools, cache, reporter: silentReporter } as const;
}
const leftovers = () => readdir(join(directory, 'cache/tmp'));
const disk = () => ({ image, format: 'raw', accelerator: tcg, snapshot: true }) as const;
const shell = () => ({ ...disk(), firmware: 'uefi', network: 'none' }) as const;

test('the probe runs under emulation, and is not believed without its proof', async () => {
  const request = await ownRequest();
  expect(await runsGuest(request, tcg, limit)).toBe(true);
  expect(await runsGuest(request, tcg, 1)).toBe(false);
  expect(await leftovers()).toEqual([]);
});

test('what is chosen runs a guest', async () => {
  const request = await ownRequest();
  const chosen = await chooseAccelerator(request, tcg);
  expect(await runsGuest(request, chosen, limit)).toBe(true);
});

test('a disk boots under SeaBIOS, says its word, and ends', async () => {
  const options = { ...disk(), firmware: 'bios', watchdog: true, extra: ['-device', probeDevice] } as const;
  await withMachine(options, async (machine) => {
    await machine.serial.waitFor(new RegExp(probeWord), limit);
    expect(await machine.exited).toMatchObject({ exitCode: probeExitCode, reason: 'guest-shutdown' });
  });
});

test.each(['virtio-scsi', 'nvme', 'ahci'] as const)('a disk on %s boots', async (bus) => {
  await withMachine({ ...disk(), firmware: 'bios', bus }, (machine) =>
    machine.serial.waitFor(new RegExp(probeWord), limit),
  );
});

test('UEFI starts, keeps its variables to itself, and goes when it is told', async () => {
  const request = await ownRequest();
  const variables = request.tools.path('usr/share/OVMF/OVMF_VARS_4M.fd');
  const before = await readFile(variables);
  const machine = await startMachine({ ...request, ...shell() });
  await machine.serial.waitFor(/BdsDxe/, limit);
  await machine.serial.waitFor(/Shell>/, limit);
  expect(await leftovers()).toHaveLength(1);
  await machine.control.execute('quit');
  expect(await machine.exited).toMatchObject({ exitCode: 0, reason: 'host-qmp-quit' });
  expect(await leftovers()).toEqual([]);
  expect((await readFile(variables)).equals(before)).toBe(true);
});

test('a terminal is the machine’s until Ctrl-a x, and then its own again', async () => {
  await withMachine(shell(), async (machine) => {
    await machine.serial.waitFor(/Shell>/, limit);
    const modes: boolean[] = [];
    const told: string[] = [];
    const keys = Object.assign(new PassThrough(), {
      isTTY: true,
      isRaw: false,
      setRawMode: (raw: boolean) => modes.push(raw),
    });
    const ended = runInteractive(machine, keys, (line) => told.push(line));
    keys.write('echo cata');
    keys.write('maran\r');
    await machine.serial.waitFor(/\ncatamaran/, limit);
    keys.write('\x01?\x01');
    keys.write('x');
    expect((await ended).exitCode).toBe(null);
    expect(modes).toEqual([true, false]);
    expect(told).toEqual([escapeHelp]);
    expect(keys.listenerCount('data')).toBe(0);
  });
});

test('what a failing test is told has the serial log', async () => {
  const failing = withMachine({ ...disk(), firmware: 'bios' }, async (machine) => {
    await machine.serial.waitFor(new RegExp(probeWord), limit);
    throw new Error('expected something else');
  });
  await expect(failing).rejects.toThrow(new RegExp(`something else[^]*serial port[^]*${probeWord}`));
});

test('a guest that does not heed its power button is reported', async () => {
  await withMachine({ ...disk(), firmware: 'bios' }, async (machine) => {
    await machine.serial.waitFor(new RegExp(probeWord), limit);
    await expect(machine.powerdown(10)).rejects.toMatchObject({ code: 'machine-stays' });
  });
});

test('a guest without SSH is reported, on a port that QEMU has chosen', async () => {
  const ssh = { user: 'root', key: await testSshKey(directory) };
  await withMachine({ ...disk(), firmware: 'bios', sshPort: 0, ssh }, async (machine) => {
    expect(machine.sshPort).toBeGreaterThan(1023);
    await expect(machine.ssh('true', { limit: 2_000 })).rejects.toMatchObject({ code: 'machine-ssh' });
  });
});

test('a machine that cannot be started is an error with what QEMU said', async () => {
  const request = await ownRequest();
  const starting = startMachine({ ...request, ...disk(), firmware: 'bios', extra: ['-device', 'nonsense'] });
  await expect(starting).rejects.toMatchObject({
    code: 'machine-failed',
    message: expect.stringContaining("'nonsense' is not a valid device model name"),
  });
  expect(await leftovers()).toEqual([]);
});

test('an abort ends the machine, and nothing is left', async () => {
  const controller = new AbortController();
  const request = await ownRequest();
  const machine = await startMachine({ ...request, ...shell(), signal: controller.signal });
  controller.abort();
  expect((await machine.exited).exitCode).toBe(null);
  expect(await leftovers()).toEqual([]);
});

test('a machine does not outlive the process that started it, even if that is killed', async () => {
  const tools = await hostTools(['tools-qemu']);
  const program = join(directory, 'starter.mjs');
  const contents = `
    import { createLauncher } from './src/tools/command.ts';
    import { machineArguments } from './src/run/arguments.ts';
    import { spawnGuarded } from './src/run/spawn-guarded.ts';
    const { root, options } = JSON.parse(process.argv[2]);
    const args = machineArguments(options, { data: [root + '/usr/share/qemu', root + '/usr/share/seabios'] });
    const { child, stdout } = await spawnGuarded(await createLauncher(root), 'qemu-system-x86_64', args, {});
    stdout.once('data', () => console.log(child.pid));`;
  buildSync({
    stdin: { contents, resolveDir: process.cwd(), loader: 'ts' },
    ...{ bundle: true, platform: 'node', format: 'esm', outfile: program, logLevel: 'error' },
  });
  const request = JSON.stringify({
    root: tools.root,
    options: { ...disk(), arch: 'amd64', firmware: 'bios' },
  });
  const starter = spawn(process.execPath, [program, request], { stdio: ['ignore', 'pipe', 'inherit'] });
  const pid = await new Promise<number>((resolve) => {
    starter.stdout.once('data', (chunk) => resolve(Number(chunk)));
  });
  expect(isRunning(pid)).toBe(true);
  starter.kill('SIGKILL');
  // Its end is told to nobody here: it is not a child of this process.
  while (isRunning(pid)) await sleep(20);
});

/** An orphan may stay a zombie where no init reaps it. */
function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'Z';
  } catch {
    return false;
  }
}
