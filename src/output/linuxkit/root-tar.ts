// The root file system as one archive, of LinuxKit's formats `tar` and `docker`. Every entry says in two records of its pax header which
// image it came from, and for which part of the spec. The format `docker` is the same with a Dockerfile.

import { type TarEntry, writeTarEntries } from '../../archive/write-tar.ts';
import type { Planning } from '../../engine/planning.ts';
import { file } from '../../tree/tree.ts';
import type { OutputPlan } from '../format.ts';
import { writeStream } from '../write/stream.ts';
import { type LinuxkitRoot, sbomLocation, withImages } from './merge-root.ts';
import { planRoot } from './root.ts';

export interface LinuxkitTarOptions {
  readonly clampMtime: number;
  readonly docker?: true;
}

/** The plan of a format that is one such archive. */
export const planTar =
  (options: Pick<LinuxkitTarOptions, 'docker'> = {}) =>
  (planning: Planning): OutputPlan => {
    const root = planning.once(planRoot);
    return {
      needs: [root],
      async open(use, { locked }) {
        const { root: shared, images } = use(root);
        const whole = await withImages(shared, images);
        const tar = linuxkitTar(whole, { ...options, clampMtime: locked.epoch });
        return { files: [(path, each) => writeStream(tar, path, each)] };
      },
    };
  };

export function linuxkitTar(
  root: LinuxkitRoot,
  { clampMtime, docker }: LinuxkitTarOptions,
): AsyncIterable<Uint8Array> {
  // First, and without a pax header: `docker build -` looks at the first block alone, and else takes all for a Dockerfile.
  const entries: TarEntry[] = docker ? [{ path: 'Dockerfile', node: file(dockerfile(root)) }] : [];
  const last: TarEntry[] = [];
  for (const { path, node, part } of root.entries) {
    const { source, location } = root.parts[part]!;
    const list = location === sbomLocation ? last : entries;
    list.push({ path, node, records: recordsOf(source, location) });
  }
  return writeTarEntries([...entries, ...last], { clampMtime });
}

function recordsOf(source: string, location: string): Map<string, Uint8Array> {
  return new Map([
    ['LINUXKIT.source', Buffer.from(source)],
    ['LINUXKIT.location', Buffer.from(location)],
  ]);
}

/** LinuxKit's own init starts by rc.init where the kernel's file systems are mounted already; any other one by itself. */
function dockerfile({ entries }: LinuxkitRoot): string {
  const own = entries.some(({ path }) => /^(usr\/)?bin\/rc\.init$/.test(path));
  const entry = own ? '/bin/rc.init' : '/sbin/init';
  return `FROM scratch\n\nCOPY . ./\nRUN rm -f Dockerfile\n\nENTRYPOINT ["${entry}"]\n`;
}
