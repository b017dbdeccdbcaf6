// #cloud-config: YAML. It is applied when all parts are read, because parts merge.

import { readYaml } from '../../document/yaml.ts';
import { placeOfPart } from '../reading.ts';
import type { UserDataFormat } from './format.ts';

export const cloudConfig: UserDataFormat = {
  name: 'cloud-config',
  types: ['text/cloud-config'],
  detects: (firstLine) => /^#cloud-config(\s|$)/.test(firstLine),
  read(text, part, { findings, cloudConfigs }) {
    const node = readYaml(text, placeOfPart(part), findings);
    if (node?.kind === 'mapping') cloudConfigs.push(node);
    else if (node && !(node.kind === 'scalar' && node.form === 'empty'))
      findings.error(
        placeOfPart(part),
        'is no mapping of keys to values',
        'Write keys such as hostname: web-1.',
      );
    else if (node) findings.note(placeOfPart(part), 'is empty');
  },
};
