// A port of the host that leads to one of the machine: as Docker and LinuxKit write it, but never open to others than
// this host.

export interface Forward {
  readonly protocol: 'tcp' | 'udp';
  /** On 127.0.0.1. */
  readonly host: number;
  readonly guest: number;
}

/** `HOST:GUEST`, `PORT` for both, and `/udp` behind it. `127.0.0.1:` may stand before it. Undefined: not of that form. */
export function parseForward(text: string): Forward | undefined {
  const match = /^(?:(?:127\.0\.0\.1|localhost):)?(\d{1,5})(?::(\d{1,5}))?(?:\/(tcp|udp))?$/.exec(text);
  if (match === null) return undefined;
  const [host, guest] = [Number(match[1]), Number(match[2] ?? match[1])];
  const isPort = (port: number) => port >= 1 && port <= 65_535;
  if (!isPort(host) || !isPort(guest)) return undefined;
  return { protocol: match[3] === 'udp' ? 'udp' : 'tcp', host, guest };
}

/** In the syntax of QEMU's user network. */
export const hostForward = ({ protocol, host, guest }: Forward): string =>
  `hostfwd=${protocol}:127.0.0.1:${host}-:${guest}`;
