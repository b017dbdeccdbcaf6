// The inits that the builder knows, and which one the init images of a spec bring.
import { CatamaranError } from '../../base/errors.ts';
import { type InitName, initNames, initPath, parseInit } from '../../contract/init.ts';
import { contentBytes, sizeOf } from '../../tree/content.ts';
import type { ReadonlyTree } from '../../tree/tree.ts';
import { docker } from './docker.ts';
import type { Init } from './init.ts';
import { runit } from './runit.ts';
import { systemd } from './systemd.ts';

export const inits: Readonly<Record<InitName, Init>> = { runit, docker, systemd };

const wordLimit = 64;

/** Undefined: none of them says so, as with LinuxKit's own; such an init takes the bundles as they are. */
export async function initOf(images: readonly ReadonlyTree[]): Promise<Init | undefined> {
  const node = images.findLast((tree) => tree.has(initPath))?.get(initPath);
  if (node === undefined) return undefined;
  const isWord = node.type === 'file' && sizeOf(node.content) <= wordLimit;
  const text = isWord ? Buffer.from(await contentBytes(node.content)).toString() : '';
  const name = parseInit(text);
  if (name !== undefined) return inits[name];
  throw new CatamaranError('spec', {
    code: 'init-unknown',
    message: `the init images bring /${initPath}, which says ${JSON.stringify(text)}: no init that is known here`,
    hint: `It holds one word: ${initNames.join(', ')}.`,
  });
}
