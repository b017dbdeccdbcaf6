// What all benches of updates do: a repository in a directory of its own, a server that counts in front of it, and a machine
// that goes from one release to another.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { releaseParts } from '../src/contract/release-manifest.ts';
import { type Installation, installCommand } from '../test/support/build.ts';
import { type BenchRelease, openMachine } from './update-machine.ts';
import { initRepository } from './update-releases.ts';
import { type CountingServer, type Served, startCountingServer } from './update-server.ts';

export interface UpdateBench {
  readonly installation: Installation;
  /** The directory, in which the repository is `release`. */
  readonly base: string;
  readonly server: CountingServer;
}

export async function withUpdateBench(
  channels: readonly string[],
  work: (bench: UpdateBench) => Promise<void>,
): Promise<void> {
  const installation = await installCommand();
  const base = await mkdtemp(join(tmpdir(), 'catamaran-bench-'));
  let server: CountingServer | undefined;
  try {
    await initRepository(installation, base, channels);
    server = await startCountingServer(join(base, 'release'));
    await work({ installation, base, server });
  } finally {
    await server?.close();
    await rm(base, { recursive: true });
    await installation.dispose();
  }
}

interface Step {
  /** In slot A. */
  readonly runs: BenchRelease;
  /** What the channel points at: in slot B, when it is done. */
  readonly fresh: BenchRelease;
  readonly channel: string;
  /** Of the machine's root, before it asks. */
  readonly prepare?: (root: string) => Promise<void>;
}

export interface Followed {
  readonly requests: readonly Served[];
  /** Both directions, with headers; in bytes. */
  readonly wire: number;
  readonly seconds: number;
}

/** Throws where slot B is not the new release to the last byte. */
export async function followUpdate({ base, server }: UpdateBench, step: Step): Promise<Followed> {
  const { runs, fresh, channel, prepare } = step;
  const root = join(base, 'machine');
  await mkdir(root);
  try {
    const trust = join(base, 'release/metadata/1.root.json');
    const machine = await openMachine({ root, runs, url: server.url, channel, trust });
    await prepare?.(root);
    await server.take();
    const began = performance.now();
    console.log(machine.update('--apply'));
    const seconds = (performance.now() - began) / 1000;
    const { requests, wire } = await server.take();
    for (const part of releaseParts) {
      const { size, sha256 } = fresh.manifest.parts[part];
      if ((await digestOf(machine.partition(part, 'B'), size)) !== sha256)
        throw new Error(`slot B has another ${part} image than ${fresh.manifest.version}`);
    }
    return { requests, wire, seconds };
  } finally {
    await rm(root, { recursive: true });
  }
}

async function digestOf(path: string, size: number): Promise<string> {
  const digest = createHash('sha256');
  for await (const chunk of createReadStream(path, { end: size - 1 })) digest.update(chunk as Buffer);
  return digest.digest('hex');
}

/** Of bodies, in bytes; what is of none of these kinds is metadata. */
export function sumByKind<Kind extends string>(
  requests: readonly Served[],
  kinds: readonly Kind[],
): Readonly<Record<Kind | 'metadata', number>> {
  const sums = Object.fromEntries([...kinds, 'metadata'].map((kind) => [kind, 0]));
  for (const { path, bytes } of requests) {
    const kind = kinds.find((each) => path.endsWith(`.${each}`)) ?? 'metadata';
    sums[kind]! += bytes;
  }
  return sums as Record<Kind | 'metadata', number>;
}

/** In bytes: what a machine without anything would fetch. */
export const imageSize = ({ manifest }: BenchRelease): number =>
  releaseParts.reduce((sum, part) => sum + manifest.parts[part].size, 0);

/** In millions of bytes. */
export const mb = (bytes: number): string => (bytes / 1e6).toFixed(2);
