// QEMU's fw_cfg: a file of the host's, by the module qemu_fw_cfg.
import type { UserDataPlace } from '../../../platform/user-data.ts';
import { documentLimit } from '../read-file.ts';
import type { Kind } from '../source.ts';

const directory = '/sys/firmware/qemu_fw_cfg/by_name';

export const firmware: Kind<Extract<UserDataPlace, { at: 'firmware' }>> = {
  when: 'local',
  look({ keys }, { host }) {
    if (host.listDirectory(directory) === undefined) host.run(['modprobe', '-q', 'qemu_fw_cfg']);
    for (const key of keys) {
      const size = Number(host.readText(`${directory}/${key}/size`)?.trim());
      if (!(size > 0)) continue;
      if (size > documentLimit)
        return { problem: `${key} has ${size} bytes: more than ${documentLimit}`, again: false };
      return { where: key, given: { userData: host.readBytes(`${directory}/${key}/raw`, 0, size) } };
    }
    return undefined;
  },
};
