// Where the Debian archive is fetched from: said by the user, or learnt from the host's apt. Catamaran itself
// knows no mirror. A wrong one does no harm: everything from it is checked against Debian's signature.
import { CatamaranError } from '../base/errors.ts';
import type { Pocket } from '../packages/locked.ts';
import type { Mirror, MirrorSettings } from '../packages/source.ts';
import { type AptSource, readAptSources } from './apt-sources.ts';

const mirrorVariable = 'CATAMARAN_DEBIAN_MIRROR';

const remedy = `Take one near you of www.debian.org/mirror/list, and say so once: catamaran config mirror http://HOST/debian. Or for one command --mirror http://HOST/debian, or in a CI ${mirrorVariable}=http://HOST/debian.`;

export interface MirrorSources extends MirrorSettings {
  readonly aptDirectory?: string;
}

/** Below each of a mirror's URLs are `dists/` and `pool/`. */
export function baseUrl(mirror: Mirror, pocket: Pocket): string {
  return pocket === 'security' ? mirror.security : mirror.archive;
}

/**
 * `--mirror` (one URL, or the archive's and the security archive's, separated by a space or a comma), else the
 * environment, else what the user has set once, else apt's configuration; with none of them an error that says so.
 */
export async function findMirror(sources: MirrorSources = {}): Promise<Mirror> {
  const { aptDirectory = '/etc/apt' } = sources;
  const stated = statedMirror(sources);
  if (stated) return stated;
  const found = mirrorOfApt(await readAptSources(aptDirectory));
  if (found) return found;
  throw new CatamaranError('environment', {
    code: 'debian-no-mirror',
    message: `no Debian mirror is known: ${aptDirectory} names none, as on a host that is not Debian, and nobody has named one`,
    hint: remedy,
  });
}

/** What somebody has named; throws where it is no mirror's address. */
export function statedMirror({ option, environment = {}, remembered }: MirrorSettings): Mirror | undefined {
  if (option?.trim()) return parseMirror(option, '--mirror');
  const variable = environment[mirrorVariable];
  if (variable?.trim()) return parseMirror(variable, mirrorVariable);
  return remembered?.trim() ? parseMirror(remembered, 'catamaran config mirror') : undefined;
}

function parseMirror(text: string, what: string): Mirror {
  const urls = text.split(/[\s,]+/).filter((word) => word !== '');
  const [archive, security] = urls.map((url) => cleanUrl(url));
  if (archive === undefined || urls.length > 2 || (urls.length === 2 && security === undefined)) {
    throw new CatamaranError('usage', {
      code: 'debian-mirror-malformed',
      message: `${what} is not one or two http(s) URLs: ${JSON.stringify(text)}`,
      hint: 'Write the URL of a Debian archive, and after a comma that of its security archive if it is elsewhere.',
    });
  }
  return { archive, security: security ?? besideArchive(archive) };
}

/** The mirror that apt's sources name; undefined when they name no Debian archive. */
export function mirrorOfApt(sources: readonly AptSource[]): Mirror | undefined {
  const archive = best(sources.filter((source) => source.suites.some(isArchiveSuite)));
  const security = best(sources.filter((source) => source.suites.some(isSecuritySuite)));
  return archive === undefined ? undefined : { archive, security: security ?? besideArchive(archive) };
}

/** `…/debian` → `…/debian-security`, as nearly every mirror has it. */
function besideArchive(archive: string): string {
  return `${archive}-security`;
}

const suite = /^(?:stable|oldstable|oldoldstable|testing|unstable|sid|bullseye|bookworm|trixie|forky|duke)/
  .source;
const isArchiveSuite = (name: string) => new RegExp(`${suite}(?:-updates)?$`).test(name);
const isSecuritySuite = (name: string) => new RegExp(`${suite}-security$`).test(name);

/** The first http(s) URI of the source that looks most like Debian's own. */
function best(sources: readonly AptSource[]): string | undefined {
  let found: { url: string; score: number } | undefined;
  for (const source of sources) {
    if (!source.components.includes('main')) continue;
    for (const uri of source.uris) {
      const url = cleanUrl(uri);
      if (url === undefined) continue;
      const score = likeness(source, url);
      if (!found || score > found.score) found = { url, score };
    }
  }
  return found?.url;
}

/** Others (HashiCorp, LLVM …) have suites `bookworm`, component main, as well. */
function likeness(source: AptSource, url: string): number {
  let score = 0;
  if (source.signedBy?.includes('debian-archive')) score += 4;
  if (/\/debian(?:-security)?$/.test(url)) score += 2;
  if (source.file === 'sources.list' || source.file === 'debian.sources') score += 1;
  return score;
}

/** Undefined for what is not http or https: cdrom:, mirror+file:, tor+http: … */
function cleanUrl(text: string): string | undefined {
  if (!/^https?:\/\/[^\s/]/i.test(text) || !URL.canParse(text)) return undefined;
  return text.replace(/\/+$/, '');
}
