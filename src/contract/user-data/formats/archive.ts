// #cloud-config-archive: a YAML list of parts, each with its type and content.
import { encodeUtf8 } from '../../../base/utf8.ts';
import { either, list, mapping } from '../../document/shape/collections.ts';
import { content, text } from '../../document/shape/scalars.ts';
import { about, meaningless } from '../../document/shape/shape.ts';
import { readYaml } from '../../document/yaml.ts';
import { partInside, placeOfPart } from '../reading.ts';
import type { UserDataFormat } from './format.ts';

const entries = list(
  either({
    scalar: content,
    mapping: mapping(
      {
        type: about('MIME type.', text()),
        content: about('What is in it.', content),
        filename: meaningless('it is a name only'),
      },
      ['content'],
    ),
  }),
);

export const archive: UserDataFormat = {
  name: 'cloud-config-archive',
  types: ['text/cloud-config-archive'],
  detects: (firstLine) => firstLine === '#cloud-config-archive',
  read(source, part, { findings, readPart }) {
    const node = readYaml(source, placeOfPart(part), findings);
    const items = node && entries.read(node, findings);
    for (const [index, item] of (items ?? []).entries()) {
      const whole = typeof item === 'string' || item instanceof Uint8Array;
      const written = whole ? item : (item.content ?? '');
      const bytes = typeof written === 'string' ? encodeUtf8(written) : written;
      readPart(
        partInside(
          part,
          `${part.name}, part ${index + 1}`,
          bytes,
          whole ? undefined : item.type?.toLowerCase(),
        ),
      );
    }
  },
};
