// Says that this boot came up: far enough to be mended, if need be. Init calls it once its services have begun (docs/inits.md);
// until then the boot counts as one that did not come up, of which three in a row bring a safe boot (slots/boots.ts). Whether a
// release is healthy is the health gate's business, and a trial's boots are not counted.
import { bootsOffset, parseBoots, serialiseBoots } from '../../slots/boots.ts';
import { envSector } from '../../slots/constants.ts';
import { putNotice } from '../condition/notices.ts';
import type { Host } from '../host/host.ts';
import { managerOf } from '../services/managers.ts';
import { keptServices, readServices } from '../services/settings.ts';
import { remember } from '../slots/decide.ts';
import type { SlotMachine } from '../slots/machine.ts';
import { keepIdentity } from './kept-identity.ts';

/** Seconds in which what would bring the machine down again does so. */
const steady = 30;
/** Seconds after boot: a machine that nobody can reach by then starts anew. */
const deadline = 600;
const pause = 10;
/** Those of a service that has not come to run. One that has ended, or was stopped, is as somebody wanted it. */
const unborn: readonly string[] = ['starting', 'waiting', 'pausing'];
/** The initrd's word, and its mark on the data partition: /etc is the image's own, as a trial. */
export const safePath = '/run/catamaran/safe';
const tryingPath = '/var/lib/etc.trying';
/** Init's word: an onboot container that is required has failed in a safe boot, which went on all the same. */
const failedPath = '/run/catamaran/onboot-failed';

/** `now`: whoever asks has come far enough to ask. `rested`: the steady time is over already. */
export function settle(
  machine: SlotMachine,
  { now, rested = false }: { now: boolean; rested?: boolean },
): void {
  const { host } = machine;
  if (!now && !rested) host.run(['sleep', String(steady)]);
  for (let reason = now ? undefined : whyDown(host); reason !== undefined; reason = whyDown(host)) {
    if (uptime(host) > deadline) {
      host.print(`nobody can reach this machine ${deadline} seconds after boot: ${reason}`);
      // Init's stage 3 does not take this for somebody's wish.
      host.writeFile('/run/catamaran/not-up', '');
      if (host.readText('/run/catamaran/trial') === undefined) host.run(['reboot']);
      return;
    }
    host.run(['sleep', String(pause)]);
  }
  cameUp(machine);
}

function cameUp({ host, partitions }: SlotMachine): void {
  const { failed } = parseBoots(partitions.read('ab-state', bootsOffset, envSector));
  if (failed !== 0) partitions.write('ab-state', bootsOffset, serialiseBoots({ failed: 0 }));
  if (host.readText(safePath) !== undefined) keepAside(host);
  remember(host, 'who this machine is', () => keepIdentity({ host, partitions }));
}

/** The person's /etc stays aside only where it has made a difference. */
function keepAside(host: Host): void {
  const failed = host.readText(failedPath)?.trim();
  if (failed === undefined) {
    host.removeFile(tryingPath);
    host.run(['sync', '/var/lib']);
  } else if (host.readText(tryingPath) !== undefined) {
    putNotice(
      host,
      'safe-boot-2',
      `it was not for your /etc: onboot ${failed} fails with the image's own as well; yours is back at the next boot`,
    );
  }
}

/** Undefined where somebody can log in. */
function whyDown(host: Host): string | undefined {
  const names = keptServices(readServices(host)).map(({ name }) => name);
  const states = managerOf(host)
    .list(host, names)
    .map(({ state }) => state);
  if (names.length > 0 && states.every((state) => unborn.includes(state))) return 'none of its services runs';
  if (!/^root:[^:]*:0:/m.test(host.readText('/etc/passwd') ?? '')) return '/etc/passwd has no root';
  const { status, output } = host.run([
    ...(['timeout', '-k', '1', '20', 'env', '-i', 'HOME=/root', 'PATH=/usr/sbin:/usr/bin'] as const),
    ...['/bin/sh', '-l', '-c', 'exit 0'],
  ]);
  return status === 0 ? undefined : `a login ends with status ${status}: ${output.trim().slice(0, 200)}`;
}

function uptime(host: Host): number {
  return Number((host.readText('/proc/uptime') ?? '0').split(' ')[0]);
}
