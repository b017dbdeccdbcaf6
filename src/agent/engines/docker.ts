// Docker: by its own command line, in the container of its service or on the host.

import { runOrThrow } from '../host/host.ts';
import { answersOf, authFiles, runWords } from './command-line.ts';
import { type ContainerEngine, inEngine } from './engine.ts';

export const docker: ContainerEngine = {
  name: 'docker',
  program: 'dockerd',
  onHost: { daemon: 'docker' },

  ...answersOf('docker'),

  start(running, { service, digest }) {
    const { host } = running;
    host.run(inEngine(running, ['docker', 'rm', '-f', service.name]));
    runOrThrow(host, inEngine(running, ['docker', 'run', ...runWords(service, service.image, digest)]));
  },

  refusesRegistry({ name, mirrors }) {
    return name === 'docker.io' || mirrors.length === 0
      ? undefined
      : 'Docker asks mirrors for docker.io alone';
  },

  registryFiles(registries, variables) {
    const ofDocker = registries.find(({ name }) => name === 'docker.io');
    const insecure = registries.filter((each) => each.insecure).map(({ name }) => name);
    const proxies = {
      'http-proxy': variables.http_proxy,
      'https-proxy': variables.https_proxy,
      'no-proxy': variables.no_proxy,
    };
    const daemon = {
      ...(ofDocker && ofDocker.mirrors.length > 0 && { 'registry-mirrors': ofDocker.mirrors }),
      ...(insecure.length > 0 && { 'insecure-registries': insecure }),
      ...(Object.keys(variables).length > 0 && { proxies }),
    };
    return [
      ...(Object.keys(daemon).length > 0
        ? [
            {
              path: '/etc/docker/daemon.json',
              members: daemon,
              mode: 0o644,
            },
          ]
        : []),
      ...authFiles(registries),
    ];
  },
};
