// What a person has to know of this boot: one file for each subject, in memory. Init, the initrd and this agent write them;
// `status`, the report to a server and every login (usr/lib/catamaran/tell-notices) show them.
import type { Host } from '../host/host.ts';

export const noticesDirectory = '/run/catamaran/notices';

/** Of a file, and of one line in characters. */
const mostLines = 20;
const lineLimit = 300;

export function putNotice(host: Host, subject: string, text: string): void {
  host.writeFile(`${noticesDirectory}/${subject}`, `${text}\n`);
}

/** What was said of it holds no more. */
export function dropNotice(host: Host, subject: string): void {
  const path = `${noticesDirectory}/${subject}`;
  if (host.readText(path) !== undefined) host.removeFile(path);
}

/** A line each, in the order of the subjects. */
export function readNotices(host: Host): string[] {
  return (host.listDirectory(noticesDirectory) ?? []).flatMap((subject) => {
    const text = host.readText(`${noticesDirectory}/${subject}`) ?? '';
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    const more = lines.length > mostLines ? [`${subject}: and ${lines.length - mostLines} lines more`] : [];
    return [...lines.slice(0, mostLines).map((line) => line.slice(0, lineLimit)), ...more];
  });
}
