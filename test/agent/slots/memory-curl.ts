// What curl does with the configuration that the updater writes for it, on a host in memory and a server that answers at
// once: each section is a transfer of a range, or of the whole file. That the real curl takes it so is test/agent/update's.
import type { MemoryHost } from '../memory-host.ts';

/** Gives what curl prints. `files`: by address. */
export function answerCurl(
  host: Pick<MemoryHost, 'files'>,
  files: ReadonlyMap<string, Uint8Array>,
  config: string,
): string {
  const sections = String(host.files.get(config)).split('\nnext\n');
  const lines = sections.map((section, index) => {
    const option = (name: string) => new RegExp(`^${name} = "(.*)"$`, 'm').exec(section)?.[1];
    const body = files.get(option('url')!);
    if (body === undefined) return `transfer ${index} 22 404 0`;
    const [start, end] = (option('range') ?? `0-${body.length - 1}`).split('-').map(Number);
    const bytes = body.slice(start, end! + 1);
    host.files.set(option('output')!, bytes);
    return `transfer ${index} 0 ${option('range') === undefined ? 200 : 206} ${bytes.length}`;
  });
  return `${lines.join('\n')}\n`;
}
