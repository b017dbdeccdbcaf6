// Writes that do not fit, in the JavaScript engine of machines: each is noticed, whatever its size, and what was to be
// replaced stays as it was. No room is /dev/full, of which the kernel says so, or a limit in the middle of the file.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../release/support/workplace.ts';
import { bundleForQuickJs } from '../support/bundle-quickjs.ts';
import { hostTools } from '../support/tools.ts';

const bundled = bundleForQuickJs(join(import.meta.dirname, 'support/quickjs-writes.ts'));

/** A machine in a directory. `limit`: no file may be longer, in KiB. */
async function openMachine(limit?: number) {
  const root = await temporaryDirectory();
  const tools = await hostTools(['tools-tuf']);
  const place = (path: string) => join(root, path);
  const put = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(place(path)), { recursive: true });
    writeFileSync(place(path), content);
  };
  const link = (path: string, to: string) => {
    mkdirSync(dirname(place(path)), { recursive: true });
    rmSync(place(path), { force: true });
    symlinkSync(to, place(path));
  };
  const prelude = limit === undefined ? ':' : `trap '' XFSZ; ulimit -f ${limit * 2}`;
  return {
    ...{ place, put, link },
    read: (path: string) => readFileSync(place(path)),
    async write(verb: string, size: number): Promise<string> {
      put('/writes.js', await bundled);
      const words = ['--std', place('/writes.js'), root, verb, String(size)];
      const { file, args, env } = await tools.command('qjs', words, {
        prelude,
        env: { PATH: process.env.PATH! },
      });
      return spawnSync(file, args, { env, encoding: 'utf8' }).stdout.trim();
    },
  };
}

const sizes = [8, 4000, 4096, 5000, 100_000] as const;
const refused = expect.stringContaining('/var/file cannot be written to its end');

describe.each(['text', 'bytes'])('%s', (verb) => {
  test.each(sizes)('of %i bytes are written, all of them', async (size) => {
    const machine = await openMachine();
    expect(await machine.write(verb, size)).toBe('done');
    expect(machine.read('/var/file').length).toBe(size);
  });

  test.each(sizes)('of %i bytes find no room', async (size) => {
    const machine = await openMachine();
    machine.link('/var/file', '/dev/full');
    expect(await machine.write(verb, size)).toEqual(refused);
  });

  test.each([8200, 12_288, 100_000])('of %i bytes find room for 8192', async (size) => {
    expect(await (await openMachine(8)).write(verb, size)).toEqual(refused);
  });
});

test.each(sizes)('a file of %i bytes that replaces another: the old one stays', async (size) => {
  for (const [verb, path] of [
    ['durable', '/var/file'],
    ['record', '/var/lib/catamaran/slots/pending.json'],
  ] as const) {
    const machine = await openMachine();
    machine.put(path, 'the old one');
    machine.link(`${path}.new`, '/dev/full');
    expect(await machine.write(verb, size)).toContain('cannot be written to its end');
    expect(machine.read(path).toString()).toBe('the old one');
    rmSync(machine.place(`${path}.new`));
    expect(await machine.write(verb, size)).toBe('done');
    expect(machine.read(path).length).toBeGreaterThanOrEqual(size);
    expect(existsSync(machine.place(`${path}.new`))).toBe(false);
  }
});

describe('bytes for a partition', () => {
  async function openDisk() {
    const machine = await openMachine();
    machine.put('/run/catamaran/disk', 'vda\n');
    machine.put('/sys/block/vda/vda7/uevent', 'PARTNAME=boot-b\n');
    machine.put('/dev/vda7', Buffer.alloc(16_384, 7));
    return machine;
  }

  test('are written, and nothing beside them', async () => {
    const machine = await openDisk();
    expect(await machine.write('partition', 4096)).toBe('done');
    const wanted = Buffer.alloc(16_384, 7).fill(0, 4096, 8192);
    expect(machine.read('/dev/vda7').equals(wanted)).toBe(true);
  });

  test('that find no room in memory', async () => {
    const machine = await openDisk();
    machine.link('/run/catamaran/block', '/dev/full');
    expect(await machine.write('partition', 4096)).toContain('/run/catamaran/block cannot be written');
  });

  test('of which less arrives than was asked for, though no program has failed', async () => {
    const machine = await openDisk();
    machine.link('/run/catamaran/block', '/dev/null');
    expect(await machine.write('partition', 4096)).toContain('boot-b: not all of 4096 bytes were written');
  });
});
