// #include and #include-once: addresses of further user-data, one on each line. The caller fetches them.

import { webAddress } from '../../document/shape/forms.ts';
import { partInside, placeOfPart } from '../reading.ts';
import type { UserDataFormat } from './format.ts';

const most = 16;

export const include: UserDataFormat = {
  name: 'include',
  types: ['text/x-include-url', 'text/x-include-once-url'],
  detects: (firstLine) => /^#include(-once)?(\s|$)/.test(firstLine),
  read(text, part, { findings, fetch, readPart }) {
    const lines = text.split('\n').map((line, index) => ({
      url: line.replace(/^#include(-once)?\s*/, '').trim(),
      at: { ...placeOfPart(part), line: part.line + index },
    }));
    const named = lines.filter(({ url }) => url !== '' && !url.startsWith('#'));
    for (const { url, at } of named.slice(0, most)) {
      if (!webAddress.pattern.test(url))
        findings.error(at, `is ${JSON.stringify(url.slice(0, 60))}: it must be ${webAddress.rule}`);
      else {
        const body = fetch({ ...at, url, headers: {} });
        if (body) readPart(partInside(part, url, body));
      }
    }
    if (named.length > most)
      findings.error(
        named[most]!.at,
        `includes more than ${most} addresses`,
        'Put several documents into one.',
      );
  },
};
