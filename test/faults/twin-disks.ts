// The disks that faults are done to, made once by a real machine: one with a release staged and armed, and one on which it
// has been confirmed.
import { join } from 'node:path';
import { makeTwin, type Twin } from '../support/twin.ts';
import { copyAtPowerCut, copyDisk, startTwin, withTwin } from '../support/twin-machine.ts';

const minute = 60_000;

export interface TwinDisks extends Twin {
  /** 1.0.0 in A, good, and 2.0.0 in B, staged for three tries. */
  readonly staged: string;
  /** The same with a release in B that has no init. */
  readonly noInit: string;
  /** The same with a release in B that has to be healthy a minute after boot. */
  readonly impatient: string;
  /** 2.0.0 in B, confirmed and asked first; 1.0.0 in A, good. */
  readonly confirmed: string;
}

export async function makeTwinDisks(): Promise<TwinDisks> {
  const twin = await makeTwin();
  const { directory, media } = twin;
  const path = (name: string) => join(directory, `${name}.raw`);
  const machine = await startTwin({
    disk: await copyDisk(twin.disk, path('work')),
    scratch: directory,
    media,
  });
  try {
    await machine.ready('A');
    await machine.run('mount -t squashfs /dev/vdb /mnt');
    await machine.run('catamaran-agent stage --from /mnt/no-init');
    await copyAtPowerCut(machine, path('work'), path('noInit'));
    await machine.run('catamaran-agent stage --from /mnt/impatient');
    await copyAtPowerCut(machine, path('work'), path('impatient'));
    await machine.run('catamaran-agent stage --from /mnt/2.0.0');
    await copyAtPowerCut(machine, path('work'), path('staged'));
  } finally {
    await machine.kill();
  }
  await copyDisk(path('staged'), path('confirmed'));
  await withTwin({ disk: path('confirmed'), scratch: directory }, async (trial) => {
    await trial.ready('B');
    await trial.serial.waitFor(/slot B with 2.0.0 is good/, 3 * minute);
    await trial.run('sync');
  });
  const [staged, noInit, impatient, confirmed] = ['staged', 'noInit', 'impatient', 'confirmed'].map(path) as [
    string,
    string,
    string,
    string,
  ];
  return { ...twin, staged, noInit, impatient, confirmed };
}
