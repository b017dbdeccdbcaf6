// VirtualBox's guest properties, by the program VBoxControl of its guest additions, where an image has it.
import { encodeUtf8 } from '../../../base/utf8.ts';
import type { UserDataPlace } from '../../../platform/user-data.ts';
import type { Kind } from '../source.ts';

export const guestProperty: Kind<Extract<UserDataPlace, { at: 'guest-property' }>> = {
  when: 'local',
  look({ key }, { host }) {
    const command = ['VBoxControl', '--nologo', 'guestproperty', 'get', key];
    const { status, output } = host.run(['timeout', '5', ...command]);
    const value = /^Value: ([\s\S]*?)\n?$/.exec(output)?.[1];
    if (status !== 0 || value === undefined || value === '') return undefined;
    return { where: key, given: { userData: encodeUtf8(value) } };
  },
};
