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

import { parseSignal } from '../document/scalars.ts';

/** How a service is kept running. Times in milliseconds. */
export interface Supervision {
  /** Place in the order of starting, from 0: after all that it depends on. Stopping goes the other way. */
  readonly order: number;
  /** Names of services. */
  readonly dependsOn: readonly string[];
  readonly restart: Restart;
  readonly stop: Stop;
  readonly health?: ServiceHealth;
}

export interface Restart {
  readonly policy: 'always' | 'on-failure' | 'never';
  /** The wait before a new start: `initial`, doubled each time up to `max`, `initial` again after a run of `reset`. */
  readonly backoff: { readonly initial: number; readonly max: number; readonly reset: number };
}

export interface Stop {
  /** Absent: the image's, else SIGTERM. */
  readonly signal?: string;
  readonly timeout: number;
}

export interface ServiceHealth {
  readonly probe:
    | { readonly kind: 'command'; readonly command: readonly string[] }
    | { readonly kind: 'http'; readonly url: string }
    | { readonly kind: 'tcp'; readonly address: string }
    | { readonly kind: 'file'; readonly path: string };
  readonly interval: number;
  readonly timeout: number;
  /** So many failures in a row mean unhealthy. */
  readonly retries: number;
}

/** `stopSignal`: of the image. */
export function supervisionFile(
  { optional, supervision }: { readonly optional: boolean; readonly supervision?: Supervision },
  stopSignal?: string,
): object {
  if (!supervision) return { optional };
  const { order, dependsOn, restart, stop, health } = supervision;
  const signal = stop.signal ?? (stopSignal ? parseSignal(stopSignal) : 'SIGTERM');
  return { order, dependsOn, restart, stop: { signal, timeout: stop.timeout }, ...(health && { health }) };
}
