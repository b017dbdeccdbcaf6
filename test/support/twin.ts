// A tiny twin-root system in several releases, for boot tests of slots, health and faults: two services, a shell for the
// test on the second serial port, and faults that a kernel argument of one slot switches on.
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReleaseManifest } from '../../src/contract/release-manifest.ts';
import { layoutDisk } from '../../src/disk/disk-layout.ts';
import { buildSpec } from '../../src/output/build.ts';
import { writeReleaseImages } from '../../src/output/disk/release-images.ts';
import { testContext } from './context.ts';
import { hostTools } from './tools.ts';

const MiB = 1 << 20;
export const twinLayout = layoutDisk({
  osId: 'twin',
  arch: 'amd64',
  sizes: { slot: 64 * MiB, data: 64 * MiB, esp: 64 * MiB },
});

/** What `test.fault=NAME` on the kernel's command line does, once the health gate of a trial comes to health.d. */
const faults = `#!/bin/sh
fault=
for word in $(cat /proc/cmdline); do case $word in test.fault=*) fault=\${word#*=} ;; esac; done
case $fault in
  unhealthy) echo 'the test asks for it' && exit 1 ;;
  endless) sh -c 'sleep 1000000; true' ;;
  panic) echo c >/proc/sysrq-trigger ;;
  hang-user) kill -STOP -1 && sleep 1000000 ;;
  hang-kernel)
    echo -1 >/proc/sys/kernel/sched_rt_runtime_us
    echo 0 >/sys/kernel/debug/sched/fair_server/cpu0/runtime
    chrt -f 99 sh -c 'while :; do :; done'
    ;;
  stop-data) fsfreeze -f /var && exit 1 ;;
esac
exit 0
`;

/** Each line that comes in is run; its output goes back, and then a line with its status. */
export const twinShell = `#!/bin/sh
export PATH=/usr/sbin:/usr/bin
exec </dev/ttyS1 >/dev/ttyS1 2>&1
stty -echo raw
for word in $(cat /proc/cmdline); do case $word in catamaran.slot=*) slot=\${word#*=} ;; esac; done
echo "@ ready $slot"
while read -r line; do
  sh -c "$line" </dev/null
  echo "@ $?"
done
`;

const indent = (text: string) => text.replaceAll(/^/gm, '      ').trimEnd();

interface Settings {
  /** Lines of the spec's files. */
  readonly files?: string;
  /** In seconds after boot. */
  readonly deadline?: number;
}

/** The deadline is one that no good trial comes near, however slow the machine that the tests run on. */
export const twinSpec = (
  version: string,
  { files = '', deadline = 900 }: Settings = {},
) => `os: {id: twin, version: ${version}}
kernel: {image: component:kernel, cmdline: "console=ttyS0"}
init: [component:init, component:crun, component:agent, ./realtime]
onboot:
  - name: stuck
    image: component:getty
    command: [sh, -c, "! grep -q test.fault=hang-onboot /proc/cmdline || sleep 1000000"]
services:
  - {name: getty, image: component:getty}
files:
  - {path: etc/hostname, contents: "twin\\n"}
  - path: usr/lib/catamaran/health.json
    contents: |
      {"deadline": ${deadline}, "window": 2, "interval": 2, "checks": [
        {"name": "release", "command": ["test", "-e", "/etc/os-release"]},
        {"name": "login", "service": "getty", "command": ["test", "-e", "/usr/bin/start-getty"]},
        {"name": "disk", "file": "/run/catamaran/disk"}
      ]}
  - path: usr/lib/catamaran/health.d/fault
    mode: "0755"
    contents: |
${indent(faults)}
  - path: usr/lib/catamaran/system/_test/run
    mode: "0755"
    contents: |
${indent(twinShell)}
${files}
disk: {slot: 64M, data: 64M}
`;

/** chrt, with which one process can keep the kernel from everything else; fsfreeze, after which a file system takes no more. */
const realtime = `summary: For tests that hang a machine.
packages: [util-linux]
without: [libpam0g, libpam-modules, libpam-runtime, libaudit1, libcap-ng0, libcrypt1, libmount1, libsmartcols1,
  libsystemd0, libtinfo6, libuuid1, libblkid1, liblastlog2-2, libgcc-s1, gcc-14-base, libselinux1]
include: [usr/bin/chrt, usr/sbin/fsfreeze]
`;

export interface Twin {
  /** Removed by whoever asked for it. */
  readonly directory: string;
  /** A raw disk with 1.0.0 in slot A and nothing in slot B. */
  readonly disk: string;
  /** A file system, for a second disk, with a release in each directory: /2.0.0, /no-init, /impatient. */
  readonly media: string;
  readonly releases: Readonly<Record<'1.0.0' | '2.0.0' | 'no-init' | 'impatient', Release>>;
}

export interface Release {
  readonly directory: string;
  readonly manifest: ReleaseManifest;
}

/** Of /etc what the next version has otherwise. */
const etcOf = (text: string) =>
  ['touched', 'changed', 'removed', 'alike']
    .map((name) => `  - {path: etc/test/${name}, contents: "${name === 'alike' ? 'same' : text}\\n"}`)
    .join('\n');
const noInit = '  - {path: usr/sbin/init, symlink: /nonexistent}';

export async function makeTwin(): Promise<Twin> {
  const directory = await mkdtemp(join(tmpdir(), 'catamaran-twin-'));
  const context = await testContext();
  // One lock for all, so that the releases differ in what their specs say and in nothing else.
  const file = join(directory, 'twin.yml');
  const media = join(directory, 'media');
  await mkdir(media);
  await mkdir(join(directory, 'realtime'));
  await writeFile(join(directory, 'realtime/component.yml'), realtime);
  const release = async (name: string, spec: string): Promise<Release> => {
    await writeFile(file, spec);
    const place = join(media, name);
    return {
      directory: place,
      manifest: await writeReleaseImages({ file, arch: 'amd64', frozen: false }, place, context),
    };
  };
  const releases = {
    '2.0.0': await release('2.0.0', twinSpec('2.0.0', { files: etcOf('two') })),
    'no-init': await release('no-init', twinSpec('3.0.0', { files: noInit })),
    impatient: await release('impatient', twinSpec('4.0.0', { deadline: 60 })),
    '1.0.0': await release('1.0.0', twinSpec('1.0.0', { files: etcOf('one') })),
  };
  const request = { file, out: directory, formats: ['raw'], arch: 'amd64', frozen: false } as const;
  const { artifacts } = await buildSpec(request, context);
  const image = join(directory, 'media.squashfs');
  await (await hostTools()).run('mksquashfs', [
    media,
    image,
    '-quiet',
    '-no-progress',
    '-noI',
    '-noD',
    '-noF',
    '-noX',
  ]);
  return { directory, disk: artifacts[0]!.path, media: image, releases };
}

/** The rest of a manifest is as the release has it. */
export async function readManifest({ directory }: Release): Promise<ReleaseManifest> {
  return JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8')) as ReleaseManifest;
}
