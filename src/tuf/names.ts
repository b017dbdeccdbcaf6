// What things are called in a repository: roles, targets, and the files in which both lie. Ours are flat and plain, so that
// every web server, object store and TUF client takes them the same way; others' targets may lie in directories.

import type { ReleaseVersion } from '../base/flavour.ts';
export const topRoles = ['root', 'targets', 'snapshot', 'timestamp'] as const;
export type TopRole = (typeof topRoles)[number];

/** The delegated role that signs images and manifests; every other one is a channel. */
export const releasesRole = 'releases';

export function isRoleName(text: string): boolean {
  return /^[a-z][a-z0-9_-]{0,31}$/.test(text) && !(topRoles as readonly string[]).includes(text);
}

/** In a repository that another program writes; never a file of our own memory (trusted-store.ts). */
export function isForeignRoleName(text: string): boolean {
  const taken: readonly string[] = [...topRoles, 'clock', 'pointer', 'manifest'];
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text) && !taken.includes(text.toLowerCase());
}

/** The names of channels are the user's own: `stable`, `edge`, `lts-2026`. */
export const channelNamePattern = /^[a-z][a-z0-9-]{0,31}$/;

export function isChannelName(text: string): boolean {
  return channelNamePattern.test(text) && text !== releasesRole && isRoleName(text);
}

/** The first channel whose pattern of pointers, `channel-NAME-*`, covers another one's, with that one. */
export function findCoveredChannel(channels: readonly string[]): readonly [string, string] | undefined {
  for (const name of channels)
    for (const other of channels) if (other.startsWith(`${name}-`)) return [name, other];
  return undefined;
}

/** Of plain parts, none of which is hidden or leads upwards. */
export function isTargetName(text: string): boolean {
  return (
    text.length <= 400 && text.split('/').every((part) => /^[A-Za-z0-9_][A-Za-z0-9._~+-]{0,199}$/.test(part))
  );
}

export function isPathPattern(text: string): boolean {
  return /^[A-Za-z0-9._~+*?/-]{1,400}$/.test(text);
}

/** Of a pattern of `*` and `?`, which stand for no slash (section 4.5.1). */
export function matchesPattern(name: string, pattern: string): boolean {
  const [parts, patterns] = [name.split('/'), pattern.split('/')];
  return parts.length === patterns.length && parts.every((part, at) => matchesPart(part, patterns[at]!));
}

/** Linear in time for each star. */
function matchesPart(name: string, pattern: string): boolean {
  let [at, star, resume] = [0, -1, 0];
  let index = 0;
  while (index < name.length) {
    const expected = pattern[at];
    if (expected === '*') {
      star = at++;
      resume = index;
    } else if (expected === '?' || expected === name[index]) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++resume;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}

/** Where a metadata file lies below the repository's URL. Timestamp alone has no version in its name. */
export function metadataPath(role: string, version: number): string {
  return `metadata/${version}.${role}.json`;
}

export const timestampPath = 'metadata/timestamp.json';

/** Section 6.2: the hash is part of the file's name, so that no file ever changes. */
export function targetPath(name: string, sha256: string): string {
  const file = name.lastIndexOf('/') + 1;
  return `targets/${name.slice(0, file)}${sha256}.${name.slice(file)}`;
}

export const imageKinds = ['boot', 'root', 'hash'] as const;
/** The three partitions of a slot. */
export type ImageKind = (typeof imageKinds)[number];

export interface ReleaseName {
  readonly os: string;
  readonly version: ReleaseVersion;
  /** Debian's name. */
  readonly arch: string;
}

const releaseName = ({ os, version, arch }: ReleaseName) => `${os}-${version}-${arch}`;

export const manifestName = (release: ReleaseName): string => `${releaseName(release)}.manifest.json`;
export const releaseImageName = (release: ReleaseName, kind: ImageKind): string =>
  `${releaseName(release)}.${kind}`;
export const chunkIndexName = (release: ReleaseName): string => `${releaseName(release)}.chunks`;
export const pointerName = (channel: string, arch: string): string => `channel-${channel}-${arch}.json`;
