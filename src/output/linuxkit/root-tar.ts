// The root file system as one archive, of LinuxKit's formats `tar` and `docker`. Every entry says in two records of its pax header which
// image it came from, and for which part of the spec. The format `docker` is the same with a Dockerfile.

import { type TarEntry, writeTarEntries } from '../../archive/write-tar.ts';
import type { Planning } from '../../engine/planning.ts';
import type { LockedSpec } from '../../lock/locked-spec.ts';
import { file } from '../../tree/tree.ts';
import type { OutputPlan } from '../format.ts';
import { writeStream } from '../write/stream.ts';
import { type LinuxkitRoot, sbomLocation, withImages } from './merge-root.ts';
import { planRoot } from './root.ts';

export interface LinuxkitTarOptions {
  readonly clampMtime: number;
  /** The labels of the image that its Dockerfile makes; absent: there is none. */
  readonly docker?: Readonly<Record<string, string>>;
}

/** The plan of a format that is one such archive. */
export const planTar =
  (options: { readonly docker?: true } = {}) =>
  (planning: Planning): OutputPlan => {
    const root = planning.once(planRoot);
    return {
      needs: [root],
      async open(use, { locked }) {
        const { root: shared, images } = use(root);
        const whole = await withImages(shared, images);
        const docker = options.docker && { docker: labelsOf(locked) };
        const tar = linuxkitTar(whole, { ...docker, clampMtime: locked.epoch });
        return { files: [(path, each) => writeStream(tar, path, each)] };
      },
    };
  };

export function linuxkitTar(
  root: LinuxkitRoot,
  { clampMtime, docker }: LinuxkitTarOptions,
): AsyncIterable<Uint8Array> {
  // First, and without a pax header: `docker build -` looks at the first block alone, and else takes all for a Dockerfile.
  const entries: TarEntry[] = docker ? [{ path: 'Dockerfile', node: file(dockerfile(root, docker)) }] : [];
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
function dockerfile({ entries }: LinuxkitRoot, labels: Readonly<Record<string, string>>): string {
  const own = entries.some(({ path }) => /^(usr\/)?bin\/rc\.init$/.test(path));
  const entry = own ? '/bin/rc.init' : '/sbin/init';
  const said = Object.entries(labels).map(([name, value]) => `LABEL ${name}=${quoted(value)}\n`);
  return `FROM scratch\n\n${said.join('')}COPY . ./\nRUN rm -f Dockerfile\n\nENTRYPOINT ["${entry}"]\n`;
}

/** A Dockerfile's variables are read inside of quotes too. */
const quoted = (value: string): string => JSON.stringify(value).replaceAll('$', '\\$');

/** The image specification's names (annotations.md). */
function labelsOf({ spec, epoch }: LockedSpec): Record<string, string> {
  const { name, version } = spec.os;
  return {
    'org.opencontainers.image.title': name,
    'org.opencontainers.image.version': version,
    'org.opencontainers.image.created': new Date(epoch * 1000).toISOString().replace(/\.\d+Z$/, 'Z'),
  };
}
