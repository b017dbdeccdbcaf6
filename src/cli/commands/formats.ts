// `catamaran formats`: what can be built, the files of each, and what boots them.
import { describeFormats } from '../../output/describe.ts';
import type { Session } from '../session.ts';
import { renderTable } from '../table.ts';

export function listFormats({ front }: Session): void {
  const formats = describeFormats();
  const rows = formats.map(({ name, files, boots, summary }) => [name, files.join(' '), boots, summary]);
  front.result(
    'formats',
    { formats: formats.map((each) => ({ ...each })) },
    renderTable([['format', 'files', 'boots as', ''], ...rows]),
  );
}
