// Device nodes of a container, and the rules of the device controller that let it use them.
import { parseMode } from '../document/scalars.ts';
import type { RawDevice } from '../specification/spec.generated.ts';

export interface DeviceRule {
  readonly allow: boolean;
  readonly type?: string;
  readonly major?: number;
  readonly minor?: number;
  readonly access: string;
}

export interface Devices {
  readonly nodes: readonly object[];
  readonly rules: readonly DeviceRule[];
}

/** `path: all` is a rule for every device of its type; every other entry is a node with a rule of its own. */
export function devicesOf(devices: readonly RawDevice[]): Devices {
  const nodes: object[] = [];
  const rules: DeviceRule[] = [];
  for (const { path = '', type = 'a', major, minor, mode } of devices) {
    const numbers =
      path === 'all'
        ? { ...(major === undefined ? {} : { major }), ...(minor === undefined ? {} : { minor }) }
        : { major: major ?? 0, minor: minor ?? 0 };
    // The controller knows no unbuffered devices, nor FIFOs.
    if (type !== 'p') {
      rules.push({ allow: true, type: type === 'u' ? 'c' : type, ...numbers, access: 'rwm' });
    }
    if (path === 'all') continue;
    nodes.push({ path, type, ...numbers, fileMode: parseMode(mode || '0666') });
  }
  return { nodes, rules };
}
