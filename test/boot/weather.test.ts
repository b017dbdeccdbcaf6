// A campaign of bad days (docs/weather.md): what people and workloads do to a machine, after which it answers on its console
// and by SSH, or says why and comes back by itself. `npm run test:weather` has all of them, under BIOS and UEFI.
import { rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loginKeyName } from '../../src/contract/run-login.ts';
import { partitionOf } from '../../src/disk/disk-layout.ts';
import { inspectImage } from '../../src/disk/inspect.ts';
import { faultTable } from '../faults/table.ts';
import { startTestMachine, withSerialLog } from '../support/machine.ts';
import { makeTwin, type Twin, twinLayout } from '../support/twin.ts';
import { copyDisk, withTwin } from '../support/twin-machine.ts';
import { writeBytes } from '../support/write-bytes.ts';
import { buildExample } from '../weather/example.ts';
import { failingDisk, findSector, firstInodes } from '../weather/failing-disk.ts';
import {
  buildWeather,
  minute,
  startWeather,
  type WeatherImage,
  type WeatherMachine,
} from '../weather/machine.ts';
import { allWeather, bootDays, chosen, runningDays, weatherFirmwares } from '../weather/table.ts';

let image: WeatherImage;
const table = faultTable('day');
beforeAll(async () => {
  image = await buildWeather();
}, 15 * minute);
afterAll(() => rm(image.directory, { recursive: true, force: true }));

describe.each(weatherFirmwares)('under %s, one machine', (firmware) => {
  let machine: WeatherMachine;
  beforeAll(async () => {
    machine = await startWeather({ disk: await image.freshDisk(), key: image.key, firmware });
    await machine.answers();
    for (const { harm } of chosen(bootDays)) await harm(machine);
    await machine.reboot(
      chosen(bootDays)
        .flatMap(({ last }) => last ?? [])
        .join('; ') || undefined,
    );
  }, 15 * minute);
  afterAll(() => machine?.machine.kill());

  test.each(chosen(bootDays).map((day) => [day.name, day] as const))(
    'boots with %s',
    async (name, { holds }) => {
      await table.count(name, async () => {
        await machine.answers();
        await holds?.(machine);
      });
    },
  );

  test.each(chosen(runningDays).map((day) => [day.name, day] as const))('goes on: %s', async (name, day) => {
    await table.count(name, async () => {
      try {
        await day.harm(machine);
        await machine.answers();
        await day.holds?.(machine);
      } catch (error) {
        await day.mend?.(machine).catch(() => {});
        throw error;
      }
      await day.mend?.(machine);
    });
  });

  test('goes down within its time, with a service that ignores its signal', async () => {
    await table.count('a service that ignores its signal', async () => {
      await machine.try('poweroff');
      const { reason } = await machine.machine.exited;
      expect(reason).toBe('guest-shutdown');
      const { text } = machine.machine.serial;
      expect(text.slice(text.lastIndexOf('stage 3'))).toMatch(
        /deaf has not ended within 2 s, and was killed/,
      );
    });
  });
});

/** A boot that is cut off before it has come up is held against what it was begun with. */
const settled = 'until [ -e /run/catamaran/settled ]; do sleep 1; done';
/** In MiB, with which each example boots and updates. */
const smallest = { minimal: 256, web: 256, containerd: 384, podman: 384, docker: 512 };

/** What takes several boots, or the machine's life. */
const long = describe.each(allWeather ? weatherFirmwares : []);

long('under %s, a machine of its own', (firmware) => {
  const withWeather = async (
    use: (machine: WeatherMachine, disk: string) => Promise<void>,
    options: { disk?: string; image?: string; memory?: number; extra?: readonly string[] } = {},
  ) => {
    const disk = options.disk ?? (await image.freshDisk());
    const machine = await startWeather({ key: image.key, firmware, ...options, disk });
    try {
      await use(machine, disk);
    } finally {
      await machine.machine.kill();
    }
  };

  test('boots safely after three boots that nobody could log in to, and gives /etc back', async () => {
    await table.count('/etc/profile ends every login', async () => {
      const disk = await image.freshDisk();
      await withWeather(
        async ({ run, answers }) => {
          await answers();
          await run(settled);
          await run('echo mine >/etc/mine; echo exit 3 >/etc/profile; sync');
        },
        { disk },
      );
      for (let boot = 0; boot < 3; boot++)
        await withWeather(async ({ machine }) => void (await machine.serial.waitFor(/stage 2/, 5 * minute)), {
          disk,
        });
      await withWeather(
        async ({ run, status, answers, machine, reboot }) => {
          await machine.serial.waitFor(/safe boot: 3 boots in a row have not come up/, 5 * minute);
          await answers();
          expect((await status()).notices.join()).toContain('set aside in /var/lib/etc.aside');
          await run('rm /var/lib/etc.aside/profile; catamaran-agent etc restore');
          await reboot();
          expect(await run('cat /etc/mine')).toBe('mine');
          expect((await status()).notices).toEqual([]);
        },
        { disk },
      );
    });
  });

  test('stays who it is when its data partition is wiped, and makes it anew', async () => {
    await table.count('the data partition is wiped', async () => {
      const disk = await image.freshDisk();
      const who = 'cat /etc/machine-id /var/lib/ssh/ssh_host_ed25519_key.pub';
      let before = '';
      await withWeather(
        async ({ run, answers }) => {
          await answers();
          await run(settled);
          before = await run(who);
        },
        { disk },
      );
      const { partitions } = await inspectImage(disk);
      const data = partitions.find(({ label }) => label === 'data')!;
      const nothing = Buffer.alloc(64 << 20);
      await table.count('the data partition has lost its first 64 MiB', async () => {
        await writeBytes(disk, data.offset, nothing);
        await withWeather(
          async ({ run, status, answers }) => {
            await answers();
            expect((await status()).resources.disk?.inMemory).toBe(false);
            expect(await run(who)).toBe(before);
          },
          { disk },
        );
      });
      for (let at = 0; at < data.size; at += nothing.length)
        await writeBytes(disk, data.offset + at, nothing.subarray(0, data.size - at));
      await withWeather(
        async ({ run, status, answers, reboot }) => {
          await answers();
          const found = await status();
          expect(found.resources.disk?.inMemory).toBe(true);
          expect(found.notices.join()).toContain('catamaran-agent reset --yes');
          expect(await run(who)).toBe(before);
          await run('catamaran-agent reset --yes');
          await reboot();
          expect((await status()).resources.disk?.inMemory).toBe(false);
          expect(await run(who)).toBe(before);
          // Once more, while it is in use.
          await run('touch /var/lost; catamaran-agent reset --yes');
          await run('reboot');
          await answers();
        },
        { disk },
      );
    });
  });

  test('goes on with a sector of /var that cannot be read', async () => {
    await table.count('one sector of /var cannot be read', async () => {
      const disk = await image.freshDisk();
      let line = '';
      await withWeather(
        async ({ run, answers }) => {
          await answers();
          line = await run('sync; sed -n 2p /var/lib/ssh/ssh_host_ecdsa_key');
        },
        { disk },
      );
      const { partitions } = await inspectImage(disk);
      const { offset } = partitions.find(({ label }) => label === 'data')!;
      // Of a host key: it is made anew.
      const key = await findSector(disk, offset, line);
      await withWeather(
        async ({ run, answers }) => {
          await answers();
          expect(await run('ls /var/lib/ssh')).toContain('ssh_host_ecdsa_key.damaged');
        },
        { disk, image: await failingDisk(disk, key, 'read') },
      );
      // Of the root directory: nothing of it can be used.
      await withWeather(
        async ({ answers, status }) => {
          await answers();
          const { resources, notices } = await status();
          expect(resources.disk?.inMemory).toBe(true);
          expect(notices.join()).toContain('catamaran-agent reset --yes');
        },
        { disk, image: await failingDisk(disk, await firstInodes(disk, offset), 'read') },
      );
    });
  });

  describe('with another release beside it', () => {
    let twin: Twin;
    beforeAll(async () => {
      twin = await makeTwin();
    }, 15 * minute);
    afterAll(() => rm(twin.directory, { recursive: true, force: true }));

    test('stays with its release where the other slot cannot be written; updates while its disk becomes larger', async () => {
      const disk = await copyDisk(twin.disk, join(twin.directory, `weather-${firmware}.raw`));
      const options = { disk, scratch: twin.directory, media: twin.media, firmware };
      const sector = (partitionOf(twinLayout, 'root-b').offset + (2 << 20)) / 512;
      await table.count('one sector of the other slot takes no writes', async () => {
        await withTwin({ ...options, image: await failingDisk(disk, sector, 'write') }, async (machine) => {
          await machine.ready('A');
          await machine.run('mount -t squashfs /dev/vdb /mnt');
          const { status, output } = await machine.try('catamaran-agent stage --from /mnt/2.0.0', 8 * minute);
          expect([status === 0, output]).toEqual([
            false,
            expect.stringMatching(/root-b|vda8|[Ii]nput\/output|error/),
          ]);
          expect(await machine.status()).toMatchObject({ slots: { A: { status: 'good' } }, next: 'A' });
          await machine.run('reboot');
          await machine.ready('A');
        });
      });
      await table.count('the disk becomes larger during an update', async () => {
        await withTwin(options, async (machine) => {
          await machine.ready('A');
          await machine.run('mount -t squashfs /dev/vdb /mnt');
          await machine.run(
            '(catamaran-agent stage --from /mnt/2.0.0 >/run/said 2>&1; echo $? >/run/ended) </dev/null >/dev/null 2>&1 &',
          );
          await machine.control.execute('block_resize', { device: 'disk0', size: 800 << 20 });
          await machine.run(
            'until [ -s /run/ended ]; do sleep 1; done; cat /run/said; exit $(cat /run/ended)',
            8 * minute,
          );
          await machine.serial.waitFor(/the data partition has grown to \d+ MiB/, 4 * minute);
          await machine.run('reboot');
          await machine.ready('B');
          await machine.serial.waitFor(/slot B with 2.0.0 is good/, 4 * minute);
        });
      });
      await table.count('the disk is larger at the next boot', async () => {
        await truncate(disk, 1 << 30);
        await withTwin(options, async (machine) => {
          await machine.ready('B');
          await machine.serial.waitFor(/the data partition has grown to \d+ MiB/, minute);
        });
      });
    });
  });

  test('powers off, with a second disk that takes nothing any more', async () => {
    await table.count('poweroff with a second disk that hardly answers', async () => {
      const slow = join(image.directory, `slow-${firmware}.raw`);
      await writeBytes(slow, 0, Buffer.alloc(0));
      await truncate(slow, 64 << 20);
      const extra = [
        '-drive',
        `if=none,id=slow,format=raw,file=${slow}`,
        '-device',
        'virtio-blk-pci,drive=slow',
      ];
      await withWeather(
        async ({ run, answers, machine, try: attempt }) => {
          await answers();
          await run('mke2fs -q -t ext4 /dev/vdb && mkdir -p /run/slow && mount /dev/vdb /run/slow');
          const none = { bps: 0, bps_rd: 0, iops: 0, iops_rd: 0, iops_wr: 0 };
          await machine.control.execute('block_set_io_throttle', { device: 'slow', ...none, bps_wr: 1 });
          await run('(dd if=/dev/zero of=/run/slow/fill bs=64k) >/dev/null 2>&1 &');
          await attempt('sleep 3; poweroff');
          expect((await machine.exited).reason).toBe('guest-shutdown');
        },
        { extra },
      );
    });
  });

  test('comes back by itself when it is out of memory for minutes', async () => {
    await table.count('memory is gone, and nothing can be ended for it', async () => {
      await withWeather(async ({ run, try: attempt, answers, machine }) => {
        await answers();
        await run('mkdir /run/full && mount -t tmpfs -o size=200% tmpfs /run/full');
        await attempt('(dd if=/dev/zero of=/run/full/fill bs=1M) >/dev/null 2>&1 & sleep 1');
        await machine.serial.waitFor(/stage 2/, minute);
        await machine.serial.waitFor(/stage 2/, 12 * minute);
        await answers();
      });
    });
  });

  test.each([512, 384, 256])('boots and answers with %i MiB of memory', async (memory) => {
    await table.count(`${memory} MiB of memory`, () => withWeather(({ answers }) => answers(), { memory }));
  });

  test.each(Object.entries(smallest))(
    'examples/%s.yml boots and updates with %i MiB',
    async (name, memory) => {
      await table.count('the smallest memory of each example', async () => {
        const example = await buildExample(image, name);
        const machine = await startTestMachine({
          ...{ image: example.disk, format: 'raw', firmware, memory: memory << 20, sshPort: 0 },
          ...{ onReboot: 'reboot', ssh: { user: 'root', key: image.key }, extra: example.media },
          firmwareConfig: { [loginKeyName]: image.key.publicKey.trim() },
        });
        await withSerialLog(machine, async () => {
          const line = 'mount -t squashfs /dev/vdb /mnt && catamaran-agent stage --from /mnt/next && reboot';
          const { exitCode, stdout, stderr } = await machine.ssh(line, { limit: 8 * minute });
          // The connection may end with the machine.
          expect([0, 255], stdout + stderr).toContain(exitCode);
          await machine.serial.waitFor(/slot B with \S+ is good/, 10 * minute);
          expect(machine.serial.text).not.toMatch(/Out of memory/i);
        }).finally(() => machine.kill());
      });
    },
  );
});
