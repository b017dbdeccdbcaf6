// A container engine that an image may have, as containers of user-data are run by it: each is a file here, and a line in
// table.ts. An engine is a service of the image, and its programs run in that service's container; or it is a daemon of the
// host, or a program without one, and they run there.
import type { Registry, Service } from '../../contract/user-data/machine-config.ts';
import type { Host } from '../host/host.ts';

export interface RunningEngine {
  readonly host: Host;
  /** The name of the service that the engine is; undefined where it runs on the host itself. */
  readonly service: string | undefined;
}

export interface Wanted {
  readonly service: Service;
  /** Another text for another container. */
  readonly digest: string;
  readonly registries: readonly Registry[];
  /** Of a proxy. */
  readonly variables: Readonly<Record<string, string>>;
}

export interface ContainerEngine {
  readonly name: string;
  /** The program that the engine's service runs. */
  readonly program: string;
  /** What shows that it is on the host itself: its daemon's name (host/daemons.ts), or where there is none its program. */
  readonly onHost?: { readonly daemon: string } | { readonly program: string };
  /** Whether it answers. */
  isReady(running: RunningEngine): boolean;
  /** What of this it cannot do, in words; such a container is not started otherwise than it was meant. */
  refuses(service: Service): string | undefined;
  /** The digest of the container of this name; undefined where there is none. */
  find(running: RunningEngine, name: string): string | undefined;
  /** In place of one of the same name. */
  start(running: RunningEngine, wanted: Wanted): void;
  /** One that is to run always, and is as it should be; absent: the engine starts it by itself. */
  wake?(running: RunningEngine, name: string): void;
  /** What of a registry it cannot do, in words; the rest is done. */
  refusesRegistry?(registry: Registry): string | undefined;
  /** Where it reads of registries, by their path on the machine. */
  registryFiles(
    registries: readonly Registry[],
    variables: Readonly<Record<string, string>>,
  ): readonly EngineFile[];
}

/** `members`: of an object of JSON, whose others stay as the image or a person has them. */
export type EngineFile = { readonly path: string; readonly mode: number } & (
  | { readonly text: string }
  | { readonly members: Readonly<Record<string, unknown>> }
);

const runtime = '/usr/lib/catamaran/runtime';

/** A program of the engine, where the engine is. */
export function inEngine(
  { service }: RunningEngine,
  words: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): [string, ...string[]] {
  const pairs = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  if (service === undefined) return ['env', 'HOME=/root', ...pairs, ...words];
  const set = pairs.flatMap((pair) => ['-e', pair]);
  return [runtime, 'exec', ...set, service, ...words];
}

/** Directories of the machine that a container is to see, and that are not there: as Docker makes them by itself. */
export function makeSources(running: RunningEngine, { mounts }: Service): void {
  const sources = mounts.flatMap((mount) => /^\/[^:]*(?=:)/.exec(mount) ?? []);
  if (sources.length > 0) running.host.run(inEngine(running, ['mkdir', '-p', '--', ...sources]));
}

/** The image with its registry and tag, as Docker completes it. */
export function fullReference(image: string): string {
  const [first = '', ...rest] = image.split('/');
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const named = hasHost ? image : rest.length === 0 ? `docker.io/library/${image}` : `docker.io/${image}`;
  return /@|:[^/]*$/.test(named) ? named : `${named}:latest`;
}

export const registryOf = (image: string): string => fullReference(image).split('/')[0]!;
