// catamaran.json of a bundle: what our init reads beside LinuxKit's files. LinuxKit's own init does not look at it.
//
// onboot:    {"optional": false}
// onshutdown: {"optional": false}
// services:  {"order": 0, "dependsOn": ["db"],
//             "restart": {"policy": "always", "backoff": {"initial": 1000, "max": 60000, "reset": 60000}},
//             "stop": {"signal": "SIGTERM", "timeout": 10000},
//             "health": {"probe": {"kind": "http", "url": "http://…"}, "interval": 30000, "timeout": 10000, "retries": 3}}
//
// Times are milliseconds. All members are there but `health`. `order` is the place in the order of starting, which goes
// before each service by way of all that it depends on; stopping goes the other way. A probe is one of
// {"kind": "command", "command": […]} in the container, {"kind": "http", "url"} and {"kind": "tcp", "address": "HOST:PORT"}
// from its network namespace, {"kind": "file", "path"} in its root. A bundle with a file `apparmor` wants that profile
// loaded into the kernel before its container starts: any section may have one.
import type { ExecutionConfig } from '../oci/image.ts';
import { parseSignal } from '../spec/scalars.ts';
import type { Container } from '../spec/types.ts';

export function supervisionFile({ optional, supervision }: Container, image: ExecutionConfig): object {
  if (!supervision) return { optional };
  const { order, dependsOn, restart, stop, health } = supervision;
  const signal = stop.signal ?? (image.StopSignal ? parseSignal(image.StopSignal) : 'SIGTERM');
  return { order, dependsOn, restart, stop: { signal, timeout: stop.timeout }, ...(health && { health }) };
}
