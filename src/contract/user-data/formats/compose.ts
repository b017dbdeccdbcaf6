// #compose: a compose file by itself, as RancherOS takes it.

import { readYaml } from '../../document/yaml.ts';
import { placeOfPart } from '../reading.ts';
import { addServices, servicesShape, composeShape as shape } from '../services.ts';
import type { UserDataFormat } from './format.ts';

export const compose: UserDataFormat = {
  name: 'compose',
  types: ['text/x-compose'],
  detects: (firstLine) => firstLine === '#compose',
  read(text, part, { findings, draft }) {
    const node = readYaml(text, placeOfPart(part), findings);
    // Version 1 of the format has the services at the top.
    const isFirst = node?.kind === 'mapping' && !node.entries.has('services');
    const named =
      node && (isFirst ? servicesShape.read(node, findings) : shape.read(node, findings)?.services);
    if (named) addServices(named, draft, findings);
  },
};
