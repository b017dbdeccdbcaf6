// Hyper-V's key-value pairs: the pool that the host writes, where an image has the daemon that keeps it. Records of a key of
// 512 bytes and a value of 2048, each filled up with zeros.
import { decodeUtf8, encodeUtf8 } from '../../../base/utf8.ts';
import type { UserDataPlace } from '../../../platform/user-data.ts';
import { readWhole } from '../read-file.ts';
import type { Kind } from '../source.ts';

const pool = '/var/lib/hyperv/.kvp_pool_0';
const sizes = { key: 512, record: 2560 };

export const kvp: Kind<Extract<UserDataPlace, { at: 'kvp' }>> = {
  when: 'local',
  look({ key }, { host }) {
    const bytes = readWhole(host, pool);
    if (!(bytes instanceof Uint8Array)) return undefined;
    for (let at = 0; at + sizes.record <= bytes.length; at += sizes.record) {
      const value = textOf(bytes.subarray(at + sizes.key, at + sizes.record));
      if (textOf(bytes.subarray(at, at + sizes.key)) === key && value)
        return { where: pool, given: { userData: encodeUtf8(value) } };
    }
    return undefined;
  },
};

function textOf(bytes: Uint8Array): string | undefined {
  const end = bytes.indexOf(0);
  return decodeUtf8(end === -1 ? bytes : bytes.subarray(0, end));
}
