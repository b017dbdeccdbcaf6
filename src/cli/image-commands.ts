// The grammar of `catamaran component …` and `catamaran image …`: what images are made of, and what the cache has of them.
import { Argument, type Command, Option } from 'commander';
import type { Choose } from './choice.ts';

export function addComponent(program: Command, choose: Choose): void {
  const component = program
    .command('component')
    .summary('list, show, build or push components')
    .description('The components that `component:NAME` in a spec names.')
    .usage('COMMAND [OPTION…]');
  component
    .command('list')
    .description('List the components, each with its summary.')
    .action(() =>
      choose('component list', async (session) =>
        (await import('./commands/component.ts')).listComponents(session),
      ),
    );
  component
    .command('show')
    .description('Show what a component is and what it takes.')
    .argument('<name>', 'its name')
    .action((name: string) =>
      choose('component show', async (session) =>
        (await import('./commands/component.ts')).showComponent(name, session),
      ),
    );
  component
    .command('build')
    .description('Build a component to an OCI image in the cache, and print its digest.')
    .argument('<name>', 'its name, or a directory that begins with ./')
    .action((name: string) =>
      choose('component build', async (session) =>
        (await import('./commands/component-build.ts')).buildComponent(name, session),
      ),
    );
  component
    .command('push')
    .description('Build a component and push its image to a registry; print what it is called there.')
    .argument('<name>', 'its name, or a directory that begins with ./')
    .argument('<reference>', 'HOST[:PORT]/REPOSITORY[:TAG]')
    .action((name: string, reference: string) =>
      choose('component push', async (session) =>
        (await import('./commands/component-push.ts')).pushComponent(name, reference, session),
      ),
    );
}

export function addImage(program: Command, choose: Choose): void {
  const image = program
    .command('image')
    .summary('list, fetch, show or export images')
    .description('The OCI images that the cache has: of registries, layouts, archives and components.')
    .usage('COMMAND [OPTION…]');
  image
    .command('ls')
    .description('List the images in the cache.')
    .action(() =>
      choose('image ls', async (session) => (await import('./commands/image-ls.ts')).listAll(session)),
    );
  image
    .command('pull')
    .description('Fetch images into the cache, and print their digests.')
    .addArgument(
      new Argument('<reference...>', 'as in a spec: REGISTRY/NAME:TAG, oci:DIR, docker-archive:FILE'),
    )
    .action((references: string[]) =>
      choose('image pull', async (session) =>
        (await import('./commands/image-pull.ts')).pullImages(references, session),
      ),
    );
  image
    .command('inspect')
    .description('Show how an image runs and what its layers are.')
    .addArgument(imageArgument())
    .addOption(new Option('--files', 'list the files of its root file system'))
    .action((image: string, options) =>
      choose('image inspect', async (session) =>
        (await import('./commands/image-inspect.ts')).inspectImage({ image, ...options }, session),
      ),
    );
  image
    .command('export')
    .description('Write an image to a file or a directory that other tools read.')
    .addArgument(imageArgument())
    .addArgument(new Argument('<target>', 'where to: a file, or for the format oci a new directory'))
    .addOption(
      new Option('--format <name>', 'format of the target')
        .choices(['docker-archive', 'oci-archive', 'oci', 'tar'])
        .default('docker-archive'),
    )
    .action((image: string, target: string, options) =>
      choose('image export', async (session) =>
        (await import('./commands/image-export.ts')).exportImage({ image, target, ...options }, session),
      ),
    );
}

function imageArgument(): Argument {
  return new Argument('<image>', 'its name, or the beginning of its digest; fetched if the cache lacks it');
}
