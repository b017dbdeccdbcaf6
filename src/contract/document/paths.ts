// Where a machine can be written: its root is read-only, and what user-data puts there would be lost silently.

/** Directories that are, or lead to, writable file systems. */
export const writableRoots = [
  '/etc',
  '/home',
  '/opt',
  '/root',
  '/run',
  '/srv',
  '/tmp',
  '/usr/local',
  '/var',
] as const;

export interface BadPath {
  readonly problem: string;
  readonly hint: string;
}

/** The path without `.`, doubled slashes and one at its end; or what is wrong with it. */
export function checkPath(path: string): string | BadPath {
  if (/[\x00-\x1f\x7f]/.test(path)) return { problem: 'it has control characters', hint: 'Remove them.' };
  if (!path.startsWith('/')) return { problem: 'it is not absolute', hint: 'Begin it with "/".' };
  if (path.length > 1000)
    return { problem: 'it is too long', hint: 'A path has at most 1000 characters here.' };
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) return { problem: 'it has ".."', hint: 'Write the path that is meant.' };
  if (parts.some((part) => part.length > 255))
    return { problem: 'a name in it is too long', hint: 'A name has at most 255 bytes.' };
  const plain = `/${parts.join('/')}`;
  if (writableRoots.some((root) => plain.startsWith(`${root}/`))) return plain;
  if (/^\/(proc|sys|dev)\//.test(plain))
    return { problem: 'the kernel makes what is there', hint: 'Kernel parameters are set under sysctl.' };
  return {
    problem: 'the root file system is read-only there',
    hint: `Write below ${writableRoots.join(', ')}; what belongs elsewhere belongs into the image.`,
  };
}
