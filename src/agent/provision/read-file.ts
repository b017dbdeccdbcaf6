// Files of which nobody knows the size beforehand, and which may be somebody else's: on a volume that was handed over.
import type { Host } from '../host/host.ts';

/** In bytes: of one document. */
export const documentLimit = 4 << 20;

/** Undefined where there is no such file; a problem where it is none that may be read. */
export function readWhole(host: Host, path: string): Uint8Array | { problem: string } | undefined {
  // What is not there costs no process.
  const at = path.lastIndexOf('/');
  if (!host.listDirectory(path.slice(0, at))?.includes(path.slice(at + 1))) return undefined;
  const { status, output } = host.run(['stat', '-c', '%s %f', path]);
  const [, size, mode] = /^(\d+) ([0-9a-f]+)\s*$/.exec(output) ?? [];
  if (status !== 0 || size === undefined || mode === undefined) return undefined;
  const kind = Number.parseInt(mode, 16) & 0o170000;
  if (kind !== 0o100000) return { problem: `${path} is no regular file` };
  if (Number(size) > documentLimit)
    return { problem: `${path} has ${size} bytes: more than ${documentLimit}` };
  return host.readBytes(path, 0, Number(size));
}

/** Of a volume: no link leads out of it. */
export function readBelow(host: Host, root: string, path: string) {
  const { status, output } = host.run(['readlink', '-f', `${root}/${path}`]);
  if (status !== 0) return undefined;
  if (output.trim() !== `${root}/${path}`) return { problem: `${path} is, or lies behind, a link` };
  return readWhole(host, `${root}/${path}`);
}
