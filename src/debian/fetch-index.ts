// A suite's signed Release and its Packages index: fetched, checked from the signature down, and opened as a table.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { boundSize } from '../archive/bound-size.ts';
import { decompress } from '../archive/decompress.ts';
import type { Arch } from '../base/arch.ts';
import { type Digest, digestFromHex, isDigest } from '../base/digest.ts';
import { CatamaranError } from '../base/errors.ts';
import { type DownloadTarget, download } from '../net/download.ts';
import type { Pocket } from '../packages/locked.ts';
import type { Blob } from '../store/blob.ts';
import { makeTable, openTable, type PackageTable, tableFormat } from './packages.ts';
import { type IndexFile, type SuiteRelease, verifySuiteRelease } from './release.ts';
import type { TrustedKey } from './trusted-key.ts';

const maxReleaseSize = 8 << 20;
const maxIndexSize = 128 << 20;
const maxIndexTextSize = 512 << 20;

export interface SuiteRequest {
  /** The archive's base URL, without trailing slash. */
  readonly base: string;
  readonly suite: string;
  readonly pocket: Pocket;
  /** Of the archive: main, contrib … */
  readonly components: readonly string[];
  readonly arch: Arch;
  readonly keys: readonly TrustedKey[];
  readonly now: Date;
  readonly allowExpired?: boolean;
}

/** Fresh from the mirror; offline, the one that was last seen there. The digest is that of the InRelease file. */
export async function fetchRelease(
  { base, suite, keys, now, allowExpired = false }: SuiteRequest,
  to: DownloadTarget,
): Promise<SuiteRelease & { readonly digest: Digest }> {
  const url = `${base}/dists/${suite}/InRelease`;
  const what = `the InRelease file of ${suite}`;
  const key = digestOfText(url);
  const last = to.offline ? await to.cache.result('debian-release', key) : undefined;
  const digest = typeof last === 'string' && isDigest(last) ? last : undefined;
  const found = await download(
    { url, what, maxSize: maxReleaseSize, ...(digest === undefined ? {} : { blob: { digest } }) },
    to,
  );
  const release = await verifySuiteRelease(await readBlob(found, to), {
    suite,
    keys,
    now,
    allowExpired,
    what,
  });
  await to.cache.putResult('debian-release', key, found.digest);
  return { ...release, digest: found.digest };
}

/** The tables of a suite: for each component one, or two where packages of architecture `all` are apart. */
export async function fetchTables(
  release: SuiteRelease,
  request: SuiteRequest,
  to: DownloadTarget,
): Promise<PackageTable[]> {
  const architectures = release.separateAll ? [request.arch, 'all'] : [request.arch];
  const paths = request.components.flatMap((component) =>
    architectures.map((arch) => `${component}/binary-${arch}/Packages`),
  );
  return Promise.all(paths.map((path) => fetchTable(release, request, path, to)));
}

async function fetchTable(
  release: SuiteRelease,
  request: SuiteRequest,
  path: string,
  to: DownloadTarget,
): Promise<PackageTable> {
  const what = `the package index ${path} of ${request.suite}`;
  const [suffix, file] = chooseFile(release, path, what);
  const key = digestOfText(`${tableFormat} ${file.digest}`);
  const made = await to.cache.result('debian-table', key);
  const known = typeof made === 'string' && isDigest(made) ? await to.cache.verifiedBlob(made) : undefined;
  if (known !== undefined) return openTable(await readFile(known), request.pocket, what);

  const index = await fetchIndex(release, request, `${path}${suffix}`, file, what, to);
  const compressed = createReadStream(to.cache.blobPath(index.digest), { highWaterMark: 1 << 18 });
  const limit = release.files.get(path)?.size ?? maxIndexTextSize;
  const text = boundSize(decompress(compressed, formats[suffix]), Math.min(limit, maxIndexTextSize), what);
  const table = await makeTable(text, what);
  const blob = await to.cache.putBlob(table);
  await to.cache.putResult('debian-table', key, blob.digest);
  return openTable(table, request.pocket, what);
}

/** In the order of preference: gzip is native in Node, and faster to read than xz is to fetch. */
const formats = { '.gz': 'gzip', '.xz': 'xz', '': 'none' } as const;
type Suffix = keyof typeof formats;

function chooseFile(release: SuiteRelease, path: string, what: string): [Suffix, IndexFile] {
  for (const suffix of Object.keys(formats) as Suffix[]) {
    const file = release.files.get(path + suffix);
    if (file !== undefined) return [suffix, file];
  }
  throw new CatamaranError('integrity', {
    code: 'debian-index-unlisted',
    message: `${what} is not listed in the suite's InRelease file`,
    hint: `The suite has no packages for this architecture; it has ${release.architectures.join(', ') || 'none'}.`,
  });
}

async function fetchIndex(
  release: SuiteRelease,
  { base, suite }: SuiteRequest,
  path: string,
  file: IndexFile,
  what: string,
  to: DownloadTarget,
): Promise<Blob> {
  const directory = `${base}/dists/${suite}`;
  const blob = { digest: file.digest, size: file.size };
  const wanted = { what, blob, maxSize: maxIndexSize };
  if (release.acquireByHash) {
    const folder = path.slice(0, path.lastIndexOf('/'));
    const hex = file.digest.slice('sha256:'.length);
    try {
      return await download({ ...wanted, url: `${directory}/${folder}/by-hash/SHA256/${hex}` }, to);
    } catch (thrown) {
      if (!(thrown instanceof CatamaranError) || thrown.code !== 'download-missing') throw thrown;
      to.reporter.debug(`${what} is not to be had by its hash: trying it by its name`);
    }
  }
  return download({ ...wanted, url: `${directory}/${path}` }, to);
}

async function readBlob(blob: Blob, { cache }: DownloadTarget): Promise<Uint8Array> {
  return readFile(cache.blobPath(blob.digest));
}

function digestOfText(text: string): Digest {
  return digestFromHex(createHash('sha256').update(text).digest('hex'));
}
