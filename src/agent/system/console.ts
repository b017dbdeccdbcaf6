// `console list|switch`: what a login's shell runs in. `default` is the machine itself; any other is a container of system-docker that
// shares the machine's processes, network and data. Switching replaces that one container, and no other.
import { measureResources } from '../condition/resources.ts';
import { AgentError, type Host, runOrThrow } from '../host/host.ts';
import { answers, ofDocker, stateOf } from './dockers.ts';
import { settingOf, settingsBelow, writeSystemSetting } from './settings.ts';

const container = 'console';
const label = 'catamaran.console';
/** A login reads here that there is one (/etc/profile.d/console.sh). */
const flag = '/run/catamaran/console';
/** In KiB: with less, fetching an image could fill the disk. */
const leastFree = 256 << 10;

export function listConsoles(host: Host): void {
  const current = settingOf(host, 'console') ?? 'default';
  for (const [name, image] of [['default', 'the machine itself'], ...settingsBelow(host, 'console')] as const)
    host.print(`${name === current ? 'current ' : 'disabled'} ${name}: ${image}`);
}

export function switchConsole(host: Host, name: string): void {
  startConsole(host, name);
  writeSystemSetting(host, 'console', name);
  host.print(`logins have the console ${name} from now on`);
}

/** Leaves one of this name that runs. */
export function startConsole(host: Host, name: string): void {
  if (name === 'default') {
    if (host.readText(flag) !== undefined) host.removeFile(flag);
    if (stateOf(host, 'system-docker', container) !== undefined)
      runOrThrow(host, ofDocker('system-docker', 'rm', '-f', container));
    return;
  }
  const image = requireConsole(host, name);
  if (!answers(host, 'system-docker'))
    throw new AgentError('system-docker does not answer', {
      code: 'docker-silent',
      hint: 'See catamaran-agent logs system-docker.',
    });
  if (!isRunning(host, name)) makeAnew(host, name, image);
  host.writeFile(flag, `${name}\n`);
}

function isRunning(host: Host, name: string): boolean {
  const format = `{{.State.Running}} {{index .Config.Labels "${label}"}}`;
  const { output } = host.run(ofDocker('system-docker', 'inspect', '-f', format, container));
  return output.trim() === `true ${name}`;
}

function makeAnew(host: Host, name: string, image: string): void {
  if (host.run(ofDocker('system-docker', 'image', 'inspect', image)).status !== 0) fetchImage(host, image);
  host.run(ofDocker('system-docker', 'rm', '-f', container));
  runOrThrow(host, ofDocker('system-docker', 'run', ...consoleWords(name, image)));
}

function fetchImage(host: Host, image: string): void {
  const { free } = measureResources(host).disk ?? {};
  if (free !== undefined && free < leastFree)
    throw new AgentError(`${free >> 10} MiB are free, too few to fetch ${image}`, {
      code: 'console-no-space',
      hint: 'Make room on /var, or load the image with system-docker load.',
    });
  runOrThrow(host, ofDocker('system-docker', 'pull', image));
}

/** Sleeps; each login comes in by `docker exec`. */
function consoleWords(name: string, image: string): string[] {
  const binds = ['/dev', '/run', '/var'];
  return [
    ...['--detach', '--name', container, '--label', `${label}=${name}`, '--restart', 'always'],
    ...['--privileged', '--network', 'host', '--pid', 'host', '--ipc', 'host', '--uts', 'host'],
    ...binds.flatMap((path) => ['-v', `${path}:${path}`]),
    ...['-v', '/var/home:/home', '-v', '/usr/bin/docker:/usr/bin/docker:ro'],
    ...['--entrypoint', '/bin/sh', image, '-c', 'while :; do sleep 3600; done'],
  ];
}

export function requireConsole(host: Host, name: string): string {
  const consoles = settingsBelow(host, 'console');
  const image = consoles.get(name);
  if (image !== undefined) return image;
  throw new AgentError(
    `there is no console ${JSON.stringify(name)}; there are ${['default', ...consoles.keys()].join(', ')}`,
    {
      code: 'console-unknown',
      fault: 'usage',
      hint: 'Name its image first: catamaran-agent config set console.NAME IMAGE.',
    },
  );
}
