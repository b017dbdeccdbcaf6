// The name of an image in a registry: which host, repository, tag and digest a reference of the spec means. A short
// name means what it means to Docker; the names that this takes stand here and nowhere else.
import type { Digest } from '../base/digest.ts';
import { CatamaranError } from '../base/errors.ts';
import { type ImageReference, parseReference } from '../specification/reference.ts';

/** With everything that was left out filled in. */
export interface RegistryReference {
  /** With its port, if it names one; in lower case. */
  readonly host: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

/** Where a reference without a host belongs, the host of its API, and its key in Docker's config.json. */
export const dockerHub = {
  host: 'docker.io',
  aliases: ['index.docker.io', 'registry-1.docker.io'],
  api: 'registry-1.docker.io',
  configKey: 'https://index.docker.io/v1/',
} as const;

/** `alpine` is `library/alpine:latest` there. */
export function completeReference(
  reference: ImageReference & { readonly kind: 'registry' },
): RegistryReference {
  const { registry, repository, kind: _, ...rest } = reference;
  const host = completeHost(registry ?? dockerHub.host);
  if (host !== dockerHub.host) return { host, repository, ...rest };
  const path = repository.includes('/') ? repository : `library/${repository}`;
  return { host, repository: path, ...rest };
}

/** The one way to write a registry's host. Names that pass for one by their letters may still be none: `127.999.0.1`. */
export function completeHost(text: string): string {
  const host = text.toLowerCase();
  if ((dockerHub.aliases as readonly string[]).includes(host)) return dockerHub.host;
  if (URL.canParse(`https://${host}`)) return host;
  throw new CatamaranError('spec', {
    code: 'registry-host',
    message: `not the host of a registry: ${JSON.stringify(text.slice(0, 200))}`,
    hint: 'Write a name or an address, and a port up to 65535: registry.example.org:5000.',
  });
}

/** For where nothing but an image in a registry can be meant, as when it is pushed. */
export function parseRegistryReference(text: string): RegistryReference {
  const reference = parseReference(text);
  if (reference.kind === 'registry') return completeReference(reference);
  throw new CatamaranError('usage', {
    code: 'reference-not-registry',
    message: `not the name of an image in a registry: ${JSON.stringify(text)}`,
    hint: 'Write HOST[:PORT]/REPOSITORY[:TAG], such as registry.example/team/app:1.2.',
  });
}

export function formatRegistryReference({ host, repository, tag, digest }: RegistryReference): string {
  return `${host}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}
