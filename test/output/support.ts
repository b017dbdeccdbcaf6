// A locked spec for tests of the planner: the real components, with packages that no archive has, because a plan looks
// at their names and digests only.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { digestFromHex } from '../../src/base/digest.ts';
import { readSources } from '../../src/component/sources.ts';
import { readSpecFiles } from '../../src/lock/files.ts';
import { imageName } from '../../src/lock/image-name.ts';
import type { LockedImage, LockedSpec } from '../../src/lock/locked-spec.ts';
import { imagesOf } from '../../src/lock/resolve.ts';
import type { LockedPackage } from '../../src/packages/locked.ts';
import { readSpec } from '../../src/specification/read.ts';
import type { ImageReference } from '../../src/specification/reference.ts';

export const repository = resolve(import.meta.dirname, '../..');

export function fakePackage(name: string, version = '1.0-1'): LockedPackage {
  const digest = digestFromHex(createHash('sha256').update(`${name} ${version}`).digest('hex'));
  const path = `pool/main/${name[0]}/${name}/${name}_${version}_amd64.deb`;
  return { name, version, arch: 'amd64', pocket: 'main', path, digest, size: 1000 };
}

export const minimalSpec = (): Promise<string> => readFile(join(repository, 'examples/minimal.yml'), 'utf8');

/** As if every component had resolved to the packages that it names, and to nothing else. */
export async function lockedSpec(text: string): Promise<LockedSpec> {
  const spec = readSpec(join(repository, 'examples/minimal.yml'), text, { home: '/nonexistent' });
  const images = new Map<string, LockedImage>();
  for (const reference of imagesOf(spec)) {
    const name = imageName(reference, spec.file);
    const sources = await readSources(directoryOf(reference));
    const packages = sources.definition.packages.map((each) => fakePackage(each));
    images.set(name, { kind: 'component', name, component: { sources, packages } });
  }
  const files = await readSpecFiles(spec);
  const tools = [fakePackage('squashfs-tools')];
  return { spec, arch: 'amd64', program: () => 'program', epoch: 1_700_000_000, images, files, tools };
}

function directoryOf(reference: ImageReference): string {
  if (reference.kind === 'component') return join(repository, 'components', reference.name);
  if (reference.kind === 'directory') return resolve(repository, 'examples', reference.path);
  throw new Error(`${reference.kind} is no component`);
}

/** With another answer for one component. */
export function withComponent(
  locked: LockedSpec,
  name: string,
  change: (component: (LockedImage & { kind: 'component' })['component']) => object,
): LockedSpec {
  const image = locked.images.get(name);
  if (image?.kind !== 'component') throw new Error(`no ${name}`);
  const component = { ...image.component, ...change(image.component) };
  return { ...locked, images: new Map([...locked.images, [name, { ...image, component }]]) };
}
