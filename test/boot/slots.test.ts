// The good way, for real and under both firmwares: a release is staged on a running machine, tried at the next boot, found
// healthy and confirmed; a later boot keeps it, and a command takes it back.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inspectImage } from '../../src/disk/inspect.ts';
import { makeTwin, type Twin } from '../support/twin.ts';
import { copyDisk, withTwin } from '../support/twin-machine.ts';

const minute = 60_000;
let twin: Twin;
beforeAll(async () => {
  twin = await makeTwin();
}, 10 * minute);
afterAll(() => rm(twin.directory, { recursive: true, force: true }));

test.each(['bios', 'uefi'] as const)(
  'under %s a good trial is confirmed; under BIOS too, that it stays and can be taken back',
  async (firmware) => {
    const disk = await copyDisk(twin.disk, join(twin.directory, `${firmware}.raw`));
    const [old, fresh] = [twin.releases['1.0.0'].manifest, twin.releases['2.0.0'].manifest];
    await withTwin({ disk, scratch: twin.directory, media: twin.media, firmware }, async (machine) => {
      await machine.ready('A');
      expect(await machine.status()).toMatchObject({
        slot: 'A',
        version: '1.0.0',
        rootHash: old.roothash,
        slots: { A: { status: 'good', version: '1.0.0' }, B: { status: 'none' } },
        next: 'A',
        state: 'whole',
        failed: [],
      });
      await machine.run(
        'cd /etc/test && touch touched && echo mine >changed && echo mine >alike && rm removed && echo mine >own',
      );
      await machine.run('mount -t squashfs /dev/vdb /mnt');
      await machine.run('catamaran-agent stage --from /mnt/2.0.0');
      expect(await machine.status()).toMatchObject({
        slots: { A: { status: 'good' }, B: { status: 'try3', tries: 3, rootHash: fresh.roothash } },
        next: 'B',
        pending: { slot: 'B', version: '2.0.0', rootHash: fresh.roothash, starts: 0 },
      });
      await machine.run('reboot');

      await machine.ready('B');
      await machine.serial.waitFor(/slot B with 2.0.0 is good/, 3 * minute);
      expect(await machine.status()).toMatchObject({
        slot: 'B',
        version: '2.0.0',
        rootHash: fresh.roothash,
        slots: { A: { status: 'good' }, B: { status: 'good' } },
        next: 'B',
        state: 'whole',
        last: { result: 'confirmed', slot: 'B', version: '2.0.0' },
      });
      // In /etc what nobody has changed is the new version's, and what somebody has changed is theirs; both, and it is told.
      const etc = 'cd /etc/test; cat touched; cat changed alike own | sort -u; ls -1';
      expect(await machine.run(etc)).toBe('two\nmine\nalike\nchanged\nown\ntouched');
      expect(await machine.run('cat /run/catamaran/notices/etc')).toContain(
        ': /etc/test/changed /etc/test/removed; see',
      );
      expect(await machine.run('catamaran-agent etc diff /etc/test')).toMatch(/-two\n\+mine/);
      await machine.run('catamaran-agent etc reset /etc/test/removed');
      await machine.run('catamaran-agent etc accept /etc/test/changed');
      expect(await machine.run('cat /etc/test/removed; ls /run/catamaran/notices')).toBe('two');
      if (firmware === 'uefi') return;
      await machine.run('reboot');

      // With two good slots the initrd puts the one that starts on probation, and the gate takes it off.
      await machine.ready('B');
      await machine.serial.waitFor(/slot B with 2.0.0 is good/, 3 * minute);
      await machine.run('catamaran-agent rollback');
      await machine.run('reboot');

      await machine.ready('A');
      expect(await machine.status()).toMatchObject({
        slot: 'A',
        slots: { A: { status: 'good' }, B: { status: 'bad' } },
        last: { result: 'rolled back', slot: 'B', version: '2.0.0', reason: 'rolled back by command' },
        failed: [{ version: '2.0.0', rootHash: fresh.roothash }],
      });
      expect(await machine.run('cd /etc/test; cat touched removed changed')).toBe('one\none\nmine');
      await machine.run('mount -t squashfs /dev/vdb /mnt');
      const again = await machine.try('catamaran-agent stage --from /mnt/2.0.0');
      expect(again).toMatchObject({
        status: 2,
        output: expect.stringContaining('was rolled back on this machine before'),
      });
    });
    // The power has been cut. What was staged is what was built, to the last byte.
    const { slots } = await inspectImage(disk, { verify: true });
    for (const { checks = [] } of slots) expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(slots.map(({ archive, status }) => [archive?.verity?.rootHash, status])).toEqual([
      [old.roothash, 'good'],
      [fresh.roothash, firmware === 'uefi' ? 'good' : 'bad'],
    ]);
  },
);
