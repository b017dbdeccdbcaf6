// #cloud-config: YAML. It is applied when all parts are read, because parts merge.

import { readYaml } from '../../document/yaml.ts';
import { placeOf } from '../reading.ts';
import type { Format } from './format.ts';

export const cloudConfig: Format = {
  name: 'cloud-config',
  types: ['text/cloud-config'],
  detects: (firstLine) => /^#cloud-config(\s|$)/.test(firstLine),
  read(text, part, { findings, cloudConfigs }) {
    const node = readYaml(text, placeOf(part), findings);
    if (node?.kind === 'mapping') cloudConfigs.push(node);
    else if (node && !(node.kind === 'scalar' && node.form === 'empty'))
      findings.error(placeOf(part), 'is no mapping of keys to values', 'Write keys such as hostname: web-1.');
    else if (node) findings.note(placeOf(part), 'is empty');
  },
};
