// LinuxKit's runtime.interfaces and runtime.bindNS, done between a container's creation and its start, when its
// namespaces are there: the container's runtime calls us by a hook (OCI runtime specification, "POSIX-platform Hooks"), which
// `prepare` lays over the bundle's config.json. BusyBox's `ip` names no peer: a veth pair is made inside and then handed out.

import { bundlePath, type Section } from '../../contract/bundles.ts';
import { AgentError, type Host, runOrThrow } from '../host/host.ts';
import { recordMount } from './record.ts';
import { type Runtime, type RuntimeInterface, readRuntime } from './runtime.ts';

/** Where `prepare` puts a config.json with the hook in it, if the container needs it. */
export function addHook(host: Host, section: Section, name: string, runtime: Runtime): void {
  if (runtime.interfaces.length === 0 && runtime.namespaces.length === 0) return;
  const config = `${bundlePath(section, name)}/config.json`;
  const text = host.readText(config) ?? '';
  if (/"hooks"\s*:/.test(text)) {
    throw new AgentError(
      `${config} has hooks of its own, and runtime.interfaces or runtime.bindNS need one`,
      { code: 'bundle-hooks', fault: 'spec', hint: 'Leave out one of the two.' },
    );
  }
  const agent = '/usr/bin/catamaran-agent';
  const args = [agent, 'bundle', 'connect', `${section}/${name}`];
  const hooks = { createRuntime: [{ path: agent, args, env: ['PATH=/usr/sbin:/usr/bin'], timeout: 60 }] };
  // As text: numbers such as the limit 2^64 − 1 would not survive being read and written.
  const hooked = text.replace('{', `{"hooks": ${JSON.stringify(hooks)},`);
  const copy = `/run/catamaran/configs/${section}/${name}.json`;
  host.writeFile(copy, hooked);
  runOrThrow(host, ['mount', '-o', 'bind', copy, config]);
  recordMount(host, section, name, config);
}

/** The hook. Its standard input is the container's state, of which only the process id is of use. */
export function connectBundle(host: Host, section: Section, name: string): void {
  const state = JSON.parse(host.readText('/dev/stdin') ?? '{}') as { pid?: number };
  if (!state.pid)
    throw new AgentError('the container runtime did not tell the process id of the container', {
      code: 'runtime-silent',
      hint: 'Only a container runtime calls this command, as a hook.',
    });
  const { interfaces, namespaces } = readRuntime(host, bundlePath(section, name));
  for (const each of interfaces) connect(host, state.pid, each);
  for (const { type, path } of namespaces) keepNamespace(host, `/proc/${state.pid}/ns/${type}`, path);
}

/** It outlives its container: others join it by its path. What an earlier start has left there is let go. */
function keepNamespace(host: Host, namespace: string, path: string): void {
  host.run(['umount', path]);
  host.writeFile(path, '');
  runOrThrow(host, ['mount', '-o', 'bind', namespace, path]);
}

function connect(host: Host, pid: number, { name, add, peer, createInRoot }: RuntimeInterface): void {
  const ip = (...words: string[]) => runOrThrow(host, ['ip', 'link', ...words]);
  const inside = (...words: string[]) =>
    runOrThrow(host, ['nsenter', '-t', String(pid), '-n', 'ip', 'link', ...words]);
  if (add === '') {
    ip('set', name, 'netns', String(pid));
  } else if (createInRoot) {
    ip('add', name, 'type', add);
    ip('set', name, 'netns', String(pid));
  } else {
    inside('add', name, 'type', add);
  }
  if (peer === '') return;
  const [, other] = /@([^@:\s]+):/.exec(inside('show', name)) ?? [];
  if (other === undefined)
    throw new AgentError(`${name} of type ${add} has no other end to be called ${peer}`, {
      code: 'interface-peer',
      fault: 'spec',
      hint: 'Give it a type that has two ends, such as veth, or no peer.',
    });
  if (other !== peer) inside('set', other, 'name', peer);
  // What a container before this one has left behind.
  host.run(['ip', 'link', 'del', peer]);
  inside('set', peer, 'netns', '1');
}
