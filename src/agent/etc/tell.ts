// After an update: which files of the image are newer than what somebody has made of them here. A notice, so that `status`, every
// login and the report say it.
import { dropNotice, putNotice } from '../condition/notices.ts';
import type { Host } from '../host/host.ts';
import { listChanges, readBoth } from './changes.ts';

const subject = 'etc';
const shown = 5;

export function tellOfEtc(host: Host): void {
  const known = readBoth(host).map(({ path }) => path);
  const both = known.length === 0 ? [] : listChanges(host, known).filter(({ kind }) => kind === 'both');
  if (both.length === 0) {
    dropNotice(host, subject);
    return;
  }
  const names = both.slice(0, shown).map(({ path }) => `/etc/${path}`);
  const more = both.length > shown ? ` and ${both.length - shown} more` : '';
  putNotice(
    host,
    subject,
    `changed here and in the image, yours is in force: ${names.join(' ')}${more}; see catamaran-agent etc diff`,
  );
}
