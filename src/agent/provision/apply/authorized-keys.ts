// Keys that user-data brings, in a file beside the one of the image: what an update of the image changes there counts, and
// what an earlier instance had goes with its file. sshd of component:sshd reads both.
import type { Host } from '../../host/host.ts';
import { changeFile, removeIfThere } from './write.ts';

const fileOf = (user: string) => `/etc/ssh/authorized_keys.d/${user}.provisioned`;

/** sshd reads it as the user. */
export function putAuthorizedKeys(host: Host, user: string, keys: readonly string[]): boolean {
  return changeFile(host, fileOf(user), keys.map((key) => `${key}\n`).join(''), { mode: 0o644 });
}

export function removeAuthorizedKeys(host: Host, user: string): boolean {
  return removeIfThere(host, fileOf(user));
}
