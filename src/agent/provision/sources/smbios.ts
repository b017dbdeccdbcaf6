// Texts that the firmware has for the system: SMBIOS (DSP0134), structures of type 11, as `qemu -smbios type=11,value=` and
// libvirt's <sysinfo> write them. Ours are `KEY=TEXT`, or systemd's credential of that name, in base 64 where it says so.
import { decodeBase64 } from '../../../base/base64.ts';
import { encodeUtf8 } from '../../../base/utf8.ts';
import type { UserDataPlace } from '../../../platform/user-data.ts';
import { readWhole } from '../read-file.ts';
import type { Kind } from '../source.ts';

const tables = '/sys/firmware/dmi/tables/DMI';

export const smbios: Kind<Extract<UserDataPlace, { at: 'smbios' }>> = {
  when: 'local',
  look({ key }, { host }) {
    const bytes = readWhole(host, tables);
    if (!(bytes instanceof Uint8Array)) return undefined;
    const texts = oemStrings(bytes);
    const find = (prefix: string) =>
      texts.find((text) => text.startsWith(`${prefix}=`))?.slice(prefix.length + 1);
    const text = find(key) ?? find(`io.systemd.credential:${key}`);
    const packed = find(`${key}.base64`) ?? find(`io.systemd.credential.binary:${key}`);
    if (text !== undefined) return { where: key, given: { userData: encodeUtf8(text) } };
    if (packed === undefined) return undefined;
    const userData = decodeBase64(packed);
    return userData
      ? { where: key, given: { userData } }
      : { problem: `${key} is not of base 64`, again: false };
  },
};

/** DSP0134, 6.1.3: header with the length of the formatted area, that area, strings, an empty one at the end. */
export function oemStrings(bytes: Uint8Array): string[] {
  const found: string[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const [type, length] = [bytes[at]!, bytes[at + 1]!];
    if (length < 4) break;
    const strings: string[] = [];
    let from = at + length;
    while (from < bytes.length && bytes[from] !== 0) {
      const end = bytes.indexOf(0, from);
      if (end === -1) return found;
      strings.push(asciiOf(bytes.subarray(from, end)));
      from = end + 1;
    }
    if (type === 11) found.push(...strings);
    // Without strings there are two zeros all the same.
    at = strings.length === 0 ? from + 2 : from + 1;
  }
  return found;
}

function asciiOf(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096)
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
}
