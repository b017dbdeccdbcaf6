// When a machine boots with the image's own /etc: as a pure function; and that the initrd's script decides and writes the
// same, and moves what a person wrote to /etc as a whole, wherever the power goes.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Boots, beginBoot, bootsOffset, parseBoots, serialiseBoots } from '../../src/slots/boots.ts';

const script = join(import.meta.dirname, '../../components/initrd/rootfs/usr/lib/catamaran/safe-boot');

/** In a row, none of which comes up: which of them are safe. */
function safeOnes(kinds: readonly boolean[]): boolean[] {
  let boots: Boots = { failed: 0 };
  return kinds.map((trial) => {
    const { next, safe } = beginBoot(boots, { trial });
    boots = next;
    return safe;
  });
}

describe('the decision', () => {
  test('after three boots a safe one, then it begins anew', () => {
    const all = safeOnes(Array.from({ length: 12 }, () => false));
    expect(all.map((safe) => (safe ? 's' : '.')).join('')).toBe('...s...s...s');
  });

  test('a trial is never one, and never counts', () => {
    expect(safeOnes([false, true, true, false, true, false, true, false]).indexOf(true)).toBe(7);
    expect(safeOnes(Array.from({ length: 12 }, () => true))).not.toContain(true);
  });

  test('what comes up begins anew', () => {
    expect(beginBoot({ failed: 0 }, { trial: false })).toEqual({ next: { failed: 1 }, safe: false });
  });

  test('a count that cannot go on begins anew, and the sector holds it', () => {
    const { next } = beginBoot({ failed: 999_999 }, { trial: false });
    expect(next).toEqual({ failed: 0 });
    for (const failed of [0, 1, 9, 10, 999_999]) {
      const bytes = serialiseBoots({ failed });
      expect(bytes.length).toBe(512);
      expect(parseBoots(bytes)).toEqual({ failed });
    }
    expect(() => serialiseBoots({ failed: 1_000_000 })).toThrow(RangeError);
  });
});

describe('the script of the initrd', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'catamaran-boots-'));
    mkdirSync(join(directory, 'root/var/lib/etc'), { recursive: true });
    writeFileSync(join(directory, 'state'), new Uint8Array(32_768));
    writeEtc('mine');
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const lib = (name: string) => join(directory, 'root/var/lib', name);
  const writeEtc = (text: string) => {
    mkdirSync(lib('etc'), { recursive: true });
    writeFileSync(lib('etc/hostname'), text);
  };
  const readEtc = (name = 'etc') =>
    existsSync(lib(`${name}/hostname`)) ? readFileSync(lib(`${name}/hostname`), 'utf8') : undefined;
  const readBoots = () =>
    parseBoots(readFileSync(join(directory, 'state')).subarray(bootsOffset, bootsOffset + 512));
  const writeSector = (bytes: Uint8Array) => {
    const state = readFileSync(join(directory, 'state'));
    state.set(bytes, bootsOffset);
    writeFileSync(join(directory, 'state'), state);
  };

  /** One boot, up to where /etc is laid over; `stop`: the power goes before this command is run. */
  function boot({ trial = false, stop = '' } = {}): { safe: boolean; reason: string } {
    const text = readFileSync(script, 'utf8').replaceAll('/run/catamaran/safe', '$root/safe');
    const lines = [
      'root=$1/root state_device=$1/state',
      'warn() { echo "$*"; }',
      text,
      ...(stop === '' ? [] : [`${stop}() { kill -KILL $$; }`]),
      `begin_boot "${trial ? 'trial' : ''}"`,
      'rm -f "$root/safe"',
      'settle_etc',
      'mkdir -p "$root/var/lib/etc"',
      'echo "safe=$safe"',
    ];
    const { stdout, stderr } = spawnSync('sh', ['-c', lines.join('\n'), 'sh', directory], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    return { safe: stdout.includes('safe=yes'), reason: stdout.split('\n')[0]! };
  }

  test('decides as the function does, whatever stands in the sector', () => {
    const strange = [
      '',
      '\n',
      'boots=3\n',
      'boots=3 end=4\n',
      'boots=03 end=03\n',
      'boots=-1 end=-1\n',
      `boots=${'9'.repeat(40)} end=1\n`,
      '\0boots=3 end=3\n',
      'boots=$(x) end=$(x)\n',
      'boots=1234567 end=1234567\n',
    ];
    const sectors = [
      ...[0, 1, 2, 3, 4, 6, 7, 11, 999_998, 999_999].map((failed) => serialiseBoots({ failed })),
      ...strange.map((text) => Buffer.from(text.padEnd(512, '\0'), 'latin1')),
      new Uint8Array(512).fill(0xff),
    ];
    for (const sector of sectors) {
      for (const trial of [false, true]) {
        writeSector(sector);
        const decided = beginBoot(parseBoots(sector), { trial });
        const { safe } = boot({ trial });
        expect([Buffer.from(sector.subarray(0, 40)).toString('latin1'), trial, safe, readBoots()]).toEqual([
          Buffer.from(sector.subarray(0, 40)).toString('latin1'),
          trial,
          decided.safe,
          decided.next,
        ]);
        rmSync(lib('etc'), { recursive: true });
        for (const name of ['etc.aside', 'etc.older', 'etc.trying', 'etc.discarded'])
          rmSync(lib(name), { recursive: true, force: true });
        writeEtc('mine');
      }
    }
  });

  test('sets /etc aside for the safe boot, and back where that did not come up either', () => {
    for (let time = 0; time < 3; time++) expect(boot().safe).toBe(false);
    expect(boot()).toMatchObject({
      safe: true,
      reason: expect.stringMatching(/^safe boot: 3 boots in a row have not come up: .*etc.aside$/),
    });
    expect([readEtc(), readEtc('etc.aside')]).toEqual([undefined, 'mine']);
    expect(boot().safe).toBe(false);
    expect([readEtc(), readEtc('etc.aside')]).toEqual(['mine', undefined]);
  });

  test('what came up stays aside until it is asked for', () => {
    writeSector(serialiseBoots({ failed: 3 }));
    boot();
    writeEtc('new');
    rmSync(lib('etc.trying'));
    writeSector(serialiseBoots({ failed: 0 }));
    boot();
    expect([readEtc(), readEtc('etc.aside')]).toEqual(['new', 'mine']);
    writeFileSync(lib('etc.restore'), '');
    boot();
    expect([readEtc(), readEtc('etc.discarded'), existsSync(lib('etc.restore'))]).toEqual([
      'mine',
      'new',
      false,
    ]);
  });

  test('a second safe boot keeps what the first has set aside', () => {
    writeSector(serialiseBoots({ failed: 3 }));
    boot();
    rmSync(lib('etc.trying'));
    writeEtc('second');
    writeSector(serialiseBoots({ failed: 3 }));
    boot();
    expect([readEtc('etc.aside'), readEtc('etc.older')]).toEqual(['second', 'mine']);
    boot();
    expect([readEtc(), readEtc('etc.aside')]).toEqual(['second', 'mine']);
  });

  test('with nothing of a person’s in /etc there is nothing to set aside', () => {
    rmSync(lib('etc/hostname'));
    writeSector(serialiseBoots({ failed: 7 }));
    expect(boot()).toMatchObject({
      safe: true,
      reason: expect.stringMatching(/one of them with the image's own/),
    });
    expect(existsSync(lib('etc.aside'))).toBe(false);
  });

  test.each(['mv', 'rm', 'sync'])('a power cut before any %s loses nothing', (stop) => {
    writeSector(serialiseBoots({ failed: 3 }));
    boot({ stop });
    for (let time = 0; time < 2; time++) {
      boot({ stop });
      boot();
    }
    expect([readEtc(), readEtc('etc.aside')]).toContain('mine');
    if (!existsSync(lib('etc.trying'))) expect(readEtc()).toBe('mine');
  });
});
