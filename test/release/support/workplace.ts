// A publisher at work in a directory of its own, and the machines that follow it: ours, and tuf-js over real HTTP.

import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, normalize } from 'node:path';
import { Updater } from 'tuf-js';
import { onTestFinished } from 'vitest';
import { type AddAnswer, addRelease } from '../../../src/release/add.ts';
import type { Publisher } from '../../../src/release/change/publisher.ts';
import { type InitRequest, initRepository } from '../../../src/release/init.ts';
import { defaultDays } from '../../../src/release/repository/config.ts';
import { openDisk } from '../../../src/release/repository/disk.ts';
import { createMemory, openDirectory } from '../../../src/release/repository/local.ts';
import { readKeyring } from '../../../src/release/signing/keyring.ts';
import { readPointer } from '../../../src/tuf/channel.ts';
import { type Client, refresh } from '../../../src/tuf/client.ts';
import { verifySignature } from '../../../src/tuf/verify-signature.ts';
import type { TrustedStore } from '../../../src/tuf/workflow/options.ts';
import { type SlotPlan, writeSlot } from './images.ts';

/** Of the publisher’s clock, in seconds since the epoch. tuf-js reads the real clock, so it is the real one’s. */
export const now = Math.floor(Date.now() / 1000);
export const day = 86_400;

export async function temporaryDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'catamaran-release-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

export interface Workplace {
  readonly base: string;
  readonly repo: string;
  readonly keys: string;
  publisher(changes?: Partial<Publisher>): Promise<Publisher>;
  add(plan: SlotPlan, options?: { epoch?: number; minFrom?: string }): Promise<AddAnswer>;
}

export async function openWorkplace(changes: Partial<InitRequest> = {}): Promise<Workplace> {
  const base = await temporaryDirectory();
  const place = workplaceAt(base);
  await initRepository({
    ...initRequest(place),
    channels: new Map([
      ['alpha', { keys: 1, threshold: 1 }],
      ['beta', { keys: 1, threshold: 1 }],
      ['stable', { keys: 3, threshold: 2 }],
    ]),
    ...changes,
  });
  return place;
}

/** With one channel. */
export const initRequest = ({ repo, keys }: Workplace): InitRequest => ({
  directory: repo,
  keys,
  config: { os: 'lighthouse', days: defaultDays },
  root: { keys: 3, threshold: 2 },
  channels: new Map([['alpha', { keys: 1, threshold: 1 }]]),
  now,
});

export function workplaceAt(base: string): Workplace {
  const [repo, keys] = [join(base, 'repo'), join(base, 'keys')];
  const publisher = async (changes: Partial<Publisher> = {}): Promise<Publisher> => ({
    directory: repo,
    disk: openDisk(repo),
    keyring: await readKeyring(keys),
    now,
    signLater: false,
    ...changes,
  });
  return {
    base,
    repo,
    keys,
    publisher,
    async add(plan, { epoch = 1, minFrom } = {}) {
      const directory = join(base, `images-${plan.version}-${plan.arch ?? 'amd64'}`);
      const release = await writeSlot(directory, plan);
      return await addRelease({ release, epoch, minFrom }, await publisher());
    },
  };
}

/** A copy in another directory, as a test that breaks things needs it. */
export async function copyWorkplace(from: Workplace): Promise<Workplace> {
  const base = await temporaryDirectory();
  await cp(from.base, base, { recursive: true });
  return workplaceAt(base);
}

/** Our client on the directory. */
export async function follow(
  repo: string,
  store: TrustedStore = createMemory(),
  time = now,
): Promise<Client> {
  const firstRoot = await readFile(join(repo, 'metadata/1.root.json'));
  return refresh({ verify: verifySignature, repository: openDirectory(repo), store, firstRoot, now: time });
}

/** `VERSION` of what a channel points at; undefined for nothing. */
export async function versionAt(repo: string, channel: string, store?: TrustedStore) {
  return readPointer(await follow(repo, store), channel, 'amd64')?.release.version;
}

/** Serves a directory as any web server does. Answers with its URL. */
export async function serve(directory: string): Promise<string> {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url!, 'http://host').pathname));
    readFile(join(directory, path)).then(
      (bytes) => response.end(bytes),
      () => {
        response.statusCode = 404;
        response.end('no such file');
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An independent TUF client, which trusts the first root and has seen nothing else. */
export async function openTufJs(repo: string, url: string): Promise<{ updater: Updater; targetDir: string }> {
  const base = await temporaryDirectory();
  const [metadataDir, targetDir] = [join(base, 'metadata'), join(base, 'targets')];
  await mkdir(metadataDir);
  await mkdir(targetDir);
  await writeFile(join(metadataDir, 'root.json'), await readFile(join(repo, 'metadata/1.root.json')));
  const updater = new Updater({
    metadataDir,
    metadataBaseUrl: `${url}/metadata`,
    targetDir,
    targetBaseUrl: `${url}/targets`,
  });
  return { updater, targetDir };
}
