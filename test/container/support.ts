// Containers as a spec and an image make them.

import { type Bundle, makeBundle } from '../../src/container/bundle.ts';
import { type ExecutionConfig, type Image, mediaTypes, runtimeLabel } from '../../src/oci/image.ts';
import { readSpec } from '../../src/specification/read.ts';
import type { Surroundings } from '../../src/specification/reading.ts';
import { contentBytes } from '../../src/tree/content.ts';
import { file, type ReadonlyTree, type Tree } from '../../src/tree/tree.ts';

const digest = `sha256:${'0'.repeat(64)}` as Image['digest'];

export function imageOf(config: ExecutionConfig, label?: unknown, architecture = 'amd64'): Image {
  const text = typeof label === 'string' ? label : JSON.stringify(label);
  const descriptor = { mediaType: mediaTypes.config, digest, size: 0 };
  return {
    digest,
    manifest: { schemaVersion: 2, mediaType: mediaTypes.manifest, config: descriptor, layers: [] },
    config: {
      architecture,
      os: 'linux',
      config: label === undefined ? config : { ...config, Labels: { [runtimeLabel]: text } },
      rootfs: { type: 'layers', diff_ids: [] },
    },
  };
}

/** The bundle of the first container of the spec. */
export function bundleOf(
  text: string,
  image: Image,
  { tree = new Map(), around = {} }: { tree?: ReadonlyTree; around?: Surroundings } = {},
): Promise<Bundle> {
  const spec = readSpec('spec.yml', text, around);
  const container = [...spec.onboot, ...spec.services, ...spec.onshutdown][0]!;
  const directory = container.section === 'services' ? container.name : `000-${container.name}`;
  return makeBundle(container, `/containers/${container.section}/${directory}`, image, tree, spec.names);
}

export async function fileOf({ tree }: Bundle, name: string): Promise<string> {
  const [, node] = [...tree].find(([path]) => path.endsWith(`/${name}`))!;
  if (node.type !== 'file') throw new TypeError(`${name} is no file`);
  return Buffer.from(await contentBytes(node.content)).toString('utf8');
}

export const jsonOf = async (bundle: Bundle, name: string) => JSON.parse(await fileOf(bundle, name));

export const treeWith = (files: Readonly<Record<string, string>>): Tree =>
  new Map(Object.entries(files).map(([path, text]) => [path, file(text)]));
