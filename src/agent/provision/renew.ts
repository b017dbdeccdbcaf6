// A disk that was copied is another machine's: what told machines apart is made anew, before anybody is let in or sees it on
// the network. sshd makes the keys that it lacks when it starts.
import type { Host } from '../host/host.ts';
import type { Outcome } from './apply/apply.ts';
import { isCopiedMachine } from './instance.ts';

const donePath = '/run/catamaran/provision/renewed';
const keyDirectory = '/var/lib/ssh';

/** Once in a boot, of which the passes may be several. */
export function renewIdentity(host: Host, instance: string): Outcome[] {
  const isDone = host.readText(donePath) !== undefined;
  if (!isDone && !isCopiedMachine(host, instance)) return [];
  if (!isDone) {
    const id = (host.readText('/proc/sys/kernel/random/uuid') ?? '').replaceAll('-', '');
    host.writeFile('/etc/machine-id', id);
    for (const name of host.listDirectory(keyDirectory) ?? [])
      if (name.startsWith('ssh_host_')) host.removeFile(`${keyDirectory}/${name}`);
    host.writeFile(donePath, '');
  }
  return [
    {
      module: 'identity',
      state: isDone ? 'unchanged' : 'applied',
      what: 'a machine id and host keys of its own, for this disk was another machine’s',
    },
  ];
}
