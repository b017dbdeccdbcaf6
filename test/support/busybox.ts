// The BusyBox that images have, for the scripts of images: applets as programs of a directory, so that a test needs none of
// the host's.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hostArch, hostTools } from './tools.ts';

const loaders = {
  amd64: ['usr/lib64/ld-linux-x86-64.so.2', 'usr/lib/x86_64-linux-gnu'],
  arm64: ['usr/lib/ld-linux-aarch64.so.1', 'usr/lib/aarch64-linux-gnu'],
} as const;

export type Words = readonly [string, ...string[]];

export async function busyboxCommand(): Promise<Words> {
  const tools = await hostTools(['getty']);
  const [loader, libraries] = loaders[hostArch];
  return [tools.path(loader), '--library-path', tools.path(libraries), tools.path('usr/bin/busybox')];
}

export async function addProgram(directory: string, name: string, text: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

export async function addApplets(directory: string, applets: readonly string[]): Promise<void> {
  const words = (await busyboxCommand()).join(' ');
  for (const applet of applets) await addProgram(directory, applet, `exec ${words} ${applet} "$@"`);
}
