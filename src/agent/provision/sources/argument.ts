// An address among the kernel's arguments: what is there is fetched when there is a network.
import { webAddress } from '../../../contract/document/shape/forms.ts';
import type { UserDataPlace } from '../../../platform/user-data.ts';
import { argumentIn } from '../facts.ts';
import type { Kind } from '../source.ts';

export const argument: Kind<Extract<UserDataPlace, { at: 'argument' }>> = {
  when: 'local',
  look({ name }, { facts }) {
    const url = argumentIn(facts.cmdline, name);
    if (url === undefined) return undefined;
    if (!webAddress.pattern.test(url))
      return { problem: `the kernel argument ${name} is no http:// or https:// address`, again: false };
    return { where: url, given: { url } };
  },
};
