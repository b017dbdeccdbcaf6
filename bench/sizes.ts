// How large a host is, by what runs its containers, and what memory it takes at rest: `node bench/run.mjs sizes`. Of each the
// qcow2 beside its goal, and in a booted machine of 1 GiB what the kernel does not call available, a minute after it has come up.
import { stat } from 'node:fs/promises';
import { formatSize } from '../src/base/size.ts';
import { type PartsSpec, startParts, until } from '../test/support/parts.ts';
import { unavailableMemory } from './memory.ts';

interface Host extends PartsSpec {
  readonly name: string;
  /** In bytes. */
  readonly goal?: number;
  /** Its engine answers; in shell. */
  readonly ready?: string;
}

const mebibyte = 2 ** 20;
const hosts: readonly Host[] = [
  { name: 'runit and crun', init: [], goal: 45 * mebibyte },
  {
    ...{
      name: 'containerd',
      init: [],
      services: ['{name: containerd, image: "component:containerd"}'],
      goal: 100 * mebibyte,
    },
    ready: 'crun exec containerd ctr version',
  },
  { name: 'Docker', init: ['docker'], goal: 140 * mebibyte, ready: 'docker version' },
  { name: 'Podman', init: ['podman'] },
];

export async function main(): Promise<void> {
  for (const { name, goal, ready, ...of } of hosts) {
    const parts = await startParts({ name: 'size', of });
    try {
      const { size } = await stat(parts.image);
      if (ready) await parts.run(until(ready));
      const memory = Number(await parts.run(`sleep 60; ${unavailableMemory}`)) * 1024;
      const kept =
        goal === undefined ? '' : `, goal ${formatSize(goal)}: ${size <= goal ? 'kept' : 'missed'}`;
      console.log(`${name}: ${formatSize(size)}${kept}; memory at rest ${formatSize(memory)}`);
    } finally {
      await parts.end();
    }
  }
}
