// #compose: a compose file by itself, as RancherOS takes it.

import { readYaml } from '../../document/yaml.ts';
import { placeOf } from '../reading.ts';
import { addServices, services, compose as shape } from '../services.ts';
import type { Format } from './format.ts';

export const compose: Format = {
  name: 'compose',
  types: ['text/x-compose'],
  detects: (firstLine) => firstLine === '#compose',
  read(text, part, { findings, draft }) {
    const node = readYaml(text, placeOf(part), findings);
    // Version 1 of the format has the services at the top.
    const isFirst = node?.kind === 'mapping' && !node.entries.has('services');
    const named = node && (isFirst ? services.read(node, findings) : shape.read(node, findings)?.services);
    if (named) addServices(named, draft, findings);
  },
};
