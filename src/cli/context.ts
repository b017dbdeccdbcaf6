// Makes the Context that the working rooms run in, from the global options and the process's surroundings.

import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { findMirror } from '../debian/mirror.ts';
import type { Context } from '../lock/context.ts';
import { openCache } from '../store/cache.ts';
import { componentsRoot, packageRoot } from './package-root.ts';
import type { Session } from './session.ts';

export async function createContext({ io, globals, front, signal }: Session): Promise<Context> {
  const cache = await openCache(globals.cache, { now: () => io.now() });
  let mirror: ReturnType<typeof findMirror> | undefined;
  return {
    cache,
    reporter: front,
    signal,
    mirror: () => {
      mirror ??= findMirror({ option: globals.mirror, environment: io.env });
      return mirror;
    },
    snapshotMirrors: globals.snapshotMirrors,
    offline: globals.offline,
    now: Math.floor(io.now() / 1000),
    componentsRoot: componentsRoot(),
    home: io.home,
    jobs: globals.jobs,
    ...unpackWorker(),
    ...(globals.sourceDateEpoch === undefined ? {} : { sourceDateEpoch: globals.sourceDateEpoch }),
  };
}

/** The bundle has the threads' program; from source, unpacking is done in this thread. */
function unpackWorker(): Pick<Context, 'unpackWorker'> {
  const path = join(packageRoot(), 'dist', 'unpack-worker.js');
  const bundled = fileURLToPath(import.meta.url).startsWith(join(packageRoot(), 'dist'));
  return bundled ? { unpackWorker: pathToFileURL(path) } : {};
}
