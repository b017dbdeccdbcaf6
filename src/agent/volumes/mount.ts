// Before the first container starts: the spec's volumes, in LinuxKit's layout (container/volume.ts). What one holds at first
// is on `lower`; containers bind `merged`. With `tmp` it is writable, in memory; without, it is `lower` itself, read-only.
import { type Host, runOrThrow } from '../host/host.ts';
import { readBounds } from '../memory/bounds.ts';

const directory = '/containers/volumes';

export function mountVolumes(host: Host): void {
  for (const name of host.listDirectory(directory) ?? []) {
    const path = `${directory}/${name}`;
    if (host.listDirectory(`${path}/tmp`) === undefined) mountReadonly(host, path);
    else mountWritable(host, path);
  }
}

function mountReadonly(host: Host, path: string): void {
  runOrThrow(host, ['mount', '-o', 'bind', `${path}/lower`, `${path}/merged`]);
  runOrThrow(host, ['mount', '-o', 'remount,bind,ro', `${path}/merged`]);
}

function mountWritable(host: Host, path: string): void {
  const [upper, work] = [`${path}/tmp/upper`, `${path}/tmp/work`];
  const bounds = readBounds(host);
  const size = bounds ? ['-o', `size=${bounds.layer}k`] : [];
  runOrThrow(host, ['mount', '-t', 'tmpfs', ...size, 'tmpfs', `${path}/tmp`]);
  host.makeDirectory(upper);
  host.makeDirectory(work);
  const options = `lowerdir=${path}/lower,upperdir=${upper},workdir=${work}`;
  runOrThrow(host, ['mount', '-t', 'overlay', '-o', options, 'overlay', `${path}/merged`]);
}
