// The drivers of the devices that are there, by the names under which the kernel lists them; and of the power button, which
// has none. What appears later is the init's to load.
import type { Host } from '../host/host.ts';

const script =
  'modprobe -ab $(find /sys/devices -name modalias -exec cat {} + 2>/dev/null | sort -u) button evdev 2>/dev/null';

export function loadDrivers(host: Host): void {
  // Most names have no module: that it ends with a failure means nothing.
  host.run(['sh', '-c', script]);
}
