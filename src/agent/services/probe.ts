// A service's health check as a shell script: one try, good if it ends with 0. `$1` is the container's first process, in
// whose network namespace http and tcp are tried. Whoever runs it sets the limit in time, and ends what is in ./probe.pid
// after it: the runtime leaves a program in the container behind when it is ended itself.
import type { ServiceHealth } from '../../contract/supervision.ts';
import { quote } from './quote.ts';

export function probeScript(name: string, { probe }: ServiceHealth): string {
  return `${commandOf(name, probe)}\n`;
}

function commandOf(name: string, probe: ServiceHealth['probe']): string {
  switch (probe.kind) {
    case 'command':
      return `exec "$runtime" exec --pid-file probe.pid ${[name, ...probe.command].map(quote).join(' ')}`;
    case 'http':
      return `exec nsenter -t "$1" -n wget -q -Y off -O /dev/null ${quote(probe.url)}`;
    case 'tcp':
      return `exec nsenter -t "$1" -n nc ${addressOf(probe.address).map(quote).join(' ')} -e /usr/bin/true`;
    case 'file':
      return `[ -e "/proc/$1/root"${quote(probe.path)} ]`;
  }
}

/** HOST:PORT, [IPv6]:PORT. */
function addressOf(address: string): string[] {
  const colon = address.lastIndexOf(':');
  return [address.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), address.slice(colon + 1)];
}
