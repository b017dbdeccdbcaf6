// The global options, from what commander parsed and the environment: checked and completed once, here.
import { isAbsolute, join, resolve } from 'node:path';
import { type Arch, archByNode, architectures } from '../base/arch.ts';
import { CatamaranError } from '../base/errors.ts';
import type { Io } from './io.ts';
import type { Verbosity } from './report/front.ts';
import { wantsColor } from './report/open-front.ts';

/** As commander gives them. */
export interface RawGlobals {
  readonly mirror?: string;
  readonly snapshotMirror?: readonly string[];
  readonly registryMirror?: Readonly<Record<string, readonly string[]>>;
  readonly registryCa?: readonly string[];
  readonly insecureRegistry?: readonly string[];
  readonly cache?: string;
  readonly arch?: Arch;
  readonly offline?: true;
  readonly quiet?: true;
  readonly verbose?: true;
  readonly json?: true;
  readonly color: boolean;
  readonly jobs?: number;
}

export interface Globals {
  readonly mirror?: string | undefined;
  readonly snapshotMirrors: readonly string[];
  readonly registries: RegistrySettings;
  /** Absolute. Throws where none is named and the user has no home. */
  readonly cache: string;
  /** Asked for; without it the host's counts. */
  readonly arch?: Arch | undefined;
  readonly offline: boolean;
  readonly json: boolean;
  readonly verbosity: Verbosity;
  /** Colours on stderr, colours on stdout. */
  readonly color: { readonly stderr: boolean; readonly stdout: boolean };
  readonly jobs: number;
  readonly sourceDateEpoch?: number;
}

export interface RegistrySettings {
  /** Registry host → its mirrors. */
  readonly mirrors: Readonly<Record<string, readonly string[]>>;
  /** PEM files, absolute. */
  readonly certificates: readonly string[];
  readonly plainHttp: readonly string[];
}

export function completeGlobals(raw: RawGlobals, io: Io): Globals {
  return {
    mirror: raw.mirror,
    snapshotMirrors: raw.snapshotMirror ?? [],
    registries: {
      mirrors: raw.registryMirror ?? {},
      certificates: (raw.registryCa ?? []).map((path) => resolve(io.cwd, path)),
      plainHttp: raw.insecureRegistry ?? [],
    },
    get cache() {
      return cacheDirectory(raw.cache, io);
    },
    arch: raw.arch,
    offline: raw.offline === true,
    json: raw.json === true,
    verbosity: raw.verbose ? 'verbose' : raw.quiet ? 'quiet' : 'normal',
    color: { stderr: wantsColor(io, 'stderr', raw.color), stdout: wantsColor(io, 'stdout', raw.color) },
    jobs: raw.jobs ?? io.cores,
    ...sourceDateEpoch(io),
  };
}

/** `--cache`, CATAMARAN_CACHE, XDG_CACHE_HOME/catamaran, ~/.cache/catamaran: the first that is given. */
function cacheDirectory(asked: string | undefined, io: Io): string {
  const named = asked ?? io.env.CATAMARAN_CACHE;
  if (named) return resolve(io.cwd, named);
  // The XDG base directory specification: a relative path is invalid and to be ignored.
  const xdg = io.env.XDG_CACHE_HOME;
  if (xdg && isAbsolute(xdg)) return join(xdg, 'catamaran');
  if (io.home !== undefined) return join(io.home, '.cache', 'catamaran');
  throw new CatamaranError('environment', {
    code: 'home-unknown',
    message: 'there is no home directory for the cache: HOME is not set',
    hint: 'Name a directory for it with --cache, or set CATAMARAN_CACHE or HOME.',
  });
}

function sourceDateEpoch({ env }: Io): { sourceDateEpoch?: number } {
  const text = env.SOURCE_DATE_EPOCH;
  if (!text) return {};
  if (/^\d{1,11}$/.test(text)) return { sourceDateEpoch: Number(text) };
  throw new CatamaranError('usage', {
    code: 'usage-source-date-epoch',
    message: `SOURCE_DATE_EPOCH is no number of seconds: ${JSON.stringify(text)}`,
    hint: 'Set it to a whole number, such as the output of `git log -1 --format=%ct`, or unset it.',
  });
}

/** The architecture asked for, else the host's. */
export function targetArch(globals: Globals, io: Io): Arch {
  const arch = globals.arch ?? archByNode(io.machine);
  if (arch) return arch;
  throw new CatamaranError('usage', {
    code: 'usage-arch',
    message: `this machine is ${io.machine}, which Catamaran does not build for`,
    hint: `Name one with --arch: ${architectures.join(' or ')}.`,
  });
}
