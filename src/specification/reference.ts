// Image references: the one grammar for everything in a spec that names an image.
// Registry names follow github.com/distribution/reference, but that hosts may have "_" as on private networks; which registry is meant where none is written is the
// business of the room `oci`.

import { type Digest, isDigest } from '../base/digest.ts';
import { CatamaranError } from '../base/errors.ts';
import { didYouMean, nearest } from '../document/suggest.ts';

export type ImageReference =
  | { readonly kind: 'component'; readonly name: string }
  /** A component's directory. */
  | { readonly kind: 'directory'; readonly path: string }
  /** The directory of a package of LinuxKit, which stands for the image that LinuxKit builds of it. */
  | { readonly kind: 'package'; readonly path: string }
  | {
      readonly kind: 'registry';
      /** Absent where none is written. */
      readonly registry?: string;
      /** As written: `nginx`, `linuxkit/init`. */
      readonly repository: string;
      /** `latest` where neither tag nor digest is written. */
      readonly tag?: string;
      readonly digest?: Digest;
    }
  | { readonly kind: 'oci' | 'oci-archive' | 'docker-archive'; readonly path: string; readonly tag?: string };

const schemes = ['component', 'oci', 'oci-archive', 'docker-archive'] as const;
const componentName = /^[a-z0-9][a-z0-9-]{0,62}$/;
const tagSyntax = /^\w[\w.-]{0,127}$/;
const hostSyntax = /^(?:(?:\w|\w[\w-]*\w)(?:\.(?:\w|\w[\w-]*\w))*\.?|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?$/;
const repositorySyntax =
  /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;

/** Whether it is of a form that LinuxKit takes for a name in a registry, and that says something else here. */
export const isOurs = (text: string): boolean =>
  /^(?:@pkg:|\.{1,2}(?:\/|$)|\/|~\/|(?:component|oci|oci-archive|docker-archive):)/.test(text);

export function parseReference(text: string): ImageReference {
  if (text === '' || text !== text.trim() || /[\x00-\x20\x7f]/.test(text)) {
    throw malformed(
      text,
      'Write it without spaces, such as component:sshd or registry.example.org/nginx:1.27.',
    );
  }
  // LinuxKit's way to write a directory.
  if (text.startsWith('@pkg:')) {
    const path = text.slice('@pkg:'.length);
    if (path === '') throw malformed(text, 'After "@pkg:" comes a directory.');
    return { kind: 'package', path };
  }
  if (/^(?:\.{1,2}(?:\/|$)|\/|~\/)/.test(text)) return { kind: 'directory', path: text };
  const colon = text.indexOf(':');
  const before = colon === -1 ? '' : text.slice(0, colon);
  const after = text.slice(colon + 1);
  if (before === 'component') return parseComponent(text, after);
  if (before === 'oci' || before === 'oci-archive') {
    return { kind: before, ...parsePathAndTag(text, after, after.lastIndexOf(':')) };
  }
  if (before === 'docker-archive') {
    return { kind: before, ...parsePathAndTag(text, after, after.indexOf(':'), isName) };
  }
  const scheme = nearest(before, schemes);
  if (scheme !== undefined && !after.includes('/')) {
    throw malformed(text, `Did you mean "${scheme}:${after}"?`);
  }
  return parseRegistry(text);
}

/** As it would be written in a spec. `parseReference` reads it back as the same. */
export function formatReference(reference: ImageReference): string {
  switch (reference.kind) {
    case 'component':
      return `component:${reference.name}`;
    case 'directory':
      return reference.path;
    case 'package':
      return `@pkg:${reference.path}`;
    case 'registry': {
      const registry = reference.registry === undefined ? '' : `${reference.registry}/`;
      const tag = reference.tag === undefined ? '' : `:${reference.tag}`;
      const digest = reference.digest === undefined ? '' : `@${reference.digest}`;
      return `${registry}${reference.repository}${tag}${digest}`;
    }
    default:
      return `${reference.kind}:${reference.path}${reference.tag === undefined ? '' : `:${reference.tag}`}`;
  }
}

function parseComponent(text: string, name: string): ImageReference {
  if (componentName.test(name)) return { kind: 'component', name };
  const suggestion = name.includes('/') ? 'Name a component by its directory alone: ./DIRECTORY.' : undefined;
  throw malformed(
    text,
    suggestion ??
      'After "component:" comes a name of lower-case letters, digits and "-", such as component:sshd.',
  );
}

function parsePathAndTag(
  text: string,
  rest: string,
  colon: number,
  isTag = (tag: string) => tagSyntax.test(tag),
): { path: string; tag?: string } {
  const tag = rest.slice(colon + 1);
  const [path, hasTag] = colon > 0 && isTag(tag) ? [rest.slice(0, colon), true] : [rest, false];
  if (path === '' || path.includes(':')) {
    throw malformed(text, 'Write a path and, after another colon, a tag, such as oci:images/app:1.2.');
  }
  return hasTag ? { path, tag } : { path };
}

/** What docker save records: `app:1.2`. Its last part will do, where that is the name of one image only. */
function isName(text: string): boolean {
  if (tagSyntax.test(text)) return true;
  try {
    return !text.includes('@') && text.includes(':') && parseRegistry(text).kind === 'registry';
  } catch {
    return false;
  }
}

function parseRegistry(text: string): ImageReference {
  const [named, digest, ...more] = text.split('@') as [string, ...string[]];
  if (more.length > 0 || (digest !== undefined && !isDigest(digest))) {
    throw malformed(text, 'After "@" comes sha256: and 64 lower-case hex digits.');
  }
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  const tag = hasTag ? named.slice(colon + 1) : undefined;
  if (tag !== undefined && !tagSyntax.test(tag)) {
    throw malformed(text, 'A tag is letters, digits, "_", "." and "-", at most 128, such as :1.27.');
  }
  const path = hasTag ? named.slice(0, colon) : named;
  const slash = path.indexOf('/');
  const first = slash === -1 ? '' : path.slice(0, slash);
  const isHost = /[.:\]]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  const repository = isHost ? path.slice(slash + 1) : path;
  if (isHost && !hostSyntax.test(first)) {
    throw malformed(text, `${JSON.stringify(first)} is no host name.`);
  }
  if (!repositorySyntax.test(repository) || path.length > 255) {
    const lower = repository.toLowerCase();
    throw malformed(
      text,
      repositorySyntax.test(lower)
        ? `Names of images are in lower case: ${text.replace(repository, lower)}`
        : 'Write component:NAME, ./DIRECTORY, REGISTRY/NAME:TAG, oci:DIRECTORY, oci-archive:FILE or docker-archive:FILE.',
    );
  }
  return {
    kind: 'registry',
    ...(isHost ? { registry: first } : {}),
    repository,
    ...(tag !== undefined ? { tag } : digest === undefined ? { tag: 'latest' } : {}),
    ...(digest !== undefined ? { digest: digest as Digest } : {}),
  };
}

function malformed(text: string, hint: string): CatamaranError {
  return new CatamaranError('spec', {
    code: 'reference-malformed',
    message: `not an image reference: ${JSON.stringify(text.slice(0, 200))}`,
    hint,
  });
}

/** For a component that does not exist. */
export function unknownComponent(name: string, components: readonly string[]): CatamaranError {
  return new CatamaranError('spec', {
    code: 'unknown-component',
    message: `there is no component ${JSON.stringify(name)}`,
    hint:
      didYouMean(name, components) ??
      (components.length > 0 ? `There are ${components.join(', ')}.` : 'There are no components at all.'),
  });
}
