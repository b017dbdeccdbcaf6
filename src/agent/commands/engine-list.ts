// Both Dockers, which are the release's own.
import { dockers, ofDocker } from '../system/dockers.ts';
import { alone, type Command } from './command.ts';

export const engineList: Command = {
  words: 'engine list',
  summary: 'the version of Docker, for the system and for people; another one comes with another release',
  parse: alone((host) => {
    for (const docker of dockers) {
      const { status, output } = host.run(ofDocker(docker, 'version', '-f', '{{.Server.Version}}'));
      host.print(`${docker}: ${status === 0 ? `docker-${output.trim()}` : 'does not answer'}`);
    }
  }),
};
