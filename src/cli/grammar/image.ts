// `catamaran image …`: what the cache has of registries, layouts, archives and components.
import { Argument, Option } from 'commander';
import type { ImageExportOptions } from '../commands/image-export.ts';
import type { ImageInspectOptions } from '../commands/image-inspect.ts';
import { defineCommand, type GroupEntry } from './entry.ts';

const ls = defineCommand({
  name: 'ls',
  description: 'List the images in the cache.',
  work: () => async (session) => (await import('../commands/image-ls.ts')).listAll(session),
});

const pull = defineCommand<[readonly string[]], object>({
  name: 'pull',
  description: 'Fetch images into the cache, and print their digests.',
  arguments: [
    new Argument('<reference...>', 'as in a spec: REGISTRY/NAME:TAG, oci:DIR, docker-archive:FILE'),
  ],
  examples: [['catamaran image pull nginx:1.27 --arch arm64', '']],
  work:
    ([references]) =>
    async (session) =>
      (await import('../commands/image-pull.ts')).pullImages(references, session),
});

const named = () =>
  new Argument('<image>', 'its name, or the beginning of its digest; fetched or built if the cache lacks it');

const inspect = defineCommand<[string], Omit<ImageInspectOptions, 'image'>>({
  name: 'inspect',
  description: 'Show how an image runs and what its layers are.',
  arguments: [named()],
  options: [new Option('--files', 'list the files of its root file system')],
  examples: [
    ['catamaran image inspect nginx:1.27', ''],
    ['catamaran image inspect component:sshd --files', ''],
  ],
  work:
    ([image], chosen) =>
    async (session) =>
      (await import('../commands/image-inspect.ts')).describeImage({ image, ...chosen }, session),
});

const write = defineCommand<[string, string], Omit<ImageExportOptions, 'image' | 'target'>>({
  name: 'export',
  description: 'Write an image to a file or a directory that other tools read.',
  arguments: [named(), new Argument('<target>', 'where to: a file, or for the format oci a new directory')],
  options: [
    new Option('--format <name>', 'format of the target')
      .choices(['docker-archive', 'oci-archive', 'oci', 'tar'])
      .default('docker-archive'),
    new Option('--tag <name:tag>', 'what it is called there (default: its name, where a registry has it)'),
  ],
  examples: [
    ['catamaran image export component:sshd sshd.tar --tag sshd:1.0', 'then: docker load < sshd.tar'],
  ],
  work:
    ([image, target], chosen) =>
    async (session) =>
      (await import('../commands/image-export.ts')).exportImage({ image, target, ...chosen }, session),
});

export const image: GroupEntry = {
  name: 'image',
  summary: 'list, fetch, show or export images',
  description: 'The OCI images that the cache has: of registries, layouts, archives and components.',
  commands: [['', [ls, pull, inspect, write]]],
};
