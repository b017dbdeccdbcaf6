// The machine's own network cards, and whether any of them has an address.
import type { Host } from '../../host/host.ts';

export function listInterfaces(host: Host): string[] {
  return (host.listDirectory('/sys/class/net') ?? [])
    .filter((name) => /^[\w.-]{1,15}$/.test(name) && host.listDirectory(`/sys/class/net/${name}/device`))
    .slice(0, 16);
}

/** One that reaches further than its link. */
export function hasAddress(host: Host): boolean {
  return host.run(['ip', '-o', 'addr', 'show', 'scope', 'global']).output.trim() !== '';
}
