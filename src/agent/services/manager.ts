// How the agent asks the init of this machine about its services: one interface, one file for each init, and managers.ts
// lists them. docs/inits.md has what an init keeps to beyond this.
import type { Host } from '../host/host.ts';
import type { SupervisedService } from './settings.ts';

export interface ServiceReport {
  readonly name: string;
  readonly state: 'starting' | 'waiting' | 'running' | 'pausing' | 'ended' | 'stopped';
  /** What it waits for, the length of the pause in seconds, the exit status. */
  readonly detail?: string;
  /** Of the container's first process, while it runs. */
  readonly pid?: number;
  readonly restarts: number;
  /** Absent where it has no health check; `since`: seconds after boot. */
  readonly health?: { readonly state: 'starting' | 'healthy' | 'unhealthy'; readonly since: number };
}

export interface ServiceManager {
  /** Before the services start, once in each boot: what init has to know of them, in the order of starting. */
  configure(host: Host, services: readonly SupervisedService[]): void;
  /** In the order of the names. A service that init has not heard of is `stopped`. */
  list(host: Host, names: readonly string[]): ServiceReport[];
  /** To the container's first process; the name as signalForRuntime gives it. Throws where it does not run. */
  signal(host: Host, name: string, signal: string): void;
  /** By its stop signal and within its time; answers when it has ended, and it is not started again. */
  stop(host: Host, service: SupervisedService): void;
  /** One that runs goes on. What `configure` has said since may be another thing. Does not wait until it runs. */
  start(host: Host, name: string): void;
  /** A text that stays the same as long as none of these services has started anew. */
  started(host: Host, names: readonly string[]): string;
  /** What runs a command in a container that runs: the program, its word for that, and the container. */
  enter(name: string): readonly [string, string, string];
  /** The program that shows what a service has said, and with `follow` goes on showing it. */
  logs(host: Host, name: string, follow: boolean): [string, ...string[]];
}
