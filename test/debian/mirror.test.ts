import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { CatamaranError } from '../../src/base/errors.ts';
import { findMirror } from '../../src/debian/mirror.ts';

const directories: string[] = [];

async function apt(files: Record<string, string>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'catamaran-apt-'));
  directories.push(directory);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), text);
  }
  return directory;
}

afterEach(async () => {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true });
});

const none = { environment: {}, aptDirectory: '/does/not/exist' };
const deb822 = `# The distribution
Types: deb deb-src
URIs: http://deb.example.test/debian/
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
# a comment within a stanza
URIs: http://security.example.test/debian-security
Suites: bookworm-security
Components: main
`;

describe('the order of the sources', () => {
  test('--mirror, then the environment, then apt', async () => {
    const aptDirectory = await apt({ 'sources.list.d/debian.sources': deb822 });
    const environment = { CATAMARAN_DEBIAN_MIRROR: 'https://env.example.test/debian' };
    const archiveOf = async (sources: Parameters<typeof findMirror>[0]) =>
      (await findMirror(sources)).archive;
    const option = 'https://option.example.test/debian';
    expect(await archiveOf({ option, environment, aptDirectory })).toBe('https://option.example.test/debian');
    expect(await archiveOf({ environment, aptDirectory })).toBe('https://env.example.test/debian');
    const remembered = 'https://config.example.test/debian';
    expect(await archiveOf({ environment, remembered, aptDirectory })).toBe(
      'https://env.example.test/debian',
    );
    expect(await archiveOf({ environment: {}, remembered, aptDirectory })).toBe(remembered);
    expect(await archiveOf({ environment: {}, aptDirectory })).toBe('http://deb.example.test/debian');
  });

  test('with none, an error of the environment that says what to do', async () => {
    const failure = await findMirror(none).catch((thrown) => thrown);
    expect(failure).toBeInstanceOf(CatamaranError);
    expect(failure.fault).toBe('environment');
    expect(failure.message).toMatchInlineSnapshot(
      `"no Debian mirror is known: /does/not/exist names none, as on a host that is not Debian, and nobody has named one"`,
    );
    expect(failure.diagnostics[0].hint).toMatchInlineSnapshot(
      `"Take one near you of www.debian.org/mirror/list, and say so once: catamaran config mirror http://HOST/debian. Or for one command --mirror http://HOST/debian, or in a CI CATAMARAN_DEBIAN_MIRROR=http://HOST/debian."`,
    );
  });
});

describe('a mirror that is given', () => {
  test.each([
    ['http://a.example.test/debian', 'http://a.example.test/debian', 'http://a.example.test/debian-security'],
    [
      'http://a.example.test/mirror//',
      'http://a.example.test/mirror',
      'http://a.example.test/mirror-security',
    ],
    [
      'http://a.example.test/d, https://b.example.test/s/',
      'http://a.example.test/d',
      'https://b.example.test/s',
    ],
    ['http://a.example.test/d http://b.example.test/s', 'http://a.example.test/d', 'http://b.example.test/s'],
  ])('%s', async (option, archive, security) => {
    expect(await findMirror({ ...none, option })).toEqual({ archive, security });
  });

  test.each([
    'debian',
    'ftp://a.example.test/debian',
    'http:///debian',
    'http://a.test/ http://b.test/ http://c.test/',
  ])('refuses %j', async (option) => {
    await expect(findMirror({ ...none, option })).rejects.toMatchObject({ fault: 'usage' });
  });
});

describe("apt's configuration", () => {
  const cases: Record<string, { files: Record<string, string>; archive?: string; security?: string }> = {
    'deb822, with the security archive elsewhere': {
      files: { 'sources.list.d/debian.sources': deb822 },
      archive: 'http://deb.example.test/debian',
      security: 'http://security.example.test/debian-security',
    },
    'one-line, with options, comments and sources': {
      files: {
        'sources.list': `# deb http://commented.example.test/debian trixie main
deb-src http://src.example.test/debian trixie main
deb [ arch=amd64,arm64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg ] https://one.example.test/debian/ trixie main # best
deb\thttps://one.example.test/debian-security\ttrixie-security\tmain contrib
`,
      },
      archive: 'https://one.example.test/debian',
      security: 'https://one.example.test/debian-security',
    },
    'values over several lines': {
      files: {
        'sources.list.d/x.sources': `Types: deb
URIs:
 cdrom:[Debian]/
 mirror+file:///etc/apt/mirrors.list
# between
 http://third.example.test/debian
Suites:
 trixie
 trixie-updates
Components: main
`,
      },
      archive: 'http://third.example.test/debian',
      security: 'http://third.example.test/debian-security',
    },
    'what is disabled, on a disc, or of another component does not count': {
      files: {
        'sources.list': `deb cdrom:[Debian GNU/Linux 13]/ trixie main
deb http://contrib.example.test/debian trixie contrib
deb tor+http://onion.example.test/debian trixie main
`,
        'sources.list.d/off.sources': `Enabled: no\n${deb822.split('\n\n')[0]}\n`,
        'sources.list.d/debian.sources.disabled': deb822,
      },
    },
    "others' archives with Debian's suite names stand back": {
      files: {
        'sources.list.d/aaa.list':
          'deb [signed-by=/etc/apt/keyrings/other.gpg] https://other.example.test trixie main\n',
        'sources.list.d/debian.sources': deb822,
      },
      archive: 'http://deb.example.test/debian',
      security: 'http://security.example.test/debian-security',
    },
    'a derivative is not Debian': {
      files: { 'sources.list': 'deb http://archive.example.test/ubuntu noble main universe\n' },
    },
  };

  test.each(Object.entries(cases))('%s', async (_, { files, archive, security }) => {
    const found = findMirror({ environment: {}, aptDirectory: await apt(files) });
    if (archive === undefined) await expect(found).rejects.toMatchObject({ code: 'debian-no-mirror' });
    else expect(await found).toEqual({ archive, security });
  });
});
