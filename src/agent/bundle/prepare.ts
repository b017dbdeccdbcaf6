// Before a container starts: its AppArmor profile, then the mounts, directories and control groups that its runtime.json
// asks for, in this order, and a hook for what has to wait for its namespaces.
// A bundle that an earlier run left prepared is cleared first, so that every start begins with a fresh writable layer.
import { bundlePath, type Section } from '../../contract/bundles.ts';
import { readWritable } from '../../contract/supervision.ts';
import { type Host, runOrThrow } from '../host/host.ts';
import { readBounds } from '../memory/bounds.ts';
import { loadAppArmor } from './apparmor.ts';
import { cleanUpBundle } from './cleanup.ts';
import { addHook } from './network.ts';
import { recordMount } from './record.ts';
import { type RuntimeMount, readRuntime } from './runtime.ts';

const propagations = /^r?(private|shared|slave|unbindable)$/;

export function prepareBundle(host: Host, section: Section, name: string): void {
  const runtime = readRuntime(host, bundlePath(section, name));
  cleanUpBundle(host, section, name);
  loadAppArmor(host, section, name);
  for (const mount of runtime.mounts) {
    host.makeDirectory(mount.destination);
    if (mountAsAsked(host, bounded(host, section, name, mount)))
      recordMount(host, section, name, mount.destination);
  }
  const root = `${bundlePath(section, name)}/rootfs`;
  for (const path of runtime.mkdir) makeRoom(host, path, root);
  for (const path of runtime.cgroups) host.makeDirectory(`/sys/fs/cgroup/${path.replace(/^\/+/, '')}`);
  addHook(host, section, name, runtime);
}

/**
 * A new directory is as the image has it at the same path, where it does: a daemon that is not root finds its own. Something
 * else may have come in the place of a directory of ours: on the data partition it is set aside.
 */
function makeRoom(host: Host, path: string, root: string): void {
  if (host.listDirectory(path) !== undefined) return;
  host.makeDirectory(path);
  if (path.startsWith('/var/') && host.run(['test', '-d', path]).status !== 0) {
    host.run(['mv', '-f', path, `${path}.aside`]);
    host.makeDirectory(path);
  }
  host.run(['sh', '-c', takeOver, 'sh', path, root]);
}

const takeOver = `[ -d "$2$1" ] && [ ! -L "$2$1" ] || exit 0
chown "$(stat -c %u:%g "$2$1")" "$1" && chmod "$(stat -c %a "$2$1")" "$1"`;

/** No layer in memory is without a bound: what the spec says (`writable`), else a share of this machine's memory. */
function bounded(host: Host, section: Section, name: string, mount: RuntimeMount): RuntimeMount {
  const { type, options } = mount;
  if (type !== 'tmpfs' || options.some((option) => /^(remount$|size=|nr_blocks=)/.test(option))) return mount;
  const bundle = bundlePath(section, name);
  const path = `${bundle}/catamaran.json`;
  const asked = mount.destination === `${bundle}/tmp` && readWritable(host.readText(path), path);
  const bound = asked ? Math.ceil(asked / 1024) : readBounds(host)?.layer;
  return bound === undefined ? mount : { ...mount, options: [...options, `size=${bound}k`] };
}

/** True if there is one mount more than before. LinuxKit's `remount,private` only changes the propagation. */
function mountAsAsked(host: Host, mount: RuntimeMount): boolean {
  const propagation = mount.options.filter((option) => propagations.test(option));
  const options = mount.options.filter((option) => !propagations.test(option));
  const adds = !options.includes('remount');
  for (const directory of overlayDirectories(mount)) host.makeDirectory(directory);
  if (adds || options.length > 1) {
    const type =
      mount.type === '' || options.includes('bind') || options.includes('rbind') ? [] : ['-t', mount.type];
    const chosen = options.length > 0 ? ['-o', options.join(',')] : [];
    runOrThrow(host, ['mount', ...type, ...chosen, mount.source, mount.destination]);
  }
  for (const option of propagation) runOrThrow(host, ['mount', `--make-${option}`, mount.destination]);
  return adds;
}

/** The upper and the work directory are in a file system that an earlier mount of the list has just made. */
function overlayDirectories(mount: RuntimeMount): string[] {
  if (mount.type !== 'overlay') return [];
  return mount.options
    .filter((option) => /^(upperdir|workdir)=/.test(option))
    .map((option) => option.slice(option.indexOf('=') + 1));
}
