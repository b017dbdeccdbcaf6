// Podman: no daemon, so a container runs until the machine goes down, and is started again by whoever finds it.
import { runOrThrow } from '../host/host.ts';
import { answersOf, authFiles, runWords } from './command-line.ts';
import { type ContainerEngine, fullReference, inEngine, makeSources } from './engine.ts';

export const podman: ContainerEngine = {
  name: 'podman',
  program: 'podman',
  onHost: { program: '/usr/bin/podman' },

  ...answersOf('podman'),

  start(running, { service, digest, variables }) {
    const { host } = running;
    host.run(inEngine(running, ['podman', 'rm', '-f', '-t', '10', service.name]));
    makeSources(running, service);
    const words = runWords(service, fullReference(service.image), digest);
    runOrThrow(host, inEngine(running, ['podman', 'run', ...words], variables));
  },

  wake(running, name) {
    runOrThrow(running.host, inEngine(running, ['podman', 'start', name]));
  },

  registryFiles(registries) {
    const tables = registries
      .filter(({ mirrors, insecure }) => mirrors.length > 0 || insecure)
      .map(({ name, mirrors, insecure }) =>
        [
          `[[registry]]\nlocation = ${JSON.stringify(name)}\ninsecure = ${insecure}\n`,
          ...mirrors.map((mirror) => {
            const [, scheme = 'https:', location = ''] = /^(https?:)?(?:\/\/)?(.*?)\/*$/.exec(mirror) ?? [];
            return `[[registry.mirror]]\nlocation = ${JSON.stringify(location)}\ninsecure = ${scheme === 'http:'}\n`;
          }),
        ].join('\n'),
      );
    return [
      ...(tables.length > 0
        ? [
            {
              path: '/etc/containers/registries.conf.d/50-user-data.conf',
              text: tables.join('\n'),
              mode: 0o644,
            },
          ]
        : []),
      ...authFiles(registries),
    ];
  },
};
