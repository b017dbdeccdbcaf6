// Passwords: hashed by BusyBox's mkpasswd, made of the kernel's randomness, told to nobody but whoever is at the console.
import { AgentError, type Host } from '../../host/host.ts';
import { script, withStaged } from './write.ts';

/** Without those that people take for each other. */
const letters = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const length = 20;

/** The password passes neither a list of processes nor a file that others can read. */
export function hashPassword(host: Host, password: string): string {
  const hash = withStaged(host, `${password}\n`, (staged) =>
    script(host, 'mkpasswd -m sha512 -P 0 <"$1"', staged).trim(),
  );
  if (hash.startsWith('$6$')) return hash;
  throw new AgentError('mkpasswd made no hash of the password', { code: 'program-failed' });
}

export function randomPassword(host: Host): string {
  // A byte that would make the first letters likelier than the last ones is passed over.
  const even = 256 - (256 % letters.length);
  let password = '';
  while (password.length < length)
    for (const byte of host.readBytes('/dev/urandom', 0, length))
      if (byte < even && password.length < length) password += letters[byte % letters.length];
  return password;
}

/** Not by the kernel's log, which every program may read. */
export function tellOnConsole(host: Host, user: string, password: string): boolean {
  const text = `\r\ncatamaran: the password of ${user} is ${password}\r\n`;
  return (
    withStaged(host, text, (staged) => host.run(['sh', '-c', 'cat "$1" >/dev/console', 'sh', staged]))
      .status === 0
  );
}
