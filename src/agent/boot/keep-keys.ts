// Keys that let people in, and the directories that they lie in, as sshd wants them (StrictModes): it takes none that others than
// their owner can write, and says so only in its log. Taken back at each boot, and told: somebody may have written there.
import { putNotice } from '../condition/notices.ts';
import type { Host } from '../host/host.ts';

const directories = ['/etc', '/etc/ssh', '/etc/ssh/authorized_keys.d', '/var/roothome', '/var/roothome/.ssh'];

export function keepKeys(host: Host): void {
  const keys = ['/etc/ssh/authorized_keys.d', '/var/roothome/.ssh'].flatMap((directory) =>
    (host.listDirectory(directory) ?? []).map((name) => `${directory}/${name}`),
  );
  // Of links what they lead to, as sshd has it. It ends with a failure where one of them is not there.
  const { output } = host.run(['stat', '-L', '-c', '%a %n', ...directories, ...keys]);
  const open = output.split('\n').flatMap((line) => {
    const [, mode, path] = /^([0-7]+) (\/.*)$/.exec(line) ?? [];
    return mode !== undefined && (Number.parseInt(mode, 8) & 0o022) !== 0 ? [path!] : [];
  });
  const taken = open.filter((path) => host.run(['chmod', 'go-w', path]).status === 0);
  if (taken.length === 0) return;
  const said = `others could write to ${taken.slice(0, 5).join(' ')}, by which people log in: they cannot any more; see whose keys are there`;
  putNotice(host, 'keys', said);
  host.print(said);
}
