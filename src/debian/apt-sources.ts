// The sources that this host's apt is configured with (sources.list(5)): where a mirror can be learnt from.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { byName } from '../base/order.ts';
import { parseDeb822, splitList } from './deb822.ts';

export interface AptSource {
  /** The file's name, without its directory. */
  readonly file: string;
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
  /** The keyring that the source is bound to, as written; may be absent. */
  readonly signedBy?: string | undefined;
}

/** All enabled binary sources, in apt's order. A missing directory or file is no error. */
export async function readAptSources(aptDirectory: string): Promise<AptSource[]> {
  const parts = join(aptDirectory, 'sources.list.d');
  const names = (await orEmpty(readdir(parts), [])).filter((name) =>
    /^[\w.-]+\.(?:list|sources)$/.test(name),
  );
  const sources = parseOneLine('sources.list', await textOf(join(aptDirectory, 'sources.list')));
  for (const name of names.sort(byName)) {
    const parse = name.endsWith('.list') ? parseOneLine : parseSources;
    sources.push(...parse(name, await textOf(join(parts, name))));
  }
  return sources;
}

/** The deb822 style: `*.sources`. */
export function parseSources(file: string, text: string): AptSource[] {
  return parseDeb822(text)
    .filter((stanza) => splitList(stanza.get('types')).includes('deb'))
    .filter((stanza) => !/^(?:no|false|without|off|disable|0)$/i.test(stanza.get('enabled') ?? ''))
    .map((stanza) => ({
      file,
      uris: splitList(stanza.get('uris')),
      suites: splitList(stanza.get('suites')),
      components: splitList(stanza.get('components')),
      signedBy: stanza.get('signed-by'),
    }));
}

/** The one-line style: `deb [ option=value … ] URI suite component…`. */
export function parseOneLine(file: string, text: string): AptSource[] {
  const sources: AptSource[] = [];
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?([^\s[#]+)\s+([^#]*)/.exec(line);
    if (!match) continue;
    const [, options, uri, rest] = match;
    const [suite, ...components] = splitList(rest);
    const signedBy = splitList(options).find((option) => option.startsWith('signed-by='));
    if (suite === undefined) continue;
    sources.push({
      file,
      uris: [uri!],
      suites: [suite],
      components,
      signedBy: signedBy?.slice('signed-by='.length),
    });
  }
  return sources;
}

async function textOf(path: string): Promise<string> {
  return orEmpty(readFile(path, 'utf8'), '');
}

/** What cannot be read is as if it was not there: the sources are only a place to look. */
async function orEmpty<T>(reading: Promise<T>, empty: T): Promise<T> {
  return reading.catch(() => empty);
}
