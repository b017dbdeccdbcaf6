// Makes the Context that the working rooms run in, from the global options and the process's surroundings.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { CatamaranError } from '../base/errors.ts';
import type { CodeDigests, Context } from '../lock/context.ts';
import { openTransport } from '../net/http.ts';
import { proxiesOf } from '../net/proxy.ts';
import { dockerCredentials } from '../oci/docker-config.ts';
import { openRegistryClient, type RegistryClient } from '../oci/registry.ts';
import type { Mirror } from '../packages/source.ts';
import { sourceNamed, usualOrigin } from '../sources/table.ts';
import { openCache } from '../store/cache.ts';
import { readAuthorities } from './authorities.ts';
import { readUserSettings, writeUserSetting } from './config.ts';
import { componentsRoot, packageRoot, toolsRoot } from './package-root.ts';
import type { Session } from './session.ts';

export async function createContext({ io, globals, front, signal }: Session): Promise<Context> {
  // Said wrongly it is an error at once, and not only when something has to be fetched.
  sourceNamed(usualOrigin.source).statedMirror({ option: globals.mirror, environment: io.env });
  const cache = await openCache(globals.cache, { now: () => io.now() });
  let mirror: Promise<Mirror> | undefined;
  let registries: Promise<RegistryClient> | undefined;
  return {
    cache,
    reporter: front,
    signal,
    mirror: () => {
      mirror ??= findOrAskMirror({ io, globals, front, signal });
      return mirror;
    },
    transport: openTransport({ findProxy: proxiesOf(io.env) }),
    registries: () => {
      registries ??= openRegistries({ io, globals, front, signal });
      return registries;
    },
    snapshotMirrors: globals.snapshotMirrors,
    program: await readCodeDigests(),
    offline: globals.offline,
    now: Math.floor(io.now() / 1000),
    componentsRoot: componentsRoot(),
    toolsRoot: toolsRoot(),
    home: io.home,
    jobs: globals.jobs,
    ...unpackWorker(),
    ...(globals.sourceDateEpoch === undefined ? {} : { sourceDateEpoch: globals.sourceDateEpoch }),
  };
}

/** Asked for once, where a person is there to answer. */
async function findOrAskMirror({ io, globals, front }: Session): Promise<Mirror> {
  const { findMirror } = sourceNamed(usualOrigin.source);
  const settings = { option: globals.mirror, environment: io.env };
  try {
    return await findMirror({ ...settings, remembered: (await readUserSettings(io)).mirror });
  } catch (thrown) {
    const none = thrown instanceof CatamaranError && thrown.diagnostics[0]?.code === 'debian-no-mirror';
    if (!none || globals.offline) throw thrown;
    const answer = await front.ask?.(
      'Which Debian mirror shall packages come from? One near you is at www.debian.org/mirror/list:',
    );
    if (answer === undefined) throw thrown;
    const mirror = await findMirror({ option: answer });
    await writeUserSetting(io, 'mirror', answer);
    front.info('It is remembered: `catamaran config mirror` shows and changes it.');
    return mirror;
  }
}

/** What the bundler has worked out: a digest for each file that defines a kind of step. */
export async function readCodeDigests(): Promise<CodeDigests> {
  const text = await readFile(join(packageRoot(), 'dist', 'program.json'), 'utf8');
  const digests = new Map<string, string>(Object.entries(JSON.parse(text)));
  return (module) => {
    const digest = digests.get(module);
    if (digest === undefined) throw new RangeError(`dist/program.json has no digest of ${module}`);
    return digest;
  };
}

async function openRegistries({ io, globals, front, signal }: Session): Promise<RegistryClient> {
  const { mirrors, certificates, plainHttp } = globals.registries;
  return openRegistryClient({
    reporter: front,
    signal,
    offline: globals.offline,
    mirrors,
    plainHttp,
    credentials: dockerCredentials({ env: io.env, home: io.home ?? '/nonexistent' }),
    findProxy: proxiesOf(io.env),
    certificates: await readAuthorities(certificates, io),
  });
}

/** The bundle has the threads' program; from source, unpacking is done in this thread. */
function unpackWorker(): Pick<Context, 'unpackWorker'> {
  const path = join(packageRoot(), 'dist', 'unpack-worker.js');
  const bundled = fileURLToPath(import.meta.url).startsWith(join(packageRoot(), 'dist'));
  return bundled ? { unpackWorker: pathToFileURL(path) } : {};
}
