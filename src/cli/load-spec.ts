// Reads a spec from the host, with what it may refer to there: the file's text, the components, the files beside it.
import { createReadStream, existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { CatamaranError, messageOf } from '../base/errors.ts';
import { formatSize } from '../base/size.ts';
import { listComponents } from '../component/definition.ts';
import { readSpec } from '../spec/read.ts';
import type { Spec } from '../spec/types.ts';
import { componentsRoot } from './package-root.ts';
import type { Session } from './session.ts';

/** In bytes. A spec is written by people; what is larger is another file. */
const maxSize = 4 * 1024 ** 2;

export async function loadSpec(file: string, { io, signal }: Session): Promise<Spec> {
  const text = await readText(resolve(io.cwd, file), file, signal);
  return readSpec(file, text, {
    components: await listComponents(componentsRoot()),
    home: io.home,
    exists: (path) => existsSync(resolve(io.cwd, path)),
  });
}

async function readText(path: string, named: string, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of createReadStream(path, { signal })) {
      size += chunk.length;
      if (size > maxSize) throw unreadable(named, 'spec-too-large', `is larger than ${formatSize(maxSize)}`);
      chunks.push(chunk);
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (thrown) {
    if (thrown instanceof CatamaranError) throw thrown;
    switch ((thrown as NodeJS.ErrnoException).code) {
      case 'ENOENT':
      case 'ENOTDIR':
        throw unreadable(named, 'spec-not-found', 'does not exist', thrown);
      case 'EISDIR':
        throw unreadable(named, 'spec-is-directory', 'is a directory', thrown);
      case 'ERR_ENCODING_INVALID_ENCODED_DATA':
        throw unreadable(named, 'spec-not-text', 'is not UTF-8 text', thrown);
      default:
        throw signal.aborted
          ? thrown
          : unreadable(named, 'spec-unreadable', `cannot be read: ${messageOf(thrown)}`, thrown);
    }
  }
}

function unreadable(named: string, code: string, why: string, cause?: unknown): CatamaranError {
  const hint = 'Name a spec: a YAML file such as those in examples/.';
  return new CatamaranError('usage', { code, message: `${named} ${why}`, hint }, { cause });
}
