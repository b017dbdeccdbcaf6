// The engines that are known, and the one that this image has: the first that is a service, or else on the host.
import { hasDaemon } from '../host/daemons.ts';
import type { Host } from '../host/host.ts';
import { containerd } from './containerd.ts';
import { docker } from './docker.ts';
import type { ContainerEngine, RunningEngine } from './engine.ts';
import { podman } from './podman.ts';

export const engines: readonly ContainerEngine[] = [docker, podman, containerd];

export function findEngine(host: Host): { engine: ContainerEngine; running: RunningEngine } | undefined {
  const names = host.listDirectory('/containers/services') ?? [];
  for (const engine of engines)
    for (const service of names)
      if (programOf(host, service) === engine.program) return { engine, running: { host, service } };
  const engine = engines.find(({ onHost }) => onHost !== undefined && isOnHost(host, onHost));
  return engine && { engine, running: { host, service: undefined } };
}

function isOnHost(host: Host, where: NonNullable<ContainerEngine['onHost']>): boolean {
  return 'daemon' in where
    ? hasDaemon(host, where.daemon)
    : host.run(['test', '-x', where.program]).status === 0;
}

/** The file name of what the service's container runs. */
function programOf(host: Host, service: string): string | undefined {
  const text = host.readText(`/containers/services/${service}/config.json`) ?? '';
  return /"args"\s*:\s*\[\s*"(?:[^"]*\/)?([^"/]+)"/.exec(text)?.[1];
}
