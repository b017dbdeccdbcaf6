// What a style is: one of examples/, started with user-data of its kind, and what its community looks for in it.
import { cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Firmware } from '../../../src/base/firmware.ts';
import type { ReleaseManifest } from '../../../src/contract/release-manifest.ts';
import { buildSpec } from '../../../src/output/build.ts';
import { writeReleaseImages } from '../../../src/output/disk/release-images.ts';
import { addRelease } from '../../../src/release/add.ts';
import { promote } from '../../../src/release/channel/pointers.ts';
import { readImageDirectory } from '../../../src/release/images.ts';
import { initRepository } from '../../../src/release/init.ts';
import { defaultDays } from '../../../src/release/repository/config.ts';
import { runBySsh, type SshKey, type SshResult } from '../../../src/run/ssh.ts';
import { startServer, type TestServer } from '../../agent/update/support/server.ts';
import { type Workplace, workplaceAt } from '../../release/support/workplace.ts';
import { testContext } from '../../support/context.ts';
import { examples } from '../../support/example.ts';
import { addressFor, writeText } from '../../support/lighthouse.ts';
import { type TestMachineOptions, testSshKey, withSerialLog } from '../../support/machine.ts';
import { until, writeBusyboxImage } from '../../support/parts.ts';
import { hostTools } from '../../support/tools.ts';
import { twinShell } from '../../support/twin.ts';
import { startTwin, type TwinMachine } from '../../support/twin-machine.ts';

export const minute = 60_000;

export interface Setting {
  /** Of the machine alone; its spec is the style's in a directory of the same name. */
  readonly directory: string;
  readonly firmware: Firmware;
  readonly key: SshKey;
}

type Shows = Readonly<Record<string, (machine: StyleMachine) => Promise<void>>>;

export interface Style {
  /** Of the directory, and of the OS. */
  readonly name: string;
  /** In its turn in every run of the suite. */
  readonly sample?: true;
  /** By which its acceptance is started; its last boot is by the other. */
  readonly firmware: Firmware;
  /** From the one that is followed to the last. */
  readonly channels: readonly string[];
  /** What the machine is and is given. */
  readonly start: (setting: Setting) => Promise<Partial<TestMachineOptions>>;
  /** Lines of `files` in the test's spec: what a version has, and what stands for what only the platform has. */
  readonly spec?: (version: string) => string;
  /** Before a version is built, in the copy of the example. */
  readonly change?: (directory: string, version: string) => Promise<void>;
  /** So many former versions of a service that has changed, from the release before. */
  readonly keeps?: number;
  /** Its acceptance, by what is shown. */
  readonly shows: Shows;
  /** What is there only when the machine has been updated twice. */
  readonly showsAfterUpdates?: Shows;
}

export interface StyleMachine {
  readonly twin: TwinMachine;
  readonly key: SshKey;
  /** Of the release that is in slot A at first. */
  readonly manifest: ReleaseManifest;
  /** As root; fails unless it ends with 0. */
  run(command: string): Promise<string>;
  /** Tried again within the limit, in milliseconds: five minutes. */
  ssh(user: string, command: string, limit?: number): Promise<SshResult>;
  /** In order, until a slot has come to its services. */
  reboot(slot: 'A' | 'B'): Promise<void>;
}

export interface StyleHouse {
  readonly place: Workplace;
  readonly server: TestServer;
  readonly manifests: ReadonlyMap<string, ReleaseManifest>;
  start(firmware: Firmware): Promise<StyleMachine>;
  /** Builds it, and lets the channel's whole fleet have it. */
  publish(version: string, channel?: string): Promise<ReleaseManifest>;
  close(): Promise<void>;
}

const indent = (text: string) => text.replaceAll(/^/gm, '      ').trimEnd();
/** Beside the example: a version, a channel of the test's own, an image to run, and a shell for the test. */
const specOf = (
  { name, channels, spec, keeps }: Style,
  version: string,
  former?: string,
) => `include: [${name}/${name}.yml]
os: {id: ${name}, version: "${version}"}
files:
  - path: usr/lib/catamaran/system/_test/run
    mode: "0755"
    contents: |
${indent(twinShell)}
  - {path: usr/share/images/busybox.tar, source: busybox.tar}
${spec?.(version) ?? ''}
update: {url: "http://10.0.2.2:1/", channel: ${channels[0]}, root: repo/metadata/1.root.json, reboot: {strategy: manual}}
health: {deadline: 1h}
${keeps && former ? `keep: {from: ${former}, versions: ${keeps}}\n` : ''}`;

export const firstVersion = '1.0.0';

export async function makeHouse(style: Style): Promise<StyleHouse> {
  const { name, channels } = style;
  const base = await mkdtemp(join(tmpdir(), `catamaran-${name}-`));
  await cp(join(examples, name), join(base, name), { recursive: true });
  await writeBusyboxImage(base);
  const key = await testSshKey(base);
  const place = workplaceAt(base);
  const signer = { keys: 1, threshold: 1 };
  await initRepository({
    directory: place.repo,
    keys: place.keys,
    config: { os: name, days: defaultDays },
    root: signer,
    channels: new Map(channels.map((channel) => [channel, signer])),
    now: Math.floor(Date.now() / 1000),
  });
  const server = await startServer(place.repo);
  const context = await testContext();
  const file = join(base, 'test.yml');
  const request = { file, arch: 'amd64', frozen: false } as const;
  let former: string | undefined;
  const prepare = async (version: string) => {
    await style.change?.(join(base, name), version);
    await writeFile(file, specOf(style, version, former));
  };
  const writeImages = async (version: string) => {
    const directory = join(base, version);
    const manifest = await writeReleaseImages(request, directory, context);
    manifests.set(version, manifest);
    if (former) await rm(former, { recursive: true });
    former = directory;
    return { directory, manifest };
  };
  const manifests = new Map<string, ReleaseManifest>();
  await prepare(firstVersion);
  const { artifacts } = await buildSpec({ ...request, out: base, formats: ['raw'] }, context);
  const disk = join(base, 'disk.raw');
  await rename(artifacts[0]!.path, disk);
  await writeImages(firstVersion);
  return {
    place,
    server,
    manifests,
    async start(firmware) {
      const directory = join(base, firmware);
      await mkdir(directory, { recursive: true });
      const twin = await startTwin({
        ...{ disk, scratch: base, firmware },
        more: {
          ...{ memory: 1 << 30, network: 'open', sshPort: 0 },
          ...(await style.start({ directory, firmware, key })),
        },
      });
      return machineOf(twin, key, manifests.get(firstVersion)!, server);
    },
    async publish(version, channel = channels[0]!) {
      await prepare(version);
      const { directory, manifest } = await writeImages(version);
      await addRelease({ release: await readImageDirectory(directory), epoch: 1 }, await place.publisher());
      await promote({ version, to: channel, points: [[0, 10_000]] }, await place.publisher());
      return manifest;
    },
    async close() {
      await server.close();
      await rm(base, { recursive: true, force: true });
    },
  };
}

async function machineOf(
  twin: TwinMachine,
  key: SshKey,
  manifest: ReleaseManifest,
  server: TestServer,
): Promise<StyleMachine> {
  const run = (command: string) => twin.run(command, 10 * minute);
  const ready = async (slot: 'A' | 'B' | 'either') => {
    await twin.ready(slot, 15 * minute);
    // Nothing but the test asks for updates.
    await run('/usr/lib/catamaran/system-service down _update');
  };
  await ready('either');
  await run(
    `mkdir -p /etc/catamaran && ${writeText('/etc/catamaran/update.yml', `url: ${addressFor(server)}\n`)}`,
  );
  const tools = await hostTools(['tools-qemu']);
  return {
    ...{ twin, key, manifest, run },
    ssh: (user, command, limit = 5 * minute) =>
      withSerialLog(twin, () =>
        runBySsh(tools, { user, key, port: twin.sshPort! }, command, {
          limit,
          signal: new AbortController().signal,
        }),
      ),
    async reboot(slot) {
      await run('reboot');
      await ready(slot);
    },
  };
}

/** Of a machine with systemd. */
export const nothingFailed: Shows = {
  'systemd has come up, and nothing has failed': async ({ run }) => {
    await run(until('test "$(systemctl is-system-running)" != starting'));
    expect(await run('systemctl --failed --no-legend; systemctl is-system-running')).toBe('running');
  },
};

export { until };
