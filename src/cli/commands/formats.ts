// `catamaran formats`: what can be built, the files of each, and what boots them.
import { describeFormats } from '../../output/describe.ts';
import type { Session } from '../session.ts';
import { renderTable } from '../table.ts';

export function listFormats({ front }: Session): void {
  const formats = describeFormats();
  const shown = ([first = '', ...more]: readonly string[]) =>
    more.length < 2 ? [first, ...more].join(' ') : `${first} and ${more.length} more`;
  const rows = formats.map(({ name, files, boots, summary }) => [name, shown(files), boots, summary]);
  front.result(
    'formats',
    { formats: formats.map((each) => ({ ...each })) },
    renderTable([['format', 'files', 'boots as', ''], ...rows]),
  );
}
