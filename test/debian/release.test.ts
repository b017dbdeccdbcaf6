import { beforeAll, describe, expect, test } from 'vitest';
import { CatamaranError } from '../../src/base/errors.ts';
import { parseClearsigned } from '../../src/debian/clearsign.ts';
import { type ReleaseChecks, verifySuiteRelease } from '../../src/debian/release.ts';
import { makeSigner, renderRelease, type Signer, testNow } from './support/tiny-archive.ts';

let signer: Signer;
let stranger: Signer;
const hex = 'ab'.repeat(32);
const line = ` ${hex} 123 main/binary-amd64/Packages.gz`;
const plain = renderRelease('trixie', [line]);

beforeAll(async () => {
  signer = await makeSigner();
  stranger = await makeSigner('Stranger');
});

async function verify(text: string, checks: Partial<ReleaseChecks> = {}) {
  const usual = { suite: 'trixie', keys: [signer.trusted], now: testNow, what: 'the InRelease file' };
  return verifySuiteRelease(Buffer.from(text), { ...usual, ...checks });
}

async function refusal(text: string, checks: Partial<ReleaseChecks> = {}): Promise<string> {
  const thrown = await verify(text, checks).catch((thrown) => thrown);
  expect(thrown).toBeInstanceOf(CatamaranError);
  expect(thrown.fault).toBe('integrity');
  return `${thrown.code}: ${thrown.message.replaceAll(/[0-9A-Fa-f]{16}/g, 'KEYID')}`;
}

test('a signed Release is read', async () => {
  const release = await verify(await signer.sign(plain));
  expect(release).toEqual({
    suite: 'trixie',
    date: Date.parse('2026-02-28T12:00:00Z') / 1000,
    architectures: ['amd64'],
    acquireByHash: true,
    separateAll: false,
    files: new Map([['main/binary-amd64/Packages.gz', { digest: `sha256:${hex}`, size: 123 }]]),
  });
  expect((await verify(await signer.sign(plain), { suite: 'stable' })).suite).toBe('stable');
});

test('packages for all architectures are apart only where the suite says so', async () => {
  const separate = async (release: Record<string, string>) =>
    (await verify(await signer.sign(renderRelease('trixie', [line], { release })))).separateAll;
  expect(await separate({ Architectures: 'all amd64' })).toBe(true);
  expect(await separate({ Architectures: 'all amd64', 'No-Support-for-Architecture-all': 'Packages' })).toBe(
    false,
  );
});

describe('who signed', () => {
  test('a stranger alone is refused', async () => {
    expect(await refusal(await stranger.sign(plain))).toMatchInlineSnapshot(
      `"debian-release-refused: the InRelease file has no valid signature by a trusted key: KEYID: Could not find signing key with key ID KEYID"`,
    );
  });

  test('no trusted key at all is refused', async () => {
    expect(await refusal(await signer.sign(plain), { keys: [] })).toMatch(/^debian-release-refused/);
  });

  test('one trusted signature among others is enough', async () => {
    const openpgp = await import('openpgp');
    const read = async (text: string) => {
      const signed = parseClearsigned(text);
      if (typeof signed === 'string') throw new Error(signed);
      return openpgp.readSignature({ armoredSignature: signed.signature });
    };
    const [own, other] = [await signer.sign(plain), await stranger.sign(plain)];
    const [ours, theirs] = [await read(own), await read(other)];
    const both = new openpgp.Signature(openpgp.PacketList.of(...theirs.packets, ...ours.packets) as never);
    const text = own.slice(0, own.indexOf('-----BEGIN PGP SIGNATURE-----')) + both.armor();
    expect((await verify(text)).suite).toBe('trixie');
    await expect(verify(text, { keys: [stranger.trusted] })).resolves.toBeDefined();
  });

  test('a key under a wrong fingerprint is not used', async () => {
    const keys = [{ ...signer.trusted, fingerprint: '0'.repeat(40) }];
    await expect(verify(await signer.sign(plain), { keys })).rejects.toThrow(/has the fingerprint/);
  });
});

describe('what is signed', () => {
  test('a changed byte is refused', async () => {
    const text = (await signer.sign(plain)).replace(' 123 ', ' 124 ');
    expect(await refusal(text)).toMatchInlineSnapshot(
      `"debian-release-refused: the InRelease file has no valid signature by a trusted key: KEYID: Signed digest did not match"`,
    );
  });

  const evil = ` ${'cd'.repeat(32)} 1 main/binary-amd64/Packages.gz`;
  const attacks: Record<string, (text: string) => string> = {
    'text before': (text) => `Codename: trixie\nSHA256:\n${evil}\n\n${text}`,
    'an empty line before': (text) => `\n${text}`,
    'a byte order mark before': (text) => `\uFEFF${text}`,
    'text after': (text) => `${text}\nSHA256:\n${evil}\n`,
    'a second signed text after': (text) => `${text}${text}`,
    'a line in the header': (text) => text.replace('\n', `\nComment: x\n`),
    'text in the header': (text) => text.replace('\n', `\n${evil}\n`),
    'no empty line after the header': (text) => text.replace('\n\n', '\n'),
    'a line between text and signature': (text) =>
      text.replace('\n-----BEGIN PGP SIG', `\n${evil}\n-----BEGIN PGP SIG`),
    'an unescaped dash': (text) => text.replace('\nOrigin', '\n-Origin'),
    'no signature': (text) => text.slice(0, text.indexOf('-----BEGIN PGP SIGNATURE')),
    'an empty signature': (text) =>
      `${text.slice(0, text.indexOf('-----BEGIN PGP SIGNATURE'))}-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n`,
    'a cut signature': (text) => text.slice(0, -40),
    'only plain text': () => plain,
    'nothing at all': () => '',
  };

  test.each(Object.entries(attacks))('%s is refused', async (_, attack) => {
    expect(await refusal(attack(await signer.sign(plain)))).toMatch(/^debian-release-refused: /);
  });

  test('dashes are unescaped, and white space at line ends is not part of it', async () => {
    const text = 'one\n- two\n-----BEGIN PGP SIGNATURE-----\nthree  ';
    const frame = parseClearsigned(await signer.sign(text));
    expect(frame).toMatchObject({ text: 'one\n- two\n-----BEGIN PGP SIGNATURE-----\nthree' });
  });
});

describe('what it says', () => {
  const cases: Record<string, Record<string, string>> = {
    'of another suite': { Suite: 'unstable', Codename: 'sid' },
    'without a date': { Date: '' },
    'from the future': { Date: 'Wed, 04 Mar 2026 12:00:00 UTC' },
    'out of date': { 'Valid-Until': 'Sat, 28 Feb 2026 12:00:00 UTC' },
    'with a Valid-Until that is no date': { 'Valid-Until': 'soon' },
  };

  test.each(Object.entries(cases))('%s is refused', async (name, release) => {
    const text = await signer.sign(renderRelease('trixie', [line], { release }));
    expect(await refusal(text)).toMatchSnapshot(name);
  });

  test('a clock that is behind by less than a day does not refuse it, and by more has to be set', async () => {
    const text = await signer.sign(plain);
    const at = (iso: string) => ({ now: new Date(iso) });
    // It was signed 2026-02-28T12:00:00Z.
    expect((await verify(text, at('2026-02-28T00:00:00Z'))).suite).toBe('trixie');
    const thrown = await verify(text, at('2026-02-20T12:00:00Z')).catch((thrown) => thrown);
    expect(thrown.diagnostics).toMatchObject([{ code: 'debian-release-future', hint: 'Set the clock.' }]);
    const byStranger = await stranger.sign(plain);
    expect(await refusal(byStranger, at('2026-02-20T12:00:00Z'))).toMatch(/^debian-release-refused/);
  });

  test('a file in an unknown form is refused', async () => {
    expect(await refusal(await signer.sign(renderRelease('trixie', [' abc 1 x'])))).toMatchInlineSnapshot(
      `"debian-release-refused: the InRelease file lists a file in an unknown form: "abc 1 x""`,
    );
  });

  test('an expired suite is taken where that is allowed', async () => {
    const release = cases['out of date']!;
    const text = await signer.sign(renderRelease('trixie', [line], { release }));
    expect((await verify(text, { allowExpired: true })).suite).toBe('trixie');
  });
});
