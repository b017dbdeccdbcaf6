// A publisher, its repository behind a web server, and a machine that follows it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { addRelease } from '../../../../src/release/add.ts';
import { promote } from '../../../../src/release/channel/pointers.ts';
import { readImageDirectory } from '../../../../src/release/images.ts';
import { openWorkplace, temporaryDirectory, type Workplace } from '../../../release/support/workplace.ts';
import { type TestRelease, writeRelease } from './releases.ts';
import { startServer, type TestServer } from './server.ts';
import { openTestMachine, type TestMachine } from './test-machine.ts';

export interface World {
  readonly place: Workplace;
  readonly server: TestServer;
  readonly machine: TestMachine;
  /** Adds the release and points channel stable at it. */
  publish(release: TestRelease, options?: PublishOptions): Promise<void>;
}

interface PublishOptions {
  readonly epoch?: number;
  readonly floorEpoch?: number;
  readonly minFrom?: string;
}

/** `others`: what the machine will hold later, so that its reboots know it. */
export async function openWorld(
  first: TestRelease,
  { epoch, others = [] }: { epoch?: number; others?: readonly TestRelease[] } = {},
): Promise<World> {
  const place = await openWorkplace();
  const server = await startServer(place.repo);
  onTestFinished(() => server.close());
  const publish: World['publish'] = async (release, { epoch = 1, floorEpoch, minFrom } = {}) => {
    const directory = await writeRelease(release, await temporaryDirectory());
    await addRelease(
      { release: await readImageDirectory(directory), epoch, minFrom },
      await place.publisher(),
    );
    const points = [[0, 10_000]] as const;
    await promote({ version: release.version, to: 'stable', points, floorEpoch }, await place.publisher());
  };
  const machine = await openTestMachine({
    url: server.url,
    firstRoot: await readFile(join(place.repo, 'metadata/1.root.json')),
    releases: [first, ...others],
    partitionSize: 8 << 20,
  });
  await publish(first, { epoch: epoch ?? 1 });
  return { place, server, machine, publish };
}
