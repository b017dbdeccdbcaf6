// The bundle of certificate authorities, read back certificate by certificate.
import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { generateCaCertificates } from '../../../src/component/generators/ca-certificates.ts';
import { contentBytes } from '../../../src/tree/content.ts';
import { file, type Tree } from '../../../src/tree/tree.ts';
import { realTree } from '../support.ts';

const bundle = 'etc/ssl/certs/ca-certificates.crt';

async function bundleOf(tree: Tree): Promise<string> {
  await generateCaCertificates(tree);
  const node = tree.get(bundle);
  return node?.type === 'file' ? Buffer.from(await contentBytes(node.content)).toString() : '';
}

const certificatesIn = (text: string) =>
  (text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []).map(
    (pem) => new X509Certificate(pem).fingerprint256,
  );

test('every certificate of the real package, each once', async () => {
  const real = await realTree(['ca-certificates'], ['openssl', 'debconf']);
  const shipped = [...real.keys()].filter((path) => /^usr\/share\/ca-certificates\/.*\.crt$/.test(path));
  expect(shipped.length).toBeGreaterThan(100);
  const certificates = certificatesIn(await bundleOf(new Map(real)));
  expect(certificates.length).toBe(shipped.length);
  expect(new Set(certificates).size).toBe(shipped.length);
});

test('one’s own are in it, in the order of the paths, and lines do not run together', async () => {
  const tree: Tree = new Map([
    ['usr/share/ca-certificates/mozilla/b.crt', file('b')],
    ['usr/share/ca-certificates/mozilla/a.crt', file('a\n')],
    ['usr/share/ca-certificates/README', file('no')],
    ['usr/local/share/ca-certificates/mine.crt', file('mine\n')],
    ['usr/lib/x.crt', file('no')],
  ]);
  expect(await bundleOf(tree)).toBe('mine\na\nb\n');
});

test('without any, an error and no empty bundle', async () => {
  const tree: Tree = new Map([['usr/share/ca-certificates/README', file('')]]);
  await expect(generateCaCertificates(tree)).rejects.toMatchObject({
    fault: 'spec',
    code: 'generator-ca-certificates',
  });
  expect(tree.has(bundle)).toBe(false);
});
