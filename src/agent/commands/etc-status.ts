// What was written to /etc here, and what of it hides something newer of the image. Reads only.
import { type EtcChange, type EtcChangeKind, listChanges } from '../etc/changes.ts';
import type { Command } from './command.ts';

const order: readonly EtcChangeKind[] = ['both', 'changed', 'removed', 'added'];
const meanings: Readonly<Record<EtcChangeKind, string>> = {
  both: ', and in the image since: etc diff shows it, etc accept or etc reset settles it',
  changed: '',
  removed: '',
  added: '',
};

export const etcStatus: Command = {
  words: 'etc status',
  usage: '[--json]',
  summary: 'what was changed in /etc here, and where the image has changed the same',
  parse([format, ...rest]) {
    if (rest.length > 0 || (format !== undefined && format !== '--json')) return undefined;
    return (host) => {
      const changes = listChanges(host);
      for (const line of format ? [JSON.stringify({ changes })] : describe(changes)) host.print(line);
    };
  },
};

function describe(changes: readonly EtcChange[]): string[] {
  if (changes.length === 0) return ["/etc is the image's own"];
  return order.flatMap((kind) =>
    changes
      .filter((change) => change.kind === kind)
      .map(({ path }) => `${(kind === 'both' ? 'changed' : kind).padEnd(9)}/etc/${path}${meanings[kind]}`),
  );
}
