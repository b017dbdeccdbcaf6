// A machine before a web server whose repository a test forges file by file (test/tuf/support/forge.ts): with real releases
// behind it, so that what is not refused is installed.
import { hash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type SignedManifest, writeSignedManifest } from '../../../../src/contract/release-manifest.ts';
import {
  imageKinds,
  manifestName,
  pointerName,
  releaseImageName,
  targetPath,
} from '../../../../src/tuf/names.ts';
import { type ChannelPointer, writePointer } from '../../../../src/tuf/pointer.ts';
import type { ReleaseRef } from '../../../../src/tuf/release-ref.ts';
import { temporaryDirectory } from '../../../release/support/workplace.ts';
import { type Files, type Plan, soundPlan, start } from '../../../tuf/support/forge.ts';
import { makeRelease, salt, type TestRelease } from './releases.ts';
import { startServer, type TestServer, type TlsIdentity } from './server.ts';
import { openTestMachine, type TestMachine } from './test-machine.ts';

const range = (from: number, count: number) => Array.from({ length: count }, (_, at) => from + at);
const make = (version: string, blocks: readonly number[]) =>
  makeRelease({ version, blocks, bootSize: 140_000, kernel: version, initrd: version });

export const [one, two, three] = await Promise.all([
  make('1.0.0', range(0, 60)),
  make('2.0.0', [...range(1000, 20), ...range(5, 45)]),
  make('3.0.0', [...range(1000, 10), ...range(3000, 30), ...range(0, 20)]),
]);

export interface ForgedWorld {
  readonly directory: string;
  readonly server: TestServer;
  readonly machine: TestMachine;
  /** The server has these files, and no others. */
  serve(files: Files): Promise<void>;
}

interface Published {
  readonly release: TestRelease;
  readonly epoch?: number;
  readonly minFrom?: string;
  /** What it says of its chunk index. */
  readonly chunks?: SignedManifest['chunks'];
}

function manifestOf({ release, epoch = 1, minFrom, chunks }: Published): SignedManifest {
  const { version, rootHash, images } = release;
  const name = { os: 'lighthouse', version, arch: 'amd64' };
  const part = (kind: (typeof imageKinds)[number]) => ({
    target: releaseImageName(name, kind),
    size: images[kind].length,
    sha256: hash('sha256', images[kind], 'hex'),
  });
  return {
    ...name,
    epoch,
    ...(minFrom === undefined ? {} : { minFrom }),
    parts: { boot: part('boot'), root: part('root'), hash: part('hash') },
    roothash: rootHash,
    salt: salt.toString('hex'),
    dataBlocks: images.root.length / 4096,
    ...(chunks === undefined ? {} : { chunks }),
  };
}

export function refOf(published: Published): ReleaseRef {
  const manifest = manifestOf(published);
  const bytes = writeSignedManifest(manifest);
  const { version, epoch, minFrom } = manifest;
  const file = { name: manifestName(manifest), size: bytes.length, sha256: hash('sha256', bytes, 'hex') };
  return { version, epoch, ...(minFrom === undefined ? {} : { minFrom }), manifest: file };
}

/** What channel stable points at: to everybody, at once. */
export function pointerTo(published: Published, changes: Partial<ChannelPointer> = {}): ChannelPointer {
  const rollout = { salt: 'salt', start: 0, points: [[0, 10_000]] } as const;
  const rest = { stones: [], rollout, halted: false, rollback: false, floorEpoch: 0 };
  return { channel: 'stable', arch: 'amd64', seq: 1, release: refOf(published), ...rest, ...changes };
}

/** A sound plan with these releases, channel stable pointing at the last one. */
export function planOf(releases: readonly Published[], pointer?: ChannelPointer): Plan {
  const plan = soundPlan();
  plan.releasesPattern = 'lighthouse-*';
  plan.targets = {
    releases: Object.fromEntries(
      releases.map((each) => [refOf(each).manifest.name, writeSignedManifest(manifestOf(each))]),
    ),
    alpha: {},
    stable: { [pointerName('stable', 'amd64')]: writePointer(pointer ?? pointerTo(releases.at(-1)!)) },
  };
  return plan;
}

export interface ForgedWorldOptions {
  /** All that there are; the first one runs. */
  readonly releases?: readonly [TestRelease, ...TestRelease[]];
  readonly tls?: TlsIdentity;
}

/** Slot A runs 1.0.0, and the clock stands at the forge's beginning. */
export async function openForgedWorld(
  files: Files,
  { releases = [one, two, three], tls }: ForgedWorldOptions = {},
): Promise<ForgedWorld> {
  const directory = await temporaryDirectory();
  const server = await startServer(directory, tls);
  onTestFinished(() => server.close());
  const write = async (path: string, bytes: Uint8Array) => {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), bytes);
  };
  const serve = async (wanted: Files) => {
    await rm(join(directory, 'metadata'), { recursive: true, force: true });
    for (const [path, bytes] of wanted) await write(path, bytes);
  };
  for (const release of releases) {
    for (const kind of imageKinds) {
      const { target, sha256 } = manifestOf({ release }).parts[kind];
      await write(targetPath(target, sha256), release.images[kind]);
    }
  }
  await serve(files);
  const machine = await openTestMachine({
    url: server.url,
    firstRoot: files.get('metadata/1.root.json')!,
    releases,
    partitionSize: 1 << 20,
  });
  machine.setClock(start);
  return { directory, server, machine, serve };
}
