// What umoci, the Open Container Initiative's own tool, makes of an image: unpacked to the host, and read again from GNU
// tar's archive of that.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readTar } from '../../../src/archive/read-tar.ts';
import { digestHex } from '../../../src/base/digest.ts';
import { mediaTypes } from '../../../src/oci/image.ts';
import { digestOfBytes } from '../../../src/oci/layout.ts';
import type { Tools } from '../../../src/tools/tools.ts';
import type { TreeNode } from '../../../src/tree/node.ts';
import type { Tree } from '../../../src/tree/tree.ts';
import { inPieces } from '../../tree/support.ts';

export interface Types {
  readonly manifest: string;
  readonly config: string;
  readonly layer: string;
}

/** A layout with one image of these layers, called `zoo`. `types`: media types, which umoci takes of OCI alone. */
export async function writeZooLayout(path: string, layers: readonly Buffer[], types: Types): Promise<void> {
  await mkdir(join(path, 'blobs/sha256'), { recursive: true });
  const blob = async (bytes: Buffer) => {
    const digest = digestOfBytes(bytes);
    await writeFile(join(path, 'blobs/sha256', digestHex(digest)), bytes);
    return { digest, size: bytes.length };
  };
  const json = (value: object) => blob(Buffer.from(JSON.stringify(value)));
  const blobs = [];
  for (const layer of layers) blobs.push(await blob(layer));
  const diffIds = blobs.map(({ digest }) => digest);
  const config = await json({
    architecture: 'amd64',
    os: 'linux',
    config: { Cmd: ['/a'] },
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: layers.map(() => ({ created_by: 'chance' })),
  });
  const manifest = await json({
    schemaVersion: 2,
    mediaType: types.manifest,
    config: { mediaType: types.config, ...config },
    layers: blobs.map((each) => ({ mediaType: types.layer, ...each })),
  });
  const annotations = { 'org.opencontainers.image.ref.name': 'zoo' };
  const entry = { mediaType: types.manifest, ...manifest, annotations };
  await writeFile(join(path, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(join(path, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
}

export const ociTypes: Types = {
  manifest: mediaTypes.manifest,
  config: mediaTypes.config,
  layer: mediaTypes.layer,
};

/** The tree, or why there is none. `room` is an empty directory. */
export async function unpackByUmoci(tools: Tools, layout: string, room: string): Promise<Tree | string> {
  const bundle = join(room, 'bundle');
  const image = ['--rootless', '--image', `${layout}:zoo`, bundle];
  const { exitCode, stderr } = await tools.run('umoci', ['unpack', ...image], { accept: [0, 1] });
  if (exitCode !== 0) return stderr;
  // Directories may forbid reading to all but root: what umoci did as another user is undone as that user.
  const packed = await tools.run(
    'tar',
    ['--format=pax', '--xattrs', '--sparse', '--sort=name', '-C', join(bundle, 'rootfs'), '-cf', '-', '.'],
    { stdout: 'bytes' },
  );
  await rm(bundle, { recursive: true, force: true });
  return withOwners(await readTar(inPieces(packed.stdout, 1 << 20)));
}

const ownerKey = 'user.rootlesscontainers';

/** Who is not root cannot give files away: umoci notes the owner in an attribute, a message of two numbers in protobuf. */
function withOwners(tree: Tree): Tree {
  const known = new Map<TreeNode, TreeNode>();
  for (const [path, node] of tree) {
    const { [ownerKey]: owner, ...others } = Object.fromEntries(node.xattrs ?? []);
    const { xattrs: _, ...bare } = node;
    const [uid, gid] = owner === undefined ? [0, 0] : readOwner(owner);
    const rest = new Map(Object.entries(others));
    const mended = { ...bare, uid, gid, ...(rest.size > 0 ? { xattrs: rest } : {}) } as TreeNode;
    if (!known.has(node)) known.set(node, mended);
    tree.set(path, known.get(node)!);
  }
  return tree;
}

/** 0 is written as a number that no id has. */
function readOwner(bytes: Uint8Array): [number, number] {
  const fields = new Map<number, number>();
  for (let at = 0; at < bytes.length; ) {
    const field = bytes[at++]! >> 3;
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    fields.set(field, value === 0xffffffff ? 0 : value);
  }
  return [fields.get(1) ?? 0, fields.get(2) ?? 0];
}
