// How large a host is, by what runs its containers: `node bench/run.mjs sizes`. Of each spec the qcow2, beside its goal.
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatSize } from '../src/base/size.ts';
import { buildSpec } from '../src/output/build.ts';
import { testContext } from '../test/support/context.ts';

const spec = (init: string, services = '') => `
os: {id: size, name: Size, version: "1"}
kernel: {image: component:kernel, cmdline: "console=ttyS0"}
init: [component:init, component:crun, component:agent${init}]
services:
  - {name: dhcp, image: component:dhcp}
  - {name: sshd, image: component:sshd}
  - {name: getty, image: component:getty}
${services}
disk: {slot: 512M, data: 512M}
`;

const mebibyte = 2 ** 20;
const hosts = [
  { name: 'runit and crun', text: spec(''), goal: 45 * mebibyte },
  {
    name: 'containerd',
    text: spec('', '  - {name: containerd, image: component:containerd}'),
    goal: 100 * mebibyte,
  },
  { name: 'Docker', text: spec(', component:docker'), goal: 140 * mebibyte },
  { name: 'Podman', text: spec(', component:podman'), goal: undefined },
];

export async function main(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'catamaran-sizes-'));
  try {
    for (const { name, text, goal } of hosts) {
      const file = join(directory, 'size.yml');
      await writeFile(file, text);
      const request = { file, out: directory, formats: ['qcow2'], arch: 'amd64', frozen: false } as const;
      const { artifacts } = await buildSpec(request, await testContext());
      const { size } = await stat(artifacts[0]!.path);
      const kept =
        goal === undefined ? '' : `, goal ${formatSize(goal)}: ${size <= goal ? 'kept' : 'missed'}`;
      console.log(`${name}: ${formatSize(size)}${kept}`);
    }
  } finally {
    await rm(directory, { recursive: true });
  }
}
