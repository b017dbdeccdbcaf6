// A machine whose clock has no battery wakes up in 1970 or the like, where every certificate is one of the future. Raised to
// what is past for certain (usr/lib/catamaran/clock-floor), and never lowered. The RTC stays as it is.
import { type Host, runOrThrow } from '../host/host.ts';

const heard = '/var/lib/catamaran/tuf/clock.json';

export function raiseClock(host: Host): void {
  const now = runOrThrow(host, ['date', '+%s']).trim();
  // `/` is as old as the image.
  const image = runOrThrow(host, ['date', '-r', '/', '+%s']).trim();
  const floor = runOrThrow(host, ['/usr/lib/catamaran/clock-floor', now, image, heard]).trim();
  if (floor === '') return;
  runOrThrow(host, ['date', '-s', `@${floor}`]);
  host.print(`the clock said ${timeOf(now)}; raised to ${timeOf(floor)}, which is past for certain`);
}

const timeOf = (seconds: string): string =>
  new Date(Number(seconds) * 1000).toISOString().replace('.000', '');
