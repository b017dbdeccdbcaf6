// `catamaran component …`: what images are made of.
import { Argument } from 'commander';
import { defineCommand, type GroupEntry } from './entry.ts';

const list = defineCommand({
  name: 'list',
  description: 'List the components, each with its summary.',
  work: () => async (session) => (await import('../commands/component.ts')).showComponents(session),
});

const show = defineCommand<[string], object>({
  name: 'show',
  description: 'Show what a component is and what it takes.',
  arguments: [new Argument('<name>', 'its name')],
  examples: [['catamaran component show sshd', '']],
  work:
    ([name]) =>
    async (session) =>
      (await import('../commands/component.ts')).showComponent(name, session),
});

const named = () => new Argument('<name>', 'its name, or a directory that begins with ./');

const build = defineCommand<[string], object>({
  name: 'build',
  description: 'Build a component to an OCI image in the cache, and print its digest.',
  arguments: [named()],
  examples: [
    ['catamaran component build sshd', ''],
    ['catamaran component build ./web --arch arm64', 'of a directory with a component.yml'],
  ],
  work:
    ([name]) =>
    async (session) =>
      (await import('../commands/component-build.ts')).buildComponentImage(name, session),
});

const push = defineCommand<[string, string], object>({
  name: 'push',
  description: 'Build a component and push its image to a registry; print what it is called there.',
  arguments: [named(), new Argument('<reference>', 'HOST[:PORT]/REPOSITORY[:TAG]')],
  examples: [['catamaran component push ./web registry.example.org/team/web:1.2', '']],
  work:
    ([name, reference]) =>
    async (session) =>
      (await import('../commands/component-push.ts')).pushComponent(name, reference, session),
});

export const component: GroupEntry = {
  name: 'component',
  summary: 'list, show, build or push components',
  description: 'The components that `component:NAME` in a spec names.',
  commands: [['', [list, show, build, push]]],
};
