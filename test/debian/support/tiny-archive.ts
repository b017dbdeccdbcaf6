// A Debian archive of a few generated packages, as a map from path to bytes, signed by a key that the test made.
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { writeTar } from '../../../src/archive/write-tar.ts';
import type { TrustedKey } from '../../../src/debian/trusted-key.ts';
import { file, type Tree } from '../../../src/tree/tree.ts';

export const testNow = new Date('2026-03-01T12:00:00Z');
const day = 24 * 3600 * 1000;

export interface Signer {
  readonly trusted: TrustedKey;
  sign(text: string): Promise<string>;
}

export async function makeSigner(name = 'Test'): Promise<Signer> {
  const openpgp = await import('openpgp');
  const date = new Date(testNow.getTime() - 30 * day);
  const { privateKey } = await openpgp.generateKey({ userIDs: [{ name }], date, format: 'object' });
  return {
    trusted: {
      name,
      fingerprint: privateKey.getFingerprint().toUpperCase(),
      armored: privateKey.toPublic().armor(),
    },
    async sign(text) {
      const message = await openpgp.createCleartextMessage({ text });
      return openpgp.sign({ message, signingKeys: privateKey, date: new Date(testNow.getTime() - day) });
    },
  };
}

export interface TinyPackage {
  readonly name: string;
  readonly version?: string;
  readonly arch?: string;
  /** Relations and the like, as the control file has them. */
  readonly fields?: Readonly<Record<string, string>>;
  readonly deb?: Uint8Array;
}

export interface TinyArchive {
  /** By path below the server's root: `debian/dists/…`, `debian-security/pool/…`. */
  readonly files: Map<string, Uint8Array>;
  /** The pool path of a package. */
  poolPath(name: string): string;
}

export interface TinyArchiveOptions {
  readonly signer: Signer;
  readonly packages: readonly TinyPackage[];
  readonly security?: readonly TinyPackage[];
  /** Of the archive's component non-free-firmware, in the release itself. */
  readonly firmware?: readonly TinyPackage[];
  /** Fields of every Release file; an empty value removes one. */
  readonly release?: Readonly<Record<string, string>>;
  readonly byHash?: boolean;
}

export async function makeTinyArchive(options: TinyArchiveOptions): Promise<TinyArchive> {
  const files = new Map<string, Uint8Array>();
  const paths = new Map<string, string>();
  const suites = [
    ['debian', 'trixie', { main: options.packages, 'non-free-firmware': options.firmware ?? [] }],
    ['debian', 'trixie-updates', { main: [], 'non-free-firmware': [] }],
    ['debian-security', 'trixie-security', { main: options.security ?? [], 'non-free-firmware': [] }],
  ] as const;
  for (const [base, suite, components] of suites) {
    const lines: string[] = [];
    for (const [component, packages] of Object.entries(components)) {
      const stanzas: string[] = [];
      for (const tiny of packages) {
        const deb =
          tiny.deb ?? (await makeDeb({ [`usr/share/${tiny.name}`]: `the content of ${tiny.name}\n` }));
        const { version = '1.0-1', arch = 'amd64' } = tiny;
        const path = `pool/${component}/${tiny.name[0]}/${tiny.name}/${tiny.name}_${version}_${arch}.deb`;
        files.set(`${base}/${path}`, deb);
        paths.set(tiny.name, `${base}/${path}`);
        stanzas.push(makeStanza({ ...tiny, version, arch }, path, deb));
      }
      const index = Buffer.from(stanzas.join('\n'));
      const folder = `${component}/binary-amd64`;
      const variants = { [`${folder}/Packages`]: index, [`${folder}/Packages.gz`]: gzipSync(index) };
      for (const [path, bytes] of Object.entries(variants)) {
        files.set(`${base}/dists/${suite}/${path}`, bytes);
        if (options.byHash !== false) {
          files.set(`${base}/dists/${suite}/${folder}/by-hash/SHA256/${sha256(bytes)}`, bytes);
        }
        lines.push(` ${sha256(bytes)} ${bytes.length} ${path}`);
      }
    }
    const release = renderRelease(suite, lines, options);
    files.set(`${base}/dists/${suite}/InRelease`, Buffer.from(await options.signer.sign(release)));
  }
  return { files, poolPath: (name) => paths.get(name)! };
}

export function renderRelease(
  suite: string,
  lines: readonly string[],
  options: Pick<TinyArchiveOptions, 'release' | 'byHash'> = {},
): string {
  const fields: Record<string, string> = {
    Origin: 'Test',
    Suite: suite.replace('trixie', 'stable'),
    Codename: suite,
    Date: new Date(testNow.getTime() - day).toUTCString(),
    'Valid-Until': new Date(testNow.getTime() + 6 * day).toUTCString(),
    ...(options.byHash === false ? {} : { 'Acquire-By-Hash': 'yes' }),
    Architectures: 'amd64',
    Components: 'main',
    ...options.release,
  };
  const text = Object.entries(fields).filter(([, value]) => value !== '');
  return `${text.map(([name, value]) => `${name}: ${value}`).join('\n')}\nSHA256:\n${lines.join('\n')}\n`;
}

function makeStanza(tiny: TinyPackage, path: string, deb: Uint8Array): string {
  const fields = {
    Package: tiny.name,
    Version: tiny.version,
    Architecture: tiny.arch,
    ...tiny.fields,
    Description: 'made for a test\n with a second line: not a field',
    Filename: path,
    Size: String(deb.length),
    SHA256: sha256(deb),
  };
  return `${Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('')}`;
}

/** A .deb whose data member is a gzipped tar of these files. */
export async function makeDeb(contents: Readonly<Record<string, string>>): Promise<Uint8Array> {
  return makeDebOf({ 'data.tar.gz': gzipSync(await makeTar(contents)) });
}

/** A .deb of these members after debian-binary and an empty control.tar; undefined leaves a member out. */
export function makeDebOf(members: Readonly<Record<string, string | Uint8Array | undefined>>): Uint8Array {
  const all = { 'debian-binary': '2.0\n', 'control.tar': new Uint8Array(1024), ...members };
  return makeAr(Object.entries(all).flatMap(([name, bytes]) => (bytes === undefined ? [] : [[name, bytes]])));
}

export function makeAr(members: readonly (readonly [string, string | Uint8Array])[]): Uint8Array {
  const parts: Uint8Array[] = [Buffer.from('!<arch>\n')];
  for (const [name, content] of members) {
    const bytes = Buffer.from(content);
    const header = `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}`;
    parts.push(Buffer.from(`${header}${String(bytes.length).padEnd(10)}\`\n`), bytes);
    if (bytes.length % 2 === 1) parts.push(Buffer.from('\n'));
  }
  return Buffer.concat(parts);
}

export async function makeTar(contents: Readonly<Record<string, string>>): Promise<Uint8Array> {
  const tree: Tree = new Map(Object.entries(contents).map(([path, text]) => [path, file(text)]));
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeTar(tree, { clampMtime: 0 })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
