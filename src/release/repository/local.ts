// A repository in a directory, as the TUF client reads it, and a memory that lasts as long as the process: what the
// publisher verifies with, by the very code that verifies on the device.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { CatamaranError } from '../../base/errors.ts';
import { errorCode } from '../../store/disk.ts';
import type { Repository, TrustedStore } from '../../tuf/workflow/options.ts';

export function openDirectory(root: string): Repository {
  return {
    fetch(path, maxSize) {
      let file: number;
      try {
        file = openSync(join(root, path), 'r');
      } catch (thrown) {
        if (errorCode(thrown) === 'ENOENT') return undefined;
        throw thrown;
      }
      try {
        const { size } = fstatSync(file);
        if (size > maxSize) throw tooLarge(path, size, maxSize);
        const bytes = new Uint8Array(size);
        let done = 0;
        while (done < size) {
          const count = readSync(file, bytes, done, size - done, done);
          if (count === 0) break;
          done += count;
        }
        return bytes.subarray(0, done);
      } finally {
        closeSync(file);
      }
    },
  };
}

export function createMemory(entries: Iterable<[string, Uint8Array]> = []): TrustedStore {
  const files = new Map(entries);
  return {
    get: (name) => files.get(name),
    put: (name, bytes) => void files.set(name, bytes),
    remove: (name) => void files.delete(name),
  };
}

function tooLarge(path: string, size: number, maxSize: number): CatamaranError {
  return new CatamaranError('integrity', {
    code: 'tuf-too-large',
    message: `${path} has ${size} bytes where at most ${maxSize} are expected`,
    hint: 'Restore the file from another copy of the repository.',
  });
}
