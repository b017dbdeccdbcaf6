// A GUID that nobody else has: RFC 9562, version 4. Those of images have version 8 (gpt/guid.ts).
import { formatUuid } from '../../gpt/guid.ts';
import type { Host } from '../host/host.ts';

export function randomGuid(host: Host): string {
  const guid = host.readBytes('/dev/urandom', 0, 16);
  guid[6] = (guid[6]! & 0x0f) | 0x40;
  guid[8] = (guid[8]! & 0x3f) | 0x80;
  return formatUuid(guid);
}
