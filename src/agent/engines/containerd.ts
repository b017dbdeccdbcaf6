// containerd, by its ctr: images and containers without Docker. Its restart monitor keeps them running, by their labels. It
// makes no network for a container, and publishes no ports.

import type { Service } from '../../contract/user-data/machine-config.ts';
import { runOrThrow } from '../host/host.ts';
import { type ContainerEngine, fullReference, inEngine, makeSources, registryOf } from './engine.ts';

const label = 'catamaran.user-data';
/** component:containerd binds it. */
const hostsDirectory = '/etc/containerd/certs.d';

export const containerd: ContainerEngine = {
  name: 'containerd',
  program: 'containerd',

  isReady: (running) => running.host.run(inEngine(running, ['ctr', 'version'])).status === 0,

  refuses({ network, ports, entrypoint, pid, hostname, restart }) {
    if (network !== 'host' && network !== 'none')
      return 'containerd makes no network for a container: write network_mode: host, or none';
    if (ports.length > 0 && network !== 'host')
      return 'containerd publishes no ports: write network_mode: host';
    if (entrypoint !== undefined)
      return 'containerd takes no other entrypoint than the image’s: write command';
    if (pid !== undefined) return 'containerd’s ctr has no pid';
    if (hostname !== undefined) return 'containerd’s ctr has no hostname';
    return restart === 'on-failure'
      ? 'containerd does not tell a failure from an end: write restart: always or no'
      : undefined;
  },

  find(running, name) {
    const { status, output } = running.host.run(inEngine(running, ['ctr', 'container', 'info', name]));
    return status === 0 ? (new RegExp(`"${label}": "([^"]*)"`).exec(output)?.[1] ?? '') : undefined;
  },

  start(running, { service, digest, registries, variables }) {
    const { host } = running;
    const { name } = service;
    const image = fullReference(service.image);
    const credentials = registries.find((each) => each.name === registryOf(image))?.credentials;
    const login = credentials ? ['--user', `${credentials.username}:${credentials.password}`] : [];
    const isThere =
      host.run(inEngine(running, ['ctr', 'image', 'ls', '-q', `name==${image}`])).output.trim() !== '';
    if (!isThere)
      runOrThrowSecretly(() =>
        host.run(
          inEngine(
            running,
            ['ctr', 'image', 'pull', '--hosts-dir', hostsDirectory, ...login, image],
            variables,
          ),
        ),
      );
    host.run(inEngine(running, ['ctr', 'task', 'kill', '-s', 'SIGKILL', name]));
    host.run(inEngine(running, ['ctr', 'task', 'rm', '-f', name]));
    host.run(inEngine(running, ['ctr', 'container', 'rm', name]));
    makeSources(running, service);
    runOrThrow(host, inEngine(running, ['ctr', 'run', ...runWords(service, image, digest)]));
  },

  registryFiles(registries) {
    return registries
      .filter(({ mirrors, insecure }) => mirrors.length > 0 || insecure)
      .map(({ name, mirrors, insecure }) => {
        const server = `${insecure ? 'http' : 'https'}://${name === 'docker.io' ? 'registry-1.docker.io' : name}`;
        // containerd 1.7 refuses a file without any host, and then asks by https.
        const hosts = (mirrors.length > 0 ? mirrors : [server]).map(
          (host) => `[host.${JSON.stringify(host)}]\n  capabilities = ["pull", "resolve"]\n`,
        );
        return {
          path: `${hostsDirectory}/${name}/hosts.toml`,
          text: [`server = ${JSON.stringify(server)}\n`, ...hosts].join('\n'),
          mode: 0o644,
        };
      });
  },
};

/** Its words hold a password. */
function runOrThrowSecretly(run: () => { status: number; output: string }): void {
  const { status, output } = run();
  if (status !== 0) throw new Error(`the image cannot be pulled: ${output.trim().split('\n').at(-1)}`);
}

function runWords(service: Service, image: string, digest: string): string[] {
  const { name, command = [], network, user, directory, restart } = service;
  const each = (key: string, values: readonly string[]) => values.flatMap((value) => [key, value]);
  const pairs = (values: Readonly<Record<string, string>>) =>
    Object.entries(values).map(([key, value]) => `${key}=${value}`);
  const kept =
    restart === 'no' ? [] : ['containerd.io/restart.status=running', 'containerd.io/restart.policy=always'];
  return [
    '-d',
    ...each('--label', [`${label}=${digest}`, ...kept, ...pairs(service.labels)]),
    ...(network === 'host' ? ['--net-host'] : []),
    ...each('--env', pairs(service.environment)),
    ...each('--mount', service.mounts.map(mountOf)),
    ...(user === undefined ? [] : ['--user', user]),
    ...(directory === undefined ? [] : ['--cwd', directory]),
    ...(service.privileged ? ['--privileged'] : []),
    ...(service.readOnly ? ['--read-only'] : []),
    ...each('--cap-add', service.capabilities.add.map(capability)),
    ...each('--cap-drop', service.capabilities.drop.map(capability)),
    ...each(
      '--device',
      service.devices.map((device) => device.split(':')[0]!),
    ),
    ...[image, name, ...command],
  ];
}

const capability = (name: string) => (/^CAP_/i.test(name) ? name.toUpperCase() : `CAP_${name.toUpperCase()}`);

/** `SOURCE:TARGET[:ro]`. */
function mountOf(mount: string): string {
  const [source = '', target = source, options = ''] = mount.split(':');
  return `type=bind,src=${source},dst=${target},options=rbind:${options.split(',').includes('ro') ? 'ro' : 'rw'}`;
}
