// Where the machine's networks are written, one beside the other, and read by `catamaran-agent network up`: the image's, which
// the builder has read from the spec's `network` section, and that of user-data and the platform, which the agent has read.
import { fieldsOf, listField, objectField } from '../../base/fields.ts';
import { malformedDocument, readFormatted, writeDocument } from '../document.ts';
import type { Network } from '../network.ts';

/** Of the image. */
export const imageNetworkPath = 'usr/lib/catamaran/network.json';
/** In memory: user-data are read anew at each boot. */
export const userNetworkPath = '/run/catamaran/network/user-data.json';
const most = 1000;

export function writeNetwork({ interfaces, dns }: Network): string {
  return writeDocument({ interfaces, dns });
}

/** Texts in it have been checked by whoever read them first. */
export function readNetworkFile(text: string, what: string): Network {
  const fields = readFormatted(text, what);
  for (const each of listField(fields, 'interfaces', most)) fieldsOf(each, what, malformedDocument);
  const { servers, search } = objectField(fields, 'dns').values;
  const { interfaces } = fields.values as unknown as Pick<Network, 'interfaces'>;
  return { interfaces, dns: { servers: texts(servers), search: texts(search) } };
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
}
