// The two Dockers of a machine with component:init-docker: the system's, whose containers its services are, and the people's,
// which runs in one of them.
import type { Host } from '../host/host.ts';

export type Docker = 'system-docker' | 'docker';
export const dockers: readonly Docker[] = ['system-docker', 'docker'];

export function ofDocker(docker: Docker, ...words: string[]): [string, ...string[]] {
  return ['docker', '-H', `unix:///run/${docker}.sock`, ...words];
}

/** In seconds. */
const patience = 120;

/** Waits for it, where it is being started. */
export function answers(host: Host, docker: Docker): boolean {
  for (let left = patience; left > 0; left -= 2) {
    if (host.run(ofDocker(docker, 'version')).status === 0) return true;
    host.run(['sleep', '2']);
  }
  return false;
}

/** Of a container that it has; undefined where there is none. */
export function stateOf(host: Host, docker: Docker, container: string): string | undefined {
  const { status, output } = host.run(ofDocker(docker, 'inspect', '-f', '{{.State.Status}}', container));
  return status === 0 ? output.trim() : undefined;
}
