// docs/styles.md: the examples in the manner of well-known container hosts, and what each takes beside what is known of the
// original; `npx vitest run -u` on this file writes it anew.
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { styles } from '../boot/styles/table.ts';

interface Measured {
  readonly release: number;
  readonly memory: number;
  readonly login: number;
  readonly processor: number;
}

/** As their own pages and threads have it. */
const originals: Readonly<Record<string, { name: string; size: string; memory: string; boot: string }>> = {
  'atomic-style': {
    name: 'Atomic, now Fedora CoreOS',
    size: 'live ISO about 1 GB, root at least 8 GiB',
    memory: 'from a network 2 GiB',
    boot: '',
  },
  'coreos-style': {
    name: 'CoreOS Container Linux',
    size: 'qcow2 364 MB (2013), 894 MB (2016)',
    memory: '161 MB (2014)',
    boot: '',
  },
  'photon-style': {
    name: 'Photon, minimal',
    size: 'OVA about 380 MB, ISO 470 MiB',
    memory: '150 to 180 MB',
    boot: '10 s, with the boot loader’s wait',
  },
  'rancher-style': {
    name: 'RancherOS 1.x',
    size: 'ISO 54 to 170 MB',
    memory: 'starts in 512 MB',
    boot: '5 to 10 s',
  },
  'snappy-style': { name: 'Ubuntu Core', size: 'kernel alone 52 MiB', memory: '', boot: '' },
};

const head = `# In the manner of well-known container hosts

Each is a directory of \`examples\` with a spec, which one command builds, and a README that says what of the original is where.

| example | what it has |
|---|---|
| [coreos-style](../examples/coreos-style/README.md) | systemd, Ignition, the user \`core\`, containerd |
| [rancher-style](../examples/rancher-style/README.md) | Docker all the way: system-docker, and a user's Docker in it |
| [atomic-style](../examples/atomic-style/README.md) | systemd, Docker and Podman, \`deploy VERSION\`, Cockpit |
| [photon-style](../examples/photon-style/README.md) | an OVA for vSphere, guestinfo, no root over SSH, a firewall that drops |
| [snappy-style](../examples/snappy-style/README.md) | channels by risk, services that are taken back each by itself |

\`npm run test:styles\` builds each and boots it: its own list; two updates over HTTP, into either slot; a release whose root is damaged, which
falls back; the same disk by the other firmware. Some by \`CATAMARAN_STYLES=NAME,NAME\`.
`;

test('docs/styles.md is what was measured', async () => {
  const measured = JSON.parse(await readFile('examples/measured.json', 'utf8')) as Record<string, Measured>;
  const rows = Object.entries(measured).flatMap(([style, { release, memory, login, processor }]) => {
    const { name, ...known } = originals[style]!;
    const size = `${(release / 1e6).toFixed(0)} MB`;
    return [
      `| **${style}** | ${size} | ${(memory / 2 ** 20).toFixed(0)} MiB | ${login} s | ${processor} s |\n`,
      `| ${name} | ${known.size} | ${known.memory} | ${known.boot} | |\n`,
    ];
  });
  const table = `
## What they take

Ours: root image and boot archive of one release; memory in use half a minute after the login is there; when that is, by the kernel's
clock, in a QEMU that counts 4 ns for each instruction, so that other load changes nothing; and QEMU's processor time until then
(\`npm run measure:styles\`). Below each, what is known of the original.

| | size | memory | login | processor |
|---|---|---|---|---|
${rows.join('')}`;
  await expect(`${head}${table}`).toMatchFileSnapshot('../../docs/styles.md');
});

test('each style has been measured, and is known beside its original', async () => {
  const measured = JSON.parse(await readFile('examples/measured.json', 'utf8')) as Record<string, Measured>;
  for (const { name } of styles) {
    expect(measured).toHaveProperty(name);
    expect(originals).toHaveProperty(name);
  }
});
