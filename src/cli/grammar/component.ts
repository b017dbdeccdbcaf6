// `catamaran component …`: what images are made of.
import { Argument, Option } from 'commander';
import { defineCommand, type GroupEntry } from './entry.ts';

const named = () => new Argument('<name>', 'its name, or a directory that begins with ./');

const list = defineCommand({
  name: 'list',
  description: 'List the components, each with its summary.',
  work: () => async (session) => (await import('../commands/component.ts')).showComponents(session),
});

const show = defineCommand<[string], { why?: string }>({
  name: 'show',
  description: 'Show what a component is and what it takes, or what brought one of its files.',
  arguments: [named()],
  options: [new Option('--why <path>', 'what brought this file, from component.yml down to it')],
  examples: [
    ['catamaran component show sshd', ''],
    ['catamaran component show ./web', ''],
    ['catamaran component show crun --why usr/lib/x86_64-linux-gnu/libcap.so.2', 'built for it if need be'],
  ],
  work:
    ([name], { why }) =>
    async (session) =>
      why === undefined
        ? (await import('../commands/component.ts')).showComponent(name, session)
        : (await import('../commands/component-why.ts')).showWhy(name, why, session),
});

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

const init = defineCommand<[string], object>({
  name: 'init',
  description: 'Write a small component of your own, to be changed.',
  arguments: [new Argument('<directory>', 'a new one; the component is called as it is')],
  examples: [['catamaran component init web', 'web/component.yml, and web/rootfs with its files']],
  work:
    ([directory]) =>
    async (session) =>
      (await import('../commands/init.ts')).initComponent(directory, session),
});

export const component: GroupEntry = {
  name: 'component',
  summary: 'list, show, begin, build or push components',
  description: 'The components that `component:NAME` in a spec names.',
  commands: [['', [list, show, init, build, push]]],
};
