// A file of the machine's own: the config area of the ISO that it was booted from, or what lies on its data medium.
import type { UserDataPlace } from '../../../platform/user-data.ts';
import { readWhole } from '../read-file.ts';
import type { Kind } from '../source.ts';

export const file: Kind<Extract<UserDataPlace, { at: 'file' }>> = {
  when: 'local',
  look({ paths }, { host }) {
    for (const path of paths) {
      const userData = readWhole(host, path);
      if (userData instanceof Uint8Array) return { where: path, given: { userData } };
      if (userData) return { problem: userData.problem, again: false };
    }
    return undefined;
  },
};
