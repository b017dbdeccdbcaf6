// SECTION/NAME, as init's scripts name a container's bundle.
import { parseSection, type Section } from '../../contract/bundles.ts';
import type { Host } from '../host/host.ts';
import type { Command } from './command.ts';

export const bundleUsage = 'SECTION/NAME';

export function ofBundle(work: (host: Host, section: Section, name: string) => void): Command['parse'] {
  return ([object = '', ...rest]) => {
    const [, sectionName = '', name = ''] = /^([a-z]+)\/([A-Za-z0-9][A-Za-z0-9._-]*)$/.exec(object) ?? [];
    const section = parseSection(sectionName);
    return section && rest.length === 0 ? (host) => work(host, section, name) : undefined;
  };
}
