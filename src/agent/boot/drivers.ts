// The drivers of the devices that are there, by the names under which the kernel lists them; and of the power button, which
// has none. What appears later is the init's to load. Then the modules that somebody asks for by name, as systemd's
// modules-load.d(5) does: each is tried, and one that cannot be loaded is named and passed over.
import { putNotice } from '../condition/notices.ts';
import type { Host } from '../host/host.ts';

/** Each bus has its devices; these are on none. Whatever else there is in /sys/devices is fifty times as many files. */
const places = ['bus/*/devices/*', 'class/input/*', 'class/dmi/*', 'devices/system/cpu'];
const names = places.map((place) => `/sys/${place}/modalias`).join(' ');
const script = `modprobe -ab $(cat ${names} 2>/dev/null | sort -u) button evdev 2>/dev/null`;

export function loadDrivers(host: Host): void {
  // Most names have no module: that it ends with a failure means nothing.
  host.run(['sh', '-c', script]);
  loadNamed(host);
}

/** The image's own and the machine's; of two with one name the machine's. */
const directories = ['/usr/lib/modules-load.d', '/etc/modules-load.d'];

function loadNamed(host: Host): void {
  const files = new Map<string, string>();
  for (const directory of directories) {
    for (const name of host.listDirectory(directory) ?? [])
      if (name.endsWith('.conf')) files.set(name, `${directory}/${name}`);
  }
  const failed = [...files.values()].flatMap((file) => {
    const lines = (host.readText(file) ?? '').split('\n').map((line) => line.trim());
    const wanted = lines
      .filter((line) => line !== '' && !/^[#;]/.test(line))
      .filter((name) => host.listDirectory(`/sys/module/${name.replaceAll('-', '_')}`) === undefined);
    // One program for all; who is to blame is asked only where one of them fails.
    if (wanted.length === 0 || host.run(['modprobe', '-a', ...wanted]).status === 0) return [];
    return wanted
      .filter((name) => host.run(['modprobe', name]).status !== 0)
      .map((name) => `${file}: the module ${name.slice(0, 80)} cannot be loaded`);
  });
  if (failed.length === 0) return;
  putNotice(host, 'modules', failed.join('\n'));
  for (const line of failed) host.print(line);
}
