// cloud-init's `ds=nocloud;s=URL;h=NAME;i=ID`, among the kernel's arguments or as the serial number of the machine (SMBIOS,
// type 1): a web server with the documents of a volume `cidata`.
import { webAddress } from '../../../contract/document/shape/forms.ts';
import { hostnameOf, instanceIdOf } from '../../../contract/metadata/values.ts';
import { nocloudDocuments, type UserDataPlace } from '../../../platform/user-data.ts';
import type { Host } from '../../host/host.ts';
import { argumentIn, readDmi } from '../facts.ts';
import type { Facts, Kind } from '../source.ts';
import { http } from './http.ts';

export const seed: Kind<Extract<UserDataPlace, { at: 'seed' }>> = {
  when: 'network',
  isWanted: (facts, host) => wordsOf(facts, host) !== undefined,
  look(_, seeker) {
    const words = wordsOf(seeker.facts, seeker.host);
    if (words === undefined) return undefined;
    const [, ...fields] = words.split(';');
    const value = (...keys: string[]) =>
      fields.find((field) => keys.includes(field.split('=', 1)[0]!))?.replace(/^[^=]*=/, '');
    const url = value('s', 'seedfrom');
    const named = {
      hostname: hostnameOf(value('h', 'local-hostname')),
      instanceId: instanceIdOf(value('i', 'instance-id')),
    };
    const said = Object.fromEntries(Object.entries(named).filter(([, each]) => each !== undefined));
    if (url === undefined) return Object.keys(said).length === 0 ? undefined : { where: 'ds', given: said };
    if (!webAddress.pattern.test(url))
      return { problem: `ds=${words} names no http:// or https:// address`, again: false };
    const look = http.look(
      {
        at: 'http',
        bases: [url.replace(/\/+$/, '')],
        headers: {},
        ...nocloudDocuments,
      },
      seeker,
    );
    return look && 'given' in look ? { ...look, given: { ...look.given, ...said } } : look;
  },
};

function wordsOf({ cmdline }: Facts, host: Host): string | undefined {
  const serial = /^ds=(.*)$/.exec(readDmi(host, 'product_serial') ?? '')?.[1];
  const words = argumentIn(cmdline, 'ds') ?? serial;
  return /^nocloud(-net)?(;|$)/.test(words ?? '') ? words : undefined;
}
