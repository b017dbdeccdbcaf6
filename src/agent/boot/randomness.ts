// The seed of the last boot is stirred in, and replaced at once so that no two boots have the same.
import { type Host, runOrThrow } from '../host/host.ts';

const seed = '/var/lib/random-seed';

export function stirRandomness(host: Host): void {
  const script =
    '[ ! -e "$1" ] || cat "$1" >/dev/urandom; umask 077 && dd if=/dev/urandom of="$1" bs=512 count=1 2>/dev/null';
  runOrThrow(host, ['sh', '-c', script, 'sh', seed]);
}
