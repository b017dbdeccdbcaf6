// The two directories that a process may lack: asked for when a command needs them, so that the others go without.
import { homedir, userInfo } from 'node:os';
import { isAbsolute } from 'node:path';
import { CatamaranError } from '../base/errors.ts';

/** Throws where somebody has removed it. */
export function workingDirectory(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new CatamaranError(
      'environment',
      {
        code: 'directory-gone',
        message: 'the working directory is not there any more',
        hint: 'Go to another one: cd ~',
      },
      { cause },
    );
  }
}

/** HOME, else what the user database says; undefined for a user that it does not have, as in some containers. */
export function homeDirectory(): string | undefined {
  for (const ask of [homedir, () => userInfo().homedir]) {
    try {
      const directory = ask();
      if (isAbsolute(directory)) return directory;
    } catch {
      // No entry for this user.
    }
  }
  return undefined;
}
