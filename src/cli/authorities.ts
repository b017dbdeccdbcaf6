// The authorities that registries are trusted by: those of --registry-ca and of NODE_EXTRA_CA_CERTS. Node itself adds the
// latter only where nothing else is named.
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { CatamaranError, messageOf } from '../base/errors.ts';
import type { Io } from './io.ts';

/** PEM texts; none where Node's own and its extra ones are all. */
export async function readAuthorities(paths: readonly string[], { env }: Pick<Io, 'env'>): Promise<string[]> {
  if (paths.length === 0) return [];
  const named = await Promise.all(paths.map((path) => readAuthority(path)));
  // Of a file that cannot be read Node has warned already, and goes on without it.
  const extra = env.NODE_EXTRA_CA_CERTS && (await readFile(env.NODE_EXTRA_CA_CERTS, 'utf8').catch(() => ''));
  return extra ? [...named, extra] : named;
}

async function readAuthority(path: string): Promise<string> {
  try {
    const text = await readFile(path, 'utf8');
    const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g);
    if (!blocks) throw new Error('it has no certificate in PEM');
    for (const block of blocks) new X509Certificate(block);
    return text;
  } catch (cause) {
    throw new CatamaranError(
      'usage',
      {
        code: 'usage-certificate',
        message: `${path} is no certificate of an authority: ${messageOf(cause)}`,
        hint: 'Give --registry-ca the path of a PEM file.',
      },
      { cause },
    );
  }
}
